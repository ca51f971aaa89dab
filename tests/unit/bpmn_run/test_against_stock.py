"""H-18: SpiffWorkflow is the oracle. What it gets right is done the same here; what it gets wrong is listed with both behaviours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, sketch
from unit.bpmn_run.stock import Stock, ValidationException, WorkflowException, stock_program
from unit.bpmn_run.stock_differences import KNOWN_DIFFERENCES, Known
from unit.bpmn_run.stock_drawings import BLOCKS, Drawing

from engine.bpmn.program import build_program
from engine.core.bundle import Bundle
from engine.core.errors import Undeployable

PROCESSES = Path(__file__).parents[3] / 'processes'
PEOPLE = ['甲', '乙', '丙']


class Pair:
    """One diagram in both, driven step by step; `same` says whether they stand alike."""

    def __init__(self, files: Mapping[str, bytes], variables: Mapping[str, Any], process: str = 'P') -> None:
        self.ours = Case(build_program(Bundle(files)), variables)
        self.stock: Stock = stock_program(*files.values(), process=process)(variables)
        self.sent: set[str] = set()  # events that do not interrupt and have happened: stock hears them once

    @property
    def waits(self) -> dict[str, tuple[str, str, str]]:
        """What waits for a timer, message or signal, and has not happened yet: element, and token, kind and name."""
        every = self.ours.history
        gone = self.sent.union(one for each in every for one in (*each.unawaited, *each.disarmed))
        heard = {one.element: (one.token, one.kind, one.name) for each in every for one in each.awaited if one.token not in gone}
        return heard | {one.element: (one.token, 'timer', one.limit) for each in every for one in each.armed if one.token not in gone}

    def same(self) -> None:
        assert self.ours.last.failed == []
        assert Counter(self.stock.tasks) == Counter(self.ours.tasks)
        assert self.stock.ended == (self.ours.ended is not None)
        if not self.ours.ended:
            assert self.stock.waiting == set(self.waits)

    def do(self, element: str, at: int, **variables: Any) -> None:
        self.ours.do(element, at, **variables)
        self.stock.do(element, at, **variables)

    def happens(self, element: str) -> None:
        token, kind, name = self.waits[element]
        if kind == 'timer':
            self.ours.fire(element)
            self.stock.fire(element)
        else:
            self.ours.deliver(element)
            self.stock.hear(kind, name)
        self.sent.add(token)


Chooser = Callable[[list[tuple[str, int]]], tuple[str, int]]


def walk(pair: Pair, choose: Chooser, answers: Mapping[str, str] | None = None, most: int = 60) -> bool:
    """Go on until the end, both the same way; whether the end was reached. Every user task writes `answers` and a variable of its own."""
    for turn in range(most):
        pair.same()
        if pair.ours.ended:
            return True
        moves = [(element, at) for element, count in sorted(Counter(pair.ours.tasks).items()) for at in range(count)]
        moves += [(element, -1) for element in sorted(pair.waits)]
        element, at = choose(moves)
        if at < 0:
            pair.happens(element)
        else:
            pair.do(element, at, **{f'v_{element}': turn}, **(answers or {}))
    return False


def drawn(*texts: str, patch: tuple[str, str] = ('', '')) -> dict[str, bytes]:
    """The files of sketched processes P, Q, R."""
    xml = [sketch(text, name).replace(patch[0].encode(), patch[1].encode()) for text, name in zip(texts, 'PQR', strict=False)]
    return dict(zip(('process.bpmn', 'Q.bpmn', 'R.bpmn'), xml, strict=False))


def without_items(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Stock leaves the item of a multi-instance activity behind as a variable."""
    return {name: value for name, value in variables.items() if not name.startswith('it')}


def compare(data: st.DataObject, blocks: tuple[str, ...]) -> None:
    drawing = Drawing(data, blocks=blocks).whole()
    variables = {**drawing.variables, 'people': PEOPLE[: data.draw(st.integers(0, 3))]}
    note('\n'.join((drawing.text, *drawing.called, str(variables))))
    pair = Pair(drawn(drawing.text, *drawing.called), variables)
    if walk(pair, lambda moves: data.draw(st.sampled_from(moves))) and drawing.comparable:
        assert without_items(pair.stock.variables) == without_items(pair.ours.variables)


EASY = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@pytest.mark.parametrize('block', BLOCKS)
@settings(max_examples=25, deadline=None, suppress_health_check=EASY)
@given(data=st.data())
def test_each_construct_runs_alike(block: str, data: st.DataObject) -> None:
    compare(data, ('user', block))


@settings(max_examples=150, deadline=None, suppress_health_check=EASY)
@given(data=st.data())
def test_random_diagrams_run_alike(data: st.DataObject) -> None:
    compare(data, BLOCKS)


ANSWERS = {
    'intake': {'intake_outcome': ('accept', 'supplement', 'not_accepted', 'not_required')},
    'audit': {'audit_result': ('pass', 'send_back')},
    'site_inspection': {'inspection_conclusion': ('pass', 'rectify')},
    'decide': {'decision': ('granted', 'refused')},
    'register': {'decision': ('granted', 'refused')},
}


@pytest.mark.parametrize('item', ['food-business-licence', 'real-estate-transfer'])
@settings(max_examples=25, deadline=None, suppress_health_check=EASY)
@given(data=st.data())
def test_shipped_items_run_alike(item: str, data: st.DataObject) -> None:
    """The same tasks at the same time, whatever people answer and whichever timers fire. Handlers give nothing, fees are given."""
    xml = (PROCESSES / item / 'process.bpmn').read_bytes().replace(b'businessRuleTask', b'task')
    fee = data.draw(st.sampled_from((0, 80)))
    pair = Pair({'process.bpmn': xml}, {'registration_fee': {'amount': fee}}, item.replace('-', '_'))
    answers: dict[str, str] = {}

    def choose(moves: list[tuple[str, int]]) -> tuple[str, int]:
        element, at = data.draw(st.sampled_from(moves))
        for name, values in ANSWERS.get(element, {}).items():
            answers[name] = data.draw(st.sampled_from(values))
        return element, at

    walk(pair, choose, answers)


def _state(tasks: list[str], over: bool) -> str:
    return 'ended' if over else '+'.join(sorted(tasks))


def ours(known: Known) -> tuple[str, ...]:
    """The trail of a known difference here."""
    try:
        made = build_program(Bundle(drawn(known.text.replace('; ', '\n'), patch=known.patch)))
    except Undeployable:
        return ('refused',)
    case = Case(made, known.variables)
    found = []
    for move in ('', *known.moves):
        if move.startswith('!'):
            (case.deliver if case.tokens('awaited', move[1:]) else case.fire)(move[1:])
        elif move:
            case.do(move)
        found.append('incident' if case.last.failed else _state(case.tasks, case.ended is not None))
    return tuple(found)


def theirs(known: Known) -> tuple[str, ...]:
    """The trail of a known difference in stock SpiffWorkflow."""
    try:
        begin = stock_program(*drawn(known.text.replace('; ', '\n'), patch=known.patch).values(), far=known.far, plain=known.plain)
    except ValidationException:
        return ('refused',)
    found: list[str] = []
    case = None
    for move in ('', *known.moves):
        try:
            if case is None:
                case = begin(known.variables)
            elif move.startswith('!'):
                case.happens(move[1:])
            else:
                case.do(move)
        except (WorkflowException, TypeError):
            return (*found, 'raises')
        found.append(_state(case.tasks, case.ended))
    return tuple(found)


@pytest.mark.parametrize('known', KNOWN_DIFFERENCES, ids=lambda known: known.construct)
def test_a_known_difference_is_still_one(known: Known) -> None:
    assert ours(known) == known.ours
    assert theirs(known) == known.stock, f'SpiffWorkflow has changed in: {known.construct}. See fact {known.fact} of the ADR'


def test_fact_7_only_the_tree_of_stock_grows_with_every_round() -> None:
    text = 'start s\nxor m\nuser a\nxor g\nend e\ns -> m -> a -> g\ng -> m ? more\ng => e'
    pair = Pair(drawn(text), {})
    sizes = []
    for _ in range(20):
        pair.do('a', 0, more=True)
        pair.ours.history = pair.ours.history[-1:]
        sizes.append((len(pair.ours.run._instance.tasks), len(pair.stock.workflow.tasks)))
    assert {ours for ours, _ in sizes} == {2}
    assert sizes[-1][1] - sizes[0][1] == 19 * 3, 'SpiffWorkflow keeps less now: see fact 7 of the ADR'
