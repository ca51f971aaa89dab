"""The desk's list: open tasks of a clerk's windows, the one with least time left first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select, true

from engine import barred
from engine.identity import is_blank, mask_name
from engine.read import URGENCY, offered_to, ways_to_work
from engine.rows import Rows, StoredTask
from engine.tables import process_instance, user_task
from engine.words import SUSPENDED, Word
from engine.worktime import Urgency
from tasks import tables as t
from tasks.cases.search import roads
from tasks.deadlines.time_left import Counter, columns
from tasks.desk.verbs import windows_named
from tasks.marks.reminders import cases_told, told_of
from tasks.marks.tables import reminder
from tasks.paging import Key, Page, Source, fetch
from tasks.rights.asking import plain_by, tasks_for
from tasks.rights.relations import APPLICANT, of_task

if TYPE_CHECKING:
    from engine import Actor


ORDER = tuple(Key(*one) for one in URGENCY)
"""The order of the desk is that of the next case."""
NAMED = Word('指定人员', 'People named by the diagram')
BY_PROXY = Word('申请人补正（窗口代录）', 'Papers from applicants (entered at the window)')


@dataclass(frozen=True, slots=True)
class CaseTask(StoredTask):
    """A user task with what lists need of its case."""

    instance_status: str
    case_no: str
    item_name: str
    hall: str
    applicant_name: str
    applicant_kind: str
    assignee_name: str | None
    plain_by: str  # the relation by which this reader sees the applicant plain


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
    provisional: bool
    opened_at: datetime
    lock_version: int
    mine_to_work: bool
    named_by: str  # the relation by which its person is named plain; empty for organisations and masked names
    barred: str = ''  # why this actor may not do it although his window may


ONLY = ('waiting', 'late', 'soon', 'stopped', 'told')
"""What the list can be narrowed to: not claimed, overdue, nearly due, the case's clocks stopped, cases I am reminded of."""


@dataclass(frozen=True)
class DeskFilter:
    """What the list shows: one window, only what I hold, one of ONLY, words; empty fields do not count."""

    window: str | None = None
    mine: bool = False
    only: str = ''
    words: str = ''


@dataclass(frozen=True)
class DeskCounts:
    """The numbers above the list: tasks, `listed` as filtered (words left out); cases I am reminded of, and cases with marks to answer."""

    waiting: int
    mine: int
    late: int
    soon: int
    stopped: int
    listed: int
    told: int
    to_answer: int


@dataclass(frozen=True)
class DeskWindow:
    """A window the clerk works."""

    code: str
    name: str
    authority: str


@dataclass(frozen=True)
class DeskView:
    """The page of the desk."""

    page: Page[TaskRow]
    counts: DeskCounts
    windows: Sequence[DeskWindow]


_WINDOWS = select(t.window.c.code, t.window.c.name, t.window.c.authority).order_by(t.window.c.name)


def windows_of(connection: Connection, actor: Actor) -> list[DeskWindow]:
    """The actor's windows by name; last, for receiving windows, what applicants bring to the counter."""
    rows = connection.execute(_WINDOWS.where(t.window.c.code.in_(actor.groups)))
    return [*(DeskWindow(row.code, row.name, row.authority) for row in rows), *_by_proxy(actor)]


def _by_proxy(actor: Actor) -> list[DeskWindow]:
    return [DeskWindow(APPLICANT, BY_PROXY, '')] if APPLICANT in actor.groups else []


def desk_view(connection: Connection, actor: Actor, filters: DeskFilter, *, place: str = '', now: datetime) -> DeskView:
    """All of the desk at one moment, in as few statements as that takes."""
    rows = connection.execute(_WINDOWS).all()
    counted = counts(connection, actor, now, filters)
    names = {APPLICANT: BY_PROXY} | {row.code: row.name for row in rows}
    known = counted.listed if is_blank(filters.words) and filters.only != 'told' and not _looks_on(actor, filters) else None
    page = worklist(connection, actor, filters, place=place, now=now, names=names, counted=known)
    mine = [DeskWindow(row.code, row.name, row.authority) for row in rows if row.code in actor.groups]
    return DeskView(page, counted, [*mine, *_by_proxy(actor)])


def worklist(
    connection: Connection,
    actor: Actor,
    filters: DeskFilter | None = None,
    *,
    place: str = '',
    now: datetime,
    names: Mapping[str, str] | None = None,
    counted: int | None = None,
) -> Page[TaskRow]:
    """Open tasks of my windows and those I hold, the most urgent first: overdue before all, unlimited and stopped last.

    Who receives applications also sees what applicants of his hall have to bring. `names` are the windows' if they are known already.
    """
    wanted = filters or DeskFilter()
    read_as, tasks = case_tasks(actor)
    places, shown = _places(actor, wanted), [user_task.c.state == 'open', *_narrowing(actor, wanted, now)]
    among = None
    if is_blank(wanted.words) and wanted.only != 'told':
        of_case = user_task.join(t.approval_case, t.approval_case.c.instance_id == user_task.c.instance_id)
        found = select().select_from(of_case if _looks_on(actor, wanted) else user_task)
        among = [Source(found.where(*shown, place), ORDER) for place in places]
    else:
        tasks = tasks.where(*shown, or_(false(), *places))
    if not is_blank(wanted.words):
        tasks = tasks.where(or_(false(), *(road.holds() for road in roads(connection, actor, wanted.words))))
    page = fetch(connection, read_as, tasks, ORDER, place, among=among, total=counted)
    barred = _barred(connection, actor, page.rows)
    rows = task_rows(connection, actor, page.rows, now, names)
    return page.showing([replace(row, barred=barred.get(row.task_id, '')) for row in rows])


def counts(connection: Connection, actor: Actor, now: datetime, filters: DeskFilter | None = None) -> DeskCounts:
    """How many tasks of my windows and in my hands wait, are late, nearly due or stopped; how many the list shows; of how many cases I am
    reminded. One statement."""
    wanted = filters or DeskFilter()
    shown = {name: condition for name, condition in _narrowed(actor, now).items() if name != 'told'}
    own = wanted.mine or wanted.window
    listed = [*_narrowing(actor, wanted, now), *([or_(false(), *_places(actor, wanted))] if own else [])]
    shown |= {'mine': user_task.c.assignee == actor.id, 'listed': and_(true(), *listed)}
    numbers = [func.count(case((condition, 1))).label(name) for name, condition in shown.items()]
    statement = (
        select(*numbers, cases_told(actor, late=False).label('told'), cases_told(actor, late=True).label('to_answer'))
        .select_from(user_task)
        .where(user_task.c.state == 'open', or_(*_my_desk(actor)))
    )
    if wanted.only == 'told' or _looks_on(actor, wanted):
        statement = statement.join(t.approval_case, t.approval_case.c.instance_id == user_task.c.instance_id)
    return DeskCounts(**connection.execute(statement).one()._mapping)


def case_tasks(actor: Actor) -> tuple[Rows[CaseTask], Select[Any]]:
    """Tasks with their case, and whether the actor sees its applicant plain: how to read rows, and a query to narrow."""
    of_case = t.approval_case.c
    rows = Rows(
        CaseTask,
        user_task,
        instance_status=process_instance.c.status,
        **{name: of_case[name] for name in ('case_no', 'item_name', 'hall', 'applicant_name', 'applicant_kind')},
        assignee_name=t.clerk.c.name,
        plain_by=plain_by(actor, 'task.read', of_tasks=True),
    )
    found = (
        rows.select()
        .join(process_instance, process_instance.c.id == user_task.c.instance_id)
        .join(t.approval_case, of_case.instance_id == user_task.c.instance_id)
        .outerjoin(t.clerk, t.clerk.c.username == user_task.c.assignee)
    )
    return rows, found


def task_rows(
    connection: Connection, actor: Actor, rows: Collection[CaseTask], now: datetime, names: Mapping[str, str] | None = None
) -> list[TaskRow]:
    """Tasks as the pages show them; people's names masked for those who only look on. `names` are the windows'."""
    counter = Counter(connection, now)
    names = windows_named(connection) | {APPLICANT: BY_PROXY} if names is None else names
    return [_task_row(actor, row, counter, names) for row in rows]


def _task_row(actor: Actor, row: CaseTask, counter: Counter, names: Mapping[str, str]) -> TaskRow:
    mine = actor.id in (row.assignee, *row.candidate_users) or bool(actor.groups.intersection(row.candidate_groups))
    left = counter.left(row.hall, Urgency(row.due_at, row.amber_at, row.due_unit, row.stopped))
    return TaskRow(
        task_id=row.id,
        case_no=row.case_no,
        item_name=row.item_name,
        applicant_name=row.applicant_name if row.plain_by else mask_name(row.applicant_name, row.applicant_kind),
        task_name=row.name,
        element=row.element,
        window=row.group_key,
        window_name=names.get(row.group_key, row.group_key) or (NAMED if row.candidate_users else ''),
        assignee=row.assignee,
        assignee_name=row.assignee_name or row.assignee or '',
        **columns(left),
        opened_at=row.opened_at,
        lock_version=row.lock_version,
        mine_to_work=mine,
        named_by=row.plain_by if row.applicant_kind == 'person' else '',
    )


def _narrowing(actor: Actor, wanted: DeskFilter, now: datetime) -> list[ColumnElement[bool]]:
    """To what the list is narrowed, wherever its tasks lie."""
    return [_narrowed(actor, now)[wanted.only]] if wanted.only in ONLY else []


def _narrowed(actor: Actor, now: datetime) -> dict[str, ColumnElement[bool]]:
    """What each of ONLY means. Reminders come to the windows, to who has the work, and to who stands in for him."""
    task = user_task.c
    of_case = t.approval_case.c.case_no
    held_for = told_of(actor, of_case).where(reminder.c.as_substitute == task.assignee).correlate(t.approval_case, user_task)
    told = told_of(actor, of_case).correlate(t.approval_case)
    return {
        'waiting': task.assignee.is_(None),
        'late': task.due_at <= now,
        'soon': and_(task.due_at > now, task.amber_at <= now),
        'stopped': task.stopped,
        'told': or_(held_for.exists(), and_(told.exists(), or_(*_my_desk(actor)))),
    }


def _places(actor: Actor, wanted: DeskFilter) -> list[ColumnElement[bool]]:
    """Where the list's tasks lie: each place is a range of an index, so that the most urgent of all are among the first of each."""
    if wanted.mine:
        return [user_task.c.assignee == actor.id]
    if wanted.only == 'told':
        return [true()]  # a reminder may come to who stands in for the one who has the work
    return _of_window(actor, wanted.window) if wanted.window else _my_desk(actor)


def _my_desk(actor: Actor) -> list[ColumnElement[bool]]:
    """Tasks of my windows, those that name me, what applicants bring to my counter, and what I hold, of whatever window."""
    mine = ways_to_work(sorted(actor.groups - {APPLICANT}))
    return [*mine, offered_to(actor.id), *_at_the_counter(actor), user_task.c.assignee == actor.id]


def _of_window(actor: Actor, window: str) -> list[ColumnElement[bool]]:
    if window == APPLICANT and not actor.system:
        return _at_the_counter(actor)
    if window in actor.groups or actor.system:
        return ways_to_work([window])
    return [and_(way, tasks_for(actor, 'task.read')) for way in ways_to_work([window])]


def _at_the_counter(actor: Actor) -> list[ColumnElement[bool]]:
    counter = of_task(actor, ['counter']).values()
    return [and_(way, *counter) for way in ways_to_work([APPLICANT])] if counter else []


def _looks_on(actor: Actor, wanted: DeskFilter) -> bool:
    """Whether the list is that of a window of others: only the case can tell who may see it."""
    return bool(wanted.window) and wanted.window not in actor.groups


def _barred(connection: Connection, actor: Actor, rows: Collection[CaseTask]) -> dict[int, str]:
    """Of these tasks those the actor may not do himself: the case is suspended, he has signed, or did an earlier step that bars him."""
    suspended = {row.id: SUSPENDED for row in rows if row.instance_status != 'active'}
    return barred(connection, actor.id, list(rows)) | suspended


def tasks_of(connection: Connection, actor: Actor, instance_id: int, now: datetime) -> list[TaskRow]:
    """The open tasks of a case, oldest first."""
    waits = (user_task.c.instance_id == instance_id, user_task.c.state == 'open')
    read_as, tasks = case_tasks(actor)
    return task_rows(connection, actor, read_as.all(connection, tasks.where(*waits).order_by(user_task.c.id)), now)
