"""Dates, times and durations: reading and writing their ISO 8601 forms, and adding them up.

A date is `datetime.date`; a time is `datetime.time`; a date and time is `datetime.datetime`, with a zone only if it was
written with one; a days and time duration is `datetime.timedelta`; a years and months duration is `Months`. Years run
from 1 to 9999, seconds have six decimals. Nothing here reads a clock.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

_DATE: Final = re.compile(r'(\d{4})-(\d{2})-(\d{2})', re.ASCII)
_TIME: Final = re.compile(
    r'T?(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:(Z|z)|([+-])(\d{2}):(\d{2})(?::(\d{2}))?|@([A-Za-z0-9_+\-/]{1,64}))?', re.ASCII
)
_MONTHS: Final = re.compile(r'(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?', re.ASCII)
_DAYS: Final = re.compile(
    r'(-)?P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:\.\d{1,9})?)S)?)?', re.ASCII
)
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
T = TypeVar('T')


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years and months duration: a whole number of months."""

    count: int

    @property
    def years(self) -> int:
        """The whole years in it."""
        return _towards_zero(self.count, 12)

    @property
    def months(self) -> int:
        """The months beyond the whole years."""
        return self.count - 12 * self.years


def _towards_zero(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)


def parse_date(text: str) -> date | None:
    """``2026-01-31``; None if it is no such day."""
    match = _DATE.fullmatch(text)
    return _valid(lambda: date(int(match[1]), int(match[2]), int(match[3]))) if match else None


def parse_time(text: str) -> time | None:
    """``10:30:00`` with optional fraction and zone (``Z``, ``+08:00``, ``@Asia/Shanghai``); None if it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    micro = int((match[4] or '')[:6].ljust(6, '0'))
    zone = _zone(match)
    if zone is False:
        return None
    return _valid(lambda: time(int(match[1]), int(match[2]), int(match[3] or 0), micro, zone or None))


def _zone(match: re.Match[str]) -> Any:
    """The zone that was written, None if none was, False if there is no such zone."""
    if match[5]:
        return UTC
    if match[6]:
        offset = timedelta(hours=int(match[7]), minutes=int(match[8]), seconds=int(match[9] or 0))
        return _valid(lambda: timezone(offset if match[6] == '+' else -offset)) or False
    if match[10]:
        return named_zone(match[10]) or False
    return None


def named_zone(name: str) -> tzinfo | None:
    """The IANA zone of that name, None if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


def parse_date_and_time(text: str) -> datetime | None:
    """``2026-01-31T10:30:00`` with optional zone; a bare date is its midnight; 24:00:00 is the next day's midnight."""
    day_text, separator, time_text = text.partition('T')
    day = parse_date(day_text)
    if day is None:
        return None
    if not separator:
        return datetime.combine(day, time())
    following = bool(re.match(r'24:00(:00(\.0+)?)?(?![\d:.])', time_text))
    clock = parse_time(time_text.replace('24', '00', 1) if following else time_text)
    if clock is None:
        return None
    moment = datetime.combine(day, clock)
    return _valid(lambda: moment + _DAY) if following else moment


def parse_duration(text: str) -> timedelta | Months | None:
    """``P1Y2M``, ``P3DT4H5M6.7S``, ``P2W``; None if it mixes months with days, or is none at all."""
    if not re.search(r'[0-9][A-Z]$', text):
        return None
    match = _MONTHS.fullmatch(text)
    if match:
        count = int(match[2] or 0) * 12 + int(match[3] or 0)
        return Months(-count if match[1] else count)
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    days = 7 * int(match[2] or 0) + int(match[3] or 0)
    seconds = 3600 * int(match[4] or 0) + 60 * int(match[5] or 0)
    micro = int(Decimal(match[6] or 0) * 1_000_000)
    length = _valid(lambda: timedelta(days=days, seconds=seconds, microseconds=micro))
    return -length if length is not None and match[1] else length


def parse_at(text: str) -> Any:
    """What ``@"text"`` means, by its own form; None if it has none of the forms."""
    if re.match('-?P', text):
        return parse_duration(text)
    if re.match(r'T?\d{2}:', text):
        return parse_time(text)
    return parse_date_and_time(text) if 'T' in text else parse_date(text)


def _valid(make: Callable[[], T]) -> T | None:
    try:
        return make()
    except (ValueError, OverflowError):
        return None


def format_temporal(value: Any) -> str:
    """The ISO 8601 text that reads back as the same value."""
    if isinstance(value, Months):
        return _format_months(value)
    if isinstance(value, timedelta):
        return _format_days(value)
    if isinstance(value, datetime):
        return f'{value.date().isoformat()}T{_format_time(value)}'
    if isinstance(value, time):
        return _format_time(value)
    return str(value.isoformat())


def _format_time(value: time | datetime) -> str:
    text = value.replace(tzinfo=None).isoformat() if isinstance(value, time) else value.time().isoformat()
    if '.' in text:
        text = text.rstrip('0')
    zone = value.tzinfo
    if zone is None:
        return text
    if isinstance(zone, ZoneInfo):
        return f'{text}@{zone.key}'
    offset = value.utcoffset() or timedelta()
    return text + ('Z' if not offset else _format_offset(offset))


def _format_offset(offset: timedelta) -> str:
    sign = '-' if offset < timedelta() else '+'
    seconds = int(abs(offset) / _SECOND)
    text = f'{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}'
    return f'{text}:{seconds % 60:02}' if seconds % 60 else text


def _format_months(value: Months) -> str:
    if not value.count:
        return 'P0M'
    years, months = divmod(abs(value.count), 12)
    sign = '-' if value.count < 0 else ''
    return f'{sign}P' + (f'{years}Y' if years else '') + (f'{months}M' if months else '')


def _format_days(value: timedelta) -> str:
    if not value:
        return 'PT0S'
    length = abs(value)
    hours, minutes, seconds = length.seconds // 3600, length.seconds // 60 % 60, length.seconds % 60
    second_text = f'{seconds}.{length.microseconds:06}'.rstrip('0') if length.microseconds else str(seconds)
    clock = (f'{hours}H' if hours else '') + (f'{minutes}M' if minutes else '') + (f'{second_text}S' if second_text != '0' else '')
    sign = '-' if value < timedelta() else ''
    return f'{sign}P' + (f'{length.days}D' if length.days else '') + (f'T{clock}' if clock else '')


def add_duration(value: Any, length: timedelta | Months) -> Any:
    """A date, time or date and time, that much later; a month's missing day becomes its last day.

    Raises OverflowError outside the years 1 to 9999.
    """
    if isinstance(value, time) and isinstance(length, timedelta):
        moment = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None))
        return datetime.combine(date(2000, 1, 1), (moment + length % _DAY).time(), value.tzinfo).timetz()
    if isinstance(length, Months):
        return _add_months(value, length.count)
    if isinstance(value, datetime):
        if value.tzinfo is None or not isinstance(value.tzinfo, ZoneInfo):
            return value + length
        return (value.astimezone(UTC) + length).astimezone(value.tzinfo)
    return (datetime.combine(value, time()) + length).date()


def _add_months(value: date, count: int) -> date:
    month = value.year * 12 + value.month - 1 + count
    year, index = divmod(month, 12)
    if not 1 <= year <= 9999:
        raise OverflowError('the year is out of range')
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][index]
    return value.replace(year=year, month=index + 1, day=min(value.day, last))


def months_between(start: date, end: date) -> Months:
    """The whole months from `start` to `end`, negative if `end` is earlier."""
    if end < start:
        return Months(-months_between(end, start).count)
    count = (end.year - start.year) * 12 + end.month - start.month
    return Months(count - 1 if end.day < start.day else count)


def as_date(value: date) -> date:
    """The calendar date of a date or a date and time."""
    return value.date() if isinstance(value, datetime) else value


def temporal_property(value: Any, key: str) -> Any:
    """``year month day weekday hour minute second time offset timezone`` or ``years months days hours minutes seconds``.

    Weekdays run from 1 (Monday) to 7. Raises KeyError for a property the value does not have.
    """
    if isinstance(value, Months):
        return {'years': value.years, 'months': value.months}[key]
    if isinstance(value, timedelta):
        return _duration_property(value, key)
    if isinstance(value, datetime | time) and key in {'hour', 'minute', 'second'}:
        return getattr(value, key)
    if isinstance(value, datetime | time) and key == 'time offset':
        return value.utcoffset()
    if isinstance(value, datetime | time) and key == 'timezone':
        return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    if isinstance(value, date) and key in {'year', 'month', 'day'}:
        return getattr(value, key)
    if isinstance(value, date) and key == 'weekday':
        return value.isoweekday()
    raise KeyError(key)


def _duration_property(value: timedelta, key: str) -> int | Decimal:
    length, sign = abs(value), -1 if value < timedelta() else 1
    seconds = Decimal(length.seconds % 60) + Decimal(length.microseconds) / 1_000_000
    parts: dict[str, int | Decimal] = {
        'days': length.days,
        'hours': length.seconds // 3600,
        'minutes': length.seconds // 60 % 60,
        'seconds': seconds,
    }
    return sign * parts[key]
