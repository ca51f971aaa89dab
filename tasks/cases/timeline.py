"""The history of a case as sentences a clerk reads: who did what and when; what the software did by itself is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from engine import Edition, Hall, edition_of, read
from engine.forms import Form
from engine.rows import StoredEvent
from engine.words import EXPIRY, MILESTONES, NOTHING, Word, joined, said
from engine.worktime import STOP_KINDS
from tasks.marks.rules import COLOUR, DISPOSITION
from tasks.marks.sentences import title_of
from tasks.people.names import AUTOMATIC, names_of
from tasks.words.vocabulary import CLOCK, MATERIAL_STATE, RESULT, length_words, limit_words

_SILENT = frozenset({'token.moved'})
_CHOICES = frozenset({'radio', 'select'})


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. `who` is a name; `automatic` says that nobody did it."""

    at: datetime
    event: str
    sentence: str
    who: str
    by: str
    automatic: bool
    element: str | None


@dataclass(frozen=True)
class _Told:
    """One history row with what the sentence needs."""

    data: Mapping[str, Any]
    element: str | None
    name: str  # of the element, as the diagram says
    edition: Edition
    windows: Mapping[str, str]
    people: Mapping[str, str]
    hall: Hall

    def window(self, codes: Sequence[str]) -> str:
        return joined(self.windows.get(code, code) for code in codes)

    def person(self, username: str | None) -> str:
        return self.people.get(username or '', username or '')

    def day(self, text: str | None) -> str:
        if not text:
            return ''
        return self.hall.office.last_day_of(datetime.fromisoformat(text)).isoformat()

    def form(self) -> Form | None:
        return self.edition.form(self.element) if self.element else None


def timeline(connection: Connection, instance_id: int, edition: Edition, hall: Hall, windows: Mapping[str, str]) -> list[TimelineEntry]:
    """Everything that happened to a case, oldest first, each in one sentence (Chinese and English)."""
    rows = [row for row in read.events(connection, instance_id) if row.event not in _SILENT]
    people = _people(connection, rows)
    entries = []
    then = _first_edition(connection, rows, edition)
    for row in rows:
        if row.event in _VERSION_CHANGES:
            then = edition_of(connection, row.data['to']['definition'])
        edition = then
        told = _Told(
            data=row.data,
            element=row.element,
            name=edition.name_of(row.element),
            edition=edition,
            windows=windows,
            people=people,
            hall=hall,
        )
        sentence = _SENTENCES.get(row.event, _other)(told)
        if sentence:
            automatic = row.by in AUTOMATIC
            entries.append(
                TimelineEntry(
                    at=row.at, event=row.event, sentence=sentence, who=people[row.by], by=row.by, automatic=automatic, element=row.element
                )
            )
    return entries


_VERSION_CHANGES = frozenset({'process_instance.migrated', 'process_instance.migration_reverted'})


def _first_edition(connection: Connection, rows: Sequence[StoredEvent], present: Edition) -> Edition:
    """The version a case began on: steps it went through there are told by the names they had."""
    changed = next((row for row in rows if row.event in _VERSION_CHANGES), None)
    return edition_of(connection, changed.data['from']['definition']) if changed else present


def _version(words: Word, told: _Told) -> Word:
    before, after = (told.data.get(key) or {} for key in ('from', 'to'))
    notes = joined(told.data.get('notes') or [], '；', '; ')
    return said(
        '{words}：第 {before} 版 → 第 {after} 版{reason}{notes}',
        '{words}: version {before} → version {after}{reason}{notes}',
        words=words,
        before=before.get('version'),
        after=after.get('version'),
        reason=_in_brackets(told.data.get('reason')),
        notes=said('。{notes}', '. {notes}', notes=notes) if notes else NOTHING,
    )


def _in_brackets(text: str | None) -> Word:
    return said('（{text}）', ' ({text})', text=text) if text else NOTHING


def _after_colon(text: str | None) -> Word:
    return said('：{text}', ': {text}', text=text) if text else NOTHING


def _moved(told: _Told) -> Word:
    left = joined(_quoted(told.edition.name_of(one)) for one in told.data.get('left') or [])
    return said(
        '{left}转到{name}{reason}',
        '{left} moved to {name}{reason}',
        left=left or Word('办件', 'The case'),
        name=_quoted(told.name),
        reason=_after_colon(told.data.get('reason')),
    )


def _quoted(name: str | None) -> Word:
    return said('「{name}」', '“{name}”', name=name)


def _people(connection: Connection, rows: Sequence[StoredEvent]) -> dict[str, str]:
    told = {str(row.data.get(key)) for row in rows for key in ('assignee', 'before', 'to') if row.data.get(key)}
    names = names_of(connection, {row.by for row in rows} | told)
    return {who: Word('申请人', 'Applicant') if who == name and who.startswith('applicant') else name for who, name in names.items() if who}


def _other(told: _Told) -> Word:
    if told.element is None:
        return Word('有新的记录', 'A new entry')
    return said('{name}有新的记录', 'A new entry at {name}', name=_quoted(told.name))


def _started(told: _Told) -> Word:
    version = told.data.get('version', '—')
    return said('登记申请，按第 {version} 版流程办理', 'Application registered, handled by version {version}', version=version)


def _milestone(told: _Told) -> Word:
    milestone = str(told.data.get('milestone'))
    if told.data.get('deemed_from'):
        return said(
            '逾期未告知，自{day}起视为{milestone}',
            'No notice in time: deemed {milestone} from {day}',
            day=told.day(told.data.get('as_of')),
            milestone=MILESTONES.get(milestone, milestone),
        )
    return MILESTONES.get(milestone) or Word(milestone, milestone)


def _created(told: _Told) -> Word:
    window = told.window(told.data.get('groups') or [])
    if not window:
        return said('{name}待办理', '{name} waits', name=_quoted(told.name))
    return said('{name}转到{window}', '{name} goes to {window}', name=_quoted(told.name), window=window)


def _completed(told: _Told) -> Word:
    chosen = answers(told.form(), told.data.get('variables') or {})
    return said('{name}办理完毕{chosen}', '{name} done{chosen}', name=_quoted(told.name), chosen=_after_colon(chosen))


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


def _signed(told: _Told) -> Word:
    return said(
        '{name}签署（第 {number} 人，共 {of} 人）',
        '{name} signed ({number} of {of})',
        name=_quoted(told.name),
        number=told.data.get('number'),
        of=told.data.get('of'),
    )


def _assigned(told: _Told) -> Word:
    person = told.person(told.data.get('assignee'))
    return said('{name}交由{person}办理', '{name} given to {person}', name=_quoted(told.name), person=person)


def _handed_over(told: _Told) -> Word:
    return said(
        '{name}移交{person}{reason}',
        '{name} handed over to {person}{reason}',
        name=_quoted(told.name),
        person=told.person(told.data.get('to')),
        reason=_after_colon(told.data.get('reason')),
    )


def _fired(told: _Told) -> Word:
    meaning = EXPIRY.get(str(told.data.get('on_expiry')), NOTHING)
    basis = told.data.get('basis')
    silent = str(told.data.get('on_expiry')).startswith('deemed') and told.data.get('unit')  # S-12: who was silent answers for it
    return said(
        '{name}：{over}{meaning}{unit}{basis}',
        '{name}: {over}{meaning}{unit}{basis}',
        name=_quoted(told.name),
        over=_ran_out(str(told.data.get('limit'))),
        meaning=_after_comma(meaning),
        unit=_responsible(told, str(told.data['unit']).split(', ')) if silent else NOTHING,
        basis=said('（依据{basis}）', ' (by {basis})', basis=basis) if basis else NOTHING,
    )


def _after_comma(text: str) -> Word:
    return said('，{text}', ', {text}', text=text) if text else NOTHING


def _responsible(told: _Told, windows: Sequence[str]) -> Word:
    return said('，责任窗口：{windows}', ', responsible: {windows}', windows=told.window(windows))


def _ran_out(limit: str) -> Word:
    """That a limit is over, in words: `promise - 1个工作日` is 承诺期限前1个工作日."""
    base, _, offset = limit.partition(' ')
    if base not in CLOCK:
        return said('期限 {limit} 届满', 'the limit of {limit} is over', limit=length_words(limit))
    if offset:
        return said('{limit}已到', 'it is {limit}', limit=limit_words(limit))
    return said('{limit}届满', 'the {limit} is over', limit=CLOCK[base])


def _marked(told: _Told) -> Word:
    due = told.data.get('reply_last_day')
    return said(
        '{colour}{title}{unit}{due}',
        '{colour}{title}{unit}{due}',
        colour=_colour(told),
        title=_in_brackets(_mark_title(told)),
        unit=_responsible(told, [told.data['window']]) if told.data.get('window') else NOTHING,
        due=said('，最迟于 {day} 答复', ', to be answered by {day}', day=due) if due else NOTHING,
    )


def _mark_title(told: _Told) -> str:
    return title_of(str(told.data.get('subject') or ''), str(told.data.get('title') or ''))


def _colour(told: _Told) -> Word:
    return COLOUR.get(str(told.data.get('colour')), Word('标记', 'Mark'))


def _mark_moved(told: _Told) -> Word:
    return said(
        '{colour}{title}保留：到期日 {before} → {after}',
        '{colour}{title} kept: due {before} → {after}',
        colour=_colour(told),
        title=_in_brackets(_mark_title(told)),
        before=told.data.get('before'),
        after=told.data.get('after'),
    )


def _mark_replied(told: _Told) -> Word:
    late = Word('（逾期）', ' (late)') if told.data.get('late') else NOTHING
    return said('标记 {number} 已答复{late}', 'Mark {number} answered{late}', number=told.data.get('number'), late=late)


def _mark_withdrawn(told: _Told) -> Word:
    return _with_reason(said('标记 {number} 撤销', 'Mark {number} withdrawn', number=told.data.get('number')), told)


def _mark_disposed(told: _Told) -> Word:
    disposition = DISPOSITION.get(str(told.data.get('disposition')), NOTHING)
    return said(
        '标记 {number} 处理：{disposition}', 'Mark {number}: {disposition}', number=told.data.get('number'), disposition=disposition
    )


def _clock_started(told: _Told) -> Word:
    last = told.data.get('last_day')
    return said(
        '{clock}开始计算：{limit}{last}',
        '{clock} begins: {limit}{last}',
        clock=_clock(told),
        limit=length_words(str(told.data.get('limit'))),
        last=said('，最后一日 {day}', ', last day {day}', day=last) if last else NOTHING,
    )


def _clock(told: _Told) -> str:
    return CLOCK.get(str(told.data.get('clock')), str(told.data.get('clock')))


def _stopped(told: _Told) -> Word:
    kind = STOP_KINDS.get(str(told.data.get('kind')), NOTHING)
    reason = told.data.get('reason')
    return said(
        '期限暂停：{kind}{reason}', 'Clock stopped: {kind}{reason}', kind=kind, reason=_in_brackets(reason if reason != kind else '')
    )


def _announced(told: _Told) -> Word:
    until = told.data.get('until')
    return said(
        '已书面告知预计需要{expected}{until}',
        'Told in writing that it will take {expected}{until}',
        expected=length_words(str(told.data.get('expected'))),
        until=said('，至 {day}', ', until {day}', day=until) if until else NOTHING,
    )


def _resumed(told: _Told) -> Word:
    kind = STOP_KINDS.get(str(told.data.get('kind')), NOTHING)
    return said('期限恢复计算：{kind}结束', 'Clock runs again: {kind} is over', kind=kind)


def _met(told: _Told) -> Word:
    if told.data.get('late'):
        return said('超过{clock}后完成', 'Done after the {clock}', clock=_clock(told))
    return said('{clock}内完成', 'Done within the {clock}', clock=_clock(told))


def _breached(told: _Told) -> Word:
    day = told.day(told.data.get('due_at'))
    return said('超过{clock}（最后一日 {day}）', 'The {clock} is exceeded (last day {day})', clock=_clock(told), day=day)


def _extended(told: _Told) -> Word:
    length = length_words(str(told.data.get('length') or told.data.get('amount')))
    reason = _after_colon(told.data.get('reason'))
    return said('{clock}延长 {length}{reason}', '{clock} extended by {length}{reason}', clock=_clock(told), length=length, reason=reason)


def _recomputed(told: _Told) -> Word:
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


def _message(told: _Told) -> Word:
    if told.data.get('name') != 'withdraw':
        return said('收到消息{name}', 'Message {name} received', name=_quoted(told.data.get('name')))
    reason = (told.data.get('payload') or {}).get('withdraw_reason')
    return said('申请人撤回申请{reason}', 'The applicant withdrew{reason}', reason=_after_colon(reason))


def _ended(told: _Told) -> Word:
    result = str(told.data.get('result') or '')
    return said('办理结束{result}', 'Case ended{result}', result=_after_colon(RESULT.get(result, result)))


def _with_reason(words: Word, told: _Told) -> Word:
    reason = told.data.get('reason') or told.data.get('message') or told.data.get('note')
    return said('{words}{reason}', '{words}{reason}', words=words, reason=_after_colon(reason))


def _about(words: Word, told: _Told) -> Word:
    return said('{name}{words}', '{name} {words}', name=_quoted(told.name), words=words)


def _materials(told: _Told) -> Word:
    listed = joined((_material(one) for one in told.data.get('materials') or []), '；', '; ')
    return said('核收材料：{listed}', 'Materials checked: {listed}', listed=listed)


def _material(one: Mapping[str, Any]) -> Word:
    back = one.get('state') == 'missing' and one.get('before') != 'missing'
    state = Word('退回申请人', 'returned to the applicant') if back else MATERIAL_STATE.get(str(one.get('state')), NOTHING)
    kinds = (('originals', Word('原件', 'originals')), ('copies', Word('复印件', 'copies')))
    counted = joined((said('{kind} {count}', '{kind} {count}', kind=kind, count=one[name]) for name, kind in kinds if one.get(name)), '，')
    remarks = joined(filter(None, (counted, str(one.get('note') or ''))), '；', '; ')
    return said(
        '{name}{state}{remarks}', '{name} {state}{remarks}', name=_quoted(one.get('name')), state=state, remarks=_in_brackets(remarks)
    )


def _document(told: _Told) -> Word:
    return said('出具《{title}》{number}', 'Issued {title} {number}', title=told.data.get('title'), number=told.data.get('number'))


_SENTENCES: Mapping[str, Callable[[_Told], Word]] = {
    'process_instance.started': _started,
    'process_instance.ended': _ended,
    'process_instance.cancelled': partial(_with_reason, Word('办件作废', 'Case voided')),
    'process_instance.suspended': partial(_with_reason, Word('办件挂起', 'Case suspended')),
    'process_instance.activated': partial(_with_reason, Word('办件恢复办理', 'Case activated')),
    'process_instance.migrated': partial(_version, Word('转到新版流程办理', 'Migrated to another version')),
    'process_instance.migration_reverted': partial(_version, Word('版本迁移撤销', 'Migration reverted')),
    'process_instance.moved': _moved,
    'milestone.reached': _milestone,
    'user_task.created': _created,
    'user_task.claimed': partial(_about, Word('已认领', 'claimed')),
    'user_task.unclaimed': partial(_about, Word('放回窗口待认领', 'put back for the window')),
    'user_task.assigned': _assigned,
    'task.handed_over': _handed_over,
    'user_task.signed': _signed,
    'user_task.completed': _completed,
    'user_task.cancelled': partial(_about, Word('不再办理', 'no longer needed')),
    'timer.fired': _fired,
    'timer.rescheduled': partial(_about, Word('的期限已调整', 'has another limit')),
    'timer.failed': partial(_about, Word('的定时未能执行，将重试', 'could not fire and will be tried again')),
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
    'message.received': _message,
    'message.thrown': lambda told: said('发出消息{name}', 'Message {name} sent', name=_quoted(told.data.get('name'))),
    'signal.received': lambda told: said('收到信号{name}', 'Signal {name} received', name=_quoted(told.data.get('name'))),
    'signal.thrown': lambda told: said('发出信号{name}', 'Signal {name} sent', name=_quoted(told.data.get('name'))),
    'incident.opened': partial(_with_reason, Word('出现异常，待处理', 'Incident, waiting for an administrator')),
    'incident.retried': partial(_with_reason, Word('异常已重试', 'Incident retried')),
    'incident.resolved': partial(_with_reason, Word('异常已处理', 'Incident resolved')),
    'document.issued': _document,
    'material.marked': _materials,
    'mark.raised': _marked,
    'mark.renewed': lambda told: said(
        '{mark}，最后一日 {day}', '{mark}, last day {day}', mark=_marked(told), day=told.data.get('last_day')
    ),
    'mark.due_moved': _mark_moved,
    'mark.replied': _mark_replied,
    'mark.disposed': _mark_disposed,
    'mark.withdrawn': _mark_withdrawn,
}
