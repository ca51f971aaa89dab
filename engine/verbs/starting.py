"""Starting an instance: at once by whoever has an application, or by a message, a signal or a timer that a process begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, or_, select

from engine.bpmn.people import initiators
from engine.core.apply import apply
from engine.core.database import insert_new
from engine.core.definitions import Definition
from engine.core.errors import Conflict
from engine.core.frame import STATE_SCHEMA
from engine.core.locking import Instance
from engine.core.tx import Tx
from engine.core.values import plain
from engine.core.widths import BUSINESS_KEY, fitting
from engine.tables import process_definition, process_instance
from engine.verbs.definitions import in_force


@dataclass(frozen=True)
class CallUp:
    """What happened that a process begins with: its kind (message, signal, timer), its name, and what it brought.

    `sender` is the business key of the case that threw it, `wanted` the one it was thrown at; None where there is none.
    """

    kind: str
    name: str
    payload: Mapping[str, Any]
    sender: str | None = None
    wanted: str | None = None

    def told(self) -> dict[str, Any]:
        """As it stands in the history of the case it started; the payload is among the case's variables."""
        return {'kind': self.kind, 'name': self.name, 'sender': self.sender}


@dataclass(frozen=True)
class Beginning:
    """A start event of a definition in force that waits for something."""

    definition_id: int
    key: str
    element: str


def start(
    tx: Tx,
    definition: str | int,
    *,
    business_key: str,
    variables: Mapping[str, Any] | None = None,
    hall: str = '',
    start_event: str | None = None,
    created: Callable[[int], None] | None = None,
    call: CallUp | None = None,
) -> int:
    """Start an instance of the version in force (by key) or of one definition (by id); the instance's id.

    `created` is called with the id before the first step, so that the caller's own rows exist when listeners and handlers run. `call` is
    what started it where nobody did.
    Raises Conflict when the business key is taken, NotFound when nothing is in force.
    """
    definition_id = definition if isinstance(definition, int) else in_force(tx.connection, definition, tx.now)
    found = tx.engine.definitions.get(tx.connection, definition_id)
    data = {**_receiver(tx, found), **plain(variables or {})}
    instance = _insert(tx, definition_id, business_key, hall)
    if created is not None:
        created(instance.id)
    with tx.frame(instance.id) as frame:
        told = {'definition': found.key, 'version': found.version, 'variables': data}
        frame.record('process_instance.started', told | ({'call': call.told()} if call else {}))
        frame.begin(data, start_event)
        apply(frame, frame.advance())
    return instance.id


def _receiver(tx: Tx, definition: Definition) -> dict[str, str]:
    """Who starts the case, in the variables its start events name (`initiator`); the software itself receives no case."""
    return {} if tx.by.system else dict.fromkeys(initiators(definition.program.diagram), tx.by.id)


def _insert(tx: Tx, definition_id: int, business_key: str, hall: str) -> Instance:
    fitting(business_key, BUSINESS_KEY, 'a business key', '办件编号')
    values = {
        'definition_id': definition_id,
        'business_key': business_key,
        'status': 'active',
        'state': b'',
        'state_schema': STATE_SCHEMA,
        'hall': hall,
        'started_by': tx.by.id,
        'started_at': tx.now,
        'touched_by': tx.by.id,
        'touched_at': tx.now,
    }
    statement = insert_new(tx.connection, process_instance, process_instance.c.business_key).returning(process_instance.c.id)
    instance_id = tx.connection.execute(statement, values).scalar()
    if instance_id is None:
        raise _taken(tx, business_key)
    instance = Instance(
        id=instance_id,
        definition_id=definition_id,
        business_key=business_key,
        status='active',
        state=b'',
        lock_version=0,
        result=None,
        hall=hall,
        ended_at=None,
        touched_by=tx.by.id,
        touched_at=tx.now,
        last_hash='',
        history_length=0,
    )
    tx.adopt(instance)
    return instance


def _taken(tx: Tx, business_key: str) -> Conflict:
    row = tx.connection.execute(
        select(process_instance.c.started_by, process_instance.c.started_at).where(process_instance.c.business_key == business_key)
    ).one()
    return Conflict(
        f'Expected a new business key, but {row.started_by} started {business_key} at {row.started_at}',
        f'编号 {business_key} 已存在',
        who=row.started_by,
        when=row.started_at,
    )


def beginning_with(tx: Tx, kind: str, name: str) -> list[Beginning]:
    """Where the processes in force now begin with this message or signal (BPMN 2.0.2 §10.5.2), in the order of their keys."""
    t = process_definition.c
    at = or_(t.state == 'in_force', and_(t.state == 'staged', t.effective_at <= tx.now))
    newest: dict[str, int] = {}
    for row in tx.connection.execute(select(t.id, t.key).where(at).order_by(t.key, t.effective_at.desc(), t.version.desc())):
        newest.setdefault(row.key, row.id)
    return [
        Beginning(definition_id, key, element.id)
        for key, definition_id in newest.items()
        for element in tx.engine.definitions.get(tx.connection, definition_id).program.starts
        if any(event.kind == kind and event.name == name for event in element.events)
    ]


def open_plainly(tx: Tx, beginning: Beginning, call: CallUp) -> int:
    """Start what begins with a call where no office has cases of its own: under the key that was wanted, else a new one."""
    key = call.wanted or f'{beginning.key}-{uuid4().hex[:12]}'
    hall = select(process_instance.c.hall).where(process_instance.c.business_key == call.sender)
    return start(
        tx,
        beginning.definition_id,
        business_key=key,
        variables=call.payload,
        hall=tx.connection.execute(hall).scalar() or '',
        start_event=beginning.element,
        call=call,
    )
