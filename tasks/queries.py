"""Reads of the office that several pages share; reads of one noun stand in its room.

Each takes a connection of `Engine.reading` (and the actor, where it matters who asks) and gives back frozen rows; personal data is masked
for those who do not need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from engine import NotFound
from tasks import tables as t
from tasks.cases.lists import BoardRow, CaseFilter, CaseRow, cases, supervision
from tasks.cases.page import CaseView, Explained, TaskView, case_view, documents_of, explain_case, materials_of, task_view
from tasks.cases.receipt import find_case
from tasks.catalogue.views import (
    DefinitionRow,
    DefinitionView,
    HallRow,
    ItemRow,
    ItemView,
    definition_view,
    definitions,
    hall_of,
    item_view,
    items,
)
from tasks.desk.worklist import DeskCounts, TaskRow, WindowRow, counts, windows_of, worklist
from tasks.operations.administration import IncidentRow, LogRow, TimerRow, WorkerRow, incidents, operator_log, timers, workers
from tasks.paging import Page
from tasks.rights.privacy import entitled

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True)
class DocumentView:
    """A document as it was issued; `body` is safe HTML made by the office."""

    id: int
    case_no: str
    kind: str
    number: str
    title: str
    body: str
    issued_at: datetime
    issued_by: str


def document_view(connection: Connection, actor: Actor, document_id: int) -> DocumentView:
    """A printed document. It names the applicant, so only those see it who may see the case's personal data; to others it is not there."""
    names = DocumentView.__dataclass_fields__
    row = connection.execute(select(*(t.document.c[name] for name in names)).where(t.document.c.id == document_id)).mappings().one_or_none()
    if row is None or not _may_read(connection, actor, row['case_no']):
        raise NotFound(f'Expected a document, but there is no {document_id} for {actor.id}', '没有找到该文书，或者您无权查看')
    return DocumentView(**row)


def _may_read(connection: Connection, actor: Actor, case_no: str) -> bool:
    if actor.kind == 'applicant':
        return case_no in actor.cases
    case = find_case(connection, case_no)
    return entitled(connection, actor, case) or (case['applicant_kind'] != 'person' and bool(actor.roles))


__all__ = [
    'BoardRow',
    'CaseFilter',
    'CaseRow',
    'CaseView',
    'DefinitionRow',
    'DefinitionView',
    'DeskCounts',
    'DocumentView',
    'Explained',
    'HallRow',
    'IncidentRow',
    'ItemRow',
    'ItemView',
    'LogRow',
    'Page',
    'TaskRow',
    'TaskView',
    'TimerRow',
    'WindowRow',
    'WorkerRow',
    'case_view',
    'cases',
    'counts',
    'definition_view',
    'definitions',
    'document_view',
    'documents_of',
    'explain_case',
    'hall_of',
    'incidents',
    'item_view',
    'items',
    'materials_of',
    'operator_log',
    'supervision',
    'task_view',
    'timers',
    'windows_of',
    'workers',
    'worklist',
]
