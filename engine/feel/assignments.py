"""Script tasks: lines ``name = expression``, run one after the other. No other kind of script is ever run."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.effort import Effort
from engine.feel.cursor import KEYWORDS
from engine.feel.errors import FeelWarning
from engine.feel.expression import Expression
from engine.feel.lexer import Lexeme, tokenize
from engine.feel.parser import Parser
from engine.feel.runtime import DEFAULT_LIMITS, Budget, HostFunctions, Runtime
from engine.feel.values import to_plain


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """`path` is the variable and the keys within it that get the value of `expression`."""

    path: tuple[str, ...]
    expression: Expression


def compile_assignments(source: str, names: Iterable[str] = ()) -> list[AssignmentLine]:
    """Compile a script: ``name = expression``, ``a.b = expression`` or ``name := expression``.

    Assignments end at a semicolon, or at a new line that begins with the next one; ``//`` and ``/* */`` are comments.
    Positions of syntax errors count from the start of the script. Raises FeelSyntaxError.
    """
    tokens = tokenize(source)
    names = tuple(names)
    made: list[AssignmentLine] = []
    for start, end in _statements(source, tokens):
        stop = tokens[end].start
        parser = Parser(source, [*tokens[start:end], Lexeme('end', '', stop, stop)], names)
        path = [parser.name()]
        while parser.accept_op('.'):
            path.append(parser.name())
        if not parser.accept_op('=', ':='):
            parser.fail('name = expression', '“变量 = 表达式”')
        node = parser.expression()
        parser.expect_end()
        made.append(AssignmentLine(tuple(path), Expression(source, node)))
    return made


def _statements(source: str, tokens: list[Lexeme]) -> list[tuple[int, int]]:
    """Where each statement begins and ends in `tokens`."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for index, token in enumerate(tokens):
        if token.kind == 'op' and token.value in {'(', '[', '{', ')', ']', '}'}:
            depth += 1 if token.value in '([{' else -1
        separator = token.kind == 'end' or (depth <= 0 and token.kind == 'op' and token.value == ';')
        begins = depth <= 0 and index > start and _begins_line(source, tokens, index) and _is_target(tokens, index)
        if separator or begins:
            if index > start:
                spans.append((start, index))
            start = index + 1 if separator else index
    return spans


def _begins_line(source: str, tokens: list[Lexeme], index: int) -> bool:
    before = tokens[index - 1]
    if '\n' not in source[before.end : tokens[index].start]:
        return False
    return (
        before.kind in {'number', 'string', 'name'}
        or before.value in {')', ']', '}', '?'}
        or (
            before.kind == 'word'
            and before.value
            not in {'and', 'or', 'then', 'else', 'return', 'satisfies', 'in', 'if', 'for', 'some', 'every', 'between', 'of'}
        )
    )


def _is_target(tokens: list[Lexeme], index: int) -> bool:
    """Do a name, perhaps with keys, and an equals sign stand here?"""
    first = index
    if tokens[first].value in KEYWORDS and tokens[first].kind == 'word':
        return False
    while tokens[index].kind in {'word', 'name'} or (tokens[index].value == '.' and index > first):
        index += 1
    return index > first and tokens[index].kind == 'op' and tokens[index].value in {'=', ':='}


def execute(
    assignments: Iterable[AssignmentLine],
    context: Mapping[str, Any],
    functions: HostFunctions | None = None,
    *,
    now: datetime | None = None,
    limits: Budget = DEFAULT_LIMITS,
    effort: Effort | None = None,
    warnings: list[FeelWarning] | None = None,
) -> dict[str, Any]:
    """Run a script and give the variables it set, whole, as plain data (see `to_plain`). `context` stays as it is.

    Later assignments see what earlier ones set, still as FEEL values (a date is a date until the script ends).
    The whole script has one budget, `limits`, within what is left of `effort`; reasons for nulls are added to `warnings`.
    Raises FeelBudgetError.
    """
    changed: dict[str, Any] = {}
    runtime = Runtime(ChainMap(changed, dict(context)), functions, now, limits, effort)
    for assignment in assignments:
        value = assignment.expression.value_in(runtime)
        name, *keys = assignment.path
        changed[name] = _with(runtime, runtime.context.get(name), keys, value)
        runtime.forget(name)
        runtime.settle()
    if warnings is not None:
        warnings.extend(runtime.warnings)
    final = runtime.finish(changed)
    runtime.settle()
    return {name: to_plain(value) for name, value in final.items()}


def _with(runtime: Runtime, old: Any, keys: list[str], value: Any) -> Any:
    """`old` with `value` at the end of `keys`; what is no context there becomes one."""
    if not keys:
        return value
    entries = runtime.taken(old) if isinstance(old, Mapping) else {}
    return {**entries, keys[0]: _with(runtime, entries.get(keys[0]), keys[1:], value)}
