"""Searching and reading cases: nothing personal in addresses or logs, every date explained."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine import SYSTEM
from tasks.people import sessions
from tasks.tables import document, operator_log

NAME, NUMBER, PHONE = '张三丰', '11010519491231002X', '13912345678'


@pytest.fixture
def case_no(visitor) -> str:
    return visitor('chuangkou').receive(kind='person', name=NAME, id_no=NUMBER, phone=PHONE)


def test_a_case_page_shows_facts_limits_flow_road_and_documents(visitor, case_no) -> None:
    page = visitor('chuangkou').get(f'/cases/{case_no}')
    for words in ('一次告知期限', '5个工作日', '办理流程', '办理经过', '申请材料接收凭证', NAME):
        assert words in page.words
    assert page.tree.xpath('//*[local-name()="svg"]')


def test_every_day_of_a_limit_is_explained(visitor, case_no) -> None:
    page = visitor('chuangkou').get(f'/cases/{case_no}/deadlines')
    assert '起算日，不计' in page.words
    assert '第 5 天' in page.words
    assert '2026-03-09（周一）' in page.words


def test_documents_have_a_print_view(visitor, case_no) -> None:
    clerk = visitor('chuangkou')
    link = clerk.get(f'/cases/{case_no}').tree.xpath('//a[contains(@href, "/documents/")]/@href')[0]
    assert case_no in clerk.get(link).words


def test_a_case_is_found_by_name_and_the_name_stands_in_no_address(visitor, case_no) -> None:
    clerk = visitor('chuangkou')
    found = clerk.post('/cases/search', {'q': NAME}).location
    assert re.fullmatch(r'/cases\?s=[\w-]{12}', found)
    assert case_no in clerk.get(found).words
    nothing = clerk.post('/cases/search', {'q': '没有这个人'}).location
    assert case_no not in clerk.get(nothing).words


@pytest.mark.parametrize(('page', 'form'), [('/cases', '/cases/search'), ('/desk', '/desk/search')])
def test_two_tabs_look_for_two_things(visitor, case_no, page: str, form: str) -> None:
    """O-15: what is looked for belongs to the list that shows it, not to the login; another session cannot read it."""
    clerk, nobody = visitor('chuangkou'), '没有这个人'
    first, second = clerk.post(form, {'q': NAME}).location, clerk.post(form, {'q': nobody}).location
    for tab, words, there in ((first, NAME, True), (second, nobody, False), (first, NAME, True), (page, '', True)):
        shown = clerk.get(tab)
        assert (case_no in shown.words, shown.tree.xpath('//input[@name="q"]/@value')) == (there, [words]), tab
    stranger = visitor('chuangkou').get(first)
    assert NAME not in shown_words(stranger)
    assert '请重新输入' in stranger.words


def shown_words(page) -> str:
    return ' '.join(page.tree.xpath('//input[@name="q"]/@value'))


def test_a_session_keeps_its_last_searches(visitor, case_no) -> None:
    """O-15: bounded; the oldest are forgotten and the page says so."""
    clerk = visitor('chuangkou')
    searches = [clerk.post('/cases/search', {'q': f'{NAME}{n}'}).location for n in range(sessions.KEPT_SEARCHES + 1)]
    assert '请重新输入' in clerk.get(searches[0]).words
    assert shown_words(clerk.get(searches[1])) == f'{NAME}1'


def test_conditions_are_cleared_with_one_button(visitor, case_no) -> None:
    """O-15: 清除条件 leads to the list of all cases, whatever stands in the fields."""
    assert visitor('chuangkou').post('/cases/search', {'q': NAME, 'status': 'closed', 'clear': '1'}).location == '/cases'


def test_a_whole_case_number_leads_to_its_case(visitor, case_no) -> None:
    assert visitor('chuangkou').post('/cases/search', {'q': case_no}).location == f'/cases/{case_no}'


def test_a_number_with_a_wrong_digit_is_not_found(visitor, case_no) -> None:
    wrong = case_no[:-1] + str((int(case_no[-1]) + 1) % 10)
    visitor('chuangkou').get(f'/cases/{wrong}', 404)
    visitor('chuangkou').get('/cases/nonsense', 404)


def test_who_only_looks_on_sees_masked_names_and_numbers(visitor, case_no) -> None:
    for username in ('guanli', 'jiancha', 'dengbu'):
        page = visitor(username).get(f'/cases/{case_no}')
        assert NAME not in page.text
        assert NUMBER not in page.text
        assert PHONE not in page.text


def test_nothing_personal_is_logged(visitor, capfd) -> None:
    from web import logs

    logs.configure()
    clerk = visitor('chuangkou')
    case_no = clerk.receive(kind='person', name=NAME, id_no=NUMBER, phone=PHONE)
    clerk.post('/cases/search', {'q': NAME})
    clerk.get(f'/cases/{case_no}')
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith('{')]
    assert {'GET', 'POST'} <= {line.get('method') for line in lines}
    written = json.dumps(lines, ensure_ascii=False)
    assert NAME not in written
    assert NUMBER not in written
    assert PHONE not in written


def test_an_error_on_a_terminal_shows_no_values(capfd) -> None:
    from web import logs

    logs.configure(json=False)
    fields = {'name': NAME, 'id_no': NUMBER}
    try:
        fields['phone']
    except KeyError as error:
        logs.log.error('request.failed', exc_info=error)
    said = capfd.readouterr().err
    assert 'KeyError' in said
    assert 'test_looking_at_cases.py' in said
    assert NAME not in said
    assert NUMBER not in said
    logs.configure()


def test_a_database_error_does_not_print_what_was_to_be_written(office) -> None:
    statement = text('INSERT INTO nowhere (name, id_no) VALUES (:name, :id_no)')
    with pytest.raises(DBAPIError) as failure, office.begin(SYSTEM) as tx:
        tx.connection.execute(statement, {'name': NAME, 'id_no': NUMBER})
    assert NUMBER not in str(failure.value)


def test_reading_a_document_is_written_down(visitor, case_no, office) -> None:
    """S-35: a document is about a person and masks nothing, so whoever opens one leaves a trace as on the case's page."""
    clerk = visitor('chuangkou')
    path = clerk.get(f'/cases/{case_no}').tree.xpath('//a[contains(@href, "/documents/")]/@href')[0]
    for _ in range(2):
        assert NAME in clerk.get(path).text
    with office.reading() as conn:
        number = conn.execute(select(document.c.number).where(document.c.case_no == case_no)).scalars().first()
        seen = select(operator_log.c.by, operator_log.c.data).where(operator_log.c.action == 'personal_data.viewed')
        rows = [tuple(row) for row in conn.execute(seen.where(operator_log.c.object == case_no))]
    assert rows.count(('chuangkou', {'what': f'document {number}', 'relation': 'window', 'reading': 'plain'})) == 1


def test_a_case_is_withdrawn_with_a_reason(visitor, case_no) -> None:
    clerk = visitor('chuangkou')
    clerk.post(f'/cases/{case_no}/withdraw', {'reason': ' '}, 422)
    clerk.act(f'/cases/{case_no}/withdraw', {'reason': '申请人改变经营计划'})
    assert '已撤回' in clerk.get(f'/cases/{case_no}').words
    clerk.post(f'/cases/{case_no}/withdraw', {'reason': '再来一次'}, 422)


def test_late_cases_stand_on_the_supervisors_board(visitor, case_no, clock, office) -> None:
    assert case_no not in visitor('jiancha').get('/supervision').words
    clock.move(days=14)
    office.tick()
    assert case_no in visitor('jiancha').get('/supervision').words


def test_the_catalogue_discloses_eight_things_and_the_flow_to_everybody(visitor) -> None:
    page = visitor().get('/items/food-business-licence')
    for title in ('项目名称', '设立依据', '申报材料', '办理程序', '承诺期限', '收费依据', '收费标准', '窗口权限'):
        assert page.tree.xpath(f'//*[self::th or self::dt or self::h2][contains(., "{title}")]/following-sibling::*[normalize-space()]'), (
            title
        )
    assert page.tree.xpath('//*[local-name()="svg"]')
