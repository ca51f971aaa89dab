"""Cron: the texts with five fields of Unix and six of Quartz and Spring, read where all of them mean the same.

Sources: crontab(5); Quartz 2.3 CronExpression; Spring Framework 6 CronExpression. A number for a weekday among six fields, and a day of
the month together with a weekday, mean different things there: these are refused with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from engine.words import Word, joined, said
from engine.worktime.errors import LimitError

WEEK = ('MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN')
_MONTHS = ('JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC')
_WEEK_WORDS = tuple(Word(f'周{zh}', en) for zh, en in zip('一二三四五六日', ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'), strict=True))
_MACROS = {
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * SUN',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@hourly': '0 * * * *',
}
_LOOKS = re.compile(r'@[a-z]+|[-\d*/,]+(?: [-\dA-Za-z*?/,#]+){3,6}', re.I)
_PART = re.compile(r'(\*|\w+(?:-\w+)?)(?:/(\d{1,2}))?')
_MOST_DAYS = 20_000  # as many dates as any limit walks
_MOST_TIMES = 4


@dataclass(frozen=True, slots=True)
class Cron:
    """Times of day on some dates, in the hall's time zone. `days` None: every day of the month (0: the last); `weekdays` from Monday, 0.

    `rounded`: the text asked for more than one second of a minute; nothing here happens more often than once a minute.
    """

    text: str
    seconds: int = field(compare=False)
    minutes: tuple[int, ...] = field(compare=False)
    hours: tuple[int, ...] = field(compare=False)
    months: tuple[int, ...] = field(compare=False)
    days: tuple[int, ...] | None = field(default=None, compare=False)
    weekdays: tuple[int, ...] | None = field(default=None, compare=False)
    rounded: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.text

    @property
    def en(self) -> str:
        """The cron text itself; `words` says it."""
        return self.text

    def on(self, day: date) -> bool:
        """Whether it happens on a date."""
        if day.month not in self.months or (self.weekdays is not None and day.weekday() not in self.weekdays):
            return False
        if self.days is None or day.day in self.days:
            return True
        return 0 in self.days and (day + timedelta(days=1)).month != day.month

    def after(self, start: datetime, number: int, zone: tzinfo) -> datetime:
        """The `number`th time (from 1) after `start`, in `zone`. LimitError when it does not come within the dates a limit walks."""
        local = start.astimezone(zone)
        every = _times(self.hours, self.minutes, self.seconds)
        for day in _dates(local.date()):
            if not self.on(day):
                continue
            times = every if day > local.date() else tuple(at for at in every if at > local.time())
            if number <= len(times):
                return datetime.combine(day, times[number - 1], tzinfo=zone)
            number -= len(times)
        raise LimitError(f'“{self}”不会再来', f'"{self}" does not come again')

    @property
    def words(self) -> Word:
        """When it happens, for people: 周一至周五 9:00 至 17:30 每 30 分钟."""
        return joined([_dates_words(self), _times_words(self)], ' ', ' ')


def looks_like_cron(text: str) -> bool:
    """Whether a text is meant as cron, right or wrong."""
    return bool(_LOOKS.fullmatch(text))


def read_cron(text: str) -> Cron:
    """Read a cron text. LimitError where it has no meaning, or not the same one everywhere."""
    shown = _MACROS.get(text.lower(), text)
    parts = shown.upper().split()
    if len(parts) == 7 and parts[6] == '*':
        parts.pop()
    if len(parts) not in (5, 6):
        raise _refused(
            text,
            'cron 应有五段（分 时 日 月 周）或六段（秒在前）',
            'cron has five fields (minute hour day month weekday), or seconds before',
        )
    six = len(parts) == 6
    seconds = _field(text, parts[0], 0, 59) if six else (0,)
    minute, hour, day, month, weekday = parts[-5:]
    days = None if day in ('*', '?') else (0,) if day == 'L' else _field(text, day, 1, 31)
    weekdays = _weekdays(text, weekday, six=six)
    if days is not None and weekdays is not None:
        raise _refused(
            text,
            '日与周同时写时各软件含义不同（或者、并且），请只写一个，另一个写 *',
            'a day together with a weekday means "or" in one program and "and" in another; write * for one of them',
        )
    read = Cron(
        text=' '.join(text.split()),
        seconds=seconds[0],
        minutes=_field(text, minute, 0, 59),
        hours=_field(text, hour, 0, 23),
        months=_field(text, month, 1, 12, _MONTHS),
        days=days,
        weekdays=weekdays,
        rounded=len(seconds) > 1,
    )
    if not any(read.on(date(2000, 1, 1) + timedelta(days=n)) for n in range(4 * 366)):
        raise _refused(text, '没有这样的日期', 'there is no such date')
    return read


def _refused(text: str, zh: str, en: str) -> LimitError:
    return LimitError(f'无法识别期限“{text}”：{zh}', f'Cannot read the limit "{text}": {en}')


def _unreadable(text: str, part: str) -> LimitError:
    return _refused(
        text,
        f'“{part}”不在可用写法 *、5、1-5、*/15、MON-FRI 之内（工作日请写 R/1个工作日）',
        f'"{part}" is none of *, 5, 1-5, */15, MON-FRI (for working days write R/1 workday)',
    )


def _weekdays(text: str, written: str, *, six: bool) -> tuple[int, ...] | None:
    if written in ('*', '?'):
        return None
    if six and re.search(r'\d', re.split('[/#]', written)[0]):
        raise _refused(
            text,
            '六段 cron 中星期的数字在 Quartz 以周日为 1，在 Spring 以周一为 1，请写 MON-FRI 之类',
            'a weekday number means another day in Quartz (1 is Sunday) than in Spring (1 is Monday); write e.g. MON-FRI',
        )
    if six:
        return _field(text, written, 0, 6, WEEK)
    numbered = re.sub('|'.join(WEEK), lambda name: str(WEEK.index(name[0]) + 1), written)
    return tuple(sorted({(number - 1) % 7 for number in _field(text, numbered, 0, 7)}))


def _field(text: str, written: str, least: int, most: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    """The values of one field: `*`, `5`, `1-5`, `MON-FRI`, `0/30`, `*/15` and lists of these."""
    found: set[int] = set()
    for part in written.split(','):
        match = _PART.fullmatch(part)
        if not match:
            raise _unreadable(text, part)
        span, step = match.groups()
        low, dash, high = span.partition('-')
        first = least if span == '*' else _value(text, low, least, names)
        last = _value(text, high, least, names) if dash else most if span == '*' or step else first
        if not least <= first <= last <= most or step == '0':
            raise _refused(
                text, f'“{part}”应在 {least} 至 {most} 之间，从小到大', f'"{part}" must lie between {least} and {most}, in order'
            )
        found.update(range(first, last + 1, int(step or 1)))
    return tuple(sorted(found))


def _value(text: str, written: str, least: int, names: tuple[str, ...]) -> int:
    if written in names:
        return names.index(written) + least
    if not re.fullmatch(r'\d{1,2}', written):
        raise _unreadable(text, written)
    return int(written)


@lru_cache(maxsize=256)
def _times(hours: tuple[int, ...], minutes: tuple[int, ...], second: int) -> tuple[time, ...]:
    return tuple(time(hour, minute, second) for hour in hours for minute in minutes)


def _dates(first: date) -> Iterator[date]:
    for number in range(first.toordinal(), min(first.toordinal() + _MOST_DAYS, date.max.toordinal())):
        yield date.fromordinal(number)


def _dates_words(cron: Cron) -> Word:
    if cron.weekdays is not None:
        days = _week_words(cron.weekdays)
    elif cron.days is None:
        days = Word('每日', 'every day')
    else:
        days = joined([Word('最后一日', 'last day') if day == 0 else Word(f'{day}日', f'day {day}') for day in cron.days])
    if len(cron.months) == 12:
        return days if cron.days is None else said('每月{days}', '{days} of every month', days=days)
    months = joined([Word(f'{month}月', _MONTHS[month - 1].title()) for month in cron.months])
    return said('每年{months}{days}', '{days} of {months} of every year', months=months, days=days)


def _week_words(weekdays: tuple[int, ...]) -> Word:
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and weekdays == tuple(range(first, last + 1)):
        return said('{first}至{last}', '{first} to {last}', first=_WEEK_WORDS[first], last=_WEEK_WORDS[last])
    return joined([_WEEK_WORDS[day] for day in weekdays])


def _times_words(cron: Cron) -> Word:
    times = _times(cron.hours, cron.minutes, cron.seconds)
    if len(times) <= _MOST_TIMES:
        return joined([_clock(at) for at in times])
    steps = {later - earlier for earlier, later in zip(cron.minutes, cron.minutes[1:], strict=False)} or {60}
    whole = len(steps) == 1 and cron.minutes[0] + 60 - cron.minutes[-1] in steps | ({60} if len(cron.minutes) == 1 else set())
    row = cron.hours == tuple(range(cron.hours[0], cron.hours[-1] + 1))
    if whole and row:
        span = {'first': _clock(times[0]), 'last': _clock(times[-1]), 'step': steps.pop()}
        return said('{first} 至 {last} 每 {step} 分钟', '{first} to {last} every {step} minutes', **span)
    hours, minutes = ', '.join(map(str, cron.hours)), ', '.join(map(str, cron.minutes))
    return said('{hours} 时的第 {minutes} 分', 'hours {hours}, minutes {minutes}', hours=hours, minutes=minutes)


def _clock(at: time) -> str:
    return f'{at.hour}:{at.minute:02d}' + (f':{at.second:02d}' if at.second else '')
