"""The rows of an instance when it changes its version: kept as they were, carried over by token and element, and put back when reverted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from engine.bpmn.moving import RESTART, Relocation
from engine.core.assignment import Assignment
from engine.core.frame import Frame
from engine.core.groups import set_groups
from engine.core.values import plain
from engine.tables import Instant, clock, incident, metadata, process_instance, stop, subscription, timer, user_task

KEPT = (user_task, timer, subscription, stop, clock, incident)
"""What an instance has rows in, apart from its history, which is only ever added to."""

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

_OPEN_TASKS = (
    select(user_task).where(user_task.c.instance_id == bindparam('instance'), user_task.c.state == 'open').order_by(user_task.c.id)
)
_WAITING = select(timer).where(timer.c.instance_id == bindparam('instance'), timer.c.state.in_(['armed', 'stopped', 'dead']))


def snapshot(connection: Connection, instance_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of the instance as plain JSON."""
    found = {}
    for table in KEPT:
        rows = connection.execute(select(table).where(table.c.instance_id == instance_id).order_by(table.c.id)).mappings()
        found[table.name] = [plain(dict(row)) for row in rows]
    return found


def open_tasks(frame: Frame) -> list[RowMapping]:
    """The open user tasks, oldest first."""
    return list(frame.tx.connection.execute(_OPEN_TASKS, {'instance': frame.instance.id}).mappings())


def waiting_timers(frame: Frame) -> list[RowMapping]:
    """The timers that wait or are dead."""
    return list(frame.tx.connection.execute(_WAITING, {'instance': frame.instance.id}).mappings())


def carry_over(frame: Frame, found: Relocation, mapping: Mapping[str, str]) -> None:
    """Give the rows their new elements, and what the new version says of them. `frame` is on the new definition already.

    Rows of steps that are done follow the mapping too: four eyes and `handled_by` ask for elements by their present ids.
    """
    connection, instance_id = frame.tx.connection, frame.instance.id
    for table in (user_task, stop, incident, timer, subscription):
        rows = connection.execute(select(table.c.id, table.c.token, table.c.element).where(table.c.instance_id == instance_id)).all()
        for row in rows:
            placed = found.placements.get(row.token)
            new = placed.new.id if placed else mapping.get(row.element, row.element)
            if new != row.element:
                connection.execute(update(table).where(table.c.id == row.id).values(element=new))
    _tasks(frame, found)
    _timers(frame, found)
    _subscriptions(frame, found)


def _tasks(frame: Frame, found: Relocation) -> None:
    for row in open_tasks(frame):
        placed = found.placements.get(row['token'])
        if placed is None:
            continue
        groups, assignee = assigned(frame, found, row, frame.definition.assignment(placed.new.id))
        says = frame.definition.assignment(placed.new.id)
        values: dict[str, Any] = {
            'name': (placed.new.name or placed.new.id)[:200],
            'form_ref': says.form_ref,
            'signers': says.signers,
            'not_by': list(says.not_by),
            'priority': says.priority,
            'lock_version': row['lock_version'] + 1,
        }
        if groups != row['candidate_groups']:
            set_groups(frame.tx.connection, row['id'], groups)
            values |= {
                'candidate_groups': groups,
                'group_key': (groups[0] if groups else '')[:100],
                'assignee': assignee,
                'claimed_at': frame.tx.now if assignee else None,
            }
        frame.tx.connection.execute(update(user_task).where(user_task.c.id == row['id']).values(values))


def assigned(frame: Frame, found: Relocation, row: RowMapping, says: Assignment) -> tuple[list[str], str | None]:
    """Windows and assignee of an open task as `says` has them. Raises Rejection when an expression has no value."""
    if found.run is None:
        raise AssertionError('Expected a case that can be moved')
    variables = found.run.variables_of(row['token'])
    return (
        says.groups_for(variables, frame.host.functions, frame.tx.now),
        says.assignee_for(variables, frame.host.functions, frame.tx.now),
    )


def _timers(frame: Frame, found: Relocation) -> None:
    for row in waiting_timers(frame):
        placed = found.placements.get(row['token'])
        if placed is None:
            continue
        values: dict[str, Any] = {
            'attached_to': placed.new.attached_to,
            'on_expiry': placed.new.said.on_expiry,
            'interrupting': placed.new.kind in ('boundaryEvent', 'startEvent') and placed.new.interrupting,
        }
        if placed.limit is not None:
            event = placed.new.event
            values |= {'limit': placed.limit[:200], 'state': 'armed', 'attempts': 0, 'next_try': None, 'last_error': None}
            values |= {'timer_type': event.timer_type} if event is not None and event.timer_type else {}
            values |= {'anchor': frame.tx.now, 'occurrence': 1} if placed.choice == RESTART else {}
        frame.tx.connection.execute(update(timer).where(timer.c.id == row['id']).values(values))


def _subscriptions(frame: Frame, found: Relocation) -> None:
    rows = frame.tx.connection.execute(select(subscription).where(subscription.c.instance_id == frame.instance.id)).mappings().all()
    for row in rows:
        name = found.names.get(row['token'])
        if name is not None and name[:200] != row['name']:
            frame.tx.connection.execute(update(subscription).where(subscription.c.id == row['id']).values(name=name[:200]))


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
            connection.execute(update(table).where(table.c.id == row_id).values(values))
            if table is user_task:
                set_groups(connection, row_id, values['candidate_groups'])
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
    connection.execute(update(table).where(table.c.id == row_id).values(closing[table.name]))


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
