"""An order for many cases, carried out one case a transaction: it may be interrupted at any moment and goes on where it was.

Its cases are a queue of due work: several processes may work on one batch at once, each case is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, insert, or_, select, update

from engine import Actor, Forbidden, NotFound, Picked, Queue, Rejection, Swept, read
from engine.identity import is_blank
from engine.moving import placing
from engine.moving.rows import instance_migration
from engine.rows import DueRow, known
from engine.verbs import instances, operations
from engine.words import Word, said
from tasks.clock.taking_back import take_back_case
from tasks.migration import sealed
from tasks.migration.choice import Order, Report, choose, deciding_windows
from tasks.migration.rows import BATCH, BATCH_CASES, StoredBatch, StoredBatchCase
from tasks.migration.tables import case_batch, case_batch_row
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people.names import by_owner, unsigned_name
from tasks.people.roster import actor_of, clerk_of
from tasks.rights.asking import need_for
from tasks.rights.two_people import RULES

if TYPE_CHECKING:
    from engine import Engine, Tx

REPORTED = 20
"""Cases between two reports of progress."""
_DONE = {'waiting': 'done', 'reverting': 'reverted'}


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is: how many rows are in which state."""

    batch_id: int
    state: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All cases of the batch."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """Cases that are still to be done (or reverted)."""
        return self.counts.get('waiting', 0) + self.counts.get('reverting', 0)


def place(tx: Tx, order: Order, reason: str) -> int:
    """Order something for every case chosen now; the batch's id. `work` carries it out. Raises Rejection when there is no case."""
    _need_reason(reason)
    chosen = choose(tx, order)
    if not chosen:
        raise Rejection('Expected at least one case, but the order is for none', '没有符合条件的办件')
    values = {
        'kind': order.kind,
        'order': order.as_json(),
        'reason': reason.strip(),
        'state': 'running',
        'by': tx.by.id,
        'by_name': tx.by.name or tx.by.id,
        'at': tx.now,
    }
    batch_id = int(tx.connection.execute(insert(case_batch).returning(case_batch.c.id), values).scalar_one())
    same = {'batch_id': batch_id, 'state': 'waiting', 'next_try': tx.now}
    rows = [{**same, 'instance_id': one.instance_id, 'case_no': one.case_no} for one in chosen]
    tx.connection.execute(insert(case_batch_row), rows)
    cases = {'count': len(rows), sealed.SEAL: sealed.pieces(one.instance_id for one in chosen)}
    note(tx, f'batch.{order.kind}', str(batch_id), reason.strip(), {**order.as_json(), **cases})
    if f'batch.{order.kind}' in RULES:
        ask(tx, f'batch.{order.kind}', str(batch_id), reason.strip())
    return batch_id


def need_batch(connection: Connection, actor: Actor, batch_id: int) -> None:
    """Raises Forbidden unless the person may move the cases of all halls in the batch."""
    need_for(connection, actor, 'instance.migrate', select(case_batch_row.c.instance_id).where(case_batch_row.c.batch_id == batch_id))


def order_revert(tx: Tx, batch_id: int, reason: str) -> None:
    """Take back every migration of a batch whose case has not moved since; `work` carries it out."""
    need_batch(tx.connection, tx.by, batch_id)
    _need_reason(reason)
    row = find_batch(tx.connection, batch_id)
    if row.kind != 'migrate' or row.state != 'done':
        raise Rejection(f'Expected a finished migration, but batch {batch_id} is {row.kind}, {row.state}', '只有已完成的迁移可以撤销')
    tx.connection.execute(
        update(case_batch_row)
        .where(case_batch_row.c.batch_id == batch_id, case_batch_row.c.state == 'done')
        .values(state='reverting', attempts=0, next_try=tx.now)
    )
    values = {'state': 'reverting', 'revert_reason': reason.strip(), 'reverted_by': tx.by.id}
    tx.connection.execute(update(case_batch).where(case_batch.c.id == batch_id).values(values))
    note(tx, 'batch.revert', str(batch_id), reason.strip())


def revert_case(tx: Tx, row_id: int, reason: str) -> None:
    """Take back the migration of one case of a batch. Raises Conflict when it has moved since."""
    row = _case(tx.connection, row_id)
    if row.migration_id is None:
        raise NotFound(f'Expected a migrated case, but row {row_id} is none', '没有该迁移记录')
    placing.revert(tx, row.migration_id, reason)
    _mark(tx, row_id, 'reverted', zh=reason)
    note(tx, 'case.migration_reverted', row.case_no, reason)


def work(engine: Engine, batch_id: int, *, limit: int | None = None, report: Report | None = None) -> BatchProgress:
    """Carry out up to `limit` cases of a batch (all that can be done now, if None). Whoever ordered it is recorded as the actor of each.

    A case that is refused is noted with the reason; one that breaks is tried again by the worker, later; neither holds up another.
    """
    queue, before = BATCHES.only(case_batch_row.c.batch_id, batch_id), _read(engine, batch_id)
    most = before.left if limit is None else min(limit, before.left)
    tried = 0
    while tried < most:
        tally = engine.sweep(queue, min(REPORTED, most - tried))
        if not tally.done + tally.failed:
            break
        tried += tally.done + tally.failed
        if report is not None:
            report(tried, most)
    return _read(engine, batch_id)


def _read(engine: Engine, batch_id: int) -> BatchProgress:
    with engine.reading() as connection:
        return progress(connection, batch_id)


def _carry_out(tx: Tx, picked: Picked) -> Swept | None:
    """One case of a batch, if nobody else has taken it meanwhile; with the last one the batch is done."""
    row = _case(tx.connection, picked.due_id)
    batch = find_batch(tx.connection, row.batch_id)
    if row.state not in _DONE:
        return None
    _need_sealed(tx, batch, row)
    tx.by = _who(tx, known(batch.reverted_by, 'who takes a batch back') if row.state == 'reverting' else batch.by)
    _one(tx, batch, row)
    _finish(tx, row.batch_id)
    return Swept()


def _need_sealed(tx: Tx, batch: StoredBatch, row: StoredBatchCase) -> None:
    """Raises Forbidden unless what is to be done to this case was ordered by who is said to have, and sealed."""
    lines = [sealed.line_of(tx.connection, batch)]
    if row.state == 'reverting':
        lines.append(sealed.revert_of(tx.connection, batch))
        made = select(instance_migration.c.instance_id).where(instance_migration.c.id == row.migration_id)
        if batch.kind != 'migrate' or tx.connection.execute(made).scalar() != row.instance_id:
            raise _not_sealed(batch.id)
    for line in lines:
        if line is None or (tx.seals is not None and not sealed.signed(tx.connection, tx.seals.sealer, line)):
            raise _not_sealed(batch.id)
    if not sealed.names(tx.connection, lines[0], batch.id, row.instance_id):
        raise _not_sealed(batch.id)


def _not_sealed(batch_id: int) -> Forbidden:
    message = f'Expected batch {batch_id} as it was ordered and sealed, but its rows say something else; nothing was done'
    return Forbidden(message, f'批次 {batch_id} 与存证中的操作指令不符，未执行')


def _who(tx: Tx, username: str) -> Actor:
    """Whoever ordered it, with the rights he has now. Raises Forbidden for who works here no more."""
    if by_owner(username):
        return Actor(username, unsigned_name(username) or username, frozenset({'process_administrator'}))
    clerk = clerk_of(tx.connection, username)
    if clerk is None or not clerk.active:
        raise Forbidden(f'Expected an active account, but {username} is none', f'下达操作的账号 {username} 不存在或已停用')
    return actor_of(clerk)


def _refuse(tx: Tx, row_id: int, refusal: Rejection) -> None:
    row = _case(tx.connection, row_id)
    if isinstance(refusal, Forbidden):  # whoever ordered it may not, or nobody ordered it: an operator is told
        _mark(tx, row.id, 'failed', zh=refusal.zh, en=str(refusal))
        _finish(tx, row.batch_id)
        told = Word(refusal.zh, str(refusal))
        operations.report_due_work(tx, BATCHES.name, DueRow(row.id, 0, row.case_no, row.instance_id, None, None), told)
        return
    _mark(tx, row.id, 'kept' if row.state == 'reverting' else 'refused', zh=refusal.zh, en=str(refusal))
    _finish(tx, row.batch_id)


def _give_up(tx: Tx, row_id: int, message: str) -> None:
    _mark(tx, row_id, 'failed', zh=f'处理出错：{message}', en=message)
    _finish(tx, _case(tx.connection, row_id).batch_id)


def _revive(tx: Tx, row_id: int) -> None:
    """A case that broke is ordered again: its batch is at work again."""
    row = _case(tx.connection, row_id)
    if row.state == 'failed':
        back = row.migration_id is not None
        _mark(tx, row_id, 'reverting' if back else 'waiting')
        tx.connection.execute(
            update(case_batch).where(case_batch.c.id == row.batch_id).values(state='reverting' if back else 'running', finished_at=None)
        )


def _to_do(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (or_(*(of.c.state == state for state in sorted(_DONE))),)  # few enough to be named one by one


BATCHES = Queue(
    name='batch',
    table=case_batch_row,
    when=case_batch_row.c.next_try,
    due=_to_do,
    act=_carry_out,
    give_up=_give_up,
    revive=_revive,
    refuse=_refuse,
    about=case_batch_row.c.case_no,
)
"""Cases of batches that are under way: due work for `engine.timing.sweep`."""


def _mark(tx: Tx, row_id: int, state: str, *, zh: str = '', en: str = '', migration: int | None = None) -> None:
    values: dict[str, Any] = {'state': state, 'zh': zh, 'en': en, 'done_at': tx.now}
    values |= {'migration_id': migration} if migration is not None else {}
    tx.connection.execute(update(case_batch_row).where(case_batch_row.c.id == row_id).values(values))


def _one(tx: Tx, batch: StoredBatch, row: StoredBatchCase) -> None:
    if row.state == 'reverting':
        placing.revert(tx, known(row.migration_id, 'the migration to be taken back'), batch.revert_reason)
        _mark(tx, row.id, 'reverted', zh=batch.revert_reason)
        return
    _VERBS[batch.kind](tx, Order.of(batch.kind, batch.order), row, batch.reason)


def _place(tx: Tx, order: Order, row: StoredBatchCase, reason: str) -> None:
    done = placing.carry_out(tx, row.instance_id, order.placing, reason, deciding_windows(tx.connection))
    zh, en = '；'.join(one.zh for one in done.notes), '; '.join(one.en for one in done.notes)
    _mark(tx, row.id, 'done', zh=zh, en=en, migration=done.migration)


def _suspend(tx: Tx, order: Order, row: StoredBatchCase, reason: str) -> None:
    instances.suspend(tx, row.instance_id, reason)
    _mark(tx, row.id, 'done')


def _activate(tx: Tx, order: Order, row: StoredBatchCase, reason: str) -> None:
    instances.activate(tx, row.instance_id, reason)
    _mark(tx, row.id, 'done')


_QUEUED = ('定时器已重新排队，由计时进程再次执行', 'the timer is queued again for the worker')


def _retry(tx: Tx, order: Order, row: StoredBatchCase, reason: str) -> None:
    found = [one for one in read.incidents(tx.connection, instance_id=row.instance_id) if one.kind in ('step', 'timer')]
    made = [operations.retry(tx, one.id) for one in found]
    left = [one for one in read.incidents(tx.connection, instance_id=row.instance_id) if one.kind in ('step', 'timer')]
    if left:
        raise Rejection(f'Expected the retry to succeed, but {left[0].message}', f'重试后仍有异常：{left[0].message}')
    queued = any(one.outcome == 'queued' for one in made)
    _mark(tx, row.id, 'done', zh=_QUEUED[0] if queued else '', en=_QUEUED[1] if queued else '')


def _take_back(tx: Tx, order: Order, row: StoredBatchCase, reason: str) -> None:
    if order.since is None:
        raise Rejection('Expected from when on the clock was wrong, but it is empty', '请填写错误时间的起点')
    found = take_back_case(tx, row.instance_id, order.since, order.until, reason)
    told = [Word('已重新打开', 'reopened')] if found.reopened else []
    if found.notice:
        told.append(said('已发更正通知书 {number}', 'corrected notice {number} issued', number=found.notice))
    _mark(tx, row.id, 'done', zh='；'.join(map(str, told)), en='; '.join(one.en for one in told))


_VERBS: dict[str, Callable[[Tx, Order, StoredBatchCase, str], None]] = {
    'migrate': _place,
    'move': _place,
    'suspend': _suspend,
    'activate': _activate,
    'retry': _retry,
    'take_back': _take_back,
}


def _finish(tx: Tx, batch_id: int) -> None:
    """The last case of a batch closes it. The batch's row is locked, so that of two workers one sees the other's case."""
    tx.connection.execute(select(case_batch.c.id).where(case_batch.c.id == batch_id).with_for_update()).all()
    found = progress(tx.connection, batch_id)
    if found.left or found.state not in ('running', 'reverting'):
        return
    state = 'done' if found.state == 'running' else 'reverted'
    tx.connection.execute(
        update(case_batch).where(case_batch.c.id == batch_id, case_batch.c.state == found.state).values(state=state, finished_at=tx.now)
    )


def find_batch(connection: Connection, batch_id: int) -> StoredBatch:
    """A batch; raises NotFound."""
    row = BATCH.first(connection, BATCH.select().where(case_batch.c.id == batch_id))
    if row is None:
        raise NotFound(f'Expected a batch, but there is no {batch_id}', f'没有批次 {batch_id}')
    return row


def _case(connection: Connection, row_id: int) -> StoredBatchCase:
    """A case of a batch; raises NotFound."""
    row = BATCH_CASES.first(connection, BATCH_CASES.select().where(case_batch_row.c.id == row_id))
    if row is None:
        raise NotFound(f'Expected a case of a batch, but there is no row {row_id}', '没有该迁移记录')
    return row


def progress(connection: Connection, batch_id: int) -> BatchProgress:
    """How far a batch is."""
    rows = connection.execute(
        select(case_batch_row.c.state, func.count()).where(case_batch_row.c.batch_id == batch_id).group_by(case_batch_row.c.state)
    )
    return BatchProgress(batch_id, find_batch(connection, batch_id).state, {row[0]: row[1] for row in rows})


def _need_reason(reason: str) -> None:
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')


__all__ = ['BatchProgress', 'find_batch', 'order_revert', 'place', 'progress', 'revert_case', 'work']
