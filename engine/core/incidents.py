"""Incidents: what an operator must act on. Nothing is lost meanwhile; retrying or resolving them are verbs."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from engine.bpmn.changes import Failed
from engine.core.errors import Rejection
from engine.core.frame import Frame
from engine.tables import incident
from engine.timing.ledger import TimerRow

_OPEN = select(incident.c.id).where(
    incident.c.instance_id == bindparam('instance'), incident.c.token == bindparam('of'), incident.c.state == 'open'
)
_INSERT = insert(incident).returning(incident.c.id)


def open_step(frame: Frame, failed: Failed) -> None:
    """A step could not be taken: one open incident per token."""
    connection = frame.tx.connection
    if failed.token not in frame.retried:
        if connection.execute(_OPEN, {'instance': frame.instance.id, 'of': failed.token}).first() is not None:
            return
    _open(frame, 'step', failed.token, failed.element, message=failed.message, detail=failed.detail)


def open_timer(frame: Frame, row: TimerRow, message: str, *, timer_id: int | None = None) -> None:
    """A timer cannot be counted, or failed too often: it is dead until somebody reschedules or retries it."""
    _open(frame, 'timer', row.token, row.element, message=message, detail=row.limit, timer_id=timer_id)


def open_clock(frame: Frame, name: str, message: str) -> None:
    """A broken promise cannot be recorded: one open incident per clock; every tick tries again."""
    token = f'clock:{name}'
    if frame.tx.connection.execute(_OPEN, {'instance': frame.instance.id, 'of': token}).first() is None:
        _open(frame, 'clock', token, '', message=message, detail=name)


def open_assignment(frame: Frame, token: str, element: str, error: Rejection) -> None:
    """A user task's groups or assignee have no value: the task is open and somebody must assign it."""
    _open(frame, 'assignment', token, element, message=str(error), detail=error.zh)


def _open(frame: Frame, kind: str, token: str, element: str, *, message: str, detail: str, timer_id: int | None = None) -> None:
    values = {
        'instance_id': frame.instance.id,
        'timer_id': timer_id,
        'token': token,
        'element': element,
        'kind': kind,
        'message': message,
        'detail': detail,
        'state': 'open',
        'opened_at': frame.tx.now,
    }
    incident_id = frame.tx.connection.execute(_INSERT, values).scalar_one()
    frame.record('incident.opened', {'incident': incident_id, 'kind': kind, 'message': message}, element=element, token=token)
