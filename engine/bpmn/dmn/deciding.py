"""Evaluate a decision with everything it requires (DMN 1.3 §8.2.11 hit policies, §8.3.2 results)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from engine.bpmn.dmn.model import Decision, Output, Row
from engine.bpmn.dmn.types import converted
from engine.core.effort import DECISION, Effort, TooMuchWork
from engine.feel import Expression, FeelError, FeelWarning, UnaryTests, from_plain, to_plain, to_text

Functions = Mapping[str, Callable[..., Any]]


class DecisionError(Exception):
    """The decision has no answer its hit policy allows. `zh` says it in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


def decide(
    decisions: Mapping[str, Decision],
    wanted: str,
    context: Mapping[str, Any],
    functions: Functions | None = None,
    *,
    now: datetime | None = None,
    effort: Effort | None = None,
) -> Any:
    """The plain result of the decision: one value, a mapping when it has several outputs, a list when it collects; None without a hit.

    `now` is an aware instant, the only clock `now()` and `today()` know. `effort` pays for every cell that is
    looked at, of all decisions together. Raises DecisionError, and KeyError for an unknown id.
    """
    asked = _Asked(functions, now, effort or Effort(DECISION))
    return to_plain(_evaluate(decisions[wanted], _with_required(decisions, wanted, context, asked), asked))


def holding(
    decisions: Mapping[str, Decision],
    wanted: str,
    context: Mapping[str, Any],
    functions: Functions | None = None,
    *,
    now: datetime | None = None,
    effort: Effort | None = None,
) -> list[str]:
    """The ids of the rules of a table that hold, in its order, whatever the hit policy makes of them. Raises what `decide` raises."""
    asked = _Asked(functions, now, effort or Effort(DECISION))
    decision, known = decisions[wanted], _with_required(decisions, wanted, context, asked)
    with _answering(decision):
        values = [asked.value(column.expression, known) for column in decision.inputs]
        return [row.id for row in decision.rows if asked.holds(row, values, known)]


def _with_required(decisions: Mapping[str, Decision], wanted: str, context: Mapping[str, Any], asked: _Asked) -> dict[str, Any]:
    """The context with the results of every decision that is required, each decided once."""
    known: dict[str, Any] = dict(context)
    done: set[str] = set()

    def add_required(name: str) -> None:
        for required in decisions[name].requires:
            if required not in done:
                done.add(required)
                add_required(required)
                known[decisions[required].variable] = _evaluate(decisions[required], known, asked)

    add_required(wanted)
    return known


class _Asked(NamedTuple):
    """What every evaluation of one question is given besides its context."""

    functions: Functions | None
    now: datetime | None
    effort: Effort

    def value(self, expression: Expression, context: Mapping[str, Any]) -> Any:
        return expression.evaluate(context, self.functions, now=self.now, effort=self.effort)

    def holds(self, row: Row, values: Sequence[Any], context: Mapping[str, Any]) -> bool:
        self.effort.spend(1 + len(values))
        return all(test is None or self._met(test, value, context) for test, value in zip(row.tests, values, strict=True))

    def _met(self, test: UnaryTests, value: Any, context: Mapping[str, Any]) -> bool:
        warnings: list[FeelWarning] = []
        met = test.matches(value, context, self.functions, now=self.now, effort=self.effort, warnings=warnings)
        wrong = next((one for one in warnings if one.code in _WRONG), None)
        if wrong is not None:
            zh = f'单元格“{test.source}”没有值：{wrong.zh}（输入值 {to_text(from_plain(value), quote=True)}）'
            raise DecisionError(f'Expected the cell {test.source!r} to be true or false, but {wrong.en} for {value!r}', zh)
        return met

    def result(self, row: Row, outputs: Sequence[Output], context: Mapping[str, Any]) -> tuple[Any, ...]:
        values = [None if result is None else self.value(result, context) for result in row.results]
        return tuple(typed(output.label or output.name, output.type, value) for output, value in zip(outputs, values, strict=True))


_WRONG = frozenset({'no_function', 'invalid_type'})


def typed(column: str, type_ref: str, value: Any) -> Any:
    """A value as the type of its column. Raises DecisionError that names column, value and type."""
    try:
        return converted(type_ref, value)
    except ValueError as error:
        shown = to_text(from_plain(value), quote=True)
        zh = f'“{column}”的值 {shown} 不是类型 {type_ref}'
        raise DecisionError(f'Expected {column} to be of the type {type_ref}, but it is {shown}', zh) from error


def _evaluate(decision: Decision, context: Mapping[str, Any], asked: _Asked) -> Any:
    with _answering(decision):
        if decision.literal is not None:
            return typed(decision.name or decision.id, decision.type, asked.value(decision.literal, context))
        values = [typed(column.label or column.text, column.type, asked.value(column.expression, context)) for column in decision.inputs]
        hits = [row for row in decision.rows if asked.holds(row, values, context)]
        wanted = hits[:1] if decision.hit_policy == 'F' else hits
        results = [asked.result(row, decision.outputs, context) for row in wanted]
        return _answer(decision, results, context, asked)


@contextmanager
def _answering(decision: Decision) -> Iterator[None]:
    """What cannot be evaluated is the decision's failure."""
    try:
        yield
    except (FeelError, TooMuchWork) as error:
        called = decision.name or decision.id
        zh = getattr(error, 'zh', str(error))
        raise DecisionError(f'Expected {decision.id} to have a value, but {error}', f'决策“{called}”无法求值：{zh}') from error


def _answer(decision: Decision, results: list[tuple[Any, ...]], context: Mapping[str, Any], asked: _Asked) -> Any:
    policy, outputs = decision.hit_policy, decision.outputs
    if policy in ('P', 'O'):
        results = sorted(results, key=lambda result: _rank(outputs, result))
    if policy in ('C', 'R', 'O'):
        found = [_shape(outputs, result) for result in results]
        return _aggregate(decision.aggregation, found) if decision.aggregation else found
    if not results:
        given = [
            typed(output.label or output.name, output.type, asked.value(output.default, context)) if output.default else None
            for output in outputs
        ]
        return None if all(output.default is None for output in outputs) else _shape(outputs, tuple(given))
    if policy == 'U' and len(results) > 1:
        raise _several(decision, f'{len(results)} rules hold', f'有 {len(results)} 条规则同时成立')
    if policy == 'A' and any(result != results[0] for result in results):
        raise _several(decision, 'rules with different results hold', '同时成立的规则结果不同')
    return _shape(outputs, results[0])


def _several(decision: Decision, en: str, zh: str) -> DecisionError:
    called = decision.name or decision.id
    expected = f'Expected one answer of {decision.id} (hit policy {decision.hit_policy}), but {en}'
    return DecisionError(expected, f'决策“{called}”没有唯一答案：{zh}')


def _shape(outputs: Sequence[Output], result: tuple[Any, ...]) -> Any:
    return result[0] if len(outputs) == 1 else {output.name: value for output, value in zip(outputs, result, strict=True)}


def _rank(outputs: Sequence[Output], result: tuple[Any, ...]) -> tuple[int, ...]:
    """Preference by the order of the outputs' allowed values, the first column first; an unlisted value comes last."""
    return tuple(
        output.allowed.index(to_plain(value)) if to_plain(value) in output.allowed else len(output.allowed)
        for output, value in zip(outputs, result, strict=True)
    )


def _aggregate(aggregation: str, found: list[Any]) -> Any:
    if aggregation == 'COUNT':
        return Decimal(len(found))
    numbers = [one for one in found if isinstance(one, Decimal)]
    if not numbers or len(numbers) != len(found):
        return None  # DMN leaves the aggregate of nothing, or of what is no number, without a value
    if aggregation == 'SUM':
        return sum(numbers)
    return min(numbers) if aggregation == 'MIN' else max(numbers)
