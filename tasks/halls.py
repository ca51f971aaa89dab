"""The hall's calendar and office hours, as the engine asks for them: rows where the hall has some, else what comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine.errors import NotFound
from engine.halls import Hall
from engine.tables import calendar_day
from engine.worktime import Calendar, Day, Office, shipped_calendar
from tasks import tables as t

_days = calendar_day.c
_HALL = select(
    t.hall.c.calendar, t.hall.c.office_hours, t.hall.c.deadline_time, t.hall.c.zone,
    select(func.count()).where(_days.calendar == t.hall.c.calendar).scalar_subquery().label('days'),
).where(t.hall.c.code == bindparam('code'))  # fmt: skip
_ROWS = select(_days.date, _days.working, _days.name, _days.source).where(_days.calendar == bindparam('calendar')).order_by(_days.date)


def find_hall(connection: Connection, code: str) -> Hall:
    """The source of halls for `Engine(halls=…)`. An instance without a hall keeps the shipped calendar and usual hours."""
    row = connection.execute(_HALL, {'code': code}).one_or_none()
    if row is None:
        return Hall()
    spans = tuple((str(start), str(end)) for start, end in row.office_hours)
    return Hall(_calendar(connection, row.calendar, row.days), _office(spans, row.deadline_time, row.zone))


def find_calendar(connection: Connection, code: str) -> Calendar:
    """The named calendar: imported notices laid over the shipped years."""
    count = connection.execute(select(func.count()).where(_days.calendar == code)).scalar_one()
    return _calendar(connection, code, count)


def _calendar(connection: Connection, code: str, count: int) -> Calendar:
    if not count:
        return shipped_calendar()
    rows = connection.execute(_ROWS, {'calendar': code}).all()
    return _laid_over(tuple((row.date, row.working, row.name, row.source) for row in rows))


@lru_cache(maxsize=16)
def _laid_over(rows: tuple[tuple[str, bool, str, str], ...]) -> Calendar:
    return shipped_calendar().with_rows(Day(date.fromisoformat(day), working, name, source) for day, working, name, source in rows)


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


@lru_cache(maxsize=64)
def _office(spans: Sequence[tuple[str, str]], deadline_time: str, zone: str) -> Office:
    hours = tuple((_clock(start), _clock(end)) for start, end in spans)
    return Office(hours, None if deadline_time in ('', '24:00') else _clock(deadline_time), zone)


def _clock(text: str) -> time:
    return time() if text == '24:00' else time.fromisoformat(text)
