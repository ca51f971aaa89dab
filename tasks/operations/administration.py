"""What administrators do when something is stuck, each with a line in the operator log; and the lists they look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from engine import edition_of
from engine.rows import Rows
from engine.tables import incident, process_definition, process_instance, timer, timer_start
from engine.verbs import instances, operations
from tasks import tables as t
from tasks.cases.receipt import find_case
from tasks.operations.log import note
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import by_people_here, here_or_nowhere, need, need_case

if TYPE_CHECKING:
    from engine import Actor, Tx


@dataclass(frozen=True)
class TimerLine:
    """A timer of a case."""

    id: int
    case_no: str
    definition_id: int
    element: str
    limit: str
    on_expiry: str
    state: str
    due_at: datetime | None
    fired_at: datetime | None
    attempts: int
    last_error: str | None
    name: str = ''


@dataclass(frozen=True)
class StartLine:
    """A timer start of a process in force: when its next case begins."""

    id: int
    process: str
    definition_id: int
    element: str
    limit: str
    state: str
    due_at: datetime | None
    fired_at: datetime | None
    attempts: int
    last_error: str | None
    name: str = ''


@dataclass(frozen=True)
class IncidentRow:
    """Something an operator must look at."""

    id: int
    case_no: str | None
    definition_id: int | None
    element: str | None
    kind: str
    message: str
    message_en: str
    state: str
    opened_at: datetime
    resolution: str | None
    name: str = ''


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


Line = TypeVar('Line', TimerLine, StartLine, IncidentRow)
_OF_CASE = {'case_no': process_instance.c.business_key, 'definition_id': process_instance.c.definition_id}
_TIMERS = Rows(TimerLine, timer, **_OF_CASE)
_STARTS = Rows(StartLine, timer_start, process=process_definition.c.name)
_INCIDENTS = Rows(IncidentRow, incident, **_OF_CASE)
_LOG = Rows(LogRow, t.operator_log)


def retry(tx: Tx, incident_id: int) -> operations.Retried:
    """Try again what failed, and say what came of it."""
    made = operations.retry(tx, incident_id)
    note(tx, 'incident.retried', str(incident_id), made.reason, {'outcome': made.outcome})
    return made


def resolve(tx: Tx, incident_id: int, remark: str) -> None:
    """Close an incident that was put right elsewhere, saying how."""
    operations.resolve(tx, incident_id, remark)
    note(tx, 'incident.resolved', str(incident_id), remark)


def reschedule(tx: Tx, timer_id: int, limit: str | datetime, reason: str) -> None:
    """Give a waiting or dead timer another limit."""
    operations.reschedule(tx, timer_id, limit, reason)
    note(tx, 'timer.rescheduled', str(timer_id), reason, {'limit': str(limit)})


def cancel_case(tx: Tx, case_no: str, reason: str) -> None:
    """Void a case (作废): received by mistake, entered twice."""
    need_case(tx.connection, tx.by, 'case.move', case_no, tx.now)
    instances.cancel(tx, find_case(tx.connection, case_no).instance_id, reason)
    note(tx, 'case.voided', case_no, reason)


def timers(connection: Connection, actor: Actor, *, state: str | None = None, place: str = '') -> Page[TimerLine]:
    """Timers of the person's hall, next first; without a state those that wait or are dead."""
    states = (state,) if state else ('armed', 'stopped', 'dead')
    statement = _TIMERS.select().join(process_instance, process_instance.c.id == timer.c.instance_id)
    statement = statement.where(timer.c.state.in_(states), here_or_nowhere(actor))
    page = fetch(connection, _TIMERS, statement, (Key(timer.c.due_at, nullable=True), Key(timer.c.id)), place)
    return page.showing(_named(connection, page.rows))


def starts(connection: Connection, actor: Actor) -> list[StartLine]:
    """The timer starts of the processes of the person's hall that wait or are dead, next first."""
    item = t.approval_item.c
    statement = (
        _STARTS.select()
        .join(process_definition, process_definition.c.id == timer_start.c.definition_id)
        .outerjoin(t.approval_item, item.definition_key == process_definition.c.key)
        .where(timer_start.c.state.in_(['armed', 'dead']), here_or_nowhere(actor, item.hall))
        .order_by(timer_start.c.due_at, timer_start.c.id)
    )
    return _named(connection, _STARTS.all(connection, statement))


def incidents(connection: Connection, actor: Actor, *, state: str = 'open') -> list[IncidentRow]:
    """Incidents in a state that belong to the person's hall or to no case, newest first."""
    statement = (
        _INCIDENTS.select()
        .outerjoin(process_instance, process_instance.c.id == incident.c.instance_id)
        .where(incident.c.state == state, here_or_nowhere(actor))
        .order_by(incident.c.id.desc())
    )
    return _named(connection, _INCIDENTS.all(connection, statement))


@dataclass(frozen=True)
class LogFilter:
    """What to look for in the operator log: who (user name), which act, on what (a case number, an item, the start of it), when."""

    by: str = ''
    action: str = ''
    target: str = ''
    since: datetime | None = None
    before: datetime | None = None


def operator_log(connection: Connection, actor: Actor, wanted: LogFilter | None = None, *, place: str = '') -> Page[LogRow]:
    """What people did to the office itself, newest first, without that of people of other halls. Raises
    Forbidden but for administrators and supervisors."""
    need(actor, 'log.read')
    log, wanted = t.operator_log.c, wanted or LogFilter()
    statement = _LOG.select().where(by_people_here(actor, log.by))
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
    return fetch(connection, _LOG, statement, [Key(log.id, descending=True)], place)


def _named(connection: Connection, rows: Sequence[Line]) -> list[Line]:
    """The rows with what their edition calls their element; each edition is looked up once."""
    editions = {one: edition_of(connection, one) for one in {row.definition_id for row in rows} if one is not None}
    return [replace(row, name=editions[row.definition_id].name_of(row.element)) if row.definition_id else row for row in rows]
