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
from tasks.cases.board import Board, BoardFilter, BoardRow, supervision
from tasks.cases.facts import documents_of, materials_of
from tasks.cases.lists import CaseFilter, CaseRow, cases
from tasks.cases.opinions import persons_of
from tasks.cases.page import CaseView, case_view
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
from tasks.deadlines.day_by_day import Explained, explain_case
from tasks.desk.task_page import TaskView, task_view
from tasks.desk.worklist import DeskCounts, DeskFilter, DeskView, TaskRow, counts, desk_view, windows_of, worklist
from tasks.operations.administration import IncidentRow, LogFilter, LogRow, incidents, operator_log, timers
from tasks.paging import Page
from tasks.rights.privacy import reading, without_persons

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
    """A printed document as this actor may read it (`rights.privacy.reading`). Raises NotFound where he may not."""
    names = [name for name in DocumentView.__dataclass_fields__ if name != 'masked']
    row = connection.execute(select(*(t.document.c[name] for name in names)).where(t.document.c.id == document_id)).mappings().one_or_none()
    case = find_case(connection, row['case_no']) if row else None
    how = reading(connection, actor, case) if case else None
    if row is None or case is None or how is None:
        raise NotFound(f'Expected a document, but there is no {document_id} for {actor.id}', '没有找到该文书，或者您无权查看')
    masked = how == 'masked'
    return DocumentView(**{**row, 'body': without_persons(row['body'], persons_of(connection, case))} if masked else row, masked=masked)


__all__ = [
    'Board',
    'BoardFilter',
    'BoardRow',
    'CaseFilter',
    'CaseRow',
    'CaseView',
    'DefinitionRow',
    'DefinitionView',
    'DeskCounts',
    'DeskFilter',
    'DeskView',
    'DocumentView',
    'Explained',
    'HallRow',
    'IncidentRow',
    'ItemRow',
    'ItemView',
    'LogFilter',
    'LogRow',
    'Page',
    'TaskRow',
    'TaskView',
    'case_view',
    'cases',
    'counts',
    'definition_view',
    'definitions',
    'desk_view',
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
    'worklist',
]
