"""FEEL functions the engine itself offers: facts of the instance's own history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.core.tx import FunctionCall
from engine.tables import process_instance, user_task


def handled_by(call: FunctionCall, element: str) -> str | None:
    """Who completed the user task `element` last in this instance; null when nobody has."""
    found = call.tx.connection.execute(
        select(user_task.c.closed_by)
        .where(user_task.c.instance_id == call.instance_id, user_task.c.element == element, user_task.c.state == 'completed')
        .order_by(user_task.c.closed_at.desc(), user_task.c.id.desc())
        .limit(1)
    ).scalar()
    return None if found is None else str(found)


def first_contact(call: FunctionCall) -> str | None:
    """Who completed the first user task of this instance (首问责任); null while nobody has."""
    found = call.tx.connection.execute(
        select(user_task.c.closed_by)
        .where(user_task.c.instance_id == call.instance_id, user_task.c.state == 'completed')
        .order_by(user_task.c.closed_at, user_task.c.id)
        .limit(1)
    ).scalar()
    return None if found is None else str(found)


def received_by(call: FunctionCall) -> str:
    """Who started this instance: in a hall, who received the case (`initiator` and `$INITIATOR` of other engines)."""
    started = select(process_instance.c.started_by).where(process_instance.c.id == call.instance_id)
    return str(call.tx.connection.execute(started).scalar_one())


FUNCTIONS: Mapping[str, Callable[..., Any]] = {'handled_by': handled_by, 'first_contact': first_contact, 'received_by': received_by}
