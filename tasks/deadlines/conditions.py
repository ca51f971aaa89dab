"""When a case's clocks may be stopped or extended: one answer for the verb that refuses and for the page that does not offer.

Who may is in the table of rights.

Sources: Licensing Law art. 42 (extension: head of the agency; joint handling: head of the government), art. 45 (what is not counted);
domain L-13, L-14, L-17, §6 rules 4 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from engine import OPEN_CLOCK, ClockRow, Forbidden, Ledger, Rejection, limit_of, read
from engine.words import Word, joined
from engine.worktime import STOP_KINDS, Limit, LimitError, Unit, parse_limit
from tasks import tables as t
from tasks.catalogue.item import AGENCY_HEAD
from tasks.catalogue.item_toml import item_of
from tasks.rows import StoredCase
from tasks.words.vocabulary import CLOCK

if TYPE_CHECKING:
    from engine import Actor

BY_DIAGRAM = ('supplement', 'fee')
"""Stops only a diagram makes: what is missing is told once (S-05), and what is paid is in the item's fee table (S-46)."""
KINDS: Mapping[str, str] = {kind: name for kind, name in STOP_KINDS.items() if kind not in BY_DIAGRAM}
ART_42 = '《中华人民共和国行政许可法》第四十二条'
POSTS: Mapping[str, str] = {
    AGENCY_HEAD: Word('行政机关负责人（有决定权的岗位）', 'the head of the agency (a deciding post)'),
    'government_head': Word('本级人民政府负责人', 'the head of the government of this level'),
}
LICENCE = '01'  # item type 行政许可 (GB/T 39046 A.1): the Licensing Law's own extension applies
_DECIDING = ('promise', 'statutory')
_BY_LAW = {'joint': Limit(15, Unit.WORKDAY)}
_USUAL = Limit(10, Unit.WORKDAY)


@dataclass(frozen=True)
class Extendable:
    """By how much this item may be extended, which clocks that moves, and whose approval it takes (a post, or `agency_head`)."""

    limit: Limit
    clocks: tuple[str, ...]
    post: str
    post_name: str

    @property
    def clock_names(self) -> str:
        """法定期限, or 法定期限和承诺期限."""
        return joined((CLOCK[name] for name in self.clocks), '和', ' and ')


def extendable(connection: Connection, case: StoredCase) -> Extendable | None:
    """What the item (as the case was received under it) says about extension, else what art. 42 says of licences; None: not at all."""
    item = item_of(connection, case.definition_id)
    limits = item.limits
    if limits.extension:
        limit = parse_limit(limits.extension)
    elif item.type == LICENCE and item.handling_class != 'instant':
        limit = _BY_LAW.get(item.handling_class, _USUAL)
    else:
        return None
    if not isinstance(limit, Limit):
        return None
    post = limits.extension_role or AGENCY_HEAD
    name = POSTS.get(post) or connection.execute(select(t.window.c.name).where(t.window.c.code == post)).scalar() or post
    clocks = ('statutory', 'promise') if limits.extend_promise else ('statutory',)
    return Extendable(limit, clocks, post, name)


def not_the_post(actor: Actor, found: Extendable) -> Forbidden:
    """The refusal of whoever is not the post whose approval an extension takes."""
    return Forbidden(f'Expected {found.post}, but {actor.id} works {sorted(actor.groups)}', f'延长审批须由{found.post_name}批准')


def why_no_stop(case: StoredCase, ledger: Ledger, now: datetime, kind: str = '', since: datetime | None = None) -> Rejection | None:
    """Why the clocks of this case cannot be stopped now (from `since` on), None when they can."""
    if case.status in t.ENDED_STATUSES:
        return Rejection(f'Expected a case under way, but it is {case.status}', '办件已结束，不能中止')
    if case.accepted_at is None:
        return Rejection('Expected an accepted case, but it is not accepted yet', '尚未受理，审批期限还没有开始计算')
    if case.decided_at is not None:
        return Rejection('Expected a case without decision, but it was decided', '已作出决定，不再有需要中止的审批期限')
    running = [row for name, row in ledger.clocks.items() if name in _DECIDING and row.state in OPEN_CLOCK]
    if not any(row.due_at is None or now < row.due_at for row in running):
        return Rejection('Expected a limit that still runs, but all have expired', '审批期限均已届满，暂停不再改变期限，不得以此掩盖超期')
    if kind and any(row.kind == kind and row.end is None for row in ledger.stops):
        return Rejection(f'Expected no open {kind}, but there is one', f'「{STOP_KINDS[kind]}」已经在进行中')
    return _why_not_since(case, ledger, now, since) if since is not None else None


def _why_not_since(case: StoredCase, ledger: Ledger, now: datetime, since: datetime) -> Rejection | None:
    """The date given must lie between the last stop and now, and must not unmake a limit that has already expired."""
    if since > now:
        return Rejection(f'Expected a past instant, but {since} lies in the future', '暂停时间不能晚于现在')
    if case.accepted_at is None or since < case.accepted_at:
        return Rejection('Expected a stop after acceptance, but it begins before', '暂停时间不能早于受理时间')
    last = max((row.start for row in ledger.stops), default=None)
    if last is not None and since < last:
        return Rejection(f'Expected a stop after the last one, but it begins before {last}', '暂停时间不能早于上一次暂停的时间')
    late = [row for row in ledger.clocks.values() if row.met_at is None and row.due_at and since < row.due_at <= now]
    if late:
        name = CLOCK.get(late[0].name, late[0].name)
        return Rejection(f'Expected no limit that has expired since, but {late[0].name} has', f'{name}已届满，不能补录此前的暂停')
    return None


def why_no_extension(case: StoredCase, ledger: Ledger, found: Extendable | None, now: datetime) -> tuple[Rejection | None, tuple[str, ...]]:
    """Why the case cannot be extended now (None when it can), and the clocks an extension would move."""
    if case.status in t.ENDED_STATUSES or case.decided_at is not None:
        return Rejection('Expected a case without decision, but it was decided or ended', '已作出决定或已结束，不能延长'), ()
    if found is None:
        return Rejection('Expected an item that may be extended, but it says nothing of it', '该事项没有规定可以延长办理期限'), ()
    if 'statutory' not in ledger.clocks:
        return Rejection('Expected an accepted case, but the statutory limit has not begun', '尚未受理，法定期限还没有开始计算'), ()
    if any(name in ledger.extensions for name in found.clocks):
        return Rejection('Expected the first extension, but it was extended before', '该办件已延长过一次，不能再次延长'), ()
    if _over(ledger.clocks['statutory'], now):
        return Rejection('Expected an application before expiry, but the limit is over', '超过办结时限才提出延期申请，不予延长'), ()
    moved = tuple(name for name in found.clocks if name in ledger.clocks and not _over(ledger.clocks[name], now))
    for name in moved:
        if not _same_unit(ledger.clocks[name], found.limit):
            zh = f'延长的单位（{found.limit}）与{CLOCK[name]}的单位（{ledger.clocks[name].limit}）不一致'
            return Rejection(f'Expected an extension in the unit of {name}, but it is {found.limit.en}', zh), ()
    return None, moved


def _over(row: ClockRow, now: datetime) -> bool:
    return row.state not in OPEN_CLOCK or (row.due_at is not None and now >= row.due_at)


def _same_unit(row: ClockRow, limit: Limit) -> bool:
    try:
        own = limit_of(row.limit)
    except LimitError:
        return False
    return isinstance(own, Limit) and own.unit is limit.unit


def instance_active(connection: Connection, instance_id: int) -> bool:
    """Whether the instance runs (an administrator may have suspended it)."""
    return read.standing(connection, instance_id)[0] == 'active'
