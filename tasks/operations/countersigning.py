"""Two people for whatever comes into force (A-05): what one did alone counts at once and is signed by a second one afterwards (事后会签).

A release that one person submits and another puts into force has two already. Everything else of the kind is asked for here: a bundle
deployed directly, a rollback, a calendar edition, a person who may decide, a password or a second factor that was reset, the policy of
accounts. Until somebody else has signed, the act stands on the red list; an overdue one is a trouble of the hall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, update

from engine import Conflict, Forbidden, NotFound, Rejection
from engine.rows import Rows
from engine.words import Word
from tasks.operations.log import note
from tasks.operations.tables import sole_act
from tasks.rights.asking import by_people_here, need
from tasks.words.texts import checked_reason

if TYPE_CHECKING:
    from engine import Actor, Tx

VERDICT: Mapping[str, Word] = {'agreed': Word('同意', 'agreed'), 'objected': Word('不同意', 'objected')}
_act = sole_act.c


@dataclass(frozen=True, slots=True)
class SoleAct:
    """Something one person put into force; `verdict` is None until a second one has signed."""

    id: int
    action: str
    object: str
    reason: str
    by: str
    at: datetime
    verdict: str | None
    signed_by: str | None
    signed_at: datetime | None
    remark: str


_ACTS = Rows(SoleAct, sole_act)


def ask(tx: Tx, action: str, target: str, reason: str) -> None:
    """This act of one person needs a second one's signature. What the software does itself needs none."""
    if tx.by.system:
        return
    row = {'action': action, 'object': target, 'reason': reason, 'by': tx.by.id, 'at': tx.now}
    act_id = int(tx.connection.execute(insert(sole_act).returning(_act.id), row).scalar_one())
    tx.seal(sole_act, {**row, 'id': act_id})


def waiting(connection: Connection, actor: Actor) -> list[SoleAct]:
    """The red list, the oldest first: acts of people of the person's hall and of those who serve all. Raises Forbidden."""
    need(actor, 'act.countersign')
    return _ACTS.all(connection, _ACTS.select().where(_act.verdict.is_(None), by_people_here(actor, _act.by)).order_by(_act.id))


def signed(connection: Connection, actor: Actor, *, limit: int = 50) -> list[SoleAct]:
    """What was signed, the latest first. Raises Forbidden."""
    need(actor, 'act.countersign')
    mine = (_act.verdict.is_not(None), by_people_here(actor, _act.by))
    return _ACTS.all(connection, _ACTS.select().where(*mine).order_by(_act.signed_at.desc()).limit(limit))


def overdue(connection: Connection, now: datetime, days: int) -> int:
    """How many acts have waited longer than so many calendar days."""
    late = select(func.count()).where(_act.verdict.is_(None), _act.at <= now - timedelta(days=days))
    return int(connection.execute(late).scalar_one())


def countersign(tx: Tx, act_id: int, verdict: str, remark: str) -> None:
    """Sign what somebody else put into force: agreed, or objected with a remark. The act itself stands; who objects sees that it is undone.

    Raises Forbidden for whoever did it or is its object, or whose own account waits for a signature (else one person makes himself a
    second account that signs), Conflict when it was signed already, NotFound, Rejection.
    """
    need(tx.by, 'act.countersign')
    row = _ACTS.first(tx.connection, _ACTS.select().where(_act.id == act_id, by_people_here(tx.by, _act.by)).with_for_update())
    if row is None:
        raise NotFound(f'Expected act {act_id}, but there is none', '没有这项待会签的操作')
    if row.verdict is not None:
        message = f'Expected act {act_id} to be unsigned, but {row.signed_by} has signed it'
        raise Conflict(message, '该操作已会签', who=row.signed_by, when=row.signed_at)
    if tx.by.id in (row.by, row.object):
        raise Forbidden(f'Expected a second person, but {tx.by.id} did it or is its object', '须由操作人和当事人以外的另一人会签')
    if tx.connection.execute(select(_act.id).where(_act.object == tx.by.id, _act.verdict.is_(None)).limit(1)).first():
        message = f'Expected a signer whose own account waits for nobody, but an act about {tx.by.id} is unsigned'
        raise Forbidden(message, '您的账号本身尚待他人会签，不能为他人会签')
    words = checked_reason(remark)
    if verdict not in VERDICT or (verdict == 'objected' and not words):
        raise Rejection(f'Expected agreed, or objected with a remark, but got {verdict!r}', '请选择同意，或不同意并说明理由')
    signed_now = {'verdict': verdict, 'signed_by': tx.by.id, 'signed_at': tx.now, 'remark': words}
    tx.connection.execute(update(sole_act).where(_act.id == act_id).values(signed_now))
    note(tx, f'act.{verdict}', row.object, words, {'act': row.action, 'by': row.by, 'id': act_id})
