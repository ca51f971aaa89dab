"""Who may work cases at all: an active account whose certificate has not run out (执法证, S-68)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select

from engine import Forbidden, once
from engine.words import Word, said
from engine.worktime import Office
from tasks import tables as t

if TYPE_CHECKING:
    from engine import Actor

_NO_ACCOUNT = Word('账号不存在或已停用', 'the account does not exist or is switched off')
_OWN_HALL = (
    select(t.hall.c.zone).join(t.department, t.department.c.hall == t.hall.c.code).where(t.department.c.code == t.clerk.c.department)
)
_FIRST_HALL = select(t.hall.c.zone).order_by(t.hall.c.created_at, t.hall.c.code).limit(1)
_ZONE = func.coalesce(_OWN_HALL.correlate(t.clerk).scalar_subquery(), _FIRST_HALL.scalar_subquery())
ACCOUNT = (t.clerk.c.active, t.clerk.c.certificate_until, _ZONE.label('zone'))
"""What is asked of an account before it works a case; whoever asks for relations reads it in the same statement."""
_CLERK = select(*ACCOUNT).where(t.clerk.c.username == bindparam('username'))


def need_in_force(connection: Connection, actor: Actor, now: datetime) -> None:
    """Raises Forbidden unless the actor's account is active and his certificate good (`need_good`)."""
    row = once(connection, ('caseworker', actor.id), lambda: connection.execute(_CLERK, {'username': actor.id}).one_or_none())
    need_good(actor, row, now)


def need_good(actor: Actor, account: Any, now: datetime) -> None:
    """Raises Forbidden unless this account is active and its certificate has not run out.

    A certificate is good until midnight of its last day in the hall of the clerk's department (of the first hall, if he has none).
    """
    wrong = _NO_ACCOUNT if account is None else good(account, now)
    if wrong is not None:
        raise Forbidden(f'Expected an active clerk with a valid certificate, but {actor.id}: {wrong.en}', wrong)


def good(account: Any, now: datetime) -> Word | None:
    """What keeps an account (`ACCOUNT`) from working cases; None when nothing does."""
    if not account.active:
        return _NO_ACCOUNT
    if account.certificate_until and account.certificate_until < Office(timezone=account.zone).local_date(now).isoformat():
        return said('执法证件已于 {day} 到期', 'the certificate ran out on {day}', day=account.certificate_until)
    return None
