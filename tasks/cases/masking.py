"""What identifies persons in a case, hidden for those who read it masked: 张*, 4403**********1234, 138****5678 (S-35)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from sqlalchemy import Connection

from engine import edition_of
from engine.forms import fields
from engine.identity import mask, mask_person
from tasks.cases.opinions import opinions
from tasks.rows import StoredCase


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


def without_persons(body: str, masks: Mapping[str, str]) -> str:
    """The HTML of a document in which every personal value (`masks`: value to what is shown) is hidden, wherever it stands."""
    return _replaced(body, {escape(value): escape(shown) for value, shown in masks.items()})


def hidden(data: Any, masks: Mapping[str, str]) -> Any:
    """A case's data in which every personal value is hidden, however deep it lies."""
    if isinstance(data, str):
        return _replaced(data, masks)
    if isinstance(data, Mapping):
        return {key: hidden(value, masks) for key, value in data.items()}
    return [hidden(one, masks) for one in data] if isinstance(data, list | tuple) else data


def _replaced(text: str, masks: Mapping[str, str]) -> str:
    longest_first = sorted((value for value in masks if value.strip()), key=len, reverse=True)
    if not longest_first:
        return text
    return re.sub('|'.join(map(re.escape, longest_first)), lambda found: masks[found[0]], text)
