"""Posts nobody works (无人在岗): seen before an item comes into force, and where open tasks wait that nobody can see (O-11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from engine import Actor, Edition, Rejection
from engine.tables import incident, process_instance, user_task
from engine.words import APPLICANT_WORD
from tasks import tables as t
from tasks.catalogue.item_toml import spec_of
from tasks.catalogue.steps import all_steps
from tasks.rights.asking import here_or_nowhere
from tasks.rights.caseworkers import ACCOUNT, good
from tasks.rights.relations import APPLICANT, takes


@dataclass(frozen=True)
class Manned:
    """A step of an item, its posts by name, and the names of the people who work one of them."""

    step: str
    posts: Sequence[str]
    people: Sequence[str]


@dataclass(frozen=True)
class Unseen:
    """An open task nobody can see: nobody works its posts, and its people are not there; `case_no` and `step` as the case page has them."""

    case_no: str
    instance_id: int
    step: str
    posts: Sequence[str]
    since: datetime
    task_id: int
    named: bool  # whether the diagram or somebody named people for it, who may be asked for anew


class EmptyPosts(Rejection):
    """Steps of the item have nobody to do them; whoever releases it must say that he knows."""

    def __init__(self, steps: Collection[Manned]) -> None:
        names = '、'.join(f'{one.step}（{"、".join(one.posts)}）' for one in steps)
        super().__init__(f'Expected people at the post of every step, but nobody works {names}', f'以下环节的岗位无人在岗：{names}')


def people_of_posts(connection: Connection, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """Window codes to the names of the clerks in force who work them; `applicant` is worked by who works a receiving window."""
    statement = (
        select(t.clerk_window.c.window, t.window.c.authority, t.clerk.c.name, t.clerk.c.roles, *ACCOUNT)
        .join(t.clerk, t.clerk.c.username == t.clerk_window.c.username)
        .join(t.window, t.window.c.code == t.clerk_window.c.window)
        .where(t.clerk.c.active)
        .order_by(t.clerk.c.username)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(statement):
        if takes(row.roles, 'candidate') and good(row, now) is None:  # who has a desk
            receives = row.authority == 'receive' and 'clerk' in row.roles
            for post in (row.window, APPLICANT) if receives else (row.window,):
                found[post] = (*found.get(post, ()), row.name)
    return found


def in_force(connection: Connection, usernames: Collection[str], now: datetime) -> Mapping[str, str]:
    """Of these accounts those that may work cases now, with their names."""
    if not usernames:
        return {}
    wanted = select(t.clerk.c.username, t.clerk.c.name, t.clerk.c.roles, *ACCOUNT).where(t.clerk.c.username.in_(sorted(usernames)))
    return {
        row.username: row.name
        for row in connection.execute(wanted.order_by(t.clerk.c.username))
        if takes(row.roles, 'candidate') and good(row, now) is None
    }


def manned_steps(connection: Connection, edition: Edition, now: datetime) -> list[Manned]:
    """Each step of an item with the people of its posts and those it names; a step only the case finds people for is left out."""
    people, names, spec = people_of_posts(connection, now), _names(connection), spec_of(edition)
    steps = all_steps(edition.diagram)
    there = in_force(connection, {name for step in steps for name in step.people}, now)
    found = []
    for step in steps:
        windows = [(spec.window(group), group) for group in step.groups]
        codes = [window.id if window else group for window, group in windows]
        if codes or (step.people and not step.chosen):
            here = dict.fromkeys(name for code in codes for name in people.get(code, ()))
            here |= dict.fromkeys(there[name] for name in step.people if name in there)
            found.append(Manned(step.name, [*(names.get(code, code) for code in codes), *step.people], list(here)))
    return found


def need_people(connection: Connection, edition: Edition, now: datetime) -> None:
    """Raises EmptyPosts when a step of the item has nobody."""
    empty = [one for one in manned_steps(connection, edition, now) if not one.people]
    if empty:
        raise EmptyPosts(empty)


@dataclass(frozen=True)
class Waiting:
    """An open task, and who may take it."""

    id: int
    case_no: str
    instance_id: int
    token: str
    name: str
    candidate_groups: Sequence[str]
    candidate_users: Sequence[str]
    assignee: str | None
    opened_at: datetime


def unseen_tasks(connection: Connection, actor: Actor, now: datetime) -> list[Unseen]:
    """Open tasks of the person's hall that nobody who is there holds or can claim, the oldest first, but for those with an open incident.

    Who is there has an active account and, but for what only waits at a window, a certificate in force.
    """
    names = _names(connection)
    settled = select(incident.c.id).where(
        incident.c.instance_id == user_task.c.instance_id, incident.c.token == user_task.c.token, incident.c.state == 'open'
    )
    return [
        Unseen(
            case_no=row.case_no,
            instance_id=row.instance_id,
            step=row.name,
            posts=[names.get(code, code) for code in _who(row)],
            since=row.opened_at,
            task_id=row.id,
            named=bool(_named(row)),
        )
        for row in stranded(connection, now, here_or_nowhere(actor), ~settled.exists())
    ]


def _who(row: Waiting) -> Sequence[str]:
    return (*row.candidate_groups, *row.candidate_users, *(() if row.assignee is None else (row.assignee,)))


def stranded(connection: Connection, now: datetime, *where: ColumnElement[bool]) -> list[Waiting]:
    """Open tasks nobody who is there can work, `where` so.

    Whoever holds a task keeps others from it; what nobody holds is seen by its windows and by the people it names.
    """
    task, instance = user_task.c, process_instance.c
    worked = people_of_posts(connection, now)
    step = user_task.alias().c  # all that says which they are stands in the index of open steps
    soon = (now + timedelta(days=1)).date().isoformat()  # in whatever zone it is
    ran_out = and_(t.clerk.c.certificate_until != '', t.clerk.c.certificate_until < soon)
    gone = select(t.clerk.c.username).where(or_(~t.clerk.c.active, ran_out))
    unheld = and_(step.assignee.is_(None), step.group_key.not_in(list(worked)))
    held = and_(step.assignee.is_not(None), or_(step.assignee.in_(gone), step.assignee.not_in(select(t.clerk.c.username))))
    columns = [task[name] for name in ('instance_id', 'token', 'name', 'candidate_groups', 'candidate_users', 'assignee', 'opened_at')]
    statement = (
        select(task.id, instance.business_key, *columns)
        .join(process_instance, instance.id == task.instance_id)
        .where(task.id.in_(select(step.id).where(step.state == 'open', or_(unheld, held))), *where)
        .order_by(task.opened_at, task.id)
    )
    rows = [Waiting(*row) for row in connection.execute(statement)]
    there = in_force(connection, {name for row in rows for name in _named(row)}, now)
    return [row for row in rows if there.keys().isdisjoint(_named(row)) and not _at_a_post(row, worked)]


def _named(row: Waiting) -> Collection[str]:
    return row.candidate_users if row.assignee is None else (row.assignee,)


def _at_a_post(row: Waiting, worked: Mapping[str, object]) -> bool:
    """A step of the applicant is his, whoever has begun it."""
    groups = row.candidate_groups
    return any(code in worked for code in groups) if row.assignee is None else APPLICANT in groups


def _names(connection: Connection) -> dict[str, str]:
    return {APPLICANT: APPLICANT_WORD} | {row.code: row.name for row in connection.execute(select(t.window.c.code, t.window.c.name))}
