"""The one door to FEEL: texts beginning with `=`, unary tests of hide conditions, and results as plain JSON data.

form-js turns an expression that fails into null; so do we, because a form must open for a citizen whatever is missing yet.
What cannot be compiled at all is a problem of the form and found by `parse_form`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.core.effort import Effort, TooMuchWork
from engine.feel import Evaluation, Expression, FeelError, FeelSyntaxError, compile_diagram_text, compile_expression, to_plain


class Context(dict[str, Any]):
    """What an expression sees, the instant that `now()` and `today()` give, and the steps left for all expressions of the form together."""

    def __init__(self, values: Mapping[str, Any], now: datetime | None, effort: Effort | None = None) -> None:
        super().__init__(values)
        self.now, self.effort = now, effort


def is_expression(value: Any) -> bool:
    """form-js: a string that begins with `=`."""
    return isinstance(value, str) and value.startswith('=')


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Expression:
    return compile_expression(text)


def syntax_problem(text: str) -> str | None:
    """Why this FEEL text (without `=`) does not compile, or None."""
    try:
        _compiled(text)
    except FeelSyntaxError as error:
        return str(error)
    return None


@lru_cache(maxsize=4096)
def compiled_default(text: str) -> Expression:
    """A default of a generated field, as diagrams write it (`${…}`). Raises FeelSyntaxError."""
    return compile_diagram_text(text, literal=True)


def default_fault(text: str) -> tuple[str, str] | None:
    """Why a default cannot be evaluated when its form opens (zh, en), or None."""
    try:
        functions = compiled_default(text).functions
    except FeelSyntaxError as error:
        return error.zh, str(error)
    name = next(iter(sorted(functions)), None)
    return None if name is None else (f'表单中没有函数 {name}', f'forms have no function {name}')


def evaluate_default(text: str, context: Context) -> tuple[Any, tuple[str, str] | None]:
    """The value of a default as plain data, or null and why (zh, en). Raises TooMuchWork."""
    try:
        found: Evaluation = compiled_default(text).run(context, now=context.now, effort=context.effort)
        value = to_plain(found.value)
    except TooMuchWork:
        raise
    except FeelError as error:
        return None, (str(error), str(error))
    if value is not None:
        return value, None
    return None, next(((one.zh, one.en) for one in found.warnings), ('此时没有值', 'it has no value now'))


def evaluate_text(text: str, context: Mapping[str, Any]) -> Any:
    """The value of a FEEL text as plain data; null when it cannot be computed. Raises TooMuchWork."""
    now, effort = (context.now, context.effort) if isinstance(context, Context) else (None, None)
    try:
        return to_plain(_compiled(text).evaluate(context, now=now, effort=effort))
    except TooMuchWork:
        raise
    except FeelError:
        return None


def evaluate(value: Any, context: Mapping[str, Any]) -> Any:
    """The value itself, or what it evaluates to when it is an expression."""
    return evaluate_text(value[1:], context) if is_expression(value) else value


def negated(text: str) -> str | None:
    """What stands inside a unary test that is `not( … )` as a whole; unary tests read that as a negation of the match."""
    text = text.strip()
    if not text.startswith('not') or not text[3:].lstrip().startswith('(') or not text.endswith(')'):
        return None
    inner = text[3:].lstrip()
    depth, quoted = 0, False
    for place, char in enumerate(inner):
        if char == '"':
            quoted = not quoted
        elif not quoted:
            depth += (char == '(') - (char == ')')
            if depth == 0:
                return inner[1:place] if place == len(inner) - 1 else None
    return None


def passes(condition: str | None, context: Mapping[str, Any]) -> bool:
    """Whether a condition holds, read as form-js reads it: a unary test against null.

    So `=amount > 3` holds while `amount` is still unknown (null matches null) and a text never holds.
    """
    if not condition or not is_expression(condition):
        return False
    inner = negated(condition[1:])
    matches = _matches(evaluate_text(condition[1:] if inner is None else inner, context))
    return matches if inner is None else not matches


def _matches(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return any(item is None or item is True for item in value)
    return value is None


def number(value: Decimal) -> int | float | None:
    """A JSON number: whole numbers as int, others as the nearest double; null when it is not finite."""
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def build_context(
    data: Mapping[str, Any], this: Any, parent: Any, i: tuple[int, ...], *, now: datetime | None, effort: Effort | None
) -> Context:
    """What an expression sees: `this`, `parent`, `i` (rows counted from 1), all data, and `_this_`, `_parent_`, `_i_`."""
    rows = list(i)
    return Context({'this': this, 'parent': parent, 'i': rows, **data, '_this_': this, '_parent_': parent, '_i_': rows}, now, effort)
