"""The engine: one database, one clock, the handlers and listeners the root hands in. `begin` is the only place that commits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from engine.bpmn.check import House, ItemRules, check_bundle
from engine.core import schema
from engine.core.actor import Actor
from engine.core.assignment import Staffing, everybody_is_there
from engine.core.bundle import Bundle
from engine.core.clock import Clock, system_clock
from engine.core.database import LOCK_WAIT_MS, SEEN, connect, contended, lost, reading_options
from engine.core.definitions import PATIENT, Checked, Definitions, NotReady, edition, edition_of
from engine.core.effort import Effort
from engine.core.errors import Conflict, NotFound
from engine.core.evidence_begins import begin
from engine.core.functions import FUNCTIONS
from engine.core.halls import Halls, shipped_halls
from engine.core.history import Event
from engine.core.outage import Unavailable, outage_of
from engine.core.rights import Rights, the_software_alone
from engine.core.sealing import SEALS, Seals, watch
from engine.core.tx import ServiceCall, Tx
from engine.evidence import Sealer
from engine.tables import process_instance, user_task
from engine.timing.outbox import Deliver, Inside, outbox_queue
from engine.timing.starts import STARTS
from engine.timing.sweep import Queue, Tally, walk
from engine.timing.ticking import TickReport, tick
from engine.timing.timers import CLOCKS, TIMERS
from engine.timing.urgency import catch_up
from engine.timing.versions import VERSIONS
from engine.verbs.instances import DELIVERIES
from engine.verbs.starting import Beginning, CallUp, open_plainly

Handler = Callable[[ServiceCall], Mapping[str, Any] | None]
Function = Callable[..., Any]
Listener = Callable[[Tx, Sequence[Event]], None]
Result = TypeVar('Result')

ATTEMPTS = 5
_FIRST_PAUSE = 0.02


def _no_entry(_bundle: Bundle) -> ItemRules | None:
    return None


def _due_work(queues: Sequence[Queue], deliver: Mapping[str, Deliver | Inside]) -> Mapping[str, Queue]:
    """The engine's own queues, the office's (one of the same name replaces it), and the outbox."""
    return {queue.name: queue for queue in (VERSIONS, CLOCKS, TIMERS, STARTS, *queues, outbox_queue({**DELIVERIES, **deliver}))}


class Engine:
    """Durable BPMN with working time on one database. Any number of engines, in any number of processes, may share PostgreSQL."""

    def __init__(
        self,
        url: str | URL,
        *,
        clock: Clock = system_clock,
        handlers: Mapping[str, Handler] | None = None,
        functions: Mapping[str, Function] | None = None,
        halls: Halls | None = None,
        listeners: Sequence[Listener] = (),
        deliver: Mapping[str, Deliver | Inside] | None = None,
        queues: Sequence[Queue] = (),
        house: House | None = None,
        item_rules: Callable[[Bundle], ItemRules | None] = _no_entry,
        readers: Sequence[Callable[[Bundle], Any]] = (),
        opening: Callable[[Tx, Beginning, CallUp], int] = open_plainly,
        sealer: Sealer | None = None,
        rights: Rights = the_software_alone,
        staffing: Staffing = everybody_is_there,
        effort: Effort | None = None,
        pool_size: int = 10,
        lock_wait_ms: int = LOCK_WAIT_MS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`functions` are called with a FunctionCall before their arguments, `handlers` with a ServiceCall, `listeners` with all events
        of one frame together, before the instance is stored.

        `deliver` takes the outbox's messages by topic; `queues` is due work besides the engine's own (one of the same name replaces it).
        `house` is what this hall offers, for the check at deployment (unless said otherwise: any window, any handler, these functions).
        `item_rules` reads what a bundle's catalogue entry asks of its diagram (unless said otherwise: nothing).
        `readers` read of a bundle what the office needs of it in transactions: they are asked before one begins.
        `opening` starts a case that a message, signal or timer calls up, with all it has here (unless said otherwise: the instance).
        `sealer` puts what is written under the chain of evidence (unless said otherwise: nothing is, as in a trial).
        `effort` pays for all acts of this engine together (else each its own); `rights` says who may do what operators do (else nobody),
        `staffing` who of the people a diagram names is there (else everybody).
        `lock_wait_ms` is how long a statement waits for a lock; `pause` waits (seconds) between two tries of a contended transaction.
        """
        self.database = connect(url, pool_size=pool_size, lock_wait_ms=lock_wait_ms)
        self.url, self.clock = url, clock
        self.handlers: Mapping[str, Handler] = handlers or {}
        self.functions: Mapping[str, Function] = {**FUNCTIONS, **(functions or {})}
        self.halls = halls or shipped_halls()
        self.listeners = tuple(listeners)
        self.queues = _due_work(queues, deliver or {})
        self.house = house or House(functions=frozenset(self.functions))
        self.item_rules, self.readers = item_rules, tuple(readers)
        self.rights, self.staffing, self.effort, self.sealer, self.opening = rights, staffing, effort, sealer, opening
        if sealer is not None:
            watch(self.database)
        self.definitions, self._pause = Definitions(), pause
        self._reading = self.database.execution_options(**reading_options(self.database))

    def check(self, bundle: Bundle) -> Checked:
        """The bundle with all that is wrong with its files; ready to run when nothing is. Asks no database: do it before a transaction."""
        found = edition(bundle)
        checked = Checked(found, tuple(check_bundle(bundle, replace(self.house, now=self.clock()), found.read(self.item_rules))))
        if checked.deployable:
            found.make_ready(self.readers)  # now, not inside the transaction that deploys it
        return checked

    @contextmanager
    def begin(self, by: Actor) -> Iterator[Tx]:
        """One transaction: committed when the block ends, rolled back when it raises. The only commit in the repository."""
        with self.database.connect() as connection:
            tx = Tx(self, connection, by)
            if self.sealer is not None:
                tx.seals = connection.info[SEALS] = Seals(self.sealer, tx)
            try:
                with connection.begin():
                    yield tx
                    if tx.broken:
                        raise RuntimeError('Expected a whole transaction, but a verb failed in the middle and its error was swallowed')
                    if tx.seals is not None:
                        tx.seals.finish()
            except BaseException:
                for definition_id in tx.deployed:
                    self.definitions.forget(definition_id)
                raise
            finally:
                if not connection.invalidated:
                    connection.info.pop(SEALS, None)
                    connection.info.pop(PATIENT, None)

    def run(self, by: Actor, work: Callable[[Tx], Result], *, attempts: int = ATTEMPTS) -> Result:
        """Do `work` in a transaction, again if a lock, a deadlock or a lost connection came between; `work` must bear being repeated.

        If it does not succeed in so many attempts, raises Conflict, naming who holds the instance and since when, or Unavailable when
        the database itself does not serve.
        """
        attempt, known = 1, set[int]()
        patient = True
        while attempt <= attempts:
            seen: list[Tx] = []
            try:
                with self.begin(by) as tx:
                    seen.append(tx)
                    tx.link.info[PATIENT] = patient
                    result = work(tx)
            except NotReady as unread:
                patient = self.make_ready(unread.definition_id, known)
                continue
            except DBAPIError as error:
                if not (contended(error) or lost(error)):
                    raise
                if attempt == attempts:
                    raise self._busy(seen[0]) if seen and contended(error) else Unavailable(outage_of(error) or 'unreachable') from error
                self._pause(_FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + random.random()))  # noqa: S311 - jitter
                attempt += 1
                continue
            return result
        raise ValueError('Expected at least one attempt')

    def make_ready(self, definition_id: int, known: set[int]) -> bool:
        """Read a definition's edition now, outside of any transaction that writes; whether that is worth waiting for.

        It is not where it is one of those `known` already and was forgotten again, or is only made in the transaction that asks for it.
        """
        if definition_id in known:
            return False
        known.add(definition_id)
        try:
            with self.reading() as connection:
                found = edition_of(connection, definition_id)
        except NotFound:
            return False
        found.make_ready(self.readers)
        return True

    def _busy(self, tx: Tx) -> Conflict:
        who = when = None
        if tx.locking or tx.locking_task:
            of_task = select(user_task.c.instance_id).where(user_task.c.id == tx.locking_task).scalar_subquery()
            with self.reading() as connection:
                row = connection.execute(
                    select(process_instance.c.touched_by, process_instance.c.touched_at).where(
                        process_instance.c.id == (tx.locking or of_task)
                    )
                ).first()
            who, when = (row.touched_by, row.touched_at) if row else (None, None)
        return Conflict(
            f'Expected the case to be free, but it is busy; {who or "somebody"} wrote it last at {when}',
            '该办件正被处理，请稍后重试',
            who=who,
            when=when,
            state='busy',
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads and sees one moment; nothing it might write is kept.

        PostgreSQL's transaction is read-only and simply ends: after a ROLLBACK the driver would forget every statement it has prepared.
        """
        with self._reading.connect() as connection, connection.begin() as transaction:
            connection.info[SEEN] = {}
            try:
                yield connection
            finally:
                del connection.info[SEEN]
                if self.database.dialect.name != 'postgresql':
                    transaction.rollback()

    @contextmanager
    def looking(self, by: Actor) -> Iterator[Tx]:
        """A transaction that only reads, e.g. for a dry run: its verbs that assess may be called, nothing it did is kept."""
        with self.reading() as connection:
            yield Tx(self, connection, by)

    def tick(self, limit: int = 500, worker: str = 'worker') -> TickReport:
        """Do what is due in every queue, oldest first, each row in its own transaction. Any number of workers may tick at the same time."""
        return tick(self, limit, worker)

    def sweep(self, queue: str | Queue, limit: int = 500) -> Tally:
        """Do what is due in one queue, named or given."""
        return walk(self, self.queues[queue] if isinstance(queue, str) else queue, limit)

    def migrate(self) -> None:
        """Bring the database to the newest schema, count what SQL could not, begin the evidence; two processes may do so at once."""
        schema.migrate(self.url)
        catch_up(self)
        begin(self)

    def check_schema(self) -> None:
        """Raises Rejection unless the database has the schema this program needs."""
        schema.check_schema(self.database)

    def close(self) -> None:
        """Give all connections back."""
        self.database.dispose()
