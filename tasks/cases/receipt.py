"""Receiving a case at the window (收件), its withdrawal, and the record of who looked at personal data."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from engine import Conflict, Forbidden, NotFound, Rejection, once
from engine.identity import normalise
from engine.rows import known
from engine.verbs import clocks, instances
from tasks import tables as t
from tasks.calendars.halls import hall_row
from tasks.cases.applicants import Agent, Applicant, agent_as_stored, as_stored, complaints
from tasks.cases.casefile import RECEIVED
from tasks.cases.numbers import next_case_no
from tasks.cases.search import remember
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import spec_of
from tasks.catalogue.releases.catalogue import follow
from tasks.catalogue.standing import need_offered
from tasks.operations.log import note
from tasks.people.passwords import SLIPS
from tasks.rights.asking import need, need_case, need_own
from tasks.rights.caseworkers import need_in_force
from tasks.rows import CASES, ITEMS, WINDOWS, StoredCase, StoredItem
from tasks.words.texts import checked_reason
from tasks.words.vocabulary import STATUS

if TYPE_CHECKING:
    from engine import Tx
    from engine.verbs.starting import CallUp

_LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'  # of a query password: nothing that looks like something else


@dataclass(frozen=True)
class ReceivedMaterial:
    """A material of the item's list that was handed in; `state` is received, defective or verified."""

    code: str
    originals: int = 1
    copies: int = 0
    state: str = 'received'
    note: str = ''


@dataclass(frozen=True)
class QueryPassword:
    """What an applicant asks about his case with: hashed before the transaction that receives it, for hashing takes its time."""

    text: str = field(repr=False)
    hash: str = field(repr=False)


def query_password() -> QueryPassword:
    """A new one, drawn by the machine. Raises TooManyAtOnce."""
    text = ''.join(secrets.choice(_LETTERS) for _ in range(8))
    return QueryPassword(text, SLIPS.hash(text))


@dataclass(frozen=True)
class ReceivedCase:
    """The new case. The case keeps the query password as a hash; the session of the
    clerk who received it keeps it in clear until the slip is printed or the session ends."""

    case_no: str
    query_password: str = field(repr=False)
    instance_id: int = 0


def receive(
    tx: Tx,
    password: QueryPassword,
    *,
    item_code: str,
    window: str | None,
    applicant: Applicant,
    channel: str = 'window',
    materials: Sequence[ReceivedMaterial] = (),
    form: Mapping[str, Any] | None = None,
    agent: Agent | None = None,
    received_at: datetime | None = None,
    backdating_reason: str = '',
    submission: str = '',
) -> ReceivedCase:
    """Receive a case: number it, list its materials, start its diagram; the receipt is issued with it (L-07).

    `received_at` (aware, not in the future) records material that came in earlier, with a reason. `submission` is the nonce of the page:
    sent twice, the second raises Conflict naming the first case.
    """
    follow(tx, item_code)
    item = _item(tx.connection, item_code)
    entry = spec_of(tx.engine.definitions.get(tx.connection, known(item.definition_id, 'the version of an item that is offered')).edition)
    _may_receive(tx, item, entry, window, channel)
    _check_submission(tx.connection, submission)
    when = _receipt_time(tx, received_at, backdating_reason)
    listed = list_materials(entry, materials)
    row = new_case(tx, item, when, applicant, agent) | {
        'channel': channel,
        'window': window,
        'query_password_hash': password.hash,
        'form': dict(form or {}),
        'submission': submission or None,
    }
    instance_id = start_case(tx, item.definition_key, row, listed)
    if when < tx.now:
        _backdate(tx, instance_id, row['case_no'], when, backdating_reason)
    return ReceivedCase(row['case_no'], password.text, instance_id)


def new_case(tx: Tx, item: StoredItem, when: datetime, applicant: Applicant, agent: Agent | None) -> dict[str, Any]:
    """A numbered case of this item, of people who are who they may be. Raises Rejection naming what is wrong with them."""
    office = tx.hall(item.hall).office
    day = office.local_date(when)
    applicant, agent = as_stored(applicant), agent_as_stored(agent)
    for wrong in complaints(applicant, agent, day).values():
        raise Rejection(*wrong)
    return {
        'case_no': next_case_no(tx.connection, hall_row(tx.connection, item.hall).region, day, office.local(tx.now)),
        'item': item.code,
        'item_name': item.name,
        'hall': item.hall,
        'definition_id': item.definition_id,
        'status': 'received',
        'received_at': when,
        **{f'applicant_{name}': value for name, value in asdict(applicant).items()},
        'agent': asdict(agent) if agent else None,
        'received_by': tx.by.id,
        'first_contact': tx.by.id,
    }


def start_case(
    tx: Tx,
    definition: str | int,
    values: dict[str, Any],
    listed: list[dict[str, Any]],
    *,
    start_event: str | None = None,
    call: CallUp | None = None,
) -> int:
    """Start the diagram of a numbered case; the instance's id. `call` is what started it where nobody received it at a window."""
    return instances.start(
        tx,
        definition,
        business_key=values['case_no'],
        variables=_variables(values, listed),
        hall=values['hall'],
        created=lambda instance: _enter(tx, {**values, 'instance_id': instance}, listed),
        start_event=start_event,
        call=call,
    )


def withdraw(tx: Tx, case_no: str, reason: str) -> None:
    """The applicant takes the application back; the diagram says until when that is possible (a `withdraw` message it waits for)."""
    need_case(tx.connection, tx.by, 'case.withdraw', case_no, tx.now)
    case = find_case(tx.connection, case_no)
    reason = checked_reason(reason, '撤回理由')
    if not reason:
        raise Rejection('Expected the reason of the withdrawal, but it is empty', '请填写撤回理由')
    try:
        instances.correlate(tx, 'withdraw', business_key=case_no, payload={'withdraw_reason': reason})
    except Conflict:
        raise
    except Rejection as error:
        message = 'Expected a case that can be withdrawn, but nothing in it waits for that'
        raise Rejection(message, f'该办件现为「{STATUS[case.status]}」，不能撤回') from error


def check_query_password(connection: Connection, case_no: str, password: str) -> bool:
    """Whether this is the password the applicant was given; an unknown case takes as long as a known one."""
    case = t.approval_case.c
    stored = connection.execute(select(case.query_password_hash).where(case.case_no == case_no)).scalar_one_or_none()
    return SLIPS.fits(stored, normalise(password))


def find_case(connection: Connection, case_no: str) -> StoredCase:
    """The case's row; raises NotFound."""
    query = CASES.select().where(t.approval_case.c.case_no == case_no)
    row = once(connection, ('case', case_no), lambda: CASES.first(connection, query))
    if row is None:
        raise NotFound(f'Expected a case, but there is no {case_no!r}', f'没有办件 {case_no}')
    return row


def _item(connection: Connection, code: str) -> StoredItem:
    need_offered(connection, code)
    return known(ITEMS.first(connection, ITEMS.select().where(t.approval_item.c.code == code)), 'an item that is offered')


def _may_receive(tx: Tx, item: StoredItem, entry: ItemSpec, window: str | None, channel: str) -> None:
    if channel not in t.CHANNELS:
        raise Rejection(f'Expected a channel among {t.CHANNELS}, but got {channel!r}', '申报来源不正确')
    if tx.by.kind == 'applicant' and window is None and channel in ('online', 'mobile'):
        return
    if window is None:
        raise Rejection('Expected the receiving window, but there is none', '请选择收件窗口')
    need(tx.by, 'case.receive')
    if not tx.by.system:
        need_in_force(tx.connection, tx.by, tx.now)
        need_own(tx.by, window)
    row = WINDOWS.first(tx.connection, WINDOWS.select().where(t.window.c.code == window))
    if row is None or row.hall != item.hall or not row.open:
        raise Rejection(f'Expected an open window of {item.hall}, but {window!r} is none', '该窗口不存在或未开放')
    allowed = {each.id for each in entry.windows}
    if row.authority == 'review' or (allowed and window not in allowed):
        raise Forbidden(f'Expected a window that may receive {item.code}, but {window!r} may not', f'「{row.name}」没有收件权限')


def _check_submission(connection: Connection, submission: str) -> None:
    if not submission:
        return
    case = t.approval_case.c
    statement = select(case.case_no, case.received_by, case.received_at).where(case.submission == submission)
    first = connection.execute(statement).one_or_none()
    if first:
        raise Conflict(
            f'Expected a new application, but this page was sent before and became case {first.case_no}',
            f'该申请已提交，办件编号 {first.case_no}',
            who=first.received_by,
            when=first.received_at,
            case_no=first.case_no,
        )


def _receipt_time(tx: Tx, received_at: datetime | None, reason: str) -> datetime:
    if received_at is None or received_at == tx.now:
        return tx.now
    if received_at > tx.now:
        raise Rejection('Expected a receipt in the past, but it lies in the future', '收件时间不能晚于现在')
    if not checked_reason(reason, '补录理由'):
        raise Rejection('Expected a reason for the earlier receipt, but there is none', '补录收件时间须说明理由')
    return received_at


def list_materials(entry: ItemSpec, handed_in: Sequence[ReceivedMaterial]) -> list[dict[str, Any]]:
    """The materials of the item's list, each as it was handed in or missing. Raises Rejection for one that is not on the list."""
    given = {each.code: each for each in handed_in}
    listed = []
    for material in entry.materials:
        mine = given.pop(material.code, None)
        listed.append(
            {
                'code': material.code,
                'name': material.name,
                'required': material.required,
                'state': mine.state if mine else 'missing',
                'originals': mine.originals if mine else 0,
                'copies': mine.copies if mine else 0,
                'note': mine.note if mine else '',
            }
        )
    if given:
        names = '、'.join(sorted(given))
        raise Rejection(f'Expected materials of the list, but {names} are not on it', f'材料不在清单内，不得收取：{names}')
    return listed


def _variables(values: dict[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any]:
    own = {name: value for name, value in values['form'].items() if name not in RECEIVED}
    return own | {
        'case_no': values['case_no'],
        'item_code': values['item'],
        'applicant': {each.name: values[f'applicant_{each.name}'] for each in fields(Applicant)},
        'agent': values['agent'],
        'channel': values['channel'],
        'received_at': values['received_at'].isoformat(),
        'materials': [{'code': each['code'], 'name': each['name'], 'received': each['state'] != 'missing'} for each in listed],
    }


def _enter(tx: Tx, values: dict[str, Any], listed: list[dict[str, Any]]) -> None:
    """Before the first step: handlers and the projection find the case by its instance."""
    with tx.frame(values['instance_id']) as frame:
        values = {**values, 'definition_id': frame.definition.id}
    tx.connection.execute(insert(t.approval_case), [values])
    remember(tx.connection, [values])
    if listed:
        tx.connection.execute(insert(t.case_material), [{**each, 'case_no': values['case_no'], 'changed_at': tx.now} for each in listed])


def _backdate(tx: Tx, instance_id: int, case_no: str, when: datetime, reason: str) -> None:
    clocks.set_clock(tx, instance_id, 'notify', when)
    note(tx, 'case.backdated', case_no, reason, {'received_at': when.isoformat()})
