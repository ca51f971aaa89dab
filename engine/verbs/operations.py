"""What operators do: give a timer another limit, retry or resolve an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from engine.core import incidents
from engine.core.apply import apply
from engine.core.errors import Conflict, Damaged, NotFound, Rejection
from engine.core.frame import Frame, need_active
from engine.core.staffing import offer_again
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.identity import is_blank
from engine.rows import INCIDENTS, TASKS, TIMERS, DueRow, StoredIncident, StoredTimer, known
from engine.tables import incident, timer, user_task
from engine.timing import clocks
from engine.timing.ledger import TimerRow, limit_of
from engine.timing.sweep import again
from engine.worktime import LimitError


def reschedule(tx: Tx, timer_id: int, limit: str | datetime, reason: str) -> None:
    """Give a waiting or dead timer another limit or instant (right `incident.settle`). The anchor stays; a dead timer waits again."""
    row = _timer(tx, timer_id)
    tx.need('incident.settle', instance_id=row.instance_id)
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    text = limit.isoformat() if isinstance(limit, datetime) else limit.strip()
    try:
        limit_of(text)
    except LimitError as error:
        raise Rejection(error.en, error.zh) from error
    with tx.frame(row.instance_id) as frame:
        row = _timer(tx, timer_id)
        if row.state not in ('armed', 'stopped', 'dead'):
            raise Conflict(f'Expected a waiting timer, but it is {row.state}', '该定时器已不在等待', state=row.state)
        _rearm(frame, row, text)
        data = {'timer': timer_id, 'limit': text, 'before': row.limit, 'reason': reason}
        frame.record('timer.rescheduled', data, element=row.element, token=row.token)


def _timer(tx: Tx, timer_id: int) -> StoredTimer:
    row = TIMERS.first(tx.connection, TIMERS.select().where(timer.c.id == timer_id))
    if row is None:
        raise NotFound(f'Expected timer {timer_id}, but there is none', '没有该定时器')
    return row


def _rearm(frame: Frame, row: StoredTimer, limit: str) -> None:
    frame.wrote = True
    frame.tx.connection.execute(
        update(timer).where(timer.c.id == row.id).values(limit=limit, state='armed', attempts=0, next_try=None, last_error=None)
    )
    frame.ledger.timers[row.token] = TimerRow.of(row, state='new', due_at=row.due_at, limit=limit)
    try:
        clocks.recompute(frame, cause=f'timer {row.element}')
    except LimitError as error:
        raise Rejection(error.en, error.zh) from error


@dataclass(frozen=True)
class Retried:
    """What came of a retry: `done`, `queued` (a worker tries the due work again), or `failed` with the reason."""

    outcome: Literal['done', 'queued', 'failed']
    reason: str = ''


def retry(tx: Tx, incident_id: int) -> Retried:
    """Try again what failed: a step at once, due work by the next worker (right `incident.settle`)."""
    row = _open_incident(tx, incident_id)
    tx.need('incident.settle', instance_id=row.instance_id)
    queue = tx.engine.queues.get(row.kind)
    if queue is not None and row.kind != 'timer':
        again(tx, queue, known(row.item, 'the due work of an incident'))
    if row.instance_id is None or (queue is not None and not queue.by_instance):
        _close(tx, incident_id, 'retried', '')
        return Retried('queued')
    with tx.frame(row.instance_id) as frame:
        row = _open_incident(tx, incident_id)
        need_active(frame.instance)
        frame.wrote = True
        _close(tx, incident_id, 'retried', '')
        frame.record('incident.retried', {'incident': incident_id}, element=row.element, token=row.token)
        if row.kind == 'timer':
            _retry_timer(frame, row)
        elif row.kind == 'state':
            frame.run.waits  # noqa: B018  raises Damaged as long as it cannot be read
        elif row.kind == 'assignment':
            _retry_assignment(frame, row)
        elif row.kind == 'step':
            token = known(row.token, 'the token of a step')
            frame.steps.retried.add(token)
            frame.run.retry(token)
            apply(frame, frame.advance())
    if queue is not None:
        return Retried('queued')
    return _outcome(tx, row)


def _outcome(tx: Tx, row: StoredIncident) -> Retried:
    """A step that fails again, and a later one that now fails, open a new incident of the instance."""
    later = select(incident.c.message).where(incident.c.instance_id == row.instance_id, incident.c.state == 'open')
    failed = tx.connection.execute(later.where(incident.c.id > row.id).order_by(incident.c.id.desc()).limit(1)).scalar_one_or_none()
    return Retried('done') if failed is None else Retried('failed', failed)


def _retry_assignment(frame: Frame, row: StoredIncident) -> None:
    waits = (user_task.c.instance_id == row.instance_id, user_task.c.token == row.token, user_task.c.state == 'open')
    task = TASKS.first(frame.tx.connection, TASKS.select().where(*waits))
    if task is not None and task.assignee is None:
        offer_again(frame, task)


def _retry_timer(frame: Frame, row: StoredIncident) -> None:
    dead = (timer.c.instance_id == row.instance_id, timer.c.token == row.token, timer.c.state == 'dead')
    found = TIMERS.first(frame.tx.connection, TIMERS.select().where(*dead))
    if found is not None:
        _rearm(frame, found, found.limit)


def report_damage(tx: Tx, damaged: Damaged) -> None:
    """Whoever met a state that cannot be read tells the operators: one open incident an instance, in its history."""
    incidents.open_damage(tx, damaged)


def report_due_work(tx: Tx, queue: str, row: DueRow, message: str) -> None:
    """A row of due work was not done and is not tried again: one open incident a row."""
    incidents.open_due_work(tx, queue, row, message)


def resolve(tx: Tx, incident_id: int, note: str) -> None:
    """Close an incident without trying again, saying why (right `incident.settle`)."""
    row = _open_incident(tx, incident_id)
    tx.need('incident.settle', instance_id=row.instance_id)
    if is_blank(note):
        raise Rejection('Expected a note, but it is empty', '请填写处理说明')
    if row.instance_id is None:
        _close(tx, incident_id, 'resolved', note)
        return
    with tx.frame(row.instance_id) as frame:
        row = _open_incident(tx, incident_id)
        _close(tx, incident_id, 'resolved', note)
        frame.record('incident.resolved', {'incident': incident_id, 'note': note}, element=row.element, token=row.token)


def _open_incident(tx: Tx, incident_id: int) -> StoredIncident:
    row = INCIDENTS.first(tx.connection, INCIDENTS.select().where(incident.c.id == incident_id))
    if row is None:
        raise NotFound(f'Expected incident {incident_id}, but there is none', '没有该异常')
    if row.state != 'open':
        when = instant_text(row.closed_at) if row.closed_at else ''
        raise Conflict(
            f'Expected an open incident, but {row.closed_by} had it {row.state} at {when}',
            '该异常已处理',
            who=row.closed_by,
            when=row.closed_at,
            state=row.state,
        )
    return row


def _close(tx: Tx, incident_id: int, state: str, resolution: str) -> None:
    tx.connection.execute(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(state=state, closed_at=tx.now, closed_by=tx.by.id, resolution=resolution)
    )
