"""Evaluate a decision with everything it requires (DMN 1.3 §8.2.11 hit policies, §8.3.2 results)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.bpmn.dmn.model import Decision, Output, Row
from engine.feel import FeelError, to_plain

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
) -> Any:
    """The plain result of the decision: one value, a mapping when it has several outputs, a list when it collects; None without a hit.

    `now` is an aware instant, the only clock `now()` and `today()` know. Raises DecisionError, and KeyError for an unknown id.
    """
    known: dict[str, Any] = dict(context)
    done: set[str] = set()

    def value_of(name: str) -> Any:
        decision = decisions[name]
        for required in decision.requires:
            if required not in done:
                done.add(required)
                known[decisions[required].variable] = value_of(required)
        return _evaluate(decision, known, functions, now)

    return to_plain(value_of(wanted))


def _evaluate(decision: Decision, context: Mapping[str, Any], functions: Functions | None, now: datetime | None) -> Any:
    try:
        if decision.literal is not None:
            return decision.literal.evaluate(context, functions, now=now)
        values = [column.expression.evaluate(context, functions, now=now) for column in decision.inputs]
        hits = [row for row in decision.rows if _holds(row, values, context, functions, now)]
        wanted = hits[:1] if decision.hit_policy == 'F' else hits
        results = [_result(row, context, functions, now) for row in wanted]
        return _answer(decision, results, context, functions, now)
    except FeelError as error:
        called = decision.name or decision.id
        raise DecisionError(f'Expected {decision.id} to have a value, but {error}', f'决策“{called}”无法求值：{error}') from error


def _holds(row: Row, values: Sequence[Any], context: Mapping[str, Any], functions: Functions | None, now: datetime | None) -> bool:
    return all(test is None or test.matches(value, context, functions, now=now) for test, value in zip(row.tests, values, strict=True))


def _result(row: Row, context: Mapping[str, Any], functions: Functions | None, now: datetime | None) -> tuple[Any, ...]:
    return tuple(None if result is None else result.evaluate(context, functions, now=now) for result in row.results)


def _answer(
    decision: Decision, results: list[tuple[Any, ...]], context: Mapping[str, Any], functions: Functions | None, now: datetime | None
) -> Any:
    policy, outputs = decision.hit_policy, decision.outputs
    if policy in ('P', 'O'):
        results = sorted(results, key=lambda result: _rank(outputs, result))
    if policy in ('C', 'R', 'O'):
        found = [_shape(outputs, result) for result in results]
        return _aggregate(decision.aggregation, found) if decision.aggregation else found
    if not results:
        given = [output.default.evaluate(context, functions, now=now) if output.default else None for output in outputs]
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
