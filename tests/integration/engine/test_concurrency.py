"""Many people and many workers at once: one wins, the others are told; nothing happens twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fakes import Listener, boundary_timer, bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Conflict, Engine, read, verify_history
from engine.rows import StoredTask
from engine.verbs import definitions, instances, user_tasks
from engine.verbs import events as engine_events

ITEM = bundle(
    start()
    + user_task('review')
    + boundary_timer('late', 'review', '5个工作日')
    + user_task('chase', 'chief')
    + end()
    + end('e2')
    + chain('start', 'review', 'end')
    + chain('late', 'chase', 'e2')
)


def begin_cases(engine: Engine, count: int) -> list[int]:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(ITEM), key='item', name='事项')
        return [instances.start(tx, 'item', business_key=f'case-{number}') for number in range(count)]


def task_of(engine: Engine, instance_id: int) -> StoredTask:
    with engine.reading() as connection:
        return read.open_tasks(connection, instance_id)[0]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these in threads that start together; results or exceptions, in order."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.parametrize('verb', ['claim', 'complete'])
def test_two_clerks_on_one_task(make_engine, verb: str) -> None:
    engine = make_engine()
    instance_id = begin_cases(engine, 1)[0]
    task = task_of(engine, instance_id)
    names = ('li', 'wang', 'zhao')

    def act(name: str) -> Callable[[], None]:
        return lambda: engine.run(clerk(name, 'desk'), lambda tx: getattr(user_tasks, verb)(tx, task.id))

    results = at_once(*(act(name) for name in names))
    losers = [result for result in results if isinstance(result, Conflict)]
    assert len(losers) == 2, results
    with engine.reading() as connection:
        row = read.task(connection, task.id)
        events = Counter(one.event for one in read.events(connection, instance_id))
        assert verify_history(connection, instance_id).intact
    winner = row.assignee if verb == 'claim' else row.closed_by
    assert {loser.who for loser in losers} == {winner}
    assert not isinstance(results[names.index(winner)], Exception)
    assert events['user_task.claimed' if verb == 'claim' else 'user_task.completed'] == 1


def test_next_case_gives_everybody_another_one(make_engine) -> None:
    engine = make_engine()
    begin_cases(engine, 8)

    def take(name: str) -> Callable[[], list[int | None]]:
        me = clerk(name, 'desk')
        return lambda: [engine.run(me, lambda tx: user_tasks.next_task(tx, ['desk'])) for _ in range(2)]

    results = at_once(*(take(f'clerk-{number}') for number in range(4)))
    given = [task for result in results for task in result if task is not None]
    assert len(given) == len(set(given))
    leftover = []
    while (task := engine.run(clerk('last', 'desk'), lambda tx: user_tasks.next_task(tx, ['desk']))) is not None:
        leftover.append(task)
    assert len(given) + len(leftover) == 8
    with engine.reading() as connection:
        assert all(read.task(connection, task).assignee.startswith('clerk-') for task in given)


def test_next_case_is_the_most_urgent_one(make_engine, clock) -> None:
    engine = make_engine()
    first = begin_cases(engine, 1)[0]
    clock.move(days=-3)
    with engine.begin(SYSTEM) as tx:
        urgent = instances.start(tx, 'item', business_key='urgent')
    clock.move(days=3)
    wanted = [task_of(engine, urgent).id, task_of(engine, first).id, None]
    assert [engine.run(clerk('li', 'desk'), lambda tx: user_tasks.next_task(tx, ['desk', 'elsewhere'])) for _ in wanted] == wanted


def test_two_workers_fire_each_timer_once(make_engine, clock) -> None:
    heard = Listener()
    engines = [make_engine(listeners=[heard]), make_engine(listeners=[heard])]
    cases = begin_cases(engines[0], 12)
    clock.move(days=30)
    reports = at_once(*(lambda engine=engine: engine.tick() for engine in engines))
    assert sum(report.failed for report in reports) == 0, reports
    engines[0].tick()
    assert Counter(event.instance_id for event in heard.named('timer.fired')) == dict.fromkeys(cases, 1)
    with engines[0].reading() as connection:
        for case in cases:
            assert [task.element for task in read.open_tasks(connection, case)] == ['chase']
            assert verify_history(connection, case).intact


def test_clerk_and_timer_at_the_same_moment(make_engine, clock) -> None:
    """Whoever comes first wins; the case never goes both ways."""
    engine = make_engine()
    cases = begin_cases(engine, 6)
    tasks = [task_of(engine, case).id for case in cases]
    clock.move(days=30)
    li = clerk('li', 'desk')

    def complete_all() -> list[Any]:
        outcome = []
        for task in tasks:
            try:
                outcome.append(engine.run(li, lambda tx, task=task: user_tasks.complete(tx, task)).status)
            except Conflict as conflict:
                outcome.append(conflict.who)
        return outcome

    outcome, report = at_once(complete_all, engine.tick)
    engine.tick()
    assert not isinstance(report, Exception), report
    with engine.reading() as connection:
        for case, how in zip(cases, outcome, strict=True):
            events = Counter(one.event for one in read.events(connection, case))
            assert (events['timer.fired'], events['user_task.completed']) == ((0, 1) if how == 'completed' else (1, 0))
            assert how in ('completed', 'system:timer')
            assert verify_history(connection, case).intact


def test_case_that_stays_busy_names_who_wrote_last(postgres_url: str, clock) -> None:
    engine = Engine(postgres_url, clock=clock, lock_wait_ms=50, pause=lambda _: None)
    instance_id = begin_cases(engine, 1)[0]
    with engine.begin(SYSTEM) as holder:
        engine_events.record(holder, instance_id, 'note.added')
        with pytest.raises(Conflict, match='busy') as caught:
            engine.run(clerk('li', 'desk'), lambda tx: engine_events.record(tx, instance_id, 'note.added'), attempts=2)
    assert (caught.value.who, caught.value.when) == ('system', clock())
    engine.close()


def test_busy_file_is_tried_again_and_then_refused(sqlite_url: str, clock) -> None:
    pauses: list[float] = []
    engine = Engine(sqlite_url, clock=clock, lock_wait_ms=20, pause=pauses.append)
    instance_id = begin_cases(engine, 1)[0]
    with engine.begin(SYSTEM) as holder:
        engine_events.record(holder, instance_id, 'note.added')
        with pytest.raises(Conflict, match='busy'):
            engine.run(clerk('li', 'desk'), lambda tx: engine_events.record(tx, instance_id, 'note.added'), attempts=3)
    assert len(pauses) == 2
    engine.run(clerk('li', 'desk'), lambda tx: engine_events.record(tx, instance_id, 'note.added'))
    engine.close()


def test_lost_connection_loses_nothing(postgres_url: str, clock) -> None:
    """The database restarts between two statements: the work is done again, once."""
    engine = Engine(postgres_url, clock=clock, pause=lambda _: None)
    instance_id = begin_cases(engine, 1)[0]
    tries: list[int] = []

    def work(tx) -> None:
        engine_events.record(tx, instance_id, 'note.added')
        tries.append(1)
        if len(tries) == 1:
            pid = tx.connection.exec_driver_sql('SELECT pg_backend_pid()').scalar()
            with engine.reading() as other:
                other.exec_driver_sql(f'SELECT pg_terminate_backend({pid}, 1000)')
            engine_events.record(tx, instance_id, 'note.added')

    engine.run(clerk('li', 'desk'), work)
    with engine.reading() as connection:
        assert [one.event for one in read.events(connection, instance_id)].count('note.added') == 1
        assert verify_history(connection, instance_id).intact
    assert len(tries) == 2
    engine.close()
