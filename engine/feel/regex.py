r"""Regular expressions of diagrams and forms, matched by RE2 in time linear in the text; never by Python's `re`, which may need for ever.

Analysts write what a browser reads (JavaScript) or what FEEL's standard says (XPath); here it is spelt for RE2. Where the two engines read
the same letters differently the browser's meaning stays: ``.`` is no line end of any kind, ``\s`` is every Unicode space, ``\uXXXX`` is a
character, ``[[`` begins no class of POSIX. Look-around, back references and subtraction of classes cannot be matched in linear time or are
not known to RE2: they are refused by name.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, NoReturn

import re2

MAX_PATTERN: Final = 1_000
MAX_GROUPS: Final = 50
_UNIT: Final = 1_024
"""So many states times characters cost one step of an evaluation's budget (at most about 10 µs)."""

_SPACE: Final = r'\s\v\x{feff}\pZ'
_ANY, _NEVER = r'[\x00-\x{10FFFF}]', r'[^\x00-\x{10FFFF}]'
_ESCAPED: Final = {'s': f'[{_SPACE}]', 'S': f'[^{_SPACE}]', 'd': r'\d', 'D': r'\D', 'w': r'\w', 'W': r'\W', 'b': r'\b', 'B': r'\B'}
_IN_CLASS: Final = {**_ESCAPED, 's': _SPACE, 'S': r'\S', 'b': r'\x08', 'B': ''}
_CONTROL: Final = {'n': '\n', 'r': '\r', 't': '\t', 'f': '\f', 'v': '\v', '0': '\0'}
_HEX: Final = re.compile(r'u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})')
_CATEGORY: Final = re.compile(r'([pP])\{(?:(IsHan|Script=Han|sc=Han)|([LMNPSZC][a-z]?))\}')
_COUNT: Final = re.compile(r'\{\d{1,4}(?:,\d{0,4})?\}')
_SURROGATE: Final = re.compile('[\ud800-\udfff]')
_META: Final = frozenset('\\.+*?()|[]{}^$-')

Charge = Callable[[int], None]
Spans = tuple[tuple[int, int], ...]


class PatternError(ValueError):
    """The pattern is no regular expression, or uses something that cannot be matched in linear time. `zh` says so in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


class Regex:
    """A compiled pattern. `flags` are some of i s m x, as FEEL has them. Raises PatternError."""

    def __init__(self, pattern: str, flags: str = '') -> None:
        if len(pattern) > MAX_PATTERN or set(flags) - set('ismx'):
            raise PatternError(f'Expected at most {MAX_PATTERN} characters and the flags i s m x', f'正则表达式最多 {MAX_PATTERN} 个字符')
        options = re2.Options()
        options.log_errors = False
        set_flags = ''.join(flag for flag in 'ism' if flag in flags)
        spelt = (f'(?{set_flags})' if set_flags else '') + _Speller(pattern, flags).all()
        try:
            self._regexp: Any = re2.compile(spelt, options)
        except re2.error as error:
            raise PatternError(f'Expected a regular expression, but {pattern} is none: {_message(error)}', '正则表达式写法有误') from error
        if self._regexp.groups > MAX_GROUPS:
            raise PatternError(f'Expected at most {MAX_GROUPS} groups', f'正则表达式最多 {MAX_GROUPS} 个分组')
        self.groups = int(self._regexp.groups)
        self._size = int(self._regexp.programsize)

    def found_in(self, text: str, charge: Charge | None = None) -> bool:
        """Whether the pattern is found somewhere in the text."""
        return next(self.matches(text, charge), None) is not None

    def matches(self, text: str, charge: Charge | None = None) -> Iterator[Spans]:
        """All matches that do not overlap, from left to right: start and end of the whole and of each group, (-1, -1) for an idle one.

        `charge` is told the steps of each search before it is made.
        """
        seen = _SURROGATE.sub('\ufffd', text)  # RE2 reads UTF-8, which has no lone surrogates
        found, end = self._regexp.finditer(seen), 0
        while True:
            if charge is not None:
                charge(1 + (len(text) - end) * self._size // _UNIT)
            match = next(found, None)
            if match is None:
                return
            end = match.end()
            yield tuple(match.span(group) for group in range(self.groups + 1))


@lru_cache(maxsize=1024)
def compile_regex(pattern: str, flags: str = '') -> Regex:
    """The compiled pattern, remembered. Raises PatternError."""
    return Regex(pattern, flags)


def replace_all(regex: Regex, text: str, replacement: str, charge: Charge) -> str:
    """`text` with every match replaced; ``$1`` (``$0`` for all) stands for a group, ``$$`` for a dollar sign."""
    made: list[str] = []
    end = 0
    for spans in regex.matches(text, charge):
        charge(1 + len(replacement))
        made += [text[end : spans[0][0]], _filled(replacement, text, spans)]
        end = spans[0][1]
    return ''.join(made) + text[end:]


def split_all(regex: Regex, text: str, charge: Charge) -> list[str]:
    """The parts of `text` between the matches; a match of nothing splits between characters."""
    parts: list[str] = []
    end = 0
    for (start, stop), *_ in regex.matches(text, charge):
        if stop > start or start not in {0, len(text)}:
            parts.append(text[end:start])
            end = stop
    return [*parts, text[end:]]


def _filled(replacement: str, text: str, spans: Spans) -> str:
    def group(found: re.Match[str]) -> str:
        digits = found[1]
        if not digits:
            return '$'
        if len(digits) == 2 and not 0 < int(digits) < len(spans):
            return group_of(digits[0]) + digits[1]
        return group_of(digits)

    def group_of(digits: str) -> str:
        number = int(digits)
        return text[slice(*spans[number])] if number < len(spans) and spans[number][0] >= 0 else '' if number < len(spans) else f'${number}'

    return re.sub(r'[$\\]\$|\$([0-9]{1,2})', group, replacement)


def _message(error: re2.error) -> str:
    reason = error.args[0] if error.args else ''
    return reason.decode(errors='replace') if isinstance(reason, bytes) else str(reason)


class _Speller:
    """Spells a pattern for RE2, sign by sign."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern, self.flags, self.place = pattern, flags, 0

    def all(self) -> str:
        made: list[str] = []
        while self.place < len(self.pattern):
            made.append(self.sign())
        return ''.join(made)

    def take(self) -> str:
        char = self.pattern[self.place : self.place + 1]
        if not char:
            self.fail('its end', '未写完')
        self.place += 1
        return char

    def ahead(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.place):
            return False
        self.place += len(text)
        return True

    def fail(self, en: str, zh: str) -> NoReturn:
        raise PatternError(f'Expected a regular expression of linear time, but {self.pattern} has {en}', f'正则表达式{zh}')

    def sign(self) -> str:
        char = self.take()
        if char == '\\':
            return self.escaped(_ESCAPED)
        if char == '[':
            return self.char_class()
        if char == '(':
            return self.group()
        if char == '.' and 's' not in self.flags:
            return r'[^\n\r\x{2028}\x{2029}]'
        if char == '{':
            count = _COUNT.match(self.pattern, self.place - 1)
            self.place = count.end() if count else self.place
            return count[0] if count else r'\{'
        if 'x' in self.flags and char.isspace():
            return ''
        return f'\\{char}' if char in '}]' else char

    def group(self) -> str:
        if not self.ahead('?'):
            return '('
        if self.ahead(':'):
            return '(?:'
        if re.compile('[=!]|<[=!]').match(self.pattern, self.place):
            self.fail('a look-around', '不支持前后查看（(?=…)、(?!…)、(?<=…)、(?<!…)），请改写')
        if not re.compile('<[A-Za-z_]').match(self.pattern, self.place):
            self.fail('a group that browsers do not read', '的分组写法有误')
        return '(?'

    def escaped(self, classes: dict[str, str]) -> str:
        """What follows a backslash, outside or inside of a class."""
        if code := _HEX.match(self.pattern, self.place):
            self.place = code.end()
            return f'\\x{{{code[1] or code[2] or code[3]}}}'
        if category := _CATEGORY.match(self.pattern, self.place):
            self.place = category.end()
            return f'\\{category[1]}{{{"Han" if category[2] else category[3]}}}'
        char = self.take()
        if char in classes:
            return classes[char]
        if char in _CONTROL:
            return f'\\x{{{ord(_CONTROL[char]):x}}}'
        if char in '123456789k':
            self.fail('a back reference', '不支持反向引用（\\1、\\k<…>），请改写')
        if char.isalnum():
            self.fail(f'an unknown \\{char}', f'含有不认识的 \\{char}')
        return f'\\{char}' if char in _META else re.escape(char) if char.isascii() else char

    def char_class(self) -> str:
        negated = self.ahead('^')
        members: list[str] = []
        while not self.ahead(']'):
            if members and self.pattern.startswith('-[', self.place):
                self.fail('a subtraction of classes', '不支持字符类相减（[a-z-[aeiou]]），请改写')
            members.append(self.member())
        if not members:
            return _ANY if negated else _NEVER
        return f'[{"^" if negated else ""}{"".join(members)}]'

    def member(self) -> str:
        low = self.one()
        if self.pattern.startswith('-[', self.place):
            return low
        if not self.pattern.startswith('-', self.place) or self.pattern[self.place + 1 : self.place + 2] in {']', ''} or _is_set(low):
            return low
        self.place += 1
        high = self.one()
        return f'{low}\\-{high}' if _is_set(high) else f'{low}-{high}'

    def one(self) -> str:
        char = self.take()
        if char == '\\':
            return self.escaped(_IN_CLASS)
        return f'\\{char}' if char in _META else char


def _is_set(member: str) -> bool:
    """Whether this stands for several characters: no end of a range."""
    return re.match(r'\\[sSdDwWpP]', member) is not None
