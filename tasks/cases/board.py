"""The supervisor's board: which open cases want looking at, and where they are. Everything is asked of indexes over open work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, literal, select, union_all

from engine import Rejection, limit_of
from engine.identity import mask_name
from engine.rows import Rows
from engine.tables import user_task
from engine.worktime import Urgency
from tasks import tables as t
from tasks.cases.board_kinds import OF_KIND, at_window, of_clocks, with_case
from tasks.deadlines.time_left import Counter, columns, urgency_of_clock
from tasks.desk.verbs import windows_named
from tasks.marks.rules import of_clock
from tasks.marks.tables import mark
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import cases_for, need

if TYPE_CHECKING:
    from engine import Actor

KINDS = ('late', 'soon', 'step', 'stopped', 'unclaimed')
"""A limit of the case is broken; or nearly; or only one of a step is; its clocks stand still; nobody has taken it on."""


@dataclass(frozen=True)
class BoardFilter:
    """Which cases: one of KINDS, and those that are at a window or at the windows of a department; empty fields do not count."""

    kind: str = 'late'
    window: str = ''
    department: str = ''


@dataclass(frozen=True)
class BoardRow:
    """A case with its worst limit and where it is. `mark` is the colour of the mark it has (`issued`) or would get (domain §8b)."""

    case_no: str
    item_name: str
    applicant_name: str
    clock: str  # the case's limit; empty for a limit of the step
    due_at: datetime | None
    last_day: str | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    provisional: bool
    since: datetime | None  # from when the clocks stand still, or nobody has taken it on
    step: str
    window: str
    window_name: str
    assignee: str | None
    assignee_name: str
    mark: str
    issued: int | None


@dataclass(frozen=True)
class WindowNumbers:
    """How many cases of each kind are at a window; `code` is empty for cases that wait for no person."""

    code: str
    name: str
    department: str
    department_name: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Board:
    """One page of cases, and the numbers of all."""

    page: Page[BoardRow]
    windows: Sequence[WindowNumbers]

    @property
    def totals(self) -> Mapping[str, int]:
        """How many cases of each kind there are."""
        return {kind: sum(one.counts[kind] for one in self.windows) for kind in KINDS}

    @property
    def departments(self) -> Sequence[WindowNumbers]:
        """The windows' numbers by department."""
        found: dict[str, WindowNumbers] = {}
        for one in self.windows:
            known = found.get(one.department)
            counts = {kind: one.counts[kind] + (known.counts[kind] if known else 0) for kind in KINDS}
            found[one.department] = WindowNumbers('', '', one.department, one.department_name, counts)
        return list(found.values())


def supervision(connection: Connection, actor: Actor, filters: BoardFilter | None = None, *, now: datetime, place: str = '') -> Board:
    """Cases of a kind in the person's hall, the worst first, each once, with true totals.

    Names of people are masked: nobody who sees all works the case.
    """
    need(actor, 'supervision.read')
    filters = filters or BoardFilter()
    if filters.kind not in KINDS:
        raise Rejection(f'Expected a kind of the board among {KINDS}, but got {filters.kind!r}', '没有这一类办件')
    here = cases_for(actor, 'supervision.read')
    windows = _numbers(connection, here, now)
    wanted = [one for one in windows if filters.window in ('', one.code) and filters.department in ('', one.department)]
    worst = OF_KIND[filters.kind](now)
    order = (Key(worst.c.at, nullable=filters.kind == 'unclaimed'), Key(worst.c.instance_id))
    listed = Rows(_Worst, worst, clock=worst.c.name)
    statement = listed.select().select_from(with_case(worst)).where(here)
    if filters.window or filters.department:
        statement = statement.where(at_window(worst).in_([one.code for one in wanted]))
    page = fetch(connection, listed, statement, order, place, total=sum(one.counts[filters.kind] for one in wanted))
    return Board(page.showing(_rows(connection, filters.kind, page.rows, now)), windows)


def _numbers(connection: Connection, here: ColumnElement[bool], now: datetime) -> list[WindowNumbers]:
    """The numbers of each window that has any, in one statement."""
    clocks = of_clocks(now)  # reckoned once for both kinds
    sources: list[tuple[Subquery, ColumnElement[str]]] = [(clocks, case((clocks.c.due_at <= now, 'late'), else_='soon'))]
    sources += [(OF_KIND[kind](now), literal(kind)) for kind in KINDS if kind not in ('late', 'soon')]
    each = union_all(
        *(select(kind.label('kind'), at_window(worst).label('at')).select_from(with_case(worst)).where(here) for worst, kind in sources)
    ).subquery()
    counts: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(each.c.kind, each.c.at, func.count().label('n')).group_by(each.c.kind, each.c.at)):
        counts.setdefault(row.at, dict.fromkeys(KINDS, 0))[row.kind] = row.n
    names = windows_named(connection)
    departments = {row.code: row for row in connection.execute(_DEPARTMENTS)}
    found = []
    for code in sorted(counts, key=lambda code: (not code, names.get(code, code))):
        of = departments.get(code)
        found.append(WindowNumbers(code, names.get(code, code), of.department if of else '', of.name if of else '', counts[code]))
    return sorted(found, key=lambda one: (not one.department, one.department_name))


_DEPARTMENTS = select(t.window.c.code, t.window.c.department, t.department.c.name).join(
    t.department, t.department.c.code == t.window.c.department
)


@dataclass(frozen=True, slots=True)
class _Worst:
    """A case with its worst limit, if its kind has one (`clock`), and the task it waits at, if it waits at any."""

    instance_id: int
    at: datetime
    clock: str | None
    limit: str | None
    amber_at: datetime | None
    task_id: int | None


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a row shows besides: the case, and its task."""

    instance_id: int
    case_no: str
    item_name: str
    hall: str
    applicant_name: str
    applicant_kind: str
    step: str | None
    group_key: str | None
    assignee: str | None
    assignee_name: str
    token: str | None
    task_due_at: datetime | None
    task_amber_at: datetime | None
    due_unit: str | None
    stopped: bool | None
    opened_at: datetime | None


_LISTED = Rows(
    _Listed,
    t.approval_case,
    **{name: user_task.c[name] for name in ('group_key', 'assignee', 'token', 'due_unit', 'stopped', 'opened_at')},
    step=user_task.c.name,
    task_due_at=user_task.c.due_at,
    task_amber_at=user_task.c.amber_at,
    assignee_name=func.coalesce(t.clerk.c.name, user_task.c.assignee, ''),
)


def _listed(connection: Connection, page: Sequence[_Worst]) -> dict[int, _Listed]:
    """The cases of one page by instance: looked up when it is known which they are, for there are many late ones."""
    at_task = and_(user_task.c.instance_id == t.approval_case.c.instance_id, user_task.c.id.in_([row.task_id for row in page]))
    joined = t.approval_case.outerjoin(user_task, at_task).outerjoin(t.clerk, t.clerk.c.username == user_task.c.assignee)
    wanted = t.approval_case.c.instance_id.in_([row.instance_id for row in page])
    return {row.instance_id: row for row in _LISTED.all(connection, _LISTED.select().select_from(joined).where(wanted))}


def _rows(connection: Connection, kind: str, page: Sequence[_Worst], now: datetime) -> list[BoardRow]:
    names, counter = windows_named(connection), Counter(connection, now)
    listed, marks = _listed(connection, page), _issued(connection, [row.instance_id for row in page])
    return [_row(kind, worst, listed[worst.instance_id], names=names, counter=counter, marks=marks) for worst in page]


def _row(
    kind: str, worst: _Worst, row: _Listed, *, names: Mapping[str, str], counter: Counter, marks: Mapping[tuple[int, str, str], int]
) -> BoardRow:
    if worst.limit:
        urgent = urgency_of_clock(worst.at, worst.amber_at, worst.limit)
    else:
        urgent = Urgency(row.task_due_at, row.task_amber_at, row.due_unit, stopped=kind == 'stopped' or bool(row.stopped))
    left = counter.left(row.hall, urgent)
    colour = _mark_of(worst, left.colour)
    subject = f'clock:{worst.clock}' if worst.clock else f'host:{row.token}'
    window = row.group_key or ''
    return BoardRow(
        case_no=row.case_no,
        item_name=row.item_name,
        applicant_name=mask_name(row.applicant_name, row.applicant_kind),
        clock=worst.clock or '',
        **columns(left),
        since={'stopped': worst.at, 'unclaimed': row.opened_at}.get(kind),
        step=row.step or '',
        window=window,
        window_name=names.get(window, window),
        assignee=row.assignee,
        assignee_name=row.assignee_name,
        mark=colour,
        issued=marks.get((row.instance_id, subject, colour)),
    )


def _mark_of(worst: _Worst, colour: str) -> str:
    """The colour of the mark a limit of this colour has led to or leads to; empty for none."""
    if colour not in ('red', 'amber'):
        return ''
    if colour == 'amber':
        return 'amber'
    return of_clock(worst.clock, limit_of(worst.limit))[1] if worst.clock and worst.limit else 'yellow'


def _issued(connection: Connection, instances: Collection[int]) -> dict[tuple[int, str, str], int]:
    """The marks these cases have, by case, limit (or the activity it is about) and colour."""
    wanted = mark.c.instance_id.in_(instances), mark.c.state.not_in(('withdrawn', 'moved', 'closed'))
    rows = connection.execute(select(mark.c.id, mark.c.instance_id, mark.c.subject, mark.c.host, mark.c.colour).where(*wanted))
    return {(row.instance_id, f'host:{row.host}' if row.host else row.subject, row.colour): row.id for row in rows}
