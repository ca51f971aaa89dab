"""Who may do what to a task, decided by candidate group and assignee; what else an act takes is answered by the floor above.

Every refusal is a sentence in English and in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select

from engine.core.actor import Actor
from engine.core.errors import Conflict, Forbidden, NotFound, Rejection
from engine.rows import StoredTask
from engine.tables import user_task
from engine.words import Word

_DONE = select(user_task.c.instance_id, user_task.c.element, user_task.c.closed_by, user_task.c.signatures).where(
    user_task.c.instance_id.in_(bindparam('instances', expanding=True)), user_task.c.element.in_(bindparam('elements', expanding=True))
)


Right = Literal['instance.hold', 'instance.migrate', 'incident.settle', 'definition.draft', 'definition.deploy', 'task.hand_over']
"""What a verb asks for that neither a group nor an assignee decides."""
Rights = Callable[[Any, Right, int | None, int | None], None]
"""Raises Rejection unless who acts in a transaction may do this to an instance, or to a task (or to neither in particular)."""


def the_software_alone(tx: Any, right: Right, instance_id: int | None, task_id: int | None) -> None:
    """The answer of an engine that was told of no rights. Raises Forbidden."""
    raise Forbidden(f'Expected the software itself for {right}, but {tx.by.id} is a person', '此操作只能由系统进行')


def need_staff(by: Actor) -> None:
    """Anybody but an applicant. Raises Forbidden."""
    if by.kind == 'applicant':
        raise Forbidden(f'Expected an officer of the hall, but {by.id} is an applicant', '申请人不能进行此操作')


def see_case(by: Actor, business_key: str) -> None:
    """An applicant sees only his own cases; to him the others do not exist. Raises NotFound."""
    if by.kind == 'applicant' and business_key not in by.cases:
        raise NotFound(f'Expected a case of {by.id}, but {business_key} is not', '没有找到该办件')


def in_groups(by: Actor, task: StoredTask) -> bool:
    """Whether the actor works one of the task's windows or is named himself; a task that names neither is open to every officer."""
    groups, people = task.candidate_groups, task.candidate_users
    open_to_all = not groups and not people and by.kind != 'applicant'
    return by.system or open_to_all or bool(by.groups.intersection(groups)) or by.id in people


def need_group(by: Actor, task: StoredTask) -> None:
    """Raises Forbidden when the task belongs to other windows and people."""
    if not in_groups(by, task):
        windows = ', '.join((*task.candidate_groups, *task.candidate_users))
        raise Forbidden(f'Expected a member of {windows}, but {by.id} is not', f'该任务属于“{windows}”，您不在其中')


def need_open(task: StoredTask) -> None:
    """Raises Conflict, naming who closed the task and when."""
    if task.state == 'open':
        return
    how, zh = ('completed', '办结') if task.state == 'completed' else ('cancelled', '撤销')
    raise Conflict(
        f'Expected user task {task.id} to be open, but {task.closed_by} had it {how} at {task.closed_at}',
        f'该任务已{zh}',
        who=task.closed_by,
        when=task.closed_at,
        state=task.state,
    )


def need_hold(by: Actor, task: StoredTask) -> None:
    """The assignee, or anybody of the windows while nobody has claimed it. Raises Conflict naming the assignee, or Forbidden."""
    if task.assignee is None:
        need_group(by, task)
    elif task.assignee != by.id and not by.system:
        claimed_by_other(task)


def claimed_by_other(task: StoredTask) -> None:
    """Raises Conflict, naming who claimed the task and when."""
    raise Conflict(
        f'Expected user task {task.id} to be free, but {task.assignee} claimed it at {task.claimed_at}',
        '该任务已被他人认领',
        who=task.assignee,
        when=task.claimed_at,
        state='claimed',
    )


def need_fresh(task: StoredTask, lock_version: int | None, who: str, when: Any) -> None:
    """The page must show the present task. Raises Conflict naming who changed it last and when."""
    if lock_version is None or lock_version == task.lock_version:
        return
    raise Conflict(
        f'Expected version {task.lock_version} of user task {task.id}, but the page shows {lock_version}; {who} changed it at {when}',
        '页面已过期：任务已被更改',
        who=who,
        when=when,
        state='stale',
    )


def not_signed(user: str, task: StoredTask) -> None:
    """Several signers are several people. Raises Rejection."""
    if _signed(user, task):
        raise Rejection(f'Expected another signer, but {user} has signed user task {task.id}', '您已签署，须由另一人签署', rule='signers')


def four_eyes(connection: Connection, user: str, task: StoredTask) -> None:
    """Nobody who completed or signed an element named by `not_by` in this instance may do this one. Raises Forbidden."""
    element = _did_before(connection, user, [task]).get(task.id)
    if element is not None:
        raise Forbidden(
            f'Expected somebody else, but {user} did {element} in this case',
            '您办理过本件的前序环节，须由他人办理',
            rule='not_by',
            element=element,
        )


_DID_BEFORE = Word('您办理过本件的前序环节，须由他人办理', 'You did an earlier step of this case; somebody else must do this one')
_HAS_SIGNED = Word('您已签署，须由另一人签署', 'You have signed; another person must sign')


def barred(connection: Connection, user: str, tasks: Sequence[StoredTask]) -> dict[int, str]:
    """Of these tasks those `four_eyes` or `not_signed` refuse to this person, and why; at most one statement for all."""
    found: dict[int, str] = dict.fromkeys(_did_before(connection, user, tasks), _DID_BEFORE)
    return found | {task.id: _HAS_SIGNED for task in tasks if _signed(user, task)}


def _signed(user: str, task: StoredTask) -> bool:
    return any(signature['by'] == user for signature in task.signatures)


def _did_before(connection: Connection, user: str, tasks: Sequence[StoredTask]) -> dict[int, str]:
    """The tasks whose `not_by` names an element that this person did in the same case, with that element."""
    guarded = [task for task in tasks if task.not_by]
    if not guarded:
        return {}
    elements = {one for task in guarded for one in task.not_by}
    wanted = {'instances': [task.instance_id for task in guarded], 'elements': sorted(elements)}
    rows = connection.execute(_DONE, wanted).all()
    did = {(row.instance_id, row.element) for row in rows if user in _did(row.closed_by, row.signatures)}
    return {task.id: one for task in guarded for one in task.not_by if (task.instance_id, one) in did}


def _did(closed_by: str | None, signatures: Iterable[Mapping[str, Any]]) -> set[str | None]:
    return {closed_by, *(signature['by'] for signature in signatures)} - {None}
