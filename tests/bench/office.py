"""Workload office: what a clerk's acts cost. Cases of both shipped items are received, then each step is claimed and completed.

A statement is what SQLAlchemy hands to the driver: savepoints are counted, and on SQLite so is BEGIN; PostgreSQL's driver sends BEGIN and
COMMIT by itself. `statements` is the most that any one act took, `ms` the median.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, select

from engine import SYSTEM, Actor, Engine, Tx, read, read_path
from engine.rows import StoredTask
from tasks import tables as t
from tasks.cases import receipt
from tasks.cases.materials import mark_all
from tasks.catalogue import checking, items
from tasks.demo.fiction import Fiction
from tasks.demo.hall import CLERKS, HALL, set_up
from tasks.demo.stories import ESTATE, FOOD, Item
from tasks.desk import verbs as desk
from tasks.people import roster as people
from tests.bench.harness import HERE, analyse, database, middle
from web.root import make_engine

PROCESSES = HERE.parents[1] / 'processes'
WALKS = (
    *((FOOD, fate) for fate in ('granted', 'supplement', 'rectify', 'sent_back', 'refused', 'not_accepted')),
    *((ESTATE, fate) for fate in ('granted', 'posted', 'refused', 'not_accepted')),
)
"""Together they go through every step of both items."""


@dataclass
class Cost:
    """What acts of one kind took: statements and milliseconds (wall, processor) of each."""

    statements: list[int] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """The most statements of any one act, the medians of the times."""
        return {'statements': max(self.statements), 'ms': middle(self.ms), 'cpu_ms': middle(self.cpu_ms)}


class Office:
    """The demo hall on a database, and what its clerks' acts took."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.received = Cost()
        self.steps: dict[str, Cost] = {}
        self.fiction = Fiction('office')
        with engine.reading() as connection:
            self.actors = {username: people.actor_of(people.find_clerk(connection, username)) for username, *_ in CLERKS}

    @contextmanager
    def _counting(self) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(self.engine.database, 'before_cursor_execute', note)
        try:
            yield seen
        finally:
            event.remove(self.engine.database, 'before_cursor_execute', note)

    def _act(self, cost: Cost, by: Actor, *works: Callable[[Tx], Any]) -> Any:
        """Do these works, each in its own transaction, as one act of a clerk."""
        with self._counting() as seen:
            wall, cpu = time.perf_counter(), time.process_time()
            for work in works:
                found = self.engine.run(by, work)
            cost.ms.append(1000 * (time.perf_counter() - wall))
            cost.cpu_ms.append(1000 * (time.process_time() - cpu))
        cost.statements.append(len(seen))
        return found

    def receive(self, item: Item) -> int:
        """Receive a case; its instance."""
        filed = self.fiction.application(item.code)
        given: dict[str, Any] = {'item_code': item.code, 'window': 'general', 'applicant': filed.applicant, 'agent': filed.agent}
        papers = [receipt.ReceivedMaterial(code) for code in item.materials]
        password = receipt.query_password()

        def work(tx: Tx) -> int:
            return receipt.receive(tx, password, **given, materials=papers, form=filed.form).instance_id

        return int(self._act(self.received, self.actors['chuangkou'], work))

    def walk(self, item: Item, fate: str) -> None:
        """One case from its receipt to its end; each step is claimed in one transaction and completed in another."""
        case, done = self.receive(item), dict.fromkeys(item.workers, 0)
        while waits := self._waits(case):
            task, step = waits[0], waits[0].element
            data = item.answers(fate, step, done[step], self.engine.clock().date())
            signed = {signature['by'] for signature in task.signatures}
            by = self.actors[next(name for name in item.workers[step] if name not in signed)]
            self._step(task, by, data)
            done[step] += 1

    def _step(self, task: StoredTask, by: Actor, data: dict[str, Any]) -> None:
        cost = self.steps.setdefault(task.element, Cost())
        claim: list[Callable[[Tx], Any]] = [] if task.group_key == 'applicant' else [lambda tx: desk.claim(tx, task.id)]
        if task.element == 'supplement':
            self.engine.run(by, lambda tx: mark_all(tx, task.id))
        self._act(cost, by, *claim, lambda tx: desk.complete(tx, task.id, data))

    def _waits(self, case: int) -> list[StoredTask]:
        with self.engine.reading() as connection:
            return list(read.open_tasks(connection, case))


def prepared(engine: Engine) -> Office:
    """The demo hall with both items in force, made once in this database."""
    with engine.begin(SYSTEM) as tx:
        if tx.connection.execute(select(t.hall.c.code)).first() is None:
            set_up(tx)
    for item in (FOOD, ESTATE):
        bundle = read_path(PROCESSES / item.code)
        with engine.begin(SYSTEM) as tx:
            items.deploy(tx, checking.judge(tx.connection, bundle, scenarios=False), '压测', hall=HALL)
    return Office(engine)


def office(url: str | None, *, rounds: int = 3) -> dict[str, Any]:
    """Receive cases and walk them to their ends; statements and times of a receipt and of a step, and of each step by its id."""
    with database(url) as where:
        engine = make_engine(where)
        engine.migrate()
        hall = prepared(engine)
        for item, fate in WALKS[:1]:
            hall.walk(item, fate)  # warm-up
        analyse(where)
        hall.received, hall.steps = Cost(), {}
        for _ in range(rounds):
            for item, fate in WALKS:
                hall.walk(item, fate)
        engine.close()
    every = Cost()
    for cost in hall.steps.values():
        every.statements += cost.statements
        every.ms += cost.ms
        every.cpu_ms += cost.cpu_ms
    steps = {step: cost.told() for step, cost in hall.steps.items()}
    return {'receive': hall.received.told(), 'claim_complete': every.told(), 'steps': steps}
