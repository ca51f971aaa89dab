"""Who asks and who acts for him: what may be taken in about them, and how it is stored. Page and verb ask here and get one answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from engine.identity import ID_TYPES, Complaint, complaint_about, normalise_as, normalise_name
from tasks import tables as t
from tasks.words.texts import complaint as text_complaint

MOST_NAME, MOST_NUMBER, MOST_PHONE, MOST_ADDRESS = 200, 50, 50, 300


@dataclass(frozen=True)
class Applicant:
    """Who asks. `kind` is one of `tables.APPLICANT_KINDS`.

    `id_type` is one of `engine.identity.ID_TYPES` for a natural person, `uscc` for an organisation; '' stands for the usual one, 居民身份证
    or the credit code.
    """

    name: str
    kind: str = 'person'
    id_no: str = ''
    phone: str = ''
    address: str = ''
    id_type: str = ''


@dataclass(frozen=True)
class Agent:
    """Who acts for the applicant (S-17): a natural person."""

    name: str
    id_no: str = ''
    phone: str = ''
    id_type: str = ''


_Person = TypeVar('_Person', Applicant, Agent)


def as_stored(applicant: Applicant) -> Applicant:
    """Name, number and phone written the one way in which they are looked for; the document is named."""
    id_type = 'uscc' if applicant.kind != 'person' else applicant.id_type
    return _as_stored(replace(applicant, id_type=id_type, address=applicant.address.strip()))


def agent_as_stored(agent: Agent | None) -> Agent | None:
    """As `as_stored`, for who acts."""
    return _as_stored(agent) if agent else None


def complaints(applicant: Applicant, agent: Agent | None, today: date | None) -> dict[str, Complaint]:
    """What is wrong with them as they are stored, by the field of the page; the agent's fields begin with `agent_`.

    A number or phone that is empty is not complained of. `today` is the hall's date of the receipt: nobody is born after it.
    """
    found = dict(_of_person(applicant, today, '', '申请人'))
    if applicant.kind not in t.APPLICANT_KINDS:
        found['kind'] = Complaint(f'Expected a kind among {t.APPLICANT_KINDS}, but got {applicant.kind!r}', '请选择申请人类型')
    if wrong := _text(applicant.address, MOST_ADDRESS, 'an address', '地址'):
        found['address'] = wrong
    return found | (dict(_of_person(agent, today, 'agent_', '代办人姓名')) if agent else {})


def _as_stored(person: _Person) -> _Person:
    id_type = person.id_type or 'id_card'
    number = normalise_as(id_type, person.id_no) if id_type in (*ID_TYPES, 'uscc') else person.id_no
    phone = normalise_as('phone', person.phone)
    return replace(person, name=normalise_name(person.name), id_type=id_type, id_no=number, phone=phone)


def _of_person(person: Applicant | Agent, today: date | None, prefix: str, named: str) -> Iterator[tuple[str, Complaint]]:
    who = 'applicant' if isinstance(person, Applicant) else 'agent'
    if not person.name:
        yield f'{prefix}name', Complaint(f'Expected the name of the {who}, but it is empty', f'请填写{named}')
    elif wrong := _text(person.name, MOST_NAME, f'the name of the {who}', named):
        yield f'{prefix}name', wrong
    organisation = isinstance(person, Applicant) and person.kind != 'person'
    if person.id_type not in (('uscc',) if organisation else ID_TYPES):
        yield f'{prefix}id_type', Complaint(f'Expected a document among {tuple(ID_TYPES)}, but got {person.id_type!r}', '请选择证件类型')
    elif wrong := _text(person.id_no, MOST_NUMBER, f'an identity number of the {who}', '证件号码') or _number(person, today):
        yield f'{prefix}id_no', wrong
    if wrong := _text(person.phone, MOST_PHONE, f'a telephone number of the {who}', '电话') or _phone(person.phone):
        yield f'{prefix}phone', wrong


def _text(text: str, most: int, en: str, zh: str) -> Complaint | None:
    wrong = text_complaint(text, most=most)
    return Complaint(f'Expected {en} of {wrong[1]}', zh + wrong[0]) if wrong else None


def _number(person: Applicant | Agent, today: date | None) -> Complaint | None:
    return complaint_about(person.id_type, person.id_no, today) if person.id_no else None


def _phone(phone: str) -> Complaint | None:
    return complaint_about('phone', phone) if phone else None
