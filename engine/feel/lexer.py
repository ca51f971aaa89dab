"""Text into tokens. FEEL keeps keywords and names apart by position, so words stay words here; the parser decides."""

import re
from dataclasses import dataclass
from typing import Final

from engine.feel.errors import FeelSyntaxError

MAX_SOURCE: Final = 20_000
"""The longest expression in characters. A decision that needs more belongs into a decision table."""

_FULL_WIDTH: Final = dict(zip('（），：；！？＝＞＜［］｛｝＋－＊／．“”‘’。、', '(),:;!?=><[]{}+-*/.""\'\'.,', strict=True))

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      |(?P<word>[^\W\d][\w\u00b7\u203f\u2040]*)
      |(?P<string>"(?:[^"\\]|\\.)*")
      |(?P<single>'(?:[^'\\]|\\.)*')
      |(?P<quoted>`[^`\n]+`)
      |(?P<op>\*\*|\.\.|:=|===|!==|==|!=|<=|>=|&&|\|\||->|[-+*/^=<>()\[\]{},.:;?@!%'])""",
    re.VERBOSE | re.DOTALL,
)
_BRACKETED: Final = re.compile(r'[$#]\((.*)\)', re.DOTALL)
_FOREIGN: Final = {'===': '==', '!==': '!='}
"""Operators of other languages and what to write for them."""
_ESCAPE: Final = re.compile(r'\\(?:(["\\nrt])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6}))')
_SURROGATES: Final = re.compile('[\ud800-\udbff][\udc00-\udfff]')
_PLAIN: Final = {'"': '"', '\\': '\\', 'n': '\n', 'r': '\r', 't': '\t'}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token: `kind` is word, number, string, name (quoted by backticks), op or end; `value` is what it means."""

    kind: str
    value: str
    start: int
    end: int


def tokenize(source: str, *, lenient: bool = False) -> list[Lexeme]:
    """All tokens of `source`, ended by one of kind ``end``.

    `lenient` also reads the spellings of JUEL: single quotes, ``== && || ! %``.
    Raises FeelSyntaxError for anything no token begins with, and for a text longer than `MAX_SOURCE`.
    """
    if len(source) > MAX_SOURCE:
        raise FeelSyntaxError(
            source,
            MAX_SOURCE,
            expected=f'at most {MAX_SOURCE} characters',
            found=f'{len(source)} characters',
            zh=f'表达式过长，最多 {MAX_SOURCE} 个字符，现有 {len(source)} 个',
            en=f'Expected at most {MAX_SOURCE} characters, but found {len(source)}',
        )
    tokens: list[Lexeme] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise _unknown(source, position)
        kind = str(match.lastgroup)
        if kind == 'single' and not lenient:
            kind, end = 'op', position + 1
        else:
            end = match.end()
        if kind != 'space':
            tokens.append(_token(source, kind, position, end, lenient))
        position = end
    tokens.append(Lexeme('end', '', len(source), len(source)))
    return tokens


def _token(source: str, kind: str, start: int, end: int, lenient: bool) -> Lexeme:
    text = source[start:end]
    if kind == 'string':
        return Lexeme('string', unescape(text[1:-1]), start, end)
    if kind == 'single':
        return Lexeme('string', unescape(text[1:-1]).replace("\\'", "'"), start, end)
    if kind == 'quoted':
        return Lexeme('name', text[1:-1], start, end)
    if kind == 'op' and text in _FOREIGN:
        raise _foreign(source, start, text, _FOREIGN[text] if lenient else _FOREIGN[text].replace('==', '='))
    if kind == 'op' and text in {'==', '&&', '||', '!', '%'} and not lenient:
        raise _unknown(source, start)
    if kind == 'op' and source.startswith('/*', start):
        raise _unclosed(source, start, '*/', '注释没有结束', 'the comment')
    return Lexeme(kind, text, start, end)


def unescape(text: str) -> str:
    r"""The text a string literal stands for: ``\" \\ \n \r \t \uXXXX \UXXXXXX``; other backslashes stay (DMN 1.3, 10.3.1.4)."""
    if '\\' not in text:
        return text
    return _SURROGATES.sub(_pair, _ESCAPE.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    plain, four, six = match.groups()
    if plain:
        return _PLAIN[plain]
    code = int(four or six, 16)
    return chr(code) if code <= 0x10FFFF else str(match.group())


def _pair(match: re.Match[str]) -> str:
    return match.group().encode('utf-16', 'surrogatepass').decode('utf-16')


def _half_width(source: str) -> str:
    """The text with half-width punctuation outside its string literals."""
    parts = re.split(r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')', source)
    return ''.join(part if index % 2 else ''.join(_FULL_WIDTH.get(char, char) for char in part) for index, part in enumerate(parts))


def _unknown(source: str, position: int) -> FeelSyntaxError:
    char = source[position]
    if char == '"':
        return _unclosed(source, position, '"', '文本缺少结束的引号', 'the string')
    if char == "'":
        return _unclosed(source, position, "'", '文本缺少结束的引号', 'the string')
    if char == '`':
        return _unclosed(source, position, '`', '名称缺少结束的反引号', 'the name')
    if char in _FULL_WIDTH:
        half = _FULL_WIDTH[char]
        return FeelSyntaxError(
            source,
            position,
            expected=half,
            found=char,
            zh=f'应使用半角符号“{half}”，而不是全角符号“{char}”',
            en=f'Expected the half-width character {half!r}, but found {char!r}',
            instead=_half_width(source),
        )
    bracketed = _BRACKETED.fullmatch(source.strip())
    if bracketed:
        return _foreign(source, position, source.strip(), '${' + bracketed[1] + '}')
    return FeelSyntaxError(
        source, position, expected='an expression', found=char, zh=f'不认识的符号“{char}”', en=f'Expected an expression, but found {char!r}'
    )


def _foreign(source: str, position: int, found: str, instead: str) -> FeelSyntaxError:
    zh, en = f'没有“{found}”这种写法，请写“{instead}”', f'Expected {instead}, but found {found}, which is neither FEEL nor JUEL'
    whole = source.replace(found, instead)
    return FeelSyntaxError(source, position, expected=instead, found=found, zh=zh, en=en, instead=whole)


def _unclosed(source: str, position: int, closing: str, zh: str, what: str) -> FeelSyntaxError:
    return FeelSyntaxError(
        source, position, expected=closing, found='end', zh=zh, en=f'Expected {closing} to end {what}, but the text ends'
    )
