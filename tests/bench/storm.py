"""The storm: thousands of limits ran out while nobody ticked; 1, 2 and 4 workers fire them all, and everything is checked afterwards.

Every case is the joint approval with three limits (one opens a supervision task, one takes the case from the clerk, one only reminds),
started by the real verb on a clock that stands in the past. All timers are due before the sweep begins, so a timer's lag is the time from
that beginning to its own firing. One case is damaged: its timers fail, wait, die and become incidents, and delay nobody.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text, update

from engine import SYSTEM, Engine, Event, FixedClock, system_clock, verify_history
from engine.tables import history, incident, process_instance, timer, user_task
from engine.verbs import definitions, operations
from engine.verbs import instances as engine_instances
from tests.bench.harness import HERE, Pace, database, middle, run_group
from tests.bench.ours import OurLoop, bundle_of
from tests.bench.w1 import DIAGRAM as W1_DIAGRAM
from tests.bench.w1 import PROCESS as W1_PROCESS

DIAGRAM = HERE / 'storm.bpmn'
A_CASE = 3  # timers
BATCH = 200  # as a worker of the hall takes them in one tick
BEGAN = timedelta(days=90)  # before now: every limit of the diagram has run out since
OPENED = {'supervise', 'chief', 'fire', 'quality'}  # the open tasks of a case whose three limits have run out


@dataclass(frozen=True)
class Fired:
    """What one worker did, in its own order: (instance, element, due instant) of each timer."""

    worker: str
    timers: list[tuple[int, str, str]]
    failed: int
    began: float
    ended: float
    began_at: datetime


@dataclass
class _Worker:
    """The engine of this process, and what it fired since it was asked last."""

    engine: Engine
    seen: list[tuple[int, str, str]] = field(default_factory=list)


_HERE: dict[str, Any] = {}


def _meet_at(barrier: Any) -> None:
    _HERE['barrier'] = barrier


def _worker(url: str) -> _Worker:
    if url not in _HERE:
        worker = _HERE[url] = _Worker(Engine(url, pool_size=2))

        def listen(_tx: Any, events: Sequence[Event]) -> None:
            fired = [event for event in events if event.event == 'timer.fired']
            worker.seen.extend((event.instance_id, str(event.element), str(event.data['due_at'])) for event in fired)

        worker.engine.listeners = (listen,)
    found: _Worker = _HERE[url]
    return found


def sweep(job: tuple[str, str]) -> Fired:
    """Tick until nothing is due, as a worker process does."""
    url, name = job
    worker = _worker(url)
    worker.seen.clear()
    _HERE['barrier'].wait()
    began_at, began, failed = system_clock(), time.perf_counter(), 0
    while True:
        report = worker.engine.tick(limit=BATCH, worker=name)
        failed += report.failed
        if not report.due:
            break
    return Fired(name, list(worker.seen), failed, began, time.perf_counter(), began_at)


@contextmanager
def workers_of(count: int) -> Iterator[Any]:
    """A pool of fresh processes that begin together."""
    context = multiprocessing.get_context('spawn')
    with context.Pool(count, _meet_at, (context.Barrier(count),)) as pool:
        yield pool


def arm(url: str, timers: int, now: datetime) -> list[int]:
    """Start the cases, one minute of the past after another and in an order that is not that of their ids; the instances."""
    clock = FixedClock(now - BEGAN)
    engine = Engine(url, clock=clock, pool_size=2)
    with engine.begin(SYSTEM) as tx:
        definition = definitions.deploy(tx, tx.engine.check(bundle_of(DIAGRAM)), key='storm', name='storm')
    cases, ids = -(-timers // A_CASE), []
    for first in range(0, cases, 50):
        clock.move_to(now - BEGAN + timedelta(minutes=first * 7919 % (40 * 24 * 60)))
        with engine.begin(SYSTEM) as tx:
            for number in range(first, min(first + 50, cases)):
                ids.append(engine_instances.start(tx, definition, business_key=f'storm-{now.timestamp()}-{number}'))
    if engine.database.dialect.name == 'postgresql':  # what autovacuum does in the first minute of a hall's life
        with engine.begin(SYSTEM) as tx:
            tx.connection.execute(text('ANALYZE'))
    engine.close()
    return ids


def damage(url: str, instance_id: int) -> bytes:
    """Make one case unreadable, as a broken disk would; what was there before."""
    engine = Engine(url, pool_size=1)
    mine = process_instance.c.id == instance_id
    with engine.begin(SYSTEM) as tx:
        before: bytes = tx.connection.execute(select(process_instance.c.state).where(mine)).scalar_one()
        tx.connection.execute(update(process_instance).where(mine).values(state=b'\0'))
    engine.close()
    return before


def settle(url: str, instance_id: int, before: bytes) -> dict[str, int]:
    """Let the damaged case's timers fail until they are dead, count the incidents, repair it, retry, and count what fires then."""
    clock = FixedClock(system_clock())
    engine = Engine(url, clock=clock, pool_size=2)
    for _ in range(5):
        clock.move(hours=1)
        engine.tick()
    query = select(incident.c.id).where(incident.c.instance_id == instance_id, incident.c.state == 'open', incident.c.kind == 'timer')
    with engine.reading() as connection:
        incidents = list(connection.execute(query).scalars())
    with engine.begin(SYSTEM) as tx:
        tx.connection.execute(update(process_instance).where(process_instance.c.id == instance_id).values(state=before))
    for one in incidents:
        with engine.begin(SYSTEM) as tx:
            operations.retry(tx, one)
    fired = engine.tick().fired
    engine.close()
    return {'incidents': len(incidents), 'fired_after_repair': fired}


def storm(
    url: str | None,
    *,
    timers: int = 5000,
    processes: tuple[int, ...] = (1, 2, 4),
    w1_cases: int = 120,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Fire this many overdue timers with so many workers; rates beside w1's completions of the same run, lags, order, and the proof."""
    with database(url) as where:
        rows = []
        _prepared(where, DIAGRAM, 'storm', 1)  # migrates
        for count in processes:
            rows.append(_round(where, timers, count, w1_cases))
            tell(sentence(rows[-1]))
        return {'workload': 'storm', 'database': where.split(':', 1)[0], 'timers': timers, 'results': rows}


def sentence(row: dict[str, Any]) -> str:
    """One result for people."""
    lag = row['lag_seconds']
    return (
        f'{row["workers"]} worker(s): {row["fired"]} timers, {row["fired_per_second"]:.0f}/s, w1 {row["w1_per_second"]:.0f}/s, '
        f'ratio {row["ratio"]:.2f}; lag p50 {lag["p50"]:.1f} s, p95 {lag["p95"]:.1f} s, p99 {lag["p99"]:.1f} s, max {lag["max"]:.1f} s; '
        f'order inversions per worker {row["inversions"]}; damaged case: {row["poisoned"]["incidents"]} incidents, '
        f'{row["poisoned"]["fired_after_repair"]} fired after repair; each fired exactly once'
    )


def _round(url: str, timers: int, count: int, w1_cases: int) -> dict[str, Any]:
    jobs = [(url, f'storm-{number}') for number in range(count)]
    with workers_of(count) as pool:
        arm(url, 30 * count, system_clock())
        pool.map(sweep, jobs, chunksize=1)  # warm-up: connections, the diagram
        _w1(pool, count, url, max(2 * count, 8))
        now = system_clock()
        instances = arm(url, timers, now)
        before = damage(url, instances[0])
        w1 = [_w1(pool, count, url, w1_cases)]
        fired = pool.map(sweep, jobs, chunksize=1)
        w1.append(_w1(pool, count, url, w1_cases))
    pace = Pace(sum(len(one.timers) for one in fired), max(one.ended for one in fired) - min(one.began for one in fired))
    completions = sum(one.completions for one in w1) / sum(one.seconds for one in w1)
    settled = settle(url, instances[0], before)
    return {
        'workers': count,
        'timers': len(instances) * A_CASE,
        'fired': pace.completions,
        'failed': sum(one.failed for one in fired),
        'fired_per_second': round(pace.rate, 1),
        'w1_per_second': round(completions, 1),
        'ratio': round(pace.rate / completions, 3),
        'lag_seconds': lags(url, instances[1:], min(one.began_at for one in fired)),
        'inversions': [inversions([due for _, _, due in one.timers]) for one in fired],
        'overtakings': overtakings(url, instances[1:]),
        'poisoned': settled,
        'exactly_once': proof(url, instances, fired),
    }


def _w1(pool: Any, count: int, url: str, cases: int) -> Pace:
    return run_group(pool, count, OurLoop, url, _prepared(url, W1_DIAGRAM, W1_PROCESS, cases))


def _prepared(url: str, diagram: Path, key: str, cases: int) -> list[int]:
    loop = OurLoop(url)
    try:
        return loop.prepare(diagram, key, cases)
    finally:
        loop.engine.close()


def inversions(dues: Sequence[Any]) -> int:
    """How often a timer was fired right after one that was due later."""
    return sum(later < earlier for earlier, later in pairwise(dues))


def overtakings(url: str, instances: Sequence[int]) -> int:
    """How often, over all workers, the next firing was of a timer that was due earlier: by as many as are in work at once, no more."""
    engine = Engine(url, pool_size=1)
    ours = timer.c.instance_id.between(instances[0], instances[-1])
    with engine.reading() as connection:
        dues = connection.execute(select(timer.c.due_at).where(ours).order_by(timer.c.fired_at, timer.c.due_at)).scalars().all()
    engine.close()
    return inversions(dues)


def lags(url: str, instances: Sequence[int], began: datetime) -> dict[str, float]:
    """Percentiles of the seconds a timer waited from the beginning of the sweep to the transaction that fired it."""
    engine = Engine(url, pool_size=1)
    with engine.reading() as connection:
        rows = connection.execute(select(timer.c.fired_at).where(timer.c.instance_id.between(instances[0], instances[-1])))
        waited = sorted(max((at - began).total_seconds(), 0) for at in rows.scalars())
    engine.close()
    at = {f'p{share}': middle([waited[min(len(waited) * share // 100, len(waited) - 1)]]) for share in (50, 95, 99)}
    return {**at, 'max': middle(waited[-1:])}


def proof(url: str, instances: Sequence[int], fired: Sequence[Fired]) -> dict[str, Any]:
    """Rows, history and open tasks tell that each timer fired once; raises AssertionError otherwise."""
    engine = Engine(url, pool_size=1)
    ours = (instances[0], instances[-1])
    with engine.reading() as connection:
        states = Counter(connection.execute(select(timer.c.state).where(timer.c.instance_id.between(*ours))).scalars())
        told = connection.execute(
            select(history.c.instance_id, history.c.token, func.count())
            .where(history.c.instance_id.between(*ours), history.c.event == 'timer.fired')
            .group_by(history.c.instance_id, history.c.token)
        ).all()
        tasks = defaultdict(list)
        open_now = user_task.c.instance_id.between(*ours), user_task.c.state == 'open'
        for row in connection.execute(select(user_task.c.instance_id, user_task.c.element).where(*open_now)):
            tasks[row.instance_id].append(row.element)
        broken = [one for one in instances[:: max(len(instances) // 100, 1)] if not verify_history(connection, one).intact]
    engine.close()
    total = len(instances) * A_CASE
    by_workers = Counter(row[:2] for one in fired for row in one.timers)
    assert states == {'fired': total}, states
    assert Counter(row[2] for row in told) == {1: total}, 'a timer is told twice or not at all'
    assert Counter(by_workers.values()) == {1: total - A_CASE}, 'two workers fired one timer'
    assert {one: sorted(found) for one, found in tasks.items()} == dict.fromkeys(instances, sorted(OPENED)), 'a token is lost or doubled'
    assert not broken, f'history of {broken}'
    return {'timers': total, 'per_worker': [len(one.timers) for one in fired]}
