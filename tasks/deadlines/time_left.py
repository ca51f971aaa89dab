"""How much time a task, a clock or a case has left as a page shows it: its colour, and the count in the limit's own unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import Hall, limit_of
from engine.worktime import Urgency, colour, left, unit_of
from tasks.calendars.halls import find_hall


@dataclass(frozen=True)
class TimeLeft:
    """`last_day` is the last local date on time (ISO); `left` counts in `unit` (workday, day, workhour, hour): 0 is the last day, negative
    is late. Both are None while no limit runs, and while an old row has not been counted yet."""

    due_at: datetime | None
    last_day: str | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    provisional: bool = False  # the last day lies in a year whose holidays are not announced


class Counter:
    """Counts for one page: each hall is looked up once."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now
        self._halls: dict[str, Hall] = {}

    def hall(self, code: str) -> Hall:
        """The calendar and office of a hall."""
        if code not in self._halls:
            self._halls[code] = find_hall(self._connection, code)
        return self._halls[code]

    def left(self, hall_code: str, urgent: Urgency) -> TimeLeft:
        """The time left of a task, clock or case of this hall."""
        due_at = urgent.due_at
        if due_at is None:
            return TimeLeft(None, None, None, None, 'grey', urgent.stopped)
        hall = self.hall(hall_code)
        last = hall.office.last_day_of(due_at)
        count = left(self.now, due_at, urgent.unit, hall.calendar, hall.office) if urgent.unit else None
        shown = colour(self.now, due_at, urgent.amber_at)
        return TimeLeft(
            due_at=due_at,
            last_day=last.isoformat(),
            left=count,
            unit=urgent.unit,
            colour=shown,
            stopped=urgent.stopped,
            provisional=hall.calendar.provisional(last),
        )


def columns(one: TimeLeft) -> dict[str, Any]:
    """The fields of a row that shows time left."""
    return {name: getattr(one, name) for name in TimeLeft.__dataclass_fields__}


def urgency_of_clock(due_at: datetime | None, amber_at: datetime | None, limit: str) -> Urgency:
    """How urgent a clock is, by what its row says."""
    return Urgency(due_at, amber_at, unit_of(limit_of(limit)))
