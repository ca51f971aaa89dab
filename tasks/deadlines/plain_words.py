"""Why a date is what it is, said to somebody who knows neither clocks nor ledgers: three to six short sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from engine.worktime import DayLine, Verdict
from tasks.cases.page import Explained

_WEEKENDS = ('周六', '周日')
_MET = ('met', 'cancelled')


def in_plain_words(limit: Explained, *, today: date) -> list[str]:
    """Sentences for one limit of a case, from the same lines the officers see."""
    counted = [line for line in limit.days if line.verdict is Verdict.COUNTED]
    length = f'{limit.limit}，经批准延长{limit.extended}' if limit.extended else limit.limit
    said = [f'{limit.title}为{length}，从{_day(limit.days[0].date)}的次日开始计算。']
    said += [f'{sentence}。' for sentence in _exceptions(limit.days)]
    if any(line.provisional for line in limit.days):
        said.append('其中部分日期的放假安排国家尚未公布，到期日为暂定，公布后会重新计算。')
    if limit.due_at is None:
        rest = f'如果今天恢复计算，最后一日是{_day(limit.if_resumed)}。' if limit.if_resumed else ''
        return [*said, f'期限目前暂停计算，已经计入{len(counted)}天。{rest}']
    if limit.last_day is None:
        return said
    ends = f'所以最后一日是{_day(limit.last_day)}，到当天24:00为止。' if _at_midnight(limit) else f'所以最后一日是{_day(limit.last_day)}。'
    return [*said, ends, *_overdue(limit, today)]


def _overdue(limit: Explained, today: date) -> list[str]:
    if limit.state in _MET or limit.last_day is None or today <= limit.last_day:
        return []
    return ['这一期限已经超过。您可以拨打监督电话投诉。']


def _at_midnight(limit: Explained) -> bool:
    ends = limit.days[-1].ends_at
    return ends is not None and (ends.hour, ends.minute) == (0, 0)


def _exceptions(days: Sequence[DayLine]) -> Iterator[str]:
    """What a person counting on a wall calendar would trip over: holidays, working weekends, stops, a rolled last day."""
    if any(line.verdict is Verdict.REST and line.name in _WEEKENDS for line in days):
        yield '周末不计'
    for name, span in _spans(days, _holiday):
        yield f'{name}（{span}）不计'
    for name, span in _spans(days, _working_weekend):
        yield f'{span}{name}，照常计算'
    stopped = _stops(days)
    for reason, span in _spans(days, lambda line: stopped.get(line.date, '')):
        yield f'因{reason}，{span}暂停计算'
    for _name, span in _spans(days, lambda line: 'rolled' if line.verdict is Verdict.ROLLED else ''):
        yield f'最后一天遇休息日，顺延到{span}'


def _stops(days: Sequence[DayLine]) -> Mapping[date, str]:
    """Why the clock stood still, by date; rest days between two dates of one stop belong to it, so that one stop is one span."""
    found: dict[date, str] = {}
    resting: list[date] = []
    before = ''
    for line in days:
        if line.verdict is Verdict.REST:
            resting.append(line.date)
            continue
        reason = line.reason if line.verdict is Verdict.STOPPED else ''
        if reason and reason == before:
            found |= dict.fromkeys(resting, reason)
        found[line.date], before, resting = reason, reason, []
    return found


def _holiday(line: DayLine) -> str:
    return line.name if line.verdict is Verdict.REST and line.name not in _WEEKENDS else ''


def _working_weekend(line: DayLine) -> str:
    return line.name if line.verdict is Verdict.COUNTED and line.date.weekday() > 4 else ''


def _spans(days: Sequence[DayLine], key: Callable[[DayLine], str]) -> Iterator[tuple[str, str]]:
    """Runs of consecutive dates with one non-empty key, as (key, dates in words)."""
    numbered = [(key(line), line.date) for line in days]
    kept = [(name, day) for name, day in numbered if name]
    for (name, _), run in groupby(enumerate(kept), lambda one: (one[1][0], one[1][1] - timedelta(days=one[0]))):
        dates = [day for _, (_, day) in run]
        yield name, _span(dates[0], dates[-1])


def _span(first: date, last: date) -> str:
    if first == last:
        return f'{first.month}月{first.day}日'
    end = f'{last.day}日' if last.month == first.month else f'{last.month}月{last.day}日'
    return f'{first.month}月{first.day}日至{end}'


def _day(day: date | None) -> str:
    return f'{day.year}年{day.month}月{day.day}日（周{"一二三四五六日"[day.weekday()]}）' if day else ''
