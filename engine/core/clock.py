"""The one place that reads the clock. Everything else is handed an instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for tests and for a hall that runs on a moved clock."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError('Expected an instant with a time zone, but it has none')

    def __call__(self) -> datetime:
        return self.instant.astimezone(UTC)

    def move(self, **amount: float) -> None:
        """Move on by a timedelta given as keywords (days, hours, minutes …); may be negative to play a clock that jumps back."""
        self.instant += timedelta(**amount)

    def move_to(self, instant: datetime) -> None:
        """Stand at this instant from now on."""
        self.instant = instant
