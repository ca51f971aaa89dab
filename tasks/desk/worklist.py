"""The desk's list: open tasks of a clerk's windows, the one with least time left first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, or_, select

from engine import Rejection, four_eyes, not_signed
from engine.identity import is_blank, mask_name
from engine.read import URGENCY, worked_by
from engine.tables import user_task
from engine.words import Word
from engine.worktime import Urgency
from tasks import tables as t
from tasks.cases.search import roads
from tasks.deadlines.time_left import Counter, columns
from tasks.desk.verbs import windows_named
from tasks.paging import Key, Page, fetch
from tasks.people.roster import APPLICANT
from tasks.rights.roles import SEES_ALL

if TYPE_CHECKING:
    from engine import Actor


ORDER = tuple(Key(*one) for one in URGENCY)
"""The order of the desk is that of the next case."""
BY_PROXY = Word('申请人补正（窗口代录）', 'Papers from applicants (entered at the window)')


@dataclass(frozen=True)
class TaskRow:
    """One open user task on a list, its time left as in `TimeLeft`; instants are aware."""

    task_id: int
    case_no: str
    item_name: str
    applicant_name: str
    task_name: str
    element: str
    window: str
    window_name: str
    assignee: str | None
    assignee_name: str
    due_at: datetime | None
    last_day: str | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    opened_at: datetime
    lock_version: int
    mine_to_work: bool
    barred: str = ''  # why this actor may not do it although his window may


@dataclass(frozen=True)
class DeskCounts:
    """The numbers above the list."""

    waiting: int
    mine: int
    late: int
    due_soon: int
    stopped: int


@dataclass(frozen=True)
class WindowRow:
    """A window the clerk works."""

    code: str
    name: str
    authority: str


def windows_of(connection: Connection, actor: Actor) -> list[WindowRow]:
    """The actor's windows by name; last, for receiving windows, what applicants bring to the counter."""
    statement = select(t.window.c.code, t.window.c.name, t.window.c.authority).where(t.window.c.code.in_(actor.groups))
    rows = [WindowRow(row.code, row.name, row.authority) for row in connection.execute(statement.order_by(t.window.c.name))]
    return [*rows, WindowRow(APPLICANT, BY_PROXY, '')] if APPLICANT in actor.groups else rows


def worklist(
    connection: Connection, actor: Actor, *, window: str | None = None, mine: bool = False, q: str = '', place: str = '', now: datetime
) -> Page[TaskRow]:
    """Open tasks of my windows (or this one; or only what I hold), sorted by time left: overdue first, unlimited and stopped last.

    Who receives applications also sees what applicants of his hall have to bring.
    """
    conditions = [user_task.c.state == 'open', _in_windows(actor, window, mine)]
    if not is_blank(q):
        conditions.append(or_(false(), *(road.holds() for road in roads(connection, actor, q))))
    page = fetch(connection, open_tasks().where(*conditions), ORDER, place)
    barred = _barred(connection, actor, page.rows)
    return page.showing([replace(row, barred=barred.get(row.task_id, '')) for row in task_rows(connection, actor, page.rows, now)])


def counts(connection: Connection, actor: Actor, now: datetime) -> DeskCounts:
    """How many tasks of my windows wait, are mine, are late, nearly due, or stand still."""
    statement = open_tasks().where(user_task.c.state == 'open', or_(_in_windows(actor, None, False), _in_windows(actor, None, True)))
    rows = task_rows(connection, actor, connection.execute(statement).mappings().all(), now)
    return DeskCounts(
        waiting=sum(row.assignee is None for row in rows),
        mine=sum(row.assignee == actor.id for row in rows),
        late=sum(row.colour == 'red' for row in rows),
        due_soon=sum(row.colour == 'amber' for row in rows),
        stopped=sum(row.stopped for row in rows),
    )


def open_tasks() -> Select[Any]:
    """Tasks with their case; the caller adds conditions and order."""
    case = t.approval_case.c
    return (
        select(
            user_task,
            case.case_no,
            case.item_name,
            case.hall,
            case.applicant_name,
            case.applicant_kind,
            case.received_by,
            t.clerk.c.name.label('assignee_name'),
        )
        .join(t.approval_case, case.instance_id == user_task.c.instance_id)
        .outerjoin(t.clerk, t.clerk.c.username == user_task.c.assignee)
    )


def task_rows(connection: Connection, actor: Actor, rows: Collection[RowMapping], now: datetime) -> list[TaskRow]:
    """Rows of `open_tasks` as the pages show them; names masked for those who only look on."""
    counter, names = Counter(connection, now), windows_named(connection) | {APPLICANT: BY_PROXY}
    plain = actor.kind == 'system' or not actor.roles & SEES_ALL
    return [_task_row(actor, row, counter, names, plain) for row in rows]


def _task_row(actor: Actor, row: RowMapping, counter: Counter, names: Mapping[str, str], plain: bool) -> TaskRow:
    mine = row['assignee'] == actor.id or bool(actor.groups.intersection(row['candidate_groups']))
    left = counter.left(row['hall'], Urgency(row['due_at'], row['amber_at'], row['due_unit'], row['stopped']))
    return TaskRow(
        task_id=row['id'],
        case_no=row['case_no'],
        item_name=row['item_name'],
        applicant_name=row['applicant_name'] if plain and mine else mask_name(row['applicant_name'], row['applicant_kind']),
        task_name=row['name'],
        element=row['element'],
        window=row['group_key'],
        window_name=names.get(row['group_key'], row['group_key']),
        assignee=row['assignee'],
        assignee_name=row['assignee_name'] or row['assignee'] or '',
        **columns(left),
        opened_at=row['opened_at'],
        lock_version=row['lock_version'],
        mine_to_work=mine,
    )


def _in_windows(actor: Actor, window: str | None, mine: bool) -> ColumnElement[bool]:
    if mine:
        return user_task.c.assignee == actor.id
    looks_on = bool(actor.roles & SEES_ALL) or actor.kind == 'system'
    windows = [window] if window else sorted(actor.groups - {APPLICANT})
    allowed = [code for code in windows if code in actor.groups or looks_on]
    own = worked_by(allowed) if allowed else user_task.c.id < 0
    return or_(own, _brought(actor)) if window is None and APPLICANT in actor.groups else own


def _brought(actor: Actor) -> ColumnElement[bool]:
    """What applicants of the actor's hall bring to the counter."""
    halls = select(t.window.c.hall).where(t.window.c.code.in_(actor.groups), t.window.c.authority == 'receive')
    return and_(worked_by([APPLICANT]), t.approval_case.c.hall.in_(halls))


def _barred(connection: Connection, actor: Actor, rows: Collection[RowMapping]) -> dict[int, str]:
    """Of these tasks those the actor may not do himself: signed already, or he did an earlier step that bars him."""
    found: dict[int, str] = {}
    for row in rows:
        try:
            not_signed(actor.id, row)
            four_eyes(connection, actor.id, row)
        except Rejection as refusal:
            found[row['id']] = refusal.zh
    return found
