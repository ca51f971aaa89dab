"""The state: small, complete, flat however long a case loops, and readable for ever."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.run import Run
from engine.bpmn.spiff.codec import StateUnreadable
from engine.feel import Months

GOLDEN = Path(__file__).parent / 'golden'

LOOP = """
start s
xor m
user check
user supplement
xor g
and f
user a
user b
and j
end e
on check timer t text=promise
s -> m -> check -> g
g -> f ? incomplete
g => e
f -> a -> j
f -> b -> j
j -> supplement -> m
t -> e
"""


def rounds(case: Case, count: int) -> list[int]:
    sizes = []
    for turn in range(count):
        case.do('check', incomplete=True, turn=turn)
        case.do('a')
        case.do('b')
        case.do('supplement')
        sizes.append(len(case.blob))
        case.history = case.history[-1:]
    return sizes


def test_two_hundred_rounds_leave_a_state_no_larger_than_the_first() -> None:
    case = Case(program(LOOP))
    sizes = rounds(case, 200)
    assert max(sizes) <= sizes[0] + 16  # token numbers get longer, nothing else
    case.do('check', incomplete=False)
    assert case.ended == 'completed'


def test_no_finished_token_is_kept() -> None:
    case = Case(program(LOOP))
    rounds(case, 20)
    tasks = case._open()._instance.tasks
    assert sorted(token.task_spec.name for token in tasks.values()) == ['(root)', 'check', 't']


def test_the_state_holds_no_part_of_the_diagram() -> None:
    made = program(LOOP.replace('user check', 'user check name=材料审查'))
    case = Case(made, {'name': '张三'})
    text = zlib.decompress(case.blob[3:]).decode()
    assert '材料审查' not in text
    assert 'incomplete' not in text
    assert '张三' in text
    assert len(case.blob) < 300


VALUES: dict[str, Any] = {
    'text': '食品',
    'number': 3,
    'big': 2**70,
    'float': 1.5,
    'money': Decimal('12.30'),
    'whole': Decimal(5),
    'yes': True,
    'nothing': None,
    'day': date(2026, 3, 2),
    'moment': datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    'time': time(9, 30),
    'length': timedelta(days=2, seconds=5),
    'months': Months(14),
    'list': [1, [Decimal('0.1')], {'a': date(2026, 1, 1)}],
    'deep': {'键': {'a.b': [None, False]}},
    'looks like a tag': {'\0': ['n', '1']},
    'two keys': {'\0': 1, 'b': Decimal('1.5')},
    'empty': {},
    'quote': '"\\u0000":',
    '中文': '值',
}


def test_values_come_back_as_they_were() -> None:
    case = Case(program('start s\nuser a\nend e\ns -> a -> e'), VALUES)
    assert case.variables == VALUES
    assert case.variables['money'].as_tuple() == Decimal('12.30').as_tuple()
    assert type(case.variables['moment']) is datetime


@pytest.mark.parametrize('value', [object(), {1, 2}, b'bytes', float('nan'), float('inf')])
def test_what_is_no_plain_data_is_refused_before_it_is_stored(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Case(program('start s\nuser a\nend e\ns -> a -> e'), {'x': value})


NO_STATES = [
    b'',
    b'YZ',
    b'YZ\x01',
    b'YZ\x01nonsense',
    b'{"old": "json"}',
    b'YZ\x02' + zlib.compress(b'{}'),
    b'YZ\x01' + zlib.compress(b'{}'),
]


@pytest.mark.parametrize('blob', NO_STATES)
def test_bytes_that_are_no_state_are_refused_in_words(blob: bytes) -> None:
    with pytest.raises(StateUnreadable, match='Expected'):
        Run.restore(program(LOOP), blob, FakeHost())


def test_a_state_of_another_diagram_is_refused() -> None:
    case = Case(program(LOOP))
    with pytest.raises(StateUnreadable):
        Run.restore(program('start s\nuser other\nend e\ns -> other -> e'), case.blob, FakeHost())


def test_variables_that_branches_share_are_stored_once() -> None:
    case = Case(program('start s\nand f\nuser a\nuser b\nuser c\nend e\ns -> f\nf -> a -> e\nf -> b -> e\nf -> c -> e'), {'x': 'only once'})
    assert zlib.decompress(case.blob[3:]).count(b'only once') == 1


GOLDEN_TEXT = """
start s
and f
user a
sub p {
start i
user b each=experts as=expert
end j
on! b timer u text=1个工作日
i -> b -> j
}
race r
catch m message text=paper
catch w timer text=P3D
call c called=Q give.who=name take.answer=reply
xor g
and k
end e result=granted
on a timer t text=promise
s -> f
f -> a -> k
f -> p -> k
f -> r
r -> m -> k
r -> w -> k
f -> c -> k
f -> g -> k
g -> e ? name
k -> e
t -> e
"""
GOLDEN_CALLED = 'start i\nuser d\nend j\ni -> d -> j'
GOLDEN_VARIABLES = {'name': '张三', 'experts': ['甲', '乙'], 'fee': Decimal('12.50'), 'since': date(2026, 3, 2)}


def golden() -> Case:
    """The case whose state is in golden/: every kind of waiting token at once."""
    return Case(program(GOLDEN_TEXT, GOLDEN_CALLED), GOLDEN_VARIABLES)


def test_a_state_of_schema_1_is_still_read_and_goes_on_to_its_end() -> None:
    case = golden()
    case.blob = (GOLDEN / 'schema-1.blob').read_bytes()
    assert case.variables == GOLDEN_VARIABLES
    assert case.here == ['a', 'p', 'r', 'c', 'g', 'b', 'd']
    case.do('a', ok=True)
    case.do('b', opinion='yes')
    case.do('b', opinion='no')
    case.fire('w')
    case.do('d', reply=1)
    failed = case.history[0].failed[0]
    case.verb(lambda run: run.retry(failed.token))
    assert case.ended is None
    assert case.variables == {**GOLDEN_VARIABLES, 'ok': True, 'opinion': 'no', 'answer': 1}


def _without_sentences(state: object) -> object:
    """The sentences of failed steps have become clearer since."""
    if isinstance(state, list):
        return [_without_sentences(one) for one in state]
    if isinstance(state, dict):
        return {key: '' if key == 'failed' else _without_sentences(one) for key, one in state.items()}
    return state


def test_what_is_written_today_equals_the_golden_state() -> None:
    then, now = (zlib.decompress(blob[3:]).decode() for blob in ((GOLDEN / 'schema-1.blob').read_bytes(), golden().blob))
    assert _without_sentences(json.loads(then)) == _without_sentences(json.loads(now))
