"""What marks and reminders say, in the reader's language: their rows keep a kind and facts, the sentence is made when it is read.

Rows from before have the sentence itself, in Chinese, and no kind: what was said then is shown as it was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.rows import known
from engine.words import Word, said
from tasks.marks.rows import Ground, StoredMark, ToldReminder
from tasks.marks.rules import COLOUR
from tasks.words.vocabulary import CLOCK, limit_words

_Mark = Ground | StoredMark
_TITLES: Mapping[str, Word] = {'supplement': Word('一次性告知', 'Ask for everything at once'), 'refusal': Word('不予许可', 'Refused')}


def title_of(subject: str, title: str) -> str:
    """What a mark is about: the clock, the step as the diagram calls it, or the rule a supervisor named."""
    kind, _, name = subject.partition(':')
    return CLOCK.get(name, title) if kind == 'clock' else _TITLES.get(kind, title)


def grounds_of(mark: _Mark) -> str:
    """Why a mark was raised; what a supervisor wrote stays as he wrote it."""
    sentence = _GROUNDS.get(mark.ground_kind)
    return sentence(mark) if sentence is not None else mark.grounds


def _over(mark: _Mark) -> Word:
    if not mark.subject.startswith('step:'):
        return _with_limit(mark, '{title}（{limit}）已于 {last} 届满，未办结。', '{title} ({limit}) ended on {last} and was not met.')
    return _with_limit(
        mark, '环节「{title}」限 {limit}，已于 {last} 届满，未办结。', 'Step “{title}” had {limit} until {last} and is not done.'
    )


def _deemed(mark: _Mark) -> Word:
    zh, en = '{over}系统（超时）依规则代为办理，依据：{basis}。', '{over} The system acted in its place by rule, basis: {basis}.'
    return said(zh, en, over=_over(mark), basis=known(mark.facts, 'the facts of a mark')['basis'])


def _with_limit(mark: _Mark, zh: str, en: str) -> Word:
    return said(zh, en, title=title_of(mark.subject, mark.title), limit=limit_words(mark.limit), last=mark.last_day or '—')


def _supplement_again(mark: _Mark) -> Word:
    times = known(mark.facts, 'the facts of a mark')['times']
    return said('第 {times} 次要求补正，违反一次性告知。', 'Papers were asked for {times} times instead of once.', times=times)


_GROUNDS: Mapping[str, Callable[[_Mark], Word]] = {
    'ends': lambda mark: _with_limit(mark, '{title}（{limit}）将于 {last} 届满。', '{title} ({limit}) ends on {last}.'),
    'over': _over,
    'deemed': _deemed,
    'supplement_again': _supplement_again,
    'no_reasons': lambda _: Word('作出不利决定，文书中没有理由。', 'A decision against the applicant, and its document gives no reasons.'),
}
GROUND_KINDS = ('', *_GROUNDS)


def reminder_title(row: ToldReminder) -> str:
    """The head of a reminder."""
    if row.facts is None:
        return row.title
    if row.kind == 'step':
        return said('办理提醒：{step}', 'Reminder: {step}', step=row.facts['step'])
    title = title_of(row.mark.subject, row.mark.title)
    if row.kind == 'late':
        return said('{colour}：{title}', '{colour}: {title}', colour=COLOUR[row.mark.colour], title=title)
    return said('临近到期：{title}', 'Due soon: {title}', title=title)


def reminder_body(row: ToldReminder) -> str:
    """The sentence of a reminder, with the item and the number of the case."""
    if row.facts is None:
        return row.body
    text = _BODIES[row.kind](row, row.facts)
    return said('{item}（{case_no}）：{text}', '{item} ({case_no}): {text}', item=row.item_name, case_no=row.case_no, text=text)


def _late(row: ToldReminder, _facts: Mapping[str, Any]) -> Word:
    zh, en = '{grounds}最迟于 {day} 书面答复。', '{grounds} To be answered in writing by {day}.'
    return said(zh, en, grounds=grounds_of(row.mark), day=row.mark.reply_last_day)


def _due_soon(row: ToldReminder, facts: Mapping[str, Any]) -> Word:
    zh = '{title}最后一日为 {last}，当前环节「{steps}」，请抓紧办理。'
    en = 'the last day of the {title} is {last}; now at “{steps}”. Please hurry.'
    title = title_of(row.mark.subject, row.mark.title)
    return said(zh, en, title=title, last=facts['last_day'], steps='、'.join(facts['steps']))


def _step(_row: ToldReminder, facts: Mapping[str, Any]) -> Word:
    zh, en = '「{step}」已到，当前环节「{steps}」，请尽快办理。', '“{step}” has come; now at “{steps}”. Please act soon.'
    return said(zh, en, step=facts['step'], steps='、'.join(facts['steps']))


_BODIES: Mapping[str, Callable[[ToldReminder, Mapping[str, Any]], Word]] = {'late': _late, 'due_soon': _due_soon, 'step': _step}
