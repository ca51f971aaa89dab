"""Why a date is what it is, said to somebody who knows neither clocks nor ledgers: three to six short sentences, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from engine.words import Word, joined, said
from engine.worktime import WEEKDAYS, DayLine, Verdict
from tasks.deadlines.day_by_day import Explained
from tasks.words.vocabulary import day_words, length_words

_WEEKENDS = WEEKDAYS[5:]
_MET = ('met', 'cancelled')


def in_plain_words(limit: Explained, *, today: date) -> list[Word]:
    """Sentences for one limit of a case, from the same lines the officers see."""
    counted = [line for line in limit.days if line.verdict is Verdict.COUNTED]
    sentences = [
        said(
            '{title}为{length}，从{day}的次日开始计算。',
            '{title}: {length}, counted from the day after {day}.',
            title=limit.title,
            length=_length(limit),
            day=day_words(limit.days[0].date),
        )
    ]
    sentences += [said('{what}。', '{what}.', what=what) for what in _exceptions(limit.days)]
    if any(line.provisional for line in limit.days):
        sentences.append(
            Word(
                '其中部分日期的放假安排国家尚未公布，到期日为暂定，公布后会重新计算。',
                'Holidays of some of these dates are not announced yet; the date is provisional and will be counted again.',
            )
        )
    if limit.due_at is None:
        return [*sentences, _standing(limit, len(counted))]
    if limit.last_day is None:
        return sentences
    return [*sentences, _ends(limit, limit.last_day), *_overdue(limit, today)]


def joined_words(limit: Explained, *, today: date) -> Word:
    """`in_plain_words` as one paragraph."""
    return joined(in_plain_words(limit, today=today), '', ' ')


def _length(limit: Explained) -> str:
    length = length_words(limit.limit)
    if not limit.extended:
        return length
    return said('{length}，经批准延长{more}', '{length}, extended by {more}', length=length, more=length_words(limit.extended))


def _standing(limit: Explained, counted: int) -> Word:
    if not limit.if_resumed:
        return said('期限目前暂停计算，已经计入{count}天。', 'The clock stands still; {count} days are counted so far.', count=counted)
    return said(
        '期限目前暂停计算，已经计入{count}天。如果今天恢复计算，最后一日是{day}。',
        'The clock stands still; {count} days are counted so far. If it ran again today, the last day would be {day}.',
        count=counted,
        day=day_words(limit.if_resumed),
    )


def _ends(limit: Explained, last: date) -> Word:
    if _at_midnight(limit):
        return said('所以最后一日是{day}，到当天24:00为止。', 'So the last day is {day}, until 24:00.', day=day_words(last))
    return said('所以最后一日是{day}。', 'So the last day is {day}.', day=day_words(last))


def _overdue(limit: Explained, today: date) -> list[Word]:
    if limit.state in _MET or limit.last_day is None or today <= limit.last_day:
        return []
    return [Word('这一期限已经超过。您可以拨打监督电话投诉。', 'This limit is exceeded. You may complain at the supervision telephone.')]


def _at_midnight(limit: Explained) -> bool:
    ends = limit.days[-1].ends_at
    return ends is not None and (ends.hour, ends.minute) == (0, 0)


def _exceptions(days: Sequence[DayLine]) -> Iterator[Word]:
    """What a person counting on a wall calendar would trip over: holidays, working weekends, stops, a rolled last day."""
    if any(line.verdict is Verdict.REST and line.name in _WEEKENDS for line in days):
        yield Word('周末不计', 'Weekends do not count')
    for name, span in _spans(days, _holiday):
        yield said('{name}（{span}）不计', '{name} ({span}) does not count', name=name, span=span)
    for name, span in _spans(days, _working_weekend):
        yield said('{span}{name}，照常计算', '{span} ({name}) counts as usual', span=span, name=name)
    stopped = _stops(days)
    for reason, span in _spans(days, lambda line: stopped.get(line.date, '')):
        yield said('因{reason}，{span}暂停计算', 'The clock stood still {span}: {reason}', reason=reason, span=span)
    for _name, span in _spans(days, lambda line: 'rolled' if line.verdict is Verdict.ROLLED else ''):
        yield said('最后一天遇休息日，顺延到{span}', 'The last day was a day of rest and is carried over to {span}', span=span)


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


def _spans(days: Sequence[DayLine], key: Callable[[DayLine], str]) -> Iterator[tuple[str, Word]]:
    """Runs of consecutive dates with one non-empty key, as (key, dates in words)."""
    numbered = [(key(line), line.date) for line in days]
    kept = [(name, day) for name, day in numbered if name]
    for (name, _), run in groupby(enumerate(kept), lambda one: (one[1][0], one[1][1] - timedelta(days=one[0]))):
        dates = [day for _, (_, day) in run]
        yield name, _span(dates[0], dates[-1])


def _span(first: date, last: date) -> Word:
    if first == last:
        return Word(f'{first.month}月{first.day}日', f'{first:%m-%d}')
    end = f'{last.day}日' if last.month == first.month else f'{last.month}月{last.day}日'
    return Word(f'{first.month}月{first.day}日至{end}', f'{first:%m-%d} to {last:%m-%d}')
