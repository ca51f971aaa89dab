"""How much time a task, clock or case has left: working days of the hall's calendar, and the colour a clerk sees.

Red: overdue. Amber: at most one working day, or at most a fifth of the whole limit, unless the hall has set it otherwise. Green: more.
Grey: the clock stands still or there is no limit (domain §8b).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine import Hall
from engine.worktime import remaining, workdays_between
from tasks.calendars.halls import find_hall
from tasks.marks.rules import Thresholds
from tasks.marks.settings import thresholds_of


@dataclass(frozen=True)
class TimeLeft:
    """`last_day` is the last local date on time (ISO), `days_left` in working days: 0 is today, negative is late, None is stopped."""

    due_at: datetime | None
    last_day: str | None
    days_left: int | None
    colour: str
    stopped: bool


class Counter:
    """Counts for one page: each hall is looked up once."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now
        self._halls: dict[str, Hall] = {}
        self._thresholds: dict[str, Thresholds] = {}

    def hall(self, code: str) -> Hall:
        """The calendar and office of a hall."""
        if code not in self._halls:
            self._halls[code] = find_hall(self._connection, code)
        return self._halls[code]

    def thresholds(self, code: str) -> Thresholds:
        """When this hall warns."""
        if code not in self._thresholds:
            self._thresholds[code] = thresholds_of(self._connection, code)
        return self._thresholds[code]

    def left(self, hall_code: str, due_at: datetime | None, since: datetime, *, stopped: bool = False) -> TimeLeft:
        """Time left until `due_at`; `since` is where the limit began, for the share that is left."""
        if due_at is None:
            return TimeLeft(None, None, None, 'grey', stopped)
        hall = self.hall(hall_code)
        last = hall.office.last_day_of(due_at)
        days = remaining(self.now, due_at, hall.calendar, hall.office)
        colour = _colour(days, _whole(hall, since, last), self.thresholds(hall_code))
        return TimeLeft(due_at, last.isoformat(), days, colour, stopped)


def _whole(hall: Hall, since: datetime, last: date) -> int:
    return max(1, workdays_between(hall.office.local(since).date(), last, hall.calendar))


def _colour(days: int | None, whole: int, at: Thresholds) -> str:
    if days is None:
        return 'grey'
    if days < 0:
        return 'red'
    return 'amber' if days <= at.amber_days or days * 100 <= whole * at.amber_percent else 'green'


def columns(left: TimeLeft) -> dict[str, Any]:
    """The fields of a row that shows time left."""
    return {'due_at': left.due_at, 'last_day': left.last_day, 'days_left': left.days_left, 'colour': left.colour, 'stopped': left.stopped}
