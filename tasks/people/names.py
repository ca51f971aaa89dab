"""What people and the software itself are called, by user name: one answer for pages, timeline, marks and stops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from engine import OUTBOX, SYSTEM, TIMER, once
from engine.words import said
from tasks import tables as t

AT_ONCE = 500
"""So many names are asked for in one statement."""
OWNER = 'cli'
"""Whoever owns the machine and uses the command line without signing in (A-05): `cli`, `cli:ACCOUNT`, `cli:ACCOUNT:NAME`.

ACCOUNT is his account on the machine, NAME whom he says he is, without proof.
"""
AUTOMATIC: Mapping[str, str] = {one.id: one.name for one in (SYSTEM, TIMER, OUTBOX)}
"""The software itself, by its names."""


def owner_id(account: str, claims: str = '') -> str:
    """The name under which the owner of the machine acts."""
    return ':'.join(part.replace(':', '') for part in (OWNER, account, claims) if part)[:100]


def by_owner(username: str) -> bool:
    """Whether this is the owner of the machine, who has not signed in."""
    return username.partition(':')[0] == OWNER


def claimed(username: str) -> str:
    """Whom the owner of the machine says he is; empty where he says nothing, and for whoever signed in."""
    parts = username.split(':', 2)
    return parts[2] if parts[0] == OWNER and len(parts) > 2 else ''


def is_one_of(username: str, others: Iterable[str]) -> bool:
    """Whether this is one of the others: by the name he acts under, or by the one that he or they say is theirs."""

    def names(people: Iterable[str]) -> set[str]:
        return {name for one in people for name in (one, claimed(one)) if name}

    return not names((username,)).isdisjoint(names(others))


def unsigned_name(username: str) -> str | None:
    """What whoever acts without an account is called; None for people."""
    if not by_owner(username):
        return AUTOMATIC.get(username)
    parts = username.split(':', 2)
    account = parts[1] if len(parts) > 1 else ''
    who = said(
        '机主{account}（命令行，未登录）', 'owner of the machine{account} (command line, not signed in)', account=account and f' {account}'
    )
    name = claimed(username)
    return said('{who}，自称 {name}', '{who}, says he is {name}', who=who, name=name) if name else who


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
        known |= {name: found.get(name) or unsigned_name(name) or name for name in some}
    return {name: known[name] for name in wanted}
