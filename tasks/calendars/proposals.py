"""What somebody wants to change in the calendar: a yearly notice, rows, a closure, its end, other office hours. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from engine import Rejection
from engine.identity import is_blank
from engine.words import NOTHING, Word
from engine.worktime import Calendar, CalendarError, Day, Office, decoded, parse_calendar_table, parse_notice
from tasks.calendars.halls import find_calendar, find_hall, hall_row
from tasks.calendars.tables import EVERY_HALL

MAX_CLOSURE_DAYS = 62
MAX_TEXT = 100_000
YEARS = range(1990, 2200)
CLOSED = '临时停止办公'
_TITLE = re.compile(r'关于\s*(\d{4})\s*年\s*部分节假日')
_NATIONAL_DAY = (10, 1)
_SATURDAY = 5
_WEEKEND = {5: '周六', 6: '周日'}


@dataclass(frozen=True)
class Proposal:
    """A change that can be previewed and applied. `hall` is '' for every hall with this calendar; `days` is what is laid down or lifted."""

    kind: str  # import | closure | reopening | hours
    calendar: str = 'CN'
    hall: str = EVERY_HALL
    source: str = ''
    reason: str = ''
    text: str = ''
    days: tuple[Day, ...] = ()
    hours: tuple[tuple[str, str], ...] = ()
    deadline_time: str = ''
    understood: Word = NOTHING  # what was read of a table


def text_of(content: bytes) -> str:
    """The text of a notice or table that was saved by any editor or spreadsheet. Raises Rejection."""
    try:
        return decoded(content)
    except CalendarError as error:
        raise Rejection(error.en, error.zh) from error


def from_notice(connection: Connection, text: str, *, year: int | None = None, source: str = '', calendar: str = 'CN') -> Proposal:
    """The State Council's notice as pasted. The year is read from its title unless given. Raises Rejection saying what was not read."""
    _short_enough(text)
    titled = _TITLE.search(re.sub(r'\s+', '', text))
    if year is None and titled is None:
        raise Rejection('Expected the year in the notice’s title, but there is none', '没有找到“关于××××年部分节假日安排”，请填写年份')
    try:
        days = parse_notice(text, year or int(titled[1] if titled else 0), source)
    except CalendarError as error:
        raise Rejection(error.en, error.zh) from error
    _known_years(day.date for day in days)
    whole = _whole_years(days, find_calendar(connection, calendar))
    return Proposal('import', calendar, source=days[0].source, text=text, days=whole)


def from_csv(connection: Connection, text: str, *, source: str = '', calendar: str = 'CN') -> Proposal:
    """A table of days (`engine.worktime.tables`). A year whose National Day is among them is replaced whole, other rows are corrections."""
    _short_enough(text)
    try:
        table = parse_calendar_table(text)
    except CalendarError as error:
        raise Rejection(error.en, error.zh) from error
    days = table.days
    if not days:
        raise Rejection('Expected at least one row, but the table is empty', '表中没有日期')
    nameless = next((day for day in days if not (day.source or source)), None)
    if nameless:
        raise Rejection(f'Expected a source for {nameless.date}, but there is none', f'{nameless.date} 没有写明依据的通知')
    _known_years(day.date for day in days)
    days = tuple(Day(day.date, day.working, day.name, day.source or source) for day in days)
    named = '、'.join(dict.fromkeys(day.source for day in days))[:200]
    whole = _whole_years(days, find_calendar(connection, calendar))
    return Proposal('import', calendar, source=source or named, text=text, days=whole, understood=table.told)


def closure(connection: Connection, hall: str, first: date, last: date | None, reason: str, *, calendar: str = 'CN') -> Proposal:
    """Close a hall (or every hall, '') on the working dates from `first` to `last`: a typhoon, a power cut. Rest days stay as they are."""
    now, calendar = _calendar_of(connection, hall, calendar)
    _needs_reason(reason)
    days = tuple(Day(day, False, CLOSED, reason.strip()[:200]) for day in _span(first, last) if now.is_working(day))
    if not days:
        raise Rejection('Expected a working day, but the hall rests on these dates', '所选日期本来就不是工作日，无需停办')
    return Proposal('closure', calendar, hall, source=CLOSED, reason=reason.strip(), days=days)


def reopening(connection: Connection, hall: str, first: date, last: date | None, reason: str, *, calendar: str = 'CN') -> Proposal:
    """Take closures away again, of the same hall (or of every hall) they were made for; the dates are what the notice says once more."""
    now, calendar = _calendar_of(connection, hall, calendar)
    _needs_reason(reason)
    days = tuple(now.day(day) for day in _span(first, last) if now.day(day).name == CLOSED)
    if not days:
        raise Rejection('Expected a date on which the hall was closed, but there is none', '所选日期没有临时停办，无需恢复')
    return Proposal('reopening', calendar, hall, source=CLOSED, reason=reason.strip(), days=days)


def hours(connection: Connection, hall: str, text: str, deadline_time: str, reason: str) -> Proposal:
    """Other office hours (`09:00-12:00,13:30-17:00`) and the hour at which a last day ends (24:00 unless the hall stops earlier)."""
    row = hall_row(connection, hall)
    _needs_reason(reason)
    try:
        office = Office.from_text(text, deadline_time, row.zone)
    except ValueError as error:
        zh = '办公时间应写作 09:00-12:00,13:30-17:00，届满时刻写作 24:00 或 17:00'
        raise Rejection(f'Expected office hours, but {error}', zh) from error
    spans = tuple((f'{start:%H:%M}', f'{end:%H:%M}' if end.hour or end.minute else '24:00') for start, end in office.hours)
    closing = f'{office.deadline_time:%H:%M}' if office.deadline_time else '24:00'
    if [list(span) for span in spans] == row.office_hours and closing == row.deadline_time:
        raise Rejection('Expected other hours, but these are the present ones', '办公时间没有变化')
    return Proposal('hours', row.calendar, hall, source='大厅设置', reason=reason.strip(), hours=spans, deadline_time=closing)


def _calendar_of(connection: Connection, hall: str, calendar: str) -> tuple[Calendar, str]:
    if hall == EVERY_HALL:
        return find_calendar(connection, calendar), calendar
    row = hall_row(connection, hall)
    return find_hall(connection, hall).calendar, str(row.calendar)


def _span(first: date, last: date | None) -> list[date]:
    last = last or first
    _known_years((first, last))
    if not 0 <= (last - first).days < MAX_CLOSURE_DAYS:
        raise Rejection(
            f'Expected up to {MAX_CLOSURE_DAYS} dates in order, but got {first} to {last}', f'起止日期颠倒，或超过 {MAX_CLOSURE_DAYS} 天'
        )
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _whole_years(days: Sequence[Day], now: Calendar) -> tuple[Day, ...]:
    """The rows, and for every year they announce whole, plain rows for dates an earlier notice of that year named and this one does not."""
    announced = {day.date.year for day in days if (day.date.month, day.date.day) == _NATIONAL_DAY}
    given = {day.date: day for day in days}
    for row in now.rows:
        year = row.date.year
        if year not in announced or row.date in given or row.name == CLOSED or _from_neighbour(row, now):
            continue
        source = next(day.source for day in days if day.date.year == year)
        given[row.date] = Day(row.date, row.date.weekday() < _SATURDAY, _WEEKEND.get(row.date.weekday(), ''), source)
    return tuple(sorted(given.values(), key=lambda day: day.date))


def _from_neighbour(row: Day, now: Calendar) -> bool:
    """Whether the notice of the following year laid this date down (31 December, or a swapped weekend before New Year)."""
    following = now.day(date(row.date.year + 1, *_NATIONAL_DAY))
    return bool(row.source) and following.source == row.source


def _known_years(days: Iterable[date]) -> None:
    """Raises Rejection for a date no hall will ever be open on: a slip of the pen, and out of what databases keep."""
    for day in days:
        if day.year not in YEARS:
            raise Rejection(f'Expected years {YEARS[0]} to {YEARS[-1]}, but got {day}', f'{day} 的年份不正确')


def _short_enough(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise Rejection(f'Expected at most {MAX_TEXT} characters, but got {len(text)}', '文本过长')
    if is_blank(text):
        raise Rejection('Expected the text of a notice or a table, but it is empty', '请粘贴通知全文或上传日历表')


def _needs_reason(reason: str) -> None:
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写原因')
