"""What earlier steps found: every completed user task with its form as it was filled in. A decider reads it before deciding (S-67)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import Edition, read
from engine.forms import Form


@dataclass(frozen=True)
class Opinion:
    """One completed step. With several signers every signature is an opinion of its own."""

    element: str
    step: str
    who: str
    at: datetime
    form: Form | None
    data: Mapping[str, Any]


def opinions(connection: Connection, instance_id: int, edition: Edition) -> Sequence[Opinion]:
    """The completed steps of a case, first to last; the caller decides whether these eyes may see them."""
    return [
        Opinion(
            str(event.element),
            edition.name_of(event.element),
            event.data.get('name') or '',
            event.at,
            edition.form(str(event.element)),
            event.data['variables'],
        )
        for event in read.events(connection, instance_id)
        if event.event in ('user_task.signed', 'user_task.completed')
    ]
