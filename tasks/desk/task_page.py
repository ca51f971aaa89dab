"""What the page of one user task shows, and whether the actor may claim or complete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import NotFound, Rejection, edition_of, four_eyes, not_signed
from engine.forms import Form
from engine.read import variables_of
from engine.tables import process_instance, user_task
from tasks.cases.attachments import Attachment, attachments_of
from tasks.cases.materials import may_mark
from tasks.cases.opinions import Opinion, opinions
from tasks.desk.verbs import load_draft, windows_named
from tasks.desk.worklist import CASE_TASKS, CaseTask, TaskRow, case_tasks, task_rows
from tasks.people.roster import APPLICANT
from tasks.rights.privacy import entitled
from tasks.rights.roles import need_caseworker

if TYPE_CHECKING:
    from engine import Actor


from tasks.cases.facts import CaseFacts, DocumentRow, MaterialRow, documents_of, facts_of, masked_data, materials_of, visible_case


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


def task_view(connection: Connection, actor: Actor, task_id: int, *, now: datetime) -> TaskView:
    """A user task with its form, and whether the actor may claim or complete it; `why_not` says why he may not."""
    row = CASE_TASKS.first(connection, case_tasks().where(user_task.c.id == task_id))
    if row is None:
        raise NotFound(f'Expected a user task, but there is no {task_id}', '没有找到该任务')
    case = visible_case(connection, actor, row.case_no)
    edition = edition_of(connection, case.definition_id)
    why_not = _why_not(connection, actor, row, now)
    unmasked = entitled(connection, actor, case) or (not why_not)
    data = variables_of(connection, row.instance_id, row.token if row.state == 'open' else None)
    element = edition.element(row.element)
    holds = row.assignee == actor.id
    return TaskView(
        row=task_rows(connection, actor, [row], now)[0],
        case=facts_of(case, unmasked, windows_named(connection)),
        form=edition.form(row.element),
        data=data if unmasked else masked_data(data, case.applicant_kind),
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
