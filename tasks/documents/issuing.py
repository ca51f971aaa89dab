"""The office's documents (文书): numbered, dated, with a place for the seal, printed from the bundle's notices/*.html or the hall's own.

The projection issues them in the transaction in which the fact happens, so that no voucher can be skipped (行政许可法 art. 32, L-07).
What a document must say by law is checked here once more: a refusal without reasons cannot be issued (art. 38, L-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from engine import Rejection, plain
from engine.bpmn.check import written_fields
from engine.bpmn.dialect import ANSWERS, REASONS, SUPPLEMENT
from engine.forms.templating import Names
from engine.identity import is_blank
from engine.verbs import events
from engine.worktime import STOP_KINDS, due, parse_limit
from tasks import tables as t
from tasks.calendars.halls import chinese_date
from tasks.cases.casefile import RECEIVED, CaseFile, DocumentInCase
from tasks.cases.numbers import next_document_no
from tasks.cases.search import number_key
from tasks.catalogue.item import ItemSpec
from tasks.documents.stationery import fill, template_problems
from tasks.rows import StoredCase
from tasks.words.vocabulary import DOCUMENT, MATERIAL_STATE, number_label, written_date

if TYPE_CHECKING:
    from engine import Bundle, Hall, Tx

NOTICES = Path(__file__).parent / 'notices'
ONCE = frozenset(DOCUMENT) - {'stop_notice', 'timeout_notice', 'supplement_notice', 'correction'}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    'supplement_notice': ('supplement_lines',),
    'non_acceptance': ('reason', 'reconsideration', 'court'),
    'not_required': ('reason',),
    'return_notice': ('reason',),
    'stop_notice': ('stop_basis',),
    'extension_notice': ('reason', 'extension_text'),
    'correction': ('reason',),
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
_PLAIN = """
kind title organ number issued_on hall_name hall_address phone complaint_phone reconsideration court case_no
item_name applicant_name applicant_id_no applicant_id_label applicant_address applicant_phone agent_name received_on
accepted_on decided_on deemed clerk_name notify_text promise_text promise_day statutory_text statutory_day
supplement_text supplement_day reason basis competent_agency stop_name stop_text stop_reason stop_basis stop_from
stop_day suspended extension_text extension_clocks extension_day licence_no valid_from valid_until delivery_method_name
delivered_on receiver_name tracking_no deferred
"""
_MATERIAL = ('index', 'code', 'name', 'note', 'required', 'state', 'state_name', 'originals', 'copies')
FACTS: Names = {
    **{name: {} for name in _PLAIN.split()},
    'materials': {name: {} for name in _MATERIAL},
    'delivered_documents': {'title': {}, 'number': {}},
    'supplement_lines': {},
    'data': None,
}
"""Everything a printed form may name, and what follows a name after a dot; `data` holds the form fields."""
_SERVICE_TASKS_WRITE = ('licence_no', 'valid_from', 'valid_until', 'document_no')


@dataclass(frozen=True)
class Issued:
    """A document that was issued. `number` is printed on it."""

    id: int
    kind: str
    number: str
    title: str


def issue(file: CaseFile, kind: str, variables: Mapping[str, Any], **more: Any) -> Issued:
    """Issue a document of a case, or give back the one issued before where the law knows only one.

    `variables` are the case's process variables (form answers), `more` further facts. Raises Rejection when the document would lack
    what the law asks for.
    """
    tx, known = file.tx, file.issued(kind) if kind in ONCE else None
    if known is not None:
        return Issued(known.id, kind, known.number, known.title)
    facts = facts_for(file, variables, kind) | more
    missing = [_FACT_NAMES[name] for name in REQUIRED.get(kind, ()) if not _filled(facts.get(name))]
    if missing:
        message = f'Expected {DOCUMENT[kind]} with {", ".join(REQUIRED[kind])}, but some are empty'
        raise Rejection(message, f'{DOCUMENT[kind]}缺少{"、".join(missing)}，不能出具')
    number = next_document_no(tx.link, file.place.document_prefix, file.hall.office.local(tx.now).year)
    facts |= {'number': number}
    body = _print(file, kind, facts)
    row = {
        'case_no': file.case_no,
        'kind': kind,
        'number': number,
        'number_key': number_key(number),
        'title': facts['title'],
        'issued_at': tx.now,
        'issued_by': tx.by.id,
        'body': body,
        'data': plain({name: facts[name] for name in ('reason', 'basis', 'licence_no', 'promise_day', 'corrects') if facts.get(name)}),
    }
    found = int(tx.link.execute(insert(t.document).returning(t.document.c.id), row).scalar_one())
    file.papers.documents.append(DocumentInCase(found, row['kind'], row['number'], row['title'], row['data']))
    said = {'document': found, 'kind': kind, 'number': number, 'title': facts['title'], 'sha256': sha256(body.encode()).hexdigest()}
    events.record(tx, file.instance_id, 'document.issued', said)
    return Issued(found, kind, number, facts['title'])


def own_notices(bundle: Bundle) -> dict[str, str]:
    """The printed forms a bundle brings, by kind of document."""
    return {Path(path).stem: content.decode() for path, content in bundle.files.items() if _is_notice(path)}


def _is_notice(path: str) -> bool:
    return path.startswith('notices/') and path.endswith('.html')


def notice_problems(bundle: Bundle) -> list[tuple[str, str, str]]:
    """What is wrong with the bundle's notices/*.html, as (file, Chinese, English)."""
    found = []
    notices = {path: content for path, content in bundle.files.items() if _is_notice(path)}
    fields = written_fields(bundle) if notices else None
    office = dict.fromkeys((*ANSWERS, *RECEIVED, *_SERVICE_TASKS_WRITE))
    known = FACTS if fields is None else dict(FACTS) | {'data': office | dict(fields)}
    for path, content in notices.items():
        kind = Path(path).stem
        if kind not in DOCUMENT:
            found.append((path, f'没有名为「{kind}」的文书', f'there is no document of kind {kind!r}'))
        try:
            text = content.decode()
        except UnicodeDecodeError:
            found.append((path, '打印模板须为 UTF-8 编码', 'the printed form must be UTF-8'))
            continue
        found += [(path, zh, english) for zh, english in template_problems(text, known)]
    return found


def facts_for(file: CaseFile, variables: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Everything a printed form may name (`FACTS`), null where this document has none of it; form answers also as `data.<field>`."""
    hall, place, item, department = file.hall, file.place, file.item, file.department
    contact, listed = item.contact, _materials(file)
    intake_side = kind in ('receipt', 'withdrawal', 'delivery_receipt')
    return {
        **dict.fromkeys(FACTS),
        'kind': kind,
        'title': _result_name(item) if kind == 'licence' else DOCUMENT[kind],
        'organ': place.name if intake_side else department.name or place.name,
        'issued_on': chinese_date(file.tx.now, hall.office),
        'hall_name': place.name,
        'hall_address': place.address,
        'phone': contact.phone or department.phone or place.phone,
        'complaint_phone': contact.supervision_phone or place.complaint_phone,
        'reconsideration': department.reconsideration,
        'court': department.court,
        'clerk_name': file.clerk_name,
        'data': variables,
        **_case_facts(file.case, hall),
        **_limit_facts(file.case, hall, item, file.tx),
        **_answers(variables),
        'materials': listed,
        'deferred': _deferred(listed, item),
        'delivered_documents': _deliverable(file),
    }


def _case_facts(case: StoredCase, hall: Hall) -> dict[str, Any]:
    return {
        'case_no': case.case_no,
        'item_name': case.item_name,
        'applicant_name': case.applicant_name,
        'applicant_id_no': case.applicant_id_no,
        'applicant_id_label': number_label(case.applicant_id_type),
        'applicant_address': case.applicant_address,
        'applicant_phone': case.applicant_phone,
        'agent_name': (case.agent or {}).get('name', ''),
        'deemed': case.deemed == 'acceptance',
        'received_on': chinese_date(case.received_at, hall.office),
        'accepted_on': chinese_date(case.accepted_at, hall.office),
        'decided_on': chinese_date(case.decided_at, hall.office),
    }


def _limit_facts(case: StoredCase, hall: Hall, item: ItemSpec, tx: Tx) -> dict[str, Any]:
    limits = item.limits
    facts: dict[str, Any] = {
        'notify_text': limits.notify,
        'promise_text': limits.promise,
        'statutory_text': limits.statutory,
        'supplement_text': limits.supplement,
    }
    anchors = {'promise': case.accepted_at, 'statutory': case.accepted_at, 'supplement': tx.now}
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
        return str(written_date(date.fromisoformat(str(value or '')[:10])))
    except ValueError:
        return str(value or '')


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


def _materials(file: CaseFile) -> list[dict[str, Any]]:
    rows = [
        {**asdict(row), 'index': index, 'state_name': MATERIAL_STATE[row.state]} for index, row in enumerate(file.papers.materials, start=1)
    ]
    return [{name: row[name] for name in _MATERIAL} for row in rows]


def _deferred(listed: list[dict[str, Any]], item: ItemSpec) -> str:
    """What is not here yet and may come later (容缺, L-41)."""
    later = {one.code for one in item.materials if one.deferrable}
    return '、'.join(one['name'] for one in listed if one['state'] == 'missing' and one['code'] in later)


def _deliverable(file: CaseFile) -> list[dict[str, str]]:
    wanted = (row for row in file.papers.documents if row.kind in ('grant', 'refusal', 'licence'))
    return [{'title': row.title, 'number': row.number} for row in wanted]


def _result_name(item: ItemSpec) -> str:
    return item.results[0].name if item.results else DOCUMENT['licence']


def _print(file: CaseFile, kind: str, facts: Mapping[str, Any]) -> str:
    own = file.edition.read(own_notices)
    before, after = _shipped('frame').split('{{ body }}')
    now = file.hall.office.local(file.tx.now)
    return ''.join(fill(part, facts, FACTS, now) for part in (before, own.get(kind) or _shipped(kind), after))


@cache
def _shipped(kind: str) -> str:
    return (NOTICES / f'{kind}.html').read_text(encoding='utf-8')
