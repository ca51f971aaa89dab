"""A second factor: a code of six digits that a person's device shows for thirty seconds (TOTP, RFC 6238), or a recovery code.

Every code lets in once. Wrong codes are counted like wrong passwords. Whoever has lost device and recovery codes is helped by a second
person, who resets the factor. Instants are of the machine's clock: the person's device knows no other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import Connection, delete, insert, select, update

from engine import SYSTEM, Conflict, Forbidden, Rejection
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people import fields, throttle
from tasks.people.policy import policy
from tasks.people.roster import Clerk, find_clerk, need_administrator_of
from tasks.people.signing_in import LoginRefused, Throttled
from tasks.people.tables import recovery_code, second_factor

if TYPE_CHECKING:
    from engine import Engine, Tx

STEP = 30
"""Seconds a code is shown."""
SLACK = 1
"""Steps before and after in which it is still taken: clocks of devices differ."""
RECOVERY_CODES = 10
_SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'
_LENGTH = 10
_mine = second_factor.c
_codes = recovery_code.c


class WrongCode(LoginRefused):
    """A code that is wrong, too old, or was taken before: the three look alike."""

    def __init__(self) -> None:
        super().__init__('Expected a fresh code of the device or an unused recovery code, but this is none', '验证码不正确或已使用')


def has_factor(connection: Connection, username: str) -> bool:
    """Whether this person signs in with a second factor."""
    return connection.execute(select(_mine.username).where(_mine.username == username, _mine.confirmed_at.is_not(None))).first() is not None


def must_enrol(connection: Connection, clerk: Clerk) -> bool:
    """Whether the policy wants a second factor of this person and he has none."""
    wanted = policy(connection).second_factor
    asked = wanted == 'everybody' or (wanted == 'administrators' and bool(clerk.roles - {'clerk', 'analyst'}))
    return asked and not has_factor(connection, clerk.username)


def begin(tx: Tx) -> str:
    """A new secret for whoever is signed in, to be shown to his device and confirmed. Raises Conflict when he has a factor already."""
    if has_factor(tx.connection, tx.by.id):
        raise Conflict('Expected an account without a second factor, but it has one', '已启用双因素登录')
    tx.connection.execute(delete(second_factor).where(_mine.username == tx.by.id))
    secret = pyotp.random_base32()
    tx.connection.execute(insert(second_factor), [{'username': tx.by.id, 'secret': secret, 'begun_at': tx.now}])
    return secret


def pending(connection: Connection, username: str) -> str | None:
    """The secret that waits to be confirmed."""
    return connection.execute(select(_mine.secret).where(_mine.username == username, _mine.confirmed_at.is_(None))).scalar_one_or_none()


def address_of(secret: str, username: str, hall: str) -> str:
    """What the QR code says to the device."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=hall)


def confirm(tx: Tx, code: str, now: datetime) -> list[str]:
    """The device has the secret: from now on its codes are asked for. The recovery codes, to be shown once. Raises WrongCode."""
    if pending(tx.connection, tx.by.id) is None or not _take_code(tx, tx.by.id, code, now):
        raise WrongCode
    tx.connection.execute(update(second_factor).where(_mine.username == tx.by.id).values(confirmed_at=tx.now))
    codes = [''.join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    tx.connection.execute(delete(recovery_code).where(_codes.username == tx.by.id))
    tx.connection.execute(insert(recovery_code), [{'username': tx.by.id, 'hash': _hash(one)} for one in codes])
    note(tx, 'factor.enrolled', tx.by.id)
    return codes


def prove(engine: Engine, username: str, code: str, address: str, clock: Callable[[], datetime]) -> Clerk:
    """The second step of signing in: the clerk, if the code is his. Raises Throttled, WrongCode."""
    wanted = throttle.Try(f'factor {username}', address)
    admitted = engine.run(SYSTEM, lambda tx: throttle.admit(tx, wanted))
    if admitted.retry_at is not None:
        raise Throttled(admitted.retry_at)

    def take(tx: Tx) -> Clerk | None:
        if not (_take_code(tx, username, code, clock()) or _take_recovery(tx, username, code)):
            return None
        throttle.succeeded(tx, admitted.id)
        return find_clerk(tx.connection, username)

    clerk = engine.run(SYSTEM, take)
    if clerk is None:
        raise WrongCode
    return clerk


def reset(tx: Tx, username: str, reason: str) -> None:
    """Take the second factor of somebody who has lost it away: a second person does.

    Raises Rejection when there is none, Forbidden for one's own.
    """
    need_administrator_of(tx, username)
    words = fields.reason(reason)
    if tx.by.id == username:
        raise Forbidden(
            'Expected somebody else to reset my second factor, but I am signed in as this person', '自己的双因素登录须由他人重置'
        )
    if not tx.connection.execute(delete(second_factor).where(_mine.username == username)).rowcount:
        raise Rejection(f'Expected a second factor of {username}, but there is none', '该账号未启用双因素登录')
    tx.connection.execute(delete(recovery_code).where(_codes.username == username))
    throttle.forget_places(tx, username)
    note(tx, 'factor.reset', username, words)
    ask(tx, 'factor.reset', username, words)


def _take_code(tx: Tx, username: str, code: str, now: datetime) -> bool:
    """Take a code of the device, once: the step it belongs to must be later than the last one taken."""
    secret = tx.connection.execute(select(_mine.secret).where(_mine.username == username)).scalar_one_or_none()
    if secret is None:
        return False
    device, typed, present = pyotp.TOTP(secret, interval=STEP), ''.join(code.split()), int(now.timestamp()) // STEP
    for step in range(present - SLACK, present + SLACK + 1):
        if compare_digest(device.generate_otp(step).encode(), typed.encode()):
            later = (_mine.username == username, _mine.last_step < step)
            return bool(tx.connection.execute(update(second_factor).where(*later).values(last_step=step)).rowcount)
    return False


def _take_recovery(tx: Tx, username: str, code: str) -> bool:
    unused = (_codes.username == username, _codes.hash == _hash(code), _codes.used_at.is_(None))
    if not tx.connection.execute(update(recovery_code).where(*unused).values(used_at=tx.now)).rowcount:
        return False
    note(tx, 'factor.recovered', username)
    return True


def _hash(code: str) -> str:
    plain = ''.join(sign for sign in code.lower() if sign.isalnum())
    return sha256(plain.encode()).hexdigest()
