"""Signing in: one try is counted, the password checked outside any transaction, the success noted; and a person's own new password."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine import SYSTEM, Forbidden
from tasks import tables as t
from tasks.operations.log import note
from tasks.people import fields, policy, roster, throttle
from tasks.people.passwords import PEOPLE

if TYPE_CHECKING:
    from engine import Engine, Tx


class LoginRefused(Forbidden):
    """Wrong name or password, or the account is switched off: the three look alike."""

    status = 401


class Throttled(LoginRefused):
    """Too many failures; `retry_at` says when to come again."""

    status = 429

    def __init__(self, retry_at: datetime) -> None:
        message = f'Expected fewer failed logins, but there were too many; retry at {retry_at.isoformat()}'
        super().__init__(message, '登录失败次数过多，请稍后再试')
        self.retry_at = retry_at


def authenticate(engine: Engine, username: str, password: str, address: str, *, device: str = '', demo: bool = False) -> roster.Clerk:
    """The clerk with this name and password. `device` is the browser's device cookie; `demo`: this is a demonstration.

    Every try is counted before the password is looked at. Raises Throttled or LoginRefused (they never say whether the name exists).
    """
    if password == policy.DEMO_PASSWORD and not demo:
        message = 'Expected a real password, but the one of demonstrations is only good with --demo'
        raise LoginRefused(message, '演示密码只能在演示方式（--demo）下使用')
    wanted = throttle.Try(username, address, throttle.device_hash(device))
    admitted = engine.run(SYSTEM, lambda tx: throttle.admit(tx, wanted))
    if admitted.retry_at is not None:
        raise Throttled(admitted.retry_at)
    with engine.reading() as connection:
        found = connection.execute(select(t.clerk.c.password_hash, t.clerk.c.active).where(t.clerk.c.username == username)).one_or_none()
    right = PEOPLE.fits(found.password_hash if found else None, password)
    if not (right and found and found.active):
        raise LoginRefused('Expected the right name and password, but they do not match', '用户名或密码不正确')
    return engine.run(SYSTEM, lambda tx: _noted(tx, username, address, admitted.id))


def _noted(tx: Tx, username: str, address: str, try_id: int) -> roster.Clerk:
    throttle.succeeded(tx, try_id)
    throttle.remember(tx, username, 'address', address)
    return roster.find_clerk(tx.connection, username)


def know_device(tx: Tx, username: str, token: str) -> str:
    """The device cookie this browser has from now on: a new one each time somebody signs in, known for whoever signed in before."""
    new = secrets.token_urlsafe(32)
    if token:
        throttle.move_device(tx, throttle.device_hash(token), throttle.device_hash(new))
    throttle.remember(tx, username, 'device', throttle.device_hash(new))
    return new


def change_own_password(
    engine: Engine, clerk: roster.Clerk, old: str, new: str, address: str, *, device: str = '', demo: bool = False
) -> None:
    """A new password by the person himself, who must know the old one; ends all his sessions.

    Raises Throttled or LoginRefused for the old one, WeakPassword for the new one.
    """
    authenticate(engine, clerk.username, old, address, device=device, demo=demo)
    with engine.reading() as connection:
        accepted = policy.accept(connection, new, policy.Person(clerk.username, clerk.name))
    engine.run(roster.actor_of(clerk), lambda tx: roster.set_password(tx, clerk.username, accepted, epoch=clerk.session_epoch))


def unlock(tx: Tx, username: str, reason: str) -> int:
    """What was tried wrongly on an account counts no more: whoever was slowed down may sign in at once. How many tries that were."""
    roster.need_administrator_of(tx, username)
    forgiven = throttle.forgive(tx, username)
    note(tx, 'clerk.unlocked', username, fields.reason(reason), {'tries': forgiven})
    return forgiven
