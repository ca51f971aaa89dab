"""What a second person is shown of a proposed act before he confirms it, and what it was proposed upon (A-05).

Page and command line show the same lines. `base_of` says in one text how the object is: a proposal keeps it, and is void when it differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.tables import process_definition
from engine.words import NO, YES, Word, joined, said
from tasks import tables as t
from tasks.people.clerks import as_json, post_of
from tasks.people.fields import find_window
from tasks.people.policy import NAMES, SECOND_FACTOR, policy
from tasks.people.roster import find_clerk
from tasks.rights.table import ROLE_WORDS
from tasks.words.vocabulary import AUTHORITY

PLUMBING = frozenset({'base', 'payload'})
"""What a proposal keeps for itself beside what was asked for: how the object was, the SHA-256 of the payload."""
NOBODY = Word('无', 'none')
CALENDARS = ('calendar.imported', 'calendar.closed', 'calendar.reopened', 'calendar.hours_set')
_CALENDAR: Mapping[str, Word] = {
    'calendar': Word('日历', 'Calendar'),
    'hall': Word('大厅', 'Hall'),
    'year': Word('年份', 'Year'),
    'first': Word('首日', 'First day'),
    'last': Word('末日', 'Last day'),
    'hours': Word('办公时间', 'Office hours'),
    'deadline_time': Word('当日截止时间', 'A day ends at'),
    'source': Word('依据', 'Source'),
    'reason': Word('事由', 'Cause'),
    'text': Word('原文', 'Text'),
}
_POST: Mapping[str, Word] = {
    'name': Word('姓名', 'Name'),
    'roles': Word('角色', 'Roles'),
    'windows': Word('窗口', 'Windows'),
    'department': Word('部门', 'Department'),
    'certificate_no': Word('执法证号', 'Certificate'),
    'certificate_until': Word('执法证有效期至', 'Certificate until'),
    'substitute': Word('B 角', 'Substitute'),
}
_NAMED = {'roles', 'windows', 'department'}
_WINDOW: Mapping[str, Word] = {
    'name': Word('名称', 'Name'),
    'authority': Word('权限', 'Authority'),
    'department': Word('部门', 'Department'),
    'place': Word('办公地点', 'Place'),
}


@dataclass(frozen=True, slots=True)
class ActLine:
    """One value that would be; `before` is None where it replaces nothing."""

    label: Word
    after: str
    before: str | None = None


def digest(value: Any) -> str:
    """One text for equal data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def base_of(connection: Connection, action: str, target: str) -> str:
    """How the object of an act is now, in one text."""
    return BASES[action](connection, target)


def lines_of(connection: Connection, action: str, target: str, arguments: Mapping[str, Any]) -> list[ActLine]:
    """What the act would do, each value with what stands there now."""
    return list(LINES[action](connection, target, arguments)) or [
        ActLine(Word('变化', 'Change'), Word('无，现状已是如此', 'none: it is so already'))
    ]


def _in_force(connection: Connection, item: str) -> int | None:
    return connection.execute(select(t.approval_item.c.definition_id).where(t.approval_item.c.code == item)).scalar_one_or_none()


def _version(connection: Connection, definition_id: int | None) -> Word:
    d = process_definition.c
    row = connection.execute(select(d.name, d.version).where(d.id == definition_id)).one_or_none()
    return said('{name} 第 {n} 版', '{name} version {n}', name=row.name, n=row.version) if row else NOBODY


def _named(connection: Connection, name: str, value: Any) -> str:
    """A value of a post in the hall's words."""
    codes = [] if not value else [value] if isinstance(value, str) else list(value)
    if name in ('roles', 'authority'):
        words: Mapping[str, str] = ROLE_WORDS if name == 'roles' else AUTHORITY
    elif name in _NAMED:
        table = t.window if name == 'windows' else t.department
        words = {row.code: row.name for row in connection.execute(select(table.c.code, table.c.name).where(table.c.code.in_(codes)))}
    else:
        words = {}
    return joined(words.get(code, code) for code in codes) or NOBODY


def _person(connection: Connection, target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    now = as_json(post_of(connection, target))
    for name, label in _POST.items():
        after, before = arguments[name] or '', now[name]
        if (after or '') != (before or ''):
            yield ActLine(label, _named(connection, name, after), _named(connection, name, before))


def _newcomer(connection: Connection, target: str, _arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    for name, value in as_json(post_of(connection, target)).items():
        if value or name in _NAMED:
            yield ActLine(_POST[name], _named(connection, name, value))


def _window(connection: Connection, target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    now = asdict(find_window(connection, target))
    for name, label in _WINDOW.items():
        after, before = arguments[name] or '', now[name] or ''
        if after != before:
            yield ActLine(label, _named(connection, name, after), _named(connection, name, before))


def _policy(connection: Connection, _target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    def word(name: str, value: Any) -> str:
        return (YES if value else NO) if name == 'join_duties' else SECOND_FACTOR[value] if name == 'second_factor' else str(value)

    for name, before in asdict(policy(connection)).items():
        if arguments[name] != before:
            yield ActLine(NAMES[name], word(name, arguments[name]), word(name, before))


def _despite(arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    yield ActLine(Word('有环节无人在岗仍要生效', 'Even where nobody works a step'), YES if arguments['despite_empty'] else NO)


def _bundle(connection: Connection, target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    yield ActLine(Word('现行版本', 'Version in force'), _version(connection, _in_force(connection, target)))
    yield ActLine(Word('上传文件 SHA-256', 'SHA-256 of the file'), arguments.get('payload') or Word('未记录', 'not recorded'))
    yield from _despite(arguments)


def _earlier(connection: Connection, target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    before, after = _in_force(connection, target), int(arguments['definition'])
    yield ActLine(Word('生效版本', 'Version in force'), _version(connection, after), _version(connection, before))
    yield from _despite(arguments)


def _calendar(connection: Connection, _target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    names = {row.code: row.name for row in connection.execute(select(t.hall.c.code, t.hall.c.name))}
    for name, label in _CALENDAR.items():
        value = str(arguments.get(name) or '')
        if value:
            yield ActLine(label, names.get(value, value) if name == 'hall' else value)


def _batch(connection: Connection, _target: str, arguments: Mapping[str, Any]) -> Iterator[ActLine]:
    plan, every = arguments['plan'], Word('全部', 'all')
    if plan:
        yield ActLine(Word('流程版本', 'Version'), _version(connection, plan['to']), _version(connection, plan['from']))
        for old, new in plan['mapping'].items():
            yield ActLine(Word('环节对应', 'Step becomes'), str(new), str(old))
    else:
        yield ActLine(Word('流程版本', 'Version'), _version(connection, arguments['definition']))
        yield ActLine(Word('转移环节', 'Step'), str(arguments['begin']), joined(arguments['leave']))
    yield ActLine(Word('办件', 'Cases'), joined(arguments['cases']) or every)


def _person_now(connection: Connection, target: str) -> str:
    return digest({**as_json(post_of(connection, target)), 'active': find_clerk(connection, target).active})


def _window_now(connection: Connection, target: str) -> str:
    return digest(asdict(find_window(connection, target)))


def _policy_now(connection: Connection, _target: str) -> str:
    return digest(asdict(policy(connection)))


def _version_now(connection: Connection, target: str) -> str:
    return str(_in_force(connection, target) or '')


def _always(_connection: Connection, _target: str) -> str:
    """Versions of a batch never change; a calendar's base is that of its preview, which the proposal names."""
    return ''


LINES: Mapping[str, Callable[[Connection, str, Mapping[str, Any]], Iterator[ActLine]]] = {
    'item.deployed': _bundle,
    'release.rolled_back': _earlier,
    **dict.fromkeys(CALENDARS, _calendar),
    **dict.fromkeys(('clerk.created', 'clerk.activated'), _newcomer),
    **dict.fromkeys(('clerk.changed', 'clerk.windows_assigned'), _person),
    'window.changed': _window,
    'policy.changed': _policy,
    **dict.fromkeys(('batch.migrate', 'batch.move'), _batch),
}
BASES: Mapping[str, Callable[[Connection, str], str]] = {
    **dict.fromkeys(('item.deployed', 'release.rolled_back'), _version_now),
    **dict.fromkeys((*CALENDARS, 'batch.migrate', 'batch.move'), _always),
    **dict.fromkeys(('clerk.created', 'clerk.activated', 'clerk.changed', 'clerk.windows_assigned'), _person_now),
    'window.changed': _window_now,
    'policy.changed': _policy_now,
}
