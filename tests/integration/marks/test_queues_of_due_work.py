"""H-05, H-12, H-44: everything that becomes due is a queue of one sweep, with one back-off, one rule of incidents and one tick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fakes import bundle, chain, end
from sqlalchemy import Connection, event, select

from engine import Engine
from engine.tables import clock, incident, outbox, process_definition, timer, timer_start
from engine.timing import sweep
from engine.verbs import definitions, events, operations
from tasks.calendars import editions, proposals
from tasks.calendars.tables import calendar_case
from tasks.demo.hall import HALL
from tasks.migration import batches
from tasks.migration.choice import Order
from tasks.migration.tables import case_batch_row
from tests.integration.office.conftest import licence_bundle
from web.root import Root
from web.settings import Settings
from web.worker import tick

QUEUES = ('version', 'clock', 'timer', 'start', 'amber', 'calendar', 'batch', 'outbox')


def make_due(hall: Any, queue: str) -> list[int]:
    """Something due in one queue, twice where that is possible; the ids of its rows."""
    by = hall.actors['guanli']
    if queue == 'version':
        for number in (1, 2):
            said = {'key': f'item-{number}', 'name': '事项', 'state': 'staged', 'effective_at': hall.clock() + timedelta(hours=1)}
            hall.engine.run(by, lambda tx, said=said: definitions.deploy(tx, tx.engine.check(licence_bundle()), **said))
        hall.clock.move(hours=2)
        return ids(hall, process_definition, process_definition.c.state == 'staged')
    if queue == 'start':
        event = '<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
        renewal = bundle(f'<startEvent id="s">{event}</startEvent>' + end() + chain('s', 'end'))
        for key in 'ab':
            hall.engine.run(by, lambda tx, key=key: definitions.deploy(tx, tx.engine.check(renewal), key=key, name='换证提醒'))
        hall.clock.move(days=2)
        return ids(hall, timer_start)
    if queue == 'outbox':
        for key in 'ab':
            hall.engine.run(by, lambda tx, key=key: events.publish(tx, 'letters', key, {}))
        return ids(hall, outbox, outbox.c.topic == 'letters')
    cases = [hall.receive().case_no for _ in range(2)]
    if queue == 'calendar':
        closed = proposals.closure
        with hall.engine.reading() as connection:
            proposal = closed(connection, HALL, date(2026, 3, 5), None, '停电')
        hall.engine.run(by, lambda tx: editions.apply(tx, proposal))
        return ids(hall, calendar_case)
    if queue == 'batch':
        hall.engine.run(by, lambda tx: batches.place(tx, Order('suspend', hall.case(cases[0]).definition_id), '核查'))
        return ids(hall, case_batch_row)
    if queue == 'amber':
        hall.clock.move(days=7)
        return ids(hall, hall.engine.queues['amber'].table)
    for case_no in cases:
        hall.walk(case_no, 'intake', fate='supplement' if queue == 'timer' else 'granted')
    hall.clock.move(days=60)
    return ids(hall, clock, clock.c.state == 'running') if queue == 'clock' else ids(hall, timer, timer.c.state == 'armed')


def ids(hall: Any, table: Any, *where: Any) -> list[int]:
    with hall.engine.reading() as connection:
        return list(connection.execute(select(table.c.id).where(*where).order_by(table.c.id)).scalars())


def root_of(hall: Any) -> Root:
    return Root(Settings(), hall.clock, hall.engine)


@pytest.fixture
def letters(hall: Any) -> list[str]:
    """Letters that were sent: a topic of the outbox besides the office's own."""
    sent: list[str] = []
    own = hall.engine.queues['outbox']
    from engine.timing.outbox import outbox_queue
    from tasks.documents.handlers import DELIVERERS

    taken = outbox_queue({**DELIVERERS, 'letters': lambda parcel: sent.append(parcel.key)})
    hall.engine.queues = {**hall.engine.queues, own.name: taken}
    return sent


def poison(hall: Any, queue: str, item: int) -> None:
    """One row of a queue fails whenever it is done."""
    found = hall.engine.queues[queue]

    def act(tx: Any, row: Any) -> Any:
        done = found.act(tx, row)
        if row.due_id == item:
            raise ArithmeticError('坏了')
        return done

    hall.engine.queues = {**hall.engine.queues, queue: replace(found, act=act)}


@pytest.mark.parametrize('queue', QUEUES)
def test_every_queue_is_done_by_one_tick_until_nothing_is_due(hall, letters, queue: str) -> None:
    """H-05: what `--once`, the worker and the time machine do leaves nothing undone, whatever it is."""
    assert set(QUEUES) == set(hall.engine.queues)
    made = make_due(hall, queue)
    assert queue in sweep.due_queues(hall.engine, hall.engine.queues.values())
    ticked = tick(root_of(hall), 'test')
    assert made
    assert (ticked.failed, ticked.left) == (0, frozenset())
    assert sweep.due_queues(hall.engine, hall.engine.queues.values()) == set()


@pytest.mark.parametrize('queue', QUEUES)
def test_a_row_that_fails_waits_longer_becomes_an_incident_and_holds_up_nobody(hall, letters, queue: str) -> None:
    """H-12, H-44: one, two, four and eight minutes; after the fifth failure the row is dead, an incident is open, the rest is done."""
    made = make_due(hall, queue)
    poison(hall, queue, made[0])
    for wait in (1, 2, 4, 8):
        assert tick(root_of(hall), 'test').failed == 1
        assert tick(root_of(hall), 'test').failed == 0
        hall.clock.move(minutes=wait)
        assert not open_incidents(hall, queue)
    assert tick(root_of(hall), 'test').failed == 1
    assert [row['item'] for row in open_incidents(hall, queue)] == [made[0]]
    hall.clock.move(days=1)
    assert tick(root_of(hall), 'test').failed == 0
    assert sweep.due_queues(hall.engine, hall.engine.queues.values()) == set()


@pytest.mark.parametrize('queue', QUEUES)
def test_a_retried_incident_is_tried_again_at_once(hall, letters, queue: str) -> None:
    """H-44: one retry for every queue."""
    made, good = make_due(hall, queue), hall.engine.queues
    poison(hall, queue, made[0])
    for _ in range(5):
        tick(root_of(hall), 'test')
        hall.clock.move(minutes=9)
    (found,) = open_incidents(hall, queue)
    hall.engine.queues = good
    assert hall.engine.run(hall.actors['guanli'], lambda tx: operations.retry(tx, found['id'])).outcome == 'queued'
    ticked = tick(root_of(hall), 'test')
    assert (ticked.failed, ticked.left) == (0, frozenset())
    assert not open_incidents(hall, queue)


def open_incidents(hall: Any, queue: str) -> list[Any]:
    with hall.engine.reading() as connection:
        return list(connection.execute(select(incident).where(incident.c.kind == queue, incident.c.state == 'open')).mappings())


def test_a_tick_that_stops_early_says_what_is_left(hall, letters) -> None:
    """H-05: rounds are bounded, and the bound is not silent."""
    for number in range(3):
        hall.engine.run(hall.actors['guanli'], lambda tx, number=number: events.publish(tx, 'letters', str(number), {}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('web.worker.SWEEP', 1)
        assert tick(root_of(hall), 'test', rounds=2).left == {'outbox'}
        assert tick(root_of(hall), 'test').left == frozenset()
    assert letters == ['0', '1', '2']


def test_an_idle_tick_is_two_statements_however_many_queues_there_are(hall) -> None:
    """P-13: one look at all queues, one heartbeat."""
    hall.receive()
    hall.engine.tick(worker='test')
    with counted(hall.engine) as statements:
        hall.engine.tick(worker='test')
    assert len(statements) == 2, statements


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith('BEGIN'):
            statements.append(statement)

    event.listen(engine.database, 'before_cursor_execute', note)
    yield statements
    event.remove(engine.database, 'before_cursor_execute', note)


def test_back_off_is_one_function_for_all() -> None:
    """H-44: minutes, doubling."""
    assert [sweep.backoff(number) for number in (1, 2, 3, 4)] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
