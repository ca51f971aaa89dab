"""What a case page and a task page show: facts, clocks, open tasks, timeline, documents, the diagram with the token and the road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import Edition, Hall, Ledger, NotFound, Rejection, edition_of, four_eyes, limit_of, not_signed, read
from engine.bpmn.model import Diagram
from engine.forms import Form
from engine.identity import mask_address, mask_id_no, mask_name, mask_person, mask_phone
from engine.read import variables_of
from engine.tables import process_instance, subscription, user_task
from engine.worktime import DayLine, Extension, Limit, LimitExpr, Relative, Stop, Urgency, explain, if_resumed
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.calendars.past import hall_then
from tasks.cases.attachments import Attachment, attachments_of
from tasks.cases.materials import may_mark
from tasks.cases.opinions import Opinion, opinions, persons_of
from tasks.cases.receipt import find_case
from tasks.cases.timeline import TimelineEntry, timeline
from tasks.deadlines.time_left import Counter, columns, urgency_of_clock
from tasks.desk.verbs import load_draft, windows_named
from tasks.desk.worklist import CASE_TASKS, CaseTask, TaskRow, case_tasks, task_rows
from tasks.people.roster import APPLICANT
from tasks.rights.privacy import Reading, entitled, reading
from tasks.rights.roles import need_caseworker
from tasks.words.vocabulary import CLOCK, clock_place

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True)
class CaseFacts:
    """The case's row as this actor may see it; `agent` is {name, id_type, id_no, phone} or None."""

    case_no: str
    instance_id: int
    item: str
    item_name: str
    definition_id: int
    hall: str
    status: str
    result: str | None
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    deemed: str | None
    applicant_name: str
    applicant_kind: str
    applicant_id_type: str
    applicant_id_no: str
    applicant_phone: str
    applicant_address: str
    agent: Mapping[str, Any] | None
    channel: str
    window: str | None
    window_name: str
    received_by: str
    first_contact: str


@dataclass(frozen=True)
class ClockRow:
    """One clock of the case. While it stands still `last_day` is what it would be if it went on now."""

    name: str
    title: str
    limit: str
    anchor: datetime
    state: str
    due_at: datetime | None
    last_day: str | None
    provisional: bool
    met_at: datetime | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    extended: str = ''  # by how much, e.g. 5个工作日


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


@dataclass(frozen=True)
class CaseView:
    """Everything about one case; personal data is plain where `unmasked`. `here`, `road`, `late` are element and flow ids.

    `opinions` are empty for who may not read them.
    """

    case: CaseFacts
    clocks: Sequence[ClockRow]
    tasks: Sequence[TaskRow]
    timeline: Sequence[TimelineEntry]
    documents: Sequence[DocumentRow]
    attachments: Sequence[Attachment]  # empty for eyes that see personal data masked
    materials: Sequence[MaterialRow]
    diagram: Diagram
    here: frozenset[str]
    road: frozenset[str]
    late: frozenset[str]
    can_withdraw: bool
    unmasked: bool
    reads: Reading  # how documents and opinions are read; None: their titles only
    opinions: Sequence[Opinion]
    persons: Mapping[str, str]  # what identifies people in them and what is shown instead, where they are read masked


@dataclass(frozen=True)
class Signature:
    """Who signed, and when (ISO instant)."""

    by: str
    name: str
    at: str


@dataclass(frozen=True)
class TaskView:
    """One user task for its page. `data` is what the form opens with, `draft` what was typed and not sent."""

    row: TaskRow
    case: CaseFacts
    form: Form | None
    data: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    draft_version: int
    can_claim: bool
    can_complete: bool
    why_not: str
    signatures: Sequence[Signature]
    signers: int
    materials: Sequence[MaterialRow]
    can_mark: bool  # whether materials are taken at this step, by this actor, now
    attachments: Sequence[Attachment]  # empty for eyes that see personal data masked
    documents: Sequence[DocumentRow]  # empty for eyes that see personal data masked
    opinions: Sequence[Opinion]  # of the steps before; empty for eyes that see personal data masked
    documentation: str
    unmasked: bool


@dataclass(frozen=True)
class Explained:
    """One limit of a case, day by day."""

    kind: str  # clock | timer
    name: str
    title: str
    limit: str
    anchor: datetime
    state: str
    due_at: datetime | None
    last_day: date | None
    if_resumed: date | None
    days: Sequence[DayLine]
    extended: str = ''  # by how much, e.g. 5个工作日


def case_view(connection: Connection, actor: Actor, case_no: str, *, now: datetime) -> CaseView:
    """A case as the actor may see it. Raises NotFound; to an applicant other people's cases do not exist."""
    case = _visible(connection, actor, case_no)
    edition = edition_of(connection, case['definition_id'])
    tasks = tasks_of(connection, actor, case['instance_id'], now)
    unmasked, reads = entitled(connection, actor, case), reading(connection, actor, case)
    windows = windows_named(connection)
    hall = find_hall(connection, case['hall'])
    return CaseView(
        case=_facts(case, unmasked, windows),
        clocks=_clocks(connection, case, hall, now),
        tasks=tasks,
        timeline=timeline(connection, case['instance_id'], edition, hall, windows),
        documents=documents_of(connection, case_no),
        attachments=attachments_of(connection, case_no) if unmasked else (),
        materials=materials_of(connection, case_no),
        diagram=edition.diagram,
        here=frozenset(row.element for row in tasks),
        road=frozenset(read.road(connection, case['instance_id'])),
        late=frozenset(row.element for row in tasks if row.colour == 'red'),
        can_withdraw=_can_withdraw(connection, actor, case),
        unmasked=unmasked,
        reads=reads,
        opinions=opinions(connection, case['instance_id'], edition) if reads else (),
        persons=persons_of(connection, case) if reads == 'masked' else {},
    )


def task_view(connection: Connection, actor: Actor, task_id: int, *, now: datetime) -> TaskView:
    """A user task with its form, and whether the actor may claim or complete it; `why_not` says why he may not."""
    row = CASE_TASKS.first(connection, case_tasks().where(user_task.c.id == task_id))
    if row is None:
        raise NotFound(f'Expected a user task, but there is no {task_id}', '没有找到该任务')
    case = _visible(connection, actor, row.case_no)
    edition = edition_of(connection, case['definition_id'])
    why_not = _why_not(connection, actor, row, now)
    unmasked = entitled(connection, actor, case) or (not why_not)
    data = variables_of(connection, row.instance_id, row.token if row.state == 'open' else None)
    element = edition.element(row.element)
    holds = row.assignee == actor.id
    return TaskView(
        row=task_rows(connection, actor, [row], now)[0],
        case=_facts(case, unmasked, windows_named(connection)),
        form=edition.form(row.element),
        data=data if unmasked else _masked(data, case['applicant_kind']),
        draft=load_draft(row.draft) if holds or row.assignee is None else None,
        draft_version=row.draft_version,
        can_claim=not why_not and row.assignee is None,
        can_complete=not why_not and holds,
        why_not=why_not,
        signatures=[Signature(one['by'], one.get('name') or one['by'], one['at']) for one in row.signatures],
        signers=row.signers,
        materials=materials_of(connection, row.case_no),
        can_mark=not why_not and holds and may_mark(connection, row.candidate_groups),
        attachments=attachments_of(connection, row.case_no) if unmasked else (),
        documents=documents_of(connection, row.case_no) if unmasked else (),
        opinions=opinions(connection, row.instance_id, edition) if unmasked else (),
        documentation=element.documentation if element else '',
        unmasked=unmasked,
    )


def explain_case(connection: Connection, case_no: str, *, as_of: datetime) -> list[Explained]:
    """Why every limit of the case ends when it does: its clocks, then the timers that wait, each date counted, at rest or stopped."""
    case = find_case(connection, case_no)
    hall, edition = find_hall(connection, case['hall']), edition_of(connection, case['definition_id'])
    ledger = Ledger.load(connection, case['instance_id'], hall)
    stops = ledger.all_stops()
    versions = {row.name: row.calendar_version for row in read.clocks(connection, case['instance_id'])}
    found = []
    for row in sorted(ledger.clocks.values(), key=lambda each: clock_place(each.name)):
        granted = ledger.granted(row.name)
        name = ('clock', row.name, CLOCK.get(row.name, row.name))
        over = row.due_at if row.state == 'breached' else row.met_at
        then = hall_then(connection, case['hall'], hall, versions[row.name], over) if over else hall
        found.append(_explained(name, row, then, _before(stops, over), as_of=as_of, granted=granted))
    for timer in sorted(ledger.timers.values(), key=lambda each: each.anchor):
        if not isinstance(limit_of(timer.limit), Relative):  # those read the clock above
            name = ('timer', timer.element, edition.name_of(timer.element))
            found.append(_explained(name, timer, hall, stops if timer.stoppable else [], as_of=as_of))
    return found


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


def _visible(connection: Connection, actor: Actor, case_no: str) -> dict[str, Any]:
    if actor.kind == 'applicant' and case_no not in actor.cases:
        raise NotFound(f'Expected a case of this applicant, but {case_no} is not', f'没有办件 {case_no}')
    return find_case(connection, case_no)


def _facts(case: Mapping[str, Any], unmasked: bool, windows: Mapping[str, str]) -> CaseFacts:
    values = {name: case[name] for name in CaseFacts.__dataclass_fields__ if name != 'window_name'}
    values['window_name'] = windows.get(case['window'] or '', case['window'] or '')
    if not unmasked:
        kind = case['applicant_kind']
        values |= {
            'applicant_name': mask_name(case['applicant_name'], kind),
            'applicant_id_no': mask_id_no(case['applicant_id_no'], kind),
            'applicant_phone': mask_phone(case['applicant_phone']),
            'agent': mask_person(case['agent']),
            'applicant_address': mask_address(case['applicant_address']) if kind == 'person' else case['applicant_address'],
        }
    return CaseFacts(**values)


def _masked(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    hidden = {'applicant': mask_person(data.get('applicant'), kind), 'agent': mask_person(data.get('agent'))}
    return dict(data) | {name: value for name, value in hidden.items() if name in data}


def tasks_of(connection: Connection, actor: Actor, instance_id: int, now: datetime) -> list[TaskRow]:
    """The open tasks of a case, oldest first."""
    waits = (user_task.c.instance_id == instance_id, user_task.c.state == 'open')
    return task_rows(connection, actor, CASE_TASKS.all(connection, case_tasks().where(*waits).order_by(user_task.c.id)), now)


def _clocks(connection: Connection, case: Mapping[str, Any], hall: Hall, now: datetime) -> list[ClockRow]:
    counter = Counter(connection, now)
    ledger = read.ledger_of(connection, case['instance_id'], hall)
    found = []
    for row in read.clocks(connection, case['instance_id']):
        stopped = row.state == 'stopped'
        runs = row.state in ('running', 'breached') and row.met_at is None
        left = columns(
            counter.left(case['hall'], urgency_of_clock(row.due_at, row.amber_at, row.limit) if runs else Urgency(stopped=stopped))
        )
        left |= {'due_at': row.due_at, 'last_day': row.last_day, 'provisional': row.provisional}
        if stopped:
            again = ledger.clock_if_resumed(ledger.clocks[row.name], now)
            left['last_day'] = again.last_day.isoformat() if again.last_day else None
        found.append(
            ClockRow(
                name=row.name,
                title=CLOCK.get(row.name, row.name),
                limit=row.limit,
                anchor=row.anchor,
                state=row.state,
                met_at=row.met_at,
                extended=_more(ledger.granted(row.name), limit_of(row.limit)),
                **left,
            )
        )
    return sorted(found, key=lambda one: clock_place(one.name))


def _why_not(connection: Connection, actor: Actor, row: CaseTask, now: datetime) -> str:
    """Why the actor cannot work a task, in Chinese; empty when he can."""
    if row.state != 'open':
        return '该环节已办结'
    status = connection.execute(select(process_instance.c.status).where(process_instance.c.id == row.instance_id)).scalar_one()
    if status != 'active':
        return '办件已挂起'
    try:
        need_caseworker(connection, actor, now, row.group_key)
        not_signed(actor.id, row)
        four_eyes(connection, actor.id, row)
    except Rejection as refusal:
        return refusal.zh
    if row.assignee not in (None, actor.id):
        return f'{row.assignee_name or row.assignee}正在办理'
    if row.assignee is None and not actor.groups.intersection(row.candidate_groups) and actor.kind != 'system':
        return '申请人尚未提交' if APPLICANT in row.candidate_groups else '您不在这个窗口岗位'
    return ''


def _can_withdraw(connection: Connection, actor: Actor, case: Mapping[str, Any]) -> bool:
    if case['status'] in t.ENDED_STATUSES or actor.roles & {'administrator', 'supervisor'}:
        return False
    mine = case['window'] in actor.groups or entitled(connection, actor, case)
    waits = select(subscription.c.id).where(
        subscription.c.instance_id == case['instance_id'], subscription.c.kind == 'message', subscription.c.name == 'withdraw'
    )
    return mine and connection.execute(waits.limit(1)).first() is not None


def _before(stops: Sequence[Stop], over: datetime | None) -> list[Stop]:
    """A clock that was met or has run out does not know of later stops."""
    return [stop for stop in stops if over is None or stop.start < over]


def _explained(
    name: tuple[str, str, str], row: Any, hall: Hall, stops: Sequence[Stop], *, as_of: datetime, granted: Sequence[Extension] = ()
) -> Explained:
    limit, today = limit_of(row.limit), hall.office.local_date(as_of)
    turn: int = getattr(row, 'occurrence', 1)  # of a cycle timer
    place = (hall.calendar, hall.office, stops)
    days = explain(row.anchor, limit, *place, extensions=granted, occurrence=turn, until=today)
    ends_at = days[-1].ends_at if days else None
    again = None
    if ends_at is None:
        again = if_resumed(row.anchor, limit, *place, as_of=as_of, extensions=granted, occurrence=turn).last_day
    last, more = days[-1].date if ends_at else None, _more(granted, limit)
    return Explained(
        *name,
        limit=row.limit,
        anchor=row.anchor,
        state=row.state,
        due_at=ends_at,
        last_day=last,
        if_resumed=again,
        days=days,
        extended=more,
    )


def _more(granted: Sequence[Extension], limit: LimitExpr) -> str:
    return str(Limit(sum(one.amount for one in granted), limit.unit)) if granted and isinstance(limit, Limit) else ''


__all__ = [
    'CaseView',
    'Edition',
    'Explained',
    'TaskView',
    'case_view',
    'documents_of',
    'explain_case',
    'materials_of',
    'task_view',
    'tasks_of',
]
