"""The stored urgency of user tasks: counted from the ledger in one place, kept in the task's row, and read by everybody from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, union, update

from engine.core.actor import TIMER
from engine.core.frame import Frame
from engine.core.running import Runner
from engine.core.statements import RowChange
from engine.core.tx import Tx
from engine.tables import clock, user_task

BATCH = 200
_COLUMNS = ('due_at', 'amber_at', 'due_unit', 'stopped')
_SET_TASK = RowChange(
    update(user_task)
    .where(user_task.c.instance_id == bindparam('instance'), user_task.c.token == bindparam('of'), user_task.c.state == 'open')
    .values({name: bindparam(f'new_{name}') for name in _COLUMNS})
)
_SET_CLOCK = update(clock).where(clock.c.id == bindparam('row_id')).values(amber_at=bindparam('new_amber_at'))
# what migration 0010 left to be counted: SQL cannot count with a hall's calendar
_WAITING = union(
    select(user_task.c.instance_id).where(user_task.c.state == 'open', user_task.c.due_at.is_not(None), user_task.c.due_unit.is_(None)),
    select(clock.c.instance_id).where(clock.c.state == 'running', clock.c.amber_at == clock.c.due_at),
).subquery()
_NEXT = select(_WAITING.c.instance_id).where(_WAITING.c.instance_id > bindparam('after')).order_by('instance_id').limit(BATCH)


def columns(frame: Frame, token: str, scope: Sequence[str]) -> dict[str, Any]:
    """How urgent a task is, as its row says it."""
    found = frame.ledger.urgency_of(token, scope)
    return {'due_at': found.due_at, 'amber_at': found.amber_at, 'due_unit': found.unit, 'stopped': found.stopped}


def recompute(frame: Frame) -> None:
    """Store the urgency of every open user task whose limits changed."""
    for task in frame.ledger.tasks.values():
        found = columns(frame, task.token, task.scope)
        if any(found[name] != getattr(task, name) for name in _COLUMNS):
            values = {'instance': frame.instance.id, 'of': task.token} | {f'new_{name}': found[name] for name in _COLUMNS}
            frame.write(_SET_TASK, values, key=task.token)
            task.due_at, task.amber_at, task.due_unit, task.stopped = (found[name] for name in _COLUMNS)


def recount(frame: Frame) -> None:
    """Count anew when the running clocks and the open tasks turn amber; no due date moves. For new thresholds and for old rows."""
    running = [row for row in frame.ledger.clocks.values() if row.state == 'running']
    rows = [{'row_id': row.id, 'new_amber_at': frame.ledger.amber_at(row)} for row in running]
    if rows:
        frame.tx.connection.execute(_SET_CLOCK, rows)
    recompute(frame)


def catch_up(engine: Runner) -> int:
    """Count what an older version left uncounted, each instance in its own transaction; how many there were."""
    done, after = 0, 0
    while True:
        with engine.reading() as connection:
            waiting = connection.execute(_NEXT, {'after': after}).scalars().all()
        if not waiting:
            return done
        for instance_id in waiting:

            def work(tx: Tx, instance_id: int = instance_id) -> None:
                with tx.frame(instance_id) as frame:
                    recount(frame)

            engine.run(TIMER, work)
        done, after = done + len(waiting), waiting[-1]
