"""What administrators do when something is stuck, each with a line in the operator log; and the lists they look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, select

from engine import edition_of, need_role, read
from engine.tables import incident, process_instance, timer
from engine.verbs import instances, operations
from tasks import tables as t
from tasks.cases.receipt import find_case
from tasks.operations.log import note
from tasks.paging import Key, Page, fetch

if TYPE_CHECKING:
    from engine import Actor, Tx


@dataclass(frozen=True)
class TimerLine:
    """A timer of a case."""

    id: int
    case_no: str
    element: str
    name: str
    limit: str
    on_expiry: str
    state: str
    due_at: datetime | None
    fired_at: datetime | None
    attempts: int
    last_error: str | None


@dataclass(frozen=True)
class IncidentRow:
    """Something an operator must look at."""

    id: int
    case_no: str | None
    element: str | None
    name: str
    kind: str
    message: str
    state: str
    opened_at: datetime
    resolution: str | None


@dataclass(frozen=True)
class LogRow:
    """A line of the operator log."""

    id: int
    at: datetime
    by: str
    action: str
    object: str
    reason: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class WorkerRow:
    """A worker's last heartbeat."""

    worker: str
    ticked_at: datetime
    fired: int
    lag_seconds: int


def retry(tx: Tx, incident_id: int) -> operations.Retried:
    """Try again what failed, and say what came of it."""
    need_role(tx.by, 'administrator')
    made = operations.retry(tx, incident_id)
    note(tx, 'incident.retried', str(incident_id), made.reason, {'outcome': made.outcome})
    return made


def resolve(tx: Tx, incident_id: int, remark: str) -> None:
    """Close an incident that was put right elsewhere, saying how."""
    need_role(tx.by, 'administrator')
    operations.resolve(tx, incident_id, remark)
    note(tx, 'incident.resolved', str(incident_id), remark)


def reschedule(tx: Tx, timer_id: int, limit: str | datetime, reason: str) -> None:
    """Give a waiting or dead timer another limit."""
    need_role(tx.by, 'administrator')
    operations.reschedule(tx, timer_id, limit, reason)
    note(tx, 'timer.rescheduled', str(timer_id), reason, {'limit': str(limit)})


def cancel_case(tx: Tx, case_no: str, reason: str) -> None:
    """Void a case (作废): received by mistake, entered twice."""
    need_role(tx.by, 'administrator')
    instances.cancel(tx, find_case(tx.connection, case_no)['instance_id'], reason)
    note(tx, 'case.voided', case_no, reason)


def timers(connection: Connection, *, state: str | None = None, place: str = '') -> Page[TimerLine]:
    """Timers, next first; without a state those that wait or are dead."""
    states = (state,) if state else ('armed', 'stopped', 'dead')
    columns = ('id', 'element', 'limit', 'on_expiry', 'state', 'due_at', 'fired_at', 'attempts', 'last_error')
    statement = (
        select(*(timer.c[column] for column in columns), process_instance.c.business_key, process_instance.c.definition_id)
        .join(process_instance, process_instance.c.id == timer.c.instance_id)
        .where(timer.c.state.in_(states))
    )
    page = fetch(connection, statement, (Key(timer.c.due_at, nullable=True), Key(timer.c.id)), place)
    named = _named(connection, page.rows)
    return page.showing(
        [TimerLine(**{column: row[column] for column in columns}, case_no=row['business_key'], name=named(row)) for row in page.rows]
    )


def incidents(connection: Connection, *, state: str = 'open') -> list[IncidentRow]:
    """Incidents in a state, newest first."""
    columns = ('id', 'element', 'kind', 'message', 'state', 'opened_at', 'resolution')
    statement = (
        select(*(incident.c[column] for column in columns), process_instance.c.business_key, process_instance.c.definition_id)
        .outerjoin(process_instance, process_instance.c.id == incident.c.instance_id)
        .where(incident.c.state == state)
        .order_by(incident.c.id.desc())
    )
    rows = connection.execute(statement).mappings().all()
    named = _named(connection, rows)
    return [IncidentRow(**{column: row[column] for column in columns}, case_no=row['business_key'], name=named(row)) for row in rows]


@dataclass(frozen=True)
class LogFilter:
    """What to look for in the operator log: who (user name), which act, on what (a case number, an item, the start of it), when."""

    by: str = ''
    action: str = ''
    target: str = ''
    since: datetime | None = None
    before: datetime | None = None


def operator_log(connection: Connection, actor: Actor, wanted: LogFilter | None = None, *, place: str = '') -> Page[LogRow]:
    """What people did to the office itself, newest first. Raises Forbidden but for administrators and supervisors."""
    need_role(actor, 'administrator', 'supervisor')
    log, wanted = t.operator_log.c, wanted or LogFilter()
    statement = select(t.operator_log)
    if wanted.by:
        statement = statement.where(log.by == wanted.by)
    if wanted.action:
        statement = statement.where(log.action == wanted.action)
    if wanted.target:
        statement = statement.where(log.object.startswith(wanted.target, autoescape=True))
    if wanted.since is not None:
        statement = statement.where(log.at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(log.at < wanted.before)
    page = fetch(connection, statement, [Key(log.id, descending=True)], place)
    return page.showing([LogRow(**{name: row[name] for name in LogRow.__dataclass_fields__}) for row in page.rows])


def workers(connection: Connection) -> list[WorkerRow]:
    """Workers that ever ticked, the latest first."""
    return [WorkerRow(**row) for row in read.workers(connection)]


def _named(connection: Connection, rows: Sequence[RowMapping]) -> Callable[[RowMapping], str]:
    """Names the element of a row in its edition; each edition is looked up once."""
    editions = {one: edition_of(connection, one) for one in {row['definition_id'] for row in rows} if one is not None}
    return lambda row: editions[row['definition_id']].name_of(row['element']) if row['definition_id'] and row['element'] else ''
