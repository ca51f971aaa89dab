"""A queue of due work: processes that start by a timer.

Each time starts one case. The row is moved on by a conditional update in the transaction that starts the case, so that no restart and no
second worker starts it again; what was missed while nobody ticked starts one case, not one for each.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, update

from engine.core.errors import Rejection
from engine.core.tx import Tx
from engine.rows import TIMER_STARTS, StoredTimerStart, known
from engine.tables import timer_start
from engine.timing.schedule import due_of, timer_starts
from engine.timing.sweep import Picked, Queue, Swept
from engine.verbs.definitions import newest_in_force
from engine.verbs.starting import Beginning, CallUp
from engine.worktime import Repeat, parse_limit, passed_by


def _armed(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (of.c.state == 'armed',)


def _start(tx: Tx, picked: Picked) -> Swept | None:
    row = TIMER_STARTS.first(tx.connection, TIMER_STARTS.select().where(timer_start.c.id == picked.due_id))
    if row is None or row.state != 'armed':
        return None
    definition = tx.engine.definitions.get(tx.connection, row.definition_id)
    if newest_in_force(tx.connection, definition.key, tx.now) != row.definition_id:
        return Swept(counts=False) if _moved(tx, row, state='replaced') else None
    if not any(element.id == row.element and limit == row.limit for element, limit in timer_starts(definition.program)):
        message = f'Expected {row.element} to begin {definition.key} at {row.limit}, but it does not'
        raise Rejection(message, f'流程“{definition.name}”没有以“{row.limit}”开始的事件 {row.element}')
    due_at = _due_at(tx, row, row.occurrence)
    if due_at is not None and due_at > tx.now:  # the calendar has changed: it is not yet time
        return Swept(counts=False) if _moved(tx, row, due_at=due_at) else None
    if not _moved(tx, row, fired_at=tx.now, last_error=None, attempts=0, next_try=None, **_next(tx, row)):
        return None
    element = definition.element(row.element)
    call = CallUp('timer', element.name or element.id, {})
    tx.engine.opening(tx, Beginning(row.definition_id, definition.key, row.element), call)
    return Swept(tx.now - known(row.due_at, 'when a timer start is due'))


def _due_at(tx: Tx, row: StoredTimerStart, occurrence: int) -> datetime | None:
    return due_of(tx.hall(''), row.limit, row.anchor, occurrence).due_at


def _next(tx: Tx, row: StoredTimerStart) -> dict[str, Any]:
    """What the row waits for when it has fired: the first occurrence of a repetition after now."""
    read = parse_limit(row.limit)
    if not isinstance(read, Repeat):
        return {'state': 'done'}
    last = passed_by(read, tx.now, lambda occurrence: _due_at(tx, row, occurrence), row.occurrence)
    if read.count is not None and last >= read.count:
        return {'state': 'done'}
    return {'occurrence': last + 1, 'due_at': _due_at(tx, row, last + 1)}


def _moved(tx: Tx, row: StoredTimerStart, **values: Any) -> bool:
    """Change the row, unless another worker has; whether it was changed."""
    same = (timer_start.c.id == row.id, timer_start.c.state == 'armed', timer_start.c.occurrence == row.occurrence)
    return tx.connection.execute(update(timer_start).where(*same).values(**values)).rowcount == 1


def _bury(tx: Tx, start_id: int, _message: str) -> None:
    tx.connection.execute(update(timer_start).where(timer_start.c.id == start_id).values(state='dead'))


def _revive(tx: Tx, start_id: int) -> None:
    dead = (timer_start.c.id == start_id, timer_start.c.state == 'dead')
    tx.connection.execute(update(timer_start).where(*dead).values(state='armed'))


STARTS = Queue(
    name='start',
    table=timer_start,
    when=timer_start.c.due_at,
    due=_armed,
    act=_start,
    give_up=_bury,
    revive=_revive,
    by_instance=False,
    about=timer_start.c.limit,
)
