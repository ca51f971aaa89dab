"""What the office tells a case: events of its history, and side effects for after the commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.errors import Rejection
from engine.core.tx import Tx
from engine.timing.outbox import enqueue


def record(
    tx: Tx, instance_id: int, event: str, data: Mapping[str, Any] | None = None, *, element: str | None = None, by: str | None = None
) -> None:
    """Append an event of the office to the instance's history; past tense, e.g. `document.issued`."""
    if '.' not in event:
        raise Rejection(f'Expected an event like document.issued, but got {event!r}', '事件名称不合法')
    with tx.frame(instance_id) as frame:
        frame.record(event, data, element=element, by=by)


def publish(
    tx: Tx, topic: str, key: str, payload: Mapping[str, Any], instance_id: int | None = None, *, not_before: datetime | None = None
) -> int:
    """Order a side effect for after the commit (or `not_before`); the outbox row's id. Raises Conflict when the key was used."""
    return enqueue(tx, topic, key, payload, instance_id, not_before=not_before)
