"""The office's documents (文书): numbered, dated, with a place for the seal, printed from the bundle's notices/*.html or the hall's own.

The projection issues them in the transaction in which the fact happens, so that no voucher can be skipped (行政许可法 art. 32, L-07).
What a document must say by law is checked here once more: a refusal without reasons cannot be issued (art. 38, L-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from engine import Rejection, edition_of, plain
from engine.bpmn.dialect import REASONS, SUPPLEMENT
from engine.identity import is_blank
from engine.verbs import events
from engine.worktime import STOP_KINDS, due, parse_limit
from tasks import tables as t
from tasks.calendars.halls import chinese_date, find_hall, hall_row
from tasks.cases.numbers import next_document_no
from tasks.cases.search import number_key
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import item_of
from tasks.documents.stationery import fill, template_problems
from tasks.words.vocabulary import DOCUMENT, MATERIAL_STATE, number_label

if TYPE_CHECKING:
    from engine import Bundle, Hall, Tx

NOTICES = Path(__file__).parent / 'notices'
ONCE = frozenset(DOCUMENT) - {'stop_notice', 'timeout_notice', 'supplement_notice'}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    'supplement_notice': ('supplement_lines',),
    'non_acceptance': ('reason', 'reconsideration', 'court'),
    'not_required': ('reason',),
    'return_notice': ('reason',),
    'stop_notice': ('stop_basis',),
    'extension_notice': ('reason', 'extension_text'),
    'refusal': ('reason', 'reconsideration', 'court'),
    'grant': (),
    'licence': ('licence_no', 'valid_from'),
}
_FACT_NAMES = {
    'supplement_lines': '补正内容',
    'reason': '理由',
    'reconsideration': '行政复议机关',
    'court': '管辖法院',
    'licence_no': '许可证编号',
    'valid_from': '有效期起',
    'stop_basis': '依据',
    'extension_text': '延长的期限',
}
DELIVERY_METHOD = {'window': '窗口领取', 'post': '邮寄', 'electronic': '电子送达'}
FACTS = frozenset(
    {
        'kind',
        'title',
        'organ',
        'number',
        'body',
        'issued_on',
        'hall_name',
        'hall_address',
        'phone',
        'complaint_phone',
        'reconsideration',
        'court',
        'case_no',
        'item_name',
        'applicant_name',
        'applicant_id_no',
        'applicant_id_label',
        'applicant_address',
        'applicant_phone',
        'agent_name',
        'received_on',
        'accepted_on',
        'decided_on',
        'deemed',
        'materials',
        'clerk_name',
        'notify_text',
        'promise_text',
        'promise_day',
        'statutory_text',
        'statutory_day',
        'supplement_text',
        'supplement_day',
        'supplement_lines',
        'reason',
        'basis',
        'competent_agency',
        'stop_name',
        'stop_text',
        'stop_reason',
        'stop_basis',
        'stop_from',
        'stop_day',
        'suspended',
        'extension_text',
        'extension_clocks',
        'extension_day',
        'licence_no',
        'valid_from',
        'valid_until',
        'delivered_documents',
        'delivery_method_name',
        'delivered_on',
        'receiver_name',
        'tracking_no',
        'deferred',
        'data',
        'this',
        'index',
    }
)


@dataclass(frozen=True)
class Issued:
    """A document that was issued. `number` is printed on it."""

    id: int
    kind: str
    number: str
    title: str


def issue(tx: Tx, case: Mapping[str, Any], kind: str, variables: Mapping[str, Any], **more: Any) -> Issued:
    """Issue a document of a case, or give back the one issued before where the law knows only one.

    `variables` are the case's process variables (form answers), `more` further facts. Raises Rejection when the document would lack
    what the law asks for.
    """
    if kind in ONCE and (known := _issued(tx.connection, case['case_no'], kind)):
        return known
    facts = facts_for(tx, case, variables, kind) | more
    missing = [_FACT_NAMES[name] for name in REQUIRED.get(kind, ()) if not _filled(facts.get(name))]
    if missing:
        message = f'Expected {DOCUMENT[kind]} with {", ".join(REQUIRED[kind])}, but some are empty'
        raise Rejection(message, f'{DOCUMENT[kind]}缺少{"、".join(missing)}，不能出具')
    hall = hall_row(tx.connection, case['hall'])
    year = find_hall(tx.connection, case['hall']).office.local(tx.now).year
    facts['number'] = number = next_document_no(tx.connection, hall['document_prefix'], year)
    facts['body'] = ''
    body = _print(tx.connection, case['definition_id'], kind, facts)
    row = {
        'case_no': case['case_no'],
        'kind': kind,
        'number': number,
        'number_key': number_key(number),
        'title': facts['title'],
        'issued_at': tx.now,
        'issued_by': tx.by.id,
        'body': body,
        'data': plain({name: facts[name] for name in ('reason', 'basis', 'licence_no', 'promise_day') if facts.get(name)}),
    }
    found = int(tx.connection.execute(insert(t.document).returning(t.document.c.id), row).scalar_one())
    said = {'document': found, 'kind': kind, 'number': number, 'title': facts['title'], 'sha256': sha256(body.encode()).hexdigest()}
    events.record(tx, case['instance_id'], 'document.issued', said)
    return Issued(found, kind, number, facts['title'])


def own_notices(bundle: Bundle) -> dict[str, str]:
    """The printed forms a bundle brings, by kind of document."""
    return {Path(path).stem: content.decode() for path, content in bundle.files.items() if _is_notice(path)}


def _is_notice(path: str) -> bool:
    return path.startswith('notices/') and path.endswith('.html')


def notice_problems(files: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """What is wrong with the bundle's notices/*.html, as (file, Chinese, English)."""
    found = []
    for path, content in files.items():
        if not _is_notice(path):
            continue
        kind = Path(path).stem
        if kind not in DOCUMENT:
            found.append((path, f'没有名为「{kind}」的文书', f'there is no document of kind {kind!r}'))
        try:
            text = content.decode()
        except UnicodeDecodeError:
            found.append((path, '打印模板须为 UTF-8 编码', 'the printed form must be UTF-8'))
            continue
        found += [(path, zh, english) for zh, english in template_problems(text, FACTS)]
    return found


def facts_for(tx: Tx, case: Mapping[str, Any], variables: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Everything a printed form may name (`FACTS`); form answers also as `data.<field>`."""
    connection = tx.connection
    hall, place = find_hall(connection, case['hall']), hall_row(connection, case['hall'])
    item = item_of(connection, case['definition_id'])
    department, contact = _department(connection, case['item']), item.contact
    intake_side = kind in ('receipt', 'withdrawal', 'delivery_receipt')
    title = _result_name(item) if kind == 'licence' else DOCUMENT[kind]
    clerk = connection.execute(select(t.clerk.c.name).where(t.clerk.c.username == tx.by.id)).scalar_one_or_none()
    return {
        'kind': kind,
        'title': title,
        'organ': place['name'] if intake_side else department.get('name') or place['name'],
        'issued_on': chinese_date(tx.now, hall.office),
        'hall_name': place['name'],
        'hall_address': place['address'],
        'phone': contact.phone or department.get('phone') or place['phone'],
        'complaint_phone': contact.supervision_phone or place['complaint_phone'],
        'reconsideration': department.get('reconsideration', ''),
        'court': department.get('court', ''),
        'clerk_name': clerk or tx.by.name or '系统',
        'data': variables,
        **_case_facts(case, hall),
        **_limit_facts(case, hall, item, tx),
        **_answers(variables),
        'materials': (listed := _materials(connection, case['case_no'])),
        'deferred': _deferred(listed, item),
        'delivered_documents': _deliverable(connection, case['case_no']),
    }


def mark_licence_document(connection: Connection, licence_no: str, document_id: int) -> None:
    """Tie the printed licence to its row in the register."""
    connection.execute(update(t.licence).where(t.licence.c.no == licence_no).values(document_id=document_id))


def _case_facts(case: Mapping[str, Any], hall: Hall) -> dict[str, Any]:
    return {
        'case_no': case['case_no'],
        'item_name': case['item_name'],
        'applicant_name': case['applicant_name'],
        'applicant_id_no': case['applicant_id_no'],
        'applicant_id_label': number_label(case['applicant_id_type']),
        'applicant_address': case['applicant_address'],
        'applicant_phone': case['applicant_phone'],
        'agent_name': (case['agent'] or {}).get('name', ''),
        'deemed': case['deemed'] == 'acceptance',
        'received_on': chinese_date(case['received_at'], hall.office),
        'accepted_on': chinese_date(case['accepted_at'], hall.office),
        'decided_on': chinese_date(case['decided_at'], hall.office),
    }


def _limit_facts(case: Mapping[str, Any], hall: Hall, item: ItemSpec, tx: Tx) -> dict[str, Any]:
    limits = item.limits
    facts: dict[str, Any] = {
        'notify_text': limits.notify,
        'promise_text': limits.promise,
        'statutory_text': limits.statutory,
        'supplement_text': limits.supplement,
    }
    anchors = {'promise': case['accepted_at'], 'statutory': case['accepted_at'], 'supplement': tx.now}
    for name, anchor in anchors.items():
        text = facts[f'{name}_text']
        last = due(anchor, parse_limit(text), hall.calendar, hall.office).last_day if anchor and text else None
        facts[f'{name}_day'] = chinese_date(last, hall.office)
    return facts


def _answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the item's forms are asked to call things (docs/glossary.md), and the plainer names."""
    reason = _first(data, *REASONS)
    items = data.get(SUPPLEMENT)
    lines = items if isinstance(items, list) else str(items or '').splitlines()
    return {
        'reason': reason,
        'basis': _first(data, 'decision_basis', 'basis'),
        'competent_agency': data.get('competent_agency') or '',
        'supplement_lines': [str(line).strip() for line in lines if not is_blank(str(line))],
        'licence_no': data.get('licence_no') or '',
        'receiver_name': data.get('receiver_name') or '',
        'tracking_no': data.get('tracking_no') or '',
        'delivered_on': _date_text(data.get('delivered_on')),
        'delivery_method_name': DELIVERY_METHOD.get(str(data.get('delivery_method') or ''), ''),
    }


def _date_text(value: Any) -> str:
    """An ISO date of a form as 2026年8月3日; anything else as it stands."""
    try:
        day = date.fromisoformat(str(value or '')[:10])
    except ValueError:
        return str(value or '')
    return f'{day.year}年{day.month}月{day.day}日'


ART_45 = '《中华人民共和国行政许可法》第四十五条'


def stop_facts(kind: str, reason: str, basis: str = '', **more: str) -> dict[str, Any]:
    """Facts of a 特别程序告知书; `more` may say `stop_from`, `stop_text` (the expected length) and `stop_day` (until when)."""
    return {
        'stop_name': STOP_KINDS.get(kind, kind),
        'stop_reason': reason,
        'stop_basis': basis or ART_45,
        'suspended': kind == 'suspension',
    } | more


def _first(data: Mapping[str, Any], *names: str) -> str:
    return next((str(data[name]).strip() for name in names if not is_blank(str(data.get(name) or ''))), '')


def _filled(value: Any) -> bool:
    return bool(value) and not (isinstance(value, str) and is_blank(value))


def _issued(connection: Connection, case_no: str, kind: str) -> Issued | None:
    document = t.document.c
    statement = select(document.id, document.kind, document.number, document.title)
    row = connection.execute(statement.where(document.case_no == case_no, document.kind == kind).limit(1)).one_or_none()
    return Issued(row.id, row.kind, row.number, row.title) if row else None


def issued_kinds(connection: Connection, case_no: str) -> set[str]:
    """The kinds of document this case has."""
    return set(connection.execute(select(t.document.c.kind).where(t.document.c.case_no == case_no)).scalars())


def _materials(connection: Connection, case_no: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(t.case_material).where(t.case_material.c.case_no == case_no).order_by(t.case_material.c.id)).mappings()
    return [{**row, 'index': index, 'state_name': MATERIAL_STATE[row['state']]} for index, row in enumerate(rows, start=1)]


def _deferred(listed: Sequence[Mapping[str, Any]], item: ItemSpec) -> str:
    """What is not here yet and may come later (容缺, L-41)."""
    later = {one.code for one in item.materials if one.deferrable}
    return '、'.join(one['name'] for one in listed if one['state'] == 'missing' and one['code'] in later)


def _deliverable(connection: Connection, case_no: str) -> list[dict[str, str]]:
    document = t.document.c
    wanted = (document.case_no == case_no, document.kind.in_(('grant', 'refusal', 'licence')))
    rows = connection.execute(select(document.title, document.number).where(*wanted).order_by(document.id))
    return [{'title': row.title, 'number': row.number} for row in rows]


def _department(connection: Connection, item: str) -> dict[str, Any]:
    statement = (
        select(t.department)
        .join(t.approval_item, t.approval_item.c.department == t.department.c.code)
        .where(t.approval_item.c.code == item)
    )
    row = connection.execute(statement).mappings().one_or_none()
    return dict(row) if row else {}


def _result_name(item: ItemSpec) -> str:
    return item.results[0].name if item.results else DOCUMENT['licence']


def _print(connection: Connection, definition_id: int, kind: str, facts: Mapping[str, Any]) -> str:
    own = edition_of(connection, definition_id).read(own_notices)
    inside = fill(own.get(kind) or _shipped(kind), facts)
    before, after = _shipped('frame').split('{{ body }}')
    return fill(before, facts) + inside + fill(after, facts)


@cache
def _shipped(kind: str) -> str:
    return (NOTICES / f'{kind}.html').read_text(encoding='utf-8')
