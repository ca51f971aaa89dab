"""Receiving a case at the window: checked, receipted once, never twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tasks.cases import numbers
from tasks.tables import approval_case

FORM = '/receive/food-business-licence'


def _count(office) -> int:
    with office.reading() as conn:
        return int(conn.execute(select(func.count()).select_from(approval_case)).scalar_one())


def test_a_case_is_received_and_the_slip_shows_number_and_password(visitor) -> None:
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    assert numbers.verify(case_no)
    slip = clerk.get(f'/receive/slips/{case_no}')
    assert case_no in slip.words
    assert re.search(r'查询密码 ?[2-9A-Z]{8}', slip.words)
    assert '清江县好味餐饮有限公司' in slip.words
    assert '食品经营许可申请书' in slip.words


def test_the_query_password_is_told_to_nobody_else(visitor) -> None:
    case_no = visitor('chuangkou').receive()
    visitor('chuangkou').get(f'/receive/slips/{case_no}', 404)


def test_wrong_fields_come_back_with_what_was_typed(visitor, office) -> None:
    clerk = visitor('chuangkou')
    fields = {**clerk.get(FORM).form(FORM), 'kind': 'person', 'name': '张三丰', 'id_no': '110101199003070000', 'phone': '一二三'}
    page = clerk.post(FORM, fields, 422)
    assert '身份证号码不正确' in page.words
    assert '联系电话不正确' in page.words
    assert page.form(FORM)['name'] == '张三丰'
    assert page.form(FORM)['submission'] == fields['submission']
    assert _count(office) == 0


@pytest.mark.parametrize(
    ('field', 'text', 'sentence'),
    [
        ('name', '\u200b\u2060', '看不见'),
        ('name', '张\u202e三', 'U+202E'),
        ('name', '\u3164', '看见'),
        ('name', '名' * 201, '200 字'),
        ('address', '址' * 301, '300 字'),
        ('address', '路\u200b', '看不见'),
        ('agent_name', '名' * 201, '200 字'),
        ('agent_name', '\u200b', '看不见'),
        ('agent_id_no', 'A' * 51, '50 字'),
        ('m-application-note', '注' * 501, '500 字'),
    ],
)
def test_nothing_typed_is_cut_or_hides_something(visitor, office, field: str, text: str, sentence: str) -> None:
    clerk = visitor('chuangkou')
    fields = {**clerk.get(FORM).form(FORM), 'kind': 'person', 'name': '张三丰', 'id_no': '11010519491231002X', 'phone': '13800000000'}
    fields |= {'agent_name': '李四', 'm-application-state': 'received', field: text}
    page = clerk.post(FORM, fields, 422)
    assert sentence in page.words
    assert page.form(FORM)[field] == text
    assert _count(office) == 0


def test_rare_and_foreign_names_are_received(visitor) -> None:
    for name in ('买买提·吐尔逊', '\U00020bb7野家', 'Anna-Marie O’Neil'):
        clerk = visitor('chuangkou')
        case_no = clerk.receive(kind='person', name=name, id_no='11010519491231002X')
        assert name in clerk.get(f'/cases/{case_no}').words


def test_a_reason_of_a_book_is_refused_and_not_lost(visitor) -> None:
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    page = clerk.post(f'/cases/{case_no}/withdraw', {'reason': '因' * 2001}, 422)
    assert '理由不能超过 2000 字，现有 2001 字' in page.words
    assert '因' * 2001 in page.text
    clerk.act(f'/cases/{case_no}/withdraw', {'reason': '因' * 2000})


def test_sending_the_page_twice_makes_one_case_and_names_it(visitor, office) -> None:
    clerk = visitor('chuangkou')
    page = clerk.get(FORM)
    fields = {**page.form(FORM), 'kind': 'enterprise', 'name': '好味公司', 'id_no': '91330100MA27X1234D', 'phone': '13800000000'}
    case_no = str(clerk.post(FORM, fields).location).rsplit('/', 1)[-1]
    again = clerk.post(FORM, fields, 409)
    assert case_no in again.words
    assert again.tree.xpath(f'//main//a[@href="/cases/{case_no}"]')
    assert '好味公司' in again.words
    assert _count(office) == 1


def test_a_page_opened_anew_receives_another_case(visitor, office) -> None:
    clerk = visitor('chuangkou')
    assert clerk.receive() != clerk.receive()
    assert _count(office) == 2


def test_a_window_without_the_right_cannot_receive(visitor, office) -> None:
    reviewer = visitor('shencha')
    reviewer.get(FORM, 403)
    fields = {'kind': 'enterprise', 'name': '好味', 'id_no': '91330100MA27X1234D', 'phone': '13800000000', 'window': 'food_review'}
    reviewer.post(FORM, fields, 403)
    reviewer.post(FORM, {**fields, 'window': 'general'}, 403)
    assert _count(office) == 0


def test_markup_in_a_name_is_shown_as_text_on_every_page(visitor) -> None:
    clerk = visitor('chuangkou')
    evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>'
    case_no = clerk.receive(name=evil, address=evil)
    task = clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    documents = clerk.get(f'/cases/{case_no}').tree.xpath('//a[contains(@href, "/documents/")]/@href')
    assert documents
    for path in ('/desk', task, '/cases', f'/cases/{case_no}', f'/cases/{case_no}/deadlines', f'/receive/slips/{case_no}', *documents):
        page = clerk.get(path)
        assert '<script>alert' not in page.text, path
        assert '<img src=x' not in page.text, path


def test_an_unknown_item_is_not_found(visitor) -> None:
    visitor('chuangkou').get('/receive/no-such-item', 404)
    visitor().get('/items/no-such-item', 404)


def test_the_type_of_a_document_is_chosen_first_and_shown(visitor) -> None:
    """O-12: 证件类型 of applicant and agent; the complaint stands at the number, what was chosen and typed stays."""
    clerk = visitor('chuangkou')
    fields = {**clerk.get(FORM).form(FORM), 'kind': 'person', 'name': 'Anna Lee', 'id_type': 'passport', 'phone': '13800000000'}
    fields |= {'id_no': 'PASSPORT', 'agent_name': '李四', 'agent_id_type': 'hk_macao_permit', 'agent_id_no': 'H1234567'}
    page = clerk.post(FORM, fields, 422)
    assert '护照号码不正确' in page.words
    assert '港澳居民来往内地通行证号码不正确' in page.words
    assert page.form(FORM)['id_type'] == 'passport'
    assert page.form(FORM)['agent_id_type'] == 'hk_macao_permit'
    case_no = str(clerk.post(FORM, fields | {'id_no': 'e1234567', 'agent_id_no': 'h12345678'}).location).rsplit('/', 1)[-1]
    words = clerk.get(f'/cases/{case_no}').words
    assert '护照 E1234567' in words
    assert '港澳居民来往内地通行证 H12345678' in words
