"""What earlier steps found: every completed user task with its form as it was filled in. A decider reads it before deciding (S-67)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import Edition, edition_of, read
from engine.forms import Form, fields
from engine.identity import mask, mask_person
from tasks.rows import StoredCase


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


def persons_of(connection: Connection, case: StoredCase) -> dict[str, str]:
    """What identifies persons in a case, and what is shown instead: applicant, agent, and whatever a form calls personal."""
    own = {'name': case.applicant_name, 'id_no': case.applicant_id_no, 'phone': case.applicant_phone, 'address': case.applicant_address}
    found = _masks(own, mask_person(own, case.applicant_kind))
    found |= _masks(case.agent, mask_person(case.agent))
    for one in opinions(connection, case.instance_id, edition_of(connection, case.definition_id)):
        for field in fields(one.form) if one.form else ():
            value = one.data.get(field.key)
            if field.personal and isinstance(value, str):
                found[value] = mask(field.personal, value)
    return found


def _masks(plain: Mapping[str, Any] | None, masked: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(value): str((masked or {})[name]) for name, value in (plain or {}).items() if value and value != (masked or {})[name]}
