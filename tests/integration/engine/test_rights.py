"""What operators do takes a right that the floor above answers; an engine that was told of none lets nobody but the software do it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from fakes import ADMINISTRATOR, bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Forbidden, Right
from engine.core.rights import the_software_alone
from engine.verbs import definitions, instances, user_tasks

DIAGRAM = bundle(start() + user_task('a') + end() + chain('start', 'a', 'end'))
ACTS = {
    'definition.draft': lambda tx, _case, _task: _deploy(tx, state='draft'),
    'definition.deploy': lambda tx, _case, _task: _deploy(tx),
    'instance.hold': lambda tx, case, _task: instances.suspend(tx, case, 'x'),
    'task.hand_over': lambda tx, _case, task: user_tasks.assign(tx, task, 'somebody'),
}


def _deploy(tx: Any, **more: Any) -> int:
    return definitions.deploy(tx, tx.engine.check(DIAGRAM), key='item', name='Item', **more)


@pytest.mark.parametrize('right', ACTS)
def test_verbs_ask_the_floor_above_and_the_bare_engine_says_no(make_engine, right: Right) -> None:
    """A-01: one door, one answer; which roles there are is no matter of the engine."""
    asked: list[tuple[str, int | None, int | None]] = []
    strict = make_engine(rights=the_software_alone)
    told = make_engine(rights=lambda _tx, *what: asked.append(what))
    strict.run(SYSTEM, _deploy)
    case = strict.run(SYSTEM, lambda tx: instances.start(tx, 'item', business_key='1'))
    [task] = strict.run(SYSTEM, lambda tx: list(tx.connection.exec_driver_sql('SELECT id FROM user_task').scalars()))
    for actor in (ADMINISTRATOR, clerk('li', 'desk')):
        with pytest.raises(Forbidden):
            strict.run(actor, lambda tx: ACTS[right](tx, case, task))
    assert asked == []
    told.run(clerk('li', 'desk'), lambda tx: ACTS[right](tx, case, task))
    assert [one[0] for one in asked] == [right]
    assert asked[0][1:] == {'instance.hold': (case, None), 'task.hand_over': (None, task)}.get(right, (None, None))


def test_every_right_of_the_engine_is_asked_for_by_a_verb() -> None:
    """Each is asked by a verb above or by the operators' verbs, which have tests of their own."""
    assert set(get_args(Right)) == {*ACTS, 'instance.migrate', 'incident.settle'}
