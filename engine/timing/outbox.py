"""Side effects after the commit: a row written with everything else, sent later by the sweep, at least once, known by its key.

A receiver that has seen a key before must do nothing: a worker that dies between sending and noting it sends again.

What leaves this database is sent while no transaction is open: the row is claimed for a while, sent, and noted. A receiver that is slow
holds up nobody's writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, update

from engine.core.actor import OUTBOX
from engine.core.database import insert_new
from engine.core.errors import Conflict
from engine.core.ground import Transaction
from engine.core.tx import Tx
from engine.core.values import plain
from engine.rows import Rows
from engine.tables import outbox
from engine.timing.sweep import Picked, Queue, Swept


@dataclass(frozen=True)
class Parcel:
    """One message on its way out. `key` is the idempotency key."""

    id: int
    key: str
    topic: str
    payload: Mapping[str, Any]
    instance_id: int | None
    attempts: int


PARCELS = Rows(Parcel, outbox)
Deliver = Callable[[Parcel], None]
"""Sends a message out of this database; it bounds its own time, far below CLAIMED."""
CLAIMED = timedelta(minutes=5)
"""How long a message belongs to the worker that is sending it: if he dies, it is sent again then."""


@dataclass(frozen=True)
class Inside:
    """A delivery into this very database: done in the transaction that notes it as sent, and so exactly once."""

    work: Callable[[Tx, Parcel], None]


def enqueue(
    tx: Transaction, topic: str, key: str, payload: Mapping[str, Any], instance_id: int | None = None, *, not_before: datetime | None = None
) -> int:
    """Write one outbox row, to be sent now or `not_before`. Raises Conflict when the key is taken: the same effect must not be ordered
    twice."""
    values = {
        'instance_id': instance_id,
        'key': key,
        'topic': topic,
        'payload': plain(payload),
        'state': 'waiting',
        'next_try': not_before or tx.now,
        'created_at': tx.now,
    }
    found = tx.connection.execute(insert_new(tx.connection, outbox, outbox.c.key).returning(outbox.c.id), values).scalar()
    if found is None:
        raise Conflict(f'Expected a new outbox key, but {key!r} was used', f'发送键 {key} 已使用')
    return int(found)


def outbox_queue(deliver: Mapping[str, Deliver | Inside]) -> Queue:
    """What the outbox holds, for these takers; a topic nobody takes stays waiting."""

    def waiting(of: FromClause) -> tuple[ColumnElement[bool], ...]:
        return of.c.state == 'waiting', of.c.topic.in_(sorted(deliver))

    def send(tx: Tx, picked: Picked) -> Swept | None:
        parcel = PARCELS.of(tx.connection.execute(PARCELS.select().where(outbox.c.id == picked.due_id)).one())
        taker = deliver[parcel.topic]
        if isinstance(taker, Inside):
            taker.work(tx, parcel)
            _sent(tx, parcel)
            return Swept()
        tx.connection.execute(update(outbox).where(outbox.c.id == parcel.id).values(next_try=tx.now + CLAIMED))

        def outside() -> Callable[[Tx], None]:
            taker(parcel)
            return lambda later: _sent(later, parcel)

        return Swept(outside=outside)

    return Queue(
        name='outbox',
        table=outbox,
        when=outbox.c.next_try,
        due=waiting,
        act=send,
        unclaim=_unclaim,
        give_up=_give_up,
        revive=_revive,
        by_instance=False,
        by=OUTBOX,
        about=outbox.c.key,
    )


def _sent(tx: Tx, parcel: Parcel) -> None:
    sent = {'state': 'sent', 'sent_at': tx.now, 'attempts': parcel.attempts + 1, 'last_error': None}
    tx.connection.execute(update(outbox).where(outbox.c.id == parcel.id, outbox.c.state == 'waiting').values(sent))


def _unclaim(tx: Tx, outbox_id: int) -> None:
    tx.connection.execute(update(outbox).where(outbox.c.id == outbox_id, outbox.c.state == 'waiting').values(next_try=tx.now))


def _give_up(tx: Tx, outbox_id: int, _message: str) -> None:
    tx.connection.execute(update(outbox).where(outbox.c.id == outbox_id).values(state='dead'))


def _revive(tx: Tx, outbox_id: int) -> None:
    tx.connection.execute(update(outbox).where(outbox.c.id == outbox_id, outbox.c.state == 'dead').values(state='waiting'))
