"""What stock SpiffWorkflow gets right is done the same here; what it gets wrong is listed with both behaviours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, program, sketch
from unit.bpmn_run.stock import Stock, stock_program
from unit.bpmn_run.stock_drawings import BLOCKS, Drawing

PEOPLE = ['甲', '乙', '丙']


class Pair:
    """One diagram in both, driven step by step; `same` says whether they stand alike."""

    def __init__(self, texts: tuple[str, ...], variables: Mapping[str, Any]) -> None:
        self.ours = Case(program(*texts), variables)
        self.stock: Stock = stock_program(*(sketch(text, name) for text, name in zip(texts, 'PQR', strict=False)))(variables)
        self.sent: set[str] = set()  # events that do not interrupt and have happened: stock hears them once

    @property
    def waits(self) -> dict[str, tuple[str, str]]:
        """What waits for a timer, message or signal here: element, and kind and name."""
        every = self.ours.history
        gone = {one for each in every for one in (*each.unawaited, *each.disarmed)}
        heard = {one.element: (one.kind, one.name) for each in every for one in each.awaited if one.token not in gone}
        return heard | {one.element: ('timer', one.limit) for each in every for one in each.armed if one.token not in gone}

    def same(self) -> None:
        assert self.ours.last.failed == []
        assert Counter(self.stock.tasks) == Counter(self.ours.tasks)
        assert self.stock.ended == (self.ours.ended is not None)
        if not self.ours.ended:
            assert self.stock.waiting == set(self.waits) - self.sent

    def do(self, element: str, at: int, **variables: Any) -> None:
        self.ours.do(element, at, **variables)
        self.stock.do(element, at, **variables)

    def happens(self, element: str) -> None:
        kind, name = self.waits[element]
        if kind == 'timer':
            self.ours.fire(element)
            self.stock.fire(element)
        else:
            self.ours.deliver(element)
            self.stock.hear(kind, name)
        if element in self.waits:
            self.sent.add(element)


def walk(pair: Pair, choose: Callable[[list[tuple[str, int]]], tuple[str, int]], most: int = 60) -> bool:
    """Go on until the end, both the same way; whether the end was reached."""
    for turn in range(most):
        pair.same()
        if pair.ours.ended:
            return True
        moves = [(element, at) for element, count in sorted(Counter(pair.ours.tasks).items()) for at in range(count)]
        moves += [(element, -1) for element in sorted(pair.waits) if element not in pair.sent]
        element, at = choose(moves)
        if at < 0:
            pair.happens(element)
        else:
            pair.do(element, at, **{f'v_{element}': turn})
    return False


def without_items(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Stock leaves the item of a multi-instance activity behind as a variable."""
    return {name: value for name, value in variables.items() if not name.startswith('it')}


def compare(data: st.DataObject, blocks: tuple[str, ...]) -> None:
    drawing = Drawing(data, blocks=blocks).whole()
    variables = {**drawing.variables, 'people': PEOPLE[: data.draw(st.integers(0, 3))]}
    note('\n'.join((drawing.text, *drawing.called, str(variables))))
    pair = Pair((drawing.text, *drawing.called), variables)
    if walk(pair, lambda moves: data.draw(st.sampled_from(moves))) and drawing.comparable:
        assert without_items(pair.stock.variables) == without_items(pair.ours.variables)


EASY = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@pytest.mark.parametrize('block', BLOCKS)
@settings(max_examples=25, deadline=None, suppress_health_check=EASY)
@given(data=st.data())
def test_each_construct_runs_alike(block: str, data: st.DataObject) -> None:
    compare(data, ('user', block))


@settings(max_examples=100, deadline=None, suppress_health_check=EASY)
@given(data=st.data())
def test_random_diagrams_run_alike(data: st.DataObject) -> None:
    compare(data, BLOCKS)
