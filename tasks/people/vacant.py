"""Posts nobody works (无人在岗): seen before an item comes into force, and where open tasks wait that nobody can see (O-11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import Actor, Edition, Rejection
from engine.tables import process_instance, user_task
from engine.words import APPLICANT_WORD
from tasks import tables as t
from tasks.catalogue.item_toml import spec_of
from tasks.catalogue.steps import all_steps
from tasks.rights.asking import here_or_nowhere
from tasks.rights.relations import APPLICANT


@dataclass(frozen=True)
class Manned:
    """A step of an item, its posts by name, and the names of the people who work one of them."""

    step: str
    posts: Sequence[str]
    people: Sequence[str]


@dataclass(frozen=True)
class Unseen:
    """An open task whose posts nobody works; `case_no` and `step` as the case page has them."""

    case_no: str
    instance_id: int
    step: str
    posts: Sequence[str]
    since: datetime


class EmptyPosts(Rejection):
    """Steps of the item have nobody to do them; whoever releases it must say that he knows."""

    def __init__(self, steps: Collection[Manned]) -> None:
        names = '、'.join(f'{one.step}（{"、".join(one.posts)}）' for one in steps)
        super().__init__(f'Expected people at the post of every step, but nobody works {names}', f'以下环节的岗位无人在岗：{names}')


def people_of_posts(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Window codes to the names of the active clerks who work them; `applicant` is worked by who works a receiving window."""
    statement = (
        select(t.clerk_window.c.window, t.window.c.authority, t.clerk.c.name, t.clerk.c.roles)
        .join(t.clerk, t.clerk.c.username == t.clerk_window.c.username)
        .join(t.window, t.window.c.code == t.clerk_window.c.window)
        .where(t.clerk.c.active)
        .order_by(t.clerk.c.username)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(statement):
        if not {'clerk', 'supervisor'}.isdisjoint(row.roles):  # who has a desk
            receives = row.authority == 'receive' and 'clerk' in row.roles
            for post in (row.window, APPLICANT) if receives else (row.window,):
                found[post] = (*found.get(post, ()), row.name)
    return found


def manned_steps(connection: Connection, edition: Edition) -> list[Manned]:
    """Each step of an item with the people of its posts; a step whose post only the case chooses is left out."""
    people, names, spec = people_of_posts(connection), _names(connection), spec_of(edition)
    found = []
    for step in all_steps(edition.diagram):
        windows = [(spec.window(group), group) for group in step.groups]
        codes = [window.id if window else group for window, group in windows]
        if codes:
            here = dict.fromkeys(name for code in codes for name in people.get(code, ()))
            found.append(Manned(step.name, [names.get(code, code) for code in codes], list(here)))
    return found


def need_people(connection: Connection, edition: Edition) -> None:
    """Raises EmptyPosts when a step of the item has nobody."""
    empty = [one for one in manned_steps(connection, edition) if not one.people]
    if empty:
        raise EmptyPosts(empty)


def unseen_tasks(connection: Connection, actor: Actor) -> list[Unseen]:
    """Open tasks of the person's hall that nobody holds and nobody of an active post can claim, the oldest first."""
    task, instance = user_task.c, process_instance.c
    worked, names = people_of_posts(connection), _names(connection)
    step = user_task.alias().c  # all that says which they are stands in the index of open steps
    unseen = select(step.id).where(step.state == 'open', step.assignee.is_(None), step.group_key.not_in(list(worked)))
    statement = (
        select(instance.business_key, task.instance_id, task.name, task.candidate_groups, task.opened_at)
        .join(process_instance, instance.id == task.instance_id)
        .where(task.id.in_(unseen), here_or_nowhere(actor))
        .order_by(task.opened_at, task.id)
    )
    return [
        Unseen(row.business_key, row.instance_id, row.name, [names.get(code, code) for code in row.candidate_groups], row.opened_at)
        for row in connection.execute(statement)
        if not any(code in worked for code in row.candidate_groups)
    ]


def _names(connection: Connection) -> dict[str, str]:
    return {APPLICANT: APPLICANT_WORD} | {row.code: row.name for row in connection.execute(select(t.window.c.code, t.window.c.name))}
