"""The append-only history of an instance: each row carries SHA-256 over its canonical text and the hash before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.core.values import canonical, instant_text
from engine.tables import history, process_instance


@dataclass(frozen=True)
class Event:
    """Something that happened to an instance, in the past tense: what listeners are told and what a history row says."""

    instance_id: int
    business_key: str
    definition_id: int
    definition_key: str
    event: str
    element: str | None
    token: str | None
    data: Mapping[str, Any]
    at: datetime
    by: str


@dataclass(frozen=True)
class Verified:
    """The outcome of checking a chain. `seq` is the first row that does not fit, None when all do."""

    instance_id: int
    rows: int
    seq: int | None = None
    why: str = ''

    @property
    def intact(self) -> bool:
        """Whether nothing was changed, removed or inserted."""
        return self.seq is None


def link(previous: str, happened: Event, seq: int) -> str:
    """The hash of one row of the chain."""
    facts = [
        previous,
        happened.instance_id,
        seq,
        instant_text(happened.at),
        happened.by,
        happened.event,
        happened.element,
        happened.token,
        happened.data,
    ]
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def rows_for(events: list[Event], previous: str, length: int) -> list[dict[str, Any]]:
    """Rows for the table, chained on to a history of `length` rows whose head is `previous`."""
    rows = []
    for seq, happened in enumerate(events, start=length + 1):
        previous = link(previous, happened, seq)
        rows.append(
            {
                'instance_id': happened.instance_id,
                'seq': seq,
                'at': happened.at,
                'by': happened.by,
                'event': happened.event,
                'element': happened.element,
                'token': happened.token,
                'data': happened.data,
                'hash': previous,
            }
        )
    return rows


_ROWS = select(history).order_by(history.c.seq)


def verify_history(connection: Connection, instance_id: int) -> Verified:
    """Recompute the chain of one instance and compare it with the rows and with the head the instance keeps."""
    head = connection.execute(
        select(process_instance.c.last_hash, process_instance.c.history_length).where(process_instance.c.id == instance_id)
    ).one()
    previous, seq = '', 0
    for row in connection.execute(_ROWS.where(history.c.instance_id == instance_id)).mappings():
        seq += 1
        happened = Event(
            instance_id=instance_id,
            business_key='',
            definition_id=0,
            definition_key='',
            event=row['event'],
            element=row['element'],
            token=row['token'],
            data=row['data'],
            at=row['at'],
            by=row['by'],
        )
        if row['seq'] != seq:
            return Verified(instance_id, seq, seq, f'expected row {seq}, but found row {row["seq"]}')
        previous = link(previous, happened, seq)
        if row['hash'] != previous:
            return Verified(instance_id, seq, seq, 'the row does not match its hash')
    if (previous, seq) != (head.last_hash, head.history_length):
        return Verified(instance_id, seq, seq + 1, f'expected {head.history_length} rows, but found {seq} or another head')
    return Verified(instance_id, seq)
