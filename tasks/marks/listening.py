"""From the engine's events to marks, in the same transaction: `listen` is a listener beside the projection.

A limit that starts or moves is planned; a clock that breaks and a step that is late are marked; what is met closes its amber mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from engine import TIMER, RowChange, TimerRow, edition_of, limit_of
from engine.identity import is_blank
from engine.rows import TIMERS, known
from engine.tables import timer
from engine.worktime import Relative
from tasks.cases.casefile import CaseFile, case_file, find_file
from tasks.marks.raising import case_of, label_moved, raise_clock, raise_other, raise_step
from tasks.marks.reminders import forget_done, order_of_step
from tasks.marks.tables import mark
from tasks.marks.watching import Noted, plan, running_limits

if TYPE_CHECKING:
    from engine import Event, Tx

_SETTLE = RowChange(
    update(mark).where(mark.c.number == bindparam('of')).values(state='closed', settled_at=bindparam('at'), settled_by=TIMER.id)
)
REASONED: Mapping[str, str] = {'refused': 'refusal', 'not_accepted': 'non_acceptance', 'returned': 'return_notice'}
"""Results that need written reasons (行政许可法 art. 38, S-06), and the document that carries them."""


def listen(tx: Tx, events: Sequence[Event]) -> None:
    """Take note of what happened to a case. What runs now is planned once, after everything was heard."""
    told = [event for event in events if event.event in _HEARD]
    file = find_file(tx, told[0].instance_id) if told else None
    if file is None:
        return
    begun = any(event.event == 'process_instance.started' for event in events)
    noted = Noted({}, (), (), ()) if begun else Noted.of(file)  # nothing was said of a new case
    for event in told:
        handle = _HANDLERS.get(event.event)
        if handle is not None:
            handle(tx, event)
    _label(file, noted, told)
    _close(file, noted, told)
    if noted.reminders and any(event.event in _CLOSING for event in told):
        forget_done(tx, file.instance_id, file.case_no)
    plan(file, noted)


def _label(file: CaseFile, noted: Noted, told: Sequence[Event]) -> None:
    """Marks whose due date has moved say so, with the last cause told."""
    causes = [str(event.data.get('cause') or '') for event in told if event.event == 'clock.recomputed']
    if causes and (noted.ambers or noted.marks):
        label_moved(file, running_limits(file), causes[-1])


def _close(file: CaseFile, noted: Noted, told: Sequence[Event]) -> None:
    """What an amber mark warned of is over, one way or the other: its clock met or broken, its step or the case done."""
    over = {f'clock:{event.data["clock"]}' for event in told if event.event in ('clock.met', 'clock.breached')}
    over |= {f'step:{event.token}' for event in told if event.event == 'timer.fired'}
    hosts = {event.token for event in told if event.event in ('user_task.completed', 'user_task.cancelled')}
    ended = any(event.event == 'process_instance.ended' for event in told)
    with file.tx.frame(file.instance_id) as frame:
        for row in noted.ambers:
            if ended or row.subject in over or row.host in hosts:
                frame.write(_SETTLE, {'of': row.number, 'at': file.tx.now}, key=row.number)


def _breached(tx: Tx, event: Event) -> None:
    with tx.frame(event.instance_id) as frame:
        row = frame.ledger.clocks[str(event.data['clock'])]
    raise_clock(tx, event.instance_id, row.name, row.limit, row.due_at)


def _timer_fired(tx: Tx, event: Event) -> None:
    stored = (timer.c.instance_id == event.instance_id, timer.c.token == event.token)
    found = known(TIMERS.first(tx.connection, TIMERS.select().where(*stored)), 'the timer that fired')
    if found.host is None or not found.stoppable:
        return  # it waits by itself, or bounds the applicant
    row = TimerRow.of(found, state='fired', due_at=found.due_at)
    with tx.frame(event.instance_id) as frame:
        reminds = frame.ledger.reminds(row)
    if reminds or isinstance(limit_of(row.limit), Relative):  # what leans on a clock has the clock's mark
        if row.on_expiry == 'warn':
            _remind(tx, event, found.host)
        return
    raise_step(tx, event.instance_id, str(event.element), event.data, token=str(event.token), host=found.host)


def _remind(tx: Tx, event: Event, host: str) -> None:
    case = case_of(tx, event.instance_id)
    if case is not None:
        name, turn = edition_of(tx.connection, case.definition_id).name_of(event.element), int(event.data.get('occurrence') or 1)
        order_of_step(tx, case, tx.hall(case.hall), token=str(event.token), host=host, step=name, occurrence=turn)


def _stopped(tx: Tx, event: Event) -> None:
    """Materials are asked for once (L-06 item 4, S-05): a second supplement notice is marked, whatever new facts it rests on."""
    if event.data.get('kind') != 'supplement':
        return
    with tx.frame(event.instance_id) as frame:
        times = sum(row.kind == 'supplement' for row in frame.ledger.stops)
    if times > 1:
        raise_other(tx, event.instance_id, f'supplement:{times}', 8, 'supplement_again', times=times)


def _ended(tx: Tx, event: Event) -> None:
    kind = REASONED.get(str(event.data.get('result')))
    if kind is None or event.data.get('how') == 'cancelled':
        return
    said = (row.data for row in case_file(tx, event.instance_id).papers.documents if row.kind == kind)
    if all(is_blank(str(data.get('reason') or '')) for data in said):
        raise_other(tx, event.instance_id, 'refusal', 5, 'no_reasons')


_HANDLERS: Mapping[str, Callable[[Tx, Event], None]] = {
    'clock.breached': _breached,
    'clock.stopped': _stopped,
    'timer.fired': _timer_fired,
    'process_instance.ended': _ended,
}
_CLOSING = frozenset({'user_task.completed', 'user_task.cancelled', 'process_instance.ended'})
_HEARD = (
    frozenset(_HANDLERS)
    | _CLOSING
    | {'clock.started', 'clock.set', 'clock.recomputed', 'clock.met', 'timer.rescheduled', 'user_task.created'}
    | {'process_instance.migrated', 'process_instance.migration_reverted', 'process_instance.moved', 'process_instance.taken_back'}
)
__all__ = ['listen']
