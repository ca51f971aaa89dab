"""Two queues of due work: timers that fire, and running clocks that break. What was missed while nobody ticked fires once, in order.

Of a cycle all missed occurrences fire together, once: a weekend without a worker must not put thousands of reminders before a promise.

`engine.timing.sweep` walks what is due and locks; a timer is claimed by a conditional update: exactly one worker finds it armed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, bindparam, update

from engine import rows
from engine.core import incidents
from engine.core.actor import TIMER
from engine.core.apply import apply
from engine.core.frame import Frame
from engine.core.statements import RowChange
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.rows import StoredTimer, known
from engine.tables import clock, process_instance, timer
from engine.timing import clocks
from engine.timing.ledger import TimerRow, UrgentTask, limit_of
from engine.timing.sweep import Picked, Queue, Swept
from engine.words import Word
from engine.worktime import LimitError, Repeat, passed_by


def _armed(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (of.c.state == 'armed',)


def _running(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (of.c.state == 'running',)


_CLAIM = (
    update(timer)
    .where(timer.c.state == 'armed', timer.c.due_at <= bindparam('now', type_=timer.c.due_at.type))
    .values(state='fired', fired_at=bindparam('now', type_=timer.c.due_at.type), last_error=None, next_try=None)
    .returning(*rows.TIMERS.columns)
)


_NOT_ITS_INSTANT = Word(
    '定时器的到期时刻与其期限、起算时间和停表记录不符，未触发，已更正',
    'the instant of the timer was not that of its limit: it did not fire and was put right',
)
_NEXT_OCCURRENCE = RowChange(
    update(timer)
    .where(timer.c.id == bindparam('row_id'))
    .values({name: bindparam(f'new_{name}') for name in ('state', 'due_at', 'last_day', 'occurrence', 'attempts')})
)


def _act(tx: Tx, picked: Picked) -> Swept:
    """Fire a due timer; it is claimed."""
    row = rows.TIMERS.of(picked.claimed)
    with tx.frame(picked.instance.id) as frame:
        if not _is_due(frame, row):
            return _put_right(frame, row)
        before = _due_now(frame)
        _fire(frame, row)
        more = frame.instance.status == 'active' and not _due_now(frame) <= before
    return Swept(max(tx.now - known(row.due_at, 'when a timer is due'), timedelta()), more)


def _is_due(frame: Frame, row: StoredTimer) -> bool:
    """Whether the stored instant is what the limit, its anchor, the stops and the calendar give: the row alone fires nothing."""
    try:
        found = frame.ledger.timer_due(TimerRow.of(row, state='armed'))
    except LimitError:  # it cannot be counted any more
        return False
    return found is not None and found.due_at == row.due_at


def _put_right(frame: Frame, row: StoredTimer) -> Swept:
    """A timer whose stored instant is not that of its rule waits again, for the right one. Unless the calendar has changed, somebody has
    written the date past the program: an operator is told."""
    frame.wrote = True
    ledger, waiting = frame.ledger, TimerRow.of(row, state='armed', due_at=row.due_at)
    ledger.fired = [one for one in ledger.fired if one.token != row.token]
    ledger.timers[row.token] = waiting
    frame.tx.connection.execute(update(timer).where(timer.c.id == row.id).values(state='armed', fired_at=None))
    clocks.recompute(frame, cause=f'timer {row.element}', every=True)
    if row.token in ledger.timers and row.calendar_version == ledger.hall.calendar.version:
        incidents.open_timer(frame, waiting, _NOT_ITS_INSTANT, timer_id=row.id)
    return Swept(more=waiting.due_at is not None and waiting.due_at <= frame.tx.now, counts=False)


def _due_now(frame: Frame) -> set[tuple[str, datetime]]:
    """The case's timers that are due already: firing one may arm another, or the next of a cycle, in the past."""
    rows = frame.ledger.timers.values()
    return {(row.token, row.due_at) for row in rows if row.state == 'armed' and row.due_at and row.due_at <= frame.tx.now}


def _fire(frame: Frame, row: StoredTimer) -> None:
    ledger, said = frame.ledger, frame.definition.element(row.element).said
    frame.wrote = True
    data = {
        'limit': row.limit,
        'due_at': instant_text(known(row.due_at, 'when a timer is due')),
        'on_expiry': row.on_expiry,
        'basis': said.basis,
        'label': str(TIMER.name),
        'unit': _unit(ledger.tasks.values(), row),
        'attached_to': row.attached_to,
        'occurrence': row.occurrence,
    }
    repeat, latest = limit_of(row.limit), row.occurrence
    if isinstance(repeat, Repeat):
        latest = _last_by(frame, row, repeat, frame.tx.now)
        data['missed'] = latest - _last_by(frame, row, repeat, known(row.due_at, 'when a timer is due'))
    frame.record('timer.fired', data, element=row.element, token=row.token)
    again = isinstance(repeat, Repeat) and (repeat.count is None or latest < repeat.count)
    ledger.has_fired(TimerRow.of(row, state='fired', due_at=row.due_at))
    frame.run.fire(row.token, not again)
    changes = frame.advance()
    if again and row.token not in changes.disarmed and changes.ended is None:
        _wait_again(frame, TimerRow.of(row, state='fired', occurrence=latest + 1))
    elif row.token in changes.disarmed:
        changes.disarmed.remove(row.token)  # its row says `fired` already
    apply(frame, changes)


def _last_by(frame: Frame, row: StoredTimer, repeat: Repeat, moment: datetime) -> int:
    """The last occurrence of a cycle that is due by then: after a weekend without a worker, one firing stands for all that were missed."""
    waiting = TimerRow.of(row, state='armed')

    def due_at(occurrence: int) -> datetime | None:
        waiting.occurrence = occurrence
        found = frame.ledger.timer_due(waiting)
        return found.due_at if found else None

    return passed_by(repeat, moment, due_at, int(row.occurrence))


def _wait_again(frame: Frame, row: TimerRow) -> None:
    """A cycle waits for its next occurrence, counted from the anchor: neither late nor lost if this one fired late."""
    found = frame.ledger.timer_due(row)
    row.due_at, row.state = (found.due_at if found else None), clocks.timer_state(found)
    frame.ledger.timers[row.token] = row
    values = {
        'row_id': row.id,
        'new_state': row.state,
        'new_due_at': row.due_at,
        'new_last_day': clocks.last_day_text(found),
        'new_occurrence': row.occurrence,
        'new_attempts': 0,
    }
    frame.write(_NEXT_OCCURRENCE, values, key=row.token)


def _unit(tasks: Iterable[UrgentTask], row: StoredTimer) -> str:
    """The window responsible: of the bounded task, else of the open tasks inside the bounded subprocess."""
    return ', '.join(dict.fromkeys(task.window for task in tasks if row.host in (task.token, *task.scope)))


def _bury(tx: Tx, timer_id: int, _message: str) -> None:
    tx.connection.execute(update(timer).where(timer.c.id == timer_id).values(state='dead'))


def _breach(tx: Tx, picked: Picked) -> Swept | None:
    """Record a running clock whose due instant has passed, once."""
    with tx.frame(picked.instance.id) as frame:
        row = next((row for row in frame.ledger.clocks.values() if row.id == picked.due_id), None)
        if row is None or row.state != 'running' or row.due_at is None or row.due_at > tx.now:
            return None
        frame.wrote = True
        clocks.breach(frame, row)
        return Swept(tx.now - row.due_at)


TIMERS = Queue(
    'timer', timer, timer.c.due_at, _armed, _act, _bury, of=process_instance.c.status == 'active', claim=_CLAIM, about=timer.c.limit
)
CLOCKS = Queue('clock', clock, clock.c.due_at, _running, _breach, about=clock.c.name)
