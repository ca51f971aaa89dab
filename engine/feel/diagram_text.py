"""Texts of a diagram that hold expressions, in the ways different modelers write them.

``= amount > 1000`` (Camunda 8), ``${amount > 1000}`` and ``#{amount > 1000}`` (Camunda 7, Flowable, Activiti),
``${= amount > 1000}`` (FEEL, where braces tell an expression from plain text), ``No. ${number} of ${year}`` (literal text around values),
``amount > 1000`` (the bare expression).
The spellings of JUEL are read in all but the first: ``== && || ! eq ne lt gt le ge div mod not empty``, ``a ? b : c``,
``'single quotes'`` and ``a['key']``. Its meaning (`engine.feel.juel`: coercion, methods, lists from 0) holds in ``${…}`` and ``#{…}`` only.
"""

from collections.abc import Iterable

from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Expression
from engine.feel.parser import parse_expression
from engine.feel.syntax import Concatenation, Literal, SyntaxNode


def compile_diagram_text(source: str, names: Iterable[str] = (), *, literal: bool = False) -> Expression:
    """Compile a text of a diagram; it evaluates like any expression.

    One ``${…}`` alone gives its value as it is; with text around it the result is a string, null written as nothing.
    A text without any marker is an expression, or with `literal` stands for itself. Raises FeelSyntaxError.
    """
    names = tuple(names)
    text = source.strip()
    if _is_feel(text):
        offset = source.index('=') + 1
        return Expression(source, parse_expression(' ' * offset + source[offset:], names))
    if not _is_marked(source):
        return Expression(source, Literal(0, source) if literal else parse_expression(source, names, lenient=True))
    parts = _parts(source, names, keep_blanks=literal)
    node = parts[0] if len(parts) == 1 else Concatenation(0, tuple(parts))
    return Expression(source, node, juel=len(parts) > 1 or not _is_feel(text[2:]))


def _is_feel(text: str) -> bool:
    """Whether an expression is marked as FEEL: Camunda 8 begins it with `=`."""
    plain = text.lstrip()
    return plain.startswith('=') and not plain.startswith('==')


def _is_marked(source: str) -> bool:
    return '${' in source or '#{' in source


def _parts(source: str, names: tuple[str, ...], *, keep_blanks: bool) -> list[SyntaxNode]:
    parts: list[SyntaxNode] = []
    position = 0
    while position < len(source):
        start = min((p for p in (source.find('${', position), source.find('#{', position)) if p >= 0), default=-1)
        if start < 0:
            parts.append(Literal(position, source[position:]))
            break
        if start > position:
            parts.append(Literal(position, source[position:start]))
        node, position = _embedded(source, start + 2, names)
        parts.append(node)
    values = [p for p in parts if not (isinstance(p, Literal) and isinstance(p.value, str) and not p.value.strip())]
    return values if len(values) == 1 and not keep_blanks else parts


def _embedded(source: str, start: int, names: tuple[str, ...]) -> tuple[SyntaxNode, int]:
    """The expression that begins at `start` and where the text goes on after its closing brace; `${=…}` is FEEL."""
    end = _closing(source, start)
    if _is_feel(source[start:end]):
        begin = source.index('=', start) + 1
        return parse_expression(' ' * begin + source[begin:end], names), end + 1
    try:
        return parse_expression(' ' * start + source[start:end], names, juel=True), end + 1
    except FeelSyntaxError as error:
        if error.instead is not None:
            error.instead = source[:start] + error.instead[start:] + source[end:]
        raise


def _closing(source: str, start: int) -> int:
    """Where the brace closes that was opened before `start`, looking past strings and inner braces."""
    depth, quote, index = 1, '', start
    while index < len(source):
        char = source[index]
        if quote:
            index += char == '\\'
            quote = '' if char == quote else quote
        elif char in '"\'`':
            quote = char
        elif char in '{}':
            depth += 1 if char == '{' else -1
            if depth == 0:
                return index
        index += 1
    raise FeelSyntaxError(
        source, start - 2, expected='}', found='end', zh='“${”缺少对应的“}”', en='Expected } to close ${, but the text ends'
    )
