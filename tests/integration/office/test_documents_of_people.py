"""Natural persons show a document of some type: one rule at the counter, in forms and in the verb; stored and shown by its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Rejection
from engine.forms import parse_form, validate
from engine.identity import ID_TYPES, complaint_about, id_check_digit
from tasks import tables as t
from tasks.cases import page as case_page
from tasks.cases.applicants import Agent, Applicant, as_stored, complaints

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)
CITIZEN = '11010519491231002X'
TYPED = [
    ('id_card', '11010519491231002x'),
    ('id_card', '11010519491231002'),
    ('id_card', 'abc'),
    ('id_card', '2' + '1010120300101001' + '1'),
    ('id_card', '11010120300101001' + id_check_digit('11010120300101001')),
    ('id_card', '990121199001010014'),
    ('id_card', '830000199201300022'),
    ('residence_permit', '830000199201300022'),
    ('residence_permit', CITIZEN),
    ('permanent_residence', '911124198108030024'),
    ('permanent_residence', '990121199001010014'),
    ('passport', 'Ｅ12345678'),
    ('passport', 'abc'),
    ('hk_macao_permit', 'H12345678'),
    ('hk_macao_permit', '12345678'),
    ('taiwan_permit', '12345678'),
    ('taiwan_permit', '123'),
    ('officer_card', '军字第 1234567 号'),
    ('officer_card', '1'),
    ('soldier_card', '士字第1234567号'),
    ('other_document', 'B-1234'),
    ('other_document', '无'),
]


def _form(kind: str) -> Any:
    field = {'type': 'textfield', 'id': 'Number', 'key': 'number', 'label': '证件号码', 'properties': {'format': kind}}
    return parse_form(json.dumps({'type': 'default', 'id': 'Form', 'schemaVersion': 18, 'components': [field]}))


@pytest.mark.parametrize(('kind', 'typed'), TYPED)
def test_counter_and_form_give_one_answer(kind: str, typed: str) -> None:
    """O-12, H-04: same document, same number, same sentence, same stored text."""
    applicant = as_stored(Applicant('张三', 'person', typed, id_type=kind))
    at_counter = complaints(applicant, None, NOW.date()).get('id_no')
    in_form = validate(_form(kind), {'number': typed}, {}, NOW)
    assert [(error.en, error.zh) for error in in_form.errors] == ([tuple(at_counter)] if at_counter else [])
    assert in_form.data['number'] == applicant.id_no
    assert complaint_about(kind, typed, NOW.date()) == at_counter


@pytest.mark.parametrize('kind', ID_TYPES)
def test_every_document_is_refused_without_a_digit_and_named(kind: str) -> None:
    """O-12"""
    assert complaint_about(kind, '没有号码') is not None
    assert ID_TYPES[kind].zh
    assert ID_TYPES[kind].en


def test_a_case_knows_the_documents_of_applicant_and_agent(hall: Any) -> None:
    """O-12: chosen, stored and shown; the number is stored as it is looked for."""
    case_no = hall.receive(
        applicant=Applicant('Anna　Lee', 'person', 'e 1234567', '０１０-66554433', id_type='passport'), agent=Agent('李 四', CITIZEN)
    ).case_no
    case = hall.case(case_no)
    assert (case.applicant_name, case.applicant_id_type, case.applicant_id_no) == ('Anna Lee', 'passport', 'E1234567')
    assert case.applicant_phone == '01066554433'
    assert case.agent == {'name': '李四', 'id_type': 'id_card', 'id_no': CITIZEN, 'phone': ''}
    with hall.engine.reading() as connection:
        facts = case_page.case_view(connection, SYSTEM, case_no, now=hall.clock()).case
        company = connection.execute(select(t.approval_case.c.applicant_id_type)).scalars().all()
    assert (facts.applicant_id_type, facts.applicant_id_no) == ('passport', 'E1234567')
    assert company == ['passport']


@pytest.mark.parametrize(
    ('applicant', 'agent', 'zh'),
    [
        (Applicant('张三', 'person', '11010519491231002'), None, '现有 17 位'),
        (Applicant('张三', 'person', CITIZEN, id_type='uscc'), None, '请选择证件类型'),
        (Applicant('张三', 'person', CITIZEN, phone='1380013800'), None, '手机号码应为 11 位'),
        (Applicant('张三', 'person', '11010120300101001' + id_check_digit('11010120300101001')), None, '晚于今天'),
        (Applicant('张三', 'person', CITIZEN), Agent('李四', 'abc'), '现有 3 位'),
        (Applicant('张三', 'person', CITIZEN), Agent('李四', 'abc', id_type='passport'), '护照号码不正确'),
        (Applicant('张三', 'person', CITIZEN), Agent('\u3164'), '没有可以看见的字'),
    ],
)
def test_nobody_is_received_with_a_wrong_number(hall: Any, applicant: Applicant, agent: Agent | None, zh: str) -> None:
    """O-12: the verb refuses what the page refuses, for 代办人 too."""
    with pytest.raises(Rejection) as refusal:
        hall.receive(applicant=applicant, agent=agent)
    assert zh in refusal.value.zh
