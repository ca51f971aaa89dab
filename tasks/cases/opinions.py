"""What earlier steps found: every completed user task with its form as it was filled in. A decider reads it before deciding (S-67)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import Edition, read
from engine.forms import Form
from engine.rows import StoredEvent


@dataclass(frozen=True)
class Opinion:
    """One completed step. With several signers every signature is an opinion of its own.

    `data` is what was answered. `known` is what the case knew before, under names that the form does not ask for: its choices and
    conditions may depend on it.
    """

    element: str
    step: str
    who: str
    at: datetime
    form: Form | None
    data: Mapping[str, Any]
    known: Mapping[str, Any] = field(default_factory=dict)


def opinions(connection: Connection, instance_id: int, edition: Edition) -> Sequence[Opinion]:
    """The completed steps of a case, first to last; the caller decides whether these eyes may see them."""
    known: dict[str, Any] = {}
    found = []
    for event in read.events(connection, instance_id):
        if event.event in ('user_task.signed', 'user_task.completed'):
            found.append(_opinion(event, edition, known))
        known.update(event.data.get('variables') or {})
    return found


def _opinion(event: StoredEvent, edition: Edition, known: Mapping[str, Any]) -> Opinion:
    element, form = str(event.element), edition.form(str(event.element))
    asked = {path[0] for component, path in form.walk() if path} if form else set()
    before = {name: value for name, value in known.items() if name not in asked}
    return Opinion(
        element, edition.name_of(element), event.data.get('name') or '', event.at, form, data=event.data['variables'], known=before
    )
