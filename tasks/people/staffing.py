"""Who of the people a diagram names is there: an account in force, with a certificate that has not run out, and a window (D-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import Staff, edition_of
from engine.words import Word, said
from tasks import tables as t
from tasks.catalogue.item_toml import spec_of
from tasks.rights.caseworkers import ACCOUNT, good
from tasks.rights.relations import takes

if TYPE_CHECKING:
    from engine import Offer, Tx

_UNKNOWN = Word('大厅没有这个账号', 'the hall has no such account')
_NO_CLERK = Word('不办理业务', 'does not work cases')
_NO_WINDOW = Word('已不在任何窗口岗位', 'works no window any more')
_HAS_WINDOW = select(t.clerk_window.c.username).where(t.clerk_window.c.username == t.clerk.c.username).exists()
_PEOPLE = select(t.clerk.c.username, t.clerk.c.name, t.clerk.c.roles, *ACCOUNT, _HAS_WINDOW.label('has_window'))


def staffing(tx: Tx, definition_id: int, offer: Offer) -> Staff:
    """Who of an offer is not there, and why; where the item says such a step goes."""
    spec = spec_of(edition_of(tx.link, definition_id))
    found = {row.username: row for row in tx.link.execute(_PEOPLE.where(t.clerk.c.username.in_(offer.people)))}
    gone = {}
    for name in dict.fromkeys(offer.people):
        row = found.get(name)
        held = name == offer.assignee and bool(offer.groups)
        why = _UNKNOWN if row is None else _why_gone(tx, row, held=held)
        if why is not None:
            gone[name] = said('{who}：{why}', '{who}: {why}', who=name if row is None else row.name, why=why)
    heads = tuple(window.id for window in spec.windows if window.authority == 'decide')
    return Staff(gone, spec.absence, heads)


def _why_gone(tx: Tx, account: Any, *, held: bool) -> Word | None:
    """`held`: the step belongs to a window and is handed to one of its people."""
    if not takes(account.roles, 'candidate'):
        return _NO_CLERK
    if held and not account.has_window:
        return _NO_WINDOW
    return good(account, tx.now)
