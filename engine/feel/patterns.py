r"""The syntax of regular expressions, as far as it is read here, into a small tree.

Literals, ``.``, ``[a-z]``, ``[^…]``, ``\d \w \s \D \W \S``, ``\b \B``, ``\p{L}`` (a general category or its first
letter), ``\p{IsHan}``, ``\uXXXX``, ``\u{XXXXX}``, ``\xXX``, groups, ``(?:…)``, ``|``, ``* + ? {m,n}`` and their lazy
forms, ``^ $``; flags ``i s m x``. ``\d`` and ``\w`` mean ASCII, as in a browser. Look-around and back references are
not read: they cannot be matched in linear time.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

MAX_PATTERN: Final = 1_000
MAX_GROUPS: Final = 50
_CONTROL: Final = {'n': '\n', 'r': '\r', 't': '\t', 'f': '\f', 'v': '\v', '0': '\0'}
_HAN: Final = (
    (0x2E80, 0x2FD5),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAD9),
    (0x20000, 0x323AF),
)
_COUNT: Final = re.compile(r'\{(\d{1,4})(,)?(\d{1,4})?\}')
_HEX: Final = re.compile(r'u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})')

Accepts = Callable[[str], bool]


class PatternError(ValueError):
    """The pattern is not a regular expression, or uses something that is not read here."""


@dataclass(frozen=True, slots=True)
class One:
    """One character that `accepts` is true of."""

    accepts: Accepts


@dataclass(frozen=True, slots=True)
class Place:
    """A place between characters: line start or end, text start or end, word edge or not."""

    kind: Literal['^', '$', 'b', 'B', 'A', 'Z']


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: 'tuple[Part, ...]'


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of the parts that leads to a match."""

    parts: 'tuple[Part, ...]'


@dataclass(frozen=True, slots=True)
class Repeat:
    """`part` from `least` to `most` times (None: without end), as often as possible if `greedy`."""

    part: 'Part'
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A numbered group."""

    part: 'Part'
    number: int


Part = One | Place | Sequence | Choice | Repeat | Group


def parse_pattern(pattern: str, flags: str) -> tuple[Part, int]:
    """The tree of `pattern` and how many groups it numbers. Raises PatternError."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f'a pattern has at most {MAX_PATTERN} characters')
    if set(flags) - set('ismx'):
        raise PatternError(f'unknown flags {flags}')
    reader = _Reader(pattern, flags)
    part = reader.choice()
    if reader.index < len(pattern):
        reader.fail('unbalanced )')
    return part, reader.groups


class _Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.index = 0
        self.groups = 0
        self.depth = 0

    def fail(self, why: str) -> NoReturn:
        raise PatternError(f'{why} at {self.index} of {self.pattern}')

    @property
    def next(self) -> str:
        return self.pattern[self.index : self.index + 1]

    def take(self) -> str:
        char = self.next
        if not char:
            self.fail('the pattern ends too early')
        self.index += 1
        return char

    def accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.index):
            self.index += len(text)
            return True
        return False

    def choice(self) -> Part:
        self.depth += 1
        if self.depth > MAX_GROUPS:
            self.fail('too deeply nested')
        parts = [self.sequence()]
        while self.accept('|'):
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.next and self.next not in '|)':
            if 'x' in self.flags and self.next.isspace():
                self.index += 1
                continue
            parts.append(self.repeated(self.atom()))
        return Sequence(tuple(parts))

    def repeated(self, part: Part) -> Part:
        counts = self.counts()
        if counts is None:
            return part
        if isinstance(part, Place):
            self.fail('nothing to repeat')
        least, most = counts
        if most is not None and most < least:
            self.fail('numbers out of order')
        greedy = not self.accept('?')
        if self.counts() is not None:
            self.fail('nothing to repeat')
        return Repeat(part, least, most, greedy)

    def counts(self) -> tuple[int, int | None] | None:
        for symbol, span in (('*', (0, None)), ('+', (1, None)), ('?', (0, 1))):
            if self.accept(symbol):
                return span
        match = _COUNT.match(self.pattern, self.index)
        if match is None:
            return None
        self.index = match.end()
        least = int(match[1])
        return least, int(match[3]) if match[3] else (None if match[2] else least)

    def atom(self) -> Part:
        char = self.take()
        if char == '(':
            return self.group()
        if char == '[':
            return One(self.folded(self.char_class()))
        if char == '.':
            every = 's' in self.flags
            return One(lambda c: every or c not in '\n\r\u2028\u2029')
        if char in '^$':
            if 'm' in self.flags:
                return Place('^' if char == '^' else '$')
            return Place('A' if char == '^' else 'Z')
        if char == '\\':
            return self.escaped()
        if char in '*+?{}]':
            self.index -= 1
            self.fail(f'unexpected {char}')
        return One(self.folded(_exactly(char)))

    def group(self) -> Part:
        if self.accept('?:'):
            part = self.choice()
        elif self.next == '?':
            self.fail('look-around and named groups are not read')
        else:
            self.groups += 1
            number = self.groups
            if number > MAX_GROUPS:
                self.fail('too many groups')
            part = Group(self.choice(), number)
        if not self.accept(')'):
            self.fail('missing )')
        return part

    def escaped(self) -> Part:
        if self.next == 'b':
            self.index += 1
            return Place('b')
        if self.next == 'B':
            self.index += 1
            return Place('B')
        found = self.escape()
        return One(self.folded(_exactly(found)) if isinstance(found, str) else found)

    def escape(self) -> str | Accepts:
        """What follows a backslash: one character, or a class of them."""
        match = _HEX.match(self.pattern, self.index)
        if match:
            self.index = match.end()
            code = int(match[1] or match[2] or match[3], 16)
            return chr(code) if code <= 0x10FFFF else self.fail('no such character')
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in 'pP':
            return self.category(negated=char == 'P')
        if char in _CONTROL:
            return _CONTROL[char]
        if char.isalnum():
            self.index -= 1
            self.fail(f'\\{char} is not read')
        return char

    def category(self, *, negated: bool) -> Accepts:
        end = self.pattern.find('}', self.index)
        if self.next != '{' or end < 0:
            self.fail('a category in braces is missing')
        name = self.pattern[self.index + 1 : end]
        self.index = end + 1
        if name in {'IsHan', 'Script=Han', 'sc=Han'}:
            found: Accepts = _is_han
        elif re.fullmatch('[LMNPSZC][a-z]?', name):
            found = _has_category(name)
        else:
            self.fail(f'category {name} is not read')
        return _negated(found) if negated else found

    def char_class(self) -> Accepts:
        negated = self.accept('^')
        members: list[Accepts] = []
        while not self.accept(']'):
            members.append(self.member())
        union = _any_of(tuple(members))
        return _negated(union) if negated else union

    def member(self) -> Accepts:
        low = self.escape_or_char()
        if not isinstance(low, str):
            return low
        if self.next != '-' or self.pattern[self.index + 1 : self.index + 2] in {']', ''}:
            return _exactly(low)
        self.index += 1
        if self.next == '[':
            self.fail('subtraction of classes is not read')
        high = self.escape_or_char()
        if not isinstance(high, str) or high < low:
            self.fail('a range out of order')
        return _between(low, high)

    def escape_or_char(self) -> str | Accepts:
        char = self.take()
        if char != '\\':
            return char
        if self.accept('b'):
            return '\b'
        return self.escape()

    def folded(self, accepts: Accepts) -> Accepts:
        """`accepts` for both cases of a letter if the flag i is set."""
        if 'i' not in self.flags:
            return accepts
        return lambda c: accepts(c) or accepts(c.lower()) or accepts(c.upper())


def _exactly(char: str) -> Accepts:
    return lambda c: c == char


def _between(low: str, high: str) -> Accepts:
    return lambda c: low <= c <= high


def _any_of(members: tuple[Accepts, ...]) -> Accepts:
    if len(members) == 1:
        return members[0]
    return lambda c: any(member(c) for member in members)


def _negated(accepts: Accepts) -> Accepts:
    return lambda c: not accepts(c)


def _has_category(name: str) -> Accepts:
    return lambda c: unicodedata.category(c).startswith(name)


def _is_han(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _HAN)


def is_word(char: str) -> bool:
    r"""Is `char` one of ``\w``?"""
    return char == '_' or (char.isascii() and char.isalnum())


def _is_digit(char: str) -> bool:
    return '0' <= char <= '9'


def _is_space(char: str) -> bool:
    return char.isspace() or char == '\ufeff'


_CLASSES: Final[dict[str, Accepts]] = {
    'd': _is_digit,
    'D': _negated(_is_digit),
    'w': is_word,
    'W': _negated(is_word),
    's': _is_space,
    'S': _negated(_is_space),
}
