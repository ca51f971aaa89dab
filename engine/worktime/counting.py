"""The rule by which a limit runs out, date by date: one loop from which both the due date and its explanation are read.

Day 0 is the anchor's local date and never counts. A later date counts when (workday) the calendar says working, or (day) always, and no
stop touches it. The limit ends at the end of the n-th counted date. A natural-day limit whose last date is a rest day rolls on to the
next working day that no stop touches. Working hours run from the anchor itself through the office hours of working days outside stops.
Sources: Licensing Law art. 42, 45, 82; Civil Code art. 201, 203.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from engine.worktime.calendar import Calendar
from engine.worktime.errors import LimitError
from engine.worktime.ledger import Office
from engine.worktime.limits import Limit, Unit
from engine.worktime.stoppage import Stoppage

MAX_DATES = 20_000
"""How many dates the loop walks before it refuses (54 years; only absurdly long stops get there)."""


class Verdict(Enum):
    """What became of one date."""

    ANCHOR = 'anchor'
    COUNTED = 'counted'
    REST = 'rest'
    STOPPED = 'stopped'
    ROLLED = 'rolled'


class DateStep(NamedTuple):
    """One date of the loop. `number` is its place among the counted ones, `worked` its office time (working hours only);
    `ends_at` is set on the last date, where the limit ends."""

    day: date
    verdict: Verdict
    number: int | None = None
    worked: timedelta | None = None
    ends_at: datetime | None = None


def walk(
    anchor: datetime, limit: Limit, calendar: Calendar, office: Office, stoppage: Stoppage, *, until: date | None = None
) -> Iterator[DateStep]:
    """The dates from the anchor's to the last one, `anchor` being local.

    When an open stop keeps the limit from ending, the loop goes on to `until` (at least to the date on which that stop starts) and no
    step has `ends_at`. LimitError when the limit does not end within MAX_DATES dates.
    """
    if limit.unit is Unit.WORKHOUR:
        steps = _walk_hours(anchor, limit.amount, calendar, office, stoppage)
    else:
        steps = _walk_days(anchor.date(), limit, calendar, office, stoppage)
    horizon = date.max
    if stoppage.open_from is not None:
        horizon = max(stoppage.open_from.date(), anchor.date(), until or anchor.date())
    for step in steps:
        if step.day > horizon:
            return
        yield step
        if step.ends_at is not None:
            return


def dates_after(day: date, step: int = 1) -> Iterator[date]:
    """The dates following (`step=-1`: preceding) `day`; LimitError after MAX_DATES of them or at the calendar's end."""
    ordinal = day.toordinal()
    for _ in range(MAX_DATES):
        ordinal += step
        if not 1 <= ordinal < date.max.toordinal():
            break
        yield date.fromordinal(ordinal)
    raise LimitError(f'期限在 {MAX_DATES} 天内不会届满', f'The limit does not end within {MAX_DATES} dates')


def _walk_days(first: date, limit: Limit, calendar: Calendar, office: Office, stoppage: Stoppage) -> Iterator[DateStep]:
    yield DateStep(first, Verdict.ANCHOR)
    counts_rest = limit.unit is Unit.DAY
    counted = 0
    for day in dates_after(first):
        full = counted == limit.amount  # every day is counted, but the last was a rest day
        if not calendar.is_working(day) and (full or not counts_rest):
            yield DateStep(day, Verdict.REST)
        elif stoppage.touches(day):
            yield DateStep(day, Verdict.STOPPED)
        elif full:
            yield DateStep(day, Verdict.ROLLED, ends_at=office.end_of(day))
        else:
            counted += 1
            ends = counted == limit.amount and calendar.is_working(day)
            yield DateStep(day, Verdict.COUNTED, counted, ends_at=office.end_of(day) if ends else None)


def _walk_hours(anchor: datetime, hours: int, calendar: Calendar, office: Office, stoppage: Stoppage) -> Iterator[DateStep]:
    left = timedelta(hours=hours)
    first = anchor.date()
    for day in _from(first):
        worked, ends_at = timedelta(), None
        working = calendar.is_working(day)
        for start, end in working_spans(day, anchor, office, stoppage) if working else ():
            spent = min(end - start, left - worked)
            worked += spent
            if worked == left:
                ends_at = start + spent
                break
        left -= worked
        yield DateStep(day, _hours_verdict(worked, day == first, working), None, worked, ends_at)


def _from(first: date) -> Iterator[date]:
    yield first
    yield from dates_after(first)


def working_spans(day: date, anchor: datetime, office: Office, stoppage: Stoppage) -> Iterator[tuple[datetime, datetime]]:
    """The office hours of a working `day` from `anchor` on that no stop covers."""
    for start, end in office.opening(day):
        if end > anchor:
            yield from stoppage.leaves(max(start, anchor), end)


def _hours_verdict(worked: timedelta, is_first: bool, working: bool) -> Verdict:
    if worked:
        return Verdict.COUNTED
    if is_first:
        return Verdict.ANCHOR
    return Verdict.STOPPED if working else Verdict.REST
