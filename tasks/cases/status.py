"""From the engine's events to the office's case: status, milestones, results, and the documents each of them owes the applicant.

`project` is a listener of the engine: it runs in the transaction of the verb, once for every history event, after the instance was stored.
What raises here undoes the whole verb: an acceptance without the materials (行政许可法 art. 32), a second supplement notice (S-05) or a
refusal without reasons (S-06, L-11) never happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from engine import Rejection
from engine.tables import stop
from tasks import tables as t
from tasks.cases.materials import need_complete
from tasks.documents.issuing import issue, issued_kinds, stop_facts
from tasks.operations.log import note

if TYPE_CHECKING:
    from engine import Event, Tx

Case = dict[str, Any]

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
_CASE = select(t.approval_case).where(t.approval_case.c.case_no == bindparam('case_no'))
STOP_STATUS: Mapping[str, str] = {'supplement': 'supplement', 'suspension': 'suspended'}


def project(tx: Tx, events: Sequence[Event]) -> None:
    """Bring the case of this instance up to date with what happened; instances that are no case of the office are left alone."""
    for event in events:
        _project(tx, event)


def _project(tx: Tx, event: Event) -> None:
    handle = _HANDLERS.get(event.event)
    if handle is None:
        return
    row = tx.connection.execute(_CASE, {'case_no': event.business_key}).mappings().one_or_none()
    if row is not None:
        handle(tx, dict(row) | {'instance_id': event.instance_id, 'definition_id': event.definition_id}, event)


def _set(tx: Tx, case: Case, **values: Any) -> Case:
    tx.connection.execute(update(t.approval_case).where(t.approval_case.c.case_no == case['case_no']).values(values))
    return case | values


def _variables(tx: Tx, event: Event) -> Mapping[str, Any]:
    with tx.frame(event.instance_id) as frame:
        return frame.variables


def _milestone(tx: Tx, case: Case, event: Event) -> None:
    reached = _MILESTONES.get(str(event.data.get('milestone')))
    if reached:
        reached(tx, case, event)


def _received(tx: Tx, case: Case, event: Event) -> None:
    issue(tx, case, 'receipt', _variables(tx, event))


def _accepted(tx: Tx, case: Case, event: Event) -> None:
    """Acceptance by silence counts from the receipt of the material (行政许可法 art. 32 item 4)."""
    at = event.at
    if event.data.get('deemed_from'):
        at = case['received_at'] if event.data['deemed_from'] == 'received' else datetime.fromisoformat(event.data['as_of'])
        case = _set(tx, case, deemed='acceptance')
    variables = _variables(tx, event)
    if tx.by.kind != 'system':  # silence, and what the software goes on with by itself, asks for no papers
        need_complete(tx.connection, case, variables)
    case = _set(tx, case, status='accepted', accepted_at=at)
    issue(tx, case, 'acceptance', variables)


def _decided(tx: Tx, case: Case, event: Event) -> None:
    variables = _variables(tx, event)
    result = str(variables.get('decision') or '')
    case = _set(tx, case, status='decided', decided_at=event.at, **({'result': result} if result else {}))
    if result in ('granted', 'refused'):
        issue(tx, case, END_DOCUMENT[result], variables)


def _delivered(tx: Tx, case: Case, event: Event) -> None:
    case = _set(tx, case, delivered_at=event.at)
    issue(tx, case, 'delivery_receipt', _variables(tx, event))


def _task_opened(tx: Tx, case: Case, event: Event) -> None:
    if case['status'] == 'accepted':
        _set(tx, case, status='in_review')
    elif case['status'] == 'decided':
        _set(tx, case, status='delivering')


def _stopped(tx: Tx, case: Case, event: Event) -> None:
    kind = str(event.data.get('kind'))
    if kind == 'supplement':
        _supplement(tx, case, event)
    elif kind != 'suspension' and not event.data.get('notice'):  # the office tells the applicant before it stops the clock
        facts = stop_facts(kind, _stop_reason(tx, event), str(event.data.get('basis') or ''))
        issue(tx, case, 'stop_notice', _variables(tx, event), **facts)
    _set(tx, case, status=STOP_STATUS.get(kind, 'special'))


def _stop_reason(tx: Tx, event: Event) -> str:
    variables = _variables(tx, event)
    return str(variables.get(f'{event.element}_items') or event.data.get('reason') or '')


def _supplement(tx: Tx, case: Case, event: Event) -> None:
    """The notice lists everything once; a second one needs new facts, and is on the record as a breach (S-05)."""
    variables = _variables(tx, event)
    if 'supplement_notice' in issued_kinds(tx.connection, case['case_no']):
        new_facts = str(variables.get('supplement_new_facts') or '').strip()
        if not new_facts:
            message = 'Expected one supplement notice per case, but one was issued already'
            raise Rejection(message, '补正内容必须一次性告知：本办件已出具过一次性补正告知书')
        note(tx, 'supplement.repeated', case['case_no'], new_facts)
    issue(tx, case, 'supplement_notice', variables)


def _resumed(tx: Tx, case: Case, event: Event) -> None:
    open_stops = select(func.count()).select_from(stop).where(stop.c.instance_id == event.instance_id, stop.c.to.is_(None))
    if case['status'] not in ('supplement', 'special', 'suspended') or tx.connection.execute(open_stops).scalar_one():
        return
    _set(tx, case, status='delivering' if case['decided_at'] else 'in_review' if case['accepted_at'] else 'received')


def _ended(tx: Tx, case: Case, event: Event) -> None:
    cancelled = event.data.get('how') == 'cancelled'
    result = str(event.data.get('result') or ('voided' if cancelled else case['result'] or ''))
    kind = END_DOCUMENT.get(result)
    if kind and not cancelled:
        issue(tx, case, kind, _variables(tx, event))
    _set(tx, case, status=END_STATUS.get(result, 'closed'), result=result or None, closed_at=event.at)


def _timer_fired(tx: Tx, case: Case, event: Event) -> None:
    """Silence that stands for a decision: marked on the case, told to the applicant, the unit in default named (S-12)."""
    on_expiry = str(event.data.get('on_expiry') or '')
    if on_expiry in ('deemed_grant', 'deemed_renew'):
        case = _set(tx, case, deemed='decision')
        facts = {'basis': str(event.data.get('basis') or ''), 'reason': '视为准予延续' if on_expiry == 'deemed_renew' else '视为准予'}
        issue(tx, case, 'timeout_notice', _variables(tx, event), **facts)


def _migrated(tx: Tx, case: Case, event: Event) -> None:
    """From now on the case keeps the catalogue entry and the printed forms of the version it was carried to (or taken back to)."""
    _set(tx, case, definition_id=event.data['to']['definition'])


_MILESTONES: Mapping[str, Callable[[Tx, Case, Event], None]] = {
    'received': _received,
    'accepted': _accepted,
    'decided': _decided,
    'delivered': _delivered,
}
_HANDLERS: Mapping[str, Callable[[Tx, Case, Event], None]] = {
    'milestone.reached': _milestone,
    'user_task.created': _task_opened,
    'clock.stopped': _stopped,
    'clock.resumed': _resumed,
    'timer.fired': _timer_fired,
    'process_instance.ended': _ended,
    'process_instance.migrated': _migrated,
    'process_instance.migration_reverted': _migrated,
}
