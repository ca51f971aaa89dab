"""How urgent a case is on a list: by the stored urgency of its open tasks and of its clocks, so that list, desk and board say the same."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, literal, select, union_all

from engine import limit_of
from engine.tables import clock, user_task
from engine.worktime import Urgency, first_of, unit_of


def urgency_of_cases(connection: Connection, instances: Collection[int], now: datetime) -> dict[int, Urgency]:
    """Of each instance that has a limit: the end of the first, amber as soon as one of them is.

    While the case's clocks are stopped only what is broken already counts: what the applicant has time for is no hurry of the office.
    """
    task = user_task.c
    statement = union_all(
        select(clock.c.instance_id, clock.c.due_at, clock.c.amber_at, clock.c.limit, literal(None).label('unit'), clock.c.state).where(
            clock.c.instance_id.in_(instances), clock.c.met_at.is_(None), clock.c.state.in_(('running', 'stopped', 'breached'))
        ),
        select(task.instance_id, task.due_at, task.amber_at, literal(''), task.due_unit, literal('')).where(
            task.instance_id.in_(instances), task.state == 'open'
        ),
    )
    limits: dict[int, list[Urgency]] = {}
    stopped: set[int] = set()
    for row in connection.execute(statement):
        unit = unit_of(limit_of(row.limit)) if row.limit else row.unit
        limits.setdefault(row.instance_id, []).append(Urgency(row.due_at, row.amber_at, unit))
        if row.state == 'stopped':
            stopped.add(row.instance_id)
    for instance_id in stopped:
        limits[instance_id] = [one for one in limits[instance_id] if one.due_at is not None and one.due_at <= now]
    return {instance_id: first_of(found, stopped=instance_id in stopped) for instance_id, found in limits.items()}
