"""A case and its papers as an actor may see them: the row, documents, materials; what identifies people is masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.identity import mask_address, mask_id_no, mask_name, mask_person, mask_phone
from tasks import tables as t
from tasks.rows import CaseFields, StoredCase


@dataclass(frozen=True, slots=True)
class CaseFacts(CaseFields):
    """The case's row as this actor may see it: without what the applicant filed, which has forms of its own."""

    window_name: str


@dataclass(frozen=True)
class DocumentRow:
    """A document that was issued."""

    id: int
    kind: str
    number: str
    title: str
    issued_at: datetime
    issued_by: str


@dataclass(frozen=True)
class MaterialRow:
    """A material of the case."""

    code: str
    name: str
    required: bool
    state: str
    originals: int
    copies: int
    note: str


def facts_of(case: StoredCase, unmasked: bool, windows: Mapping[str, str]) -> CaseFacts:
    """The case's row as it is shown: personal data plain where `unmasked`."""
    values: dict[str, Any] = {name: getattr(case, name) for name in CaseFacts.__dataclass_fields__ if name != 'window_name'}
    values['window_name'] = windows.get(case.window or '', case.window or '')
    if not unmasked:
        kind = case.applicant_kind
        values |= {
            'applicant_name': mask_name(case.applicant_name, kind),
            'applicant_id_no': mask_id_no(case.applicant_id_no, kind),
            'applicant_phone': mask_phone(case.applicant_phone),
            'agent': mask_person(case.agent),
            'applicant_address': mask_address(case.applicant_address) if kind == 'person' else case.applicant_address,
        }
    return CaseFacts(**values)


def documents_of(connection: Connection, case_no: str) -> list[DocumentRow]:
    """The documents of a case in the order they were issued."""
    document = t.document.c
    statement = select(document.id, document.kind, document.number, document.title, document.issued_at, document.issued_by)
    return [DocumentRow(*row) for row in connection.execute(statement.where(document.case_no == case_no).order_by(document.id))]


def materials_of(connection: Connection, case_no: str) -> list[MaterialRow]:
    """The materials of a case in the item's order."""
    material = t.case_material.c
    names = MaterialRow.__dataclass_fields__
    statement = select(*(material[name] for name in names)).where(material.case_no == case_no).order_by(material.id)
    return [MaterialRow(*row) for row in connection.execute(statement)]
