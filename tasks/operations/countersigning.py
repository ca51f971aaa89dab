"""Two people for whatever comes into force (A-05): what one did alone counts at once and is signed by a second one afterwards (事后会签).

`tasks.rights.two_people` says which acts wait for a second person beforehand (`tasks.operations.proposals`; a release does by its
submission). What is done alone all the same, in an emergency, by the owner of the machine, or because it cannot wait, is asked for here.
Until somebody else has signed, the act stands on the red list; an overdue one and an objection are troubles of the hall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, true, update

from engine import Conflict, Forbidden, NotFound, Rejection
from engine.rows import Rows
from engine.words import Word
from tasks.operations.log import note
from tasks.operations.tables import proposal, settlement, sole_act
from tasks.people.names import by_owner, is_one_of
from tasks.rights.asking import by_people_here, need
from tasks.rights.two_people import RULES
from tasks.words.texts import checked_reason

if TYPE_CHECKING:
    from engine import Actor, Tx

VERDICT: Mapping[str, Word] = {'agreed': Word('同意', 'agreed'), 'objected': Word('不同意', 'objected')}
OUTCOME: Mapping[str, Word] = {**VERDICT, 'void': Word('作废', 'void')}
"""How a proposal ends: by what a second person says, or because nobody can say anything to it any more."""
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


_CONFIRMED: ContextVar[bool] = ContextVar('two people have agreed beforehand', default=False)


@contextmanager
def confirmed() -> Iterator[None]:
    """What is done within has its second person already."""
    token = _CONFIRMED.set(True)
    try:
        yield
    finally:
        _CONFIRMED.reset(token)


def ask(tx: Tx, action: str, target: str, reason: str) -> None:
    """This act of one person needs a second one's signature (`tasks.rights.two_people`). What the software does itself needs none."""
    if action not in RULES:
        raise ValueError(f'Expected an act that stands in the table of two people, but got {action!r}')
    if tx.by.system or _CONFIRMED.get():
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


def objections(connection: Connection, actor: Actor) -> list[SoleAct]:
    """What somebody objected to and nobody has settled, the oldest first. Raises Forbidden."""
    need(actor, 'act.countersign')
    return _ACTS.all(connection, _ACTS.select().where(*_OPEN, by_people_here(actor, _act.by)).order_by(_act.id))


_OPEN = (_act.verdict == 'objected', _act.id.not_in(select(settlement.c.act)))


@dataclass(frozen=True)
class Open:
    """What waits for a second person: proposals, acts nobody has signed (`overdue` of them too long), objections nobody has settled."""

    proposals: int
    unsigned: int
    overdue: int
    objections: int


def open_acts(connection: Connection, now: datetime, days: int, actor: Actor | None = None) -> Open:
    """How much waits, of the hall of a person or everywhere; overdue is what has waited longer than so many calendar days."""

    def here(by: ColumnElement[str]) -> ColumnElement[bool]:
        return true() if actor is None else by_people_here(actor, by)

    waits = (_act.verdict.is_(None), here(_act.by))
    counts = (
        select(func.count()).select_from(proposal).where(proposal.c.verdict.is_(None), here(proposal.c.by)),
        select(func.count()).select_from(sole_act).where(*waits),
        select(func.count()).select_from(sole_act).where(*waits, _act.at <= now - timedelta(days=days)),
        select(func.count()).select_from(sole_act).where(*_OPEN, here(_act.by)),
    )
    return Open(*connection.execute(select(*(one.scalar_subquery() for one in counts))).one())


class Act(Protocol):
    """Something a person did or wants, as far as it matters for who is its second person."""

    @property
    def id(self) -> int: ...
    @property
    def by(self) -> str: ...
    @property
    def object(self) -> str: ...


def need_second(tx: Tx, act: Act, *, agrees: bool = True, beforehand: bool = False) -> None:
    """Raises Forbidden unless whoever acts is a second person to what somebody did, or wants (`beforehand`).

    He is neither who did it nor its object, nor says he is. Who agrees needs more: nothing a person did to his account is unsigned or
    objected to, else one person makes himself a second account that signs; and the same of the account of who did it, else one person
    takes it over, acts by it and signs himself. The owner of the machine could write the database: what he did to an account holds nobody
    up, and what people did he may sign; he does not sign what he did himself, nor confirm what is proposed by an account that he gave
    somebody unsigned. So a hall of two people is never stuck: the owner signs.
    """
    need(tx.by, 'act.countersign')
    opened = _unsettled(tx.connection, {tx.by.id, act.by})
    refused = _refused(tx.by.id, act, opened, agrees=agrees, beforehand=beforehand)
    if refused is not None:
        raise refused


def may_sign(connection: Connection, actor: Actor, acts: Sequence[Act], *, beforehand: bool = False) -> dict[int, list[str]]:
    """The verdicts a person may give on each act of a page, by its id: those `need_second` lets him give. Raises Forbidden."""
    need(actor, 'act.countersign')
    opened = _unsettled(connection, {actor.id, *(act.by for act in acts)})

    def may(act: Act, verdict: str) -> bool:
        return _refused(actor.id, act, opened, agrees=verdict == 'agreed', beforehand=beforehand) is None

    return {act.id: [verdict for verdict in VERDICT if may(act, verdict)] for act in acts}


def _refused(who: str, act: Act, opened: Mapping[str, set[str]], *, agrees: bool, beforehand: bool) -> Forbidden | None:
    """Why a person is no second person to an act; `opened` says who did something unsettled to which account."""
    by, owner = act.by, by_owner(who)
    if is_one_of(who, (by, act.object)) or (owner and by_owner(by)):
        return Forbidden(f'Expected a second person, but {who} did it or is its object', '须由操作人和当事人以外的另一人会签')
    if agrees and not all(map(by_owner, opened[who])):
        message = f'Expected a signer whose own account waits for nobody, but an act about {who} is unsigned'
        return Forbidden(message, '您的账号本身尚待他人会签，不能为他人会签')
    if not agrees or (owner and not beforehand):
        return None
    if any(map(by_owner, opened[by])) if owner else is_one_of(who, opened[by]) or not all(map(by_owner, opened[by])):
        message = f'Expected an act by an account that waits for nobody, but an act about {by} is unsigned'
        return Forbidden(message, '操作人的账号本身尚待他人会签，请先会签其账号')
    return None


def _unsettled(connection: Connection, accounts: Collection[str]) -> dict[str, set[str]]:
    """For each of these accounts who did something to it that is unsigned, or objected to and not settled."""
    open_ = or_(_act.verdict.is_(None), and_(*_OPEN))
    found: dict[str, set[str]] = {account: set() for account in accounts}
    for account, by in connection.execute(select(_act.object, _act.by).where(_act.object.in_(accounts), open_).distinct()):
        found[account].add(by)
    return found


def countersign(tx: Tx, act_id: int, verdict: str, remark: str) -> None:
    """Sign what somebody else put into force: agreed, or objected with a remark. The act stands; an objection is open until it is settled.

    Raises what `need_second` raises, Conflict when it was signed already, NotFound, Rejection.
    """
    need(tx.by, 'act.countersign')
    row = _ACTS.first(tx.connection, _ACTS.select().where(_act.id == act_id, by_people_here(tx.by, _act.by)).with_for_update())
    if row is None:
        raise NotFound(f'Expected act {act_id}, but there is none', '没有这项待会签的操作')
    if row.verdict is not None:
        message = f'Expected act {act_id} to be unsigned, but {row.signed_by} has signed it'
        raise Conflict(message, '该操作已会签', who=row.signed_by, when=row.signed_at)
    need_second(tx, row, agrees=verdict == 'agreed')
    words = checked_reason(remark)
    if verdict not in VERDICT or (verdict == 'objected' and not words):
        raise Rejection(f'Expected agreed, or objected with a remark, but got {verdict!r}', '请选择同意，或不同意并说明理由')
    signed_now = {'verdict': verdict, 'signed_by': tx.by.id, 'signed_at': tx.now, 'remark': words}
    tx.connection.execute(update(sole_act).where(_act.id == act_id).values(signed_now))
    note(tx, f'act.{verdict}', row.object, words, {'act': row.action, 'by': row.by, 'id': act_id})


def void_proposals(tx: Tx, username: str, why: str) -> None:
    """What a person proposed and nobody has confirmed is void: his account was switched off, or given to whoever knows a new password."""
    row = proposal.c
    waits = select(row.id, row.action, row.object).where(row.by == username, row.verdict.is_(None)).order_by(row.id).with_for_update()
    found = tx.connection.execute(waits).all()
    values = {'verdict': 'void', 'decided_by': tx.by.id, 'decided_at': tx.now, 'remark': why}
    for one in found:
        tx.connection.execute(update(proposal).where(row.id == one.id).values(values))
        note(tx, 'act.refused', one.object, why, {'act': one.action, 'by': username, 'proposal': one.id, 'void': True})


def settle(tx: Tx, act_id: int, remark: str) -> None:
    """Say how an objection was settled: the act undone, or why it stands. Not by who did it. Raises Conflict, Rejection."""
    row = _ACTS.first(tx.connection, _ACTS.select().where(_act.id == act_id, by_people_here(tx.by, _act.by)).with_for_update())
    if row is None:
        raise NotFound(f'Expected act {act_id}, but there is none', '没有这项待处理的操作')
    if row not in objections(tx.connection, tx.by):
        raise Conflict(f'Expected act {act_id} to be objected to, but it is settled or was not', '该操作没有待处理的异议')
    need_second(tx, row)
    words = checked_reason(remark)
    if not words:
        raise Rejection('Expected how it was settled, but it is empty', '请写明如何处理')
    tx.connection.execute(insert(settlement), [{'act': act_id, 'by': tx.by.id, 'at': tx.now, 'note': words}])
    note(tx, 'act.settled', row.object, words, {'act': row.action, 'by': row.by, 'id': act_id})
