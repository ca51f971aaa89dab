"""User tasks: claim, put back, assign, next, draft, complete and sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, null, or_, select, update

from engine.core import incidents, rights, staffing
from engine.core.apply import apply
from engine.core.errors import Conflict, Rejection
from engine.core.frame import Frame, need_active
from engine.core.locking import FREE_BY_ID
from engine.core.statements import RowChange
from engine.core.steps import Completing
from engine.core.tx import Tx
from engine.core.values import instant_text, plain
from engine.core.widths import PERSON, fitting
from engine.identity import is_blank
from engine.read import by_urgency, offered_to, worked_by
from engine.read import task as stored_task
from engine.rows import StoredTask, known
from engine.tables import process_instance, user_task

CANDIDATES = 20

_HOLD = RowChange(
    update(user_task)
    .where(user_task.c.id == bindparam('task_id'))
    .values(assignee=bindparam('new_assignee'), claimed_at=bindparam('new_claimed_at'), lock_version=user_task.c.lock_version + 1)
)
_SIGN = RowChange(
    update(user_task)
    .where(user_task.c.id == bindparam('task_id'))
    .values(signatures=bindparam('new_signatures'), assignee=None, claimed_at=None, draft=null(), lock_version=user_task.c.lock_version + 1)
)


@dataclass(frozen=True)
class Completion:
    """What completing did. `closed` is False while other signers are still asked for."""

    instance_id: int
    business_key: str
    closed: bool
    status: str  # of the instance
    result: str | None = None


def seen_task(frame: Frame) -> StoredTask:
    """The user task the frame was opened by, if this actor may know of it. Raises NotFound."""
    rights.see_case(frame.tx.by, frame.instance.business_key)
    if frame.task is None:
        raise TypeError('Expected a frame opened by a user task')
    return frame.task


def _may_do(frame: Frame, user: str, task: StoredTask) -> None:
    rights.not_signed(user, task)
    rights.four_eyes(frame.tx.connection, user, task)


def claim(tx: Tx, task_id: int) -> None:
    """Take an open task of one of my windows. Raises Conflict naming who has it, Forbidden.

    Claiming what is already mine changes nothing.
    """
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        need_active(frame.instance)
        if task.assignee == tx.by.id:
            return
        if task.assignee is not None:
            rights.claimed_by_other(task)
        rights.need_group(tx.by, task)
        _may_do(frame, tx.by.id, task)
        _hold(frame, task, tx.by.id, 'user_task.claimed')


def _hold(frame: Frame, task: StoredTask, assignee: str | None, event: str) -> None:
    values = {'task_id': task.id, 'new_assignee': assignee, 'new_claimed_at': frame.tx.now if assignee else None}
    frame.write(_HOLD, values, key=task.token)
    data = {'assignee': assignee, 'before': task.assignee}
    frame.record(event, data, element=task.element, token=task.token)


def unclaim(tx: Tx, task_id: int) -> None:
    """Put a task back (its assignee, or who has the right `task.hand_over`)."""
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        if task.assignee is None:
            return
        if task.assignee != tx.by.id:
            tx.need('task.hand_over', task_id=task_id)
        _hold(frame, task, None, 'user_task.unclaimed')


def assign(tx: Tx, task_id: int, assignee: str) -> None:
    """Give a task to somebody (its assignee, or who has the right `task.hand_over`).

    Whether such a person exists and works the window is the office's affair; four eyes and signatures are ours.
    """
    fitting(assignee, PERSON, 'an account', '账号')
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        need_active(frame.instance)
        if task.assignee is None or task.assignee != tx.by.id:
            tx.need('task.hand_over', task_id=task_id)
        _may_do(frame, assignee, task)
        _hold(frame, task, assignee, 'user_task.assigned')
        incidents.settle_assignment(frame, task.token)


def offer_again(tx: Tx, task_id: int) -> None:
    """Ask again whom the diagram means by an open step that nobody holds (right `task.hand_over`): people have come or gone since."""
    with tx.frame(task_id=task_id) as frame:
        tx.need('task.hand_over', task_id=seen_task(frame).id)
        task = known(stored_task(tx.connection, task_id), 'a task that is locked')  # as it is now: somebody may just have put it back
        rights.need_open(task)
        if task.assignee is None:
            staffing.offer_again(frame, task)


def next_task(tx: Tx, groups: Sequence[str], *, own: bool = False) -> int | None:
    """Claim the most urgent unclaimed task of these windows, and with `own` of those that name the actor; its id, None when there is none.

    No two people get the same.

    Tasks of instances that somebody is working on this very moment are passed over.
    """
    wanted = list(groups) if tx.by.system else [group for group in groups if group in tx.by.groups]
    mine = [worked_by(wanted)] if wanted else []
    mine += [offered_to(tx.by.id)] if own else []
    if not mine:
        return None
    waiting = (
        select(user_task.c.id, user_task.c.instance_id)
        .join(process_instance, process_instance.c.id == user_task.c.instance_id)
        .where(user_task.c.state == 'open', user_task.c.assignee.is_(None), process_instance.c.status == 'active', or_(*mine))
        .order_by(*by_urgency())
    )
    seen = 0
    while rows := tx.connection.execute(waiting.limit(CANDIDATES).offset(seen)).all():
        for row in rows:
            if _take(tx, row.id, row.instance_id):
                return int(row.id)
        seen += len(rows)
    return None


def _take(tx: Tx, task_id: int, instance_id: int) -> bool:
    found = FREE_BY_ID.first(tx.connection, {'instance_id': instance_id})
    if found is None:
        return False
    tx.adopt(found.instance, found.ledger)
    try:
        claim(tx, task_id)
    except Rejection:
        return False  # somebody was first, or this person is barred from it: the next one
    return True


def save_draft(tx: Tx, task_id: int, data: Mapping[str, Any], *, begun_from: int | None = None) -> None:
    """Keep unsent form data of an open task. A draft is no event of the case: neither history nor `lock_version` change.

    `begun_from` is the `draft_version` of the page it was typed on: Conflict when a newer draft was saved since. None asks nothing.
    """
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        rights.need_hold(tx.by, task)
        if begun_from is not None and begun_from != task.draft_version:
            raise Conflict(
                f'Expected draft {task.draft_version} of user task {task_id}, but the page was opened with {begun_from}',
                '打开本页以后，另一个页面保存了较新的草稿',
                who=task.assignee,
                state='stale',
            )
        values = {'draft': plain(data), 'draft_by': tx.by.id, 'draft_version': task.draft_version + 1}
        tx.connection.execute(update(user_task).where(user_task.c.id == task_id).values(values))


def complete(tx: Tx, task_id: int, variables: Mapping[str, Any] | None = None, *, lock_version: int | None = None) -> Completion:
    """Complete (or, with several signers, sign) a task and run on to the next wait state.

    Raises Conflict naming who and when if it is closed, claimed by somebody else or the page is stale; Forbidden; Rejection.
    """
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        need_active(frame.instance)
        rights.need_hold(tx.by, task)
        rights.need_fresh(task, lock_version, frame.instance.touched_by, frame.instance.touched_at)
        _may_do(frame, tx.by.id, task)
        data = plain(variables or {})
        signatures = task.signatures
        if task.signers > 1:
            signature = {'by': tx.by.id, 'name': tx.by.name, 'at': instant_text(tx.now), 'variables': data}
            signatures = [*signatures, signature]
            if len(signatures) < task.signers:
                return _sign(frame, task, signatures)
            data = {key: value for one in signatures for key, value in one['variables'].items()}
        _finish(frame, task, data, signatures)
        instance = frame.instance
    return Completion(instance.id, instance.business_key, True, instance.status, instance.result)


def raise_event(tx: Tx, task_id: int, event: str, reason: str, *, lock_version: int | None = None) -> Completion:
    """Raise an error or escalation that a boundary event (`event` is its id) of the task catches, and run on to the next wait state.

    An interrupting one ends the task unfinished. Raises Conflict and Forbidden as `complete` does; Rejection without a reason, or when the
    diagram catches nothing like that here.
    """
    with tx.frame(task_id=task_id) as frame:
        task = seen_task(frame)
        rights.need_open(task)
        need_active(frame.instance)
        rights.need_hold(tx.by, task)
        rights.need_fresh(task, lock_version, frame.instance.touched_by, frame.instance.touched_at)
        _may_do(frame, tx.by.id, task)
        if is_blank(reason):
            raise Rejection('Expected a reason, but it is empty', '请填写理由')
        caught = frame.run.raise_at(task.token, event, reason)
        told = {'kind': caught.kind, 'code': caught.code, 'event': event, 'reason': reason, 'name': tx.by.name}
        frame.record('user_task.raised', told, element=task.element, token=task.token)
        apply(frame, frame.advance())
        instance = frame.instance
        closed = task.token not in (frame.steps.open or ())
    return Completion(instance.id, instance.business_key, closed, instance.status, instance.result)


def _sign(frame: Frame, task: StoredTask, signatures: list[dict[str, Any]]) -> Completion:
    frame.write(_SIGN, {'task_id': task.id, 'new_signatures': signatures}, key=task.token)
    data = {'name': frame.tx.by.name, 'number': len(signatures), 'of': task.signers, 'variables': signatures[-1]['variables']}
    frame.record('user_task.signed', data, element=task.element, token=task.token)
    return Completion(frame.instance.id, frame.instance.business_key, False, frame.instance.status)


def _finish(frame: Frame, task: StoredTask, data: Mapping[str, Any], signatures: Sequence[Mapping[str, Any]]) -> None:
    by = frame.tx.by
    frame.steps.completing[task.token] = Completing(by.name, data, task.assignee or by.id, signatures)
    frame.run.complete(task.token, dict(data))
    apply(frame, frame.advance())
