"""Side effects after the commit: a row written with everything else, sent later by `relay`, at least once, known by its key.

A receiver that has seen a key before must do nothing: a worker that dies between sending and noting it sends again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from engine.core.actor import OUTBOX
from engine.core.database import insert_new
from engine.core.errors import Conflict
from engine.core.values import plain
from engine.tables import incident, outbox

if TYPE_CHECKING:
    from engine.core.engine import Engine
    from engine.core.tx import Tx

MAX_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Parcel:
    """One message on its way out. `key` is the idempotency key."""

    id: int
    key: str
    topic: str
    payload: Mapping[str, Any]
    instance_id: int | None
    attempts: int


Deliver = Callable[[Parcel], None]


@dataclass(frozen=True)
class Inside:
    """A delivery into this very database: done in the transaction that notes it as sent, and so exactly once."""

    work: Callable[[Tx, Parcel], None]


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: 30 seconds, doubling, at most an hour."""
    return min(_FIRST_WAIT * int(2 ** max(attempts - 1, 0)), timedelta(hours=1))


def enqueue(
    tx: Tx, topic: str, key: str, payload: Mapping[str, Any], instance_id: int | None = None, *, not_before: datetime | None = None
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


_NEXT = (
    select(outbox)
    .where(outbox.c.state == 'waiting', outbox.c.next_try <= bindparam('now'), outbox.c.id > bindparam('after'))
    .order_by(outbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def relay(engine: Engine, deliver: Mapping[str, Deliver | Inside], limit: int = 100) -> int:
    """Send what waits, oldest first, each row in its own transaction; return how many were sent.

    A topic nobody delivers stays waiting. A failure is
    tried again with growing waits; after the last one the row is dead and an incident is opened.
    """
    after, sent = 0, 0
    for _ in range(limit):
        found = _relay_one(engine, deliver, after)
        if found is None:
            break
        after, worked = found
        sent += worked
    return sent


def _relay_one(engine: Engine, deliver: Mapping[str, Deliver | Inside], after: int) -> tuple[int, bool] | None:
    parcel: Parcel | None = None
    try:
        with engine.begin(OUTBOX) as tx:
            row = tx.connection.execute(_NEXT, {'now': tx.now, 'after': after}).mappings().first()
            if row is None:
                return None
            parcel = Parcel(row['id'], row['key'], row['topic'], row['payload'], row['instance_id'], row['attempts'])
            if not _send(tx, deliver, parcel):
                return parcel.id, False
            sent = {'state': 'sent', 'sent_at': tx.now, 'attempts': parcel.attempts + 1, 'last_error': None}
            tx.connection.execute(update(outbox).where(outbox.c.id == parcel.id).values(sent))
    except Exception as error:
        if parcel is None:
            raise
        _failed(engine, parcel, error)
        return parcel.id, False
    return parcel.id, True


def _send(tx: Tx, deliver: Mapping[str, Deliver | Inside], parcel: Parcel) -> bool:
    taker = deliver.get(parcel.topic)
    if taker is None:
        return False
    if isinstance(taker, Inside):
        taker.work(tx, parcel)
    else:
        taker(parcel)
    return True


def _failed(engine: Engine, parcel: Parcel, error: Exception) -> None:
    attempts = parcel.attempts + 1
    with engine.begin(OUTBOX) as tx:
        dead = attempts >= MAX_ATTEMPTS
        state = 'dead' if dead else 'waiting'
        said = f'{type(error).__name__}: {error}'
        note(tx, parcel.id, attempts=attempts, state=state, next_try=tx.now + backoff(attempts), error=said)
        if dead:
            values = {
                'instance_id': parcel.instance_id,
                'outbox_id': parcel.id,
                'kind': 'outbox',
                'state': 'open',
                'opened_at': tx.now,
                'message': f'{parcel.topic}: {error}',
                'detail': parcel.key,
            }
            tx.connection.execute(insert(incident), [values])


def note(tx: Tx, outbox_id: int, *, attempts: int, state: str, next_try: datetime, error: str | None) -> None:
    """Write the outcome of an attempt on its row, unless it was sent meanwhile."""
    tx.connection.execute(
        update(outbox)
        .where(outbox.c.id == outbox_id, outbox.c.state != 'sent')
        .values(attempts=attempts, state=state, next_try=next_try, last_error=error)
    )
