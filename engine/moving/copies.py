"""Copies of whole cases: the two things of a copied instance that only the engine can write, its state and its chain of hashes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.bpmn.spiff.codec import rewrite
from engine.core.history import Event, link


def rewritten_state(state: bytes, change: Callable[[str], str]) -> bytes:
    """The same state with every text of its variables changed. Raises StateUnreadable."""
    return rewrite(state, change)


def rechained(instance_id: int, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The hashes of a whole history whose rows are given in order, as `verify_history` of that instance will ask for them."""
    hashes, previous = [], ''
    for seq, row in enumerate(rows, start=1):
        at: datetime = row['at']
        happened = Event(
            instance_id=instance_id,
            business_key='',
            definition_id=0,
            definition_key='',
            event=row['event'],
            element=row['element'],
            token=row['token'],
            data=row['data'],
            at=at,
            by=row['by'],
        )
        previous = link(previous, happened, seq)
        hashes.append(previous)
    return hashes
