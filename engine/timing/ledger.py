"""The ledger of one instance: clocks, stops, extensions and waiting timers, read in one statement; due dates come from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from engine.core.halls import Hall
from engine.rows import StoredTimer, known
from engine.tables import clock, extension, stop, timer, user_task
from engine.worktime import (
    Base,
    Deadline,
    Due,
    Extension,
    Limit,
    LimitExpr,
    Relative,
    Stop,
    Urgency,
    binds,
    due,
    if_resumed,
    parse_limit,
    relative_due,
    urgency,
    warn_at,
)

OPEN_CLOCK = ('running', 'stopped')


@lru_cache(maxsize=4096)
def limit_of(text: str) -> LimitExpr:
    """A limit by its text, read once. Raises LimitError."""
    return parse_limit(text)


@dataclass(kw_only=True)
class ClockRow:
    """One clock of the case as its row says."""

    id: int
    name: str
    anchor: datetime
    limit: str
    state: str
    due_at: datetime | None
    met_at: datetime | None = None
    provisional: bool = False
    calendar_version: str = ''
    last_day: str | None = None


@dataclass
class StopRow:
    """One span in which the clock stands still; `token` is the stopping activity's, None when the office stopped it."""

    id: int
    kind: str
    reason: str
    start: datetime
    end: datetime | None
    token: str | None


@dataclass(kw_only=True)
class TimerRow:
    """One timer that waits or has fired, as its row says."""

    id: int | None
    token: str
    element: str
    host: str | None
    limit: str
    anchor: datetime
    state: str
    due_at: datetime | None
    stoppable: bool
    occurrence: int = 1
    on_expiry: str = 'escalate'

    @classmethod
    def of(cls, row: StoredTimer, *, state: str, due_at: datetime | None = None, **now: Any) -> TimerRow:
        """A row of the table as it is to be now."""
        kept = {
            name: getattr(row, name)
            for name in ('id', 'token', 'element', 'host', 'limit', 'anchor', 'stoppable', 'occurrence', 'on_expiry')
        }
        return cls(**(kept | {'state': state, 'due_at': due_at} | now))


class LedgerRow(NamedTuple):
    """A row of any table of the ledger; `source` says which, and `ledger_of` what the columns mean there."""

    source: str
    id: int
    name: str
    start: datetime
    until: datetime | None
    limit: str
    state: str
    due_at: datetime | None
    token: str | None
    host: str | None
    flag: bool
    amount: int
    word: str

    @classmethod
    def told(cls, values: Sequence[Any]) -> LedgerRow:
        """From a JSON array, in which instants are texts."""
        source, row_id, name, start, until, limit, state, due_at, *rest = values
        return cls(source, row_id, name, _instant(start), until and _instant(until), limit, state, due_at and _instant(due_at), *rest)


def _task(row: LedgerRow | Row[Any]) -> UrgentTask:
    return UrgentTask(
        token=known(row.token, 'the token of a task'),
        scope=json.loads(row.word),
        window=row.name,
        due_at=row.due_at,
        amber_at=row.until,
        due_unit=row.limit,
        stopped=row.flag,
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@dataclass(kw_only=True)
class UrgentTask:
    """An open user task, with its urgency as its row says it."""

    token: str
    scope: Sequence[str]
    window: str
    due_at: datetime | None
    amber_at: datetime | None
    due_unit: str | None
    stopped: bool


@dataclass
class Ledger:
    """Everything a due date of this instance depends on, and the open tasks whose urgency follows from it."""

    hall: Hall
    clocks: dict[str, ClockRow] = field(default_factory=dict)
    stops: list[StopRow] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)  # clock name -> amount
    timers: dict[str, TimerRow] = field(default_factory=dict)  # token -> row, of those that wait
    fired: list[TimerRow] = field(default_factory=list)  # limits of activities that have run out
    tasks: dict[str, UrgentTask] = field(default_factory=dict)  # token -> open user task
    _stop_values: list[Stop] | None = None

    @classmethod
    def load(cls, connection: Connection, instance_id: int, hall: Hall) -> Ledger:
        """Read the ledger of an instance; its row must be locked already."""
        return cls.of(connection.execute(_LEDGER, {'instance': instance_id}), hall)

    @classmethod
    def of(cls, rows: Iterable[LedgerRow | Row[Any]], hall: Hall) -> Ledger:
        """The ledger these rows make (`LedgerRow`, or what the database gives for `ledger_of`)."""
        ledger = cls(hall)
        for row in rows:
            if row.source == 'clock':
                ledger.clocks[row.name] = ClockRow(
                    id=row.id,
                    name=row.name,
                    anchor=row.start,
                    limit=row.limit,
                    state=row.state,
                    due_at=row.due_at,
                    met_at=row.until,
                    provisional=row.flag,
                    calendar_version=row.word,
                    last_day=row.host,
                )
            elif row.source == 'stop':
                ledger.stops.append(StopRow(row.id, row.name, row.limit, row.start, row.until, row.token))
            elif row.source == 'extension':
                ledger.extensions[row.name] = row.amount
            elif row.source == 'task':
                task = _task(row)
                ledger.tasks[task.token] = task
            else:
                found = TimerRow(
                    id=row.id,
                    token=known(row.token, 'the token of a timer'),
                    element=row.name,
                    host=row.host,
                    limit=row.limit,
                    anchor=row.start,
                    state=row.state,
                    due_at=row.due_at,
                    stoppable=row.flag,
                    occurrence=row.amount,
                    on_expiry=row.word,
                )
                if found.state == 'fired':
                    ledger.fired.append(found)
                else:
                    ledger.timers[found.token] = found
        return ledger

    def has_fired(self, row: TimerRow) -> None:
        """A timer of an activity that fired waits no longer; the activity's limit has run out."""
        self.timers.pop(row.token, None)
        self.fired = [one for one in self.fired if one.token != row.token] + ([row] if row.host else [])

    def open_stops(self) -> list[StopRow]:
        """The stops that have not ended."""
        return [row for row in self.stops if row.end is None]

    def stops_changed(self) -> None:
        """Forget what was derived from the stops."""
        self._stop_values = None

    def all_stops(self) -> list[Stop]:
        """Every span in which the clocks stood or stand still."""
        if self._stop_values is None:
            self._stop_values = [Stop(row.start, row.end, row.kind, row.reason) for row in self.stops]
        return self._stop_values

    def granted(self, name: str) -> list[Extension]:
        """The extension of a clock, if it has one."""
        amount = self.extensions.get(name)
        return [Extension(amount)] if amount else []

    def clock_due(self, row: ClockRow) -> Due:
        """When a clock runs out. Raises LimitError."""
        return due(
            row.anchor, limit_of(row.limit), self.hall.calendar, self.hall.office, self.all_stops(), extensions=self.granted(row.name)
        )

    def clock_if_resumed(self, row: ClockRow, as_of: datetime) -> Due:
        """When a clock that stands still would run out if its stop ended at `as_of`. Raises LimitError."""
        place = (self.hall.calendar, self.hall.office, self.all_stops())
        return if_resumed(row.anchor, limit_of(row.limit), *place, as_of=as_of, extensions=self.granted(row.name))

    def timer_due(self, row: TimerRow) -> Due | None:
        """When a timer runs out; None while the clock it leans on has not started. Raises LimitError."""
        limit = limit_of(row.limit)
        if isinstance(limit, Relative):
            return self._relative_due(limit)
        stops = self.all_stops() if row.stoppable else []
        return due(row.anchor, limit, self.hall.calendar, self.hall.office, stops, occurrence=row.occurrence)

    def _relative_due(self, limit: Relative) -> Due | None:
        base = self.clocks.get('promise' if limit.base is Base.PROMISE else 'statutory')
        if base is None:
            return None
        return relative_due(
            limit,
            base.anchor,
            limit_of(base.limit),
            self.hall.calendar,
            self.hall.office,
            stops=self.all_stops(),
            extensions=self.granted(base.name),
        )

    def clock_deadline(self, row: ClockRow) -> Deadline:
        """The limit of a clock with its extension."""
        limit, more = limit_of(row.limit), self.extensions.get(row.name)
        return Deadline(limit.plus(more) if more and isinstance(limit, Limit) else limit, row.anchor, row.due_at)

    def amber_at(self, row: ClockRow) -> datetime | None:
        """From when on a clock is amber; None while it stands still, and for limits too short to warn of."""
        return self.amber_of(self.clock_deadline(row))

    def amber_of(self, running: Deadline) -> datetime | None:
        """From when on a limit is amber: what clocks store, and when its mark is due."""
        return warn_at(running, self.hall.calendar, self.hall.office, self.hall.warn)

    def urgency_of(self, token: str, scope: Sequence[str]) -> Urgency:
        """How urgent a task is: by the clocks of the case that are not met, and the limits of the task and of its enclosing scopes."""
        unmet = (row for row in self.clocks.values() if row.met_at is None and row.state in ('running', 'breached'))
        deadlines = [*map(self.clock_deadline, unmet), *self._deadlines_of({token, *scope})]
        return urgency(deadlines, self.hall.calendar, self.hall.office, self.hall.warn, stopped=bool(self.open_stops()))

    def own_limit(self, token: str) -> datetime | None:
        """When the earliest limit of an activity itself ends, whatever the case's clocks say; None when it has none, or it stands still."""
        return min((one.due_at for one in self._deadlines_of({token}) if one.due_at), default=None)

    def reminds(self, row: TimerRow) -> bool:
        """Whether a timer of an activity is a reminder and no deadline: a cycle, what ends before a clock does, and a warning that comes
        before another limit of the same activity."""
        if not binds(limit_of(row.limit)):
            return True
        others = (one for one in self._limits() if one.host == row.host and one.token != row.token and binds(limit_of(one.limit)))
        return row.on_expiry == 'warn' and any(_outlasts(one, row) for one in others)

    def _deadlines_of(self, around: set[str]) -> Iterator[Deadline]:
        for row in self._limits():
            if row.host in around and not self.reminds(row):
                yield Deadline(limit_of(row.limit), row.anchor, row.due_at)

    def _limits(self) -> Iterator[TimerRow]:
        yield from self.timers.values()
        yield from self.fired


def _outlasts(other: TimerRow, row: TimerRow) -> bool:
    """Whether a limit ends later than this timer; one that stands still does."""
    if other.due_at is None or row.due_at is None:
        return other.state == 'stopped'
    return other.due_at > row.due_at


LEDGER_TABLES = frozenset(table.name for table in (clock, stop, extension, timer))
"""Whoever changes a row of them counts the instance's `lock_version` up in the same transaction; a frame that has written does so."""


def ledger_of(instance: FromClause) -> ScalarSelect[Any]:
    """The ledger of an instance that the statement around this one reads: a JSON array of `LedgerRow`s, for PostgreSQL."""
    parts = (select(func.json_build_array(*columns).label('row')).where(*mine) for columns, mine in _tables(instance.c.id))
    rows = union_all(*(part.correlate(instance) for part in parts)).subquery('ledger')
    return select(func.json_agg(rows.c.row)).scalar_subquery()


def _tables(instance: ColumnElement[int]) -> Iterator[tuple[Sequence[ColumnElement[Any]], Sequence[ColumnElement[bool]]]]:
    """What is read of each table, in the order of `LedgerRow`, and which of its rows."""
    no, yes, nil, c, s, e, t, u = _NONE, _YES, _ZERO, clock.c, stop.c, extension.c, timer.c, user_task.c
    version, counted = c.calendar_version, (t.stoppable, t.occurrence, t.on_expiry)
    waits_or_bound = or_(t.state == 'armed', t.state == 'stopped', and_(t.state == 'fired', t.host.is_not(None)))
    yield (
        (_text('clock'), c.id, c.name, c.anchor, c.met_at, c.limit, c.state, c.due_at, no, c.last_day, c.provisional, nil, version),
        (c.instance_id == instance,),
    )
    yield (
        (_text('stop'), s.id, s.kind, s['from'], s.to, s.reason, _text(''), no, s.token, no, yes, nil, _text('')),
        (s.instance_id == instance,),
    )
    yield (
        (_text('extension'), e.id, e.clock_name, e.granted_at, no, _text(''), _text(''), no, no, no, yes, e.amount, _text('')),
        (e.instance_id == instance,),
    )
    yield (
        (_text('timer'), t.id, t.element, t.anchor, no, t.limit, t.state, t.due_at, t.token, t.host, *counted),
        (t.instance_id == instance, waits_or_bound),
    )
    scope = cast(u.scope, Text)
    yield (
        (_text('task'), u.id, u.group_key, u.opened_at, u.amber_at, u.due_unit, u.state, u.due_at, u.token, no, u.stopped, nil, scope),
        (u.instance_id == instance, u.state == 'open'),
    )


def _text(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'")


_NONE: ColumnElement[Any] = literal_column('NULL')
_YES: ColumnElement[bool] = literal_column('true')
_ZERO: ColumnElement[int] = literal_column('0')


def _all_rows() -> CompoundSelect[Any]:
    first, *others = _tables(bindparam('instance'))
    named = [column.label(name) for name, column in zip(LedgerRow._fields, first[0], strict=True)]
    return union_all(select(*named).where(*first[1]), *(select(*columns).where(*mine) for columns, mine in others))


_LEDGER = _all_rows()
