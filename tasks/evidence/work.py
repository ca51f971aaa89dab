"""Open tasks and the begin of each case against what is sealed: the diagram, and the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from engine import Rejection, edition_of
from engine.evidence import CASE
from engine.rows import TASKS, StoredTask
from engine.tables import history, process_instance, user_task, user_task_group, user_task_person
from engine.words import Word
from tasks.evidence.checking import Discrepancy

if TYPE_CHECKING:
    from engine import Engine

BATCH = 100
_OFFERS = ('user_task.created', 'user_task.offered')
_TOLD = (*_OFFERS, 'user_task.signed')
_REWRITES = ('process_instance.moved', 'process_instance.migrated', 'process_instance.migration_reverted')
"""Events after which a task's posts are those of another version of the diagram."""
_BEGUN = Word('办件的开始与历史不符', 'the begin of the case is not what its history says')
_ASKS = Word('任务的会签人数、回避或表单与流程图不符', 'signers, who is barred or the form of the task are not those of the diagram')
_POSTS = Word('任务的办理窗口与历史不符', 'the posts of the task are not those of the history')
_SIGNED = Word('任务上有历史中没有的会签', 'the task has a signature that is not in the history')


def examine_work(engine: Engine) -> Iterator[Discrepancy]:
    """What of open work is not as the diagram and the history say, some cases at a time."""
    instance, last = process_instance.c, 0
    columns = (instance.id, instance.business_key, instance.definition_id, instance.started_at, instance.started_by)
    while True:
        with engine.reading() as connection:
            rows = connection.execute(select(*columns).where(instance.id > last).order_by(instance.id).limit(BATCH)).all()
            if not rows:
                return
            yield from _examine(connection, rows)
        last = rows[-1].id


def _examine(connection: Connection, cases: Sequence[Any]) -> Iterator[Discrepancy]:
    ids = [case.id for case in cases]
    told: dict[int, list[Any]] = defaultdict(list)
    event = history.c
    columns = (event.instance_id, event.seq, event.event, event.token, event.at, event.by, event.data)
    wanted = or_(event.seq == 1, event.event.in_((*_TOLD, *_REWRITES)))
    for row in connection.execute(select(*columns).where(event.instance_id.in_(ids), wanted).order_by(event.instance_id, event.seq)):
        told[row.instance_id].append(row)
    tasks: dict[int, list[StoredTask]] = defaultdict(list)
    for task in TASKS.all(connection, TASKS.select().where(user_task.c.instance_id.in_(ids), user_task.c.state == 'open')):
        tasks[task.instance_id].append(task)
    further: dict[int, set[str]] = defaultdict(set)
    for group in connection.execute(select(user_task_group).join(user_task).where(user_task.c.instance_id.in_(ids))):
        further[group.task_id].add(group.group)
    named: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(select(user_task_person).join(user_task).where(user_task.c.instance_id.in_(ids))):
        named[row.task_id].add(row.person)
    for case in cases:
        events, about = told[case.id], CASE + case.business_key
        if events and events[0].seq == 1 and (events[0].at, events[0].by) != (case.started_at, case.started_by):
            yield Discrepancy('changed', f'{about} process', _BEGUN)
        for one in tasks[case.id]:
            for what in _task(connection, one, case.definition_id, events, (further[one.id], named[one.id])):
                yield Discrepancy('changed', f'{about} user_task/{one.element}', what)


def _task(
    connection: Connection, task: StoredTask, definition_id: int, events: Sequence[Any], rows: tuple[set[str], set[str]]
) -> Iterator[Word]:
    try:
        says = edition_of(connection, definition_id).assignment(task.element)
    except (Rejection, KeyError):  # the version is another than the case was begun with: it has no such step, or cannot be read
        yield _ASKS
        return
    if (says.signers, set(says.not_by), says.form_ref) != (task.signers, set(task.not_by), task.form_ref):
        yield _ASKS
    if {str(one['by']) for one in task.signatures} - {row.by for row in events if row.event == 'user_task.signed'}:
        yield _SIGNED
    created = next((row for row in reversed(events) if row.event in _OFFERS and row.token == task.token), None)
    rewritten = created is None or any(row.event in _REWRITES and row.seq > created.seq for row in events)
    groups, people = task.candidate_groups, task.candidate_users
    key = (groups[0] if groups else '')[:100]
    told = (groups, people) if created is None or rewritten else (created.data['groups'], created.data.get('users', []))
    if told != (groups, people) or (task.group_key, *rows) != (key, set(groups[1:]), set(people)):
        yield _POSTS
