"""Office hours of working days: when the hall opens next, and how far back so much office time reaches. All answers are in its zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.worktime.calendar import Calendar
from engine.worktime.counting import dates_after, working_spans
from engine.worktime.ledger import Office
from engine.worktime.stoppage import Stoppage


def next_opening(now: datetime, calendar: Calendar, office: Office) -> datetime:
    """`now` within office hours of a working day, else when the hall opens next. LimitError when the calendar has no such day."""
    local = office.local(now)
    opens, _ = next(span for span in _spans_from(local, calendar, office) if local < span[1])
    return max(local, opens)


def next_morning(now: datetime, calendar: Calendar, office: Office) -> datetime:
    """The first opening of a working day after `now`: today's while it is still to come. LimitError when the calendar has no such day."""
    mornings = (office.opening(day)[0][0] for day in dates_after(office.local_date(now) - timedelta(days=1)) if calendar.is_working(day))
    return next(opens for opens in mornings if opens > now)


def hours_before(
    due_at: datetime, left: timedelta, calendar: Calendar, office: Office, stoppage: Stoppage | None = None, *, earliest: bool = False
) -> datetime:
    """The instant at which `left` of the office time before `due_at` remains, outside stops.

    Where it falls on an opening, the hall may have been closed before: the instant is that opening, or with `earliest` the closing before.
    """
    backwards = spans_before(office.local(due_at), calendar, office, stoppage or Stoppage((), office))
    start, end = next(backwards)
    while end - start < left or (earliest and end - start == left):
        left -= end - start
        start, end = next(backwards)
    return end - left


def spans_before(due_at: datetime, calendar: Calendar, office: Office, stoppage: Stoppage) -> Iterator[tuple[datetime, datetime]]:
    """The office time of working days before `due_at` (local) outside stops, the latest span first."""
    beginning = datetime.min.replace(tzinfo=office.zone)
    for day in dates_after(due_at.date() + timedelta(days=1), -1):
        spans = working_spans(day, beginning, office, stoppage) if calendar.is_working(day) else ()
        for start, end in reversed(list(spans)):
            if start < due_at:
                yield start, min(end, due_at)


def _spans_from(now: datetime, calendar: Calendar, office: Office) -> Iterator[tuple[datetime, datetime]]:
    for day in dates_after(office.local_date(now) - timedelta(days=1)):
        if calendar.is_working(day):
            yield from office.opening(day)
