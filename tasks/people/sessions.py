"""Who is signed in where: one row a session, so that signing out ends it here and not only in the browser that asked for it.

The browser keeps a random token; the row is found by the token's hash, so a copy of the database signs nobody in. A session ends when
the person signs out, changes the password or is switched off (`people.roster`), after a time without a request, and after a fixed time
in any case. Instants are of the machine's clock, also where a demonstration has moved the hall's.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from engine.rows import Rows
from tasks.operations.log import note
from tasks.people.policy import policy
from tasks.people.roster import Clerk, need_administrator_of
from tasks.tables import clerk_session

if TYPE_CHECKING:
    from engine import Tx

KEPT_SLIPS = 5
"""Receipts whose query password a session can still print."""
KEPT_SEARCHES = 20
"""Searches of a session that can still be paged and gone back to."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that is not over: whose, under which `session_epoch` it began, when the person was last heard of, what he must do first."""

    username: str
    epoch: int
    seen_at: datetime
    must: str


_SESSIONS = Rows(StoredSession, clerk_session)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lives: `whole` from signing in, `idle` without a request."""

    whole: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=2)


@dataclass(frozen=True)
class Begun:
    """From where a session is begun, and what its person must do before anything else: `must` password, factor or empty."""

    address: str = ''
    browser: str = ''
    must: str = ''


def begin(tx: Tx, clerk: Clerk, now: datetime, limits: SessionLimits, how: Begun) -> str:
    """A new session of this clerk, begun under his `session_epoch`; its token. Rows of sessions that are over go, whoever's they were.

    Where he has as many as the policy allows, the one without a click for the longest time ends.
    """
    tx.connection.execute(delete(clerk_session).where(_over(now, limits)))
    mine = select(clerk_session.c.id).where(clerk_session.c.username == clerk.username).order_by(clerk_session.c.seen_at.desc())
    spare = tx.connection.execute(mine.offset(policy(tx.connection).max_sessions - 1)).scalars().all()
    if spare:
        tx.connection.execute(delete(clerk_session).where(clerk_session.c.id.in_(spare)))
    token = secrets.token_urlsafe(32)
    row = {'id': _hash(token), 'username': clerk.username, 'epoch': clerk.session_epoch, 'began_at': now, 'seen_at': now, 'slips': []}
    where = {'address': how.address[:100], 'browser': how.browser[:200], 'must': how.must}
    tx.connection.execute(insert(clerk_session), [row | where])
    return token


@dataclass(frozen=True)
class OpenSession:
    """A session somebody can end: `id` names it and opens nothing. Instants are of the machine's clock."""

    id: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


def of_person(connection: Connection, username: str, now: datetime, limits: SessionLimits) -> list[OpenSession]:
    """The sessions of a person that are not over, the last used first."""
    row = clerk_session.c
    statement = select(row.id, row.began_at, row.seen_at, row.address, row.browser).where(row.username == username, ~_over(now, limits))
    return [OpenSession(*found) for found in connection.execute(statement.order_by(row.seen_at.desc(), row.id))]


def name_of(token: str) -> str:
    """The id of the session with this token."""
    return _hash(token)


def end_named(tx: Tx, username: str, session_id: str) -> None:
    """End a session of a person: his own, or as whoever administers accounts. One that is over already is no mistake."""
    if tx.by.id != username:
        need_administrator_of(tx, username)
    mine = (clerk_session.c.id == session_id, clerk_session.c.username == username)
    if tx.connection.execute(delete(clerk_session).where(*mine)).rowcount:
        note(tx, 'session.ended', username)


def find(connection: Connection, token: str, now: datetime, limits: SessionLimits) -> StoredSession | None:
    """The row of a session that is not over; None for any other token."""
    return _SESSIONS.first(connection, _SESSIONS.select().where(clerk_session.c.id == _hash(token), ~_over(now, limits)))


def worth_noting(row: StoredSession, now: datetime, limits: SessionLimits) -> bool:
    """Whether this request must be written down as a sign of life; not every request is, a twentieth of the idle time is near enough."""
    return now - row.seen_at > limits.idle / 20


def note_request(tx: Tx, token: str, now: datetime) -> None:
    """The person is still there."""
    tx.connection.execute(update(clerk_session).where(clerk_session.c.id == _hash(token)).values(seen_at=now))


def end(tx: Tx, token: str) -> None:
    """Sign out: this session and what it kept are gone, other sessions of the person go on."""
    tx.connection.execute(delete(clerk_session).where(clerk_session.c.id == _hash(token)))


def keep_slip(tx: Tx, token: str, case_no: str, password: str) -> None:
    """Keep the query password of a receipt for printing, for this session only; the case itself has but its hash.

    It is encrypted with the session's token, which only the browser has: the database alone gives no password away (A-10).
    """
    mine, sealed = clerk_session.c.id == _hash(token), _cipher(token).encrypt(password.encode()).decode()
    slips = tx.connection.execute(select(clerk_session.c.slips).where(mine).with_for_update()).scalar_one_or_none() or []
    tx.connection.execute(update(clerk_session).where(mine).values(slips=[*slips, [case_no, sealed]][-KEPT_SLIPS:]))


def slip_password(connection: Connection, token: str, case_no: str) -> str | None:
    """The query password on a receipt this session printed; None when it did not, or has printed too many since."""
    slips = connection.execute(select(clerk_session.c.slips).where(clerk_session.c.id == _hash(token))).scalar_one_or_none()
    known: dict[str, str] = dict(slips or [])
    try:
        return _cipher(token).decrypt(known[case_no].encode()).decode() if case_no in known else None
    except InvalidToken:  # kept in clear by an older version
        return None


def keep_words(tx: Tx, token: str, words: str) -> str:
    """Keep what this session looks for, on this side; the key that stands for it in an address. Empty for empty words."""
    if not words:
        return ''
    mine, key = clerk_session.c.id == _hash(token), secrets.token_urlsafe(9)
    kept = tx.connection.execute(select(clerk_session.c.searches).where(mine).with_for_update()).scalar_one_or_none() or []
    tx.connection.execute(update(clerk_session).where(mine).values(searches=[*kept, [key, words]][-KEPT_SEARCHES:]))
    return key


def kept_words(connection: Connection, token: str, key: str) -> str | None:
    """The words a key stands for; None when this session has none or has looked for too much since."""
    kept = connection.execute(select(clerk_session.c.searches).where(clerk_session.c.id == _hash(token))).scalar_one_or_none()
    known: dict[str, str] = dict(kept or [])
    return known.get(key)


def _cipher(token: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b'slips ' + token.encode('utf-8', 'replace')).digest()))


def _over(now: datetime, limits: SessionLimits) -> ColumnElement[bool]:
    return or_(clerk_session.c.began_at <= now - limits.whole, clerk_session.c.seen_at <= now - limits.idle)


def _hash(token: str) -> str:
    return sha256(token.encode('utf-8', 'replace')).hexdigest()
