"""The stops of a clock laid together: which dates they touch, and what of a span of office time they leave over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from engine.worktime.ledger import Office, Stop

_TICK = timedelta(microseconds=1)


class Stoppage:
    """The union of some stops in the hall's zone; overlaps count once. An empty stop (start == end) touches nothing."""

    def __init__(self, stops: Iterable[Stop], office: Office) -> None:
        forever = datetime.max.replace(tzinfo=office.zone)
        self._spans: list[tuple[datetime, datetime, Stop]] = sorted(
            (
                (office.local(stop.start), forever if stop.end is None else office.local(stop.end), stop)
                for stop in stops
                if stop.end != stop.start
            ),
            key=lambda span: span[:2],
        )
        self.merged = _merge([(start, end) for start, end, _ in self._spans])
        self._first_days = [start.date() for start, _ in self.merged]
        self._last_days = [(end - _TICK).date() for _, end in self.merged]
        self.open_from: datetime | None = self.merged[-1][0] if self.merged and self.merged[-1][1] == forever else None

    def touches(self, day: date) -> bool:
        """Whether any stop covers any part of `day`."""
        index = bisect_right(self._first_days, day) - 1
        return index >= 0 and day <= self._last_days[index]

    def on(self, day: date) -> tuple[Stop, ...]:
        """The stops that touch `day`, earliest first."""
        return tuple(stop for start, end, stop in self._spans if start.date() <= day <= (end - _TICK).date())

    def leaves(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The parts of [start, end) outside every stop, in order."""
        free = []
        for stopped_from, stopped_to in self.merged:
            if stopped_to <= start:
                continue
            if stopped_from >= end:
                break
            if stopped_from > start:
                free.append((start, stopped_from))
            start = stopped_to
            if start >= end:
                return free
        free.append((start, end))
        return free


def _merge(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
