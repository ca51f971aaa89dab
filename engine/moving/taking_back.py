"""What the software itself did to an instance while the clock was wrong is taken back: the state before it, and the rows that go with it.

The history keeps both. Only acts of the software are taken back; when a person has acted on the case since, a person must decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from engine.bpmn.moving import raise_ids
from engine.bpmn.run import Run
from engine.core.actor import OUTBOX, TIMER
from engine.core.errors import Conflict, Rejection
from engine.core.frame import Frame, readable
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.identity import is_blank
from engine.rows import EVENTS, StoredEvent
from engine.tables import clock, history, incident, outbox, process_instance, state_before, stop, subscription, timer, user_task
from engine.timing import clocks
from engine.words import Word, said

_BY_ITSELF = (TIMER.id, OUTBOX.id)
_HARMLESS = ('mark.', 'incident.', 'note.')
"""What people do beside a case: it does not stand on what is taken back."""


@dataclass(frozen=True)
class Undoing:
    """What would be taken back of one instance: the history rows, first to last; `refusal` says why it cannot be,
    `blocked_by` what was done since."""

    instance_id: int
    business_key: str
    rows: Sequence[StoredEvent]
    state: bytes | None
    ended: bool
    refusal: Word | None
    blocked_by: StoredEvent | None = None

    def told(self, event: str, name: str) -> list[Any]:
        """One fact of every row of an event, e.g. the documents issued."""
        return [row.data[name] for row in self.rows if row.event == event and name in row.data]


def touched(connection: Connection, since: datetime, until: datetime | None = None) -> list[int]:
    """The instances on which the software acted by itself at recorded instants from `since` on (before `until`)."""
    return sorted(row.instance_id for row in connection.execute(touching(since, until)))


def touching(since: datetime, until: datetime | None = None) -> Select[tuple[int]]:
    """The same as a statement."""
    rows = select(history.c.instance_id).where(history.c.at >= since, history.c.by.in_(_BY_ITSELF)).distinct()
    return rows if until is None else rows.where(history.c.at < until)


def look(connection: Connection, instance_id: int, since: datetime, until: datetime | None = None) -> Undoing:
    """What taking back would undo. Writes nothing."""
    of = select(process_instance.c.business_key, process_instance.c.ended_at).where(process_instance.c.id == instance_id)
    instance = connection.execute(of).one()
    rows = EVENTS.all(connection, EVENTS.select().where(history.c.instance_id == instance_id).order_by(history.c.seq))
    first = next((row.seq for row in rows if row.by in _BY_ITSELF and _within(row.at, since, until)), None)
    undone = [row for row in rows if first is not None and row.seq >= first]
    blocked = next((row for row in undone if _blocks(row, until)), None)
    state, refusal = None, _refusal(undone, blocked)
    if refusal is None and any(row.event in ('token.moved', 'timer.fired', 'message.received', 'signal.received') for row in undone):
        kept = select(state_before.c.state).where(
            state_before.c.instance_id == instance_id, state_before.c.history_length >= undone[0].seq - 1
        )
        state = connection.execute(kept.order_by(state_before.c.history_length).limit(1)).scalar_one_or_none()
        if state is None:
            refusal = Word('没有留存当时的流程状态，须人工处理', 'the state of before was not kept: a person must act')
    ended = any(row.event == 'process_instance.ended' for row in undone)
    return Undoing(instance_id, instance.business_key, undone, state, ended=ended, refusal=refusal, blocked_by=blocked)


def _within(at: datetime, since: datetime, until: datetime | None) -> bool:
    return at >= since and (until is None or at < until)


def _blocks(row: StoredEvent, until: datetime | None) -> bool:
    person = not row.by.startswith('system') and not row.event.startswith(_HARMLESS)
    return person or (row.by in _BY_ITSELF and until is not None and row.at >= until)


def _refusal(undone: Sequence[StoredEvent], blocked: StoredEvent | None) -> Word | None:
    if not undone:
        return Word('没有需要撤回的记录', 'there is nothing to take back')
    if blocked is None:
        return None
    facts = {'who': blocked.by, 'at': instant_text(blocked.at)[:16], 'event': blocked.event}
    zh, en = '其后 {who} 已于 {at} 办理（{event}），须人工处理', '{who} has acted since, at {at} ({event}): a person must decide'
    return said(zh, en, **facts)


def take_back(tx: Tx, instance_id: int, since: datetime, until: datetime | None, reason: str) -> Undoing:
    """Undo it (right `instance.migrate`). Tokens, tasks, timers, stops and clocks are what they were.

    Due dates are counted anew. Raises Rejection.
    """
    tx.need('instance.migrate', instance_id=instance_id)
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    with tx.frame(instance_id) as frame:
        found = look(tx.connection, instance_id, since, until)
        if found.refusal is not None:
            message = f'Expected acts of the software only, but {found.refusal.en}'
            raise Conflict(message, found.refusal, who=frame.instance.touched_by, when=frame.instance.touched_at)
        frame.takes_back = frame.wrote = True
        data = {'since': instant_text(since), 'first': found.rows[0].seq, 'last': found.rows[-1].seq, 'reason': reason}
        frame.record('process_instance.taken_back', data)
        if found.state is not None:
            _state(frame, found.state)
        _ledger(frame, found)
        _further(frame, found, reason)
        frame.reread()
        clocks.recompute(frame, cause='clock taken back', every=True)
    return found


def _state(frame: Frame, blob: bytes) -> None:
    program, instance = frame.definition.program, frame.instance
    with readable(instance.id, instance.business_key):
        run = Run.restore(program, raise_ids(blob, program, instance.state, program, frame.host), frame.host)
    waits, awaited, opened = run.waits, run.awaited, frame.tx.now
    frame.rebase(frame.definition, run)
    instance.status, instance.ended_at, instance.result = 'active', None, None
    connection, of = frame.tx.connection, instance.id
    task, clocked, waiting = user_task.c, timer.c, subscription.c
    again = {'state': 'open', 'closed_at': None, 'closed_by': None, 'lock_version': task.lock_version + 1}
    connection.execute(
        update(user_task).where(task.instance_id == of, task.token.in_(waits.user_tasks), task.state != 'open').values(again)
    )
    over = {'state': 'cancelled', 'closed_at': opened, 'closed_by': frame.tx.by.id, 'draft': None}
    connection.execute(
        update(user_task).where(task.instance_id == of, task.token.not_in(waits.user_tasks), task.state == 'open').values(over)
    )
    ready = {'state': 'armed', 'fired_at': None, 'attempts': 0, 'next_try': None, 'last_error': None}
    gone = clocked.state.in_(('fired', 'cancelled'))
    connection.execute(update(timer).where(clocked.instance_id == of, clocked.token.in_(waits.timers), gone).values(ready))
    left = clocked.state.in_(('armed', 'stopped', 'dead'))
    connection.execute(
        update(timer).where(clocked.instance_id == of, clocked.token.not_in(waits.timers), left).values(state='cancelled', due_at=None)
    )
    known = set(connection.execute(select(waiting.token).where(waiting.instance_id == of)).scalars())
    connection.execute(delete(subscription).where(waiting.instance_id == of, waiting.token.not_in(waits.subscriptions)))
    fresh = [
        {'instance_id': of, 'token': one.token, 'element': one.element, 'kind': one.kind, 'name': one.name[:200], 'opened_at': opened}
        for one in awaited
        if one.token not in known
    ]
    if fresh:
        connection.execute(insert(subscription), fresh)


def _ledger(frame: Frame, found: Undoing) -> None:
    """Clocks, stops and cycles as they were before the first row that is undone."""
    connection, of = frame.tx.connection, frame.instance.id
    started, met, broken = (set(found.told(event, 'clock')) for event in ('clock.started', 'clock.met', 'clock.breached'))
    earlier = select(history.c.data).where(
        history.c.instance_id == of, history.c.event == 'clock.breached', history.c.seq < found.rows[0].seq
    )
    before = {data['clock'] for data in connection.execute(earlier).scalars()}
    for row in connection.execute(select(clock.c.id, clock.c.name, clock.c.state).where(clock.c.instance_id == of)).all():
        if row.name in started:
            connection.execute(delete(clock).where(clock.c.id == row.id))
        elif row.name in met | broken or (found.ended and row.state == 'cancelled'):
            values: dict[str, Any] = {'state': 'breached' if row.name in before else 'running'}
            values |= {'met_at': None} if row.name in met else {}
            connection.execute(update(clock).where(clock.c.id == row.id).values(values))
    opened, closed = (found.told(event, 'stop') for event in ('clock.stopped', 'clock.resumed'))
    connection.execute(update(stop).where(stop.c.id.in_(closed)).values(to=None, closed_by=None))
    connection.execute(update(stop).where(stop.c.id.in_(opened)).values(to=stop.c['from'], closed_by=frame.tx.by.id))
    turns: dict[str, int] = {}
    for event in found.rows:
        if event.event == 'timer.fired' and event.token is not None and event.token not in turns:
            turns[event.token] = int(event.data.get('occurrence') or 1)
    for token, occurrence in turns.items():
        connection.execute(update(timer).where(timer.c.instance_id == of, timer.c.token == token).values(occurrence=occurrence))


def _further(frame: Frame, found: Undoing, reason: str) -> None:
    """Incidents that opened are over; messages that were not sent yet are not sent."""
    connection, now = frame.tx.connection, frame.tx.now
    closing = {'state': 'resolved', 'closed_at': now, 'closed_by': frame.tx.by.id, 'resolution': reason}
    opened = incident.c.id.in_(found.told('incident.opened', 'incident'))
    connection.execute(update(incident).where(opened, incident.c.state == 'open').values(closing))
    unsent = (outbox.c.instance_id == frame.instance.id, outbox.c.state == 'waiting', outbox.c.created_at >= found.rows[0].at)
    connection.execute(update(outbox).where(*unsent).values(state='dead', last_error=reason))
