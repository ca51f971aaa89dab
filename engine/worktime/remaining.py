"""How much is left: working days for the desk's lists, office time where hours matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from engine.worktime.calendar import Calendar
from engine.worktime.ledger import Office, Stop
from engine.worktime.stoppage import Stoppage


def workdays_between(start: date, end: date, calendar: Calendar) -> int:
    """The working days after `start` up to and including `end`; negative, and counted the same way, when `end` is earlier."""
    if end < start:
        return -workdays_between(end, start, calendar)
    return sum(calendar.is_working(date.fromordinal(n)) for n in range(start.toordinal() + 1, end.toordinal() + 1))


def remaining(now: datetime, due_at: datetime | None, calendar: Calendar, office: Office, stops: Sequence[Stop] = ()) -> int | None:
    """Working days after today up to the last day, not counting dates a known stop touches: 0 means due today.

    Negative when overdue: -1 until the first working day after the last one is over, then -2 and so on. None while the clock is stopped.
    """
    if due_at is None:
        return None
    today, last = office.local_date(now), office.last_day_of(due_at)
    if now >= due_at:
        return min(-1, -workdays_between(last, today, calendar))
    if not stops:
        return workdays_between(today, last, calendar)
    stoppage = Stoppage(stops, office)
    days = (date.fromordinal(n) for n in range(today.toordinal() + 1, last.toordinal() + 1))
    return sum(calendar.is_working(day) and not stoppage.touches(day) for day in days)


def working_time_between(start: datetime, end: datetime, calendar: Calendar, office: Office, stops: Sequence[Stop] = ()) -> timedelta:
    """The office time of working days in [start, end) outside stops; zero when `end` is not after `start`."""
    start, end = office.local(start), office.local(end)
    stoppage = Stoppage(stops, office)
    total = timedelta()
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        day = date.fromordinal(ordinal)
        for opens, closes in office.opening(day) if calendar.is_working(day) else ():
            first, last = max(opens, start), min(closes, end)
            if first < last:
                total += sum((to - since for since, to in stoppage.leaves(first, last)), timedelta())
    return total
