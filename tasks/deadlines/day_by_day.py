"""Why every limit of a case ends when it does, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from engine import ClockRow, Hall, Ledger, TimerRow, edition_of, limit_of, read
from engine.worktime import DayLine, Extension, Relative, Stop, explain, if_resumed
from tasks.calendars.halls import find_hall
from tasks.calendars.past import hall_then
from tasks.cases.clocks import extended_by
from tasks.cases.receipt import find_case
from tasks.words.vocabulary import CLOCK, clock_place


@dataclass(frozen=True)
class Explained:
    """One limit of a case, day by day."""

    kind: str  # clock | timer
    name: str
    title: str
    limit: str
    anchor: datetime
    state: str
    due_at: datetime | None
    last_day: date | None
    if_resumed: date | None
    days: Sequence[DayLine]
    extended: str = ''  # by how much, e.g. 5个工作日


def explain_case(connection: Connection, case_no: str, *, as_of: datetime) -> list[Explained]:
    """Why every limit of the case ends when it does: its clocks, then the timers that wait, each date counted, at rest or stopped."""
    case = find_case(connection, case_no)
    hall, edition = find_hall(connection, case.hall), edition_of(connection, case.definition_id)
    ledger = Ledger.load(connection, case.instance_id, hall)
    stops = ledger.all_stops()
    versions = {row.name: row.calendar_version for row in read.clocks(connection, case.instance_id)}
    found = []
    for row in sorted(ledger.clocks.values(), key=lambda each: clock_place(each.name)):
        granted = ledger.granted(row.name)
        name = ('clock', row.name, CLOCK.get(row.name, row.name))
        over = row.due_at if row.state == 'breached' else row.met_at
        then = hall_then(connection, case.hall, hall, versions[row.name], over) if over else hall
        found.append(_explained(name, row, then, _before(stops, over), as_of=as_of, granted=granted))
    for timer in sorted(ledger.timers.values(), key=lambda each: each.anchor):
        if not isinstance(limit_of(timer.limit), Relative):  # those read the clock above
            name = ('timer', timer.element, edition.name_of(timer.element))
            found.append(_explained(name, timer, hall, stops if timer.stoppable else [], as_of=as_of))
    return found


def _before(stops: Sequence[Stop], over: datetime | None) -> list[Stop]:
    """A clock that was met or has run out does not know of later stops."""
    return [stop for stop in stops if over is None or stop.start < over]


def _explained(
    name: tuple[str, str, str],
    row: ClockRow | TimerRow,
    hall: Hall,
    stops: Sequence[Stop],
    *,
    as_of: datetime,
    granted: Sequence[Extension] = (),
) -> Explained:
    limit, today = limit_of(row.limit), hall.office.local_date(as_of)
    turn = row.occurrence if isinstance(row, TimerRow) else 1  # of a cycle
    place = (hall.calendar, hall.office, stops)
    days = explain(row.anchor, limit, *place, extensions=granted, occurrence=turn, until=today)
    ends_at = days[-1].ends_at if days else None
    again = None
    if ends_at is None:
        again = if_resumed(row.anchor, limit, *place, as_of=as_of, extensions=granted, occurrence=turn).last_day
    last, more = days[-1].date if ends_at else None, extended_by(granted, limit)
    return Explained(
        *name,
        limit=row.limit,
        anchor=row.anchor,
        state=row.state,
        due_at=ends_at,
        last_day=last,
        if_resumed=again,
        days=days,
        extended=more,
    )
