"""Reads of the engine's own rows for pages, command line and tests; each takes a connection of `Engine.reading` or of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, UnaryExpression, and_, or_, select

from engine.bpmn.changes import Work
from engine.bpmn.run import Run, Waits
from engine.core.database import once
from engine.core.definitions import edition_of
from engine.core.frame import readable
from engine.core.halls import Hall
from engine.rows import (
    CLOCKS,
    DEFINITIONS,
    EVENTS,
    EXTENSIONS,
    INCIDENTS,
    INSTANCES,
    STOPS,
    TASKS,
    TIMERS,
    WORKERS,
    StoredClock,
    StoredDefinition,
    StoredEvent,
    StoredExtension,
    StoredIncident,
    StoredInstance,
    StoredStop,
    StoredTask,
    StoredTimer,
    WorkerPulse,
)
from engine.tables import (
    clock,
    extension,
    heartbeat,
    history,
    incident,
    process_definition,
    process_instance,
    stop,
    subscription,
    timer,
    user_task,
    user_task_group,
    user_task_person,
)
from engine.timing.ledger import Ledger


def worked_by(groups: Collection[str]) -> ColumnElement[bool]:
    """The condition that a user task belongs to one of these windows, whichever of its candidate groups that is."""
    return or_(user_task.c.group_key.in_(list(groups)), _further(groups))


def ways_to_work(groups: Collection[str]) -> list[ColumnElement[bool]]:
    """`worked_by` taken apart: each condition is one range of an index in the order of urgency, which no OR of them is."""
    return [*(user_task.c.group_key == group for group in groups), _further(groups)] if groups else []


def _further(groups: Collection[str]) -> ColumnElement[bool]:
    return user_task.c.id.in_(select(user_task_group.c.task_id).where(user_task_group.c.group.in_(list(groups))))


def offered_to(person: str) -> ColumnElement[bool]:
    """The condition that a user task names this person among its candidates."""
    return user_task.c.id.in_(select(user_task_person.c.task_id).where(user_task_person.c.person == person))


URGENCY: Sequence[tuple[Column[Any], bool, bool]] = (
    (user_task.c.due_at, False, True),
    (user_task.c.priority, True, False),
    (user_task.c.opened_at, False, False),
    (user_task.c.id, False, False),
)
"""The order of work (column, descending, nullable): what is due first, without a limit or stopped last; then by priority, the oldest."""


def by_urgency() -> list[UnaryExpression[Any]]:
    """URGENCY as ORDER BY has it."""
    columns = [(column.desc() if down else column.asc(), nullable) for column, down, nullable in URGENCY]
    return [column.nulls_last() if nullable else column for column, nullable in columns]


def instance(connection: Connection, instance_id: int) -> StoredInstance | None:
    """One instance without its state."""
    return INSTANCES.first(connection, INSTANCES.select().where(process_instance.c.id == instance_id))


def instance_by_key(connection: Connection, business_key: str) -> StoredInstance | None:
    """One instance by its business key, without its state."""
    return INSTANCES.first(connection, INSTANCES.select().where(process_instance.c.business_key == business_key))


def standing(connection: Connection, instance_id: int) -> tuple[str, frozenset[str]]:
    """The status of an instance and the messages it waits for; asked once where a transaction only reads. Raises KeyError for none."""
    waits = (subscription.c.instance_id == process_instance.c.id, subscription.c.kind == 'message')
    found = select(process_instance.c.status, subscription.c.name).outerjoin_from(process_instance, subscription, and_(*waits))

    def ask() -> tuple[str, frozenset[str]]:
        rows = connection.execute(found.where(process_instance.c.id == instance_id)).all()
        if not rows:
            raise KeyError(f'Expected a process instance, but there is no {instance_id}')
        return rows[0].status, frozenset(row.name for row in rows if row.name is not None)

    return once(connection, ('standing of instance', instance_id), ask)


def open_tasks(connection: Connection, instance_id: int) -> Sequence[StoredTask]:
    """The open user tasks of an instance, oldest first."""
    query = TASKS.select().where(user_task.c.instance_id == instance_id, user_task.c.state == 'open').order_by(user_task.c.id)
    return once(connection, ('open tasks', instance_id), lambda: TASKS.all(connection, query))


def task(connection: Connection, task_id: int) -> StoredTask | None:
    """One user task."""
    return TASKS.first(connection, TASKS.select().where(user_task.c.id == task_id))


def timers(connection: Connection, instance_id: int) -> Sequence[StoredTimer]:
    """All timers of an instance, oldest first."""
    return TIMERS.all(connection, TIMERS.select().where(timer.c.instance_id == instance_id).order_by(timer.c.id))


def clocks(connection: Connection, instance_id: int) -> Sequence[StoredClock]:
    """The clocks of an instance, oldest first."""
    return CLOCKS.all(connection, CLOCKS.select().where(clock.c.instance_id == instance_id).order_by(clock.c.id))


def stops(connection: Connection, instance_id: int) -> Sequence[StoredStop]:
    """The stops of an instance, oldest first."""
    return STOPS.all(connection, STOPS.select().where(stop.c.instance_id == instance_id).order_by(stop.c.id))


def extensions(connection: Connection, instance_id: int) -> Sequence[StoredExtension]:
    """The extensions of an instance."""
    return EXTENSIONS.all(connection, EXTENSIONS.select().where(extension.c.instance_id == instance_id).order_by(extension.c.id))


def events(connection: Connection, instance_id: int) -> Sequence[StoredEvent]:
    """The history of an instance, first to last."""
    query = EVENTS.select().where(history.c.instance_id == instance_id).order_by(history.c.seq)
    return once(connection, ('history', instance_id), lambda: EVENTS.all(connection, query))


def ledger_of(connection: Connection, instance_id: int, hall: Hall) -> Ledger:
    """The ledger of an instance for a page; nobody changes it."""
    return once(connection, ('ledger', instance_id), lambda: Ledger.load(connection, instance_id, hall))


def road(connection: Connection, instance_id: int) -> set[str]:
    """The elements and flows the instance has passed, for the drawing; those of an earlier version by the ids a migration gave them."""
    passed: set[str] = set()
    for row in events(connection, instance_id):
        if row.event == 'token.moved':
            passed.update(name for step in row.data['passed'] for name in step if name)
        elif row.event in ('process_instance.migrated', 'process_instance.migration_reverted'):
            passed = {row.data['mapping'].get(name, name) for name in passed}
    return passed


def incidents(connection: Connection, *, state: str = 'open', instance_id: int | None = None) -> Sequence[StoredIncident]:
    """Incidents, newest first."""
    query = INCIDENTS.select().where(incident.c.state == state).order_by(incident.c.id.desc())
    return INCIDENTS.all(connection, query if instance_id is None else query.where(incident.c.instance_id == instance_id))


def definitions(connection: Connection, key: str | None = None) -> Sequence[StoredDefinition]:
    """Definitions without their files, newest version first."""
    query = DEFINITIONS.select().order_by(process_definition.c.key, process_definition.c.version.desc())
    return DEFINITIONS.all(connection, query if key is None else query.where(process_definition.c.key == key))


def workers(connection: Connection) -> Sequence[WorkerPulse]:
    """The workers that ever ticked, the latest first."""
    return WORKERS.all(connection, WORKERS.select().order_by(heartbeat.c.ticked_at.desc(), heartbeat.c.worker))


def variables_of(connection: Connection, instance_id: int, token: str | None = None) -> dict[str, Any]:
    """The present data of an instance, or what one token sees of it."""
    run = _look_at(connection, instance_id)
    if run is None:
        return {}
    return dict(run.variables if token is None else run.variables_of(token))


def waits_of(connection: Connection, instance_id: int) -> Waits:
    """What the stored state of an instance waits for, by token. Raises Damaged."""
    run = _look_at(connection, instance_id)
    return run.waits if run is not None else Waits(frozenset(), frozenset(), frozenset())


def _look_at(connection: Connection, instance_id: int) -> Run | None:
    i = process_instance.c
    row = connection.execute(select(i.state, i.definition_id, i.business_key).where(i.id == instance_id)).one_or_none()
    if row is None or not row.state:
        return None
    with readable(instance_id, row.business_key):
        return Run.restore(edition_of(connection, row.definition_id).program, row.state, _Onlooker())


class _Onlooker:
    """The host of a run that is only looked at: it never steps, so nothing here is ever asked."""

    @property
    def now(self) -> datetime:
        return datetime.min.replace(tzinfo=UTC)

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        return {}

    def call(self, work: Work) -> Mapping[str, Any]:
        raise RuntimeError(f'Expected only to be looked at, but {work.element} was called')
