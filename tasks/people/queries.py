"""What the administrator's pages show of people, windows and departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from engine import Actor
from engine.rows import Rows
from tasks import tables as t
from tasks.marks.settings import substitutes
from tasks.operations.tables import proposal
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import by_people_here, here_or_nowhere


@dataclass(frozen=True)
class ClerkRow:
    """A clerk in the list; `windows` are names, `certificate_until` is an ISO date or empty.

    `waits`: a second person confirms the account first.
    """

    username: str
    name: str
    roles: Sequence[str]
    department: str
    windows: Sequence[str]
    certificate_no: str
    certificate_until: str
    substitute: str
    active: bool
    waits: bool


@dataclass(frozen=True)
class WindowRow:
    """A window, its department's name and how many active clerks work it."""

    code: str
    name: str
    authority: str
    department: str
    place: str
    clerks: int


@dataclass(frozen=True)
class DepartmentRow:
    """A department, how many windows and active clerks it has."""

    code: str
    name: str
    phone: str
    reconsideration: str
    court: str
    windows: int
    clerks: int


@dataclass(frozen=True, slots=True)
class _Listed:
    username: str
    name: str
    roles: list[str]
    department_name: str | None
    certificate_no: str
    certificate_until: str
    active: bool


_CLERKS = Rows(_Listed, t.clerk, department_name=t.department.c.name)


def clerks(connection: Connection, actor: Actor, *, words: str = '', state: str = '', place: str = '') -> Page[ClerkRow]:
    """People of the person's hall, and of none, by name; `words` in user name or name, `state` active | inactive | all of them."""
    person = t.clerk.c
    statement = _CLERKS.select().outerjoin(t.department, t.department.c.code == person.department)
    statement = statement.where(by_people_here(actor, person.username))
    if words:
        statement = statement.where(or_(person.username.icontains(words, autoescape=True), person.name.contains(words, autoescape=True)))
    if state in ('active', 'inactive'):
        statement = statement.where(person.active if state == 'active' else ~person.active)
    order = (Key(case((person.active, 0), else_=1)), Key(person.department, nullable=True), Key(person.username))
    page = fetch(connection, _CLERKS, statement, order, place)
    rows = page.rows
    posts, stand_ins = _posts(connection, [row.username for row in rows]), substitutes(connection)
    waiting = waiting_accounts(connection, [row.username for row in rows if not row.active])
    found = [
        ClerkRow(
            username=row.username,
            name=row.name,
            roles=row.roles,
            department=row.department_name or '',
            windows=posts.get(row.username, []),
            certificate_no=row.certificate_no,
            certificate_until=row.certificate_until,
            substitute=stand_ins.get(row.username, ''),
            active=row.active,
            waits=row.username in waiting,
        )
        for row in rows
    ]
    return page.showing(found)


def waiting_accounts(connection: Connection, usernames: Sequence[str]) -> set[str]:
    """Those of these people whose new account waits for a second person."""
    wanted = proposal.c
    waits = (wanted.action == 'clerk.created', wanted.verdict.is_(None), wanted.object.in_(usernames))
    return set(connection.execute(select(wanted.object).where(*waits)).scalars()) if usernames else set()


def windows(connection: Connection, actor: Actor) -> list[WindowRow]:
    """The windows of the person's hall, by department."""
    staff = (
        select(func.count())
        .select_from(t.clerk_window.join(t.clerk, t.clerk.c.username == t.clerk_window.c.username))
        .where(t.clerk_window.c.window == t.window.c.code, t.clerk.c.active)
        .scalar_subquery()
    )
    window = t.window.c
    statement = (
        select(window.code, window.name, window.authority, func.coalesce(t.department.c.name, ''), window.place, staff)
        .outerjoin(t.department, t.department.c.code == window.department)
        .where(here_or_nowhere(actor, window.hall))
        .order_by(window.hall, window.department, window.code)
    )
    return [WindowRow(*row) for row in connection.execute(statement)]


def departments(connection: Connection, actor: Actor) -> list[DepartmentRow]:
    """The departments of the person's hall."""
    row = t.department.c
    posts = select(func.count()).select_from(t.window).where(t.window.c.department == row.code).scalar_subquery()
    staff = select(func.count()).select_from(t.clerk).where(t.clerk.c.department == row.code, t.clerk.c.active).scalar_subquery()
    statement = select(row.code, row.name, row.phone, row.reconsideration, row.court, posts, staff)
    mine = statement.where(here_or_nowhere(actor, row.hall)).order_by(row.hall, row.code)
    return [DepartmentRow(*found) for found in connection.execute(mine)]


def choices(connection: Connection, actor: Actor) -> Mapping[str, Any]:
    """What a form of the person's hall may choose from: halls, departments, windows, active clerks with windows, each {code: name}."""
    working = (
        select(t.clerk.c.username, t.clerk.c.name)
        .where(t.clerk.c.active, t.clerk.c.username.in_(select(t.clerk_window.c.username)), by_people_here(actor, t.clerk.c.username))
        .order_by(t.clerk.c.username)
    )

    halls = select(t.hall.c.code, t.hall.c.name).where(here_or_nowhere(actor, t.hall.c.code))
    offices = select(t.department.c.code, t.department.c.name).where(here_or_nowhere(actor, t.department.c.hall))

    def named(statement: Any) -> dict[str, str]:
        return {str(key): str(name) for key, name in connection.execute(statement)}

    return {
        'halls': named(halls.order_by(t.hall.c.created_at, t.hall.c.code)),
        'departments': named(offices.order_by(t.department.c.code)),
        'windows': {row.code: row for row in windows(connection, actor)},
        'colleagues': named(working),
    }


def _posts(connection: Connection, usernames: Sequence[str]) -> dict[str, list[str]]:
    statement = (
        select(t.clerk_window.c.username, t.window.c.name)
        .join(t.window, t.window.c.code == t.clerk_window.c.window)
        .where(t.clerk_window.c.username.in_(usernames))
        .order_by(t.window.c.code)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.username, []).append(row.name)
    return found


def everybody(connection: Connection, actor: Actor) -> dict[str, str]:
    """User names to names of everybody of the person's hall who has or had an account, by name."""
    people = select(t.clerk.c.username, t.clerk.c.name).where(by_people_here(actor, t.clerk.c.username))
    rows = connection.execute(people.order_by(t.clerk.c.name, t.clerk.c.username))
    return {row.username: row.name for row in rows}
