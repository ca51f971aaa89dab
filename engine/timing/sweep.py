"""Walking what is due, oldest first, each thing in its own transaction, past whatever somebody else holds.

A worker reads a window of the oldest due ids without locking, then takes them one by one: one statement locks the instance of the oldest
one of the next few that nobody holds (PostgreSQL: SKIP LOCKED), so workers that read the same window share it out instead of queueing.
Whenever a window is used up the next one is read from the oldest again. So one worker goes strictly oldest first; several workers take
the oldest that is free, and what one of them has to leave because its case is held comes up again with the next window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Executable, FromClause, RowMapping, Table, bindparam, select, tuple_
from sqlalchemy.exc import DBAPIError

from engine.core.actor import TIMER
from engine.core.database import contended, lost
from engine.core.errors import Conflict
from engine.core.frame import COLUMNS, Instance
from engine.tables import process_instance

if TYPE_CHECKING:
    from engine.core.engine import Engine
    from engine.core.tx import Tx

WINDOW = 64
"""Ids read at once: what the reading costs is shared by so many."""
LOOKAHEAD = 8
"""How many of them one statement tries: at least as many as there are workers, else a busy worker may find nothing in its first look."""
MAX_CONTENTION = 20
"""A sweep gives up for this tick after meeting so many locks or lost connections in a row; the next tick goes on."""


@dataclass(frozen=True)
class Done:
    """One thing done: how late it was, and whether it made something else due that may be older than the rest of the window."""

    late: timedelta
    more: bool = False


@dataclass(frozen=True)
class Queue:
    """A kind of thing that becomes due. `act` works in the transaction that holds its instance, and answers None when it was gone."""

    window: Executable
    pick: Executable
    act: Callable[[Tx, RowMapping], Done | None]
    failed: Callable[[Engine, RowMapping, Exception], None]


@dataclass
class Tally:
    """What a walk did."""

    done: int = 0
    failed: int = 0
    lag: timedelta = timedelta()
    busy: int = 0  # locks met in a row
    skip: set[int] = field(default_factory=set)  # failed or held by a lock that is no instance's: not again in this tick

    def full(self, limit: int) -> bool:
        """Whether the walk should stop."""
        return self.done + self.failed >= limit or self.busy >= MAX_CONTENTION


def queue(
    table: Table,
    due: Callable[[FromClause], Iterable[ColumnElement[bool]]],
    act: Callable[[Tx, RowMapping], Done | None],
    failed: Callable[[Engine, RowMapping, Exception], None],
    *,
    of: ColumnElement[bool],
) -> Queue:
    """The statements of a queue. `due` gives the conditions on the table with the parameter `now`, `of` says whose things are looked at.

    The few rows to try are read by their keys in a subquery of their own (OFFSET 0 keeps it one): whatever the planner believes about the
    table, it shall not go through all that is due again for each of them.
    """
    after = tuple_(table.c.due_at, table.c.id) > tuple_(bindparam('after_due', type_=table.c.due_at.type), bindparam('after_id'))
    window = (
        select(table.c.id.label('due_id'), table.c.due_at)
        .join(process_instance, process_instance.c.id == table.c.instance_id)
        .where(*due(table), of, after)
        .order_by(table.c.due_at, table.c.id)
        .limit(WINDOW)
    )
    few = select(table).where(table.c.id.in_([bindparam(f'id{number}') for number in range(LOOKAHEAD)])).offset(0).subquery()
    pick = (
        select(few.c.id.label('due_id'), *COLUMNS)
        .join(process_instance, process_instance.c.id == few.c.instance_id)
        .where(*due(few))
        .order_by(few.c.due_at, few.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=process_instance)
    )
    return Queue(window, pick, act, failed)


def walk(engine: Engine, what: Queue, limit: int, start: tuple[Any, int]) -> Tally:
    """Do what is due until nothing is left that nobody holds, or `limit` things were tried. `start` sorts before everything."""
    tally, after = Tally(), start
    while not tally.full(limit):
        try:
            rows = _window(engine, what, after)
        except DBAPIError as error:
            if not (contended(error) or lost(error)):
                raise
            tally.busy += 1
            continue
        if not rows:
            break
        before = tally.done
        _through(engine, what, deque(row.due_id for row in rows if row.due_id not in tally.skip), tally, limit)
        after = start if tally.done > before else (rows[-1].due_at, rows[-1].due_id)
    return tally


def _window(engine: Engine, what: Queue, after: tuple[Any, int]) -> list[Any]:
    now = engine.clock()
    with engine.reading() as connection:
        return list(connection.execute(what.window, {'now': now, 'after_due': after[0], 'after_id': after[1]}))


def _through(engine: Engine, what: Queue, ids: deque[int], tally: Tally, limit: int) -> None:
    """One window, from its oldest to its newest."""
    while ids and not tally.full(limit):
        picked: list[RowMapping] = []
        try:
            done = _take(engine, what, ids, picked)
        except Exception as error:
            if contended(error) or lost(error):
                tally.busy += 1
            elif not picked:
                raise
            else:
                _note(engine, what, picked[0], error, tally)
            if picked:
                tally.skip.add(_drop(ids, picked[0]))
            continue
        tally.busy = 0
        if not picked:  # these are done or held
            for _ in range(min(LOOKAHEAD, len(ids))):
                ids.popleft()
            continue
        _drop(ids, picked[0])
        if done is not None:
            tally.done += 1
            tally.lag = max(tally.lag, done.late)
            if done.more:
                return


def _note(engine: Engine, what: Queue, picked: RowMapping, error: Exception, tally: Tally) -> None:
    try:
        what.failed(engine, picked, error)
        tally.failed += 1
    except Conflict:  # somebody took the case meanwhile: the next tick meets the failure again
        tally.busy += 1


def _drop(ids: deque[int], picked: RowMapping) -> int:
    """Go on behind what was picked: those before it are done or held."""
    while ids.popleft() != picked['due_id']:
        pass
    return int(picked['due_id'])


def _take(engine: Engine, what: Queue, ids: deque[int], picked: list[RowMapping]) -> Done | None:
    """Lock the oldest free one of the next few and act on it, in one transaction; `picked` tells which it was, also when this fails."""
    with engine.begin(TIMER) as tx:
        tried = {f'id{number}': ids[number] if number < len(ids) else -1 for number in range(LOOKAHEAD)}
        found = tx.connection.execute(what.pick, {'now': tx.now, **tried}).mappings().first()
        if found is None:
            return None
        picked.append(found)
        tx.adopt(Instance(**{name: found[name] for name in Instance.__dataclass_fields__}))
        return what.act(tx, found)
