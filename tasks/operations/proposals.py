"""An act that waits for a second person (A-05): proposed by one, confirmed by another, done then in the name of who proposed it.

What is proposed stands here whole; nothing of it is in force. Whoever confirms may countersign, and is neither who proposed it nor its
object. In an emergency the act is done alone instead, and somebody signs it afterwards (`tasks.operations.countersigning`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, null, or_, select, update

from engine import Conflict, Forbidden, NotFound, Rejection, read_zip
from engine.rows import Rows
from engine.words import Word
from tasks import tables as t
from tasks.calendars import asking as calendar_asking
from tasks.calendars import editions
from tasks.catalogue import items
from tasks.catalogue.checking import judge
from tasks.catalogue.releases import verbs as releases
from tasks.migration import batches
from tasks.migration.choice import Order
from tasks.operations.countersigning import VERDICT, confirmed, may_sign, need_second
from tasks.operations.log import note
from tasks.operations.shown import CALENDARS, PLUMBING, ActLine, base_of, digest, lines_of
from tasks.operations.tables import proposal
from tasks.people import clerks, fields, posts
from tasks.people import roster as people
from tasks.people.passwords import NewPassword
from tasks.people.policy import AccountPolicy, change_policy
from tasks.rights.asking import by_people_here, need, need_everywhere, need_in, need_item
from tasks.rights.two_people import RULES
from tasks.words.texts import checked_reason

if TYPE_CHECKING:
    from engine import Actor, Tx

_row = proposal.c
WAITS = Word('待他人确认', 'waits for a second person')


@dataclass(frozen=True, slots=True)
class ProposedAct:
    """An act somebody wants; `verdict` is None until another one has decided."""

    id: int
    action: str
    object: str
    reason: str
    arguments: Mapping[str, Any]
    payload: bytes | None
    by: str
    at: datetime
    verdict: str | None
    decided_by: str | None
    decided_at: datetime | None
    remark: str

    @property
    def given(self) -> dict[str, Any]:
        """What was asked for."""
        return {name: value for name, value in self.arguments.items() if name not in PLUMBING}


_PROPOSALS = Rows(ProposedAct, proposal)
_LISTED = Rows(ProposedAct, proposal, payload=null())
MOST_WAITING = 20
"""So many proposals of one person wait at a time; the list shows as many a page."""


def propose(tx: Tx, action: str, target: str, reason: str, arguments: Mapping[str, Any], *, payload: bytes | None = None) -> int:
    """Ask for an act; the proposal's id. Raises Forbidden for who could not do it himself, Rejection without a reason or with too many."""
    need(tx.by, RULES[action].right)
    NEED[action](tx.connection, tx.by, RULES[action].right, target, arguments)
    why = checked_reason(reason)
    if not why:
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    mine = select(func.count()).select_from(proposal).where(_row.verdict.is_(None), _row.by == tx.by.id)
    if tx.connection.execute(mine).scalar_one() >= MOST_WAITING:
        message = f'Expected at most {MOST_WAITING} proposals of one person to wait, but {tx.by.id} has as many'
        raise Rejection(message, f'您已有 {MOST_WAITING} 项操作待他人确认，请先等待处理或撤回')
    kept = {'base': base_of(tx.connection, action, target)} | dict(arguments)
    if payload is not None:
        kept['payload'] = hashlib.sha256(payload).hexdigest()
    given = {'arguments': kept, 'payload': payload}
    row = {'action': action, 'object': target[:200], 'reason': why, **given, 'by': tx.by.id, 'at': tx.now}
    number = int(tx.connection.execute(insert(proposal).returning(_row.id), row).scalar_one())
    tx.seal(proposal, {**row, 'id': number})
    note(tx, 'act.proposed', target, why, {'act': action, 'proposal': number})
    return number


def waiting(connection: Connection, actor: Actor, *, after: int = 0) -> list[ProposedAct]:
    """A page of the proposals nobody has decided (those after the id `after`), without payload: of people of the person's hall and of those
    who serve all. Raises Forbidden."""
    need(actor, 'act.countersign')
    mine = (_row.verdict.is_(None), _row.id > after, by_people_here(actor, _row.by))
    return _LISTED.all(connection, _LISTED.select().where(*mine).order_by(_row.id).limit(MOST_WAITING))


def decided(connection: Connection, actor: Actor, *, limit: int = 20) -> list[ProposedAct]:
    """What was decided or became void, the latest first. Raises Forbidden."""
    need(actor, 'act.countersign')
    mine = (_row.verdict.is_not(None), by_people_here(actor, _row.by))
    return _LISTED.all(connection, _LISTED.select().where(*mine).order_by(_row.decided_at.desc(), _row.id.desc()).limit(limit))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a second person sees of a proposal. `digest` is of exactly that: what he confirms is what he saw."""

    lines: list[ActLine]
    digest: str


def shown(connection: Connection, wanted: ProposedAct) -> Shown:
    """What the act would do as things are now."""
    lines = lines_of(connection, wanted.action, wanted.object, wanted.arguments)
    base = base_of(connection, wanted.action, wanted.object)
    seen = [wanted.id, wanted.action, wanted.object, wanted.reason, wanted.by, dict(wanted.arguments), base]
    return Shown(lines, digest(seen))


def _same(tx: Tx, wanted: ProposedAct, seen: str | None) -> None:
    """Raises Conflict unless what is confirmed is what was shown (`seen`; None: nobody was shown anything), and the object is as it was."""
    if seen is not None and seen != shown(tx.connection, wanted).digest:
        message = f'Expected proposal {wanted.id} as it was shown, but it would do something else now'
        raise Conflict(message, '页面显示之后内容已变化，请重新核对后再确认', who=wanted.by, when=wanted.at)
    applied = wanted.action in CALENDARS  # compared where it is applied, under the calendar's own lock
    if not applied and wanted.arguments.get('base') != base_of(tx.connection, wanted.action, wanted.object):
        message = f'Expected {wanted.object} as it was when proposal {wanted.id} was made, but it has changed'
        raise Conflict(message, '提请之后该对象已变化，请撤回并重新提请', who=wanted.by, when=wanted.at)


def find(connection: Connection, actor: Actor, number: int, *, lock: bool = False) -> ProposedAct:
    """One proposal; `lock` keeps others from deciding it until the transaction ends. Raises NotFound, Forbidden."""
    need(actor, 'act.countersign')
    wanted = _PROPOSALS.select().where(_row.id == number, by_people_here(actor, _row.by))
    found = _PROPOSALS.first(connection, wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound(f'Expected proposal {number}, but there is none', '没有这项待确认的操作')
    return found


def may_decide(connection: Connection, actor: Actor, found: Sequence[ProposedAct]) -> dict[int, list[str]]:
    """The verdicts a person may give on each of these proposals, by its id: those `decide` lets him give. Raises Forbidden."""
    may = may_sign(connection, actor, found, beforehand=True)
    for one in found:
        if one.by == actor.id:
            may[one.id] = ['objected']
        elif 'agreed' in may[one.id]:
            try:
                _need_there(connection, actor, one)
            except Forbidden:
                may[one.id].remove('agreed')
    return may


def _need_there(connection: Connection, actor: Actor, wanted: ProposedAct) -> None:
    NEED[wanted.action](connection, actor, 'act.countersign', wanted.object, wanted.arguments)


def prepare(connection: Connection, wanted: ProposedAct, verdict: str) -> Any:
    """What takes long, before the transaction that writes: checks and parsing. Nothing where the verdict does not do the act."""
    look = PREPARE.get(wanted.action)
    return look(connection, wanted) if look and verdict == 'agreed' and wanted.verdict is None else None


def decide(tx: Tx, number: int, verdict: str, remark: str, prepared: Any = None, *, seen: str | None = None) -> None:
    """Confirm a proposal, which does it, or refuse it with a remark; who proposed it may take it back.

    `seen` is the digest of what was shown. Raises what the act raises, Forbidden for whoever proposed it or is its object, Conflict when it
    was decided already, would do something else than was shown, or its object has changed.
    """
    wanted = find(tx.connection, tx.by, number, lock=True)
    if wanted.verdict is not None:
        message = f'Expected proposal {number} to wait, but it was decided'
        raise Conflict(message, '该操作已处理', who=wanted.decided_by, when=wanted.decided_at)
    words = checked_reason(remark)
    if verdict not in VERDICT or (verdict == 'objected' and not words):
        raise Rejection(f'Expected agreed, or objected with a remark, but got {verdict!r}', '请选择同意，或不同意并说明理由')
    if verdict == 'agreed' or tx.by.id != wanted.by:
        need_second(tx, wanted, agrees=verdict == 'agreed', beforehand=True)
    if verdict == 'agreed':
        _need_there(tx.connection, tx.by, wanted)
        _same(tx, wanted, seen)
    values = {'verdict': verdict, 'decided_by': tx.by.id, 'decided_at': tx.now, 'remark': words}
    tx.connection.execute(update(proposal).where(_row.id == number).values(values))
    told = {'act': wanted.action, 'by': wanted.by, 'proposal': number}
    note(tx, 'act.confirmed' if verdict == 'agreed' else 'act.refused', wanted.object, words, told)
    if verdict == 'agreed':
        _perform(tx, wanted, prepared)


def _perform(tx: Tx, wanted: ProposedAct, prepared: Any) -> None:
    """Do it in the name of who proposed it, by the rights he has now."""
    proposer = people.find_clerk(tx.connection, wanted.by)
    if not proposer.active:
        raise Forbidden(f'Expected a proposal of somebody who may sign in, but {wanted.by} is switched off', '提请人的账号已停用，不能确认')
    second, tx.by = tx.by, people.actor_of(proposer)
    try:
        with confirmed():
            PERFORM[wanted.action](tx, wanted, prepared)
    finally:
        tx.by = second


def _deploy(tx: Tx, wanted: ProposedAct, judged: Any) -> None:
    items.deploy_alone(tx, judged, wanted.reason, despite_empty=bool(wanted.arguments['despite_empty']))


def _roll_back(tx: Tx, wanted: ProposedAct, judged: Any) -> None:
    releases.rollback(tx, int(wanted.arguments['definition']), judged, wanted.reason, despite_empty=bool(wanted.arguments['despite_empty']))


def _change_calendar(tx: Tx, _wanted: ProposedAct, prepared: Any) -> None:
    asked, base = prepared
    editions.apply(tx, asked, base=base)


def _change_clerk(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    clerks.change(tx, wanted.object, clerks.StaffPost(**wanted.given), wanted.reason)


def _switch_on(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    people.set_active(tx, wanted.object, True, wanted.reason)


def _activate(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    clerks.switch(tx, wanted.object, True, wanted.reason)


def _change_window(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    posts.change_window(tx, wanted.object, wanted.reason, **wanted.given)


def _set_policy(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    change_policy(tx, AccountPolicy(**wanted.given), wanted.reason)


def _place(tx: Tx, wanted: ProposedAct, _prepared: Any) -> None:
    batches.place(tx, Order.of(str(wanted.arguments['kind']), wanted.given), wanted.reason)


def _need_items(connection: Connection, actor: Actor, verb: str, target: str, _arguments: Mapping[str, Any]) -> None:
    if target:
        need_item(connection, actor, verb, target)
    else:
        need_everywhere(connection, actor, verb)


def _need_calendars(connection: Connection, actor: Actor, verb: str, target: str, _arguments: Mapping[str, Any]) -> None:
    need_in(connection, actor, verb, select(t.hall.c.code).where(or_(t.hall.c.code == target, t.hall.c.calendar == target)))


def _need_person(connection: Connection, actor: Actor, verb: str, target: str, _arguments: Mapping[str, Any]) -> None:
    people.need_over(connection, actor, target, verb)


def _need_post(connection: Connection, actor: Actor, verb: str, target: str, arguments: Mapping[str, Any]) -> None:
    """Where the person is, and where he would be."""
    _need_person(connection, actor, verb, target, arguments)
    people.need_halls(connection, actor, arguments['department'], arguments['windows'], arguments['roles'], verb=verb)


def _need_window(connection: Connection, actor: Actor, verb: str, target: str, arguments: Mapping[str, Any]) -> None:
    """The hall of the window, and that of the department it would belong to."""
    people.need_halls(connection, actor, arguments['department'], [target], (), verb=verb)


def _need_policy(connection: Connection, actor: Actor, verb: str, _target: str, _arguments: Mapping[str, Any]) -> None:
    need_everywhere(connection, actor, verb)


NEED: Mapping[str, Callable[[Connection, Actor, str, str, Mapping[str, Any]], None]] = {
    **dict.fromkeys(('item.deployed', 'release.rolled_back', 'batch.migrate', 'batch.move'), _need_items),
    **dict.fromkeys(CALENDARS, _need_calendars),
    **dict.fromkeys(('clerk.created', 'clerk.activated'), _need_person),
    **dict.fromkeys(('clerk.changed', 'clerk.windows_assigned'), _need_post),
    'window.changed': _need_window,
    'policy.changed': _need_policy,
}
"""Each raises Forbidden unless the person may do a verb in each hall the act is about: who proposes and who confirms alike."""
PERFORM: Mapping[str, Callable[[Tx, ProposedAct, Any], None]] = {
    'item.deployed': _deploy,
    'release.rolled_back': _roll_back,
    **dict.fromkeys(CALENDARS, _change_calendar),
    'clerk.created': _switch_on,
    'clerk.changed': _change_clerk,
    'clerk.windows_assigned': _change_clerk,
    'clerk.activated': _activate,
    'window.changed': _change_window,
    'policy.changed': _set_policy,
    'batch.migrate': _place,
    'batch.move': _place,
}
PREPARE: Mapping[str, Callable[[Connection, ProposedAct], Any]] = {
    'item.deployed': lambda connection, wanted: judge(connection, read_zip(wanted.payload or b'', wanted.object)),
    'release.rolled_back': lambda connection, wanted: releases.judge_version(connection, int(wanted.arguments['definition'])),
    **dict.fromkeys(CALENDARS, lambda connection, wanted: (calendar_asking.asked(connection, wanted.arguments), wanted.arguments['base'])),
}


def take_on(tx: Tx, username: str, password: NewPassword, post: clerks.StaffPost, reason: str) -> people.Clerk:
    """A new person. Whoever would have power over cases or people signs in only when somebody else has confirmed the account."""
    with confirmed():
        made = clerks.take_on(tx, username, password, post)
    if clerks.powerful(tx, made):
        people.set_active(tx, username, False, WAITS)
        propose(tx, 'clerk.created', username, reason, {})
    return people.find_clerk(tx.connection, username)


def change(tx: Tx, username: str, post: clerks.StaffPost, reason: str) -> int | None:
    """Change what a person is: at once, and how many steps went back; None when it waits, for it moves power."""
    before, _values, _windows = clerks.fitting(tx, username, post)
    moved = clerks.moves_power(tx, before, post)
    if not moved:
        return clerks.change(tx, username, post, reason)
    propose(tx, moved, username, reason, clerks.as_json(post))
    return None


def switch_on(tx: Tx, username: str, reason: str) -> int | None:
    """Switch an account on: at once, or None when it waits, for the person would have power. Raises Misfilled, Conflict."""
    clerk, words = people.need_administrator_of(tx, username), fields.reason(reason)
    if not clerks.powerful(tx, clerk):
        return clerks.switch(tx, username, True, words)
    clerks.need_agreed(tx, username)
    propose(tx, 'clerk.activated', username, words, {})
    return None


def change_window(tx: Tx, code: str, reason: str, **wanted: Any) -> bool:
    """Change a window: at once, or False when it waits, for it moves power. Raises what `posts.change_window` raises."""
    before, values = posts.fitting_window(tx, code, **wanted)
    if not posts.moves_power(before, values['authority']):
        posts.change_window(tx, code, reason, **wanted)
        return True
    propose(tx, 'window.changed', code, fields.reason(reason), wanted)
    return False
