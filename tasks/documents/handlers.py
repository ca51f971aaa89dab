"""Service tasks the office can do, by the name a diagram gives as topic: `issue_licence`, `issue_document`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import Insert, Inside, Rejection
from tasks import tables as t
from tasks.calendars.halls import chinese_date
from tasks.cases.casefile import CaseFile, find_file
from tasks.cases.numbers import next_licence_no
from tasks.cases.search import number_key
from tasks.catalogue.item import ResultDocument
from tasks.documents.issuing import issue
from tasks.marks import reminders
from tasks.words.vocabulary import DOCUMENT

if TYPE_CHECKING:
    from engine import Parcel, ServiceCall


_REGISTER = Insert(
    t.licence, 'no', 'no_key', 'case_no', 'item', 'document_id', 'holder', 'holder_id_no', 'valid_from', 'valid_until', 'state', 'data'
)


def issue_licence(call: ServiceCall) -> Mapping[str, Any]:
    """Enter a licence in the register and print it. Gives back licence_no, valid_from, valid_until (ISO dates; the last may be null).

    Years of validity: input or variable `validity_years`, else the item's `[[results]] validity`. The number begins with the item's
    `[[results]] number_prefix` (docs/reference/item-toml.md).
    """
    file, connection = _file(call), call.tx.connection
    if file.issued('licence') is not None:
        known = connection.execute(select(t.licence).where(t.licence.c.case_no == file.case_no)).mappings().one()
        return {'licence_no': known['no'], 'valid_from': known['valid_from'], 'valid_until': known['valid_until']}
    office = file.hall.office
    today = office.local_date(call.tx.now)
    result = next(iter(file.item.results), ResultDocument(''))
    until = _valid_until(today, _years(call, result))
    number = next_licence_no(connection, result.number_prefix, file.place.region, today.year)
    if call.variables.get('decision') == 'granted':
        issue(file, 'grant', call.variables)  # the licence rests on it and is numbered after it
    dates = {'valid_from': chinese_date(today, office), 'valid_until': chinese_date(until, office)}
    issued = issue(file, 'licence', call.variables, licence_no=number, **dates)
    row = {
        'no': number,
        'no_key': number_key(number),
        'case_no': file.case_no,
        'item': file.case.item,
        'document_id': issued.id,
        'holder': file.case.applicant_name,
        'holder_id_no': file.case.applicant_id_no,
        'valid_from': today.isoformat(),
        'valid_until': until and until.isoformat(),
        'state': 'valid',
        'data': {},
    }
    with call.tx.frame(call.instance_id) as frame:
        frame.write(_REGISTER, row, key=number)
    return {'licence_no': number, 'valid_from': row['valid_from'], 'valid_until': row['valid_until']}


def issue_document(call: ServiceCall) -> Mapping[str, Any]:
    """Issue the document named by the property or input `document`; gives back document_no."""
    kind = str(call.inputs.get('document') or call.said.document or '')
    if kind not in DOCUMENT:
        raise Rejection(f'Expected a document among {sorted(DOCUMENT)}, but got {kind!r}', f'没有名为「{kind}」的文书')
    return {'document_no': issue(_file(call), kind, call.variables).number}


def _file(call: ServiceCall) -> CaseFile:
    found = find_file(call.tx, call.instance_id)
    if found is None:
        raise Rejection(f'Expected a case of the office, but {call.business_key!r} is none', '不是办件，不能出具文书')
    return found


def _years(call: ServiceCall, result: ResultDocument) -> int | None:
    given = call.inputs.get('validity_years') or call.variables.get('validity_years')
    if given:
        return int(given)
    text = result.validity.removesuffix('年')
    return int(text) if text.isdigit() else None


def _valid_until(start: date, years: int | None) -> date | None:
    """The day before the anniversary; 29 February counts as 28 February."""
    if years is None:
        return None
    leap = (start.month, start.day) == (2, 29)
    return date(start.year + years, start.month, 28 if leap else start.day) - timedelta(days=1)


HANDLERS: Mapping[str, Callable[[ServiceCall], Mapping[str, Any]]] = {'issue_licence': issue_licence, 'issue_document': issue_document}

DELIVERERS: Mapping[str, Callable[[Parcel], None] | Inside] = {reminders.TOPIC: Inside(reminders.deliver)}
"""Who sends an outbox message of which topic. The office's own effects stay in the database: notices on people's desks."""
