"""Who answers for a case at this moment: the window and, if somebody has it in hand, the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, or_, select

from engine.rows import Rows
from engine.tables import user_task
from tasks import tables as t
from tasks.rights.relations import APPLICANT, takes
from tasks.rows import StoredCase

if TYPE_CHECKING:
    from engine import Tx


@dataclass(frozen=True, slots=True)
class WorkStep:
    """A user task as far as it tells who has to do it."""

    token: str
    scope: list[str]
    element: str
    name: str
    group_key: str
    candidate_groups: list[str]
    candidate_users: list[str]
    assignee: str | None
    closed_by: str | None
    state: str

    @property
    def told(self) -> list[tuple[str | None, str]]:
        """Who is told of the work, as (person, window): who has it, else its window, else each whom the diagram names."""
        if self.assignee is None and not self.group_key:
            return [(name, '') for name in self.candidate_users]
        return [(self.assignee, self.group_key)]


_STEPS = Rows(WorkStep, user_task)
_TASKS = (
    _STEPS.select()
    .where(
        user_task.c.instance_id == bindparam('instance'), or_(user_task.c.state == 'open', user_task.c.closed_at == bindparam('closed_at'))
    )
    .order_by(user_task.c.opened_at, user_task.c.id)
)
_WATCHERS = select(t.clerk_window.c.window, t.clerk.c.roles).join(t.clerk, t.clerk.c.username == t.clerk_window.c.username)


@dataclass(frozen=True)
class Duty:
    """The responsible unit: window, its department, and the person (empty when nobody had claimed the work)."""

    window: str = ''
    department: str = ''
    person: str = ''


def duty_of(tx: Tx, case: StoredCase, *, host: str | None = None, groups: Sequence[str] = ()) -> Duty:
    """Who had the case when a limit ran out: of the step `host` if given, else of the innermost open step.

    Whoever completes a step too late answers for it, though it is closed by now. Without any step the receiving window does.
    """
    by_person = None if tx.by.system else tx.now
    tasks = open_work(tx.connection, case.instance_id, host=host, closed_at=tx.now if host else by_person)
    late = [row for row in tasks if row.state != 'open' and not tx.by.system] or tasks
    found = max(late, key=lambda row: len(row.scope), default=None)  # the first of the innermost
    window = found.group_key if found else next(iter(groups), None) or case.window or ''
    person = (found.assignee or '') if found else ''
    return Duty(window, department_of(tx.connection, window), person)


def open_work(connection: Connection, instance_id: int, *, host: str | None = None, closed_at: datetime | None = None) -> list[WorkStep]:
    """The steps officers have to do, oldest first: not the applicant's, and not those of posts that supervise others unless only such
    are left. `host` keeps those on or inside one activity; `closed_at` adds steps closed at that very instant."""
    rows = _STEPS.all(connection, _TASKS, {'instance': instance_id, 'closed_at': closed_at})
    mine = [row for row in rows if APPLICANT not in row.candidate_groups and (host is None or host in (row.token, *row.scope))]
    posts = supervising(connection, {row.group_key for row in mine}) if len(mine) > 1 else frozenset()
    return [row for row in mine if row.group_key not in posts] or mine


def supervising(connection: Connection, windows: set[str]) -> frozenset[str]:
    """Of these windows, those worked by supervisors."""
    rows = connection.execute(_WATCHERS.where(t.clerk_window.c.window.in_(windows)))
    return frozenset(row.window for row in rows if takes(row.roles, 'inspector'))


def department_of(connection: Connection, window: str) -> str:
    """The department a window belongs to; empty when it has none."""
    return connection.execute(select(t.window.c.department).where(t.window.c.code == window)).scalar_one_or_none() or ''
