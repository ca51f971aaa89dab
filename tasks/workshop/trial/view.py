"""What a trial looks like now: the token, the open tasks, clocks, stops, timers, marks, variables, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine import read
from engine.read import variables_of
from engine.rows import StoredEvent, StoredIncident, StoredStop, StoredTimer
from engine.tables import subscription
from engine.words import APPLICANT_WORD
from tasks.workshop.trial.marks import Mark, marks
from tasks.workshop.trial.world import World


@dataclass(frozen=True)
class OpenTrialTask:
    """An open user task; `number` tells several of one element apart, from 1."""

    id: int
    element: str
    number: int
    name: str
    window: str  # its name in the item, else the candidate group
    signers: int
    signatures: tuple[str, ...]
    due_at: datetime | None
    token: str


@dataclass(frozen=True)
class TrialClock:
    """A clock of the case. `last_day` is None while it is stopped."""

    name: str
    limit: str
    state: str
    anchor: datetime
    due_at: datetime | None
    last_day: str | None


@dataclass(frozen=True)
class TrialTimer:
    """A timer of the diagram."""

    element: str
    name: str
    limit: str
    state: str
    on_expiry: str
    due_at: datetime | None
    last_day: str | None


@dataclass(frozen=True)
class TrialPicture:
    """The whole state, read at one moment."""

    now: datetime
    status: str
    result: str | None
    open: tuple[OpenTrialTask, ...]
    clocks: tuple[TrialClock, ...]
    timers: tuple[TrialTimer, ...]
    stops: tuple[StoredStop, ...]
    marks: tuple[Mark, ...]
    variables: Mapping[str, Any]
    messages: tuple[tuple[str, str], ...]  # (kind, name) of what is waited for
    incidents: tuple[StoredIncident, ...]
    events: tuple[StoredEvent, ...]
    here: frozenset[str]
    road: frozenset[str]
    late: frozenset[str]
    next_due: datetime | None

    def due(self, name: str) -> str | None:
        """The last day on time of a clock or timer element, `stopped` while it stands still; None when there is none of the name."""
        found = [(row.state, row.last_day) for row in self.clocks if row.name == name]
        found += [(row.state, row.last_day) for row in self.timers if row.element == name]
        if not found:
            return None
        state, last_day = found[-1]
        return 'stopped' if state == 'stopped' else last_day


def picture(world: World) -> TrialPicture:
    """Read the state of a trial."""
    with world.engine.reading() as connection:
        return _picture(world, connection)


def _picture(world: World, connection: Connection) -> TrialPicture:
    instance = read.instance(connection, world.instance_id)
    events = read.events(connection, world.instance_id)
    timers = read.timers(connection, world.instance_id)
    open_ = _open_tasks(world, connection)
    rows = _clocks(connection, world)
    wanted = select(subscription.c.kind, subscription.c.name).distinct()
    waits = connection.execute(wanted.order_by(subscription.c.kind, subscription.c.name))
    limits = {row.name: row.limit for row in read.clocks(connection, world.instance_id)}
    raised = marks(events, {row.token for row in timers if not row.stoppable}, limits)
    incidents = read.incidents(connection, instance_id=world.instance_id)
    late = {mark.subject for mark in raised}
    standing = [row.element for row in timers if row.state in ('armed', 'stopped') and row.attached_to is None]
    here = [task.element for task in open_] + standing + [str(row.element) for row in incidents if row.element]
    return TrialPicture(
        now=world.now,
        status=str(instance.status) if instance else 'active',
        result=instance.result if instance else None,
        open=open_,
        clocks=rows,
        timers=tuple(_timer(world, row) for row in timers),
        stops=tuple(read.stops(connection, world.instance_id)),
        marks=tuple(raised),
        variables=variables_of(connection, world.instance_id),
        messages=tuple((row.kind, row.name) for row in waits),
        incidents=tuple(incidents),
        events=tuple(events),
        here=frozenset(here),
        road=frozenset(read.road(connection, world.instance_id)),
        late=frozenset(task.element for task in open_ if task.element in late),
        next_due=world.next_due(),
    )


def _open_tasks(world: World, connection: Connection) -> tuple[OpenTrialTask, ...]:
    seen: dict[str, int] = {}
    found = []
    for row in read.open_tasks(connection, world.instance_id):
        seen[row.element] = seen.get(row.element, 0) + 1
        group = row.group_key
        window = world.spec.window(group) if world.spec else None
        name = APPLICANT_WORD if group == 'applicant' else window.name if window else group
        signed = tuple(str(each['name'] or each['by']) for each in row.signatures)
        found.append(
            OpenTrialTask(
                id=row.id,
                element=row.element,
                number=seen[row.element],
                name=row.name or row.element,
                window=name,
                signers=row.signers,
                signatures=signed,
                due_at=row.due_at,
                token=row.token,
            )
        )
    return tuple(found)


def _clocks(connection: Connection, world: World) -> tuple[TrialClock, ...]:
    return tuple(
        TrialClock(row.name, row.limit, row.state, row.anchor, row.due_at, row.last_day)
        for row in read.clocks(connection, world.instance_id)
    )


def _timer(world: World, row: StoredTimer) -> TrialTimer:
    name = world.edition.name_of(row.element)
    return TrialTimer(
        element=row.element, name=name, limit=row.limit, state=row.state, on_expiry=row.on_expiry, due_at=row.due_at, last_day=row.last_day
    )


def names(rows: Sequence[OpenTrialTask]) -> list[str]:
    """The elements of open tasks, sorted: what an expectation lists."""
    return sorted(row.element for row in rows)
