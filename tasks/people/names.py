"""What people and the software itself are called, by user name: one answer for pages, timeline, marks and stops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from engine import OUTBOX, SYSTEM, TIMER, once
from engine.words import Word
from tasks import tables as t

AT_ONCE = 500
"""So many names are asked for in one statement."""
OWNER = Word('机主（命令行，未登录）', 'owner of the machine (command line, not signed in)')
AUTOMATIC: Mapping[str, str] = {one.id: one.name for one in (SYSTEM, TIMER, OUTBOX)} | {'cli': OWNER}
"""Who acts without an account: the software by its names, and whoever owns the machine and uses the command line (A-05)."""


def names_of(connection: Connection, usernames: Iterable[str | None]) -> dict[str | None, str]:
    """What these are called: a clerk by his name, the software by its word, a stranger by the name he is known under.

    Only clerks that are asked for are read, each once in a transaction that only reads.
    """
    wanted = {name for name in usernames if name}
    known: dict[str, str] = once(connection, 'people', dict)
    unread = sorted(wanted - known.keys())
    for start in range(0, len(unread), AT_ONCE):
        some = unread[start : start + AT_ONCE]
        query = select(t.clerk.c.username, t.clerk.c.name).where(t.clerk.c.username.in_(some))
        found = {row.username: row.name for row in connection.execute(query)}
        known |= {name: found.get(name) or AUTOMATIC.get(name) or name for name in some}
    return {name: known[name] for name in wanted}
