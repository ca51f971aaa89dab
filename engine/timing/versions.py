"""A queue of due work: staged versions whose instant has come."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause

from engine.core.tx import Tx
from engine.tables import process_definition
from engine.timing.sweep import Act, Picked, Queue, Swept
from engine.verbs.definitions import promote


def version_queue(act: Act) -> Queue:
    """Staged versions; `act` puts one of them into force and whatever else is to follow in the same transaction."""
    return Queue(
        'version', process_definition, process_definition.c.effective_at, _staged, act, by_instance=False, about=process_definition.c.name
    )


def _staged(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (of.c.state == 'staged',)


def _into_force(tx: Tx, picked: Picked) -> Swept:
    promote(tx, picked.due_id)
    return Swept()


VERSIONS = version_queue(_into_force)
