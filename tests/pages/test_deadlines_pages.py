"""Stopping, resuming and extending on the case page; why it is due when it is, as a page, as JSON and in the applicant's words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from engine import Actor, read
from tasks.cases.receipt import find_case
from tasks.desk import verbs as desk

LAW = '《中华人民共和国行政许可法》第四十五条'
STOP = {'kind': 'testing', 'reason': '抽样检测', 'basis': LAW, 'amount': '5', 'unit': 'workday'}


@dataclass
class Received:
    """A case with what its slip says."""

    case_no: str
    password: str


def receive(visitor, office, *, accept: bool = True, outcome: str = 'accept', **more: str) -> Received:
    """A case received at the window on 2 March 2026, and accepted there unless told otherwise."""
    window = visitor('chuangkou')
    case_no = window.receive()
    found = re.search(r'查询密码 ?([2-9A-Z]{8})', window.get(f'/receive/slips/{case_no}').words)
    assert found is not None
    if accept:
        clerk = Actor('chuangkou', '周晓敏', roles=frozenset({'clerk'}), groups=frozenset({'general', 'applicant'}))
        with office.reading() as connection:
            task = read.open_tasks(connection, find_case(connection, case_no).instance_id)[0]
        office.run(clerk, lambda tx: desk.complete(tx, task.id, {'intake_outcome': outcome, **more}))
    return Received(case_no, found[1])


@pytest.fixture
def case(visitor, office) -> Received:
    """An accepted case: promise until 11 March, statutory limit until 16 March."""
    return receive(visitor, office)


def test_clerk_stops_the_clock_and_starts_it_again(visitor, case, clock) -> None:
    reviewer, path = visitor('shencha'), f'/cases/{case.case_no}'
    fields = reviewer.get(f'{path}/suspend').form('/suspend')
    assert fields['basis'] == LAW
    reviewer.act(f'{path}/suspend', {**fields, **STOP})
    page = reviewer.get(path)
    assert '期限已暂停，已出具特别程序告知书' in page.words
    assert '已告知预计 5个工作日' in page.words
    assert '已书面告知预计需要5个工作日，至 2026-03-09' in page.words
    clock.move(days=9)
    page = reviewer.get(path)
    assert '超过告知的时间' in page.words
    resume = next(form.get('action') for form in page.tree.forms if '/resume/' in (form.get('action') or ''))
    reviewer.post(resume, {'at': '2026-03-06T17:00'})
    page = reviewer.get(path)
    assert '期限已恢复计算' in page.words
    assert '2026-03-17（周二）' in page.words  # 2–6 March do not count


def test_refusal_is_a_sentence_and_keeps_what_was_typed(visitor, case, clock) -> None:
    reviewer, path = visitor('shencha'), f'/cases/{case.case_no}'
    page = reviewer.post(f'{path}/suspend', {**STOP, 'amount': '很久'}, 422)
    assert '预计时长' in page.words
    assert page.form('/suspend')['reason'] == '抽样检测'
    page = reviewer.post(f'{path}/suspend', {**STOP, 'since': '2026-03-03T10:00'}, 422)
    assert '不能晚于现在' in page.words
    assert '日期时间不正确' in reviewer.post(f'{path}/suspend', {**STOP, 'since': 'gestern'}, 422).words
    clock.move(days=20)
    head = visitor('jueding')
    assert '超过办结时限才提出延期申请' in head.get(path).words
    assert '超过办结时限才提出延期申请' in head.post(f'{path}/extend', {'reason': '复杂', 'basis': '第四十二条'}, 422).words


def test_head_of_the_agency_extends_once(visitor, case) -> None:
    head, path = visitor('jueding'), f'/cases/{case.case_no}'
    assert head.get(path).tree.xpath('//a[contains(@href, "/extend")]')
    fields = head.get(f'{path}/extend').form('/extend')
    head.act(f'{path}/extend', {**fields, 'reason': '现场情况复杂'})
    page = head.get(path)
    assert '延长审批期限告知书' in page.words
    assert '2026-03-23' in page.words
    assert '已延长过一次' in page.words
    assert not page.tree.xpath('//a[contains(@href, "/extend")]')
    link = next(a.get('href') for a in page.tree.xpath('//a[contains(@href, "/documents/")]') if '延长' in a.text_content())
    assert '法定期限延长5个工作日' in head.get(link).words


@pytest.mark.parametrize('username', ['guanli', 'jiancha'])
def test_who_works_no_cases_is_offered_nothing(visitor, case, username) -> None:
    page = visitor(username).get(f'/cases/{case.case_no}')
    assert not page.tree.xpath('//a[contains(@href, "/suspend") or contains(@href, "/extend")]')
    assert not any('/resume' in (form.get('action') or '') for form in page.tree.forms)
    visitor(username).post(f'/cases/{case.case_no}/suspend', STOP, 403)


def test_deadline_page_gives_dates_ledger_and_recomputations(visitor, case, clock) -> None:
    reviewer, path = visitor('shencha'), f'/cases/{case.case_no}'
    reviewer.act(f'{path}/suspend', STOP)
    visitor('jueding').act(f'{path}/extend', {'reason': '现场情况复杂', 'basis': '第四十二条'})
    clock.move(days=2)
    words = reviewer.get(f'{path}/deadlines').words
    for said in (
        '若今日恢复',
        '停走记录',
        '检测',
        '抽样检测',
        '预计 5个工作日',
        '延长记录',
        '5个工作日',
        '高国强',
        '到期日变动记录',
        '期限暂停',
        '2026-03-11 → 停走',
        '放假安排已公布至 2026 年',
        '期限目前暂停计算',
    ):
        assert said in words
    told = json.loads(reviewer.get(f'{path}/deadlines.json').text)
    promise = next(limit for limit in told['limits'] if limit['name'] == 'promise')
    assert promise['days'][0] == {
        'date': '2026-03-02',
        'weekday': '周一',
        'verdict': 'anchor',
        'number': None,
        'minutes': None,
        'name': '',
        'reason': '',
        'source': '',
        'provisional': False,
        'ends_at': None,
    }
    assert {day['verdict'] for day in promise['days'][1:]} == {'stopped'}
    assert (told['stops'][0]['kind'], told['extensions'][0]['amount']) == ('testing', '5个工作日')


def progress_of(nobody, case):
    """The page an applicant is sent to."""
    return nobody.get(nobody.post('/progress', {'case_no': case.case_no, 'password': case.password}, 303).location)


def test_the_answer_is_a_page_with_an_address_that_ends(visitor, case, clock) -> None:
    """O-36: back works; no password and no case number in the address; after half an hour it opens nothing."""
    nobody = visitor()
    address = nobody.post('/progress', {'case_no': case.case_no, 'password': case.password}, 303).location
    assert case.case_no not in address
    assert case.password not in address
    page = nobody.get(address)
    (document,) = {link for link in page.tree.xpath('//main//a/@href') if link.startswith(f'{address}/documents/')} & {
        page.tree.xpath('//a[text()="受理通知书"]/@href')[0]
    }
    assert '受理通知书' in nobody.get(document).words
    nobody.get(f'{address}/documents/999999', 404)
    clock.move(minutes=31)
    assert nobody.get(address, 302).location == '/progress'
    assert nobody.get(document, 302).location == '/progress'
    assert nobody.get('/progress/guessed', 302).location == '/progress'


def test_a_token_opens_the_documents_of_its_own_case_only(visitor, office, case) -> None:
    """O-36"""
    other = receive(visitor, office)
    mine, theirs = (
        visitor().post('/progress', {'case_no': each.case_no, 'password': each.password}, 303).location for each in (case, other)
    )
    document = visitor().get(theirs).tree.xpath('//a[contains(@href, "/documents/")]/@href')[0]
    visitor().get(document.replace(theirs, mine), 404)


def test_one_date_is_big_with_the_days_left_and_why(visitor, case) -> None:
    """O-36"""
    page = progress_of(visitor(), case)
    (big,) = page.tree.xpath('//*[@class="due__day"]')
    assert big.text_content().strip().startswith('2026-03-11')
    told = ' '.join(big.getparent().text_content().split())
    assert '剩 7 个工作日' in told
    assert '承诺期限为7个工作日' in told


def test_the_public_start_page_asks_for_a_case_and_lists_items(visitor) -> None:
    """O-36: `/` is for the public; staff sign in from a small link."""
    page = visitor().get('/')
    assert page.tree.xpath('//form[@action="/progress"]//input[@name="case_no"]')
    assert page.tree.xpath('//main//a[@href="/items/food-business-licence"]')
    assert page.tree.xpath('//header//a[@href="/login"]')
    assert not page.tree.xpath('//main//input[@name="username"]')


def test_applicant_asks_with_number_and_password(visitor, case) -> None:
    nobody = visitor()
    assert '办件编号' in nobody.get(f'/progress?case_no={case.case_no}').words
    page = progress_of(nobody, case)
    for said in ('办理中', '资料审查', '承诺期限为7个工作日', '所以最后一日是2026年3月11日（周三）', '受理通知书', '0000-12345'):
        assert said in page.words
    assert '周晓敏' not in page.words
    assert page.headers['Cache-Control'] == 'no-store'


def test_applicant_reads_what_to_supplement(visitor, office) -> None:
    case = receive(visitor, office, outcome='supplement', supplement_items='平面布局图未标注尺寸')
    page = progress_of(visitor(), case)
    assert '需要您办理' in page.words
    assert '平面布局图未标注尺寸' in page.words
    assert '请办理，期限至 2026-03-23（周一） 止（含当日）' in page.words


def test_wrong_password_and_guessing(visitor, case) -> None:
    nobody = visitor()
    for _ in range(5):
        page = nobody.post('/progress', {'case_no': case.case_no, 'password': 'AAAAAAAA'}, 401)
        assert '办件编号或查询密码不正确' in page.words
    page = nobody.post('/progress', {'case_no': case.case_no, 'password': case.password}, 429)
    assert '查询失败次数过多' in page.words
