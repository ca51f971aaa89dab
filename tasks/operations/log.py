"""The operator log: what people did to the office itself (items, people, windows, views of personal data), never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from tasks.tables import operator_log

if TYPE_CHECKING:
    from engine import Tx


def note(tx: Tx, action: str, target: str, reason: str = '', data: Mapping[str, Any] | None = None) -> None:
    """Append one line, in the past tense (`item.deployed`), with the transaction's actor and instant."""
    row = {'at': tx.now, 'by': tx.by.id, 'action': action, 'object': target, 'reason': reason, 'data': dict(data or {})}
    row_id = int(tx.connection.execute(insert(operator_log).returning(operator_log.c.id), row).scalar_one())
    tx.seal(operator_log, {**row, 'id': row_id})
