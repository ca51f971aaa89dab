"""The ledger of one instance: clocks, stops, extensions and waiting timers, read in one statement; due dates come from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, literal, null, or_, select, true, union_all

from engine.core.halls import Hall
from engine.rows import StoredTimer
from engine.tables import clock, extension, stop, timer
from engine.worktime import (
    Base,
    Deadline,
    Due,
    Extension,
    Limit,
    LimitError,
    LimitExpr,
    Relative,
    Repeat,
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


def fitting_limit(text: str, *, repeats: bool) -> LimitExpr:
    """`limit_of` for a timer that can fire again (`repeats`) or only once. Raises LimitError, for a repeat out of place, too."""
    limit = limit_of(text)
    if isinstance(limit, Repeat) and not repeats:
        zh, en = '会重复，只能用于非中断的边界定时', 'repeats; only a non-interrupting boundary timer can do so'
        raise LimitError(f'期限“{text}”{zh}', f'The limit "{text}" {en}')
    return limit


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


@dataclass
class Ledger:
    """Everything a due date of this instance depends on."""

    hall: Hall
    clocks: dict[str, ClockRow] = field(default_factory=dict)
    stops: list[StopRow] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)  # clock name -> amount
    timers: dict[str, TimerRow] = field(default_factory=dict)  # token -> row, of those that wait
    fired: list[TimerRow] = field(default_factory=list)  # limits of activities that have run out
    _stop_values: list[Stop] | None = None

    @classmethod
    def load(cls, connection: Connection, instance_id: int, hall: Hall) -> Ledger:
        """Read the ledger of an instance; its row must be locked already."""
        ledger = cls(hall)
        for row in connection.execute(_LEDGER, {'instance': instance_id}):
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
            else:
                found = TimerRow(
                    id=row.id,
                    token=row.token,
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
        return warn_at(self.clock_deadline(row), self.hall.calendar, self.hall.office, self.hall.warn)

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


LEDGER_TABLES = (clock, stop, extension, timer)
_instance: BindParameter[int] = bindparam('instance')
_LEDGER = union_all(
    select(
        literal('clock').label('source'),
        clock.c.id,
        clock.c.name,
        clock.c.anchor.label('start'),
        clock.c.met_at.label('until'),
        clock.c.limit,
        clock.c.state,
        clock.c.due_at,
        null().label('token'),
        clock.c.last_day.label('host'),
        clock.c.provisional.label('flag'),
        literal(0).label('amount'),
        clock.c.calendar_version.label('word'),
    ).where(clock.c.instance_id == _instance),
    select(
        literal('stop'),
        stop.c.id,
        stop.c.kind,
        stop.c['from'],
        stop.c.to,
        stop.c.reason,
        literal(''),
        null(),
        stop.c.token,
        null(),
        true(),
        literal(0),
        literal(''),
    ).where(stop.c.instance_id == _instance),
    select(
        literal('extension'),
        extension.c.id,
        extension.c.clock_name,
        extension.c.granted_at,
        null(),
        literal(''),
        literal(''),
        null(),
        null(),
        null(),
        true(),
        extension.c.amount,
        literal(''),
    ).where(extension.c.instance_id == _instance),
    select(
        literal('timer'),
        timer.c.id,
        timer.c.element,
        timer.c.anchor,
        null(),
        timer.c.limit,
        timer.c.state,
        timer.c.due_at,
        timer.c.token,
        timer.c.host,
        timer.c.stoppable,
        timer.c.occurrence,
        timer.c.on_expiry,
    ).where(
        timer.c.instance_id == _instance,
        or_(timer.c.state == 'armed', timer.c.state == 'stopped', and_(timer.c.state == 'fired', timer.c.host.is_not(None))),
    ),
)
