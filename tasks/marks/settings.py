"""A hall's thresholds for marks, and who stands in for whom (AB角, S-47)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import Rejection
from engine.identity import is_blank
from engine.words import joined
from tasks import tables as t
from tasks.desk.verbs import windows_named
from tasks.marks.rules import Thresholds
from tasks.marks.tables import clerk_substitute, mark_rule, watch
from tasks.operations.log import note
from tasks.people.roster import find_clerk, need_administrator_of
from tasks.rights.asking import by_people_here, here_or_nowhere, need

if TYPE_CHECKING:
    from engine import Actor, Tx


@dataclass(frozen=True)
class SubstituteRow:
    """A clerk and who stands in for him."""

    username: str
    name: str
    windows: str
    substitute: str
    colleagues: Sequence[tuple[str, str]]


_RULE = select(mark_rule.c.amber_days, mark_rule.c.amber_percent, mark_rule.c.reply_workdays).where(mark_rule.c.hall == bindparam('hall'))
_SUBSTITUTES = (
    select(clerk_substitute.c.username, clerk_substitute.c.substitute)
    .join(t.clerk, t.clerk.c.username == clerk_substitute.c.substitute)
    .where(t.clerk.c.active)
)


def thresholds_of(connection: Connection, hall: str) -> Thresholds:
    """The hall's thresholds; the defaults of domain §8b where it set none."""
    row = connection.execute(_RULE, {'hall': hall}).one_or_none()
    return Thresholds(*row) if row else Thresholds()


def set_thresholds(tx: Tx, hall: str, wanted: Thresholds, reason: str) -> None:
    """Change a hall's thresholds; every open limit of the hall is looked at again by the next sweep. Marks given stay."""
    need(tx.by, 'mark.settings', hall)
    if not (0 <= wanted.amber_days <= 30 and 0 <= wanted.amber_percent <= 90 and 1 <= wanted.reply_workdays <= 30):
        message = f'Expected 0–30 days, 0–90 percent and 1–30 workdays to reply, but got {wanted}'
        raise Rejection(message, '预警天数应为 0–30，预警比例应为 0–90，答复期限应为 1–30 个工作日')
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写调整理由')
    values = {
        'amber_days': wanted.amber_days,
        'amber_percent': wanted.amber_percent,
        'reply_workdays': wanted.reply_workdays,
        'changed_at': tx.now,
        'changed_by': tx.by.id,
    }
    known = tx.connection.execute(update(mark_rule).where(mark_rule.c.hall == hall).values(values)).rowcount
    if not known:
        tx.connection.execute(insert(mark_rule), [{'hall': hall, **values}])
    look_again(tx, hall)
    note(tx, 'mark_rule.set', hall, reason, {name: values[name] for name in ('amber_days', 'amber_percent', 'reply_workdays')})


def look_again(tx: Tx, hall: str) -> int:
    """Let the next sweep reckon anew when each running limit of a hall turns amber; how many. For new thresholds and new calendars."""
    running = (watch.c.hall == hall, watch.c.due_at.is_not(None))
    return tx.connection.execute(update(watch).where(*running).values(warn_at=tx.now)).rowcount


def set_substitute(tx: Tx, username: str, substitute: str | None) -> None:
    """Name who is reminded together with a clerk (None: nobody). Both must be active clerks who share a window."""
    person = need_administrator_of(tx, username, 'staff.substitute')
    tx.connection.execute(delete(clerk_substitute).where(clerk_substitute.c.username == username))
    if substitute:
        other = find_clerk(tx.connection, substitute)
        if other.username == username or not other.active or not person.windows & other.windows:
            message = f'Expected an active colleague who shares a window with {username}, but {substitute} is none'
            raise Rejection(message, f'{other.name}不能担任{person.name}的B角：须为同一窗口岗位的在岗人员')
        tx.connection.execute(insert(clerk_substitute), [{'username': username, 'substitute': substitute, 'changed_at': tx.now}])
    note(tx, 'clerk.substitute_set', username, data={'substitute': substitute or ''})


def substitutes(connection: Connection) -> Mapping[str, str]:
    """Of every clerk who has one, the active substitute."""
    return {row.username: row.substitute for row in connection.execute(_SUBSTITUTES)}


def settings(connection: Connection, actor: Actor) -> tuple[list[tuple[str, str, Thresholds]], list[SubstituteRow]]:
    """The person's halls (code, name, thresholds), and their active clerks, each with his substitute and whom he could have."""
    halls = [
        (row.code, row.name, thresholds_of(connection, row.code))
        for row in connection.execute(
            select(t.hall.c.code, t.hall.c.name).where(here_or_nowhere(actor, t.hall.c.code)).order_by(t.hall.c.code)
        ).all()
    ]
    clerks = connection.execute(
        select(t.clerk.c.username, t.clerk.c.name).where(t.clerk.c.active, by_people_here(actor, t.clerk.c.username))
    ).all()
    posts: dict[str, set[str]] = {}
    for row in connection.execute(select(t.clerk_window.c.username, t.clerk_window.c.window)):
        posts.setdefault(row.username, set()).add(row.window)
    names, known = windows_named(connection), substitutes(connection)
    rows = [
        SubstituteRow(
            one.username,
            one.name,
            joined(sorted(names.get(code, code) for code in posts[one.username])),
            known.get(one.username, ''),
            [
                (other.username, other.name)
                for other in clerks
                if other.username != one.username and posts.get(other.username, set()) & posts[one.username]
            ],
        )
        for one in clerks
        if one.username in posts
    ]
    return halls, rows
