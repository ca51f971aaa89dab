"""Conversion functions: DMN 1.3, 10.3.4.1 and 10.3.4.2."""

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Final, TypeVar

from engine.feel.registry import builtin
from engine.feel.runtime import Runtime
from engine.feel.temporal import Months, as_date, months_between, parse_date, parse_date_and_time, parse_duration, parse_time
from engine.feel.values import DECIMAL, to_text

_NUMBER: Final = re.compile(r'\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?\s*', re.ASCII)
_SEPARATORS: Final = (' ', ',', '.', None)
T = TypeVar('T')


@builtin('number', 'from: string')
def number(_: Runtime, text: str) -> Decimal:
    """The number a text writes in FEEL's own form."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return DECIMAL.create_decimal(text.strip())


@builtin('number', 'from: string, grouping separator: string?, decimal separator: string?')
def number_with_separators(runtime: Runtime, text: str, grouping: str | None, point: str | None) -> Decimal:
    """The number a text writes with these separators (space, comma or full stop; null for none)."""
    if grouping not in _SEPARATORS or point not in {'.', ',', None} or (grouping is not None and grouping == point):
        raise ValueError(text)
    if grouping:
        text = text.replace(grouping, '')
    if point == ',':
        text = text.replace('.', '#').replace(',', '.')
    return number(runtime, text)


@builtin('number', 'from: number')
def number_from_number(_: Runtime, value: Decimal) -> Decimal:
    """A number stays what it is."""
    return value


@builtin('string', 'from: any')
def string(runtime: Runtime, value: object) -> str | None:
    """The text of a value; null stays null."""
    if isinstance(value, list | dict):
        runtime.finish(value)
    return None if value is None else runtime.text(to_text(value))


@builtin('date', 'from: string')
def date_from_text(_: Runtime, text: str) -> date:
    """The date an ISO 8601 text writes; of a date and time its date."""
    found = parse_date(text)
    if found is None and 'T' in text:
        moment = parse_date_and_time(text)
        found = None if moment is None else moment.date()
    return _required(found, text)


@builtin('date', 'from: date')
def date_from_date(_: Runtime, value: date) -> date:
    """The date of a date, or of a date and time in its own zone."""
    return as_date(value)


@builtin('date', 'year: number, month: number, day: number')
def date_from_parts(_: Runtime, year: Decimal, month: Decimal, day: Decimal) -> date:
    """That day; null if the calendar has none."""
    return date(int(year), int(month), int(day))


@builtin('date and time', 'from: string')
def date_and_time_from_text(_: Runtime, text: str) -> datetime:
    """The date and time an ISO 8601 text writes."""
    return _required(parse_date_and_time(text), text)


@builtin('date and time', 'date: date, time: time')
def date_and_time_from_parts(_: Runtime, day: date, clock: time) -> datetime:
    """That time on that day, in the time's zone."""
    return datetime.combine(as_date(day), clock)


@builtin('time', 'from: string')
def time_from_text(_: Runtime, text: str) -> time:
    """The time an ISO 8601 text writes; of a date and time its time."""
    if '-' in text[:5] and 'T' in text:
        moment = parse_date_and_time(text)
        return _required(None if moment is None else moment.timetz(), text)
    return _required(parse_time(text), text)


@builtin('time', 'from: time')
def time_from_time(_: Runtime, value: time) -> time:
    """A time stays what it is."""
    return value


@builtin('time', 'from: date')
def time_from_date(_: Runtime, value: date) -> time:
    """The time of a date and time; midnight of a date."""
    return value.timetz() if isinstance(value, datetime) else time(tzinfo=timezone.utc)  # noqa: UP017


@builtin('time', 'hour: number, minute: number, second: number, offset: days?')
def time_from_parts(_: Runtime, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None) -> time:
    """That time, at that offset from UTC."""
    whole = int(second)
    micro = int((second - whole) * 1_000_000)
    return time(int(hour), int(minute), whole, micro, None if offset is None else timezone(offset))


@builtin('duration', 'from: string')
def duration(_: Runtime, text: str) -> timedelta | Months:
    """The duration an ISO 8601 text writes."""
    found = parse_duration(text)
    if found is None:
        raise ValueError(text)
    return found


@builtin('duration', 'from: duration')
def duration_from_duration(_: Runtime, value: timedelta | Months) -> timedelta | Months:
    """A duration stays what it is."""
    return value


@builtin('years and months duration', 'from: date, to: date')
def years_and_months_duration(_: Runtime, start: date, end: date) -> Months:
    """The whole months between two dates."""
    return months_between(as_date(start), as_date(end))


@builtin('not', 'negand: any')
def negation(_: Runtime, value: object) -> bool | None:
    """True for false and false for true; null for everything else."""
    return not value if isinstance(value, bool) else None


def _required(value: T | None, text: str) -> T:
    if value is None:
        raise ValueError(text)
    return value
