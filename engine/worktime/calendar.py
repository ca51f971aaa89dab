"""The hall's calendar: which dates are working, what the others are called, and how far ahead that is known.

Plain Monday to Friday is the rule; rows from the State Council's yearly notice are the exceptions. Past the last announced year a date
is *provisional*: weekends and the holidays whose date is fixed by the 2024 revision of 全国年节及纪念日放假办法 (art. 2) are off, the
lunar ones and swapped weekends are not known yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Self

from engine.words import Word
from engine.worktime.announcements import Day
from engine.worktime.tables import parse_calendar_table

_SATURDAY = 5
_WEEKEND = (Word('周六', 'Sat'), Word('周日', 'Sun'))
_FIXED = {(1, 1): '元旦', (5, 1): '劳动节', (5, 2): '劳动节', (10, 1): '国庆节', (10, 2): '国庆节', (10, 3): '国庆节'}


def _qingming(year: int) -> int:
    """The day of April on which 清明 falls: the usual approximation of the solar term, right for 2000–2099."""
    short = year % 100
    return int(short * 0.2422 + 4.81) - short // 4


@dataclass(frozen=True)
class Calendar:
    """An immutable set of rows; `version` names exactly these rows, `announced` the years a notice covers."""

    rows: tuple[Day, ...]
    version: str
    announced: frozenset[int]
    _by_date: dict[date, Day] = field(init=False, repr=False, compare=False, hash=False)
    _working: dict[date, bool] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, '_by_date', {row.date: row for row in self.rows})
        object.__setattr__(self, '_working', {row.date: row.working for row in self.rows})

    @classmethod
    def from_rows(cls, rows: Iterable[Day], version: str | None = None) -> Self:
        """Build a calendar; of two rows for one date the later one wins. Without `version` it is derived from the rows.

        A year counts as announced when its National Day (1 October) has a row: only the yearly notice brings that.
        """
        kept = tuple(sorted({row.date: row for row in rows}.values(), key=lambda row: row.date))
        announced = frozenset(row.date.year for row in kept if (row.date.month, row.date.day) == (10, 1))
        text = '\n'.join(f'{row.date}|{row.working:d}|{row.name}|{row.source}' for row in kept)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return cls(kept, version or f'{max(announced, default="none")}-{digest}', announced)

    def with_rows(self, rows: Iterable[Day], version: str | None = None) -> Self:
        """This calendar with a newly announced year or correction laid over it, under a new version."""
        return self.from_rows([*self.rows, *rows], version)

    @property
    def known_until(self) -> int | None:
        """The last year for which holidays have been announced; None for an empty calendar."""
        return max(self.announced, default=None)

    def provisional(self, day: date) -> bool:
        """Whether `day` lies outside the announced years, so that its status may still change."""
        return day.year not in self.announced and day not in self._by_date

    def is_working(self, day: date) -> bool:
        """Whether the hall works on `day`."""
        known = self._working.get(day)
        if known is None:
            known = self._working[day] = self.day(day).working
        return known

    def day(self, day: date) -> Day:
        """`day` with its name: the holiday's, 调休上班, 周六 or 周日; an ordinary workday has none."""
        row = self._by_date.get(day)
        if row is not None:
            return row
        fixed = self._fixed_holiday(day) if day.year not in self.announced else ''
        if fixed:
            return Day(day, working=False, name=fixed)
        weekday = day.weekday()
        if weekday >= _SATURDAY:
            return Day(day, working=False, name=_WEEKEND[weekday - _SATURDAY])
        return Day(day, working=True)

    @staticmethod
    def _fixed_holiday(day: date) -> str:
        if day.month == 4 and day.day == _qingming(day.year):
            return '清明节'
        return _FIXED.get((day.month, day.day), '')


@lru_cache(maxsize=1)
def shipped_calendar() -> Calendar:
    """The calendar that comes with the program: the State Council's notices for 2024, 2025 and 2026."""
    text = files('engine').joinpath('calendars', 'cn.csv').read_text(encoding='utf-8')
    return Calendar.from_rows(parse_calendar_table(text).days)
