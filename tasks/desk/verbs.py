"""The desk: a clerk's verbs on user tasks. The engine checks groups, signers and four eyes; here roles, certificates and the form.

What was typed is never lost: a `FormRejection` carries it back, and a conflict leaves the draft where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import Conflict, Forbidden, Rejection, once
from engine.forms import FieldError, validate
from engine.forms.options import Choice
from engine.read import by_urgency
from engine.rows import StoredTask
from engine.tables import process_instance, user_task
from engine.verbs import events, user_tasks
from engine.words import APPLICANT_WORD
from tasks import tables as t
from tasks.cases import attachments
from tasks.people.roster import actor_of, find_clerk
from tasks.people.vacant import stranded
from tasks.rights.asking import Relations, need, need_own, need_task, see_task, task_standing
from tasks.rights.caseworkers import need_in_force
from tasks.rights.relations import APPLICANT
from tasks.words.texts import checked_reason

if TYPE_CHECKING:
    from engine import Actor, Frame, Tx

_CHOICE = '$choice'


class FormRejection(Rejection):
    """The form has errors: which fields and why, and everything that was typed."""

    def __init__(self, errors: tuple[FieldError, ...], submitted: Mapping[str, Any]) -> None:
        super().__init__(f'Expected a complete form, but {len(errors)} field(s) have errors', '表单填写有误，请检查标出的项目')
        self.errors = errors
        self.submitted = submitted


@dataclass(frozen=True)
class Completed:
    """What completing a task led to. `closed` is False while another signer is still needed; `next_tasks` are the case's open tasks."""

    case_no: str
    closed: bool
    status: str
    result: str | None
    next_tasks: tuple[tuple[int, str, str], ...]  # (task id, name, window code)


def claim(tx: Tx, task_id: int) -> None:
    """Take a task of one of my windows."""
    with _working(tx, task_id):
        user_tasks.claim(tx, task_id)


def unclaim(tx: Tx, task_id: int) -> None:
    """Put a task back on the window's list."""
    with tx.frame(task_id=task_id) as frame:
        standing = see_task(tx.link, tx.by, task_id)
        if user_tasks.seen_task(frame).state == 'open' and not standing.allows('task.work'):
            need_task(tx.link, tx.by, 'task.hand_over', task_id, tx.now)
        user_tasks.unclaim(tx, task_id)


def assign(tx: Tx, task_id: int, username: str, reason: str = '') -> None:
    """Hand a task to a colleague of the same window (AB角, S-47), one that is nobody's to any clerk of the hall.

    Its assignee may, a supervisor or an administrator.
    """
    colleague = actor_of(find_clerk(tx.connection, username))
    with tx.frame(task_id=task_id) as frame:
        task = user_tasks.seen_task(frame)
        need_task(tx.link, tx.by, 'task.hand_over', task_id, tx.now)  # who holds it now that nobody else can take it
        need_in_force(tx.link, colleague, tx.now)  # first: whoever has no valid certificate may work no step, and the reason is this one
        standing = task_standing(tx.link, colleague, task_id)
        if task.state == 'open' and not standing.allows('task.work') and not (_of_hall(standing) and _nobodys(tx, task)):
            raise Forbidden(f'Expected somebody who may work the step, but {username} may not', f'{colleague.name}不在该窗口岗位')
        user_tasks.assign(tx, task_id, username)
        if reason.strip():
            events.record(tx, frame.instance.id, 'task.handed_over', {'to': username, 'reason': reason.strip()}, element=task.element)


def offer_again(tx: Tx, task_id: int) -> None:
    """Take a step back whose people are not there, and ask anew whom the diagram means; if nobody, the item's rule holds (D-06)."""
    with tx.frame(task_id=task_id):
        need_task(tx.link, tx.by, 'task.hand_over', task_id, tx.now)
        if not stranded(tx.connection, tx.now, user_task.c.id == task_id):
            raise Conflict(f'Expected user task {task_id} to be nobody’s, but somebody who is there can do it', '已有人可以办理该环节')
        user_tasks.unclaim(tx, task_id)
        user_tasks.offer_again(tx, task_id)


def _of_hall(standing: Relations) -> bool:
    return 'colleague' in standing.relations


def _nobodys(tx: Tx, task: StoredTask) -> bool:
    """Whether a step has no window and nobody it names is there: then any clerk of the hall may be given it."""
    return not task.candidate_groups and bool(stranded(tx.connection, tx.now, user_task.c.id == task.id))


def next_case(tx: Tx, window: str | None = None) -> int | None:
    """Claim the most urgent unclaimed task of my windows (or this one); its id, None when nothing waits. No two clerks get the same.

    It is the first row of the desk that nobody holds and I may do; what applicants have to bring waits for them and is not given out.
    """
    need(tx.by, 'task.list')
    if not tx.by.system:
        need_in_force(tx.connection, tx.by, tx.now)
    if window is not None:
        need_own(tx.by, window)
    windows = [window] if window else sorted(tx.by.groups - {APPLICANT})
    return user_tasks.next_task(tx, windows, own=window is None)


def held_and_more_urgent(connection: Connection, actor: Actor, task_id: int) -> list[str]:
    """The cases of tasks the actor holds already that come before this one on the desk, or are due with it: `next_case` gives new work,
    these wait too."""
    due = connection.execute(select(user_task.c.due_at).where(user_task.c.id == task_id)).scalar_one()
    held = (user_task.c.state == 'open', user_task.c.assignee == actor.id, user_task.c.id != task_id)
    urgent = user_task.c.due_at.is_not(None) if due is None else user_task.c.due_at <= due
    statement = select(process_instance.c.business_key).join(user_task, user_task.c.instance_id == process_instance.c.id)
    return list(connection.execute(statement.where(*held, urgent).order_by(*by_urgency())).scalars())


def save_draft(tx: Tx, task_id: int, data: Mapping[str, Any], *, begun_from: int | None = None) -> None:
    """Keep what was typed so far, unchecked; `load_draft` gives it back as it was. Conflict when `begun_from` is no longer its version."""
    with _working(tx, task_id) as frame:
        form = frame.definition.edition.form(user_tasks.seen_task(frame).element)
        data = attachments.own(tx.connection, task_id, frame.instance.business_key, form, data)
        user_tasks.save_draft(tx, task_id, _pack(data), begun_from=begun_from)
        attachments.let_go(tx, task_id, form, data)


def load_draft(stored: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The draft as `save_draft` was given it."""
    return None if stored is None else _unpack(stored)


def complete(tx: Tx, task_id: int, submitted: Mapping[str, Any], *, lock_version: int | None = None) -> Completed:
    """Check the task's form and complete it (or sign it, when it needs several people).

    Raises FormRejection with the typed data, Conflict naming who and when if the task is closed, claimed or the page is stale,
    Rejection when a document the outcome owes would lack what the law asks for.
    """
    with _working(tx, task_id) as frame:
        task = user_tasks.seen_task(frame)
        form = frame.definition.edition.form(task.element)
        cleaned: Mapping[str, Any] = {}
        if form is not None and task.state == 'open':  # a closed task is a conflict, whatever was typed
            context = frame.run.variables_of(task.token)
            submitted = attachments.own(tx.connection, task_id, frame.instance.business_key, form, submitted)
            result = validate(form, submitted, context, frame.hall.office.local(tx.now))
            if not result.ok:
                raise FormRejection(result.errors, submitted)
            cleaned = result.data
        done = user_tasks.complete(tx, task_id, cleaned, lock_version=lock_version)
        attachments.file(tx, task_id, form, cleaned)
    return Completed(done.business_key, done.closed, done.status, done.result, _following(frame))


def raise_event(tx: Tx, task_id: int, event: str, reason: str, *, lock_version: int | None = None) -> Completed:
    """Raise, with a reason, an error or escalation that the diagram catches on a task I hold; `event` is the id of its boundary event.

    Raises Conflict naming who and when as `complete` does, Rejection without a reason or where the diagram catches nothing like that.
    """
    with _working(tx, task_id) as frame:
        done = user_tasks.raise_event(tx, task_id, event, checked_reason(reason), lock_version=lock_version)
    return Completed(done.business_key, done.closed, done.status, done.result, _following(frame))


@contextmanager
def _working(tx: Tx, task_id: int) -> Iterator[Frame]:
    """Lock the case of a task for its verb, if the actor may work it: first the lock, then the clock, then rights."""
    with tx.frame(task_id=task_id) as frame:
        if user_tasks.seen_task(frame).state == 'open':
            need_task(tx.link, tx.by, 'task.work', task_id, tx.now)
        else:
            see_task(tx.link, tx.by, task_id)  # the engine says who was first
        yield frame


def _following(frame: Frame) -> tuple[tuple[int, str, str], ...]:
    """The open tasks of the case: id, name, window. Nothing is asked when all of them were opened just now."""
    known = frame.steps.all_open()
    if known is not None:
        return known
    task = user_task.c
    statement = select(task.id, task.name, task.group_key).where(task.instance_id == frame.instance.id, task.state == 'open')
    return tuple((row.id, row.name, row.group_key) for row in frame.tx.connection.execute(statement.order_by(task.id)))


def _pack(value: Any) -> Any:
    if isinstance(value, Choice):
        return {_CHOICE: str(value)}
    if isinstance(value, Mapping):
        return {key: _pack(item) for key, item in value.items()}
    return [_pack(item) for item in value] if isinstance(value, list | tuple) else value


def _unpack(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Choice(value[_CHOICE]) if set(value) == {_CHOICE} else {key: _unpack(item) for key, item in value.items()}
    return [_unpack(item) for item in value] if isinstance(value, list) else value


def windows_named(connection: Connection) -> dict[str, str]:
    """Window codes to names, the applicant's group included."""
    rows = once(connection, 'windows', lambda: connection.execute(select(t.window.c.code, t.window.c.name)).all())
    return {APPLICANT: APPLICANT_WORD} | {row.code: row.name for row in rows}
