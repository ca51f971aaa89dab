"""A case that a message, a signal or a timer calls up: numbered and entered like one that came in at a window, with no paper yet."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import Undeliverable
from engine.rows import known
from engine.verbs.starting import open_plainly
from tasks import tables as t
from tasks.calendars.halls import hall_row
from tasks.cases.applicants import Agent, Applicant
from tasks.cases.receipt import list_materials, new_case, start_case
from tasks.catalogue.item_toml import spec_of
from tasks.catalogue.releases.catalogue import follow
from tasks.catalogue.standing import NotOffered, need_offered
from tasks.rows import CASES, ITEMS, StoredCase, StoredItem

if TYPE_CHECKING:
    from engine import Tx
    from engine.verbs.starting import Beginning, CallUp


def open_called_up(tx: Tx, beginning: Beginning, call: CallUp) -> int:
    """Start the case of an item that begins with what happened; the instance's id.

    It is of the people of the case that called it, else of the hall itself, and has the item's hall, number, materials and clocks. What the
    call brought are its variables. A process of no item is started without a case. Raises Undeliverable
    for an item the hall does not offer; nothing was written then.
    """
    item = _item_of(tx, beginning.key)
    if item is None:
        return open_plainly(tx, beginning, call)
    follow(tx, item.code)
    item = known(_item_of(tx, beginning.key), 'the item that was just there')
    _need_offered(tx, item.code, call)
    caller = _caller(tx, call.sender)
    applicant, agent = _people(tx, caller, item)
    entry = spec_of(tx.engine.definitions.get(tx.connection, beginning.definition_id).edition)
    row = new_case(tx, item, tx.now, applicant, agent) | {
        'definition_id': beginning.definition_id,
        'channel': 'other',
        'window': None,
        'query_password_hash': _password(tx, caller) if caller else '',  # '' fits no password
        'form': dict(call.payload),
        'submission': None,
    }
    return start_case(tx, beginning.definition_id, row, list_materials(entry, ()), start_event=beginning.element, call=call)


def _need_offered(tx: Tx, code: str, call: CallUp) -> None:
    try:
        need_offered(tx.connection, code)
    except NotOffered as error:
        told = f'Expected {call.name!r}{f" of {call.sender}" if call.sender else ""} to start a case, but: {error}'
        sent = f'办件 {call.sender} 发出的' if call.sender else ''
        raise Undeliverable(told, f'{sent}“{call.name}”不能启动办件：{error.zh}') from error


def _item_of(tx: Tx, key: str) -> StoredItem | None:
    return ITEMS.first(tx.connection, ITEMS.select().where(t.approval_item.c.definition_key == key))


def _caller(tx: Tx, sender: str | None) -> StoredCase | None:
    return CASES.first(tx.connection, CASES.select().where(t.approval_case.c.case_no == sender)) if sender else None


def _password(tx: Tx, caller: StoredCase) -> str:
    """Whoever asks about the case that called asks about this one with the same password."""
    case = t.approval_case.c
    return str(tx.connection.execute(select(case.query_password_hash).where(case.case_no == caller.case_no)).scalar_one())


def _people(tx: Tx, caller: StoredCase | None, item: StoredItem) -> tuple[Applicant, Agent | None]:
    """Whose case it is: the people of the case that called it; of none, the hall acts on its own account."""
    if caller is None:
        return Applicant(hall_row(tx.connection, item.hall).name, 'authority'), None
    of: dict[str, Any] = {name: getattr(caller, f'applicant_{name}') for name in asdict(Applicant(''))}
    return Applicant(**of), Agent(**caller.agent) if caller.agent else None
