"""When each running limit turns amber, and the sweep that says so.

The moment is reckoned when a limit starts or moves (listener), and stored; a sweep reads only the moments that have come, oldest first,
each in its own transaction under the instance's lock, so any number of workers raise each mark once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, bindparam, delete, literal, select, union_all, update

from engine import OPEN_CLOCK, TIMER, Insert, Picked, Queue, RowChange, Swept, limit_of
from engine.rows import known
from engine.tables import clock, process_instance
from engine.verbs import clocks
from engine.worktime import Deadline, watchable
from tasks import tables as t
from tasks.cases.casefile import CaseFile, case_file
from tasks.marks.raising import raise_amber
from tasks.marks.rows import WATCHES
from tasks.marks.tables import mark, reminder, watch

if TYPE_CHECKING:
    from engine import Engine, Tx


@dataclass(frozen=True, kw_only=True)
class Running:
    """A limit that has not ended: a clock, or the timer of a step. Extensions are in `deadline`."""

    case_no: str
    hall: str
    subject: str
    name: str  # of the clock, or element of the timer
    host: str | None
    limit_text: str
    deadline: Deadline

    @property
    def due_at(self) -> datetime | None:
        """When it ends; None while it stands still."""
        return self.deadline.due_at


_WATCHES = Insert(watch, 'instance_id', 'case_no', 'hall', 'subject', 'host', 'due_at', 'warn_at')
_PLAN = RowChange(
    update(watch)
    .where(watch.c.id == bindparam('watch_id'))
    .values(due_at=bindparam('new_due_at'), warn_at=bindparam('new_warn_at'), attempts=0, next_try=None)
)
_UNWATCH = RowChange(delete(watch).where(watch.c.id == bindparam('watch_id')))
_instance: BindParameter[int] = bindparam('instance')
_NOTED = union_all(
    select(
        literal('watch').label('source'),
        watch.c.id,
        literal('').label('number'),
        watch.c.subject,
        watch.c.host,
        literal('').label('state'),
        watch.c.due_at,
    ).where(watch.c.instance_id == _instance),
    select(literal('amber'), mark.c.id, mark.c.number, mark.c.subject, mark.c.host, mark.c.state, mark.c.due_at).where(
        mark.c.instance_id == _instance, mark.c.colour == 'amber', mark.c.state.in_(('raised', 'moved'))
    ),
    select(literal('mark'), mark.c.id, mark.c.number, mark.c.subject, mark.c.host, mark.c.state, mark.c.due_at).where(
        mark.c.instance_id == _instance, mark.c.colour != 'amber', mark.c.state.in_(('raised', 'replied', 'moved', 'disposed'))
    ),
    select(literal('reminder'), reminder.c.id, literal(''), reminder.c.key, literal(''), literal(''), reminder.c.read_at).where(
        reminder.c.case_no == bindparam('case_no'), reminder.c.kind != 'late', reminder.c.read_at.is_(None)
    ),
)
_FRESH = {'attempts': 0, 'next_try': None}  # another moment, so another five tries


@dataclass(frozen=True, slots=True)
class NotedRow:
    """One row of `_NOTED`: a watch, a mark or a reminder; `number` and `state` are a mark's, a reminder's subject is its key."""

    source: str
    id: int
    number: str
    subject: str
    host: str | None
    state: str
    due_at: datetime | None


@dataclass(frozen=True)
class Noted:
    """What the supervisor's rows say of a case: limits watched (by subject), open marks, unread reminders of its work."""

    watches: Mapping[str, NotedRow]
    ambers: Sequence[NotedRow]
    marks: Sequence[NotedRow]
    reminders: Sequence[NotedRow]

    @classmethod
    def of(cls, file: CaseFile) -> Noted:
        """Read them all in one statement."""
        rows = [NotedRow(*row) for row in file.tx.link.execute(_NOTED, {'instance': file.instance_id, 'case_no': file.case_no})]
        by_source = {source: [row for row in rows if row.source == source] for source in ('watch', 'amber', 'mark', 'reminder')}
        watches = {row.subject: row for row in by_source['watch']}
        return cls(watches, by_source['amber'], by_source['mark'], by_source['reminder'])


def running_limits(file: CaseFile) -> dict[str, Running]:
    """What still runs or stands still in a case, by subject."""
    found = {}
    ledger, place = file.ledger, dict[str, Any](case_no=file.case_no, hall=file.case.hall)
    for row in ledger.clocks.values():
        if row.state in OPEN_CLOCK:
            subject, ends = f'clock:{row.name}', ledger.clock_deadline(row)
            found[subject] = Running(**place, subject=subject, name=row.name, host=None, limit_text=row.limit, deadline=ends)
    for step in ledger.timers.values():
        bound = limit_of(step.limit)
        if step.stoppable and step.host is not None and watchable(bound):
            subject, ends = f'step:{step.token}', Deadline(bound, step.anchor, step.due_at)
            found[subject] = Running(**place, subject=subject, name=step.element, host=step.host, limit_text=step.limit, deadline=ends)
    return found


def plan(file: CaseFile, noted: Noted) -> None:
    """Reckon anew when each limit of the case turns amber, and write what changed."""
    limits = running_limits(file)
    warned = {row.subject: row.due_at for row in noted.ambers if row.state == 'raised'}
    with file.tx.frame(file.instance_id) as frame:
        for subject, one in limits.items():
            row = noted.watches.get(subject)
            if row is None:
                place = {'instance_id': file.instance_id, 'case_no': one.case_no, 'hall': one.hall, 'subject': subject, 'host': one.host}
                frame.write(_WATCHES, place | {'due_at': one.due_at, 'warn_at': file.ledger.amber_of(one.deadline)}, key=subject)
            elif row.due_at != one.due_at:
                said = one.due_at is not None and warned.get(subject) == one.due_at
                values = {'new_due_at': one.due_at, 'new_warn_at': None if said else file.ledger.amber_of(one.deadline)}
                frame.write(_PLAN, {'watch_id': row.id, **values}, key=subject)
        for subject, row in noted.watches.items():
            if subject not in limits:
                frame.write(_UNWATCH, {'watch_id': row.id}, key=subject)


def _same_as_a_clock(one: Running, limits: Mapping[str, Running]) -> bool:
    """A step whose limit ends with a clock of the case: the same limit drawn twice is warned of once."""
    return one.host is not None and any(other.host is None and other.due_at == one.due_at for other in limits.values())


def _look(tx: Tx, picked: Picked) -> Swept | None:
    """Raise the amber mark of a limit whose moment has come, or reckon its moment anew."""
    row = known(WATCHES.first(tx.connection, WATCHES.select().where(watch.c.id == picked.due_id)), 'a watch')
    file = case_file(tx, row.instance_id)
    with tx.frame(file.instance_id):
        clocks.recount_urgency(tx, row.instance_id)  # its hall may warn at other times than it did
        limits = running_limits(file)
        one = limits.get(row.subject)
        if one is None:
            tx.connection.execute(delete(watch).where(watch.c.id == row.id))
            return Swept(counts=False)
        at = None if _same_as_a_clock(one, limits) else file.ledger.amber_of(one.deadline)
        ripe = at is not None and at <= tx.now and one.due_at is not None and tx.now < one.due_at
        values: dict[str, Any] = {'due_at': one.due_at, 'warn_at': at if at is not None and at > tx.now else None, **_FRESH}
        tx.connection.execute(update(watch).where(watch.c.id == row.id).values(values))
    return Swept(counts=ripe and raise_amber(tx, row.instance_id, one))


def _always(_of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return ()


AMBER = Queue('amber', watch, watch.c.warn_at, _always, _look, of=process_instance.c.status == 'active', about=watch.c.subject)
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
    """Plan every open case nobody watches yet (cases older than this feature); how many.

    Workers call it once when they start, `worker --once` each time.
    """
    done, after = 0, 0
    while True:
        with engine.reading() as connection:
            rows = sorted(set(connection.execute(_UNWATCHED, {'after': after, 'most': batch}).scalars()))
        if not rows:
            return done
        for instance_id in rows:

            def work(tx: Tx, instance_id: int = instance_id) -> None:
                with tx.frame(instance_id):
                    file = case_file(tx, instance_id)
                    plan(file, Noted.of(file))

            engine.run(TIMER, work)
        done, after = done + len(rows), rows[-1]
