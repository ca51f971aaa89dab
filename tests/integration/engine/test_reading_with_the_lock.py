"""On PostgreSQL an instance's ledger is read in the statement that locks it: it is the ledger as it stands once the lock is granted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from fakes import boundary_timer, bundle, chain, clerk, end, flow, start, user_task
from sqlalchemy import event, select, text

from engine import SYSTEM, Actor, Engine, FixedClock, read
from engine.core import locking
from engine.tables import process_instance, timer
from engine.timing.ledger import Ledger
from engine.timing.timers import CLOCKS, TIMERS
from engine.verbs import clocks, definitions, instances, operations, user_tasks

LI = clerk('li', 'desk')
ADMINISTRATOR = Actor('admin', '管理员', roles=frozenset({'administrator'}))
RULES = ({'name': 'promise', 'starts': 'received', 'ends': 'decided', 'limit': '20个工作日'},)
ITEM = bundle(
    start(milestone='received')
    + user_task('check')
    + user_task('decide', milestone='decided')
    + boundary_timer('remind', 'check', 'R/PT24H', interrupting=False, on_expiry='warn')
    + boundary_timer('late', 'check', '5个工作日')
    + end('warned')
    + end('expired')
    + end()
    + flow('remind', 'warned')
    + flow('late', 'expired')
    + chain('start', 'check', 'decide', 'end')
)
ON_POSTGRES = pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)


@pytest.fixture
def case(engine: Engine) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(ITEM), key='item', name='事项', clock_rules=RULES)
        return instances.start(tx, 'item', business_key='case-1')


def version(engine: Engine, case: int) -> int:
    with engine.reading() as connection:
        return int(connection.execute(select(process_instance.c.lock_version).where(process_instance.c.id == case)).scalar_one())


def waits_for_a_lock(engine: Engine) -> bool:
    with engine.database.connect() as connection:
        return bool(connection.execute(text('SELECT count(*) FROM pg_locks WHERE NOT granted')).scalar())


@ON_POSTGRES
@pytest.mark.parametrize('by', ['instance', 'task'])
def test_who_waited_for_the_lock_sees_what_the_holder_changed(engine: Engine, case: int, by: str) -> None:
    """P-12: the ledger that came with the lock is as old as the statement; after a wait it is read again."""
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, case)
    target = {'instance_id': case} if by == 'instance' else {'task_id': task.id}

    def look() -> tuple[list[str], int, set[str]]:
        with engine.begin(SYSTEM) as tx, tx.frame(**target) as frame:
            ledger = frame.ledger
            return [stop.reason for stop in ledger.open_stops()], len(ledger.extensions), {row.state for row in ledger.timers.values()}

    with ThreadPoolExecutor(1) as pool:
        with engine.begin(LI) as tx:
            clocks.extend(tx, case, 'promise', 5, '案情复杂')
            clocks.stop_clock(tx, case, 'expert_review', '听证', '行政许可法第四十五条')
            waiting = pool.submit(look)
            pause = Signal()
            while not waits_for_a_lock(engine):
                assert not waiting.done()
                pause.wait(0.01)
        reasons, extensions, states = waiting.result(timeout=60)
    assert (reasons, extensions, states) == (['听证'], 1, {'armed', 'stopped'})  # a reminder in hours runs on, whatever stands still


@ON_POSTGRES
def test_what_came_with_the_lock_is_what_the_tables_say(engine: Engine, clock: FixedClock, case: int) -> None:
    """P-12: as JSON or as rows, it is the same ledger: stops, extensions, clocks, waiting and fired timers, open tasks."""
    with engine.begin(LI) as tx:
        clocks.extend(tx, case, 'promise', 5, '案情复杂')
        clocks.resume_clock(tx, clocks.stop_clock(tx, case, 'expert_review', '听证', '行政许可法第四十五条'))
    clock.move(days=2)
    engine.tick()
    with engine.begin(SYSTEM) as tx, tx.frame(case) as frame:
        assert frame.ledger == Ledger.load(tx.connection, case, frame.hall)
        assert frame.ledger.tasks
        assert frame.ledger.extensions
        assert frame.ledger.stops
        assert {row.element for row in frame.ledger.timers.values()} == {'remind', 'late'}


@ON_POSTGRES
def test_a_firing_is_one_read_and_one_write(engine: Engine, clock: FixedClock, case: int) -> None:
    """P-13: a due timer is found, its case locked, itself claimed and the ledger read in one statement, like a completion."""
    clock.move(days=1)
    seen: list[str] = []
    event.listen(engine.database, 'before_cursor_execute', lambda _c, _cursor, statement, *_: seen.append(statement.strip()))
    assert engine.sweep('timer').done == 1
    firing = [one for one in seen if 'SELECT timer.id AS due_id' not in one]
    looked, *rest = firing
    assert 'UPDATE timer SET state' in looked
    assert 'json_agg' in looked
    assert rest[0].startswith('WITH'), rest  # the next occurrence of the cycle and everything else of the act
    assert 'UPDATE timer' in rest[0]


@pytest.mark.parametrize('statement', [locking.BY_ID, locking.BY_TASK, TIMERS._claimed, CLOCKS._held], ids=['id', 'task', 'timer', 'clock'])
def test_the_driver_remembers_the_texts_it_was_sent(statement: locking.Locking) -> None:
    """P-13: psycopg translates a longer text anew each time it is sent."""
    dialect = pytest.importorskip('sqlalchemy.dialects.postgresql.psycopg').dialect()
    said = statement._whole.text(dialect)
    assert len(said) <= 4096  # MAX_CACHED_STATEMENT_LENGTH
    assert said.count('%s') <= 50  # MAX_CACHED_STATEMENT_PARAMS


def dead_timer(engine: Engine, case: int) -> int:
    with engine.reading() as connection:
        return int(connection.execute(select(timer.c.id).where(timer.c.instance_id == case, timer.c.element == 'late')).scalar_one())


def resumed(tx, case: int) -> None:
    clocks.resume_clock(tx, clocks.stop_clock(tx, case, 'expert_review', '听证', '行政许可法第四十五条'))


CHANGES = {
    'stopped': lambda tx, case: clocks.stop_clock(tx, case, 'expert_review', '听证', '行政许可法第四十五条'),
    'resumed': resumed,
    'extended': lambda tx, case: clocks.extend(tx, case, 'promise', 5, '案情复杂'),
    'set': lambda tx, case: clocks.set_clock(tx, case, 'promise', tx.now - timedelta(days=1)),
    'recomputed': lambda tx, case: clocks.recompute_instance(tx, case, '日历变更'),
    'rescheduled': lambda tx, case: operations.reschedule(tx, dead_timer(tx.engine, case), '9个工作日', '协商一致'),
    'completed': lambda tx, case: user_tasks.complete(tx, read.open_tasks(tx.connection, case)[0].id),
    'cancelled': lambda tx, case: instances.cancel(tx, case, '申请人撤回'),
}


@pytest.mark.parametrize('change', CHANGES.values(), ids=CHANGES)
def test_whatever_changes_a_ledger_counts_the_instance_up(engine: Engine, case: int, change) -> None:
    """P-12: by its version one sees that a ledger read before the lock was granted is old."""
    before = version(engine, case)
    with engine.begin(Actor('zhang', '张', groups=frozenset({'desk'}), roles=frozenset({'administrator'}))) as tx:
        change(tx, case)
    assert version(engine, case) > before


@pytest.mark.parametrize(('days', 'queue'), [(1, 'timer'), (60, 'clock')])
def test_a_firing_and_a_breach_count_the_instance_up(engine: Engine, clock: FixedClock, case: int, days: int, queue: str) -> None:
    """P-12: by its version one sees that a ledger read before the lock was granted is old."""
    before = version(engine, case)
    clock.move(days=days)
    assert engine.sweep(queue).done
    assert version(engine, case) > before
