"""Searching cases, and the supervisor's board of promises broken or about to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, RowMapping, case, false, func, or_, select

from engine import limit_of
from engine.identity import is_blank, mask_name
from engine.tables import clock, user_task
from engine.worktime import Urgency
from tasks import tables as t
from tasks.cases.search import newest_first, roads
from tasks.cases.urgency import urgency_of_cases
from tasks.deadlines.time_left import Counter, TimeLeft, columns, urgency_of_clock
from tasks.desk.verbs import windows_named
from tasks.marks.rules import of_clock
from tasks.marks.tables import mark
from tasks.paging import Page, fetch
from tasks.rights.privacy import worked_instances
from tasks.rights.roles import decides, need_role

if TYPE_CHECKING:
    from engine import Actor

MAX_BOARD = 500
_LISTED = (
    'case_no',
    'instance_id',
    'item',
    'item_name',
    'hall',
    'status',
    'result',
    'received_at',
    'received_by',
    'applicant_name',
    'applicant_kind',
)
_PROMISES = ('promise', 'notify', 'delivery', 'statutory')


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


@dataclass(frozen=True)
class BoardRow:
    """A limit that is broken or nearly, with its mark: the one raised for it (`issued`), else the one it would get (domain §8b)."""

    case_no: str
    item_name: str
    clock: str
    due_at: datetime | None
    last_day: str | None
    left: int | None
    unit: str | None
    colour: str
    window: str
    window_name: str
    assignee: str | None
    assignee_name: str
    mark: str
    issued: int | None = None  # the mark that was raised for this limit already


def cases(connection: Connection, actor: Actor, filters: CaseFilter | None = None, *, now: datetime, place: str = '') -> Page[CaseRow]:
    """Cases, newest first. Names of people are masked unless the actor works or worked the case; nobody finds others by name."""
    wanted = t.approval_case.c
    filters = filters or CaseFilter()
    conditions = _conditions(actor, filters)
    statement, among = select(*(wanted[column] for column in _LISTED)), None
    if is_blank(filters.words):
        statement = statement.where(*conditions)
    else:
        among = [road.source(conditions) for road in roads(connection, actor, filters.words)]
    page = fetch(connection, statement, newest_first(wanted), place, among=among)
    return page.showing(_case_rows(connection, actor, page.rows, now))


def _conditions(actor: Actor, filters: CaseFilter) -> list[ColumnElement[bool]]:
    wanted = t.approval_case.c
    found: list[ColumnElement[bool]] = []
    if actor.kind == 'applicant':
        found.append(wanted.case_no.in_(actor.cases) if actor.cases else false())
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


def _case_rows(connection: Connection, actor: Actor, rows: Collection[RowMapping], now: datetime) -> list[CaseRow]:
    counter = Counter(connection, now)
    instances = [row['instance_id'] for row in rows]
    due = urgency_of_cases(connection, instances, now)
    all_plain = actor.kind in ('system', 'applicant') or ('clerk' in actor.roles and decides(connection, actor))
    worked = set() if all_plain else worked_instances(connection, actor, instances)
    found = []
    for row in rows:
        plain = all_plain or row['instance_id'] in worked or ('clerk' in actor.roles and row['received_by'] == actor.id)
        found.append(
            CaseRow(
                case_no=row['case_no'],
                item=row['item'],
                item_name=row['item_name'],
                status=row['status'],
                result=row['result'],
                applicant_name=row['applicant_name'] if plain else mask_name(row['applicant_name'], row['applicant_kind']),
                received_at=row['received_at'],
                **columns(counter.left(row['hall'], due.get(row['instance_id'], Urgency()))),
            )
        )
    return found


def supervision(connection: Connection, actor: Actor, now: datetime) -> list[BoardRow]:
    """Limits of open cases that are broken or amber, the worst first. A case whose statutory limit is broken is shown once, red."""
    need_role(actor, 'supervisor', 'administrator')
    order = case({name: place for place, name in enumerate(_PROMISES)}, value=clock.c.name, else_=len(_PROMISES))
    statement = (
        select(
            clock.c.instance_id,
            clock.c.name,
            clock.c.limit,
            clock.c.due_at,
            clock.c.amber_at,
            t.approval_case.c.case_no,
            t.approval_case.c.item_name,
            t.approval_case.c.hall,
        )
        .join(t.approval_case, t.approval_case.c.instance_id == clock.c.instance_id)
        .where(clock.c.state.in_(('running', 'breached')), clock.c.met_at.is_(None), or_(clock.c.due_at <= now, clock.c.amber_at <= now))
        .order_by(clock.c.due_at, order)
        .limit(MAX_BOARD)
    )
    counter = Counter(connection, now)
    worst: dict[int, tuple[RowMapping, TimeLeft]] = {}
    for row in connection.execute(statement).mappings():
        left = counter.left(row['hall'], urgency_of_clock(row))
        known = worst.get(row['instance_id'])
        if known is None or (row['name'] == 'statutory' and left.colour == 'red'):
            worst[row['instance_id']] = (row, left)
    return _board_rows(connection, worst)


def _board_rows(connection: Connection, worst: Mapping[int, tuple[RowMapping, TimeLeft]]) -> list[BoardRow]:
    names, held = windows_named(connection), _where_they_are(connection, list(worst))
    marks = _issued(connection, list(worst))
    found = []
    for instance_id, (row, left) in worst.items():
        window, assignee, assignee_name = held.get(instance_id, ('', None, ''))
        colour = of_clock(row['name'], limit_of(row['limit']))[1] if left.colour == 'red' else 'amber'
        found.append(
            BoardRow(
                case_no=row['case_no'],
                item_name=row['item_name'],
                clock=row['name'],
                due_at=left.due_at,
                last_day=left.last_day,
                left=left.left,
                unit=left.unit,
                colour=left.colour,
                window=window,
                window_name=names.get(window, window),
                assignee=assignee,
                assignee_name=assignee_name,
                mark=colour,
                issued=marks.get((instance_id, f'clock:{row["name"]}', colour)),
            )
        )
    return found


def _issued(connection: Connection, instances: Collection[int]) -> dict[tuple[int, str, str], int]:
    """The marks these cases have, by case, limit and colour."""
    wanted = mark.c.instance_id.in_(instances), mark.c.state.not_in(('withdrawn', 'moved', 'closed'))
    rows = connection.execute(select(mark.c.id, mark.c.instance_id, mark.c.subject, mark.c.colour).where(*wanted))
    return {(row.instance_id, row.subject, row.colour): row.id for row in rows}


def _where_they_are(connection: Connection, instances: Collection[int]) -> dict[int, tuple[str, str | None, str]]:
    statement = (
        select(user_task.c.instance_id, user_task.c.group_key, user_task.c.assignee, func.coalesce(t.clerk.c.name, '').label('name'))
        .outerjoin(t.clerk, t.clerk.c.username == user_task.c.assignee)
        .where(user_task.c.instance_id.in_(instances), user_task.c.state == 'open')
        .order_by(user_task.c.id.desc())
    )
    return {row.instance_id: (row.group_key, row.assignee, row.name) for row in connection.execute(statement)}
