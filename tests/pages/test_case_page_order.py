"""O-18, O-22: a case page begins with facts and outcome, then what everybody found and signed; a task page has the thing to judge first."""

from __future__ import annotations

import pytest

from tests.pages.conftest import PERSON


@pytest.fixture
def reviewed(visitor) -> str:
    """A person's case, accepted and reviewed."""
    window, reviewer = visitor('chuangkou'), visitor('shencha')
    case_no = window.receive(**PERSON)
    task = str(window.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    window.post(f'{task}/claim')
    window.act(task, {**window.get(task).form(task), 'action': 'complete', 'f.intake_outcome': 'accept'})
    review = str(reviewer.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    reviewer.post(f'{review}/claim')
    opinion = {'f.review_conclusion': 'pass', 'f.review_opinion': '张三丰所报布局合理'}
    reviewer.post(review, {**reviewer.get(review).form(review), 'action': 'complete', **opinion})
    return case_no


def headings(page) -> list[str]:
    return [' '.join(one.text_content().split()) for one in page.tree.xpath('//main//h2')]


def test_facts_and_outcome_come_first_then_opinions_then_the_timeline(visitor, reviewed) -> None:
    """O-18: whoever works the case reads every opinion with who signed it and when; instructions and empty answers are left out."""
    page = visitor('shencha').get(f'/cases/{reviewed}')
    order = headings(page)
    assert order[0] == '办件信息'
    assert order.index('各环节意见') < order.index('办理经过') < order.index('办理流程')
    opinion = page.tree.xpath('//article[@class="opinion"]')[-1].text_content()
    assert '张三丰所报布局合理' in opinion
    assert '林志远' in opinion
    assert '2026-03-02 09:00' in opinion
    assert '对申请材料的实质内容进行审查' not in opinion


def test_opinions_stay_readable_when_the_case_is_closed(visitor, reviewed) -> None:
    """O-18: a closed case shows what was found."""
    visitor('chuangkou').act(f'/cases/{reviewed}/withdraw', {'reason': '不办了'})
    page = visitor('shencha').get(f'/cases/{reviewed}')
    assert '张三丰所报布局合理' in page.words
    assert '办结时间' in page.words


def test_who_supervises_reads_opinions_masked_and_others_not_at_all(visitor, reviewed) -> None:
    """O-05, O-18: opinions follow the rule of documents, also in free text."""
    supervisor = visitor('jiancha').get(f'/cases/{reviewed}')
    assert '所报布局合理' in supervisor.words
    assert '张三丰' not in supervisor.text
    assert '查阅文书' in visitor('jiancha').get('/operation/log').words
    for username in ('guanli', 'quanshu'):
        assert '所报布局合理' not in visitor(username).get(f'/cases/{reviewed}').text
    visitor('liucheng').get(f'/cases/{reviewed}', 403)


def test_one_page_is_printed(visitor, reviewed) -> None:
    """O-18: the printed case is facts, limits, opinions, documents and materials; timeline and diagram stay on the screen."""
    page = visitor('shencha').get(f'/cases/{reviewed}')
    printed = [one.text_content() for one in page.tree.xpath('//main//section[not(contains(@class, "no-print"))]/h2')]
    assert '办理经过' not in printed
    assert '办理流程' not in printed
    assert {'办件信息', '各环节意见', '文书', '申请材料'} <= {' '.join(one.split()) for one in printed}


def test_the_task_page_has_what_is_to_be_judged_first_a_row_a_material(visitor) -> None:
    """O-22: materials stand left of the decision, one row each, with their state and its fields."""
    clerk = visitor('chuangkou')
    task = str(clerk.get(f'/receive/slips/{clerk.receive()}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{task}/claim')
    page = clerk.get(task)
    assert headings(page)[0] == '申请材料'
    rows = page.tree.xpath('//table[contains(@class, "materials")]/tbody/tr')
    assert len(rows) == 5
    assert all(row.xpath('.//select') and len(row.xpath('.//input')) == 3 for row in rows)
