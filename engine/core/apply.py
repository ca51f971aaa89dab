"""From `Changes` to rows: the only way a run shows in user tasks, timers, subscriptions, stops, clocks and incidents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, insert, null, select, update

from engine.bpmn.changes import ArmedTimer, Changes, Ended, OpenedUserTask, Thrown
from engine.core import incidents
from engine.core.assignment import Assignment, Offer
from engine.core.frame import Frame
from engine.core.staffing import offered
from engine.core.statements import Insert, RowChange
from engine.core.values import instant_text, plain
from engine.tables import subscription, timer, user_task, user_task_group, user_task_person
from engine.timing import clocks, urgency
from engine.timing.ledger import TimerRow, UrgentTask
from engine.timing.outbox import enqueue
from engine.worktime import Due, LimitError

USER_TASKS = ('userTask', 'manualTask')

_CLOSE_TASK = RowChange(
    update(user_task)
    .where(user_task.c.instance_id == bindparam('instance'), user_task.c.token == bindparam('of'), user_task.c.state == 'open')
    .values({name: bindparam(f'new_{name}') for name in ('state', 'closed_at', 'closed_by', 'assignee', 'signatures')})
    .values(lock_version=user_task.c.lock_version + 1, draft=null())
)
_CANCEL_TASK = RowChange(
    update(user_task)
    .where(user_task.c.instance_id == bindparam('instance'), user_task.c.token == bindparam('of'), user_task.c.state == 'open')
    .values(
        state='cancelled', closed_at=bindparam('at'), closed_by=bindparam('by'), lock_version=user_task.c.lock_version + 1, draft=null()
    )
)
_CANCEL_TIMER = RowChange(
    update(timer)
    .where(timer.c.instance_id == bindparam('instance'), timer.c.token == bindparam('of'), timer.c.state != 'fired')
    .values(state='cancelled', due_at=None)
)
_CANCEL_ALL_TASKS = RowChange(
    update(user_task)
    .where(user_task.c.instance_id == bindparam('instance'), user_task.c.state == 'open')
    .values(state='cancelled', closed_at=bindparam('at'), closed_by=bindparam('by'), draft=null())
)
_CANCEL_ALL_TIMERS = RowChange(
    update(timer)
    .where(timer.c.instance_id == bindparam('instance'), timer.c.state != 'fired', timer.c.state != 'cancelled')
    .values(state='cancelled', due_at=None)
)
_FORGET = RowChange(
    delete(subscription).where(subscription.c.instance_id == bindparam('instance'), subscription.c.token == bindparam('of'))
)
_FORGET_ALL = RowChange(delete(subscription).where(subscription.c.instance_id == bindparam('instance')))
_TASKS = Insert(
    user_task,
    'instance_id',
    'token',
    'scope',
    'element',
    'name',
    'state',
    'candidate_groups',
    'group_key',
    'candidate_users',
    'assignee',
    'claimed_at',
    'form_ref',
    'signers',
    'signatures',
    'not_by',
    'due_at',
    'amber_at',
    'due_unit',
    'stopped',
    'priority',
    'opened_at',
    ids=True,
)
_TIMERS = Insert(
    timer,
    'instance_id',
    'token',
    'element',
    'attached_to',
    'host',
    'interrupting',
    'timer_type',
    'limit',
    'on_expiry',
    'anchor',
    'state',
    'stoppable',
    'due_at',
    'last_day',
    'calendar_version',
    'last_error',
)
_FURTHER = RowChange(
    insert(user_task_group).from_select(
        ['task_id', 'group'],
        select(user_task.c.id, bindparam('further', type_=user_task_group.c.group.type)).where(
            user_task.c.instance_id == bindparam('instance'), user_task.c.token == bindparam('of')
        ),
    )
)
_PERSON = RowChange(
    insert(user_task_person).from_select(
        ['task_id', 'person'],
        select(user_task.c.id, bindparam('named', type_=user_task_person.c.person.type)).where(
            user_task.c.instance_id == bindparam('instance'), user_task.c.token == bindparam('of')
        ),
    )
)
_SUBSCRIPTIONS = Insert(subscription, 'instance_id', 'token', 'element', 'kind', 'name', 'opened_at')


def apply(frame: Frame, changes: Changes) -> None:
    """Write everything one run reported."""
    frame.load_ledger()  # before anything waits to be written to it
    frame.wrote = True
    recompute = _close(frame, changes)
    recompute = _stop(frame, changes) or recompute
    _road(frame, changes)
    recompute = _milestones(frame, changes) or recompute
    _disarm(frame, changes.disarmed)
    for token in changes.unawaited:
        frame.write(_FORGET, {'instance': frame.instance.id, 'of': token}, key=token)
    if changes.ended is None:
        _arm(frame, changes.armed)
        if recompute:
            clocks.recompute(frame)
        _open_user_tasks(frame, changes.user_tasks)
        _await(frame, changes)
    for thrown in changes.thrown:
        _throw(frame, thrown)
    for failed in changes.failed:
        incidents.open_step(frame, failed)
    if changes.ended is not None:
        _end(frame, changes.ended)


def _close(frame: Frame, changes: Changes) -> bool:
    """Close user tasks and the stops of activities that are over; True when a stop ended."""
    for closed in changes.closed:
        if closed.kind not in USER_TASKS:
            continue
        frame.ledger.tasks.pop(closed.token, None)
        row: dict[str, Any] = {'instance': frame.instance.id, 'of': closed.token}
        done = frame.steps.completing.get(closed.token)
        if done is not None:
            frame.record('user_task.completed', done.told(), element=closed.element, token=closed.token)
            row |= {'new_state': 'completed', 'new_closed_at': frame.tx.now, 'new_closed_by': frame.tx.by.id}
            row |= {'new_assignee': done.assignee, 'new_signatures': done.signatures}
            frame.write(_CLOSE_TASK, row, key=closed.token)
        else:
            frame.record('user_task.cancelled', {}, element=closed.element, token=closed.token)
            frame.write(_CANCEL_TASK, row | {'at': frame.tx.now, 'by': frame.tx.by.id}, key=closed.token)
    stopping = [closed.token for closed in changes.closed if _stops_the_clock(frame, closed.element)]
    ended = [row for row in frame.ledger.open_stops() if row.token in stopping] if stopping else []
    for stop in ended:
        clocks.close_stop(frame, stop)
    return bool(ended)


def _stops_the_clock(frame: Frame, element: str) -> bool:
    return frame.definition.element(element).said.stops_clock


def _stop(frame: Frame, changes: Changes) -> bool:
    """Open a stop for every activity that began and holds the clock; True when there was one."""
    over = {closed.token for closed in changes.closed}
    found = False
    for opened in changes.opened:
        if opened.token in over or not _stops_the_clock(frame, opened.element):
            continue
        element = frame.definition.element(opened.element)
        said = element.said
        reason = said.stop_reason or element.name or element.id
        clocks.open_stop(frame, said.stop_kind, reason, said.basis, token=opened.token, element=element.id)
        found = True
    return found


def _road(frame: Frame, changes: Changes) -> None:
    if changes.passed:
        frame.record('token.moved', {'passed': [[step.element, step.flow] for step in changes.passed]})


def _milestones(frame: Frame, changes: Changes) -> bool:
    """Milestones on what was passed: an event or gateway when passed, an activity when completed. True when a clock started or was met."""
    changed = False
    seen = dict.fromkeys(step.element for step in changes.passed)
    seen |= dict.fromkeys(closed.element for closed in changes.closed if closed.how == 'completed')
    for element_id in seen:
        said = frame.definition.element(element_id).said
        if said.milestone:
            changed = clocks.reach(frame, said.milestone, element_id, said.as_of) or changed
    return changed


def _disarm(frame: Frame, tokens: Iterable[str]) -> None:
    for token in tokens:
        frame.write(_CANCEL_TIMER, {'instance': frame.instance.id, 'of': token}, key=token)
        frame.ledger.timers.pop(token, None)


def _arm(frame: Frame, armed: list[ArmedTimer]) -> None:
    for one in armed:
        row = TimerRow(
            id=None,
            token=one.token,
            element=one.element,
            host=one.host,
            limit=one.limit.strip(),
            anchor=frame.tx.now,
            state='armed',
            due_at=None,
            stoppable=True,
        )
        row.stoppable = not clocks.bounds_the_applicant(frame, row, one.scope)
        row.on_expiry = frame.definition.element(one.element).said.on_expiry
        found, error = _due(frame, row)
        row.due_at, row.state = (found.due_at if found else None), clocks.timer_state(found)
        if error:
            row.state = 'dead'
            incidents.open_timer(frame, row, error)
        else:
            frame.ledger.timers[row.token] = row
        frame.write(
            _TIMERS,
            {
                'instance_id': frame.instance.id,
                'token': row.token,
                'element': row.element,
                'attached_to': one.attached_to,
                'host': one.host,
                'interrupting': one.interrupting,
                'timer_type': one.timer_type,
                'limit': row.limit[:200],
                'on_expiry': row.on_expiry,
                'anchor': row.anchor,
                'state': row.state,
                'stoppable': row.stoppable,
                'due_at': row.due_at,
                'last_day': clocks.last_day_text(found),
                'calendar_version': frame.ledger.hall.calendar.version,
                'last_error': error,
            },
            key=row.token,
        )


def _due(frame: Frame, row: TimerRow) -> tuple[Due | None, str | None]:
    """The due date, or what is wrong with a limit that only this case's data made wrong."""
    try:
        return frame.ledger.timer_due(row), None
    except LimitError as error:
        return None, error.zh


def _open_user_tasks(frame: Frame, opened: list[OpenedUserTask]) -> None:
    for one in opened:
        says = frame.definition.assignment(one.element)
        offer = offered(frame, says, one.variables)
        if offer.wrong:
            incidents.open_assignment(frame, one.token, one.element, offer.wrong)
        row = _user_task_row(frame, one, says, offer)
        data = {'name': row['name'], **offer.told}
        if row['due_at']:
            data['due_at'] = instant_text(row['due_at'])
        frame.record('user_task.created', data, element=one.element, token=one.token)
        frame.steps.opened[one.token] = row['name'], row['group_key']
        frame.write(_TASKS, row, key=one.token)
        known = {name: row[name] for name in ('token', 'scope', 'due_at', 'amber_at', 'due_unit', 'stopped')}
        frame.ledger.tasks[one.token] = UrgentTask(window=row['group_key'], **known)
        _find_by(frame, one.token, offer)


def _find_by(frame: Frame, token: str, offer: Offer) -> None:
    """The rows by which lists find a task: its windows after the first, and the people who may take it."""
    further = offer.groups[1:]
    if further or offer.users:
        frame.send()  # their rows name the task's
    for group in further:
        frame.write(_FURTHER, {'instance': frame.instance.id, 'of': token, 'further': group}, key=f'{token} {group}')
    for person in offer.users:
        frame.write(_PERSON, {'instance': frame.instance.id, 'of': token, 'named': person}, key=f'{token} {person}')


def _user_task_row(frame: Frame, one: OpenedUserTask, says: Assignment, offer: Offer) -> dict[str, Any]:
    return {
        'instance_id': frame.instance.id,
        'token': one.token,
        'scope': list(one.scope),
        'element': one.element,
        'name': (one.name or one.element)[:200],
        'state': 'open',
        **offer.columns,
        'claimed_at': frame.tx.now if offer.assignee else None,
        'form_ref': says.form_ref,
        'signers': says.signers,
        'signatures': [],
        'not_by': list(says.not_by),
        **urgency.columns(frame, one.token, one.scope),
        'priority': says.priority,
        'opened_at': frame.tx.now,
    }


def _await(frame: Frame, changes: Changes) -> None:
    for one in changes.awaited:
        row = {'instance_id': frame.instance.id, 'token': one.token, 'element': one.element, 'kind': one.kind}
        frame.write(_SUBSCRIPTIONS, row | {'name': one.name[:200], 'opened_at': frame.tx.now}, key=one.token)


def _throw(frame: Frame, thrown: Thrown) -> None:
    """A message or signal goes to whoever waits for it, after the commit; anything else is only recorded."""
    payload = plain(dict(thrown.payload))
    frame.record(f'{thrown.kind}.thrown', {'name': thrown.name, 'code': thrown.code, 'payload': payload}, element=thrown.element)
    if thrown.kind in ('message', 'signal'):
        key = f'{thrown.kind}:{frame.instance.id}:{frame.instance.history_length}:{len(frame.events)}'
        body = {'name': thrown.name, 'payload': payload, 'from': frame.instance.business_key}
        enqueue(frame.tx, f'engine.{thrown.kind}', key, body, frame.instance.id)


def _end(frame: Frame, ended: Ended) -> None:
    """The instance is over: nothing of it stays open. One that came to its end by itself has reported every closing already."""
    if ended.how != 'completed':
        over = {'instance': frame.instance.id, 'at': frame.tx.now, 'by': frame.tx.by.id}
        for everything in (_CANCEL_ALL_TASKS, _CANCEL_ALL_TIMERS, _FORGET_ALL):
            frame.write(everything, over, key=None)
    clocks.settle(frame)
    frame.instance.status = ended.how
    frame.instance.result = ended.result
    frame.instance.ended_at = frame.tx.now
    frame.record('process_instance.ended', {'how': ended.how, 'result': ended.result}, element=ended.element)
