"""The rows of `engine.tables` as frozen values. A type names its columns once, as its fields; every read selects and builds them here.

A type is built by position from columns selected in the order of its fields, so that a row costs one call and no look-up of names.
Instants are aware (UTC); what a JSON column holds is plain data. The locked row of an instance, which its frame changes, is
`engine.core.frame.Instance`; the ledger keeps its own rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Executable, FromClause, Row, Select, select

from engine.tables import (
    clock,
    extension,
    heartbeat,
    history,
    incident,
    process_definition,
    process_instance,
    stop,
    timer,
    timer_start,
    user_task,
)

Kind = TypeVar('Kind')
Value = TypeVar('Value')


class Rows(Generic[Kind]):
    """How rows become values of one frozen dataclass. `named` gives the columns that are not called as their field, or stand elsewhere; a
    field with a default is no column."""

    def __init__(self, kind: Callable[..., Kind], table: FromClause, **named: ColumnElement[Any]) -> None:
        fields = [field for field in dataclasses.fields(cast(Any, kind)) if field.default is dataclasses.MISSING]
        self.make, self.table = kind, table
        self.columns: tuple[ColumnElement[Any], ...] = tuple(
            named[field.name].label(field.name) if field.name in named else table.c[field.name] for field in fields
        )

    def select(self) -> Select[Any]:
        """A query of exactly these columns; add to it what it needs, but no columns."""
        return select(*self.columns)

    def of(self, row: Row[Any] | Sequence[Any]) -> Kind:
        """The value of one row that begins with these columns."""
        return self.make(*row[: len(self.columns)])

    def all(self, connection: Connection, query: Executable, given: Mapping[str, object] | None = None) -> list[Kind]:
        """Every row of a query made by `select`."""
        make = self.make
        return [make(*row) for row in connection.execute(query, given)]

    def first(self, connection: Connection, query: Executable, given: Mapping[str, object] | None = None) -> Kind | None:
        """The first row, None when there is none."""
        row = connection.execute(query, given).first()
        return None if row is None else self.make(*row)


def known(value: Value | None, what: str) -> Value:
    """A column that is filled in the state its row is in. Raises TypeError when it is not: the row is damaged, nothing takes its place."""
    if value is None:
        raise TypeError(f'Expected {what}, but its column is empty')
    return value


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """A process instance without its state."""

    id: int
    definition_id: int
    business_key: str
    status: str
    lock_version: int
    result: str | None
    hall: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    touched_by: str
    touched_at: datetime
    last_hash: str
    history_length: int


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A user task. `signatures` are {by, name, at, variables}; `draft` is unsent form data."""

    id: int
    instance_id: int
    token: str
    scope: list[str]
    element: str
    name: str
    state: str
    candidate_groups: list[str]
    group_key: str
    candidate_users: list[str]
    assignee: str | None
    claimed_at: datetime | None
    form_ref: str | None
    signers: int
    signatures: list[dict[str, Any]]
    not_by: list[str]
    due_at: datetime | None
    amber_at: datetime | None
    due_unit: str | None
    stopped: bool
    priority: int
    lock_version: int
    draft: dict[str, Any] | None
    draft_version: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock of a case. `last_day` is an ISO date of the hall's zone."""

    id: int
    instance_id: int
    name: str
    anchor: datetime
    limit: str
    state: str
    due_at: datetime | None
    amber_at: datetime | None
    last_day: str | None
    provisional: bool
    calendar_version: str
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredStop:
    """A span in which the clock stands still; `end` is None while it does."""

    id: int
    instance_id: int
    token: str | None
    element: str | None
    kind: str
    reason: str
    basis: str
    notice: str
    opened_by: str
    closed_by: str | None
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class StoredExtension:
    """The one extension of a clock; `amount` is in the clock's own unit."""

    id: int
    instance_id: int
    clock_name: str
    amount: int
    reason: str
    notice: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class StoredTimerStart:
    """A timer start event of a definition: what it waits for, from when the definition came into force."""

    id: int
    definition_id: int
    element: str
    limit: str
    anchor: datetime
    occurrence: int
    due_at: datetime | None
    state: str
    fired_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredTimer:
    """A timer. `host` is the token of the activity it bounds; `last_day` an ISO date of the hall's zone."""

    id: int
    instance_id: int
    token: str
    element: str
    attached_to: str | None
    host: str | None
    interrupting: bool
    timer_type: str
    limit: str
    on_expiry: str
    anchor: datetime
    state: str
    stoppable: bool
    due_at: datetime | None
    last_day: str | None
    calendar_version: str
    occurrence: int
    fired_at: datetime | None
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident. `item` is the id of the row of due work that failed, whose queue `kind` names."""

    id: int
    instance_id: int | None
    item: int | None
    token: str | None
    element: str | None
    kind: str
    message: str
    message_en: str
    detail: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event of an instance's history; `data` has the keys of its kind of event."""

    id: int
    instance_id: int
    seq: int
    at: datetime
    by: str
    event: str
    element: str | None
    token: str | None
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class StoredDefinition:
    """A deployed definition without its files. `report` is the check's warnings, `clock_rules` as `ClockRule.of` reads them."""

    id: int
    key: str
    version: int
    name: str
    bundle_hash: str
    state: str
    effective_at: datetime | None
    retired_at: datetime | None
    clock_rules: list[dict[str, Any]]
    report: list[dict[str, Any]]
    reason: str
    deployed_by: str
    deployed_at: datetime


@dataclass(frozen=True, slots=True)
class DueRow:
    """A row of due work, of whatever queue. `about` is what it is about, in its own words; the rest is None where the rows have none."""

    id: int
    attempts: int
    about: str
    instance_id: int | None
    token: str | None
    element: str | None


@dataclass(frozen=True, slots=True)
class WorkerPulse:
    """One worker: when it ticked last, what that tick fired, how late the oldest of it was (seconds)."""

    worker: str
    ticked_at: datetime
    fired: int
    lag_seconds: int


INSTANCES = Rows(StoredInstance, process_instance)
TASKS = Rows(StoredTask, user_task)
CLOCKS = Rows(StoredClock, clock)
STOPS = Rows(StoredStop, stop, start=stop.c['from'], end=stop.c.to)
EXTENSIONS = Rows(StoredExtension, extension)
TIMERS = Rows(StoredTimer, timer)
TIMER_STARTS = Rows(StoredTimerStart, timer_start)
INCIDENTS = Rows(StoredIncident, incident)
EVENTS = Rows(StoredEvent, history)
DEFINITIONS = Rows(StoredDefinition, process_definition)
WORKERS = Rows(WorkerPulse, heartbeat)
