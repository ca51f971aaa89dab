"""The calendar as it was when a clock ended: a limit that is over keeps its date, and is explained by the days that were known then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from engine import Hall
from engine.worktime import Calendar, Day
from tasks import tables as t
from tasks.calendars.halls import office_of
from tasks.calendars.tables import EVERY_HALL, calendar_edition

_edition = calendar_edition.c


def hall_then(connection: Connection, code: str, present: Hall, version: str, ended_at: datetime) -> Hall:
    """The hall with the calendar of that version and the hours of that instant; the present calendar if the version is not of its past."""
    if present.calendar.version == version and not _changed_since(connection, code, ended_at):
        return present
    calendar, office = present.calendar, present.office
    for row in _backwards(connection, code):
        if row['kind'] == 'hours':
            if row['applied_at'] > ended_at:
                before = row['changes'][0]['before']
                office = office_of(before['hours'], before['deadline_time'], office.timezone)
        elif calendar.version != version:
            calendar = _without(calendar, row['changes'])
    return Hall(calendar if calendar.version == version else present.calendar, office)


def _changed_since(connection: Connection, code: str, instant: datetime) -> bool:
    later = select(_edition.id).where(_edition.hall == code, _edition.kind == 'hours', _edition.applied_at > instant)
    return connection.execute(later.limit(1)).first() is not None


def _backwards(connection: Connection, code: str) -> list[Mapping[str, Any]]:
    calendar = select(t.hall.c.calendar).where(t.hall.c.code == code).scalar_subquery()
    statement = select(_edition.kind, _edition.applied_at, _edition.changes).where(
        _edition.calendar == calendar, _edition.hall.in_({EVERY_HALL, code})
    )
    return [dict(row) for row in connection.execute(statement.order_by(_edition.id.desc())).mappings()]


def _without(calendar: Calendar, changes: list[Mapping[str, Any]]) -> Calendar:
    """The calendar before these changes: a date without a source was no row, only what every calendar says of a weekday."""
    rows = {row.date: row for row in calendar.rows}
    for change in changes:
        before, day = change['before'], date.fromisoformat(change['date'])
        if before['source']:
            rows[day] = Day(day, before['working'], before['name'], before['source'])
        else:
            rows.pop(day, None)
    return Calendar.from_rows(rows.values())
