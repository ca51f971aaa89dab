"""A printed document as somebody may read it: whole, or with what identifies people hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from engine import NotFound
from tasks import tables as t
from tasks.cases.masking import persons_of, without_persons
from tasks.cases.receipt import find_case
from tasks.rights.asking import case_reading

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True)
class DocumentView:
    """A document as it was issued; `body` is safe HTML made by the office, with what identifies a person hidden where `masked`."""

    id: int
    case_no: str
    kind: str
    number: str
    title: str
    body: str
    issued_at: datetime
    issued_by: str
    masked: bool


def document_view(connection: Connection, actor: Actor, document_id: int) -> DocumentView:
    """A printed document as this actor may read it (verb `document.read`). Raises NotFound where he may not."""
    names = [name for name in DocumentView.__dataclass_fields__ if name != 'masked']
    row = connection.execute(select(*(t.document.c[name] for name in names)).where(t.document.c.id == document_id)).mappings().one_or_none()
    how = case_reading(connection, actor, 'document.read', row['case_no']) if row else None
    if row is None or how is None:
        raise NotFound(f'Expected a document, but there is no {document_id} for {actor.id}', '没有找到该文书，或者您无权查看')
    masked, case = how == 'masked', find_case(connection, row['case_no'])
    return DocumentView(**{**row, 'body': without_persons(row['body'], persons_of(connection, case))} if masked else row, masked=masked)
