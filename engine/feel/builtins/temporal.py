"""Date and time functions: DMN 1.3, 10.3.4.6 and 10.3.4.8. The clock is the one handed to the evaluation."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from engine.feel.operators import equals
from engine.feel.registry import builtin
from engine.feel.runtime import Runtime
from engine.feel.temporal import as_date

_WEEKDAYS: Final = ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')
_MONTHS: Final = ('January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December')


@builtin('now')
def now(runtime: Runtime) -> datetime | None:
    """The moment of the evaluation, in the zone it was handed in with; null if none was."""
    if runtime.now is None:
        runtime.warn('no_clock', 0, 'now')
    return runtime.now


@builtin('today')
def today(runtime: Runtime) -> date | None:
    """The date of the evaluation, in the zone its moment was handed in with; null if none was."""
    if runtime.now is None:
        runtime.warn('no_clock', 0, 'today')
        return None
    return runtime.now.date()


@builtin('day of year', 'date: date')
def day_of_year(_: Runtime, day: date) -> Decimal:
    """The number of the day in its year, from 1."""
    return Decimal(day.timetuple().tm_yday)


@builtin('day of week', 'date: date')
def day_of_week(_: Runtime, day: date) -> str:
    """``Monday`` to ``Sunday``."""
    return _WEEKDAYS[day.weekday()]


@builtin('month of year', 'date: date')
def month_of_year(_: Runtime, day: date) -> str:
    """``January`` to ``December``."""
    return _MONTHS[day.month - 1]


@builtin('week of year', 'date: date')
def week_of_year(_: Runtime, day: date) -> Decimal:
    """The number of the week by ISO 8601."""
    return Decimal(day.isocalendar().week)


@builtin('last day of month', 'date: date')
def last_day_of_month(_: Runtime, day: date) -> date:
    """The last date of the month (as Camunda 8 has it)."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1) if (day.year, day.month) != (9999, 12) else None
    return date(9999, 12, 31) if following is None else date.fromordinal(following.toordinal() - 1)


@builtin('is', 'value1: any?, value2: any?')
def is_same(runtime: Runtime, left: Any, right: Any) -> bool | None:
    """Are both the very same value, of the same kind, dates and times also with the same zone?"""
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left == right and left.tzinfo == right.tzinfo
    if isinstance(left, date) and isinstance(right, date):
        return as_date(left) == as_date(right) and type(left) is type(right)
    return equals(left, right, runtime.charge) is True
