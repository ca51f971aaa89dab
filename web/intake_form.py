"""The application form at the window: from the posted page to an applicant and materials, with a complaint for each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.identity import hidden, is_blank
from engine.words import Word
from tasks.cases.applicants import Agent, Applicant, agent_as_stored, as_stored, complaints
from tasks.cases.receipt import ReceivedMaterial
from tasks.catalogue.item import Material
from tasks.tables import CHANNELS

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


def read_intake(form: MultiDict[str, str], listed: Sequence[Material], today: date | None = None) -> Intake:
    """Read the posted page against the item's list of materials. Numbers are taken as people type them (full width, spaces).

    `today` is the hall's local date: nobody is born after it.
    """
    typed = {name: form.get(name, '').strip() for name in form}
    applicant, agent = _applicant(typed), _agent(typed)
    errors = {name: Word(wrong.zh, wrong.en) for name, wrong in complaints(applicant, agent, today).items()} | dict(_missing(applicant))
    channel = typed.get('channel') or 'window'
    if channel not in CHANNELS:
        errors['channel'] = _('请选择申请渠道')
    materials = [one for one in (_material(typed, row.code, errors) for row in listed) if one.state != 'missing']
    return Intake(typed, applicant, agent, channel, materials, errors)


def _applicant(typed: Mapping[str, str]) -> Applicant:
    names = ('name', 'kind', 'id_no', 'phone', 'address', 'id_type')
    return as_stored(Applicant(**{name: typed.get(name, '') for name in names}))


def _agent(typed: Mapping[str, str]) -> Agent | None:
    if not any(typed.get(name) for name in ('agent_name', 'agent_id_no', 'agent_phone')):
        return None
    return agent_as_stored(Agent(**{name: typed.get(f'agent_{name}', '') for name in ('name', 'id_no', 'phone', 'id_type')}))


def _missing(applicant: Applicant) -> Iterator[tuple[str, str]]:
    """What the counter asks for although the verb does not."""
    if not applicant.id_no:
        yield 'id_no', _('请填写证件号码') if applicant.kind == 'person' else _('请填写统一社会信用代码')
    if not applicant.phone:
        yield 'phone', _('请填写联系电话')


def _complain(errors: dict[str, str], name: str, text: str, most: int) -> None:
    """Refuse what is too long or hides something; nothing is cut."""
    if len(text) > most:
        errors.setdefault(name, _('不能超过 %(most)s 字，现有 %(count)s 字', most=most, count=len(text)))
    elif (sign := hidden(text)) is not None:
        errors.setdefault(name, _('含有看不见的字符（%(sign)s），请重新输入', sign=sign))
    elif text and is_blank(text):
        errors.setdefault(name, _('没有可以看见的字'))


def all_received(typed: Mapping[str, str], listed: Sequence[Material]) -> dict[str, str]:
    """The page with every material ticked as received, in the numbers typed (or those the list asks for)."""
    return {**typed, **{f'm-{row.code}-state': 'received' for row in listed}}


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
