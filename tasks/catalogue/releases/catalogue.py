"""The catalogue follows what is in force: an entry changes at the instant its version does, not when the version was released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, func, insert, or_, select

from engine import Picked, Swept, edition_of, version_queue
from engine.rows import Rows
from engine.tables import incident, process_definition
from engine.verbs import definitions
from tasks import tables as t
from tasks.catalogue import items
from tasks.catalogue.item_toml import item_of
from tasks.operations.log import note
from tasks.people.vacant import EmptyPosts, need_people

if TYPE_CHECKING:
    from engine import Tx


@dataclass(frozen=True, slots=True)
class Behind:
    """An item whose entry is of another version than `definition_id`, the one in force."""

    code: str
    hall: str
    definition_id: int


def behind(connection: Connection, now: datetime, code: str | None = None) -> list[Behind]:
    """Items whose entry is of another version than the one in force at `now`."""
    d, item = process_definition.c, t.approval_item.c
    live = or_(d.state == 'in_force', and_(d.state == 'staged', d.effective_at <= now))
    order = func.row_number().over(partition_by=d.key, order_by=(d.effective_at.desc(), d.version.desc())).label('place')
    newest = select(d.id, d.key, order).where(live).subquery()
    rows = Rows(Behind, t.approval_item, definition_id=newest.c.id)
    query = (
        rows.select()
        .join(newest, and_(newest.c.key == item.definition_key, newest.c.place == 1))
        .where(item.definition_id.is_distinct_from(newest.c.id))
    )
    return rows.all(connection, query if code is None else query.where(item.code == code))


def follow(tx: Tx, code: str | None = None) -> list[str]:
    """Bring entries up to what is in force; the codes that changed. Safe to repeat."""
    changed = []
    for row in behind(tx.connection, tx.now, code):
        d = process_definition.c
        version = tx.connection.execute(select(d.version).where(d.id == row.definition_id)).scalar_one()
        items.enter(tx, item_of(tx.connection, row.definition_id), row.hall, row.definition_id)
        note(tx, 'item.in_force', row.code, '', {'definition': row.definition_id, 'version': version})
        changed.append(row.code)
    return changed


def _into_force(tx: Tx, picked: Picked) -> Swept:
    """A staged version comes into force, and the catalogue follows in the same transaction.

    Its instant was announced and cannot be held up: a step nobody works by then is an incident, as it would have stopped the release.
    """
    definitions.promote(tx, picked.due_id)
    follow(tx)
    try:
        need_people(tx.connection, edition_of(tx.connection, picked.due_id), tx.now)
    except EmptyPosts as empty:
        values = {
            'kind': 'posts',
            'item': picked.due_id,
            'message': str(empty.zh),
            'message_en': empty.zh.en,
            'state': 'open',
            'opened_at': tx.now,
        }
        tx.connection.execute(insert(incident), [values])
    return Swept()


VERSIONS = version_queue(_into_force)
"""Staged versions as due work; it takes the place of the engine's own queue, which knows no catalogue."""
