"""From the engine's events to marks, in the same transaction: `listen` is a listener beside the projection.

A limit that starts or moves is planned; a clock that breaks and a step that is late are marked; what is met closes its amber mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from engine import edition_of, limit_of
from engine.identity import is_blank
from engine.tables import clock, stop, timer
from engine.worktime import Relative, Repeat
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.marks.raising import case_of, close_amber, label_moved, raise_clock, raise_other, raise_step
from tasks.marks.reminders import forget_done, order_of_step
from tasks.marks.tables import watch
from tasks.marks.watching import plan, running_limits

if TYPE_CHECKING:
    from engine import Event, Tx

REASONED: Mapping[str, str] = {'refused': 'refusal', 'not_accepted': 'non_acceptance', 'returned': 'return_notice'}
"""Results that need written reasons (行政许可法 art. 38, S-06), and the document that carries them."""


def listen(tx: Tx, events: Sequence[Event]) -> None:
    """Take note of what happened to a case."""
    for event in events:
        handle = _HANDLERS.get(event.event)
        if handle is not None:
            handle(tx, event)


def _planned(tx: Tx, event: Event) -> None:
    plan(tx, event.instance_id)


def _moved(tx: Tx, event: Event) -> None:
    label_moved(tx, event.instance_id, running_limits(tx.connection, event.instance_id), str(event.data.get('cause') or ''))
    plan(tx, event.instance_id)


def _breached(tx: Tx, event: Event) -> None:
    name = str(event.data['clock'])
    row = tx.connection.execute(
        select(clock.c.limit, clock.c.due_at).where(clock.c.instance_id == event.instance_id, clock.c.name == name)
    ).one()
    raise_clock(tx, event.instance_id, name, row.limit, row.due_at)
    close_amber(tx, event.instance_id, subject=f'clock:{name}')
    _forget(tx, event.instance_id, subject=f'clock:{name}')


def _met(tx: Tx, event: Event) -> None:
    subject = f'clock:{event.data["clock"]}'
    close_amber(tx, event.instance_id, subject=subject)
    _forget(tx, event.instance_id, subject=subject)


def _step_closed(tx: Tx, event: Event) -> None:
    close_amber(tx, event.instance_id, host=event.token)
    forget_done(tx, event.instance_id, event.business_key)
    _forget(tx, event.instance_id, host=event.token)


def _timer_fired(tx: Tx, event: Event) -> None:
    row = tx.connection.execute(
        select(timer.c.host, timer.c.stoppable, timer.c.attached_to, timer.c.due_at).where(
            timer.c.instance_id == event.instance_id, timer.c.token == event.token
        )
    ).one()
    _forget(tx, event.instance_id, subject=f'step:{event.token}')
    close_amber(tx, event.instance_id, subject=f'step:{event.token}')
    if row.host is None or not row.stoppable:
        return  # it waits by itself, or bounds the applicant
    warns = event.data.get('on_expiry') == 'warn'
    if isinstance(limit_of(str(event.data['limit'])), Relative | Repeat) or (warns and _later_limit(tx, event, row.host)):
        if warns:
            _remind(tx, event, row.host)
        return
    raise_step(tx, event.instance_id, str(event.element), event.data, token=str(event.token), host=row.host)


def _later_limit(tx: Tx, event: Event, host: str) -> bool:
    """Whether another limit of the same activity still runs: then the timer that warned was a reminder, not the limit itself."""
    waits = (timer.c.instance_id == event.instance_id, timer.c.host == host, timer.c.state.in_(('armed', 'stopped')))
    limits = tx.connection.execute(select(timer.c.limit).where(*waits)).scalars()
    return any(not isinstance(limit_of(text), Relative | Repeat) for text in limits)


def _remind(tx: Tx, event: Event, host: str) -> None:
    case = case_of(tx, event.instance_id)
    if case is not None:
        name = edition_of(tx.connection, case['definition_id']).name_of(event.element)
        hall, turn = find_hall(tx.connection, case['hall']), int(event.data.get('occurrence') or 1)
        order_of_step(tx, case, hall, token=str(event.token), host=host, step=name, occurrence=turn)


def _stopped(tx: Tx, event: Event) -> None:
    """Materials are asked for once (L-06 item 4, S-05): a second supplement notice is marked, whatever new facts it rests on."""
    if event.data.get('kind') != 'supplement':
        return
    asked = select(func.count()).select_from(stop).where(stop.c.instance_id == event.instance_id, stop.c.kind == 'supplement')
    times = tx.connection.execute(asked).scalar_one()
    if times > 1:
        raise_other(tx, event.instance_id, f'supplement:{times}', 8, f'第 {times} 次要求补正，违反一次性告知。', title='一次性告知')


def _ended(tx: Tx, event: Event) -> None:
    close_amber(tx, event.instance_id)
    forget_done(tx, event.instance_id, event.business_key)
    _forget(tx, event.instance_id)
    kind = REASONED.get(str(event.data.get('result')))
    if kind is None or event.data.get('how') == 'cancelled':
        return
    document = t.document.c
    said = tx.connection.execute(select(document.data).where(document.case_no == event.business_key, document.kind == kind)).scalars()
    if all(is_blank(str(data.get('reason') or '')) for data in said):
        raise_other(tx, event.instance_id, 'refusal', 5, '作出不利决定，文书中没有理由。', title='不予许可')


def _forget(tx: Tx, instance_id: int, *, subject: str | None = None, host: str | None = None) -> None:
    which = [watch.c.instance_id == instance_id]
    if subject is not None:
        which.append(watch.c.subject == subject)
    if host is not None:
        which.append(watch.c.host == host)
    tx.connection.execute(delete(watch).where(*which))


_HANDLERS: Mapping[str, Callable[[Tx, Event], None]] = {
    'clock.started': _planned,
    'clock.set': _planned,
    'timer.rescheduled': _planned,
    'user_task.created': _planned,
    'process_instance.migrated': _planned,
    'process_instance.migration_reverted': _planned,
    'process_instance.moved': _planned,
    'clock.recomputed': _moved,
    'clock.breached': _breached,
    'clock.met': _met,
    'clock.stopped': _stopped,
    'user_task.completed': _step_closed,
    'user_task.cancelled': _step_closed,
    'timer.fired': _timer_fired,
    'process_instance.ended': _ended,
}
__all__ = ['listen']
