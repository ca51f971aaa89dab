"""Limits: what a deadline says before anybody has counted it.

A limit of the hall (`Limit`) is an amount of workdays, days or working hours and is subject to stops; a `Duration` and a `Moment` are
wall-clock times and never stop; a `Repeat` is either of them again and again; a `Relative` leans on the case's promised or statutory clock.
All are immutable values whose `str()` is text that `parse_limit` reads back into an equal value.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import TypeAlias

from engine.worktime.cron import Cron
from engine.worktime.errors import LimitError

MAX_COUNTED_DAYS = 3660
"""No hall limit may count more dates than this (ten years): beyond it somebody has mistyped."""
MAX_COUNTED_HOURS = MAX_COUNTED_DAYS * 24
MIN_PERIOD = timedelta(minutes=1)
"""Nothing repeats more often: a reminder is for people, and timers are looked at no more often than that."""


class Unit(Enum):
    """What a hall limit counts; the value is the word used in the API and in stored rows."""

    WORKDAY = 'workday'
    DAY = 'day'
    WORKHOUR = 'workhour'

    @property
    def zh(self) -> str:
        """The unit as printed after a number: `5` + `个工作日`."""
        return {'workday': '个工作日', 'day': '日', 'workhour': '个工作小时'}[self.value]


class Base(Enum):
    """The case clock a relative limit leans on."""

    PROMISE = 'promise'
    STATUTORY = 'statutory'


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of workdays, natural days or working hours; stops hold it (Licensing Law art. 42, 45, 82)."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        most = MAX_COUNTED_HOURS if self.unit is Unit.WORKHOUR else MAX_COUNTED_DAYS
        if not 1 <= self.amount <= most:
            raise LimitError(
                f'期限应为 1 至 {most} 之间的整数，现为 {self.amount}', f'Expected a limit between 1 and {most}, but it is {self.amount}'
            )

    def __str__(self) -> str:
        return f'{self.amount}{self.unit.zh}'

    @property
    def en(self) -> str:
        """The limit in English, e.g. `5 workdays`."""
        word = {'workday': 'workday', 'day': 'day', 'workhour': 'working hour'}[self.unit.value]
        return f'{self.amount} {word}{"" if self.amount == 1 else "s"}'

    def plus(self, amount: int) -> Limit:
        """The same unit with `amount` more (or, negative, less); LimitError when nothing is left."""
        return Limit(self.amount + amount, self.unit)


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: wall-clock time that never stops. Months and days follow the calendar, time is exact."""

    months: int = 0
    days: int = 0
    time: timedelta = timedelta()

    def __post_init__(self) -> None:
        if min(self.months, self.days) < 0 or self.time < timedelta() or not (self.months or self.days or self.time):
            raise LimitError('时长应大于零', 'Expected a duration longer than zero')

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        text = 'P' + ''.join(f'{n}{letter}' for n, letter in ((years, 'Y'), (months, 'M'), (self.days, 'D')) if n)
        if not self.time:
            return text
        minutes, seconds = divmod(self.time.days * 86400 + self.time.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        text += 'T' + ''.join(f'{n}{letter}' for n, letter in ((hours, 'H'), (minutes, 'M')) if n)
        if self.time.microseconds:
            text += f'{seconds}.{self.time.microseconds:06d}'.rstrip('0') + 'S'
        elif seconds:
            text += f'{seconds}S'
        return text

    @property
    def en(self) -> str:
        """The duration as ISO 8601 text."""
        return str(self)

    def times(self, count: int) -> Duration:
        """`count` such durations in a row, multiplied first so that month ends do not drift."""
        try:
            return Duration(self.months * count, self.days * count, self.time * count)
        except OverflowError as error:
            raise LimitError(f'时长 {self} 超出公历范围', f'The duration {self} leaves the calendar') from error

    def after(self, start: datetime, zone: tzinfo, sign: int = 1) -> datetime:
        """The instant this long after (`sign=-1`: before) `start`, in `zone`; 31 January plus a month is the last of February."""
        try:
            local = start.astimezone(zone)
            month0 = local.year * 12 + local.month - 1 + sign * self.months
            year, month = divmod(month0, 12)
            day = min(local.day, monthrange(year, month + 1)[1])
            moved = local.replace(year=year, month=month + 1, day=day) + sign * timedelta(days=self.days)
            return (moved.astimezone(UTC) + sign * self.time).astimezone(zone)
        except (OverflowError, ValueError) as error:
            raise LimitError(f'时长 {self} 超出公历范围', f'The duration {self} leaves the calendar') from error


@dataclass(frozen=True, slots=True)
class Moment:
    """A fixed date or instant. A bare date means its end (24:00 in the hall), never its midnight start."""

    day: date
    clock: time | None = None

    def __str__(self) -> str:
        return self.day.isoformat() + (f'T{self.clock.isoformat()}' if self.clock else '')

    @property
    def en(self) -> str:
        """The moment as ISO 8601 text."""
        return str(self)

    def at(self, zone: tzinfo) -> datetime:
        """The instant meant, in `zone` (which is also assumed where the text gave no offset)."""
        try:
            if self.clock is None:
                meant = datetime.combine(self.day + timedelta(days=1), time(), tzinfo=zone)
            else:
                meant = datetime.combine(self.day, self.clock, tzinfo=self.clock.tzinfo or zone)
            return meant.astimezone(UTC).astimezone(zone)  # by way of UTC, in which it is stored
        except OverflowError as error:
            raise LimitError(f'日期 {self} 超出公历范围', f'The date {self} leaves the calendar') from error


@dataclass(frozen=True, slots=True)
class Repeat:
    """`each` again and again, `count` times (None: without end). `start` sets the rhythm: the first occurrence is at `start` itself, and
    what has passed when a timer begins to wait is not waited for. A cron text is a Repeat, too.

    `rounded`: the text asked for less than a minute between two occurrences, which became a minute.
    """

    each: Limit | Duration | Cron
    count: int | None = None
    start: Moment | None = None
    rounded: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 1:
            raise LimitError('重复次数应不少于 1', 'Expected at least one repetition')
        each = self.each
        if isinstance(each, Duration) and not (each.months or each.days) and each.time < MIN_PERIOD:
            object.__setattr__(self, 'each', Duration(time=MIN_PERIOD))
            object.__setattr__(self, 'rounded', True)
        elif isinstance(each, Cron):
            object.__setattr__(self, 'rounded', each.rounded)

    def __str__(self) -> str:
        if isinstance(self.each, Cron):
            return str(self.each)
        parts = [f'R{self.count or ""}', *([str(self.start)] if self.start else []), str(self.each)]
        return '/'.join(parts)

    @property
    def en(self) -> str:
        """The repetition in English, e.g. `R3/1 workday`."""
        if isinstance(self.each, Cron):
            return str(self.each)
        return '/'.join([f'R{self.count or ""}', *([str(self.start)] if self.start else []), self.each.en])


@dataclass(frozen=True, slots=True)
class Relative:
    """The case's promised or statutory deadline itself, or so much earlier or later."""

    base: Base
    offset: Limit | Duration | None = None
    earlier: bool = False

    def __post_init__(self) -> None:
        if self.offset is None and self.earlier:
            raise LimitError('提前量不能为空', 'Expected how much earlier')

    def __str__(self) -> str:
        return self.base.value + (f' {"-" if self.earlier else "+"} {self.offset}' if self.offset else '')

    @property
    def en(self) -> str:
        """The limit in English, e.g. `promise - 1 workday`."""
        return self.base.value + (f' {"-" if self.earlier else "+"} {self.offset.en}' if self.offset else '')

    @property
    def sign(self) -> int:
        """-1 when earlier than the base, else 1."""
        return -1 if self.earlier else 1


LimitExpr: TypeAlias = Limit | Duration | Moment | Repeat | Relative
