"""The rows of an instance when it changes its version: kept as they were, carried over by token and element, and put back when reverted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, ForeignKey, Integer, LargeBinary, String, Table, Text, delete, insert, select, update

from engine import read
from engine.bpmn.model import Element
from engine.bpmn.moving import RESTART, Carried, Placed
from engine.core.assignment import Assignment, Offer
from engine.core.errors import NotFound
from engine.core.frame import Frame
from engine.core.groups import set_groups, set_people
from engine.core.values import plain
from engine.rows import Rows, StoredTask, StoredTimer
from engine.tables import Instant, clock, incident, metadata, process_instance, stop, subscription, timer, user_task

KEPT = (user_task, timer, subscription, stop, clock, incident)
"""What an instance has rows in, apart from its history, which is only ever added to."""


@dataclass(frozen=True)
class CarriedTask:
    """An open user task as it is to be: the element it stands on, what that says of it, and whom it is offered to."""

    row: StoredTask
    element: Element
    says: Assignment
    offer: Offer


@dataclass(frozen=True, slots=True)
class StoredMigration:
    """A migration that was carried out, with what is needed to take it back."""

    id: int
    instance_id: int
    from_definition: int
    to_definition: int
    plan: Mapping[str, Any]
    state_before: bytes
    rows_before: Mapping[str, list[Mapping[str, Any]]]
    history_length: int
    reverted_at: datetime | None
    reverted_by: str | None


instance_migration = Table(
    'instance_migration',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('from_definition', ForeignKey('process_definition.id'), nullable=False),
    Column('to_definition', ForeignKey('process_definition.id'), nullable=False),
    Column('plan', JSON, nullable=False),
    Column('findings', JSON, nullable=False),
    Column('reason', Text, nullable=False),
    Column('by', String(100), nullable=False),
    Column('at', Instant, nullable=False),
    Column('state_before', LargeBinary, nullable=False),
    Column('rows_before', JSON, nullable=False),  # {table: [row]} as they were
    Column('history_length', Integer, nullable=False),  # right after the migration: a longer one means the case has moved since
    Column('reverted_at', Instant),
    Column('reverted_by', String(100)),
)

_MIGRATIONS = Rows(StoredMigration, instance_migration)


def snapshot(connection: Connection, instance_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of the instance as plain JSON."""
    found = {}
    for table in KEPT:
        rows = connection.execute(select(table).where(table.c.instance_id == instance_id).order_by(table.c.id)).mappings()
        found[table.name] = [plain(dict(row)) for row in rows]
    return found


def waiting_timers(frame: Frame) -> list[StoredTimer]:
    """The timers that wait or are dead."""
    return [row for row in read.timers(frame.tx.connection, frame.instance.id) if row.state in ('armed', 'stopped', 'dead')]


def stored_migration(connection: Connection, migration_id: int) -> StoredMigration:
    """A migration by its id. Raises NotFound."""
    row = _MIGRATIONS.first(connection, _MIGRATIONS.select().where(instance_migration.c.id == migration_id))
    if row is None:
        raise NotFound(f'Expected migration {migration_id}, but there is none', '没有该迁移记录')
    return row


def carry_over(frame: Frame, placed: Placed, tasks: Iterable[CarriedTask], mapping: Mapping[str, str]) -> None:
    """Give the rows their new elements, and what the new version says of them.

    Rows of steps that are done follow the mapping too: four eyes and `handled_by` ask for elements by their present ids.
    """
    connection, instance_id = frame.tx.connection, frame.instance.id
    for table in (user_task, stop, incident, timer, subscription):
        rows = connection.execute(select(table.c.id, table.c.token, table.c.element).where(table.c.instance_id == instance_id)).all()
        for row in rows:
            carried = placed.carried.get(row.token)
            new = carried.new.id if carried else mapping.get(row.element, row.element)
            if new != row.element:
                _change(connection, table, row.id, element=new)
            if table is subscription and row.token in placed.names:
                _change(connection, table, row.id, name=placed.names[row.token][:200])
    for task in tasks:
        _carry_task(frame, task)
    for one in waiting_timers(frame):
        if one.token in placed.carried:
            _carry_timer(frame, one, placed.carried[one.token])


def _change(connection: Connection, table: Table, row_id: int, **values: Any) -> None:
    connection.execute(update(table).where(table.c.id == row_id).values(values))


def _carry_task(frame: Frame, task: CarriedTask) -> None:
    row, says, offer = task.row, task.says, task.offer
    values: dict[str, Any] = {
        'name': (task.element.name or task.element.id)[:200],
        'form_ref': says.form_ref,
        'signers': says.signers,
        'not_by': list(says.not_by),
        'priority': says.priority,
        'lock_version': row.lock_version + 1,
    }
    if offer_changed(row, offer):
        set_groups(frame.tx.connection, row.id, offer.groups)
        set_people(frame.tx.connection, row.id, offer.users)
        values |= {**offer.columns, 'claimed_at': frame.tx.now if offer.assignee else None}
    _change(frame.tx.connection, user_task, row.id, **values)


def offer_changed(row: StoredTask, offer: Offer) -> bool:
    """Whether other windows or other people may take the task than before."""
    return (list(offer.groups), list(offer.users)) != (row.candidate_groups, row.candidate_users)


def _carry_timer(frame: Frame, row: StoredTimer, carried: Carried) -> None:
    new, event = carried.new, carried.new.event
    interrupts = new.kind in ('boundaryEvent', 'startEvent') and new.interrupting
    values: dict[str, Any] = {'attached_to': new.attached_to, 'on_expiry': new.said.on_expiry, 'interrupting': interrupts}
    if carried.limit is not None:
        values |= {'limit': carried.limit[:200], 'state': 'armed', 'attempts': 0, 'next_try': None, 'last_error': None}
        values |= {'timer_type': event.timer_type} if event is not None and event.timer_type else {}
        values |= {'anchor': frame.tx.now, 'occurrence': 1} if carried.choice == RESTART else {}
    _change(frame.tx.connection, timer, row.id, **values)


def put_back(frame: Frame, rows: Mapping[str, list[Mapping[str, Any]]]) -> None:
    """Make the rows what they were. Rows that the migration added are closed, not deleted; what somebody typed since is kept."""
    connection, instance_id, now = frame.tx.connection, frame.instance.id, frame.tx.now
    for table in KEPT:
        before = {row['id']: _typed(table, row) for row in rows[table.name]}
        present = {row['id']: row for row in connection.execute(select(table).where(table.c.instance_id == instance_id)).mappings()}
        for row_id, values in before.items():
            row = present.get(row_id)
            if row is None:
                connection.execute(insert(table), [values])
                continue
            if table is user_task:
                values |= {'lock_version': row['lock_version'] + 1, 'draft': row['draft']}
            _change(connection, table, row_id, **values)
            if table is user_task:
                set_groups(connection, row_id, values['candidate_groups'])
                set_people(connection, row_id, values.get('candidate_users', []))
        for row_id in present.keys() - before.keys():
            _close(connection, table, row_id, now, frame.tx.by.id)


def _close(connection: Connection, table: Table, row_id: int, now: datetime, by: str) -> None:
    if table is subscription:
        connection.execute(delete(table).where(table.c.id == row_id))
        return
    closing: Mapping[str, dict[str, Any]] = {
        'user_task': {'state': 'cancelled', 'closed_at': now, 'closed_by': by},
        'timer': {'state': 'cancelled', 'due_at': None},
        'stop': {'to': now, 'closed_by': by},
        'clock': {'state': 'cancelled', 'due_at': None},
        'incident': {'state': 'resolved', 'closed_at': now, 'closed_by': by, 'resolution': '迁移已撤销'},
    }
    _change(connection, table, row_id, **closing[table.name])


def _typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The kept row's values. A column that is younger than the snapshot keeps what it holds: what it says is counted again."""
    return {
        column.name: datetime.fromisoformat(row[column.name]) if isinstance(column.type, Instant) and row[column.name] else row[column.name]
        for column in table.c
        if column.name in row
    }


def opened_at(connection: Connection, instance_id: int, token: str | None) -> datetime | None:
    """When the activity of a token began: its task's opening, else the earliest instant known of anything on or inside it.

    None for a token means the whole instance.
    """
    if token is None:
        return connection.execute(select(process_instance.c.started_at).where(process_instance.c.id == instance_id)).scalar()
    found: list[datetime] = []
    tasks = select(user_task.c.token, user_task.c.scope, user_task.c.opened_at).where(user_task.c.instance_id == instance_id)
    for row in connection.execute(tasks).all():
        if row.token == token:
            found = [row.opened_at]
            break
        if token in row.scope:
            found.append(row.opened_at)
    else:
        found += _known_since(connection, instance_id, token)
    return min(found, default=None)


def _known_since(connection: Connection, instance_id: int, token: str) -> list[datetime]:
    found: list[datetime] = []
    for table, column, at in (
        (timer, timer.c.host, timer.c.anchor),
        (stop, stop.c.token, stop.c['from']),
        (subscription, subscription.c.token, subscription.c.opened_at),
    ):
        found += connection.execute(select(at).where(table.c.instance_id == instance_id, column == token)).scalars()
    return found
