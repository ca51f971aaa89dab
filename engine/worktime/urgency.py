"""How urgent work is: when it is due, when it turns amber, its colour, and how much is left. One answer for every page, list and mark.

A task stands under several limits at once: its own, those of the activities around it, and the clocks of its case. It is due when the
first of them ends; one that is broken and not met stays the first. It is amber as soon as one of them is. See docs/explanation/marks.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor

from engine.worktime.calendar import Calendar
from engine.worktime.cron import Cron
from engine.worktime.hours import hours_before
from engine.worktime.ledger import Office
from engine.worktime.limits import Duration, Limit, LimitExpr, Moment, Relative, Repeat, Unit
from engine.worktime.remaining import remaining, working_time_between

WALL_HOURS = 'hour'
"""The unit of limits that count hours of the wall clock (`PT2H`); the others are the values of `Unit`."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WarnRule:
    """When a hall warns: at `amber_days` working days left or fewer, or at `amber_percent` of the limit or less (domain §8b)."""

    amber_days: int = 1
    amber_percent: int = 20


@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit that has begun: its length with all extensions, its anchor, and its end; `due_at` is None while it stands still."""

    limit: LimitExpr
    anchor: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Urgency:
    """`due_at`: the end of the first limit (exclusive; None: none runs). `amber_at`: from when on it is amber (None: never). `unit`: in
    which the first limit counts. `stopped`: whether an open stop holds the case's clocks."""

    due_at: datetime | None = None
    amber_at: datetime | None = None
    unit: str | None = None
    stopped: bool = False


def binds(limit: LimitExpr) -> bool:
    """Whether a timer with this limit is a deadline: a cycle reminds, and so does what ends before another clock does."""
    return not isinstance(limit, Repeat) and not (isinstance(limit, Relative) and limit.earlier)


def watchable(limit: LimitExpr) -> bool:
    """Whether a limit has a length of its own, so that it can be nearly over; `promise` is warned of by the clock it reads."""
    return isinstance(limit, Limit | Duration | Moment)


def urgency(deadlines: Iterable[Deadline], calendar: Calendar, office: Office, rule: WarnRule, *, stopped: bool = False) -> Urgency:
    """What follows from all the limits a task stands under."""
    limits = [Urgency(one.due_at, warn_at(one, calendar, office, rule), unit_of(one.limit)) for one in deadlines]
    return first_of(limits, stopped=stopped)


def first_of(limits: Iterable[Urgency], *, stopped: bool = False) -> Urgency:
    """One answer from several limits: due when the first ends, amber as soon as one is. Of limits that end together the first given says
    the unit."""
    running = [(one.due_at, one) for one in limits if one.due_at is not None]
    if not running:
        return Urgency(stopped=stopped)
    due_at, first = min(running, key=lambda pair: pair[0])
    amber_at = min((one.amber_at for _, one in running if one.amber_at is not None), default=None)
    return Urgency(due_at, amber_at, first.unit, stopped)


def colour(now: datetime, due_at: datetime | None, amber_at: datetime | None) -> str:
    """Red when the due instant has passed, amber from `amber_at` on, else green; grey when no limit runs (stopped, or none at all)."""
    if due_at is None:
        return 'grey'
    if now >= due_at:
        return 'red'
    return 'amber' if amber_at is not None and now >= amber_at else 'green'


def unit_of(limit: LimitExpr | Cron) -> str:
    """In what a limit counts: a value of `Unit`, or WALL_HOURS. What leans on a clock counts working days unless it says otherwise."""
    if isinstance(limit, Repeat):
        return unit_of(limit.each)
    if isinstance(limit, Relative):
        return unit_of(limit.offset) if limit.offset else Unit.WORKDAY.value
    if isinstance(limit, Limit):
        return limit.unit.value
    return WALL_HOURS if isinstance(limit, Duration) and not (limit.months or limit.days) else Unit.DAY.value


def left(now: datetime, due_at: datetime, unit: str, calendar: Calendar, office: Office) -> int:
    """How many units are left until `due_at`: 0 is the last day, negative is late (-1 from the first moment on).

    Hours are rounded up while they last, so that 1 is the last hour.
    """
    if unit == Unit.WORKDAY.value:
        return remaining(now, due_at, calendar, office) or 0
    if unit == Unit.DAY.value:
        days = (office.last_day_of(due_at) - office.local_date(now)).days
        return days if now < due_at else min(-1, days)
    if now < due_at:
        time_left = working_time_between(now, due_at, calendar, office) if unit == Unit.WORKHOUR.value else due_at - now
        return ceil(time_left / _HOUR)
    over = working_time_between(due_at, now, calendar, office) if unit == Unit.WORKHOUR.value else now - due_at
    return min(-1, -floor(over / _HOUR))


def warn_at(running: Deadline, calendar: Calendar, office: Office, rule: WarnRule) -> datetime | None:
    """The first instant at which a limit is amber, in the hall's zone; None when it never is, and while it stands still.

    What is left is counted, not what has passed: a stop before that instant changes nothing. A limit that would be amber from its first
    day (一个工作日) has none: such a warning would say nothing. What leans on another clock or repeats has none of its own.
    """
    limit, anchor, due_at = running.limit, running.anchor, running.due_at
    if due_at is None or not watchable(limit):
        return None
    if not isinstance(limit, Limit):
        return None if isinstance(limit, Moment) and due_at <= anchor else due_at - (due_at - anchor) * rule.amber_percent / 100
    if limit.unit is Unit.WORKHOUR:
        time_left = timedelta(hours=limit.amount) * rule.amber_percent / 100
        return hours_before(due_at, time_left, calendar, office, earliest=True)
    if limit.amount <= rule.amber_days:
        return None
    last = office.last_day_of(due_at)
    share = limit.amount * rule.amber_percent // 100
    first = _workdays_before(last, max(rule.amber_days, share if limit.unit is Unit.WORKDAY else 0), calendar)
    if limit.unit is Unit.DAY:
        first = min(first, last - timedelta(days=share))
    return datetime.combine(first, time(), tzinfo=office.zone)


def _workdays_before(last: date, count: int, calendar: Calendar) -> date:
    """The earliest date after which only `count` working days are left up to and including `last`."""
    day = last
    while True:
        count -= calendar.is_working(day)
        if count < 0:
            return day
        day -= timedelta(days=1)
