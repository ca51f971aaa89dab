"""A revised diagram comes into force while cases run; a broken one does not, and says everything that is wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import ADMINISTRATOR, boundary_timer, bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Engine, Forbidden, NotFound, Rejection, Undeployable, read
from engine.verbs import definitions, instances, user_tasks

FIRST = bundle(start() + user_task('a') + end() + chain('start', 'a', 'end'))
SECOND = bundle(start() + user_task('a') + user_task('b') + end() + chain('start', 'a', 'b', 'end'))
LI = clerk('li', 'desk')


def deploy(engine: Engine, of=FIRST, **options: object) -> int:
    with engine.begin(ADMINISTRATOR) as tx:
        return definitions.deploy(tx, tx.engine.check(of), key='item', name='事项', **options)


def states(engine: Engine) -> dict[int, str]:
    with engine.reading() as connection:
        return {row.version: row.state for row in read.definitions(connection, 'item')}


def begin_case(engine: Engine, key: str) -> int:
    with engine.begin(LI) as tx:
        return instances.start(tx, 'item', business_key=key)


def finish(engine: Engine, instance_id: int) -> list[str]:
    done = []
    while True:
        with engine.reading() as connection:
            tasks = read.open_tasks(connection, instance_id)
        if not tasks:
            return done
        done.append(tasks[0].element)
        with engine.begin(LI) as tx:
            user_tasks.complete(tx, tasks[0].id)


def test_running_cases_keep_their_version(engine: Engine) -> None:
    deploy(engine)
    old = begin_case(engine, 'old')
    deploy(engine, SECOND, reason='增加复核')
    new = begin_case(engine, 'new')
    assert (finish(engine, old), finish(engine, new)) == (['a'], ['a', 'b'])
    assert states(engine) == {1: 'retired', 2: 'in_force'}


def test_same_content_is_deployed_once(engine: Engine) -> None:
    assert deploy(engine) == deploy(engine)
    assert states(engine) == {1: 'in_force'}
    deploy(engine, clock_rules=[{'name': 'promise', 'starts': 'accepted', 'ends': 'decided', 'limit': '5个工作日'}])
    assert states(engine) == {1: 'retired', 2: 'in_force'}


def test_staged_version_comes_into_force_at_its_instant(engine: Engine, clock) -> None:
    deploy(engine)
    deploy(engine, SECOND, effective_at=clock() + timedelta(days=3))
    assert states(engine) == {1: 'in_force', 2: 'staged'}
    assert finish(engine, begin_case(engine, 'before')) == ['a']
    clock.move(days=3)
    assert finish(engine, begin_case(engine, 'after')) == ['a', 'b']
    engine.tick()
    assert states(engine) == {1: 'retired', 2: 'in_force'}


def test_draft_runs_nothing_and_an_analyst_may_keep_one(engine: Engine) -> None:
    from engine import Actor

    analyst = Actor('liucheng', roles=frozenset({'analyst'}))
    with pytest.raises(Forbidden), engine.begin(analyst) as tx:
        definitions.deploy(tx, tx.engine.check(FIRST), key='item', name='事项')
    with engine.begin(analyst) as tx:
        definitions.deploy(tx, tx.engine.check(FIRST), key='item', name='事项', state='draft')
    with pytest.raises(NotFound), engine.begin(LI) as tx:
        instances.start(tx, 'item', business_key='x')


def test_broken_diagram_is_refused_whole(engine: Engine) -> None:
    broken = bundle(start() + user_task('a') + boundary_timer('late', 'nothing', 'soon') + end() + chain('start', 'a', 'end'))
    with pytest.raises(Undeployable) as caught, engine.begin(ADMINISTRATOR) as tx:
        definitions.deploy(tx, tx.engine.check(broken), key='item', name='事项')
    assert any(problem.element == 'late' for problem in caught.value.problems)
    assert states(engine) == {}


def test_clock_rules_must_make_sense(engine: Engine) -> None:
    for rule in (
        {'name': 'promise'},
        {'name': 'p', 'starts': 'a', 'ends': 'b', 'limit': 'soon'},
        {'name': 'p', 'starts': 'a', 'ends': 'b', 'limit': 'P3D'},
    ):
        with pytest.raises(Rejection), engine.begin(ADMINISTRATOR) as tx:
            definitions.deploy(tx, tx.engine.check(FIRST), key='item', name='事项', clock_rules=[rule])


def test_definition_that_was_rolled_back_leaves_nothing_behind(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(SECOND), key='item', name='事项')
        instances.start(tx, 'item', business_key='x')
        _ = 1 / 0
    deploy(engine)
    assert finish(engine, begin_case(engine, 'x')) == ['a']
