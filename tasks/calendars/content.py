"""What the calendar of a hall is made of: the shipped years, the imported notices over them, the closures on top."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from threading import Lock

from sqlalchemy import Connection, ScalarSelect, select
from sqlalchemy.sql.elements import ColumnElement

from engine.tables import calendar_day
from engine.worktime import Calendar, Day, shipped_calendar
from tasks.calendars.tables import EVERY_HALL, calendar_edition, closure_day

KEPT = 64
_CALENDARS: OrderedDict[tuple[str, str], Calendar] = OrderedDict()
_LOCK = Lock()


def newest_token(calendar: ColumnElement[str] | str, hall: ColumnElement[str] | str) -> ScalarSelect[str]:
    """A subquery for the token of the newest edition that says anything about a hall's days; NULL before the first."""
    edition = calendar_edition.c
    return (
        select(edition.token)
        .where(edition.calendar == calendar, (edition.hall == EVERY_HALL) | (edition.hall == hall))
        .order_by(edition.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def calendar_of(connection: Connection, calendar: str, hall: str, token: str | None) -> Calendar:
    """The calendar that applies in a hall; `token` is its newest edition's. Read once per edition and process."""
    if token is None:
        return shipped_calendar()
    with _LOCK:
        known = _CALENDARS.get((token, hall))
    if known is None:
        known = compose(notice_days(connection, calendar), closures(connection, calendar, hall))
        with _LOCK:
            _CALENDARS[token, hall] = known
            if len(_CALENDARS) > KEPT:
                _CALENDARS.popitem(last=False)
    return known


def compose(notices: Iterable[Day], closed: Iterable[Day]) -> Calendar:
    """The shipped years with notices and closures laid over them, in this order."""
    rows = [*notices, *closed]
    return shipped_calendar().with_rows(rows) if rows else shipped_calendar()


def notice_days(connection: Connection, calendar: str) -> list[Day]:
    """The imported days, by date."""
    day = calendar_day.c
    rows = connection.execute(select(day.date, day.working, day.name, day.source).where(day.calendar == calendar).order_by(day.date))
    return [Day(date.fromisoformat(row.date), row.working, row.name, row.source) for row in rows]


def closures(connection: Connection, calendar: str, hall: str) -> list[Day]:
    """The days on which this hall, or every hall, is closed."""
    day = closure_day.c
    rows = connection.execute(
        select(day.date, day.name, day.source)
        .where(day.calendar == calendar, day.hall.in_({EVERY_HALL, hall}))
        .order_by(day.hall, day.date)
    )
    return [Day(date.fromisoformat(row.date), False, row.name, row.source) for row in rows]
