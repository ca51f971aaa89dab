"""What the timeline says of limits: clocks, stops, timers and the marks of supervision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from engine.words import EXPIRY, NOTHING, Word, joined, said
from engine.worktime import STOP_KINDS
from tasks.cases.told import Told, about, after_colon, after_comma, in_brackets, quoted, responsible, with_reason
from tasks.marks.rules import COLOUR, DISPOSITION
from tasks.marks.sentences import title_of
from tasks.words.vocabulary import CLOCK, length_words, limit_words


def _fired(told: Told) -> Word:
    meaning = EXPIRY.get(str(told.data.get('on_expiry')), NOTHING)
    basis = told.data.get('basis')
    silent = str(told.data.get('on_expiry')).startswith('deemed') and told.data.get('unit')  # S-12: who was silent answers for it
    return said(
        '{name}：{over}{meaning}{unit}{basis}',
        '{name}: {over}{meaning}{unit}{basis}',
        name=quoted(told.name),
        over=_ran_out(str(told.data.get('limit'))),
        meaning=after_comma(meaning),
        unit=responsible(told, str(told.data['unit']).split(', ')) if silent else NOTHING,
        basis=said('（依据{basis}）', ' (by {basis})', basis=basis) if basis else NOTHING,
    )


def _ran_out(limit: str) -> Word:
    """That a limit is over, in words: `promise - 1个工作日` is 承诺期限前1个工作日."""
    base, _, offset = limit.partition(' ')
    if base not in CLOCK:
        return said('期限 {limit} 届满', 'the limit of {limit} is over', limit=length_words(limit))
    if offset:
        return said('{limit}已到', 'it is {limit}', limit=limit_words(limit))
    return said('{limit}届满', 'the {limit} is over', limit=CLOCK[base])


def _marked(told: Told) -> Word:
    due = told.data.get('reply_last_day')
    return said(
        '{colour}{title}{unit}{due}',
        '{colour}{title}{unit}{due}',
        colour=_colour(told),
        title=in_brackets(_mark_title(told)),
        unit=responsible(told, [told.data['window']]) if told.data.get('window') else NOTHING,
        due=said('，最迟于 {day} 答复', ', to be answered by {day}', day=due) if due else NOTHING,
    )


def _mark_title(told: Told) -> str:
    return title_of(str(told.data.get('subject') or ''), str(told.data.get('title') or ''))


def _colour(told: Told) -> Word:
    return COLOUR.get(str(told.data.get('colour')), Word('标记', 'Mark'))


def _mark_moved(told: Told) -> Word:
    return said(
        '{colour}{title}保留：到期日 {before} → {after}',
        '{colour}{title} kept: due {before} → {after}',
        colour=_colour(told),
        title=in_brackets(_mark_title(told)),
        before=told.data.get('before'),
        after=told.data.get('after'),
    )


def _mark_replied(told: Told) -> Word:
    late = Word('（逾期）', ' (late)') if told.data.get('late') else NOTHING
    return said('标记 {number} 已答复{late}', 'Mark {number} answered{late}', number=told.data.get('number'), late=late)


def _mark_withdrawn(told: Told) -> Word:
    return with_reason(said('标记 {number} 撤销', 'Mark {number} withdrawn', number=told.data.get('number')), told)


def _mark_disposed(told: Told) -> Word:
    disposition = DISPOSITION.get(str(told.data.get('disposition')), NOTHING)
    return said(
        '标记 {number} 处理：{disposition}', 'Mark {number}: {disposition}', number=told.data.get('number'), disposition=disposition
    )


def _clock_started(told: Told) -> Word:
    last = told.data.get('last_day')
    return said(
        '{clock}开始计算：{limit}{last}',
        '{clock} begins: {limit}{last}',
        clock=_clock(told),
        limit=length_words(str(told.data.get('limit'))),
        last=said('，最后一日 {day}', ', last day {day}', day=last) if last else NOTHING,
    )


def _clock(told: Told) -> str:
    return CLOCK.get(str(told.data.get('clock')), str(told.data.get('clock')))


def _stopped(told: Told) -> Word:
    kind = STOP_KINDS.get(str(told.data.get('kind')), NOTHING)
    reason = told.data.get('reason')
    return said(
        '期限暂停：{kind}{reason}', 'Clock stopped: {kind}{reason}', kind=kind, reason=in_brackets(reason if reason != kind else '')
    )


def _announced(told: Told) -> Word:
    until = told.data.get('until')
    return said(
        '已书面告知预计需要{expected}{until}',
        'Told in writing that it will take {expected}{until}',
        expected=length_words(str(told.data.get('expected'))),
        until=said('，至 {day}', ', until {day}', day=until) if until else NOTHING,
    )


def _resumed(told: Told) -> Word:
    kind = STOP_KINDS.get(str(told.data.get('kind')), NOTHING)
    return said('期限恢复计算：{kind}结束', 'Clock runs again: {kind} is over', kind=kind)


def _met(told: Told) -> Word:
    if told.data.get('late'):
        return said('超过{clock}后完成', 'Done after the {clock}', clock=_clock(told))
    return said('{clock}内完成', 'Done within the {clock}', clock=_clock(told))


def _breached(told: Told) -> Word:
    day = told.day(told.data.get('due_at'))
    return said('超过{clock}（最后一日 {day}）', 'The {clock} is exceeded (last day {day})', clock=_clock(told), day=day)


def _extended(told: Told) -> Word:
    length = length_words(str(told.data.get('length') or told.data.get('amount')))
    reason = after_colon(told.data.get('reason'))
    return said('{clock}延长 {length}{reason}', '{clock} extended by {length}{reason}', clock=_clock(told), length=length, reason=reason)


def _recomputed(told: Told) -> Word:
    moved = [each for each in told.data.get('changes') or [] if 'clock' in each and each.get('old') and each.get('new')]
    parts = [
        said(
            '{clock} {old} → {new}',
            '{clock} {old} → {new}',
            clock=CLOCK.get(one['clock'], one['clock']),
            old=told.day(one['old']),
            new=told.day(one['new']),
        )
        for one in moved
    ]
    return said('到期日重新计算：{parts}', 'Due dates recounted: {parts}', parts=joined(parts, '；', '; ')) if parts else NOTHING


SENTENCES: Mapping[str, Callable[[Told], Word]] = {
    'timer.fired': _fired,
    'timer.rescheduled': partial(about, Word('的期限已调整', 'has another limit')),
    'timer.failed': partial(about, Word('的定时未能执行，将重试', 'could not fire and will be tried again')),
    'clock.started': _clock_started,
    'clock.set': lambda told: said(
        '{clock}自{day}起算', '{clock} counts from {day}', clock=_clock(told), day=told.day(told.data.get('anchor'))
    ),
    'clock.stopped': _stopped,
    'clock.resumed': _resumed,
    'stop.announced': _announced,
    'clock.met': _met,
    'clock.breached': _breached,
    'clock.extended': _extended,
    'clock.recomputed': _recomputed,
    'mark.raised': _marked,
    'mark.renewed': lambda told: said(
        '{mark}，最后一日 {day}', '{mark}, last day {day}', mark=_marked(told), day=told.data.get('last_day')
    ),
    'mark.due_moved': _mark_moved,
    'mark.replied': _mark_replied,
    'mark.disposed': _mark_disposed,
    'mark.withdrawn': _mark_withdrawn,
}
