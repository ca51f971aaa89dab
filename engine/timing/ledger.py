"""The ledger of one instance: clocks, stops, extensions and waiting timers, read in one statement; due dates come from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, Connection, bindparam, literal, null, or_, select, true, union_all

from engine.core.halls import Hall
from engine.tables import clock, extension, stop, timer
from engine.worktime import Base, Due, Extension, LimitError, LimitExpr, Relative, Repeat, Stop, due, parse_limit, relative_due

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


@dataclass
class ClockRow:
    """One clock of the case as its row says."""

    id: int
    name: str
    anchor: datetime
    limit: str
    state: str
    due_at: datetime | None
    met_at: datetime | None = None


@dataclass
class StopRow:
    """One span in which the clock stands still; `token` is the stopping activity's, None when the office stopped it."""

    id: int
    kind: str
    reason: str
    start: datetime
    end: datetime | None
    token: str | None


@dataclass
class TimerRow:
    """One waiting timer as its row says."""

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

    @property
    def reminds(self) -> bool:
        """Whether it only speaks up before another clock runs out (`promise - 1个工作日`): then it is nobody's deadline."""
        limit = limit_of(self.limit)
        return isinstance(limit, Relative) and limit.earlier


@dataclass
class Ledger:
    """Everything a due date of this instance depends on."""

    hall: Hall
    clocks: dict[str, ClockRow] = field(default_factory=dict)
    stops: list[StopRow] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)  # clock name -> amount
    timers: dict[str, TimerRow] = field(default_factory=dict)  # token -> row
    _stop_values: list[Stop] | None = None

    @classmethod
    def load(cls, connection: Connection, instance_id: int, hall: Hall) -> Ledger:
        """Read the ledger of an instance; its row must be locked already."""
        ledger = cls(hall)
        for row in connection.execute(_LEDGER, {'instance': instance_id}):
            if row.source == 'clock':
                ledger.clocks[row.name] = ClockRow(row.id, row.name, row.start, row.limit, row.state, row.due_at, row.until)
            elif row.source == 'stop':
                ledger.stops.append(StopRow(row.id, row.name, row.limit, row.start, row.until, row.token))
            elif row.source == 'extension':
                ledger.extensions[row.name] = row.amount
            else:
                ledger.timers[row.token] = TimerRow(
                    row.id,
                    row.token,
                    row.name,
                    row.host,
                    row.limit,
                    row.start,
                    row.state,
                    row.due_at,
                    row.stoppable,
                    row.amount,
                    row.on_expiry,
                )
        return ledger

    def open_stops(self) -> list[StopRow]:
        """The stops that have not ended."""
        return [row for row in self.stops if row.end is None]

    def stops_changed(self) -> None:
        """Forget what was derived from the stops."""
        self._stop_values = None

    def _stops(self) -> list[Stop]:
        if self._stop_values is None:
            self._stop_values = [Stop(row.start, row.end, row.kind, row.reason) for row in self.stops]
        return self._stop_values

    def _granted(self, name: str) -> list[Extension]:
        amount = self.extensions.get(name)
        return [Extension(amount)] if amount else []

    def clock_due(self, row: ClockRow) -> Due:
        """When a clock runs out. Raises LimitError."""
        return due(row.anchor, limit_of(row.limit), self.hall.calendar, self.hall.office, self._stops(), extensions=self._granted(row.name))

    def timer_due(self, row: TimerRow) -> Due | None:
        """When a timer runs out; None while the clock it leans on has not started. Raises LimitError."""
        limit = limit_of(row.limit)
        if isinstance(limit, Relative):
            return self._relative_due(limit)
        stops = self._stops() if row.stoppable else []
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
            stops=self._stops(),
            extensions=self._granted(base.name),
        )

    def task_due(self, token: str, scope: tuple[str, ...] | list[str]) -> datetime | None:
        """The earliest deadline among the timers on a task and its enclosing scopes and the running promise; None when there is none."""
        around = {token, *scope}
        armed = (row for row in self.timers.values() if row.host in around and row.state == 'armed')
        found = [row.due_at for row in armed if row.due_at and not row.reminds]
        promise = self.clocks.get('promise')
        if promise is not None and promise.state == 'running' and promise.due_at:
            found.append(promise.due_at)
        return min(found, default=None)


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
        null().label('host'),
        true().label('stoppable'),
        literal(0).label('amount'),
        literal('').label('on_expiry'),
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
    ).where(timer.c.instance_id == _instance, or_(timer.c.state == 'armed', timer.c.state == 'stopped')),
)
