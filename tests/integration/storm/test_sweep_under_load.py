"""What goes wrong while many limits run out at once: a killed worker, a lost connection, a clock that jumps, a held case. Nothing is lost
and nothing happens twice; who is not concerned is not delayed."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import ADMINISTRATOR, Listener, boundary_timer, bundle, by_role, chain, each_event, end, start, user_task
from sqlalchemy import select, text

from engine import SYSTEM, Engine, FixedClock, read, verify_history
from engine.tables import history, timer
from engine.timing.sweep import LOOKAHEAD, WINDOW
from engine.verbs import definitions, instances, operations

ROOT = Path(__file__).parents[3]
WORKER = Path(__file__).parent / 'holding_worker.py'
LATE = bundle(
    start()
    + user_task('review')
    + boundary_timer('late', 'review', '${limit}')
    + user_task('chase', 'chief')
    + end()
    + end('e2')
    + chain('start', 'review', 'end')
    + chain('late', 'chase', 'e2')
)


def overdue_cases(engine: Engine, clock: FixedClock, count: int) -> list[int]:
    """Cases whose limits have run out, in an order that is not that of their ids; from now on all are due."""
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(
            tx,
            tx.engine.check(LATE),
            key='late',
            name='逾期',
            clock_rules=[{'name': 'promise', 'limit': '1个工作日', 'starts': 'never', 'ends': 'x'}],
        )
        limits = [1 + number * 7 % count for number in range(count)]
        cases = [
            instances.start(tx, 'late', business_key=f'case-{number}', variables={'limit': f'PT{limits[number]}H'})
            for number in range(count)
        ]
    clock.move(hours=count + 1)
    return cases


def fired(engine: Engine) -> list[str]:
    """The history's word on which cases' timers fired, in the order it was written."""
    with engine.reading() as connection:
        rows = connection.execute(select(history.c.instance_id).where(history.c.event == 'timer.fired').order_by(history.c.id))
        return list(rows.scalars())


def check_all(engine: Engine, cases: list[int]) -> None:
    """Each limit ran out once, in the rows and in the history, and each case is where its expiry leads."""
    assert Counter(fired(engine)) == dict.fromkeys(cases, 1)
    with engine.reading() as connection:
        assert set(connection.execute(select(timer.c.state)).scalars()) == {'fired'}
        for case in cases:
            assert [task.element for task in read.open_tasks(connection, case)] == ['chase']
            assert verify_history(connection, case).intact


@contextmanager
def holding(url: str, clock: FixedClock, number: int):
    """A worker process that holds the n-th case it fires; its business key. It is killed when the block ends, if not before."""
    command = [sys.executable, str(WORKER), url, clock().isoformat(), str(number)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONPATH': str(ROOT)})
    try:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        assert said[0] == 'holding', said
        yield process, said[1]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_worker_killed_in_the_middle_of_a_firing(make_engine, clock, database_url: str) -> None:
    engine = make_engine(lock_wait_ms=20)
    cases = overdue_cases(engine, clock, 20)
    with holding(database_url, clock, 6) as (process, held):
        report = engine.tick(worker='healthy')
        if database_url.startswith('postgresql'):  # SQLite has one writer: there everybody waits for the killing
            assert (report.fired, report.failed) == (20 - 5 - 1, 0)
        assert len(fired(engine)) == 5 + report.fired
        process.kill()
        process.wait()
    wait_until(lambda: not engine.tick(worker='healthy').due)
    check_all(engine, cases)
    with engine.reading() as connection:
        held_id = read.instance_by_key(connection, held).id
    if database_url.startswith('postgresql'):
        assert fired(engine)[-1] == held_id


def wait_until(done, seconds: float = 120) -> None:
    """The server needs a moment to see that a killed process is gone; on a busy machine a long one."""
    for _ in range(int(seconds / 0.05)):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError(f'not within {seconds} s')


@pytest.mark.parametrize('when', ['before the commit', 'after the commit'])
def test_connection_lost_in_the_middle_of_a_tick(postgres_url: str, clock, when: str) -> None:
    heard = Listener()
    engine, administrator = (
        Engine(postgres_url, clock=clock, rights=by_role, listeners=[heard]),
        Engine(postgres_url, clock=clock, rights=by_role),
    )
    cases = overdue_cases(administrator, clock, 20)
    pids: list[int] = []

    def cut(pid: int) -> None:
        with administrator.begin(SYSTEM) as tx:
            tx.connection.execute(text('SELECT pg_terminate_backend(:pid, 5000)'), {'pid': pid})

    def lose(tx, event) -> None:
        if event.event == 'timer.fired' and len(heard.named('timer.fired')) in (7, 13):
            pids.append(tx.connection.execute(text('SELECT pg_backend_pid()')).scalar_one())
            if when == 'before the commit':
                cut(pids[-1])

    engine.listeners = (heard, each_event(lose))
    commit = engine.database.dialect.do_commit

    def lose_after(connection) -> None:
        commit(connection)
        if when == 'after the commit' and pids and pids[-1] == connection.dbapi_connection.info.backend_pid:
            pids.append(0)
            cut(connection.dbapi_connection.info.backend_pid)

    engine.database.dialect.do_commit = lose_after
    report = engine.tick()
    assert len(pids) >= 2
    assert report.failed == 0
    engine.tick()
    check_all(administrator, cases)
    engine.close()
    administrator.close()


def test_clock_that_jumps_back_in_the_middle_of_a_tick(make_engine, clock) -> None:
    engine = make_engine()
    cases = overdue_cases(engine, clock, 20)
    now = clock()
    heard = Listener()

    def jump(_tx, event) -> None:
        heard(_tx, [event])
        if len(heard.named('timer.fired')) == 8:
            clock.move_to(now - timedelta(days=365))

    jumping = make_engine(listeners=[each_event(jump)])
    assert jumping.tick().fired == 8
    assert jumping.tick().fired == 0
    clock.move_to(now)
    assert engine.tick().fired == 12
    check_all(engine, cases)


def test_held_case_delays_nobody(postgres_url: str, clock) -> None:
    """A clerk's transaction holds the oldest overdue case: the sweep goes past it, and takes it when it is free."""
    engine = Engine(postgres_url, clock=clock, rights=by_role)
    cases = overdue_cases(engine, clock, 3 * LOOKAHEAD)
    oldest = cases[0]
    with engine.begin(ADMINISTRATOR) as tx, tx.frame(oldest):
        report = engine.tick()  # to wait for the lock would be a failure: the lock timeout
        assert (report.fired, report.failed, report.due) == (len(cases) - 1, 0, {'timer'})
    assert engine.tick().fired == 1
    assert fired(engine)[-1] == oldest
    check_all(engine, cases)
    engine.close()


def test_many_held_cases_delay_nobody(postgres_url: str, clock) -> None:
    """More than a window of the oldest cases is held: what lies behind them fires all the same."""
    engine = Engine(postgres_url, clock=clock, rights=by_role)
    cases = overdue_cases(engine, clock, WINDOW + 10)
    with engine.reading() as connection:
        order = connection.execute(select(timer.c.instance_id).order_by(timer.c.due_at, timer.c.id)).scalars().all()
    held = order[: WINDOW + 4]
    with engine.begin(ADMINISTRATOR) as tx:
        for case in held:
            with tx.frame(case):
                pass
        assert engine.tick().fired == len(cases) - len(held)
    assert engine.tick().fired == len(held)
    check_all(engine, cases)
    engine.close()


def test_expiry_that_waits_for_somebody_delays_nobody(postgres_url: str, clock) -> None:
    """What an expiry writes besides its case (a number, a register) may be locked: only this one waits for the next tick."""
    engine = Engine(postgres_url, clock=clock, rights=by_role)
    cases = overdue_cases(engine, clock, 12)
    with engine.begin(SYSTEM) as tx:
        tx.connection.execute(text('CREATE TABLE IF NOT EXISTS register_of_a_test (last integer)'))
        tx.connection.execute(text('INSERT INTO register_of_a_test VALUES (0)'))

    def write(tx, event) -> None:
        if event.event == 'timer.fired' and event.instance_id == cases[0]:
            tx.connection.execute(text('UPDATE register_of_a_test SET last = last + 1'))

    impatient = Engine(postgres_url, clock=clock, rights=by_role, listeners=[each_event(write)], lock_wait_ms=100)
    try:
        with engine.begin(SYSTEM) as tx:
            tx.connection.execute(text('UPDATE register_of_a_test SET last = 0'))
            report = impatient.tick()
        assert (report.fired, report.failed, report.due) == (11, 0, {'timer'})
        assert impatient.tick().fired == 1
        check_all(engine, cases)
    finally:
        with engine.begin(SYSTEM) as tx:
            tx.connection.execute(text('DROP TABLE register_of_a_test'))
        engine.close()
        impatient.close()


def test_each_worker_goes_from_old_to_new(postgres_url: str, clock) -> None:
    """Nobody else holds a case: every worker's own order is that of the due instants, and together they are never further apart than the
    timers in work at once."""
    administrator = Engine(postgres_url, clock=clock, rights=by_role)
    cases = overdue_cases(administrator, clock, 90)
    heard = [Listener() for _ in range(3)]
    workers = [Engine(postgres_url, clock=clock, rights=by_role, listeners=[listener]) for listener in heard]
    with ThreadPoolExecutor(len(workers)) as pool:
        reports = list(pool.map(lambda worker: worker.tick(), workers))
    assert sum(report.fired for report in reports) == len(cases)
    for listener in heard:
        dues = [datetime.fromisoformat(event.data['due_at']) for event in listener.named('timer.fired')]
        assert all(earlier <= later for earlier, later in itertools.pairwise(dues))
    check_all(administrator, cases)
    for engine in (administrator, *workers):
        engine.close()


def test_one_worker_goes_strictly_from_old_to_new(make_engine, clock) -> None:
    heard = Listener()
    engine = make_engine(listeners=[heard])
    cases = overdue_cases(engine, clock, WINDOW + 20)
    assert engine.tick().fired == len(cases)
    dues = [event.data['due_at'] for event in heard.named('timer.fired')]
    assert dues == sorted(dues)


@pytest.mark.slow
def test_storm_of_the_bench(postgres_url: str) -> None:
    """`yizhan bench storm` in small: it proves by itself that each timer fired once, and repairs its damaged case."""
    from tests.bench.storm import storm

    result = storm(postgres_url, timers=60, processes=(2,), w1_cases=4)['results'][0]
    assert (result['timers'], result['fired']) == (60, 57)
    assert result['inversions'] == [0, 0]
    assert result['poisoned'] == {'incidents': 3, 'fired_after_repair': 3}
    assert sum(result['exactly_once']['per_worker']) == 57


def test_breach_that_cannot_be_recorded_is_told_once_and_delays_nobody(make_engine, clock) -> None:
    rules = [{'name': 'promise', 'limit': '1个工作日', 'starts': 'received', 'ends': 'decided'}]
    item = bundle(start(milestone='received') + user_task('review') + end(milestone='decided') + chain('start', 'review', 'end'))
    engine = make_engine()
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(item), key='item', name='事项', clock_rules=rules)
        poisoned, healthy = (instances.start(tx, 'item', business_key=key) for key in ('poisoned', 'healthy'))
    clock.move(days=10)

    def poison(_tx, event) -> None:
        if event.event == 'clock.breached' and event.instance_id == poisoned:
            raise ArithmeticError('坏了')

    broken = make_engine(listeners=[each_event(poison)])
    for _ in range(5):
        assert broken.tick().failed == 1
        assert broken.tick().failed == 0  # it waits longer each time
        clock.move(hours=2)
    with engine.reading() as connection:
        assert [row.state for row in read.clocks(connection, healthy)] == ['breached']
        (incident,) = read.incidents(connection)
    assert (incident.kind, incident.detail, incident.message) == ('clock', 'promise', 'ArithmeticError: 坏了')
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    assert engine.tick().failed == 0
    with engine.reading() as connection:
        assert [row.state for row in read.clocks(connection, poisoned)] == ['breached']
