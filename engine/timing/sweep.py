"""One sweep for everything that becomes due: queues of rows, walked oldest first, each row in its own transaction.

A queue is a table whose rows have an instant at which they are due, and the columns `tables.tries()`. The engine has its own (staged
versions, clocks, timers, the outbox); the root hands in the office's. The rule of failing is the same for all: the transaction is rolled
back, the row waits one minute, then two, four and eight, and after the fifth failure it is left alone and an incident is open. Nothing
else waits meanwhile.

A worker reads a window of the oldest due ids without locking, then takes them one by one: one statement locks the oldest of the next few
that nobody holds (PostgreSQL: SKIP LOCKED; most queues lock the row's instance), so workers that read the same window share it instead of
waiting for each other. Whenever a window is used up the next one is read from the oldest again. So one worker goes strictly oldest
first; several take the oldest that is free, and what one of them leaves because it is held comes up again with the next window.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Select,
    Subquery,
    Table,
    Update,
    bindparam,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import iterate

from engine.core import incidents
from engine.core.actor import TIMER, Actor
from engine.core.database import contended, lost
from engine.core.definitions import PATIENT, NotReady
from engine.core.errors import Conflict, Damaged, Rejection, Undeliverable
from engine.core.locking import COLUMNS, Instance, Locked, Locking
from engine.core.outage import Unavailable
from engine.core.running import Runner
from engine.core.tx import Tx
from engine.rows import DueRow, Rows
from engine.tables import process_instance
from engine.words import Word

WINDOW = 64
"""Ids read at once: what the reading costs is shared by so many."""
LOOKAHEAD = 8
"""How many of them one statement tries: at least as many as there are workers, else a busy worker may find nothing in its first look."""
MAX_CONTENTION = 20
"""A sweep gives up for this tick after meeting so many locks or lost connections in a row; the next tick goes on."""
MAX_ATTEMPTS = 5
"""Failures after which a row is left alone until somebody retries its incident."""
_FIRST_WAIT = timedelta(minutes=1)
_START = (datetime.min.replace(tzinfo=UTC), 0)
"""Sorts before every due instant, for ids begin at 1."""
_log = logging.getLogger(__name__)

Act = Callable[['Tx', 'Picked'], 'Swept | None']


def backoff(attempts: int) -> timedelta:
    """How long a row waits after so many failures: one minute, doubling."""
    return _FIRST_WAIT * int(2 ** max(attempts - 1, 0))


@dataclass(frozen=True)
class Swept:
    """One row done: how late it was, whether it made something else due that may be older than the rest of the window, and whether
    anything came of it (`counts`).

    `outside` is what remains to be done when no transaction is open any more, e.g. over a network: the row was only claimed, and what
    `outside` gives is written in a transaction of its own.
    """

    late: timedelta = timedelta()
    more: bool = False
    counts: bool = True
    outside: Callable[[], Callable[[Tx], None]] | None = None


@dataclass(frozen=True)
class Picked:
    """A row that was locked to be done: its id, its instance, which the same transaction holds, where the rows have one, and what `claim`
    returned where the queue claims."""

    due_id: int
    locked: Locked | None = None
    claimed: Sequence[Any] = ()

    @property
    def instance(self) -> Instance:
        """The row's instance. Raises TypeError in a queue whose rows have none."""
        if self.locked is None:
            raise TypeError(f'Expected a row with an instance, but {self.due_id} has none')
        return self.locked.instance


@dataclass(frozen=True)
class Queue:
    """Rows of a table that become due.

    `when` is the column with the due instant, `due` gives the other conditions on the table (or a subquery of it). `act` does one row in
    the transaction that holds its lock, and answers None when it was gone. A row is claimed by a conditional update: either by `claim`,
    which is sent with the lock (`now` is its only parameter; a row it does not return is gone), or by what `act` writes.
    `unclaim` takes back what `act` wrote to claim a row whose `outside` failed.
    `give_up` writes in the transaction that opens the incident what a dead row is in this queue; `revive` undoes that for a retry.
    `refuse`, where there is one, takes a Rejection for the answer: the row is done and was not possible, which is no failure.
    `of` limits the queue to some instances (those that are active); `by_instance` False: the rows have no instance, they are locked
    themselves. `name` is also the kind of its incidents, `about` the column that says there what the row is about.
    """

    name: str
    table: Table
    when: Column[Any]
    due: Callable[[FromClause], Iterable[ColumnElement[bool]]]
    act: Act
    give_up: Callable[[Tx, int, str], None] | None = None
    revive: Callable[[Tx, int], None] | None = None
    refuse: Callable[[Tx, int, Rejection], None] | None = None
    of: ColumnElement[bool] | None = None
    by_instance: bool = True
    by: Actor = TIMER
    claim: Update | None = None
    about: Column[str] | None = None
    unclaim: Callable[[Tx, int], None] | None = None

    def only(self, column: Column[Any], value: object) -> Queue:
        """The part of the queue with this value in a column."""
        return replace(self, due=lambda of: (*self.due(of), of.c[column.name] == value))

    def ripe(self, of: FromClause) -> tuple[ColumnElement[bool], ...]:
        """What makes a row one to do, with the parameter `now`."""
        now: BindParameter[datetime] = bindparam('now', type_=self.when.type)
        waited = or_(of.c.next_try.is_(None), of.c.next_try <= now)
        wait = () if self.when.name == 'next_try' else (waited,)
        return (*self.due(of), of.c[self.when.name] <= now, *wait, of.c.attempts < MAX_ATTEMPTS)

    def _rows(self, *columns: Any) -> Select[Any]:
        rows = select(*columns).where(*self.ripe(self.table))
        if self.of is None:
            return rows
        return rows.join(process_instance, process_instance.c.id == self.table.c.instance_id).where(self.of)

    @cached_property
    def any(self) -> Select[Any]:
        """The queue's name if anything is due in it."""
        return select(literal(self.name).label('name')).where(self._rows(self.table.c.id).exists())

    @cached_property
    def window(self) -> Executable:
        """The oldest due rows after (`after_due`, `after_id`)."""
        when, row_id = self.when, self.table.c.id
        after = tuple_(when, row_id) > tuple_(bindparam('after_due', type_=when.type), bindparam('after_id'))
        return self._rows(row_id.label('due_id'), when.label('due_at')).where(after).order_by(when, row_id).limit(WINDOW)

    @cached_property
    def rows(self) -> Rows[DueRow]:
        """What is told of a row that fails."""
        there = self.table.c
        named = {name: there.get(name, null()) for name in ('instance_id', 'token', 'element')}
        return Rows(DueRow, self.table, about=literal('') if self.about is None else self.about, **named)

    def pick(self, connection: Connection, now: datetime, ids: Sequence[int]) -> Picked | None:
        """Lock the oldest of these rows (at most LOOKAHEAD) that is due still and that nobody holds, and claim it."""
        values = {'now': now} | {f'id{number}': ids[number] if number < len(ids) else -1 for number in range(LOOKAHEAD)}
        if not self.by_instance:
            found = connection.execute(self._free, values).scalar()
            return None if found is None else Picked(found)
        at_once = self.claim is not None and connection.dialect.name == 'postgresql'
        locked = (self._claimed if at_once else self._held).first(connection, values)
        if locked is None:
            return None
        due_id, *claimed = locked.beside
        if self.claim is not None and not at_once:
            mine = self.claim.where(self.table.c.id == due_id)
            claimed = list(connection.execute(mine, {'now': now}).first() or ())
        return Picked(due_id, locked, [] if claimed[:1] == [None] else claimed)

    @cached_property
    def _among(self) -> ColumnElement[bool]:
        return self.table.c.id.in_([bindparam(f'id{number}') for number in range(LOOKAHEAD)])

    @cached_property
    def _free(self) -> Executable:
        rows = self._rows(self.table.c.id.label('due_id')).where(self._among).order_by(self.when, self.table.c.id)
        return rows.limit(1).with_for_update(skip_locked=True, of=self.table)

    @cached_property
    def _few(self) -> Subquery:
        """The few rows, read by their keys and kept apart by OFFSET 0. Else PostgreSQL might read all due rows for each pick."""
        asked = {one for condition in self.ripe(self.table) for one in iterate(condition) if isinstance(one, Column)}
        columns = [one for one in self.table.c if one in asked or one.name in ('id', 'instance_id')]
        return select(*columns).where(self._among).offset(0).subquery('few')

    def _locking(self, *columns: ColumnElement[Any]) -> Select[Any]:
        few = self._few
        return (
            select(*columns)
            .select_from(few.join(process_instance, process_instance.c.id == few.c.instance_id))
            .where(*self.ripe(few), *(() if self.of is None else (self.of,)))
            .order_by(few.c[self.when.name], few.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=process_instance)
        )

    @cached_property
    def _held(self) -> Locking:
        """Locks the instance of the row."""
        return Locking(self._locking(), [self._few.c.id.label('due_id')])

    @cached_property
    def _claimed(self) -> Locking:
        """Locks the instance of the row, and claims the row in the same statement."""
        if self.claim is None:
            raise TypeError(f'Expected a queue that claims, but {self.name} does not')
        held = self._locking(self._few.c.id.label('due_id'), *COLUMNS).cte('held')
        claimed = self.claim.where(self.table.c.id == held.c.due_id).cte('claimed')
        return Locking(select().select_from(held.outerjoin(claimed, true())), [held.c.due_id, *claimed.c], of=held)


@dataclass
class Tally:
    """What a walk through one queue did: rows done, those of them that counted, rows that failed, the greatest delay."""

    done: int = 0
    counted: int = 0
    failed: int = 0
    lag: timedelta = timedelta()
    busy: int = 0  # locks met in a row
    ready: set[int] = field(default_factory=set)  # definitions that were read on its way
    patient: bool = True  # read what is missing before the transaction, not in it
    skip: set[int] = field(default_factory=set)  # failed or held by a lock that is no instance's: not again in this tick

    def full(self, limit: int) -> bool:
        """Whether the walk should stop."""
        return self.done + self.failed >= limit or self.busy >= MAX_CONTENTION


def due_queues(engine: Runner, queues: Iterable[Queue]) -> set[str]:
    """The names of the queues in which anything is due: one statement, whatever the number of queues."""
    statement = union_all(*(queue.any for queue in queues))
    with engine.reading() as connection:
        return set(connection.execute(statement, {'now': engine.clock()}).scalars())


def walk(engine: Runner, queue: Queue, limit: int) -> Tally:
    """Do what is due in a queue until nothing is left that nobody holds, or `limit` rows were tried."""
    tally, after = Tally(), _START
    while not tally.full(limit):
        try:
            rows = _window(engine, queue, after)
        except DBAPIError as error:
            if not (contended(error) or lost(error)):
                raise
            tally.busy += 1
            continue
        if not rows:
            break
        before = tally.done
        _through(engine, queue, deque(row.due_id for row in rows if row.due_id not in tally.skip), tally, limit)
        after = _START if tally.done > before else (rows[-1].due_at, rows[-1].due_id)
    return tally


def _window(engine: Runner, queue: Queue, after: tuple[Any, int]) -> list[Any]:
    now = engine.clock()
    with engine.reading() as connection:
        return list(connection.execute(queue.window, {'now': now, 'after_due': after[0], 'after_id': after[1]}))


def _through(engine: Runner, queue: Queue, ids: deque[int], tally: Tally, limit: int) -> None:
    """One window, from its oldest to its newest."""
    while ids and not tally.full(limit):
        picked: list[Picked] = []
        try:
            done = _take(engine, queue, ids, picked, patient=tally.patient)
        except NotReady as unread:
            tally.patient = engine.make_ready(unread.definition_id, tally.ready)
            continue
        except Exception as error:
            if contended(error) or lost(error) or isinstance(error, Unavailable):
                tally.busy += 1
            elif not picked:
                raise
            else:
                _failed(engine, queue, picked[0], error, tally)
            if picked:
                tally.skip.add(_drop(ids, picked[0]))
            continue
        tally.busy = 0
        if not picked:  # these are done or held
            for _ in range(min(LOOKAHEAD, len(ids))):
                ids.popleft()
            continue
        _drop(ids, picked[0])
        if done is None:
            continue
        tally.done += 1
        tally.counted += done.counts
        tally.lag = max(tally.lag, done.late)
        if done.more:
            return


def _drop(ids: deque[int], picked: Picked) -> int:
    """Go on behind what was picked: those before it are done or held."""
    while ids.popleft() != picked.due_id:
        pass
    return picked.due_id


def _take(engine: Runner, queue: Queue, ids: deque[int], picked: list[Picked], *, patient: bool) -> Swept | None:
    """Lock the oldest free one of the next few and act on it, in one transaction, then do what is left to do outside of it; `picked` tells
    which it was, also when this fails."""
    with engine.begin(queue.by) as tx:
        tx.link.info[PATIENT] = patient
        found = queue.pick(tx.link, tx.now, [*islice(ids, LOOKAHEAD)])
        if found is None:
            return None
        picked.append(found)
        if found.locked is not None:
            tx.adopt(found.locked.instance, found.locked.ledger)
        if queue.claim is not None and not found.claimed:
            return None
        done = queue.act(tx, found)
    if done is not None and done.outside is not None:
        engine.run(queue.by, done.outside())
    return done


def _failed(engine: Runner, queue: Queue, picked: Picked, error: Exception, tally: Tally) -> None:
    """Note a failure whose transaction was rolled back: the row waits longer, or is given up and an incident is open."""
    if not isinstance(error, Rejection):
        _log.warning('%s %s failed', queue.name, picked.due_id, exc_info=error)

    def work(tx: Tx) -> None:
        with tx.frame(picked.instance.id) if queue.by_instance else nullcontext():
            if queue.unclaim is not None:
                queue.unclaim(tx, picked.due_id)
            row = _still_due(tx, queue, picked.due_id)
            if row is None:
                return  # gone, or another worker that met it at the same moment has noted it
            if isinstance(error, Damaged):
                incidents.open_damage(tx, error)
            if queue.refuse is not None and isinstance(error, Rejection):
                queue.refuse(tx, row.id, error)
            else:
                _note(tx, queue, row, error)

    try:
        engine.run(queue.by, work)
        tally.failed += 1
    except Conflict:  # somebody took the case meanwhile: the next tick meets the failure again
        tally.busy += 1


def _still_due(tx: Tx, queue: Queue, item: int) -> DueRow | None:
    seen = queue.rows.select().where(queue.table.c.id == item, *queue.ripe(queue.table)).with_for_update()
    return queue.rows.first(tx.connection, seen, {'now': tx.now})


def _note(tx: Tx, queue: Queue, row: DueRow, error: Exception) -> None:
    message = f'{type(error).__name__}: {error}'[:2000]
    attempts = MAX_ATTEMPTS if isinstance(error, Undeliverable) else row.attempts + 1
    values = {'attempts': attempts, 'next_try': tx.now + backoff(attempts), 'last_error': message}
    tx.connection.execute(update(queue.table).where(queue.table.c.id == row.id).values(values))
    if attempts < MAX_ATTEMPTS:
        return
    if queue.give_up is not None:
        queue.give_up(tx, row.id, message)
    incidents.open_due_work(tx, queue.name, row, Word(error.zh, str(error)) if isinstance(error, Rejection) else message)


def again(tx: Tx, queue: Queue, item: int) -> None:
    """Try a row again at once, as if it had never failed."""
    table = queue.table
    tx.connection.execute(update(table).where(table.c.id == item).values(attempts=0, next_try=tx.now, last_error=None))
    if queue.revive is not None:
        queue.revive(tx, item)
