"""What a clock is counted from besides its limit: the hall's office hours, the stops and the extensions.

These are the facts a clock's ledger keeps; a due date is always recomputed from them and never adjusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from engine.words import Word

STOP_KINDS: Mapping[str, Word] = MappingProxyType(
    {
        'supplement': Word('补正材料', 'missing papers'),
        'hearing': Word('听证', 'hearing'),
        'tender': Word('招标', 'tender'),
        'auction': Word('拍卖', 'auction'),
        'inspection': Word('检验', 'inspection'),
        'testing': Word('检测', 'testing'),
        'quarantine': Word('检疫', 'quarantine'),
        'appraisal': Word('鉴定', 'appraisal'),
        'expert_review': Word('专家评审', 'expert review'),
        'suspension': Word('中止审批', 'suspension'),
        'fee': Word('缴费', 'payment'),
    }
)
"""The kinds of stop with their Chinese names: the eight of Licensing Law art. 45, and supplement, suspension and payment."""

_DEFAULT_HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))


@dataclass(frozen=True)
class Office:
    """A hall's settings: office hours of a working day, the hour at which a last day ends, and the time zone.

    An office hour ending at `time(0)` means 24:00. `deadline_time` None is 24:00; a hall that stops taking business earlier may set
    that hour (Civil Code art. 203 para. 2).
    """

    hours: tuple[tuple[time, time], ...] = _DEFAULT_HOURS
    deadline_time: time | None = None
    timezone: str = 'Asia/Shanghai'

    def __post_init__(self) -> None:
        ends_before = -1
        for start, end in self.hours:
            if not ends_before < _seconds(start) < (_seconds(end) or 86400):
                raise ValueError(f'Expected office hours in order and without overlap, but got {start}-{end}')
            ends_before = _seconds(end) or 86400
        if not self.hours:
            raise ValueError('Expected at least one span of office hours')
        if self.deadline_time == time(0):
            raise ValueError('Expected a deadline time after 00:00; leave it out for 24:00')

    @classmethod
    def from_text(cls, hours: str, deadline_time: str = '24:00', timezone: str = 'Asia/Shanghai') -> Self:
        """Build from settings such as `09:00-12:00,13:30-17:30` and `24:00`; ValueError when they cannot be read."""
        spans = []
        for span in hours.replace('，', ',').split(','):
            start, dash, end = span.strip().partition('-')
            if not dash:
                raise ValueError(f'Expected office hours like 09:00-12:00, but got {span.strip()!r}')
            spans.append((start, end))
        return cls.of_spans(tuple(spans), deadline_time, timezone)

    @classmethod
    @lru_cache(maxsize=64)
    def of_spans(cls, spans: Sequence[tuple[str, str]], deadline_time: str, timezone: str) -> Self:
        """Build from pairs such as `('09:00', '12:00')`; ValueError when they cannot be read. The same settings give the same value."""
        closing = None if deadline_time.strip() in ('24:00', '') else _clock(deadline_time)
        return cls(tuple((_clock(start), _clock(end)) for start, end in spans), closing, timezone)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.timezone)

    def local(self, instant: datetime) -> datetime:
        """`instant` in the hall's zone; ValueError when it has no time zone."""
        if instant.tzinfo is None:
            raise ValueError(f'Expected a time with a time zone, but {instant.isoformat()} has none')
        return instant.astimezone(self.zone)

    def local_date(self, instant: datetime) -> date:
        """The hall's date at `instant`: what "today" is here. ValueError when it has no time zone."""
        return self.local(instant).date()

    def end_of(self, last_day: date) -> datetime:
        """The instant at which a limit ending on `last_day` is over: 24:00, or the hall's deadline time."""
        if self.deadline_time is not None:
            return datetime.combine(last_day, self.deadline_time, tzinfo=self.zone)
        return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=self.zone)

    def last_day_of(self, due_at: datetime) -> date:
        """The last local date on which something due at `due_at` (exclusive) is still on time."""
        return (self.local(due_at) - timedelta(microseconds=1)).date()

    def opening(self, day: date) -> list[tuple[datetime, datetime]]:
        """The office hours of `day` as half-open spans of instants; whether it is a working day is the calendar's affair."""
        return [
            (
                datetime.combine(day, start, tzinfo=self.zone),
                datetime.combine(day if _seconds(end) else day + timedelta(days=1), end, tzinfo=self.zone),
            )
            for start, end in self.hours
        ]


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _clock(text: str) -> time:
    return time() if text.strip() == '24:00' else time.fromisoformat(text.strip())


@dataclass(frozen=True, slots=True)
class Stop:
    """A span [start, end) in which the clock legally stands still; `end` None while it lasts. Times carry a time zone.

    `kind` is one of STOP_KINDS; `reason`, `basis` (article) and `notice` (number of the written notice) are for the record.
    """

    start: datetime
    end: datetime | None = None
    kind: str = 'suspension'
    reason: str = ''
    basis: str = ''
    notice: str = ''

    def __post_init__(self) -> None:
        if self.kind not in STOP_KINDS:
            raise ValueError(f'Expected a kind of stop among {", ".join(STOP_KINDS)}, but got {self.kind!r}')
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError('Expected the times of a stop to have a time zone')
        if self.end is not None and self.end < self.start:
            raise ValueError(f'Expected a stop to end after it starts, but {self.end} is before {self.start}')

    @property
    def label(self) -> str:
        """What to print for this stop: its reason, else the Chinese name of its kind."""
        return self.reason or STOP_KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Extension:
    """More of the limit's own unit, granted once (Licensing Law art. 42: ten days); who may and when is the office's affair."""

    amount: int
    reason: str = ''
    basis: str = ''
    notice: str = ''

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f'Expected an extension of at least 1, but got {self.amount}')
