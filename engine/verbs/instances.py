"""Instances: start, messages and signals, cancel, suspend."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from engine.core.apply import apply
from engine.core.errors import Rejection, Undeliverable
from engine.core.frame import Frame, need_active
from engine.core.rights import see_case
from engine.core.tx import Tx
from engine.core.values import plain
from engine.identity import is_blank
from engine.tables import history, process_instance, subscription
from engine.timing.outbox import Inside, Parcel
from engine.verbs.starting import Beginning, CallUp, beginning_with, start

__all__ = ['DELIVERIES', 'activate', 'cancel', 'correlate', 'signal', 'start', 'suspend']


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


def correlate(
    tx: Tx, message: str, *, business_key: str | None = None, payload: Mapping[str, Any] | None = None, sender: str | None = None
) -> int:
    """Deliver a message to every instance that waits for it (of that business key, if given); how many took it.

    When none waits, the process in force that begins with the message is started, with or without business key. `sender` is the business
    key of the case that threw it. Raises Undeliverable when there is none of either, or when several processes begin with it.
    """
    if business_key is not None or tx.by.kind == 'applicant':
        see_case(tx.by, business_key or '')
    call = CallUp('message', message, plain(payload or {}), sender, business_key)
    taken = sum(_deliver(tx, instance_id, message, call.payload) for instance_id in _waiting(tx, 'message', message, business_key))
    if taken:
        return taken
    begins = [] if tx.by.kind == 'applicant' or _known(tx, business_key) else beginning_with(tx, 'message', message)
    if len(begins) != 1:
        raise _undeliverable(call, begins)
    tx.engine.opening(tx, begins[0], call)
    return 1


def _known(tx: Tx, business_key: str | None) -> bool:
    """Whether there is an instance of this key: a message to it that it does not wait for starts no other one."""
    mine = select(process_instance.c.id).where(process_instance.c.business_key == business_key)
    return business_key is not None and tx.connection.execute(mine).first() is not None


def _undeliverable(call: CallUp, begins: list[Beginning]) -> Undeliverable:
    sent, sent_by = (f'办件 {call.sender} 发出的', f' of {call.sender}') if call.sender else ('', '')
    whom, case = (f'办件 {call.wanted}', call.wanted) if call.wanted else ('任何办件', 'any case')
    names = [begin.key for begin in begins]
    why = f'有多个流程以它开始（{"、".join(names)}），无法确定启动哪一个' if names else '也没有生效的流程以它开始'
    why_en = f'several processes begin with it ({", ".join(names)})' if names else 'none does and no process in force begins with it'
    return Undeliverable(
        f'Expected {case} to wait for the message {call.name!r}{sent_by}, but {why_en}',
        f'{sent}消息“{call.name}”无法送达：{whom}没有等待它的环节，{why}',
    )


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


def signal(tx: Tx, name: str, payload: Mapping[str, Any] | None = None, *, sender: str | None = None) -> int:
    """Broadcast a signal: how many instances caught it or were started by it (0 is no error).

    Every process in force that begins with it is started, one case each (BPMN 2.0.2 §10.5.2).
    """
    see_case(tx.by, '')
    call = CallUp('signal', name, plain(payload or {}), sender)
    caught = 0
    for instance_id in _waiting(tx, 'signal', name, None):
        with tx.frame(instance_id) as frame:
            if frame.instance.status != 'active' or not frame.run.deliver_signal(name, dict(call.payload)):
                continue
            frame.record('signal.received', {'name': name, 'payload': call.payload})
            apply(frame, frame.advance())
            caught += 1
    for beginning in beginning_with(tx, 'signal', name):
        with suppress(Undeliverable):  # what does not begin here now does not hear it
            tx.engine.opening(tx, beginning, call)
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


def _sender(tx: Tx, parcel: Parcel) -> str | None:
    """The business key of the case that threw it, from the case: what the row says is under no chain."""
    mine = select(process_instance.c.business_key).where(process_instance.c.id == parcel.instance_id)
    return tx.connection.execute(mine).scalar()


def _pass_on_message(tx: Tx, parcel: Parcel) -> None:
    _need_thrown(tx, parcel)
    body = parcel.payload
    wanted = body['payload'].get('business_key')
    correlate(tx, body['name'], business_key=wanted, payload=body['payload'], sender=_sender(tx, parcel))


def _pass_on_signal(tx: Tx, parcel: Parcel) -> None:
    _need_thrown(tx, parcel)
    signal(tx, parcel.payload['name'], parcel.payload['payload'], sender=_sender(tx, parcel))


DELIVERIES = {'engine.message': Inside(_pass_on_message), 'engine.signal': Inside(_pass_on_signal)}
"""What the outbox does with messages and signals that diagrams throw."""
