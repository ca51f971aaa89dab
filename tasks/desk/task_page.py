"""What the page of one user task shows, and whether the actor may claim or complete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import Edition, Rejection, edition_of, four_eyes, not_signed
from engine.forms import Form
from engine.read import events, variables_of
from engine.rows import known
from engine.tables import process_instance, user_task
from engine.words import NOTHING, SUSPENDED, Word, said
from tasks.cases.attachments import Attachment, attachments_of
from tasks.cases.facts import CaseFacts, DocumentRow, MaterialRow, documents_of, facts_of, materials_of
from tasks.cases.masking import hidden, persons_of
from tasks.cases.materials import may_mark
from tasks.cases.opinions import Opinion, opinions
from tasks.cases.receipt import find_case
from tasks.desk.verbs import load_draft, windows_named
from tasks.desk.worklist import CaseTask, TaskRow, case_tasks, task_rows
from tasks.rights.asking import Relations, need_task, see_task
from tasks.rights.relations import APPLICANT

if TYPE_CHECKING:
    from engine import Actor, Edition


@dataclass(frozen=True)
class Signature:
    """Who signed, and when (ISO instant)."""

    by: str
    name: str
    at: str


@dataclass(frozen=True)
class Raisable:
    """An error or escalation whoever does a step may raise: the boundary event that catches it, and whether it ends the step."""

    event: str
    name: str
    kind: str
    ends: bool


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
    instead: Sequence[Word]  # why not those have it whom the diagram means
    raisable: Sequence[Raisable]  # what the diagram catches on this step, where this actor may raise it
    signatures: Sequence[Signature]
    signers: int
    materials: Sequence[MaterialRow]
    can_mark: bool  # whether materials are taken at this step, by this actor, now
    attachments: Sequence[Attachment]
    documents: Sequence[DocumentRow]
    opinions: Sequence[Opinion]  # of the steps before
    persons: Mapping[str, str]  # what identifies people in them and what is shown instead, where they are read masked
    documentation: str
    unmasked: bool


def task_view(connection: Connection, actor: Actor, task_id: int, *, now: datetime) -> TaskView:
    """A user task with its form, and whether the actor may claim or complete it; `why_not` says why he may not.

    Raises NotFound, in the same words for a task that is not there and for one that is not for these eyes.
    """
    standing = see_task(connection, actor, task_id)
    read_as, tasks = case_tasks(actor)
    row = known(read_as.first(connection, tasks.where(user_task.c.id == task_id)), 'a task that may be seen')
    case = find_case(connection, row.case_no)
    edition = edition_of(connection, case.definition_id)
    why_not = _why_not(connection, actor, row, standing, now)
    plain = standing.reading('task.read') == 'plain'
    data = variables_of(connection, row.instance_id, row.token if row.state == 'open' else None)
    element = edition.element(row.element)
    holds = row.assignee == actor.id
    persons = {} if plain else persons_of(connection, case)
    return TaskView(
        row=task_rows(connection, actor, [row], now)[0],
        case=facts_of(case, plain, windows_named(connection)),
        form=edition.form(row.element),
        data=data if plain else hidden(data, persons),
        draft=load_draft(row.draft) if standing.allows('task.read_draft') else None,
        draft_version=row.draft_version,
        can_claim=not why_not and row.assignee is None,
        can_complete=not why_not and holds,
        why_not=why_not,
        instead=_instead(connection, edition, row) if standing.allows('task.work') else (),
        raisable=_raisable(edition, row.element) if not why_not and holds else (),
        signatures=[Signature(one['by'], one.get('name') or one['by'], one['at']) for one in row.signatures],
        signers=row.signers,
        materials=materials_of(connection, row.case_no),
        can_mark=not why_not and holds and may_mark(connection, row.candidate_groups),
        attachments=attachments_of(connection, row.case_no) if standing.allows('attachment.read') else (),
        documents=documents_of(connection, row.case_no),
        opinions=opinions(connection, row.instance_id, edition) if standing.allows('case.read_file') else (),
        persons=persons,
        documentation=element.documentation if element else '',
        unmasked=plain,
    )


def _instead(connection: Connection, edition: Edition, row: CaseTask) -> Sequence[Word]:
    """Asked only of steps whose diagram names people."""
    if not edition.assignment(row.element).people.names_people:
        return ()
    told = events(connection, row.instance_id)
    offers = [one.data for one in told if one.token == row.token and one.event in ('user_task.created', 'user_task.offered')]
    return [Word(*note) for note in offers[-1].get('instead', ())] if offers else ()


def _raisable(edition: Edition, element: str) -> Sequence[Raisable]:
    found = []
    for one in edition.program.raised_on(element):
        event = one.events[0]
        name = event.name or one.name or event.code or one.id
        found.append(Raisable(one.id, name, event.kind, one.interrupting or event.kind == 'error'))
    return found


_NOT_SUBMITTED = Word('申请人尚未提交', 'The applicant has not submitted yet')
_NOT_YOUR_WINDOW = Word('您不在这个窗口岗位', 'You do not work at this window')


def _why_not(connection: Connection, actor: Actor, row: CaseTask, standing: Relations, now: datetime) -> str:
    """Why the actor cannot work a task, in both languages; empty when he can."""
    if row.state != 'open':
        return Word('该环节已办结', 'This step is done')
    status = connection.execute(select(process_instance.c.status).where(process_instance.c.id == row.instance_id)).scalar_one()
    if status != 'active':
        return SUSPENDED
    holder = row.assignee_name or row.assignee
    taken = said('{who}正在办理', '{who} is working on it', who=holder) if row.assignee not in (None, actor.id) else NOTHING
    if not standing.allows('task.work'):
        return taken or (_NOT_SUBMITTED if APPLICANT in row.candidate_groups else _NOT_YOUR_WINDOW)
    try:
        need_task(connection, actor, 'task.work', row.id, now)
        not_signed(actor.id, row)
        four_eyes(connection, actor.id, row)
    except Rejection as refusal:
        return refusal.zh
    return taken
