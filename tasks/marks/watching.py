"""When each running limit turns amber, and the sweep that says so.

The moment is reckoned when a limit starts or moves (listener), and stored; a sweep reads only the moments that have come, oldest first,
each in its own transaction under the instance's lock, so any number of workers raise each mark once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, bindparam, delete, insert, select, update

from engine import TIMER, Hall, Queue, Swept, limit_of
from engine.tables import clock, extension, process_instance, timer
from engine.verbs import clocks
from engine.worktime import Deadline, Limit, LimitExpr, warn_at, watchable
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.marks.raising import raise_amber
from tasks.marks.tables import mark, watch

if TYPE_CHECKING:
    from engine import Engine, Tx


@dataclass(frozen=True)
class Running:
    """A limit that has not ended: a clock, or the timer of a step. `due_at` is None while it stands still; extensions are in `limit`."""

    case_no: str
    hall: str
    subject: str
    name: str  # of the clock, or element of the timer
    host: str | None
    anchor: datetime
    limit: LimitExpr
    limit_text: str
    due_at: datetime | None


_CASE = (t.approval_case.c.case_no, t.approval_case.c.hall)
_CLOCKS = (
    select(*_CASE, clock.c.name, clock.c.anchor, clock.c.limit, clock.c.due_at, extension.c.amount)
    .join(t.approval_case, t.approval_case.c.instance_id == clock.c.instance_id)
    .outerjoin(extension, (extension.c.instance_id == clock.c.instance_id) & (extension.c.clock_name == clock.c.name))
    .where(clock.c.instance_id == bindparam('instance'), clock.c.state.in_(('running', 'stopped')))
)
_TIMERS = (
    select(*_CASE, timer.c.token, timer.c.element, timer.c.host, timer.c.anchor, timer.c.limit, timer.c.due_at)
    .join(t.approval_case, t.approval_case.c.instance_id == timer.c.instance_id)
    .where(
        timer.c.instance_id == bindparam('instance'), timer.c.state.in_(('armed', 'stopped')), timer.c.stoppable, timer.c.host.is_not(None)
    )
)
_WATCHED = select(watch).where(watch.c.instance_id == bindparam('instance'))
_WARNED = select(mark.c.subject, mark.c.due_at).where(
    mark.c.instance_id == bindparam('instance'), mark.c.colour == 'amber', mark.c.state == 'raised'
)
_FRESH = {'attempts': 0, 'next_try': None}  # another moment, so another five tries


def running_limits(connection: Connection, instance_id: int) -> dict[str, Running]:
    """What still runs or stands still in a case, by subject; empty for instances that are no case of the office."""
    found = {}
    for row in connection.execute(_CLOCKS, {'instance': instance_id}):
        limit = limit_of(row.limit)
        if isinstance(limit, Limit) and row.amount:
            limit = limit.plus(row.amount)
        subject = f'clock:{row.name}'
        found[subject] = Running(row.case_no, row.hall, subject, row.name, None, row.anchor, limit, row.limit, row.due_at)
    for step in connection.execute(_TIMERS, {'instance': instance_id}):
        bound = limit_of(step.limit)
        if watchable(bound):
            subject = f'step:{step.token}'
            found[subject] = Running(step.case_no, step.hall, subject, step.element, step.host, step.anchor, bound, step.limit, step.due_at)
    return found


def plan(tx: Tx, instance_id: int) -> None:
    """Reckon anew when each limit of the instance turns amber, and store what changed."""
    limits = running_limits(tx.connection, instance_id)
    known = {row['subject']: row for row in tx.connection.execute(_WATCHED, {'instance': instance_id}).mappings()}
    warned = {row.subject: row.due_at for row in tx.connection.execute(_WARNED, {'instance': instance_id})} if known else {}
    place = _Place(tx.connection)
    fresh = []
    for subject, one in limits.items():
        row = known.get(subject)
        if row is None:
            fresh.append(
                {
                    'instance_id': instance_id,
                    'case_no': one.case_no,
                    'hall': one.hall,
                    'subject': subject,
                    'host': one.host,
                    'due_at': one.due_at,
                    'warn_at': place.warn_at(one),
                }
            )
        elif row['due_at'] != one.due_at:
            said = one.due_at is not None and warned.get(subject) == one.due_at
            values = {'due_at': one.due_at, 'warn_at': None if said else place.warn_at(one), **_FRESH}
            tx.connection.execute(update(watch).where(watch.c.id == row['id']).values(values))
    if fresh:
        tx.connection.execute(insert(watch), fresh)
    gone = [row['id'] for subject, row in known.items() if subject not in limits]
    if gone:
        tx.connection.execute(delete(watch).where(watch.c.id.in_(gone)))


def _same_as_a_clock(one: Running, limits: Mapping[str, Running]) -> bool:
    """A step whose limit ends with a clock of the case: the same limit drawn twice is warned of once."""
    return one.host is not None and any(other.host is None and other.due_at == one.due_at for other in limits.values())


class _Place:
    """Halls, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Hall] = {}

    def warn_at(self, one: Running) -> datetime | None:
        """When a limit turns amber; None while it stands still, and for limits too short to warn of."""
        if one.hall not in self._known:
            self._known[one.hall] = find_hall(self._connection, one.hall)
        hall = self._known[one.hall]
        return warn_at(Deadline(one.limit, one.anchor, one.due_at), hall.calendar, hall.office, hall.warn)


def _look(tx: Tx, found: RowMapping) -> Swept | None:
    """Raise the amber mark of a limit whose moment has come, or reckon its moment anew."""
    row = tx.connection.execute(select(watch).where(watch.c.id == found['due_id'])).mappings().one()
    with tx.frame(row['instance_id']):
        clocks.recount_urgency(tx, row['instance_id'])  # its hall may warn at other times than it did
        limits = running_limits(tx.connection, row['instance_id'])
        one = limits.get(row['subject'])
        if one is None:
            tx.connection.execute(delete(watch).where(watch.c.id == row['id']))
            return Swept(counts=False)
        at = None if _same_as_a_clock(one, limits) else _Place(tx.connection).warn_at(one)
        ripe = at is not None and at <= tx.now and one.due_at is not None and tx.now < one.due_at
        values: dict[str, Any] = {'due_at': one.due_at, 'warn_at': at if at is not None and at > tx.now else None, **_FRESH}
        tx.connection.execute(update(watch).where(watch.c.id == row['id']).values(values))
    return Swept(counts=ripe and raise_amber(tx, row['instance_id'], one))


def _always(_of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return ()


AMBER = Queue('amber', watch, watch.c.warn_at, _always, _look, of=process_instance.c.status == 'active')
"""Limits that turn amber: due work for `engine.timing.sweep`, each once, whatever the number of workers."""


_UNWATCHED = (
    select(clock.c.instance_id)
    .join(t.approval_case, t.approval_case.c.instance_id == clock.c.instance_id)
    .where(
        clock.c.state.in_(('running', 'stopped')),
        clock.c.instance_id > bindparam('after'),
        ~select(watch.c.id).where(watch.c.instance_id == clock.c.instance_id).exists(),
    )
    .order_by(clock.c.instance_id)
    .limit(bindparam('most'))
)


def catch_up(engine: Engine, batch: int = 200) -> int:
    """Plan every open case nobody watches yet (cases older than this feature); how many. Workers call it once when they start."""
    done, after = 0, 0
    while True:
        with engine.reading() as connection:
            rows = sorted(set(connection.execute(_UNWATCHED, {'after': after, 'most': batch}).scalars()))
        if not rows:
            return done
        for instance_id in rows:

            def work(tx: Tx, instance_id: int = instance_id) -> None:
                with tx.frame(instance_id):
                    plan(tx, instance_id)

            engine.run(TIMER, work)
        done, after = done + len(rows), rows[-1]
