"""Wrong passwords slow down whoever guesses, and nobody else. One rule for signing in and for asking about a case.

In any quarter of an hour:

- A **known device** (a browser in which this name has signed in before, by its device cookie) has a count of its own. It is never stopped:
  after 5 wrong passwords it waits up to a minute between tries.
- Elsewhere a **pair**, one name from one address, may fail 5 times.
- Where a crowd guesses (20 failures on one name from unknown places, or 20 from one address), a pair that is not known may fail twice. So
  neither a person nor a building can be locked out: each name at each address keeps tries of its own.

A name is known at an address once it has signed in from there, without a limit of days: holidays are long. A try is counted before the
password is looked at, under a lock of the name and of the address, so that parallel tries are no more tries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from tasks.people.tables import known_place
from tasks.tables import login_attempt as t

if TYPE_CHECKING:
    from engine import Tx

WINDOW = timedelta(minutes=15)
OF_PAIR = 5
OF_CROWD = 20
IN_CROWD = 2
"""What a pair may fail while a crowd guesses its name or from its address."""
LONGEST_WAIT = 60
"""Seconds a known device waits at most."""
KEPT = timedelta(days=1)
"""How long tries are kept: longer than they count, so that somebody can still be told of them."""
PLACES = 50
"""Places at which one person is known; the one not seen for the longest time goes first."""


@dataclass(frozen=True)
class Try:
    """Somebody tries a password: of which name, from which address, in which browser (the hash of its device cookie; empty: none)."""

    name: str
    address: str
    device: str = ''

    @property
    def of_pair(self) -> tuple[ColumnElement[bool], ...]:
        """What was tried of this name from this address, on no known device."""
        return (t.c.username == self.name, t.c.address == self.address, t.c.device == '')


@dataclass(frozen=True)
class Admitted:
    """A try that may be made: `id` of its row, which counts as failed until `succeeded`. Or the instant when to come again."""

    id: int = 0
    retry_at: datetime | None = None


def device_hash(token: str) -> str:
    """What the database knows of a device cookie."""
    return sha256(token.encode('utf-8', 'replace')).hexdigest() if token else ''


def admit(tx: Tx, wanted: Try) -> Admitted:
    """Count a try, if it may be made."""
    places = _known(tx.connection, wanted)
    one = Try(wanted.name[:100], wanted.address[:100], wanted.device if 'device' in places else '')
    _hold(tx.connection, *([f'device {one.device}'] if one.device else [f'name {one.name}', f'address {one.address}']))
    retry_at = _device_waits(tx, one) if one.device else _stranger_waits(tx, one, known='address' in places)
    if retry_at is not None:
        return Admitted(retry_at=retry_at)
    tx.connection.execute(delete(t).where(t.c.at < tx.now - KEPT))
    row = {'username': one.name, 'address': one.address, 'at': tx.now, 'ok': False, 'device': one.device}
    return Admitted(int(tx.connection.execute(insert(t).returning(t.c.id), row).scalar_one()))


def succeeded(tx: Tx, try_id: int) -> None:
    """The password was right."""
    tx.connection.execute(update(t).where(t.c.id == try_id).values(ok=True))


def remember(tx: Tx, username: str, kind: str, place: str) -> None:
    """This person signs in from here: `kind` address or device."""
    mine = known_place.c.username == username
    here = (mine, known_place.c.kind == kind, known_place.c.place == place[:100])
    if not tx.connection.execute(update(known_place).where(*here).values(seen_at=tx.now)).rowcount:
        tx.connection.execute(insert(known_place), [{'username': username, 'kind': kind, 'place': place[:100], 'seen_at': tx.now}])
    last = select(known_place.c.seen_at).where(mine).order_by(known_place.c.seen_at.desc()).offset(PLACES).limit(1)
    too_old = tx.connection.execute(last).scalar_one_or_none()
    if too_old is not None:
        tx.connection.execute(delete(known_place).where(mine, known_place.c.seen_at <= too_old))


def move_device(tx: Tx, old: str, new: str) -> None:
    """A browser gets a new device cookie: whoever was known in it still is, and a copy of the old cookie is worth nothing."""
    device = known_place.c
    tx.connection.execute(update(known_place).where(device.kind == 'device', device.place == old).values(place=new))


def forget_places(tx: Tx, username: str) -> None:
    """Nowhere is this person known any more: somebody else may have had his password."""
    tx.connection.execute(delete(known_place).where(known_place.c.username == username))


def failures(connection: Connection, username: str, now: datetime) -> int:
    """Wrong passwords on this name that still count."""
    counted = select(func.count()).where(t.c.username == username, ~t.c.ok, t.c.at > now - WINDOW)
    return int(connection.execute(counted).scalar_one())


def forgive(tx: Tx, username: str) -> int:
    """What was tried on this name counts no more; how many tries that were."""
    return tx.connection.execute(delete(t).where(t.c.username.in_((username, f'factor {username}')), ~t.c.ok)).rowcount


def _known(connection: Connection, one: Try) -> set[str]:
    place = known_place.c
    here = or_((place.kind == 'address') & (place.place == one.address[:100]), (place.kind == 'device') & (place.place == one.device))
    return set(connection.execute(select(place.kind).where(place.username == one.name[:100], here)).scalars())


def _hold(connection: Connection, *names: str) -> None:
    """One after the other counts tries of these; on SQLite whoever writes is alone anyway."""
    if connection.dialect.name == 'postgresql':
        for name in sorted(names):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _device_waits(tx: Tx, one: Try) -> datetime | None:
    mine = (t.c.username == one.name, t.c.device == one.device)
    failed = _failed(tx, _after_success(tx.connection, mine))
    if len(failed) < OF_PAIR:
        return None
    again: datetime = failed[0] + timedelta(seconds=min(2 ** (len(failed) - OF_PAIR + 1), LONGEST_WAIT))
    return again if again > tx.now else None


def _stranger_waits(tx: Tx, one: Try, *, known: bool) -> datetime | None:
    failed = _failed(tx, _after_success(tx.connection, one.of_pair))
    most = OF_PAIR
    if (
        not known
        and len(failed) >= IN_CROWD
        and any(len(_failed(tx, (where, t.c.device == ''))) >= OF_CROWD for where in (t.c.username == one.name, t.c.address == one.address))
    ):
        most = IN_CROWD
    return failed[most - 1] + WINDOW if len(failed) >= most else None


def _after_success(connection: Connection, tried: Sequence[ColumnElement[bool]]) -> tuple[ColumnElement[bool], ...]:
    last = connection.execute(select(func.max(t.c.id)).where(*tried, t.c.ok)).scalar_one()
    return (*tried, t.c.id > (last or 0))


def _failed(tx: Tx, tried: Sequence[ColumnElement[bool]]) -> list[datetime]:
    """When tries failed in the last quarter of an hour, the last first; no more than any rule asks for."""
    statement = select(t.c.at).where(*tried, ~t.c.ok, t.c.at > tx.now - WINDOW).order_by(t.c.id.desc()).limit(OF_CROWD)
    return list(tx.connection.execute(statement).scalars())
