"""A place in the tokens: what stands here, what a name is, and what to say when something else was expected."""

from collections.abc import Iterable
from typing import Final, NoReturn

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Lexeme, tokenize
from engine.feel.syntax import TypeRef

MAX_NESTING: Final = 50
"""How deep brackets, functions, conditions and paths may nest."""

KEYWORDS: Final = frozenset(
    {
        'and',
        'or',
        'if',
        'then',
        'else',
        'for',
        'in',
        'return',
        'some',
        'every',
        'satisfies',
        'between',
        'instance',
        'function',
        'true',
        'false',
        'null',
        'external',
    }
)
JUEL_WORDS: Final = {'eq': '=', 'ne': '!=', 'lt': '<', 'gt': '>', 'le': '<=', 'ge': '>=', 'div': '/', 'mod': '%'}
KEYWORD_NAMES: Final = ('date and time', 'years and months duration', 'get or else')
"""Built-in names that contain a keyword: only these need to be known to be read as one name."""


class Cursor:
    """Reads tokens one after the other. `names` are further names with spaces, keywords or operators in them.

    `lenient` reads the spellings of JUEL as well, `juel` also gives them the meaning of JUEL.
    """

    def __init__(self, source: str, tokens: list[Lexeme], names: Iterable[str] = (), *, lenient: bool = False, juel: bool = False) -> None:
        self.source = source
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.lenient = lenient or juel
        self.juel = juel
        self._special = [(name, _words(name)) for name in (*KEYWORD_NAMES, *names)]
        self._special = sorted((s for s in self._special if len(s[1]) > 1), key=lambda s: -len(s[1]))

    @property
    def token(self) -> Lexeme:
        """The token that is next."""
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Lexeme:
        """The token `ahead` of the next one; the end token if there is none."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def at_op(self, *values: str) -> bool:
        """Is one of these operators next?"""
        token = self.token
        return token.kind == 'op' and token.value in values

    def at_word(self, *values: str) -> bool:
        """Is one of these words next?"""
        token = self.token
        return token.kind == 'word' and token.value in values

    def accept_op(self, *values: str) -> bool:
        """Take one of these operators if it is next."""
        if self.at_op(*values):
            self.index += 1
            return True
        return False

    def accept_word(self, value: str) -> bool:
        """Take this word if it is next."""
        if self.at_word(value):
            self.index += 1
            return True
        return False

    def expect_op(self, value: str) -> None:
        """Take this operator, or say that it is missing."""
        if not self.accept_op(value):
            self.fail(value)

    def expect_word(self, value: str) -> None:
        """Take this word, or say that it is missing."""
        if not self.accept_word(value):
            self.fail(value)

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self.token.kind != 'end':
            self.fail('an operator or the end', '运算符或结尾')

    def fail(self, expected: str, expected_zh: str = '') -> NoReturn:
        """Raise FeelSyntaxError at the next token."""
        token = self.token
        found = self.source[token.start : token.end]
        wanted = expected_zh or f'“{expected}”'
        raise FeelSyntaxError(
            self.source,
            token.start,
            expected=expected,
            found=found or 'end',
            zh=f'此处应为{wanted}，' + (f'但看到“{found}”' if found else '但表达式已结束'),
            en=f'Expected {expected}, but ' + (f'found {found!r}' if found else 'the expression ends'),
        )

    def deeper(self) -> None:
        """Count one level of nesting; the caller gives it back by lowering `depth`."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelSyntaxError(
                self.source,
                self.token.start,
                expected=f'at most {MAX_NESTING} levels',
                found='more levels',
                zh=f'嵌套过深，最多 {MAX_NESTING} 层',
                en=f'Expected at most {MAX_NESTING} levels of nesting',
            )

    def at_name(self) -> bool:
        """Does a name begin here?"""
        token = self.token
        return token.kind == 'name' or (token.kind == 'word' and token.value not in KEYWORDS) or bool(self._match())

    def name(self, stop: tuple[str, ...] = ()) -> str:
        """Take a name: a known special one, one in backticks, or all adjacent words that are no keywords."""
        if not self.at_name():
            self.fail('a name', '名称')
        special = self._match()
        if special:
            self.index += special[1]
            return special[0]
        if self.token.kind == 'name':
            self.index += 1
            return self.tokens[self.index - 1].value
        words = [self.token.value]
        self.index += 1
        while self._continues(stop):
            words.append(self.token.value)
            self.index += 1
        return ' '.join(words)

    def _continues(self, stop: tuple[str, ...]) -> bool:
        token = self.token
        if token.kind != 'word' or token.value in KEYWORDS or token.value in stop:
            return False
        return not (self.lenient and token.value in JUEL_WORDS)

    def _match(self) -> tuple[str, int] | None:
        for name, words in self._special:
            window = self.tokens[self.index : self.index + len(words)]
            if len(window) == len(words) and all(t.value == w and t.kind != 'string' for t, w in zip(window, words, strict=True)):
                if name not in KEYWORD_NAMES or self.peek(len(words)).value == '(':
                    return name, len(words)
        return None

    def type_ref(self) -> TypeRef:
        """Take a type: ``number``, ``list<string>``, ``context<a: number>``, ``function<number> -> string``."""
        self.deeper()
        if self.accept_word('function'):
            name = 'function'
        elif self.accept_word('null'):
            name = 'Null'
        else:
            name = self._type_name()
        ref = TypeRef(name)
        if self.at_op('<') and name in {'list', 'context', 'function', 'range'}:
            ref = self._type_arguments(name)
        self.depth -= 1
        return ref

    def _type_name(self) -> str:
        words: list[str] = []
        while self.token.kind == 'word' and (
            self.token.value not in KEYWORDS or (self.token.value == 'and' and words in (['date'], ['days'], ['years']))
        ):
            words.append(self.token.value)
            self.index += 1
        if not words:
            self.fail('a type', '类型')
        return ' '.join(words)

    def _type_arguments(self, name: str) -> TypeRef:
        self.expect_op('<')
        parts: list[TypeRef] = []
        keys: list[str] = []
        while not self.at_op('>'):
            if parts:
                self.expect_op(',')
            if name == 'context':
                keys.append(self.name())
                self.expect_op(':')
            parts.append(self.type_ref())
        self.expect_op('>')
        if name == 'function' and self.accept_op('->'):
            parts.append(self.type_ref())
        return TypeRef(name, tuple(parts), tuple(keys))


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.value for token in tokenize(name)[:-1])
