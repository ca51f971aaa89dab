"""The hall's calendar and office hours, as the engine asks for them: rows where the hall has some, else what comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, select

from engine.errors import NotFound
from engine.halls import Hall
from engine.tables import calendar_day
from engine.worktime import Calendar, Day, Office, shipped_calendar
from tasks import tables as t


def find_hall(connection: Connection, code: str) -> Hall:
    """The source of halls for `Engine(halls=…)`. An instance without a hall keeps the shipped calendar and usual hours."""
    row = connection.execute(
        select(t.hall.c.calendar, t.hall.c.office_hours, t.hall.c.deadline_time, t.hall.c.zone).where(t.hall.c.code == code)
    ).one_or_none()
    if row is None:
        return Hall()
    spans = tuple((str(start), str(end)) for start, end in row.office_hours)
    return Hall(find_calendar(connection, row.calendar), _office(spans, row.deadline_time, row.zone))


def find_calendar(connection: Connection, code: str) -> Calendar:
    """The named calendar: imported notices laid over the shipped years."""
    days = calendar_day.c
    count, version = connection.execute(
        select(func.count(), func.coalesce(func.max(days.version), 0)).where(days.calendar == code)
    ).one()
    if not count:
        return shipped_calendar()
    known = _CALENDARS.get(code)
    if known is None or known[0] != (count, version):
        rows = connection.execute(select(days.date, days.working, days.name, days.source).where(days.calendar == code)).all()
        laid = shipped_calendar().with_rows(Day(date.fromisoformat(row.date), row.working, row.name, row.source) for row in rows)
        known = _CALENDARS[code] = ((count, version), laid)
    return known[1]


def hall_row(connection: Connection, code: str) -> dict[str, Any]:
    """The hall's row; raises NotFound."""
    row = connection.execute(select(t.hall).where(t.hall.c.code == code)).mappings().one_or_none()
    if row is None:
        raise NotFound(f'Expected a hall, but there is no {code!r}', f'没有政务大厅 {code}')
    return dict(row)


def chinese_date(moment: datetime | date | None, office: Office) -> str:
    """2026年8月3日, in the hall's zone; nothing for nothing."""
    if moment is None:
        return ''
    day = office.local(moment).date() if isinstance(moment, datetime) else moment
    return f'{day.year}年{day.month}月{day.day}日'


_CALENDARS: dict[str, tuple[tuple[int, int], Calendar]] = {}


@lru_cache(maxsize=64)
def _office(spans: Sequence[tuple[str, str]], deadline_time: str, zone: str) -> Office:
    hours = tuple((_clock(start), _clock(end)) for start, end in spans)
    return Office(hours, None if deadline_time in ('', '24:00') else _clock(deadline_time), zone)


def _clock(text: str) -> time:
    return time() if text == '24:00' else time.fromisoformat(text)
