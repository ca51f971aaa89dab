"""The time machine of a demonstration: the hall's clock is moved on, and whatever runs out on the way fires at its own instant.

Only a made-up hall that was started in demo mode has one. Time passes, it does not jump: the clock stops at every limit that runs out
before the target and everything due is fired there, as a worker would have done that night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from engine import Actor, Hall, NotFound, Rejection, Tx, edition_of
from engine.tables import history, process_instance
from engine.worktime import next_morning
from tasks import tables as t
from tasks.calendars.halls import find_hall, need_hall
from tasks.cases.timeline import TimelineEntry, timeline
from tasks.demo.moved_clock import MovedClock, move, moved_clock, next_due, set_right
from tasks.desk.verbs import windows_named
from tasks.operations.log import note
from tasks.people.names import AUTOMATIC
from web import worker
from web.root import Root

NEXT_WORKDAY, NEXT_TIMER, PRESENT = 'next-workday', 'next-timer', 'present'
FARTHEST = timedelta(days=400)
"""How far one move may go: every limit on the way fires at its own instant, and the calendar does not reach much farther."""
STOPS = 300
"""Limits a move stops at; those behind them fire at the target."""
SHOWN = 60


@dataclass(frozen=True)
class Happening:
    """Something the hall did by itself since the clock was moved last."""

    case_no: str
    entry: TimelineEntry


@dataclass(frozen=True)
class Present:
    """What the hall's clock says and what its last move brought about."""

    now: datetime
    real: datetime
    moved_from: datetime | None
    next_due: datetime | None
    happened: list[Happening]
    more: int  # happenings that are not listed

    @property
    def moved(self) -> bool:
        """Whether the hall is not in the present."""
        return self.now - self.real >= timedelta(seconds=1)


@dataclass(frozen=True)
class ClockMove:
    """One move: from when to when, and how often it stopped on the way."""

    before: datetime
    now: datetime
    stops: int


def available(root: Root) -> bool:
    """Whether this is a made-up hall, served in demo mode, on a clock that can be moved."""
    return root.settings.demo and isinstance(root.clock, MovedClock) and _is_demo(root)


def _is_demo(root: Root) -> bool:
    with root.engine.reading() as conn:
        halls = conn.execute(select(t.hall.c.demo)).scalars().all()
    return bool(halls) and all(halls)


def advance(root: Root, by: Actor, to: str | datetime) -> ClockMove:
    """Move the hall's clock to the next working day's opening, to the next limit, to an instant, or back into the present.

    Raises Rejection outside a demonstration and for a target that cannot be, Conflict when time would go back.
    """
    clock = _clock(root)
    before = clock()
    if to == PRESENT:
        root.engine.run(by, lambda tx: _home(tx, clock.real()))
        clock.look()
        return ClockMove(before, clock(), 0)
    target = _target(root, to, before)
    stops = 0
    while stops < STOPS and (due := _next_due(root)) is not None and due < target:
        _step(root, clock, by, due, began=not stops)
        stops += 1
    _step(root, clock, by, target, began=not stops)
    root.engine.run(by, lambda tx: note(tx, 'clock.moved', 'hall', '', {'from': before.isoformat(), 'to': target.isoformat()}))
    return ClockMove(before, clock(), stops)


def _clock(root: Root) -> MovedClock:
    if not available(root) or not isinstance(root.clock, MovedClock):
        raise Rejection('Expected a demonstration hall in demo mode, but this one is real and keeps its time', '只有演示环境可以移动时间')
    return root.clock


def _home(tx: Tx, real: datetime) -> None:
    set_right(tx, real)
    note(tx, 'clock.set_right', 'hall')


def _step(root: Root, clock: MovedClock, by: Actor, to: datetime, *, began: bool) -> None:
    """Move there and do what a worker does."""
    root.engine.run(by, lambda tx: move(tx, to, clock.real(), began=began))
    clock.look()
    worker.tick(root, worker.worker_name())


def _next_due(root: Root) -> datetime | None:
    with root.engine.reading() as conn:
        return next_due(conn, root.clock())


def _target(root: Root, to: str | datetime, now: datetime) -> datetime:
    if to == NEXT_WORKDAY:
        hall = _hall(root)
        return next_morning(now, hall.calendar, hall.office)
    if to == NEXT_TIMER:
        found = _next_due(root)
        if found is None:
            raise NotFound('Expected a running limit, but there is none', '没有正在计时的期限')
        return found
    target = to if isinstance(to, datetime) else _instant(root, to)
    if target > now + FARTHEST:
        days = FARTHEST.days
        raise Rejection(f'Expected at most {days} days ahead, but {target.isoformat()} is farther', f'一次最多前进{days}天')
    return target


def _instant(root: Root, text: str) -> datetime:
    """An ISO 8601 date or instant; without a zone, the hall's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        expected = f'{NEXT_WORKDAY}, {NEXT_TIMER}, {PRESENT} or an ISO 8601 instant'
        raise Rejection(f'Expected {expected}, but got {text!r}', '时间格式应为 2026-03-02 或 2026-03-02T09:00') from error
    return found if found.tzinfo else found.replace(tzinfo=_hall(root).office.zone)


def _hall(root: Root) -> Hall:
    with root.engine.reading() as conn:
        return find_hall(conn, need_hall(conn)[0])


def present(root: Root) -> Present:
    """What the hall's clock says now, and what happened by itself since it was moved last."""
    now = root.clock()
    real = root.clock.real() if isinstance(root.clock, MovedClock) else now
    with root.engine.reading() as conn:
        row = conn.execute(select(moved_clock)).mappings().one_or_none()
        happened = _happened(conn, row['since'], row['moved_from']) if row else []
        due = next_due(conn, now)
    return Present(now, real, row['moved_from'] if row else None, due, happened[:SHOWN], max(0, len(happened) - SHOWN))


def _happened(connection: Connection, since: int, moved_from: datetime) -> list[Happening]:
    """The automatic lines of every case whose history has grown."""
    touched = (
        select(process_instance.c.id, process_instance.c.business_key, process_instance.c.definition_id, process_instance.c.hall)
        .where(process_instance.c.id.in_(select(history.c.instance_id).where(history.c.id > since, history.c.by.in_(AUTOMATIC))))
        .order_by(process_instance.c.id)
    )
    windows, found = windows_named(connection), []
    for row in connection.execute(touched):
        lines = timeline(connection, row.id, edition_of(connection, row.definition_id), find_hall(connection, row.hall), windows)
        found += [Happening(row.business_key, line) for line in lines if line.automatic and line.at > moved_from]
    return sorted(found, key=lambda one: one.entry.at)
