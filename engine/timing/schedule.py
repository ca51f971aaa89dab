"""When processes start by themselves: the timer start events of a definition in force, one row each (BPMN 2.0.2 §10.5.2).

The rows belong to their definition: they are made when it comes into force, counted from that instant, and replaced with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import insert, select, update

from engine.bpmn.model import Element
from engine.bpmn.program import Program
from engine.core.errors import Rejection
from engine.core.halls import Hall
from engine.core.tx import Tx
from engine.tables import process_definition, timer_start
from engine.worktime import Due, LimitError, Relative, Repeat, due, parse_limit

Waiting = tuple[Element, str]


def timer_starts(program: Program) -> Iterator[Waiting]:
    """The start events of a process that wait for a time, each with its limit."""
    for element in program.starts:
        yield from ((element, event.expression or '') for event in element.events if event.kind == 'timer')


def schedule(tx: Tx, definition_id: int, program: Program, since: datetime) -> None:
    """A definition came into force at `since`: its timer starts wait from then on. Raises Rejection for a limit that cannot be counted."""
    for element, limit in timer_starts(program):
        due_at = due_of(tx.hall(''), limit, since).due_at
        values = {
            'definition_id': definition_id,
            'element': element.id,
            'limit': limit,
            'anchor': since,
            'occurrence': 1,
            'due_at': due_at,
            'state': 'armed' if due_at is not None and due_at > since else 'done',
        }
        tx.connection.execute(insert(timer_start), [values])


def due_of(hall: Hall, limit: str, anchor: datetime, occurrence: int = 1) -> Due:
    """When a timer start is due, by the calendar and the hours of `hall`. Raises Rejection."""
    try:
        read = parse_limit(limit)
        if isinstance(read, Relative):
            raise LimitError(f'“{limit}”没有可依的时限', f'"{limit}" has no clock to lean on')
        return due(anchor, read, hall.calendar, hall.office, occurrence=occurrence if isinstance(read, Repeat) else 1)
    except LimitError as error:
        raise Rejection(error.en, error.zh) from error


def replace(tx: Tx, key: str, kept: int) -> None:
    """The definition `kept` is in force: no other of the key starts anything any more."""
    others = select(process_definition.c.id).where(process_definition.c.key == key, process_definition.c.id != kept)
    waiting = (timer_start.c.state.in_(['armed', 'dead']), timer_start.c.definition_id.in_(others))
    tx.connection.execute(update(timer_start).where(*waiting).values(state='replaced'))
