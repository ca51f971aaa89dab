"""Lists of cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection

from engine.identity import is_blank, mask_name
from engine.rows import Rows
from engine.worktime import Urgency
from tasks import tables as t
from tasks.cases.search import newest_first, roads
from tasks.cases.urgency import urgency_of_cases
from tasks.deadlines.time_left import Counter, columns
from tasks.paging import Page, fetch
from tasks.rights.asking import cases_for, plain_by

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True, slots=True)
class _Listed:
    case_no: str
    instance_id: int
    item: str
    item_name: str
    hall: str
    status: str
    result: str | None
    received_at: datetime
    received_by: str
    applicant_name: str
    applicant_kind: str
    plain_by: str  # the relation by which this reader sees the applicant plain


@dataclass(frozen=True)
class CaseFilter:
    """What is looked for; empty fields do not count. `words` are what a person types (`tasks.cases.search`)."""

    status: str | None = None
    item: str | None = None
    words: str = ''
    hall: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None


@dataclass(frozen=True)
class CaseRow:
    """One case on a list; time left is that of the first limit it stands under."""

    case_no: str
    item: str
    item_name: str
    applicant_name: str
    status: str
    result: str | None
    received_at: datetime
    due_at: datetime | None
    last_day: str | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    provisional: bool
    named_by: str  # the relation by which its person is named plain; empty for organisations and masked names


def cases(connection: Connection, actor: Actor, filters: CaseFilter | None = None, *, now: datetime, place: str = '') -> Page[CaseRow]:
    """The cases whose page the actor may open, newest first. Masked names are masked as there, and found by nobody."""
    wanted = t.approval_case.c
    filters = filters or CaseFilter()
    conditions = _conditions(actor, filters)
    listed = Rows(_Listed, t.approval_case, plain_by=plain_by(actor, 'case.read'))
    statement, among = listed.select(), None
    if is_blank(filters.words):
        statement = statement.where(*conditions)
    else:
        among = [road.source(conditions) for road in roads(connection, actor, filters.words)]
    page = fetch(connection, listed, statement, newest_first(wanted), place, among=among)
    return page.showing(_case_rows(connection, page.rows, now))


def _conditions(actor: Actor, filters: CaseFilter) -> list[ColumnElement[bool]]:
    wanted = t.approval_case.c
    found: list[ColumnElement[bool]] = [cases_for(actor, 'case.read')]
    if filters.status:
        found.append(wanted.status == filters.status)
    if filters.item:
        found.append(wanted.item == filters.item)
    if filters.hall:
        found.append(wanted.hall == filters.hall)
    if filters.received_from:
        found.append(wanted.received_at >= filters.received_from)
    if filters.received_before:
        found.append(wanted.received_at < filters.received_before)
    return found


def _case_rows(connection: Connection, rows: Collection[_Listed], now: datetime) -> list[CaseRow]:
    counter = Counter(connection, now)
    instances = [row.instance_id for row in rows]
    due = urgency_of_cases(connection, instances, now)
    found = []
    for row in rows:
        found.append(
            CaseRow(
                case_no=row.case_no,
                item=row.item,
                item_name=row.item_name,
                status=row.status,
                result=row.result,
                applicant_name=row.applicant_name if row.plain_by else mask_name(row.applicant_name, row.applicant_kind),
                received_at=row.received_at,
                named_by=row.plain_by if row.applicant_kind == 'person' else '',
                **columns(counter.left(row.hall, due.get(row.instance_id, Urgency()))),
            )
        )
    return found
