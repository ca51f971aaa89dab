"""Limits laid over the calendar: what holds on every working day on which a case can begin, and the day on which it does not.

The calendar is the one that comes with the program; past its last announced year it is provisional, so two more years are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from engine.worktime import Duration, Limit, LimitError, Moment, Office, Relative, due, parse_limit, relative_due, shipped_calendar

OFFICE = Office()
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class TooShort:
    """A beginning on which a relative limit is over at once; `end` is the last day of the clock it leans on."""

    start: datetime
    end: str


@lru_cache(maxsize=1)
def beginnings() -> tuple[datetime, ...]:
    """The end of the office hours of every working day from the first announced year to two years past the last."""
    calendar = shipped_calendar()
    first, last = min(calendar.announced), max(calendar.announced) + 2
    closing = OFFICE.hours[-1][1] or time(23, 59)
    days = (date.fromordinal(n) for n in range(date(first, 1, 1).toordinal(), date(last, 1, 1).toordinal()))
    return tuple(datetime.combine(day, closing, OFFICE.zone) for day in days if calendar.is_working(day))


@lru_cache(maxsize=512)
def first_too_short(relative: Relative, limit: str) -> TooShort | None:
    """The first beginning on which `relative`, leaning on a clock of this limit, ends no later than it begins."""
    try:
        base = parse_limit(limit)
    except LimitError:  # reported where it is written
        return None
    if not isinstance(base, Limit | Duration):
        return None
    for start in beginnings():
        try:
            ends = relative_due(relative, start, base, shipped_calendar(), OFFICE).due_at
        except LimitError:  # nothing is left of it
            ends = None
        if ends is None or ends <= start:
            last = due(start, base, shipped_calendar(), OFFICE).last_day
            return TooShort(start, last.isoformat() if last else '')
    return None


@lru_cache(maxsize=65_536)
def end_of(limit: Limit | Duration | Moment, start: datetime) -> datetime:
    """The last instant on time of a step that begins at `start`: the next step can begin then."""
    found = due(start, limit, shipped_calendar(), OFFICE).due_at
    return start if found is None else max(start, found - _TICK)


def day_text(at: datetime) -> str:
    """The local date of an instant."""
    return OFFICE.local(at).date().isoformat()
