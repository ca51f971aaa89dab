"""One tick of a worker: every queue in which something is due, in a fixed order, and the heartbeat. An idle tick is two statements."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from engine.core.actor import TIMER
from engine.core.errors import Conflict
from engine.core.running import Runner
from engine.core.tx import Tx
from engine.tables import heartbeat
from engine.timing.sweep import Queue, Tally, due_queues, walk

_MOST_LAG = 2**31 - 1  # what the column holds, 68 years: a limit may name any date
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TickReport:
    """What one tick did, by queue. `due` names the queues in which something was left that is due: for the next tick."""

    tallies: Mapping[str, Tally]
    due: frozenset[str]

    @property
    def fired(self) -> int:
        """Timers that fired."""
        return self.counted('timer')

    @property
    def failed(self) -> int:
        """Rows of all queues that failed."""
        return sum(tally.failed for tally in self.tallies.values())

    @property
    def done(self) -> int:
        """Rows of all queues that were done."""
        return sum(tally.done for tally in self.tallies.values())

    @property
    def lag(self) -> timedelta:
        """How late the oldest timer was that fired."""
        return self.tallies['timer'].lag if 'timer' in self.tallies else timedelta()

    def counted(self, queue: str) -> int:
        """How many rows of a queue were done and counted."""
        return self.tallies[queue].counted if queue in self.tallies else 0


class Ticking(Runner, Protocol):
    """An engine with its queues of due work."""

    @property
    def queues(self) -> Mapping[str, Queue]: ...


def tick(engine: Ticking, limit: int, worker: str) -> TickReport:
    """Walk every queue in which something is due, at most `limit` rows of each; what one queue makes due in a later one is done too."""
    due, tallies = due_queues(engine, engine.queues.values()), dict[str, Tally]()
    for name, queue in engine.queues.items():
        if name in due or any(tally.done or tally.failed for tally in tallies.values()):
            tallies[name] = walk(engine, queue, limit)
    left = due_queues(engine, engine.queues.values()) if tallies else set()
    report = TickReport(tallies, frozenset(left))
    _beat(engine, worker, report.fired, report.lag)
    return report


def _beat(engine: Runner, worker: str, fired: int, lag: timedelta) -> None:
    def work(tx: Tx) -> None:
        values = {'ticked_at': tx.now, 'fired': fired, 'lag_seconds': min(int(lag.total_seconds()), _MOST_LAG)}
        known = tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values)).rowcount
        if not known:
            try:
                with tx.connection.begin_nested():
                    tx.connection.execute(insert(heartbeat), [{'worker': worker, **values}])
            except IntegrityError:
                tx.connection.execute(update(heartbeat).where(heartbeat.c.worker == worker).values(values))

    try:
        engine.run(TIMER, work)
    except Conflict:  # the database is held by somebody else: the next tick tries again, and until then the silence tells people
        _log.warning('the heartbeat of %s could not be written', worker)
