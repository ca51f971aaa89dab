"""Reads about marks: the supervisor's board, one mark, those of a case, and what was done by silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from engine import TIMER, NotFound, edition_of, read
from engine.rows import Rows
from engine.words import EXPIRY, joined
from tasks import tables as t
from tasks.cases.receipt import find_case
from tasks.desk.verbs import windows_named
from tasks.marks.rows import StoredMark
from tasks.marks.rules import AMBER_STATE, COLOUR, DISPOSITION, FAULT, LEVEL, RULES, STATE, cause_words
from tasks.marks.sentences import grounds_of, title_of
from tasks.marks.tables import mark
from tasks.marks.verbs import answers_for, judges, waiting_for
from tasks.paging import Key, Page, fetch
from tasks.people.names import names_of
from tasks.rights.asking import marks_for

if TYPE_CHECKING:
    from engine import Actor

OPEN = ('raised', 'moved', 'replied')


@dataclass(frozen=True)
class MarkFilter:
    """What is looked for; empty fields do not count. `state`: a state, `open` (to be answered or settled) or `overdue` (not answered in
    time)."""

    colour: str = ''
    state: str = 'open'
    window: str = ''
    rule: int = 0


@dataclass(frozen=True)
class MarkRow:
    """A mark as lists show it. `overdue`: the window has not answered in time. It opens, and names the person, for those whom it
    concerns (`concerns_me`): the responsible window, the person, and who supervises."""

    id: int
    number: str
    case_no: str
    item_name: str
    title: str
    rule: int
    rule_name: str
    colour: str
    colour_name: str
    fault: str | None
    fault_name: str
    state: str
    state_name: str
    last_day: str | None
    window: str
    window_name: str
    department_name: str
    person: str
    person_name: str
    raised_at: datetime
    automatic: bool
    reply_last_day: str | None
    overdue: bool
    moved: bool
    concerns_me: bool


@dataclass(frozen=True)
class MarkMove:
    """Where a due date went after the mark was raised (last days, ISO) and why."""

    at: datetime
    last_day_before: str
    last_day: str
    cause: str


@dataclass(frozen=True)
class MarkView:
    """One mark with its answer and disposition, and what the actor may do."""

    row: MarkRow
    grounds: str
    limit: str
    due_at: datetime | None
    moves: Sequence[MarkMove]
    reply: str
    replied_at: datetime | None
    replied_by: str
    disposition: str
    level: str
    opinion: str
    settled_at: datetime | None
    settled_by: str
    can_reply: bool
    others: Sequence[str]  # titles of the other marks of the case that wait for this actor's answer
    can_dispose: bool
    can_withdraw: bool


@dataclass(frozen=True)
class WindowCount:
    """Open marks of one window, by colour, and answers that are overdue."""

    window: str
    window_name: str
    amber: int
    yellow: int
    red: int
    overdue: int


@dataclass(frozen=True)
class DeemedAct:
    """What the system did because nobody did: the step, its basis, and the unit in default (S-12)."""

    at: datetime
    name: str
    label: str
    meaning: str
    basis: str
    units: str


_DEEMED = {key: word for key, word in EXPIRY.items() if key.startswith('deemed')}


@dataclass(frozen=True, slots=True)
class _Listed(StoredMark):
    item_name: str
    department_name: str | None
    concerned: bool


def board(connection: Connection, actor: Actor, filters: MarkFilter, *, place: str = '', now: datetime) -> Page[MarkRow]:
    """Marks, red before yellow before amber, the newest first. A supervisor and an administrator see all, a clerk those of his windows."""
    ranked = case({'red': 0, 'yellow': 1, 'amber': 2}, value=mark.c.colour, else_=9)
    order = (Key(ranked), Key(mark.c.raised_at, descending=True), Key(mark.c.id, descending=True))
    read_as, marks = _marks(actor)
    page = fetch(connection, read_as, marks.where(marks_for(actor, 'mark.read'), *_conditions(filters, now)), order, place)
    return page.showing(_mark_rows(connection, page.rows, now))


def by_window(connection: Connection, actor: Actor, now: datetime) -> list[WindowCount]:
    """How many open marks each window has, the worst first; windows the actor may see."""
    overdue = and_(mark.c.state == 'raised', mark.c.reply_due_at <= now)
    count = [func.sum(case((mark.c.colour == colour, 1), else_=0)) for colour in ('amber', 'yellow', 'red')]
    statement = (
        select(mark.c.window, *count, func.sum(case((overdue, 1), else_=0)))
        .where(marks_for(actor, 'mark.read'), mark.c.state.in_(OPEN))
        .group_by(mark.c.window)
    )
    names = windows_named(connection)
    rows = connection.execute(statement).all()
    found = [WindowCount(row[0], names.get(row[0], row[0] or '—'), *(int(n or 0) for n in row[1:])) for row in rows]
    return sorted(found, key=lambda one: (-one.red, -one.yellow, -one.overdue, -one.amber, one.window_name))


def mark_view(connection: Connection, actor: Actor, mark_id: int, *, now: datetime) -> MarkView:
    """One mark. Raises NotFound: for those whom it does not concern there is none."""
    read_as, marks = _marks(actor)
    row = read_as.first(connection, marks.where(mark.c.id == mark_id, marks_for(actor, 'mark.read')))
    if row is None:
        raise NotFound(f'Expected a mark, but there is no {mark_id} for {actor.id}', '没有这个标记，或者您无权查看')
    judge = judges(actor, row)
    broken, ended = row.colour != 'amber', row.state in ('disposed', 'withdrawn', 'closed')
    ripe = row.state == 'replied' or (row.reply_due_at is not None and now >= row.reply_due_at)
    can_reply = broken and row.state == 'raised' and answers_for(actor, row)
    names = names_of(connection, [row.replied_by, row.settled_by])
    return MarkView(
        row=_mark_rows(connection, [row], now)[0],
        grounds=grounds_of(row),
        limit=row.limit,
        due_at=row.due_at,
        moves=[_move(one) for one in row.moves],
        reply=row.reply,
        replied_at=row.replied_at,
        replied_by=names.get(row.replied_by, ''),
        disposition=DISPOSITION.get(row.disposition or '', ''),
        level=LEVEL.get(row.level or '', ''),
        opinion=row.opinion,
        settled_at=row.settled_at,
        settled_by=names.get(row.settled_by, ''),
        can_reply=can_reply,
        others=[title_of(one.subject, one.title) for one in waiting_for(connection, actor, row.case_no, mark_id)] if can_reply else [],
        can_dispose=judge and broken and not ended and ripe,
        can_withdraw=judge and not ended,
    )


def marks_of_case(connection: Connection, actor: Actor, case_no: str, *, now: datetime) -> list[MarkRow]:
    """The marks of a case, oldest first; the person is named only to those whom the mark concerns. None for applicants."""
    if actor.kind == 'applicant':
        return []
    read_as, marks = _marks(actor)
    return _mark_rows(connection, read_as.all(connection, marks.where(mark.c.case_no == case_no).order_by(mark.c.id)), now)


def deemed_acts(connection: Connection, case_no: str) -> list[DeemedAct]:
    """What was done by silence in a case, and who was silent."""
    known, names = find_case(connection, case_no), windows_named(connection)
    found = []
    for row in read.events(connection, known.instance_id):
        said = row.data
        meaning = _DEEMED.get(str(said.get('on_expiry'))) if row.event == 'timer.fired' else None
        if meaning:
            edition = edition_of(connection, known.definition_id)
            units = joined(names.get(code, code) for code in str(said.get('unit') or '').split(', ') if code)
            name = edition.name_of(said.get('attached_to') or row.element)
            found.append(DeemedAct(row.at, name, TIMER.name, meaning, str(said.get('basis') or ''), units))
    return found


def _marks(actor: Actor) -> tuple[Rows[_Listed], Select[Any]]:
    """Marks with their case, and whether they concern the actor: how rows are read, and the query."""
    named = {'item_name': t.approval_case.c.item_name, 'department_name': t.department.c.name}
    rows = Rows(_Listed, mark, **named, concerned=marks_for(actor, 'mark.read'))
    found = (
        rows.select()
        .join(t.approval_case, t.approval_case.c.case_no == mark.c.case_no)
        .outerjoin(t.department, t.department.c.code == mark.c.department)
    )
    return rows, found


def _conditions(filters: MarkFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.colour:
        found.append(mark.c.colour == filters.colour)
    if filters.window:
        found.append(mark.c.window == filters.window)
    if filters.rule:
        found.append(mark.c.rule == filters.rule)
    if filters.state == 'open':
        found.append(mark.c.state.in_(OPEN))
    elif filters.state == 'overdue':
        found.append(and_(mark.c.state == 'raised', mark.c.reply_due_at <= now))
    elif filters.state:
        found.append(mark.c.state == filters.state)
    return found


def _mark_rows(connection: Connection, rows: Sequence[_Listed], now: datetime) -> list[MarkRow]:
    windows, people = windows_named(connection), names_of(connection, [row.person for row in rows])
    found = []
    for row in rows:
        amber = row.colour == 'amber'
        concerned = bool(row.concerned)
        found.append(
            MarkRow(
                id=row.id,
                number=row.number,
                case_no=row.case_no,
                item_name=row.item_name,
                title=title_of(row.subject, row.title),
                rule=row.rule,
                rule_name=RULES[row.rule],
                colour=row.colour,
                colour_name=COLOUR[row.colour],
                fault=row.fault,
                fault_name=FAULT.get(row.fault or '', ''),
                state=row.state,
                state_name=(AMBER_STATE if amber else STATE)[row.state],
                last_day=row.last_day,
                window=row.window,
                window_name=windows.get(row.window, row.window),
                department_name=row.department_name or '',
                person=row.person if concerned else '',
                person_name=people.get(row.person, '') if concerned else '',
                raised_at=row.raised_at,
                automatic=not row.subject.startswith('hand:'),
                reply_last_day=row.reply_last_day,
                overdue=row.state == 'raised' and row.reply_due_at is not None and now >= row.reply_due_at,
                moved=bool(row.moves),
                concerns_me=concerned,
            )
        )
    return found


def _move(one: Mapping[str, Any]) -> MarkMove:
    return MarkMove(
        datetime.fromisoformat(one['at']), str(one['before'] or ''), str(one['after'] or ''), cause_words(str(one['cause'] or ''))
    )
