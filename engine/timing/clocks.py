"""The case's clocks: milestones start and meet them, stops hold them, and one function recomputes every due date from the ledger.

A due date is never adjusted: whatever happens, a row is added to the ledger and `recompute` says what follows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from engine.core import incidents
from engine.core.actor import TIMER
from engine.core.definitions import ClockRule
from engine.core.errors import Rejection
from engine.core.frame import Frame
from engine.core.statements import Insert, RowChange
from engine.core.values import instant_text
from engine.tables import clock, history, stop, timer
from engine.timing import urgency
from engine.timing.ledger import OPEN_CLOCK, ClockRow, StopRow, TimerRow
from engine.worktime import STOP_KINDS, Due, LimitError

_SET_CLOCK = RowChange(
    update(clock)
    .where(clock.c.instance_id == bindparam('instance'), clock.c.name == bindparam('of'))
    .values({name: bindparam(f'new_{name}') for name in ('due_at', 'amber_at', 'last_day', 'provisional', 'calendar_version', 'state')})
)
_MEET_CLOCK = RowChange(
    update(clock)
    .where(clock.c.instance_id == bindparam('instance'), clock.c.name == bindparam('of'))
    .values(met_at=bindparam('new_met_at'), state=bindparam('new_state'))
)
_CANCEL_CLOCK = RowChange(
    update(clock)
    .where(clock.c.instance_id == bindparam('instance'), clock.c.name == bindparam('of'))
    .values(state='cancelled', due_at=None)
)
_SET_TIMER = RowChange(
    update(timer)
    .where(timer.c.instance_id == bindparam('instance'), timer.c.token == bindparam('of'))
    .values({name: bindparam(f'new_{name}') for name in ('due_at', 'last_day', 'calendar_version', 'state')})
)
_CLOSE_STOP = RowChange(
    update(stop).where(stop.c.id == bindparam('row_id')).values({'to': bindparam('new_to'), 'closed_by': bindparam('new_closed_by')})
)
_STARTED = ('instance_id', 'name', 'anchor', 'limit', 'state', 'due_at', 'amber_at', 'last_day', 'provisional', 'calendar_version')
_START_CLOCK = Insert(clock, *_STARTED)
_MILESTONE = (
    select(history.c.data)
    .where(history.c.instance_id == bindparam('instance'), history.c.event == 'milestone.reached')
    .order_by(history.c.seq.desc())
)


def recompute(frame: Frame, *, cause: str = '', every: bool = False) -> list[dict[str, Any]]:
    """Recompute every open clock, waiting timer and open task of the instance and store what changed; return old → new.

    What changed is recorded as one `clock.recomputed` event; `cause` says why. `every` clock and timer is stored, also one that seems
    right: what else its row says may be wrong.
    """
    changes = [*_recompute_clocks(frame, every), *_recompute_timers(frame, every)]
    urgency.recompute(frame)
    if changes:
        frame.record('clock.recomputed', {'cause': cause, 'changes': changes})
    return changes


def _recompute_clocks(frame: Frame, every: bool) -> list[dict[str, Any]]:
    ledger, changes = frame.ledger, []
    for row in ledger.clocks.values():
        if row.state not in OPEN_CLOCK:
            continue
        found = ledger.clock_due(row)
        state = 'stopped' if found.due_at is None else 'running'
        new = (found.due_at, state, found.provisional, ledger.hall.calendar.version)
        if not every and new == (row.due_at, row.state, row.provisional, row.calendar_version):
            continue
        old, (row.due_at, row.state, row.provisional, row.calendar_version) = row.due_at, new
        row.last_day = last_day_text(found)
        values = {
            'new_amber_at': ledger.amber_at(row),
            'new_state': state,
            'new_provisional': found.provisional,
            **_due_columns(frame, found),
        }
        frame.write(_SET_CLOCK, {'instance': frame.instance.id, 'of': row.name, **values}, key=row.name)
        if old != found.due_at:
            changes.append(_change('clock', row.name, old, found.due_at))
    return changes


def _recompute_timers(frame: Frame, every: bool) -> list[dict[str, Any]]:
    ledger, changes = frame.ledger, []
    for row in list(ledger.timers.values()):
        try:
            found = ledger.timer_due(row)
        except LimitError as error:  # e.g. a clock shorter than what the timer takes off it
            _bury(frame, row, error)
            continue
        due_at, state = (found.due_at if found else None), timer_state(found)
        same = (row.due_at, row.state) == (due_at, state)
        if same and not every:
            continue
        values = {'new_state': state, **_due_columns(frame, found)}
        frame.write(_SET_TIMER, {'instance': frame.instance.id, 'of': row.token, **values}, key=row.token)
        if not same:
            changes.append(_change('timer', row.element, row.due_at, due_at))
        row.state, row.due_at = state, due_at
    return changes


def _bury(frame: Frame, row: TimerRow, error: LimitError) -> None:
    """A timer that cannot be counted any more is dead; the case goes on and an operator is told."""
    del frame.ledger.timers[row.token]
    dead = {'state': 'dead', 'due_at': None, 'last_error': str(error)}
    where = (timer.c.instance_id == frame.instance.id, timer.c.token == row.token)
    frame.tx.connection.execute(update(timer).where(*where).values(dead))
    incidents.open_timer(frame, row, error.zh, timer_id=row.id)


def timer_state(found: Due | None) -> str:
    """`stopped` while an open stop holds the limit; armed otherwise, also while it waits for a clock to start."""
    return 'stopped' if found is not None and found.due_at is None else 'armed'


def _due_columns(frame: Frame, found: Due | None) -> dict[str, Any]:
    return {
        'new_due_at': found.due_at if found else None,
        'new_last_day': last_day_text(found),
        'new_calendar_version': frame.ledger.hall.calendar.version,
    }


def last_day_text(found: Due | None) -> str | None:
    """The last local date on time as ISO text."""
    return found.last_day.isoformat() if found and found.last_day else None


def _change(kind: str, name: str, old: datetime | None, new: datetime | None) -> dict[str, Any]:
    return {kind: name, 'old': instant_text(old) if old else None, 'new': instant_text(new) if new else None}


def reach(frame: Frame, milestone: str, element: str | None, as_of: str = '') -> bool:
    """A milestone was reached: start the clocks it starts and meet those it ends; True when there was one.

    `as_of` names an earlier milestone from whose instant the clocks run: acceptance deemed by silence counts from receipt (Licensing
    Law art. 32 item 4).
    """
    at = instant_of(frame, as_of) if as_of else frame.tx.now
    data = {'milestone': milestone, 'as_of': instant_text(at)} | ({'deemed_from': as_of} if as_of else {})
    frame.record('milestone.reached', data, element=element)
    changed = False
    for rule in frame.definition.clock_rules:
        if rule.ends == milestone:
            changed = _meet(frame, rule.name) or changed
        if rule.starts == milestone and rule.name not in frame.ledger.clocks:
            start_clock(frame, rule, at)
            changed = True
    return changed


def instant_of(frame: Frame, milestone: str) -> datetime:
    """When a milestone counts as reached: the anchor of a clock it started, else its history event.

    Raises Rejection when the case has not reached it: nothing is counted from an instant nobody knows.
    """
    for rule in frame.definition.clock_rules:
        row = frame.ledger.clocks.get(rule.name)
        if rule.starts == milestone and row is not None:
            return row.anchor
    for happened in reversed(frame.events):
        if happened.event == 'milestone.reached' and happened.data['milestone'] == milestone:
            return datetime.fromisoformat(happened.data['as_of'])
    for data in frame.tx.connection.execute(_MILESTONE, {'instance': frame.instance.id}).scalars():
        if data['milestone'] == milestone:
            return datetime.fromisoformat(data['as_of'])
    message = f'Expected the milestone {milestone!r} behind case {frame.instance.business_key}, but it was not reached'
    raise Rejection(message, f'案件尚未经过时间节点“{milestone}”，不能自该时起算')


def start_clock(frame: Frame, rule: ClockRule, anchor: datetime) -> ClockRow:
    """Add a running clock to the ledger. Its timers and tasks are brought up to date by `recompute`."""
    row = ClockRow(id=0, name=rule.name, anchor=anchor, limit=rule.limit, state='running', due_at=None)
    frame.ledger.clocks[rule.name] = row
    found = frame.ledger.clock_due(row)
    row.due_at, row.state = found.due_at, 'stopped' if found.due_at is None else 'running'
    row.provisional, row.calendar_version, row.last_day = found.provisional, frame.ledger.hall.calendar.version, last_day_text(found)
    values = {
        'instance_id': frame.instance.id,
        'name': row.name,
        'anchor': anchor,
        'limit': row.limit,
        'state': row.state,
        'due_at': row.due_at,
        'amber_at': frame.ledger.amber_at(row),
        'last_day': row.last_day,
        'provisional': row.provisional,
        'calendar_version': row.calendar_version,
    }
    frame.write(_START_CLOCK, values, key=row.name)
    frame.record(
        'clock.started',
        {
            'clock': row.name,
            'limit': row.limit,
            'anchor': instant_text(anchor),
            'last_day': last_day_text(found),
            'due_at': instant_text(row.due_at) if row.due_at else None,
            'provisional': found.provisional,
        },
    )
    return row


def _meet(frame: Frame, name: str) -> bool:
    row = frame.ledger.clocks.get(name)
    if row is None or row.met_at is not None or row.state == 'cancelled':
        return False
    if row.state == 'running' and row.due_at is not None and frame.tx.now >= row.due_at:
        breach(frame, row)
    late = row.state == 'breached'
    row.met_at, row.state = frame.tx.now, row.state if late else 'met'
    values = {'instance': frame.instance.id, 'of': name, 'new_met_at': row.met_at, 'new_state': row.state}
    frame.write(_MEET_CLOCK, values, key=name)
    frame.record('clock.met', {'clock': name, 'late': late, 'due_at': instant_text(row.due_at) if row.due_at else None})
    return True


def breach(frame: Frame, row: ClockRow) -> None:
    """A running clock's due instant has passed: say so once, by the system."""
    row.state = 'breached'
    values = {'instance': frame.instance.id, 'of': row.name, 'new_met_at': row.met_at, 'new_state': row.state}
    frame.write(_MEET_CLOCK, values, key=row.name)
    frame.record('clock.breached', {'clock': row.name, 'due_at': instant_text(row.due_at) if row.due_at else None}, by=TIMER.id)


def open_stop(
    frame: Frame,
    kind: str,
    reason: str,
    basis: str,
    *,
    notice: str = '',
    token: str | None = None,
    element: str | None = None,
    since: datetime | None = None,
) -> int:
    """Add an open stop from now (or `since`) on to the ledger; the caller recomputes. An unknown kind counts as a suspension."""
    ledger = frame.ledger  # as it is before the new row
    kind, start = kind if kind in STOP_KINDS else 'suspension', since or frame.tx.now
    values = {
        'instance_id': frame.instance.id,
        'token': token,
        'element': element,
        'kind': kind,
        'reason': reason,
        'basis': basis,
        'notice': notice,
        'opened_by': frame.tx.by.id,
        'from': start,
    }
    stop_id: int = frame.tx.connection.execute(insert(stop).returning(stop.c.id), values).scalar_one()
    frame.tx.seal(stop, {**values, 'id': stop_id})
    ledger.stops.append(StopRow(stop_id, kind, reason, start, None, token))
    ledger.stops_changed()
    data = {
        'stop': stop_id,
        'kind': kind,
        'kind_name': STOP_KINDS[kind],
        'reason': reason,
        'basis': basis,
        'notice': notice,
        'from': instant_text(start),
    }
    frame.record('clock.stopped', data, element=element, token=token)
    return stop_id


def close_stop(frame: Frame, row: StopRow, at: datetime | None = None) -> None:
    """End a stop now, or as of `at`; the caller recomputes."""
    row.end = max(at or frame.tx.now, row.start)
    frame.ledger.stops_changed()
    frame.write(_CLOSE_STOP, {'row_id': row.id, 'new_to': row.end, 'new_closed_by': frame.tx.by.id}, key=str(row.id))
    data = {'stop': row.id, 'kind': row.kind, 'from': instant_text(row.start), 'to': instant_text(row.end)}
    frame.record('clock.resumed', data, token=row.token)


def settle(frame: Frame) -> None:
    """The instance is over: what still runs is cancelled, open stops end."""
    for row in frame.ledger.open_stops():
        close_stop(frame, row)
    left = [row for row in frame.ledger.clocks.values() if row.state in OPEN_CLOCK]
    for clock_row in left:
        clock_row.state, clock_row.due_at = 'cancelled', None
        frame.write(_CANCEL_CLOCK, {'instance': frame.instance.id, 'of': clock_row.name}, key=clock_row.name)


def bounds_the_applicant(frame: Frame, row: TimerRow, scope: tuple[str, ...]) -> bool:
    """Whether a timer is on or inside an activity during which the clock stands still: it runs on then."""
    stopping = {found.token for found in frame.ledger.open_stops() if found.token}
    return bool(stopping & {row.host, *scope})
