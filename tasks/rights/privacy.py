"""Who sees personal data plain (S-35): whoever works the case now or worked it, who received it, and approvers.

Everyone else, supervisors and administrators included, sees the masks of `engine.identity`: 张*, 4403**********1234, 138****5678.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Literal, Protocol

from sqlalchemy import Connection, select

from engine.read import worked_by
from engine.tables import user_task
from tasks.rights.roles import SEES_ALL, decides
from tasks.rows import StoredCase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine import Actor

Reading = Literal['plain', 'masked'] | None


class OfCase(Protocol):
    """What has a case's instance and who received it."""

    @property
    def instance_id(self) -> int: ...

    @property
    def received_by(self) -> str: ...


def entitled(connection: Connection, actor: Actor, case: OfCase) -> bool:
    """True when the actor may see this case's personal data plain."""
    if actor.kind == 'system':
        return True
    if actor.roles & SEES_ALL or 'clerk' not in actor.roles:
        return False
    if case.received_by == actor.id or decides(connection, actor):
        return True
    return bool(worked_instances(connection, actor, [case.instance_id]))


def reading(connection: Connection, actor: Actor, case: StoredCase) -> Reading:
    """How the actor reads a case's documents and opinions; None: not at all.

    Plain: who may see the case's personal data, the applicant himself, and every officer where the applicant is no natural person. Masked:
    who supervises, since an act nobody may read cannot be supervised.
    """
    if actor.kind == 'applicant':
        return 'plain' if case.case_no in actor.cases else None
    if entitled(connection, actor, case) or (case.applicant_kind != 'person' and actor.roles):
        return 'plain'
    return 'masked' if 'supervisor' in actor.roles else None


def without_persons(body: str, masks: Mapping[str, str]) -> str:
    """The HTML of a document in which every personal value (`masks`: value to what is shown) is hidden, wherever it stands."""
    hidden = {escape(value): escape(shown) for value, shown in masks.items() if value.strip()}
    if not hidden:
        return body
    longest_first = sorted(hidden, key=len, reverse=True)
    return re.sub('|'.join(map(re.escape, longest_first)), lambda found: hidden[found[0]], body)


def worked_instances(connection: Connection, actor: Actor, instances: Iterable[int]) -> set[int]:
    """Of these process instances, those with a task, open or done, in one of the actor's windows or his own."""
    if actor.roles & SEES_ALL or 'clerk' not in actor.roles:
        return set()
    task = user_task.c
    mine = worked_by(actor.groups) | (task.assignee == actor.id) | (task.closed_by == actor.id)
    return set(connection.execute(select(task.instance_id).where(task.instance_id.in_(list(instances)), mine).distinct()).scalars())
