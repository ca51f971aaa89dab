"""What a wrong clock did to cases is taken back, one by one: case, marks, certificates; the applicant gets a corrected notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from engine import TIMER
from engine.moving.taking_back import Undoing, look, take_back, touched
from engine.rows import StoredEvent
from engine.words import Word, said
from tasks import tables as t
from tasks.cases.casefile import CaseFile, case_file
from tasks.documents.issuing import issue
from tasks.marks.tables import mark
from tasks.operations.log import note
from tasks.people.names import names_of

if TYPE_CHECKING:
    from engine import Tx


@dataclass(frozen=True)
class CaseToTakeBack:
    """What would be taken back of one case: acts of the software (events of its history, first to last), limits that broke, marks,
    documents (numbers: a corrected notice names them), whether it is reopened; `refusal` says why it cannot be."""

    case_no: str
    documents: Sequence[str]
    marks: int
    reopened: bool
    refusal: Word | None
    acts: Sequence[StoredEvent] = ()
    broken: Sequence[str] = ()


@dataclass(frozen=True)
class TakenBack:
    """What was taken back of one case, and the number of the corrected notice; None: nothing had been issued."""

    case_no: str
    reopened: bool
    notice: str | None


def preview(connection: Connection, since: datetime, until: datetime | None = None) -> Iterator[CaseToTakeBack]:
    """Every case the software acted on at recorded instants from `since` on. Writes nothing."""
    yield from preview_of(connection, touched(connection, since, until), since, until)


def preview_of(connection: Connection, instances: Iterable[int], since: datetime, until: datetime | None) -> Iterator[CaseToTakeBack]:
    """The same of these instances, one after the other."""
    for instance_id in instances:
        found = look(connection, instance_id, since, until)
        documents = connection.execute(select(t.document.c.number).where(t.document.c.id.in_(found.told('document.issued', 'document'))))
        raised = len(found.told('mark.raised', 'mark'))
        broken = [str(one) for one in found.told('clock.breached', 'clock')]
        numbers = list(documents.scalars())
        refusal = _refusal(connection, found)
        yield CaseToTakeBack(found.business_key, numbers, raised, found.ended, refusal, acts=found.rows, broken=broken)


def _refusal(connection: Connection, found: Undoing) -> Word | None:
    """Why it cannot be taken back; who acted since by his name, and when in the hall's time."""
    if found.refusal is None or found.blocked_by is None:
        return found.refusal
    row = found.blocked_by
    zone = select(t.hall.c.zone).order_by(t.hall.c.created_at, t.hall.c.code).limit(1)
    at = row.at.astimezone(ZoneInfo(connection.execute(zone).scalar_one()))
    facts = {'who': names_of(connection, [row.by])[row.by], 'at': f'{at:%Y-%m-%d %H:%M}'}
    return said('其后{who}已于 {at} 办理，须人工处理', '{who} has acted since, at {at}: a person must decide', **facts)


def take_back_case(tx: Tx, instance_id: int, since: datetime, until: datetime | None, reason: str) -> TakenBack:
    """Take back what the software did to a case by a wrong clock (administrator). Raises Conflict when a person has acted since."""
    with tx.frame(instance_id) as frame:
        frame.takes_back = True
        found = take_back(tx, instance_id, since, until, reason)
        _marks(tx, frame, found, reason)
        file = case_file(tx, instance_id)
        _case(file, found)
        notice = _papers(file, found, reason)
        file.save()
        note(tx, 'case.taken_back', found.business_key, reason, {'first': found.rows[0].seq, 'last': found.rows[-1].seq})
    return TakenBack(found.business_key, found.ended, notice)


def _marks(tx: Tx, frame: Any, found: Undoing, reason: str) -> None:
    """Marks that were raised are withdrawn, and leave room for a true one; ambers that a false breach closed warn again."""
    raised = found.told('mark.raised', 'mark')
    for row in tx.connection.execute(select(mark).where(mark.c.id.in_(raised)).order_by(mark.c.id)).all():
        values = {'state': 'withdrawn', 'opinion': reason, 'settled_at': tx.now, 'settled_by': tx.by.id}
        room = f'{row.subject[:60]}~{row.id}'  # a mark is one row a subject and colour
        tx.connection.execute(update(mark).where(mark.c.id == row.id).values(subject=room, **values))
        frame.record('mark.withdrawn', {'mark': row.id, 'number': row.number, 'reason': reason})
    closed = (mark.c.instance_id == found.instance_id, mark.c.state == 'closed', mark.c.settled_by == TIMER.id)
    wrongly = mark.c.settled_at >= found.rows[0].at
    tx.connection.execute(update(mark).where(*closed, wrongly).values(state='raised', settled_at=None, settled_by=None))


_MILESTONE = {'accepted': 'accepted_at', 'decided': 'decided_at', 'delivered': 'delivered_at'}


def _case(file: CaseFile, found: Undoing) -> None:
    """The case's milestones, result and status as they were."""
    values: dict[str, Any] = {_MILESTONE[one]: None for one in found.told('milestone.reached', 'milestone') if one in _MILESTONE}
    silent = any(str(one).startswith('deemed') for one in found.told('timer.fired', 'on_expiry'))
    if silent or found.told('milestone.reached', 'deemed_from'):
        values['deemed'] = None
    if found.ended or 'decided_at' in values:
        values |= {'result': None, 'closed_at': None}
    file.set(**values)
    if found.state is not None:
        status = 'delivering' if file.case.decided_at else 'in_review' if file.case.accepted_at else 'received'
        with file.tx.frame(file.instance_id) as frame:
            kinds = [one.kind for one in frame.ledger.open_stops()]
        stopped = {'supplement': 'supplement', 'suspension': 'suspended'}
        file.set(status=stopped.get(kinds[-1], 'special') if kinds else status)


def _papers(file: CaseFile, found: Undoing, reason: str) -> str | None:
    """Documents stay as they were issued; a corrected notice (更正通知书) tells which of them do not count. Certificates are cancelled."""
    tx, issued = file.tx, found.told('document.issued', 'document')
    rows = tx.connection.execute(select(t.document.c.id, t.document.c.number, t.document.c.title).where(t.document.c.id.in_(issued))).all()
    if not rows:
        return None
    tx.connection.execute(update(t.licence).where(t.licence.c.document_id.in_(issued)).values(state='cancelled'))
    listed = '；'.join(f'《{row.title}》（{row.number}）' for row in rows)
    told = f'{reason}。下列文书不发生效力：{listed}'
    return issue(file, 'correction', file.variables, reason=told, corrects=[row.id for row in rows]).number


__all__ = ['CaseToTakeBack', 'TakenBack', 'preview', 'preview_of', 'take_back_case']
