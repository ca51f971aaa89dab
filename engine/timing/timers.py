"""The sweep: what is due fires, oldest first, each timer in its own transaction; what was missed while nobody ticked fires once, in order.

Of a cycle all missed occurrences fire together, once: a weekend without a worker must not put thousands of reminders before a promise.

`engine.timing.sweep` walks what is due and locks; here a timer is claimed by a conditional update: exactly one worker finds it
still armed. A timer that fails waits longer each time and is dead after the last one, with an incident; the sweep goes on with the others.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, RowMapping, bindparam, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from engine.core import incidents
from engine.core.actor import TIMER
from engine.core.apply import apply
from engine.core.errors import Conflict
from engine.core.frame import Frame
from engine.core.values import instant_text
from engine.tables import clock, heartbeat, process_definition, process_instance, timer
from engine.timing import clocks, sweep, urgency
from engine.timing.ledger import TimerRow, limit_of
from engine.verbs.definitions import promote
from engine.worktime import LimitError, Repeat

if TYPE_CHECKING:
    from engine.core.engine import Engine
    from engine.core.tx import Tx

MAX_ATTEMPTS = 5
_FIRST_WAIT = timedelta(minutes=1)
LABEL = '系统（超时）'
_MOST_LAG = 2**31 - 1  # what the column holds, 68 years: a limit may name any date
_log = logging.getLogger(__name__)
_START = (datetime.min.replace(tzinfo=UTC), 0)
"""Sorts before every due instant, for ids begin at 1."""


@dataclass(frozen=True)
class TickReport:
    """What one sweep did. `lag` is how late the oldest timer was that it met; `remaining` are due and were left for the next tick."""

    fired: int
    failed: int
    lag: timedelta
    remaining: int


def backoff(attempts: int) -> timedelta:
    """How long a timer waits after so many failures: one minute, doubling."""
    return _FIRST_WAIT * int(2 ** max(attempts - 1, 0))


def _due(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    """What makes a timer one to fire; the cases of these rows must be active besides."""
    now: BindParameter[datetime] = bindparam('now', type_=timer.c.due_at.type)
    return of.c.state == 'armed', of.c.due_at <= now, or_(of.c.next_try.is_(None), of.c.next_try <= now)


def _overdue(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    """What makes a clock of a case breached."""
    return of.c.state == 'running', of.c.due_at <= bindparam('now', type_=clock.c.due_at.type)


_REMAINING = (
    select(timer.c.id)
    .join(process_instance, process_instance.c.id == timer.c.instance_id)
    .where(*_due(timer), process_instance.c.status == 'active')
    .limit(1001)
)
_CLAIM = (
    update(timer)
    .where(timer.c.id == bindparam('timer_id'), timer.c.state == 'armed', timer.c.due_at <= bindparam('now'))
    .values(state='fired', fired_at=bindparam('now'), last_error=None, next_try=None)
    .returning(*timer.c)
)


def tick(engine: Engine, limit: int, worker: str) -> TickReport:
    """One sweep: staged versions, overdue clocks, due timers, heartbeat."""
    _promote(engine)
    breached = sweep.walk(engine, _CLOCKS, limit, _START)
    tally = sweep.walk(engine, _TIMERS, limit, _START)
    remaining = _remaining(engine)
    _beat(engine, worker, tally.done, tally.lag)
    return TickReport(tally.done, breached.failed + tally.failed, tally.lag, remaining)


def _claim(tx: Tx, found: RowMapping) -> sweep.Done | None:
    """Fire a due timer unless somebody was first."""
    if found['status'] != 'active':
        return None
    row = tx.connection.execute(_CLAIM, {'timer_id': found['due_id'], 'now': tx.now}).mappings().first()
    if row is None:
        return None
    with tx.frame(row['instance_id']) as frame:
        known = _due_now(frame)
        _fire(frame, row)
        more = frame.instance.status == 'active' and not _due_now(frame) <= known
    return sweep.Done(max(tx.now - _instant(row['due_at']), timedelta()), more)


def _due_now(frame: Frame) -> set[tuple[str, datetime]]:
    """The case's timers that are due already: firing one may arm another, or the next of a cycle, in the past."""
    rows = frame.ledger.timers.values()
    return {(row.token, row.due_at) for row in rows if row.state == 'armed' and row.due_at and row.due_at <= frame.tx.now}


def _instant(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f'Expected an instant, but found {value!r}')
    return value


def _fire(frame: Frame, row: RowMapping) -> None:
    frame.wrote = True
    said = frame.definition.element(row['element']).said
    tasks = urgency.open_tasks(frame)
    data = {
        'limit': row['limit'],
        'due_at': instant_text(row['due_at']),
        'on_expiry': row['on_expiry'],
        'basis': said.basis,
        'label': LABEL,
        'unit': _unit(tasks, row),
        'attached_to': row['attached_to'],
        'occurrence': row['occurrence'],
    }
    repeat, latest = limit_of(row['limit']), row['occurrence']
    if isinstance(repeat, Repeat):
        latest = _latest(frame, row, repeat)
        data['missed'] = latest - row['occurrence']
    frame.record('timer.fired', data, element=row['element'], token=row['token'])
    again = isinstance(repeat, Repeat) and (repeat.count is None or latest < repeat.count)
    frame.run.fire(row['token'], not again)
    changes = frame.advance()
    fired = TimerRow.of(row, state='fired', occurrence=latest + 1)
    if again and row['token'] not in changes.disarmed and changes.ended is None:
        _wait_again(frame, fired)
    elif row['token'] in changes.disarmed:
        changes.disarmed.remove(row['token'])  # its row says `fired` already
    apply(frame, changes)


def _latest(frame: Frame, row: RowMapping, repeat: Repeat) -> int:
    """The last occurrence of a cycle that is due by now: after a weekend without a worker, one firing stands for all that were missed."""
    waiting = TimerRow.of(row, state='armed')

    def passed(occurrence: int) -> bool:
        if repeat.count is not None and occurrence > repeat.count:
            return False
        waiting.occurrence = occurrence
        try:
            found = frame.ledger.timer_due(waiting)
        except LimitError:  # beyond what can be counted
            return False
        return found is not None and found.due_at is not None and found.due_at <= frame.tx.now

    low, step = int(row['occurrence']), 1
    while passed(low + step):
        low, step = low + step, step * 2
    while step > 1:  # `low` has passed, `low + step` has not
        step //= 2
        if passed(low + step):
            low += step
    return low


def _wait_again(frame: Frame, row: TimerRow) -> None:
    """A cycle waits for its next occurrence, counted from the anchor: neither late nor lost if this one fired late."""
    found = frame.ledger.timer_due(row)
    row.due_at, row.state = (found.due_at if found else None), clocks.timer_state(found)
    frame.ledger.timers[row.token] = row
    frame.tx.connection.execute(
        update(timer)
        .where(timer.c.id == row.id)
        .values(state=row.state, due_at=row.due_at, last_day=clocks.last_day_text(found), occurrence=row.occurrence, attempts=0)
    )


def _unit(tasks: Sequence[Any], row: RowMapping) -> str:
    """The window responsible: of the bounded task, else of the open tasks inside the bounded subprocess."""
    groups = [task.group_key for task in tasks if row['host'] in (task.token, *task.scope)]
    return ', '.join(dict.fromkeys(groups))


def _failed(engine: Engine, picked: RowMapping, error: Exception) -> None:
    """Note a failure on the timer: it waits longer, or is dead and an operator is told. Its transaction was rolled back."""
    message = f'{type(error).__name__}: {error}'

    def work(tx: Tx) -> None:
        with tx.frame(picked['id']) as frame:
            row = tx.connection.execute(select(timer).where(timer.c.id == picked['due_id'])).mappings().one()
            if row['state'] != 'armed' or (row['next_try'] is not None and row['next_try'] > tx.now):
                return  # gone, or another worker that met it at the same moment has noted the failure
            attempts = row['attempts'] + 1
            dead = attempts >= MAX_ATTEMPTS
            values = {'attempts': attempts, 'next_try': tx.now + backoff(attempts), 'last_error': message}
            tx.connection.execute(update(timer).where(timer.c.id == row['id']).values(values | ({'state': 'dead'} if dead else {})))
            if dead:
                incidents.open_timer(frame, TimerRow.of(row, state='dead'), message, timer_id=row['id'])

    engine.run(TIMER, work)


def _breach(tx: Tx, found: RowMapping) -> sweep.Done | None:
    """Record a running clock whose due instant has passed, once."""
    with tx.frame(found['id']) as frame:
        row = next((row for row in frame.ledger.clocks.values() if row.id == found['due_id']), None)
        if row is None or row.state != 'running' or row.due_at is None or row.due_at > tx.now:
            return None
        frame.wrote = True
        clocks.breach(frame, row)
        return sweep.Done(tx.now - row.due_at)


def _not_breached(engine: Engine, picked: RowMapping, error: Exception) -> None:
    """A breach that cannot be recorded is told to an operator once, and tried again at every tick; it delays nobody."""
    message = f'{type(error).__name__}: {error}'
    _log.error('clock %s could not be marked as breached', picked['due_id'], exc_info=error)

    def work(tx: Tx) -> None:
        with tx.frame(picked['id']) as frame:
            name = next((row.name for row in frame.ledger.clocks.values() if row.id == picked['due_id']), '')
            incidents.open_clock(frame, name, message)

    engine.run(TIMER, work)


_TIMERS = sweep.queue(timer, _due, _claim, _failed, of=process_instance.c.status == 'active')
_CLOCKS = sweep.queue(clock, _overdue, _breach, _not_breached, of=true())


def _promote(engine: Engine) -> None:
    now = engine.clock()
    with engine.reading() as connection:
        waiting = connection.execute(
            select(process_definition.c.id).where(process_definition.c.state == 'staged', process_definition.c.effective_at <= now)
        ).first()
    if waiting is not None:
        engine.run(TIMER, promote)


def _remaining(engine: Engine) -> int:
    now = engine.clock()
    with engine.reading() as connection:
        return len(connection.execute(_REMAINING, {'now': now}).all())


def _beat(engine: Engine, worker: str, fired: int, lag: timedelta) -> None:
    def work(tx: Tx) -> None:
        values = {'ticked_at': tx.now, 'fired': fired, 'lag_seconds': min(int(lag.total_seconds()), _MOST_LAG)}
        known = tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values)).rowcount
        if not known:
            try:
                with tx.connection.begin_nested():
                    tx.connection.execute(insert(heartbeat), [{'worker': worker, **values}])
            except IntegrityError:
                tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values))

    try:
        engine.run(TIMER, work)
    except Conflict:  # the database is held by somebody else: the next tick tries again, and until then the silence tells people
        _log.warning('the heartbeat of %s could not be written', worker)
