"""Who may do what in the office. The engine checks candidate groups and four eyes; here are roles, windows and certificates.

Separation of duties (domain §7): who deploys diagrams or manages people never works cases; a supervisor sees all and touches nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, select

from engine import Forbidden, once
from engine.worktime import Office
from tasks import tables as t

if TYPE_CHECKING:
    from engine import Actor

APART = (frozenset({'clerk', 'administrator'}), frozenset({'clerk', 'supervisor'}))
SEES_ALL = frozenset({'administrator', 'supervisor'})
_OWN_HALL = (
    select(t.hall.c.zone).join(t.department, t.department.c.hall == t.hall.c.code).where(t.department.c.code == t.clerk.c.department)
)
_FIRST_HALL = select(t.hall.c.zone).order_by(t.hall.c.created_at, t.hall.c.code).limit(1)
_ZONE = func.coalesce(_OWN_HALL.correlate(t.clerk).scalar_subquery(), _FIRST_HALL.scalar_subquery())
_CLERK = select(t.clerk.c.active, t.clerk.c.certificate_until, _ZONE.label('zone')).where(t.clerk.c.username == bindparam('username'))


def need_caseworker(connection: Connection, actor: Actor, now: datetime, window: str | None = None) -> None:
    """Raise Forbidden unless the actor may work cases (of this window): active, certificate not run out (S-68), a clerk.

    A certificate is good until midnight of its last day in the hall of the clerk's department (of the first hall, if he has none).
    A supervisor may work the review posts assigned to him (督办) and nothing else, an administrator none at all.
    """
    if actor.kind in ('system', 'applicant'):
        return
    supervising = 'supervisor' in actor.roles and window in actor.groups and _authority(connection, window) == 'review'
    if not supervising and ('clerk' not in actor.roles or actor.roles & SEES_ALL):
        message = f'Expected a window clerk, but {actor.id} has {sorted(actor.roles)}'
        raise Forbidden(message, '只有窗口人员可以办理；系统管理和监察人员不得代办案件')
    row = once(connection, ('caseworker', actor.id), lambda: connection.execute(_CLERK, {'username': actor.id}).one_or_none())
    if row is None or not row.active:
        raise Forbidden(f'Expected an active clerk, but {actor.id} is not', '账号不存在或已停用')
    if row.certificate_until and row.certificate_until < Office(timezone=row.zone).local_date(now).isoformat():
        message = f'Expected a valid certificate, but it ran out on {row.certificate_until}'
        raise Forbidden(message, f'执法证件已于 {row.certificate_until} 到期')


def need_window(actor: Actor, window: str) -> None:
    """Raise Forbidden unless the actor works this window."""
    if actor.kind != 'system' and window not in actor.groups:
        raise Forbidden(f'Expected a clerk of {window!r}, but {actor.id} works {sorted(actor.groups)}', '您不在这个窗口岗位')


def _authority(connection: Connection, window: str | None) -> str | None:
    return connection.execute(select(t.window.c.authority).where(t.window.c.code == window)).scalar_one_or_none()


def decides(connection: Connection, actor: Actor) -> bool:
    """True when the actor works a window with authority to decide."""
    if not actor.groups:
        return False
    statement = select(t.window.c.code).where(t.window.c.code.in_(actor.groups), t.window.c.authority == 'decide').limit(1)
    return connection.execute(statement).first() is not None
