"""The history of a case as sentences a clerk reads: who did what and when; what the software did by itself is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from engine import Hall, read
from engine.forms import Form
from engine.worktime import STOP_KINDS
from tasks import tables as t
from tasks.catalogue.editions import Edition, edition_of
from tasks.marks.rules import COLOUR, DISPOSITION
from tasks.words.vocabulary import CLOCK, MATERIAL_STATE, MILESTONE, RESULT

AUTOMATIC: Mapping[str, str] = {'system': '系统', 'system:timer': '系统（超时）', 'system:outbox': '系统（发送）'}
_SILENT = frozenset({'token.moved'})
_EXPIRY: Mapping[str, str] = {
    'warn': '已提醒经办窗口',
    'escalate': '已报告监察',
    'deemed_pass': '视为通过',
    'deemed_grant': '视为准予',
    'deemed_renew': '视为准予延续',
    'none': '',
}
_CHOICES = frozenset({'radio', 'select'})


@dataclass(frozen=True)
class Entry:
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
        return '、'.join(self.windows.get(code, code) for code in codes)

    def person(self, username: str | None) -> str:
        return self.people.get(username or '', username or '')

    def day(self, text: str | None) -> str:
        if not text:
            return ''
        return self.hall.office.last_day_of(datetime.fromisoformat(text)).isoformat()

    def form(self) -> Form | None:
        return self.edition.form(self.element) if self.element else None


def timeline(connection: Connection, instance_id: int, edition: Edition, hall: Hall, windows: Mapping[str, str]) -> list[Entry]:
    """Everything that happened to a case, oldest first, each in one Chinese sentence."""
    rows = [row for row in read.events(connection, instance_id) if row['event'] not in _SILENT]
    people = _people(connection, rows)
    entries = []
    then = _first_edition(connection, rows, edition)
    for row in rows:
        if row['event'] in _VERSION_CHANGES:
            then = edition_of(connection, row['data']['to']['definition'])
        edition = then
        told = _Told(row['data'], row['element'], edition.name_of(row['element']), edition, windows, people, hall)
        sentence = _SENTENCES.get(row['event'], _other)(told)
        if sentence:
            automatic = row['by'] in AUTOMATIC
            entries.append(Entry(row['at'], row['event'], sentence, people[row['by']], row['by'], automatic, row['element']))
    return entries


_VERSION_CHANGES = frozenset({'process_instance.migrated', 'process_instance.migration_reverted'})


def _first_edition(connection: Connection, rows: Sequence[RowMapping], present: Edition) -> Edition:
    """The version a case began on: steps it went through there are told by the names they had."""
    changed = next((row for row in rows if row['event'] in _VERSION_CHANGES), None)
    return edition_of(connection, changed['data']['from']['definition']) if changed else present


def _version(words: str, told: _Told) -> str:
    before, after = (told.data.get(key) or {} for key in ('from', 'to'))
    notes = '；'.join(told.data.get('notes') or [])
    reason = f'（{told.data.get("reason")}）' if told.data.get('reason') else ''
    return f'{words}：第 {before.get("version")} 版 → 第 {after.get("version")} 版{reason}' + (f'。{notes}' if notes else '')


def _moved(told: _Told) -> str:
    left = '、'.join(f'「{told.edition.name_of(one)}」' for one in told.data.get('left') or [])
    return f'{left or "办件"}转到「{told.name}」：{told.data.get("reason")}'


def _people(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, str]:
    told = {str(row['data'].get(key)) for row in rows for key in ('assignee', 'before', 'to') if row['data'].get(key)}
    wanted = {row['by'] for row in rows} | told
    names = connection.execute(select(t.clerk.c.username, t.clerk.c.name).where(t.clerk.c.username.in_(wanted)))
    known = {row.username: row.name for row in names}
    return {name: known.get(name) or AUTOMATIC.get(name) or ('申请人' if name.startswith('applicant') else name) for name in wanted}


def _other(told: _Told) -> str:
    return '有新的记录' if told.element is None else f'「{told.name}」有新的记录'


def _started(told: _Told) -> str:
    return f'登记申请，按第 {told.data.get("version", "—")} 版流程办理'


def _milestone(told: _Told) -> str:
    milestone = str(told.data.get('milestone'))
    if told.data.get('deemed_from'):
        return f'逾期未告知，自{told.day(told.data.get("as_of"))}起视为{MILESTONE.get(milestone, milestone)}'
    return _REACHED.get(milestone) or MILESTONE.get(milestone, milestone)


_REACHED: Mapping[str, str] = {'received': '收到申请材料', 'accepted': '予以受理', 'decided': '作出决定', 'delivered': '送达'}


def _created(told: _Told) -> str:
    window = told.window(told.data.get('groups') or [])
    return f'「{told.name}」转到{window}' if window else f'「{told.name}」待办理'


def _completed(told: _Told) -> str:
    said = answers(told.form(), told.data.get('variables') or {})
    return f'「{told.name}」办理完毕' + (f'：{said}' if said else '')


def answers(form: Form | None, variables: Mapping[str, Any]) -> str:
    """The choices made in a form, in the form's own words; texts are not repeated here."""
    if form is None:
        return ''
    said = []
    for component, _ in form.walk():
        value = variables.get(component.key or '')
        if component.type not in _CHOICES or not isinstance(value, str):
            continue
        listed = {str(each.get('value')): str(each.get('label')) for each in component.props.get('values') or ()}
        labels = listed or _OUTCOMES
        if value in labels:
            said.append(labels[value])
    return '，'.join(said)


_OUTCOMES: Mapping[str, str] = {
    'accept': '受理',
    'corrected': '当场更正后受理',
    'supplement': '一次告知补正',
    'not_accepted': '不予受理',
    'not_required': '不需要许可，不受理',
    'granted': '准予许可',
    'refused': '不予许可',
    'agree': '同意',
    'disagree': '不同意',
    'pass': '符合要求',
    'fail': '不符合',
}


def _signed(told: _Told) -> str:
    return f'「{told.name}」签署（第 {told.data.get("number")} 人，共 {told.data.get("of")} 人）'


def _assigned(told: _Told) -> str:
    return f'「{told.name}」交由{told.person(told.data.get("assignee"))}办理'


def _handed_over(told: _Told) -> str:
    return f'「{told.name}」移交{told.person(told.data.get("to"))}：{told.data.get("reason", "")}'


def _fired(told: _Told) -> str:
    meaning = _EXPIRY.get(str(told.data.get('on_expiry')), '')
    basis = told.data.get('basis')
    tail = f'，{meaning}' if meaning else ''
    if str(told.data.get('on_expiry')).startswith('deemed') and told.data.get('unit'):  # S-12: who was silent answers for it
        tail += f'，责任窗口：{told.window(str(told.data["unit"]).split(", "))}'
    return f'「{told.name}」：{_ran_out(str(told.data.get("limit")))}{tail}' + (f'（依据{basis}）' if basis else '')


def _ran_out(limit: str) -> str:
    """That a limit is over, in words: `promise - 1个工作日` is 承诺期限前1个工作日."""
    base, _, offset = limit.partition(' ')
    if base not in CLOCK:
        return f'期限 {limit} 届满'
    side = {'-': '前', '+': '后'}.get(offset[:1])
    return f'{CLOCK[base]}{side}{offset[1:].strip()}已到' if side else f'{CLOCK[base]}届满'


def _marked(told: _Told) -> str:
    due = f'，最迟于 {told.data["reply_last_day"]} 答复' if told.data.get('reply_last_day') else ''
    window = told.window([told.data['window']]) if told.data.get('window') else ''
    unit = f'，责任窗口：{window}' if window else ''
    return f'{COLOUR.get(str(told.data.get("colour")), "标记")}（{told.data.get("title")}）{unit}{due}'


def _mark_moved(told: _Told) -> str:
    colour = COLOUR.get(str(told.data.get('colour')), '标记')
    return f'{colour}（{told.data.get("title")}）保留：到期日 {told.data.get("before")} → {told.data.get("after")}'


def _mark_disposed(told: _Told) -> str:
    return f'标记 {told.data.get("number")} 处理：{DISPOSITION.get(str(told.data.get("disposition")), "")}'


def _clock_started(told: _Told) -> str:
    last = told.data.get('last_day')
    return f'{_clock(told)}开始计算：{told.data.get("limit")}' + (f'，最后一日 {last}' if last else '')


def _clock(told: _Told) -> str:
    return CLOCK.get(str(told.data.get('clock')), str(told.data.get('clock')))


def _stopped(told: _Told) -> str:
    kind = STOP_KINDS.get(str(told.data.get('kind')), '')
    reason = told.data.get('reason')
    return f'期限暂停：{kind}' + (f'（{reason}）' if reason and reason != kind else '')


def _announced(told: _Told) -> str:
    until = told.data.get('until')
    return f'已书面告知预计需要{told.data.get("expected")}' + (f'，至 {until}' if until else '')


def _resumed(told: _Told) -> str:
    return f'期限恢复计算：{STOP_KINDS.get(str(told.data.get("kind")), "")}结束'


def _met(told: _Told) -> str:
    return f'{_clock(told)}内完成' if not told.data.get('late') else f'超过{_clock(told)}后完成'


def _breached(told: _Told) -> str:
    return f'超过{_clock(told)}（最后一日 {told.day(told.data.get("due_at"))}）'


def _extended(told: _Told) -> str:
    return f'{_clock(told)}延长 {told.data.get("length") or told.data.get("amount")}：{told.data.get("reason")}'


def _recomputed(told: _Told) -> str:
    moved = [each for each in told.data.get('changes') or [] if 'clock' in each and each.get('old') and each.get('new')]
    parts = [f'{CLOCK.get(each["clock"], each["clock"])} {told.day(each["old"])} → {told.day(each["new"])}' for each in moved]
    return '到期日重新计算：' + '；'.join(parts) if parts else ''


def _message(told: _Told) -> str:
    if told.data.get('name') != 'withdraw':
        return f'收到消息「{told.data.get("name")}」'
    reason = (told.data.get('payload') or {}).get('withdraw_reason')
    return '申请人撤回申请' + (f'：{reason}' if reason else '')


def _ended(told: _Told) -> str:
    result = str(told.data.get('result') or '')
    return f'办理结束：{RESULT.get(result, result)}' if result else '办理结束'


def _with_reason(words: str, told: _Told) -> str:
    reason = told.data.get('reason') or told.data.get('message') or told.data.get('note')
    return words + (f'：{reason}' if reason else '')


def _about(words: str, told: _Told) -> str:
    return f'「{told.name}」{words}'


def _materials(told: _Told) -> str:
    return '核收材料：' + '；'.join(_material(one) for one in told.data.get('materials') or [])


def _material(one: Mapping[str, Any]) -> str:
    back = one.get('state') == 'missing' and one.get('before') != 'missing'
    state = '退回申请人' if back else MATERIAL_STATE.get(str(one.get('state')), '')
    counted = [f'{words} {one[name]}' for name, words in (('originals', '原件'), ('copies', '复印件')) if one.get(name)]
    said = '；'.join(filter(None, ('，'.join(counted), str(one.get('note') or ''))))
    return f'「{one.get("name")}」{state}' + (f'（{said}）' if said else '')


def _document(told: _Told) -> str:
    return f'出具《{told.data.get("title")}》{told.data.get("number")}'


_SENTENCES: Mapping[str, Callable[[_Told], str]] = {
    'process_instance.started': _started,
    'process_instance.ended': _ended,
    'process_instance.cancelled': partial(_with_reason, '办件作废'),
    'process_instance.suspended': partial(_with_reason, '办件挂起'),
    'process_instance.activated': partial(_with_reason, '办件恢复办理'),
    'process_instance.migrated': partial(_version, '转到新版流程办理'),
    'process_instance.migration_reverted': partial(_version, '版本迁移撤销'),
    'process_instance.moved': _moved,
    'milestone.reached': _milestone,
    'user_task.created': _created,
    'user_task.claimed': partial(_about, '已认领'),
    'user_task.unclaimed': partial(_about, '退回窗口待认领'),
    'user_task.assigned': _assigned,
    'task.handed_over': _handed_over,
    'user_task.signed': _signed,
    'user_task.completed': _completed,
    'user_task.cancelled': partial(_about, '不再办理'),
    'timer.fired': _fired,
    'timer.rescheduled': partial(_about, '的期限已调整'),
    'timer.failed': partial(_about, '的定时未能执行，将重试'),
    'clock.started': _clock_started,
    'clock.set': lambda told: f'{_clock(told)}自{told.day(told.data.get("anchor"))}起算',
    'clock.stopped': _stopped,
    'clock.resumed': _resumed,
    'stop.announced': _announced,
    'clock.met': _met,
    'clock.breached': _breached,
    'clock.extended': _extended,
    'clock.recomputed': _recomputed,
    'message.received': _message,
    'message.thrown': lambda told: f'发出消息「{told.data.get("name")}」',
    'signal.received': lambda told: f'收到信号「{told.data.get("name")}」',
    'signal.thrown': lambda told: f'发出信号「{told.data.get("name")}」',
    'incident.opened': partial(_with_reason, '出现异常，待处理'),
    'incident.retried': partial(_with_reason, '异常已重试'),
    'incident.resolved': partial(_with_reason, '异常已处理'),
    'document.issued': _document,
    'material.marked': _materials,
    'mark.raised': _marked,
    'mark.renewed': lambda told: f'{_marked(told)}，最后一日 {told.data.get("last_day")}',
    'mark.due_moved': _mark_moved,
    'mark.replied': lambda told: f'标记 {told.data.get("number")} 已答复' + ('（逾期）' if told.data.get('late') else ''),
    'mark.disposed': _mark_disposed,
    'mark.withdrawn': lambda told: _with_reason(f'标记 {told.data.get("number")} 撤销', told),
}
