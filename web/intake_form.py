"""The application form at the window: from the posted page to an applicant and materials, with a complaint for each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.identity import complaint_about, hidden, is_blank, normalise
from tasks.cases.receipt import Agent, Applicant, ReceivedMaterial
from tasks.tables import APPLICANT_KINDS, CHANNELS

MAX_COPIES = 99


@dataclass
class Intake:
    """What was typed, and what is wrong with it by field name. `ok` means it can be received."""

    typed: Mapping[str, str]
    applicant: Applicant
    agent: Agent | None
    channel: str
    materials: list[ReceivedMaterial]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors


def read_intake(form: MultiDict[str, str], listed: Sequence[Mapping[str, Any]]) -> Intake:
    """Read the posted page against the item's list of materials. Numbers are taken as people type them (full width, spaces)."""
    typed = {name: form.get(name, '').strip() for name in form}
    errors: dict[str, str] = {}
    applicant = _applicant(typed, errors)
    agent = _agent(typed, errors)
    channel = typed.get('channel') or 'window'
    if channel not in CHANNELS:
        errors['channel'] = _('请选择申请渠道')
    materials = [one for one in (_material(typed, str(row['code']), errors) for row in listed) if one.state != 'missing']
    return Intake(typed, applicant, agent, channel, materials, errors)


def _applicant(typed: Mapping[str, str], errors: dict[str, str]) -> Applicant:
    kind = typed.get('kind', '')
    person = kind == 'person'
    number = normalise(typed.get('id_no', ''))
    if kind not in APPLICANT_KINDS:
        errors['kind'] = _('请选择申请人类型')
    if not typed.get('name'):
        errors['name'] = _('请填写申请人')
    else:
        _complain(errors, 'name', typed['name'], 200)
    if not number:
        errors['id_no'] = _('请填写身份证件号码') if person else _('请填写统一社会信用代码')
    elif person and len(number) == 18 and complaint_about('id_card', number):
        errors['id_no'] = _('身份证号码不正确（校验位不符）')
    elif not person and complaint_about('uscc', number):
        errors['id_no'] = _('统一社会信用代码不正确（应为 18 位且校验位相符）')
    else:
        _complain(errors, 'id_no', number, 50)
    phone = _phone(typed, 'phone', errors, required=True)
    _complain(errors, 'address', typed.get('address', ''), 300)
    return Applicant(typed.get('name', ''), kind, number, phone, typed.get('address', ''))


def _agent(typed: Mapping[str, str], errors: dict[str, str]) -> Agent | None:
    if not any(typed.get(name) for name in ('agent_name', 'agent_id_no', 'agent_phone')):
        return None
    number = normalise(typed.get('agent_id_no', ''))
    if not typed.get('agent_name'):
        errors['agent_name'] = _('请填写代办人姓名')
    if number and len(number) == 18 and complaint_about('id_card', number):
        errors['agent_id_no'] = _('身份证号码不正确（校验位不符）')
    _complain(errors, 'agent_name', typed.get('agent_name', ''), 200)
    _complain(errors, 'agent_id_no', number, 50)
    return Agent(typed.get('agent_name', ''), number, _phone(typed, 'agent_phone', errors, required=False))


def _complain(errors: dict[str, str], name: str, text: str, most: int) -> None:
    """Refuse what is too long or hides something; nothing is cut."""
    if len(text) > most:
        errors.setdefault(name, _('不能超过 %(most)s 字，现有 %(count)s 字', most=most, count=len(text)))
    elif (sign := hidden(text)) is not None:
        errors.setdefault(name, _('含有看不见的字符（%(sign)s），请重新输入', sign=sign))
    elif text and is_blank(text):
        errors.setdefault(name, _('没有可以看见的字'))


def _phone(typed: Mapping[str, str], name: str, errors: dict[str, str], *, required: bool) -> str:
    number = normalise(typed.get(name, ''))
    if not number:
        if required:
            errors[name] = _('请填写联系电话')
        return ''
    landline = number.isascii() and number.isdigit() and 7 <= len(number) <= 12
    if not (not complaint_about('mobile', number) or landline):
        errors[name] = _('联系电话不正确')
    return number


def all_received(typed: Mapping[str, str], listed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The page with every material ticked as received, in the numbers typed (or those the list asks for)."""
    return {**typed, **{f'm-{row["code"]}-state': 'received' for row in listed}}


def read_marks(form: MultiDict[str, str], codes: Sequence[str]) -> tuple[list[ReceivedMaterial], dict[str, str]]:
    """What the counter says of a case's materials on a task page, for those the page had, and what is wrong by field name."""
    typed = {name: form.get(name, '').strip() for name in form if name.startswith('m-')}
    errors: dict[str, str] = {}
    return [_material(typed, code, errors) for code in codes if f'm-{code}-state' in typed], errors


def _material(typed: Mapping[str, str], code: str, errors: dict[str, str]) -> ReceivedMaterial:
    state = typed.get(f'm-{code}-state', 'missing')
    if state not in ('received', 'defective', 'verified'):
        return ReceivedMaterial(code, 0, 0, 'missing', typed.get(f'm-{code}-note', ''))
    counts = {}
    for what in ('originals', 'copies'):
        text = typed.get(f'm-{code}-{what}', '') or '0'
        counts[what] = int(text) if text.isascii() and text.isdigit() and int(text) <= MAX_COPIES else -1
        if counts[what] < 0:
            errors[f'm-{code}-{what}'] = _('份数应为 0 至 %(most)s 的整数', most=MAX_COPIES)
    note = typed.get(f'm-{code}-note', '')
    _complain(errors, f'm-{code}-note', note, 500)
    return ReceivedMaterial(code, counts['originals'], counts['copies'], state, note)
