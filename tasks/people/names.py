"""What people and the software itself are called, by user name: one answer for pages, timeline, marks and stops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from engine import OUTBOX, SYSTEM, TIMER, once
from engine.words import Word
from tasks import tables as t

OWNER = Word('机主（命令行，未登录）', 'owner of the machine (command line, not signed in)')
AUTOMATIC: Mapping[str, str] = {one.id: one.name for one in (SYSTEM, TIMER, OUTBOX)} | {'cli': OWNER}
"""Who acts without an account: the software by its names, and whoever owns the machine and uses the command line (A-05)."""


def people_named(connection: Connection) -> Mapping[str, str]:
    """What every clerk of the installation is called, by user name."""
    query = select(t.clerk.c.username, t.clerk.c.name)
    return once(connection, 'people', lambda: {row.username: row.name for row in connection.execute(query)})


def names_of(connection: Connection, usernames: Iterable[str | None]) -> dict[str | None, str]:
    """What these are called: a clerk by his name, the software by its word, a stranger by the name he is known under."""
    wanted = {name for name in usernames if name}
    known = people_named(connection) if wanted else {}
    return {name: known.get(name) or AUTOMATIC.get(name) or name for name in wanted}
