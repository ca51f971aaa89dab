"""The marks (亮牌) a trial would have led to, reckoned from its history as supervision does from a case's (domain §8b)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import limit_of
from engine.rows import StoredEvent
from engine.worktime import LimitError, Relative, Repeat
from tasks.marks.rules import of_clock


@dataclass(frozen=True)
class Mark:
    """`colour` amber, yellow or red; `subject` the clock's name or the element that is late; `at` when it would be raised."""

    colour: str
    subject: str
    at: datetime

    @property
    def text(self) -> str:
        """As scenarios write it: `red:notify`."""
        return f'{self.colour}:{self.subject}'


def marks(events: Sequence[StoredEvent], unstoppable: Collection[str], limits: Mapping[str, str]) -> list[Mark]:
    """The marks in the order they arise.

    A clock that runs out has the colour the hall would give it (`of_clock`); a step's own limit is yellow (rule 3); a timer that reads the
    promise and warns is amber. `unstoppable` are tokens of timers that bound the applicant: they mark nobody. `limits` are the clocks'.
    """
    found: list[Mark] = []
    broken: set[str] = set()
    for row in events:
        data, at = row.data, row.at
        if row.event == 'clock.breached':
            name = str(data['clock'])
            broken.add(str(data.get('due_at') or ''))
            found.append(Mark(of_clock(name, limit_of(limits[name]))[1], name, at))
        elif row.event == 'timer.fired' and data.get('attached_to') and row.token not in unstoppable:
            mark = _of_timer(row, broken)
            if mark is not None:
                found.append(mark)
    return found


def _of_timer(row: StoredEvent, broken: Collection[str]) -> Mark | None:
    data = row.data
    try:
        reads_a_clock = isinstance(limit_of(str(data['limit'])), Relative | Repeat)
    except LimitError:  # a wall-clock expression that was computed when it was armed
        reads_a_clock = False
    if reads_a_clock:
        return Mark('amber', str(row.element), row.at) if data.get('on_expiry') == 'warn' else None
    if str(data.get('due_at')) in broken:
        return None  # the same limit, drawn twice: its clock has the mark
    return Mark('yellow', str(data['attached_to']), row.at)
