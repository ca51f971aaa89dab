"""The sweep: what is due fires, oldest first, each timer in its own transaction; what was missed while nobody ticked fires once, in order.

A worker picks the oldest due timer whose instance nobody holds (PostgreSQL: SKIP LOCKED on the instance's row), then claims the timer by
a conditional update: of any number of workers exactly one finds it still armed. A timer that fails waits longer each time and is dead
after the last one, with an incident; the sweep goes on with the others.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine import clocks, incidents
from engine.actor import TIMER
from engine.apply import apply
from engine.database import contended, lost
from engine.frame import COLUMNS, Frame, Instance
from engine.ledger import TimerRow, limit_of
from engine.tables import clock, heartbeat, process_definition, process_instance, timer, user_task
from engine.values import instant_text
from engine.verbs.definitions import promote
from engine.worktime import Repeat

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.tx import Tx

MAX_ATTEMPTS = 5
_FIRST_WAIT = timedelta(minutes=1)
LABEL = '系统（超时）'
_log = logging.getLogger(__name__)
MAX_CONTENTION = 20
"""A sweep gives up for this tick after meeting so many locked databases in a row; the next tick goes on."""


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


_due = (
    timer.c.state == 'armed',
    timer.c.due_at <= bindparam('now'),
    or_(timer.c.next_try.is_(None), timer.c.next_try <= bindparam('now')),
    process_instance.c.status == 'active',
)
_NEXT = (
    select(timer.c.id.label('timer_id'), *COLUMNS)
    .join(process_instance, process_instance.c.id == timer.c.instance_id)
    .where(*_due)
    .order_by(timer.c.due_at, timer.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=process_instance)
)
_REMAINING = (
    select(timer.c.id)
    .join(process_instance, process_instance.c.id == timer.c.instance_id)
    .where(*_due)
    .limit(1001)
)  # fmt: skip
_CLAIM = (
    update(timer)
    .where(timer.c.id == bindparam('timer_id'), timer.c.state == 'armed', timer.c.due_at <= bindparam('now'))
    .values(state='fired', fired_at=bindparam('now'), last_error=None, next_try=None)
    .returning(*timer.c)
)
_OVERDUE_CLOCK = (
    select(clock.c.id.label('clock_id'), clock.c.name.label('clock_name'), *COLUMNS)
    .join(process_instance, process_instance.c.id == clock.c.instance_id)
    .where(clock.c.state == 'running', clock.c.due_at <= bindparam('now'))
    .order_by(clock.c.due_at, clock.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=process_instance)
)


def tick(engine: Engine, limit: int, worker: str) -> TickReport:
    """One sweep: staged versions, overdue clocks, due timers, heartbeat."""
    _promote(engine)
    failed = _breach(engine, limit)
    fired = busy = 0
    lag = timedelta()
    while fired + failed < limit and busy < MAX_CONTENTION:
        picked: list[RowMapping] = []
        try:
            late = _fire_next(engine, picked)
        except Exception as error:
            if contended(error):
                busy += 1
                continue
            if not picked or lost(error):
                raise
            _failed(engine, picked[0], error)
            failed += 1
            continue
        if late is None:
            break
        busy = 0
        fired += late >= timedelta()
        lag = max(lag, late)
    remaining = _remaining(engine)
    _beat(engine, worker, fired, lag)
    return TickReport(fired, failed, lag, remaining)


_NOT_FIRED = timedelta(microseconds=-1)


def _fire_next(engine: Engine, picked: list[RowMapping]) -> timedelta | None:
    """Fire the oldest due timer; how late it was, None when none is due, negative when another worker was first."""
    with engine.begin(TIMER) as tx:
        found = tx.connection.execute(_NEXT, {'now': tx.now}).mappings().first()
        if found is None:
            return None
        picked.append(found)
        tx.adopt(Instance(**{name: found[name] for name in Instance.__dataclass_fields__}))
        row = tx.connection.execute(_CLAIM, {'timer_id': found['timer_id'], 'now': tx.now}).mappings().first()
        if row is None:
            return _NOT_FIRED
        with tx.frame(row['instance_id']) as frame:
            _fire(frame, row)
        return max(tx.now - _instant(row['due_at']), timedelta())


def _instant(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f'Expected an instant, but found {value!r}')
    return value


def _fire(frame: Frame, row: RowMapping) -> None:
    frame.wrote = True
    said = frame.definition.element(row['element']).properties
    data = {
        'limit': row['limit'], 'due_at': instant_text(row['due_at']), 'on_expiry': row['on_expiry'], 'basis': said.get('basis', ''),
        'label': LABEL, 'unit': _unit(frame, row), 'attached_to': row['attached_to'], 'occurrence': row['occurrence'],
    }  # fmt: skip
    frame.record('timer.fired', data, element=row['element'], token=row['token'])
    repeat = limit_of(row['limit'])
    again = isinstance(repeat, Repeat) and (repeat.count is None or row['occurrence'] < repeat.count)
    frame.run.fire(row['token'], not again)
    changes = frame.advance()
    fired = TimerRow(
        row['id'], row['token'], row['element'], row['host'], row['limit'], row['anchor'], 'fired', None, row['stoppable'],
        row['occurrence'] + 1, row['on_expiry'],
    )  # fmt: skip
    if again and row['token'] not in changes.disarmed and changes.ended is None:
        _wait_again(frame, fired)
    apply(frame, changes, fired=fired)


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


def _unit(frame: Frame, row: RowMapping) -> str:
    """The window responsible: of the bounded task, else of the open tasks inside the bounded subprocess."""
    tasks = frame.tx.connection.execute(
        select(user_task.c.token, user_task.c.scope, user_task.c.group_key).where(
            user_task.c.instance_id == frame.instance.id, user_task.c.state == 'open'
        )
    ).all()
    groups = [task.group_key for task in tasks if row['host'] in (task.token, *task.scope)]
    return ', '.join(dict.fromkeys(groups))


def _failed(engine: Engine, picked: RowMapping, error: Exception) -> None:
    """Note a failure on the timer: it waits longer, or is dead and an operator is told. Its transaction was rolled back."""
    message = f'{type(error).__name__}: {error}'

    def work(tx: Tx) -> None:
        with tx.frame(picked['id']) as frame:
            row = tx.connection.execute(select(timer).where(timer.c.id == picked['timer_id'])).mappings().one()
            if row['state'] != 'armed':
                return
            attempts = row['attempts'] + 1
            dead = attempts >= MAX_ATTEMPTS
            values = {'attempts': attempts, 'next_try': tx.now + backoff(attempts), 'last_error': message}
            tx.connection.execute(update(timer).where(timer.c.id == row['id']).values(values | ({'state': 'dead'} if dead else {})))
            if dead:
                kept = TimerRow(
                    row['id'], row['token'], row['element'], row['host'], row['limit'], row['anchor'], 'dead', None, row['stoppable']
                )
                incidents.open_timer(frame, kept, message, timer_id=row['id'])

    engine.run(TIMER, work)


def _breach(engine: Engine, limit: int) -> int:
    """Record every running clock whose due instant has passed, once, in its own transaction; how many could not be recorded."""
    poisoned: list[int] = []
    for _ in range(limit):
        picked: list[int] = []
        try:
            if not _breach_next(engine, poisoned, picked):
                break
        except Exception as error:  # one poisoned case must not hold up the others; its clock stays overdue
            if contended(error):
                break
            if not picked or lost(error):
                raise
            _log.exception('clock %s could not be marked as breached', picked[0])
            poisoned.append(picked[0])
    return len(poisoned)


def _breach_next(engine: Engine, poisoned: list[int], picked: list[int]) -> bool:
    with engine.begin(TIMER) as tx:
        query = _OVERDUE_CLOCK.where(clock.c.id.not_in(poisoned)) if poisoned else _OVERDUE_CLOCK
        found = tx.connection.execute(query, {'now': tx.now}).mappings().first()
        if found is None:
            return False
        picked.append(found['clock_id'])
        tx.adopt(Instance(**{name: found[name] for name in Instance.__dataclass_fields__}))
        with tx.frame(found['id']) as frame:
            frame.wrote = True
            row = frame.ledger.clocks[found['clock_name']]
            if row.state == 'running' and row.due_at is not None and row.due_at <= tx.now:
                clocks.breach(frame, row)
                clocks.recompute_tasks(frame)
    return True


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
        values = {'ticked_at': tx.now, 'fired': fired, 'lag_seconds': int(lag.total_seconds())}
        known = tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values)).rowcount
        if not known:
            try:
                with tx.connection.begin_nested():
                    tx.connection.execute(insert(heartbeat), [{'worker': worker, **values}])
            except IntegrityError:
                tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values))

    engine.run(TIMER, work)
