"""The clocks of a case as pages show them, with what is left of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine import Hall, limit_of, read
from engine.worktime import Extension, Limit, LimitExpr, Urgency
from tasks.deadlines.time_left import Counter, columns, urgency_of_clock
from tasks.rows import StoredCase
from tasks.words.vocabulary import CLOCK, clock_place

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class ClockRow:
    """One clock of the case. While it stands still `last_day` is what it would be if it went on now."""

    name: str
    title: str
    limit: str
    anchor: datetime
    state: str
    due_at: datetime | None
    last_day: str | None
    provisional: bool
    met_at: datetime | None
    left: int | None
    unit: str | None
    colour: str
    stopped: bool
    extended: str = ''  # by how much, e.g. 5个工作日


def clocks_of(connection: Connection, case: StoredCase, hall: Hall, now: datetime) -> list[ClockRow]:
    """The clocks of a case in the order they are shown."""
    counter = Counter(connection, now)
    ledger = read.ledger_of(connection, case.instance_id, hall)
    found = []
    for row in read.clocks(connection, case.instance_id):
        stopped = row.state == 'stopped'
        runs = row.state in ('running', 'breached') and row.met_at is None
        left = columns(counter.left(case.hall, urgency_of_clock(row.due_at, row.amber_at, row.limit) if runs else Urgency(stopped=stopped)))
        left |= {'due_at': row.due_at, 'last_day': row.last_day, 'provisional': row.provisional}
        if stopped:
            again = ledger.clock_if_resumed(ledger.clocks[row.name], now)
            left['last_day'] = again.last_day.isoformat() if again.last_day else None
        found.append(
            ClockRow(
                name=row.name,
                title=CLOCK.get(row.name, row.name),
                limit=row.limit,
                anchor=row.anchor,
                state=row.state,
                met_at=row.met_at,
                extended=extended_by(ledger.granted(row.name), limit_of(row.limit)),
                **left,
            )
        )
    return sorted(found, key=lambda one: clock_place(one.name))


def extended_by(granted: Sequence[Extension], limit: LimitExpr) -> str:
    """By how much a limit was extended, e.g. 5个工作日; empty when it was not."""
    return str(Limit(sum(one.amount for one in granted), limit.unit)) if granted and isinstance(limit, Limit) else ''
