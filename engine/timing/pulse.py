"""Whether the clockwork is alive: what the workers last did, what is overdue and unfired, what is dead. Counts only, nothing personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from engine import read
from engine.rows import WorkerPulse
from engine.tables import clock, incident, outbox, process_instance, timer, user_task

FORGOTTEN = timedelta(days=1)
"""A worker that has been silent for so long is gone and no longer told about."""


@dataclass(frozen=True)
class Pulse:
    """The state of the clockwork at one moment. `lag_seconds` is how long the oldest due timer of an active case has been waiting."""

    workers: tuple[WorkerPulse, ...]
    due_timers: int
    lag_seconds: float
    timers: Mapping[str, int]  # state -> rows that still matter: armed, stopped, dead
    overdue_clocks: int  # running although their due instant has passed: no worker has recorded the breach
    incidents: Mapping[str, int]  # kind -> open ones
    outbox: Mapping[str, int]  # waiting, dead
    completions: int

    def silent(self, now: datetime, after: timedelta) -> bool:
        """Whether no worker has ticked for longer than `after`."""
        return not any(now - one.ticked_at <= after for one in self.workers)


def pulse(connection: Connection, now: datetime) -> Pulse:
    """Take the pulse; the only costly figure is the number of completed user tasks, which is counted."""
    due = connection.execute(
        select(func.count(), func.min(timer.c.due_at, type_=timer.c.due_at.type))
        .join(process_instance, process_instance.c.id == timer.c.instance_id)
        .where(timer.c.state == 'armed', timer.c.due_at <= now, process_instance.c.status == 'active')
    ).one()
    overdue = select(func.count()).select_from(clock).where(clock.c.state == 'running', clock.c.due_at <= now)
    completed = select(func.count()).select_from(user_task).where(user_task.c.state == 'completed')
    return Pulse(
        workers=tuple(row for row in read.workers(connection) if now - row.ticked_at <= FORGOTTEN),
        due_timers=due[0],
        lag_seconds=(now - due[1]).total_seconds() if due[1] else 0.0,
        timers=_counts(connection, timer.c.state, ('armed', 'stopped', 'dead'), timer.c.state.in_(['armed', 'stopped', 'dead'])),
        overdue_clocks=connection.execute(overdue).scalar_one(),
        incidents=_counts(connection, incident.c.kind, (), incident.c.state == 'open'),
        outbox=_counts(connection, outbox.c.state, ('waiting', 'dead'), outbox.c.state != 'sent'),
        completions=connection.execute(completed).scalar_one(),
    )


def _counts(connection: Connection, by: Any, always: Iterable[str], which: Any) -> dict[str, int]:
    rows = connection.execute(select(by, func.count()).where(which).group_by(by)).all()
    return dict.fromkeys(always, 0) | {str(name): count for name, count in rows}
