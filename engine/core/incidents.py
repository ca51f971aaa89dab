"""Incidents: what an operator must act on. Nothing is lost meanwhile; retrying or resolving them are verbs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select, update

from engine.bpmn.changes import Failed
from engine.core.errors import Damaged
from engine.core.frame import Frame
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.rows import DueRow
from engine.tables import history, incident
from engine.timing.ledger import TimerRow
from engine.words import Word, in_english, joined

_OPEN = select(incident.c.id).where(
    incident.c.instance_id == bindparam('instance'), incident.c.token == bindparam('of'), incident.c.state == 'open'
)
_LAST = (
    select(history.c.seq, history.c.event, history.c.at, history.c.by)
    .where(history.c.instance_id == bindparam('instance'), history.c.event != 'incident.opened')
    .order_by(history.c.seq.desc())
    .limit(1)
)
_INSERT = insert(incident).returning(incident.c.id)


def open_step(frame: Frame, failed: Failed) -> None:
    """A step could not be taken: one open incident per token."""
    connection = frame.tx.connection
    if failed.token not in frame.steps.retried:
        if connection.execute(_OPEN, {'instance': frame.instance.id, 'of': failed.token}).first() is not None:
            return
    _open(frame, 'step', failed.token, failed.element, message=failed.message, detail=failed.detail)


def open_timer(frame: Frame, row: TimerRow, message: str, *, timer_id: int | None = None) -> None:
    """A timer cannot be counted, or failed too often: it is dead until somebody reschedules or retries it."""
    _open(frame, 'timer', row.token, row.element, message=message, detail=row.limit, item=timer_id)


def open_due_work(tx: Tx, kind: str, row: DueRow, message: str) -> None:
    """A row of due work failed too often (`engine.timing.sweep`): one open incident a row; with an instance, it stands in its history."""
    known = select(incident.c.id).where(incident.c.kind == kind, incident.c.item == row.id, incident.c.state == 'open')
    if tx.connection.execute(known).first() is not None:
        return
    if row.instance_id is None:
        values = {'kind': kind, **_said(message), 'state': 'open', 'opened_at': tx.now, 'item': row.id, 'detail': row.about}
        tx.connection.execute(insert(incident), [values])
        return
    with tx.frame(row.instance_id) as frame:
        _open(frame, kind, row.token, row.element, message=message, detail=row.about, item=row.id)


def open_damage(tx: Tx, damaged: Damaged) -> None:
    """The state of an instance cannot be read: one open incident an instance. It names the last good row of the history."""
    with tx.frame(damaged.instance_id) as frame:
        same = (incident.c.instance_id == frame.instance.id, incident.c.kind == 'state', incident.c.state == 'open')
        if tx.connection.execute(select(incident.c.id).where(*same)).first() is not None:
            return
        last = tx.connection.execute(_LAST, {'instance': frame.instance.id}).one_or_none()
        good = f'#{last.seq} {last.event} {instant_text(last.at)} {last.by}' if last else ''
        _open(frame, 'state', None, None, message=damaged.zh, detail=good)


def open_assignment(frame: Frame, token: str, element: str, wrong: Sequence[Word]) -> None:
    """A user task's people have no value, or are not there: the task is open and somebody must assign it. One open incident a token."""
    if frame.tx.connection.execute(_OPEN, {'instance': frame.instance.id, 'of': token}).first() is None:
        _open(frame, 'assignment', token, element, message=joined(wrong, '；', '; '), detail='')


def settle_assignment(frame: Frame, token: str) -> None:
    """Whoever is handed the step is its person now: what kept it from people is settled."""
    about = (incident.c.instance_id == frame.instance.id, incident.c.token == token, incident.c.kind == 'assignment')
    closed = {'state': 'resolved', 'closed_at': frame.tx.now, 'closed_by': frame.tx.by.id, 'resolution': '已指定办理人'}
    done = update(incident).where(*about, incident.c.state == 'open').values(closed).returning(incident.c.id, incident.c.element)
    for row in frame.tx.connection.execute(done).all():
        frame.record('incident.resolved', {'incident': row.id, 'note': closed['resolution']}, element=row.element, token=token)


def _open(frame: Frame, kind: str, token: str | None, element: str | None, *, message: str, detail: str, item: int | None = None) -> None:
    values = {
        'instance_id': frame.instance.id,
        'item': item,
        'token': token,
        'element': element,
        'kind': kind,
        **_said(message),
        'detail': detail,
        'state': 'open',
        'opened_at': frame.tx.now,
    }
    incident_id = frame.tx.connection.execute(_INSERT, values).scalar_one()
    frame.record('incident.opened', {'incident': incident_id, 'kind': kind, 'message': str(message)}, element=element, token=token)


def _said(message: str) -> dict[str, str]:
    """A sentence in both languages; what a program said is in one."""
    return {'message': str(message), 'message_en': in_english(message)}
