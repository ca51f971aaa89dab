"""From the engine's events to the office's case: status, milestones, results, and the documents each of them owes the applicant.

`project` is a listener of the engine: it runs in the transaction of the verb, once for every history event, after the instance was stored.
What raises here undoes the whole verb: an acceptance without the materials (行政许可法 art. 32), a second supplement notice (S-05) or a
refusal without reasons (S-06, L-11) never happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from engine import Rejection
from engine.words import EXPIRY
from tasks.cases.casefile import CaseFile, find_file
from tasks.cases.materials import need_complete
from tasks.documents.issuing import issue, stop_facts
from tasks.operations.log import note

if TYPE_CHECKING:
    from engine import Event, Tx

# result of the end event -> status of the case; what is not here is a decision, and closes it
END_STATUS: Mapping[str, str] = {
    'withdrawn': 'withdrawn',
    'not_accepted': 'not_accepted',
    'not_required': 'not_required',
    'returned': 'returned',
    'expired_supplement': 'expired_supplement',
    'voided': 'voided',
}
END_DOCUMENT: Mapping[str, str] = {
    'withdrawn': 'withdrawal',
    'not_accepted': 'non_acceptance',
    'not_required': 'not_required',
    'returned': 'return_notice',
    'expired_supplement': 'expiry_notice',
    'granted': 'grant',
    'refused': 'refusal',
}
STOP_STATUS: Mapping[str, str] = {'supplement': 'supplement', 'suspension': 'suspended'}


def project(tx: Tx, events: Sequence[Event]) -> None:
    """Bring the case of this instance up to date with what happened; instances that are no case of the office are left alone."""
    told = [event for event in events if event.event in _HANDLERS]
    file = find_file(tx, told[0].instance_id) if told else None
    if file is not None:
        for event in told:
            _HANDLERS[event.event](file, event)
        file.save()


def _milestone(file: CaseFile, event: Event) -> None:
    reached = _MILESTONES.get(str(event.data.get('milestone')))
    if reached:
        reached(file, event)


def _received(file: CaseFile, event: Event) -> None:
    issue(file, 'receipt', file.variables)


def _accepted(file: CaseFile, event: Event) -> None:
    """Acceptance by silence counts from the receipt of the material (行政许可法 art. 32 item 4)."""
    at = event.at
    if event.data.get('deemed_from'):
        at = file.case.received_at if event.data['deemed_from'] == 'received' else datetime.fromisoformat(event.data['as_of'])
        file.set(deemed='acceptance')
    variables = file.variables
    if file.tx.by.kind != 'system':  # silence, and what the software goes on with by itself, asks for no papers
        need_complete(file, variables)
    file.set(status='accepted', accepted_at=at)
    issue(file, 'acceptance', variables)


def _decided(file: CaseFile, event: Event) -> None:
    variables = file.variables
    result = str(variables.get('decision') or '')
    file.set(status='decided', decided_at=event.at, **({'result': result} if result else {}))
    if result in ('granted', 'refused'):
        issue(file, END_DOCUMENT[result], variables)


def _delivered(file: CaseFile, event: Event) -> None:
    file.set(delivered_at=event.at)
    issue(file, 'delivery_receipt', file.variables)


def _task_opened(file: CaseFile, event: Event) -> None:
    if file.case.status == 'accepted':
        file.set(status='in_review')
    elif file.case.status == 'decided':
        file.set(status='delivering')


def _stopped(file: CaseFile, event: Event) -> None:
    kind = str(event.data.get('kind'))
    if kind == 'supplement':
        _supplement(file, event)
    elif kind != 'suspension' and not event.data.get('notice'):  # the office tells the applicant before it stops the clock
        facts = stop_facts(kind, _stop_reason(file, event), str(event.data.get('basis') or ''))
        issue(file, 'stop_notice', file.variables, **facts)
    file.set(status=STOP_STATUS.get(kind, 'special'))


def _stop_reason(file: CaseFile, event: Event) -> str:
    variables = file.variables
    return str(variables.get(f'{event.element}_items') or event.data.get('reason') or '')


def _supplement(file: CaseFile, event: Event) -> None:
    """The notice lists everything once; a second one needs new facts, and is on the record as a breach (S-05)."""
    variables = file.variables
    if file.issued('supplement_notice') is not None:
        new_facts = str(variables.get('supplement_new_facts') or '').strip()
        if not new_facts:
            message = 'Expected one supplement notice per case, but one was issued already'
            raise Rejection(message, '补正内容必须一次性告知：本办件已出具过一次性补正告知书')
        note(file.tx, 'supplement.repeated', file.case_no, new_facts)
    issue(file, 'supplement_notice', variables)


def _resumed(file: CaseFile, event: Event) -> None:
    if file.case.status not in ('supplement', 'special', 'suspended') or file.ledger.open_stops():
        return
    file.set(status='delivering' if file.case.decided_at else 'in_review' if file.case.accepted_at else 'received')


def _ended(file: CaseFile, event: Event) -> None:
    cancelled = event.data.get('how') == 'cancelled'
    result = str(event.data.get('result') or ('voided' if cancelled else file.case.result or ''))
    kind = END_DOCUMENT.get(result)
    if kind and not cancelled:
        issue(file, kind, file.variables)
    file.set(status=END_STATUS.get(result, 'closed'), result=result or None, closed_at=event.at)


def _timer_fired(file: CaseFile, event: Event) -> None:
    """Silence that stands for a decision: marked on the case, told to the applicant, the unit in default named (S-12)."""
    on_expiry = str(event.data.get('on_expiry') or '')
    if on_expiry in ('deemed_grant', 'deemed_renew'):
        file.set(deemed='decision')
        facts = {'basis': str(event.data.get('basis') or ''), 'reason': str(EXPIRY[on_expiry])}
        issue(file, 'timeout_notice', file.variables, **facts)


def _migrated(file: CaseFile, event: Event) -> None:
    """From now on the case keeps the catalogue entry and the printed forms of the version it was carried to (or taken back to)."""
    file.set(definition_id=event.data['to']['definition'])


_MILESTONES: Mapping[str, Callable[[CaseFile, Event], None]] = {
    'received': _received,
    'accepted': _accepted,
    'decided': _decided,
    'delivered': _delivered,
}
_HANDLERS: Mapping[str, Callable[[CaseFile, Event], None]] = {
    'milestone.reached': _milestone,
    'user_task.created': _task_opened,
    'clock.stopped': _stopped,
    'clock.resumed': _resumed,
    'timer.fired': _timer_fired,
    'process_instance.ended': _ended,
    'process_instance.migrated': _migrated,
    'process_instance.migration_reverted': _migrated,
}
