"""What the timeline says of the case itself: its steps, forms, papers, messages and versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine.forms import Form
from engine.words import MILESTONES, NOTHING, Word, joined, said
from tasks.cases.told import Told, about, after_colon, after_comma, in_brackets, quoted, with_reason
from tasks.words.vocabulary import MATERIAL_STATE, RESULT

CALLS: Mapping[str, Word] = {'message': Word('消息', 'message'), 'signal': Word('信号', 'signal'), 'timer': Word('定时', 'timer')}
_CHOICES = frozenset({'radio', 'select'})


def _version(words: Word, told: Told) -> Word:
    before, after = (told.data.get(key) or {} for key in ('from', 'to'))
    notes = joined(told.data.get('notes') or [], '；', '; ')
    return said(
        '{words}：第 {before} 版 → 第 {after} 版{reason}{notes}',
        '{words}: version {before} → version {after}{reason}{notes}',
        words=words,
        before=before.get('version'),
        after=after.get('version'),
        reason=in_brackets(told.data.get('reason')),
        notes=said('。{notes}', '. {notes}', notes=notes) if notes else NOTHING,
    )


def _moved(told: Told) -> Word:
    left = joined(quoted(told.edition.name_of(one)) for one in told.data.get('left') or [])
    return said(
        '{left}转到{name}{reason}',
        '{left} moved to {name}{reason}',
        left=left or Word('办件', 'The case'),
        name=quoted(told.name),
        reason=after_colon(told.data.get('reason')),
    )


def _taken_back(told: Told) -> Word:
    zh, en = '系统时间错误，自动作出的处理予以撤回{reason}', 'The clock was wrong: what the system did by itself is taken back{reason}'
    return said(zh, en, reason=after_colon(told.data.get('reason')))


def _started(told: Told) -> Word:
    version, call = told.data.get('version', '—'), told.data.get('call')
    if call:
        sender = said('办件 {sender} 的', 'of case {sender}', sender=call['sender']) if call['sender'] else NOTHING
        zh, en = (
            '由{sender}{kind}{name}启动，按第 {version} 版流程办理',
            'Started by the {kind} {name} {sender}, handled by version {version}',
        )
        return said(zh, en, sender=sender, kind=CALLS[call['kind']], name=quoted(call['name']), version=version)
    return said('登记申请，按第 {version} 版流程办理', 'Application registered, handled by version {version}', version=version)


def _milestone(told: Told) -> Word:
    milestone = str(told.data.get('milestone'))
    if told.data.get('deemed_from'):
        return said(
            '逾期未告知，自{day}起视为{milestone}',
            'No notice in time: deemed {milestone} from {day}',
            day=told.day(told.data.get('as_of')),
            milestone=MILESTONES.get(milestone, milestone),
        )
    return MILESTONES.get(milestone) or Word(milestone, milestone)


_NOT_THERE = Word('指定的人员不在岗', 'the person named is not there')
"""Who that is and why is for those who work the step; the course of a case is read by its applicant too."""


def _created(told: Told) -> Word:
    window = told.window(told.data.get('groups') or [])
    instead = after_comma(_NOT_THERE) if told.data.get('instead') else NOTHING
    if not window:
        return said('{name}待办理{instead}', '{name} waits{instead}', name=quoted(told.name), instead=instead)
    return said('{name}转到{window}{instead}', '{name} goes to {window}{instead}', name=quoted(told.name), window=window, instead=instead)


def _completed(told: Told) -> Word:
    chosen = answers(told.form(), told.data.get('variables') or {})
    return said('{name}办理完毕{chosen}', '{name} done{chosen}', name=quoted(told.name), chosen=after_colon(chosen))


def answers(form: Form | None, variables: Mapping[str, Any]) -> str:
    """The choices made in a form, in the form's own words; texts are not repeated here."""
    if form is None:
        return ''
    chosen = []
    for component, _ in form.walk():
        value = variables.get(component.key or '')
        if component.type not in _CHOICES or not isinstance(value, str):
            continue
        listed = {str(each.get('value')): str(each.get('label')) for each in component.props.get('values') or ()}
        labels: Mapping[str, str] = listed or _OUTCOMES
        if value in labels:
            chosen.append(labels[value])
    return joined(chosen, '，')


_OUTCOMES: Mapping[str, Word] = {
    'accept': Word('受理', 'accept'),
    'corrected': Word('当场更正后受理', 'accept after correction on the spot'),
    'supplement': Word('一次告知补正', 'ask for the missing papers'),
    'not_accepted': RESULT['not_accepted'],
    'not_required': RESULT['not_required'],
    'granted': RESULT['granted'],
    'refused': RESULT['refused'],
    'agree': Word('同意', 'agree'),
    'disagree': Word('不同意', 'disagree'),
    'pass': Word('符合要求', 'meets the requirements'),
    'fail': Word('不符合', 'does not meet the requirements'),
}


def _signed(told: Told) -> Word:
    return said(
        '{name}签署（第 {number} 人，共 {of} 人）',
        '{name} signed ({number} of {of})',
        name=quoted(told.name),
        number=told.data.get('number'),
        of=told.data.get('of'),
    )


def _raised(told: Told) -> Word:
    event = quoted(told.edition.name_of(told.data.get('event')))
    words = said('{name}中提出{event}', '{event} raised at {name}', name=quoted(told.name), event=event)
    return with_reason(words, told)


def _assigned(told: Told) -> Word:
    person = told.person(told.data.get('assignee'))
    return said('{name}交由{person}办理', '{name} given to {person}', name=quoted(told.name), person=person)


def _handed_over(told: Told) -> Word:
    return said(
        '{name}移交{person}{reason}',
        '{name} handed over to {person}{reason}',
        name=quoted(told.name),
        person=told.person(told.data.get('to')),
        reason=after_colon(told.data.get('reason')),
    )


def _message(told: Told) -> Word:
    if told.data.get('name') != 'withdraw':
        return said('收到消息{name}', 'Message {name} received', name=quoted(told.data.get('name')))
    reason = (told.data.get('payload') or {}).get('withdraw_reason')
    return said('申请人撤回申请{reason}', 'The applicant withdrew{reason}', reason=after_colon(reason))


def _ended(told: Told) -> Word:
    result = str(told.data.get('result') or '')
    return said('办理结束{result}', 'Case ended{result}', result=after_colon(RESULT.get(result, result)))


def _materials(told: Told) -> Word:
    listed = joined((_material(one) for one in told.data.get('materials') or []), '；', '; ')
    return said('核收材料：{listed}', 'Materials checked: {listed}', listed=listed)


def _material(one: Mapping[str, Any]) -> Word:
    back = one.get('state') == 'missing' and one.get('before') != 'missing'
    state = Word('退回申请人', 'returned to the applicant') if back else MATERIAL_STATE.get(str(one.get('state')), NOTHING)
    kinds = (('originals', Word('原件', 'originals')), ('copies', Word('复印件', 'copies')))
    counted = joined((said('{kind} {count}', '{kind} {count}', kind=kind, count=one[name]) for name, kind in kinds if one.get(name)), '，')
    remarks = joined(filter(None, (counted, str(one.get('note') or ''))), '；', '; ')
    return said(
        '{name}{state}{remarks}', '{name} {state}{remarks}', name=quoted(one.get('name')), state=state, remarks=in_brackets(remarks)
    )


def _document(told: Told) -> Word:
    return said('出具《{title}》{number}', 'Issued {title} {number}', title=told.data.get('title'), number=told.data.get('number'))


SENTENCES: Mapping[str, Callable[[Told], Word]] = {
    'process_instance.started': _started,
    'process_instance.ended': _ended,
    'process_instance.cancelled': partial(with_reason, Word('办件作废', 'Case voided')),
    'process_instance.suspended': partial(with_reason, Word('办件挂起', 'Case suspended')),
    'process_instance.activated': partial(with_reason, Word('办件恢复办理', 'Case activated')),
    'process_instance.migrated': partial(_version, Word('转到新版流程办理', 'Migrated to another version')),
    'process_instance.migration_reverted': partial(_version, Word('版本迁移撤销', 'Migration reverted')),
    'process_instance.moved': _moved,
    'process_instance.taken_back': _taken_back,
    'milestone.reached': _milestone,
    'user_task.created': _created,
    'user_task.offered': _created,
    'user_task.claimed': partial(about, Word('已认领', 'claimed')),
    'user_task.unclaimed': partial(about, Word('放回窗口待认领', 'put back for the window')),
    'user_task.assigned': _assigned,
    'task.handed_over': _handed_over,
    'user_task.signed': _signed,
    'user_task.completed': _completed,
    'user_task.raised': _raised,
    'user_task.cancelled': partial(about, Word('不再办理', 'no longer needed')),
    'message.received': _message,
    'message.thrown': lambda told: said('发出消息{name}', 'Message {name} sent', name=quoted(told.data.get('name'))),
    'signal.received': lambda told: said('收到信号{name}', 'Signal {name} received', name=quoted(told.data.get('name'))),
    'signal.thrown': lambda told: said('发出信号{name}', 'Signal {name} sent', name=quoted(told.data.get('name'))),
    'incident.opened': partial(with_reason, Word('出现异常，待处理', 'Incident, waiting for a process administrator')),
    'incident.retried': partial(with_reason, Word('异常已重试', 'Incident retried')),
    'incident.resolved': partial(with_reason, Word('异常已处理', 'Incident resolved')),
    'document.issued': _document,
    'material.marked': _materials,
}
