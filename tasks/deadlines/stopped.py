"""The cases whose clocks stand still, for whoever supervises: since when, why, by whom, and until when the applicant was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from engine.rows import EVENTS, Rows, StoredStop
from engine.tables import history, stop
from engine.worktime import STOP_KINDS
from tasks import tables as t
from tasks.deadlines.verbs import announced
from tasks.rights.asking import cases_for, need

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True)
class Stopped:
    """One stop that has not ended. `until` is what the applicant was told; `overrun`: that day is past."""

    kind_name: str
    reason: str
    since: datetime
    until: date | None
    overrun: bool
    opened_by: str
    notice: str


@dataclass(frozen=True, slots=True)
class _StopOfCase(StoredStop):
    case_no: str


_STOPS = Rows(_StopOfCase, stop, start=stop.c['from'], end=stop.c.to, case_no=t.approval_case.c.case_no)


def stops_of(connection: Connection, actor: Actor, case_nos: Collection[str], today: date) -> Mapping[str, Stopped]:
    """Of each of these cases the stop that began first and has not ended; `today` is the hall's date.

    Raises Forbidden but for supervisors and administrators.
    """
    need(actor, 'supervision.read')
    case, one = t.approval_case.c, stop.c
    statement = (
        _STOPS.select()
        .join(t.approval_case, case.instance_id == one.instance_id)
        .where(one.to.is_(None), case.case_no.in_(case_nos), cases_for(actor, 'supervision.read'))
        .order_by(one['from'].desc(), one.id.desc())
    )
    rows = _STOPS.all(connection, statement)
    told = _told(connection, {row.instance_id for row in rows})
    return {row.case_no: _stopped(row, told.get(row.id, {}), today) for row in rows}  # the earlier one stays


def _told(connection: Connection, instances: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    wanted = (history.c.instance_id.in_(list(instances)), history.c.event == 'stop.announced')
    return announced(EVENTS.all(connection, EVENTS.select().where(*wanted)))


def _stopped(row: _StopOfCase, told: Mapping[str, Any], today: date) -> Stopped:
    until = date.fromisoformat(told['until']) if told.get('until') else None
    return Stopped(
        kind_name=STOP_KINDS.get(row.kind, row.kind),
        reason=row.reason,
        since=row.start,
        until=until,
        overrun=until is not None and today > until,
        opened_by=row.opened_by,
        notice=row.notice,
    )
