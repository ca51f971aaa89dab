"""Instances: start, messages and signals, cancel, suspend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.core.apply import apply
from engine.core.database import insert_new
from engine.core.errors import Conflict, Rejection
from engine.core.frame import STATE_SCHEMA, Frame, need_active
from engine.core.locking import Instance
from engine.core.rights import see_case
from engine.core.tx import Tx
from engine.core.values import plain
from engine.core.widths import BUSINESS_KEY, fitting
from engine.identity import is_blank
from engine.tables import history, process_definition, process_instance, subscription
from engine.timing.outbox import Inside, Parcel
from engine.verbs.definitions import in_force


def start(
    tx: Tx,
    definition: str | int,
    *,
    business_key: str,
    variables: Mapping[str, Any] | None = None,
    hall: str = '',
    start_event: str | None = None,
    created: Callable[[int], None] | None = None,
) -> int:
    """Start an instance of the version in force (by key) or of one definition (by id); the instance's id.

    `created` is called with the id before the first step, so that the caller's own rows exist when listeners and handlers run.
    Raises Conflict when the business key is taken, NotFound when nothing is in force.
    """
    definition_id = definition if isinstance(definition, int) else in_force(tx.connection, definition, tx.now)
    found = tx.engine.definitions.get(tx.connection, definition_id)
    data = plain(variables or {})
    instance = _insert(tx, definition_id, business_key, hall)
    if created is not None:
        created(instance.id)
    with tx.frame(instance.id) as frame:
        frame.record('process_instance.started', {'definition': found.key, 'version': found.version, 'variables': data})
        frame.begin(data, start_event)
        apply(frame, frame.advance())
    return instance.id


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


def _waiting(tx: Tx, kind: str, name: str, business_key: str | None) -> list[int]:
    """The instances with such a subscription, in id order: locks are taken in one order everywhere."""
    query = (
        select(subscription.c.instance_id)
        .join(process_instance, process_instance.c.id == subscription.c.instance_id)
        .where(subscription.c.kind == kind, subscription.c.name == name, process_instance.c.status == 'active')
        .distinct()
        .order_by(subscription.c.instance_id)
    )
    if business_key is not None:
        query = query.where(process_instance.c.business_key == business_key)
    return list(tx.connection.execute(query).scalars())


def correlate(tx: Tx, message: str, *, business_key: str | None = None, payload: Mapping[str, Any] | None = None) -> int:
    """Deliver a message to every instance that waits for it (of that business key, if given); how many took it.

    When none waits, a definition in force that begins with the message is started under that business key. Raises Rejection when
    there is none of either.
    """
    if business_key is not None or tx.by.kind == 'applicant':
        see_case(tx.by, business_key or '')
    data = plain(payload or {})
    taken = sum(_deliver(tx, instance_id, message, data) for instance_id in _waiting(tx, 'message', message, business_key))
    if not taken and business_key is not None and tx.by.kind != 'applicant':
        taken = _start_by(tx, message, business_key, data)
    if not taken:
        whom = business_key or 'any case'
        raise Rejection(f'Expected {whom} to wait for the message {message!r}, but none does', f'当前没有等待“{message}”的环节')
    return taken


def _start_by(tx: Tx, message: str, business_key: str, data: Mapping[str, Any]) -> int:
    """Start the definitions in force that begin with this message (BPMN 2.0.2 §10.5.2); how many."""
    t = process_definition
    started = 0
    for definition_id in tx.connection.execute(select(t.c.id).where(t.c.state == 'in_force').order_by(t.c.id)).scalars().all():
        program = tx.engine.definitions.get(tx.connection, definition_id).program
        main = program.diagram.main
        for element in program.diagram.inside(main.id) if main else ():
            event = element.event
            if element.kind == 'startEvent' and event and event.kind == 'message' and event.name == message:
                start(tx, definition_id, business_key=business_key, variables=data, start_event=element.id)
                started += 1
    return started


def _deliver(tx: Tx, instance_id: int, message: str, data: Mapping[str, Any]) -> bool:
    """Give the message to the first token that waits for it; False when the wait ended before the lock was granted."""
    with tx.frame(instance_id) as frame:
        row = tx.connection.execute(
            select(subscription.c.token, subscription.c.element)
            .where(subscription.c.instance_id == instance_id, subscription.c.kind == 'message', subscription.c.name == message)
            .order_by(subscription.c.id)
            .limit(1)
        ).first()
        if row is None or frame.instance.status != 'active':
            return False
        frame.record('message.received', {'name': message, 'payload': data}, element=row.element, token=row.token)
        frame.run.deliver(row.token, dict(data))
        apply(frame, frame.advance())
    return True


def signal(tx: Tx, name: str, payload: Mapping[str, Any] | None = None) -> int:
    """Broadcast a signal; how many instances caught it (0 is no error)."""
    see_case(tx.by, '')
    data = plain(payload or {})
    caught = 0
    for instance_id in _waiting(tx, 'signal', name, None):
        with tx.frame(instance_id) as frame:
            if frame.instance.status != 'active' or not frame.run.deliver_signal(name, dict(data)):
                continue
            frame.record('signal.received', {'name': name, 'payload': data})
            apply(frame, frame.advance())
            caught += 1
    return caught


def cancel(tx: Tx, instance_id: int, reason: str) -> None:
    """End an instance now, whatever it waits for (right `instance.hold`)."""
    tx.need('instance.hold', instance_id=instance_id)
    _need_reason(reason)
    with tx.frame(instance_id) as frame:
        if frame.instance.ended_at is not None:
            need_active(frame.instance)
        frame.record('process_instance.cancelled', {'reason': reason})
        frame.run.cancel()
        apply(frame, frame.advance())


def suspend(tx: Tx, instance_id: int, reason: str) -> None:
    """Let nothing happen to an instance until it is activated; its clocks run on (right `instance.hold`)."""
    tx.need('instance.hold', instance_id=instance_id)
    _need_reason(reason)
    with tx.frame(instance_id, active=True) as frame:
        _set_status(frame, 'suspended', reason)


def activate(tx: Tx, instance_id: int, reason: str) -> None:
    """End a suspension (right `instance.hold`); timers missed meanwhile fire at the next tick."""
    tx.need('instance.hold', instance_id=instance_id)
    with tx.frame(instance_id) as frame:
        if frame.instance.status != 'suspended':
            raise Rejection(f'Expected a suspended instance, but it is {frame.instance.status}', '办件未挂起')
        _set_status(frame, 'active', reason)


def _set_status(frame: Frame, status: str, reason: str) -> None:
    frame.instance.status = status
    frame.record('process_instance.suspended' if status == 'suspended' else 'process_instance.activated', {'reason': reason})


def _need_reason(reason: str) -> None:
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')


def _need_thrown(tx: Tx, parcel: Parcel) -> None:
    """Raises Rejection unless the case that is said to send this has thrown it: the row alone is under no chain."""
    kind, body = parcel.topic.removeprefix('engine.'), parcel.payload
    thrown = select(history.c.data).where(history.c.instance_id == parcel.instance_id, history.c.event == f'{kind}.thrown')
    for data in tx.connection.execute(thrown).scalars():
        if (data['name'], data['payload']) == (body['name'], body['payload']):
            return
    raise Rejection(f'Expected a {kind} that a case has thrown, but none has thrown {parcel.key!r}', '没有办件发出过该消息，未投递')


def _pass_on_message(tx: Tx, parcel: Parcel) -> None:
    _need_thrown(tx, parcel)
    body = parcel.payload
    correlate(tx, body['name'], business_key=body['payload'].get('business_key'), payload=body['payload'])


def _pass_on_signal(tx: Tx, parcel: Parcel) -> None:
    _need_thrown(tx, parcel)
    signal(tx, parcel.payload['name'], parcel.payload['payload'])


DELIVERIES = {'engine.message': Inside(_pass_on_message), 'engine.signal': Inside(_pass_on_signal)}
"""What the outbox does with messages and signals that diagrams throw."""
