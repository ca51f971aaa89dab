"""O-21, O-23: the notice of what is missing comes from the checklist and is answered line by line; findings decide the conclusion."""

from __future__ import annotations

import pytest

from tests.pages.conftest import ENTERPRISE

FORM = '/receive/food-business-licence'


@pytest.fixture
def clerk(visitor):
    return visitor('chuangkou')


@pytest.fixture
def task(clerk) -> str:
    """An intake task, claimed; the layout never came, the list of rules is defective."""
    fields = {**clerk.get(FORM).form(FORM), **ENTERPRISE, 'action': 'receive_open'}
    fields |= {name: 'received' for name in fields if name.endswith('-state')}
    fields |= {'m-layout-state': 'missing', 'm-safety_system-state': 'defective', 'm-safety_system-note': '缺少进货查验制度'}
    return str(clerk.post(FORM, fields).location)


def unfolded(clerk, task: str, **changes: str):
    return clerk.post(task, {**clerk.get(task).form(task), **changes, 'action': ''}, 200)


def told(page, task: str) -> list[str]:
    return str(page.form(task)['f.supplement_items']).splitlines()


def test_the_notice_is_filled_from_the_checklist_with_what_is_wrong(clerk, task) -> None:
    """O-21: every material that is missing or wrong, a line each, and nothing that came."""
    lines = told(unfolded(clerk, task, **{'f.intake_outcome': 'supplement'}), task)
    assert lines == ['1. 经营场所平面布局图和操作流程：未提交，请补交。', '2. 食品安全规章制度目录：缺少进货查验制度，请更正后重新提交。']


def test_marks_of_the_same_page_count(clerk, task) -> None:
    """O-21: what is marked beside the form and not sent yet stands in the notice."""
    page = clerk.get(task)
    marks = dict.fromkeys(page.tree.xpath('//select/@name'), 'received') | {'m-application-state': 'defective'}
    lines = told(unfolded(clerk, task, **marks, **{'f.intake_outcome': 'supplement', 'm-application-note': '未签名'}), task)
    assert lines == ['1. 食品经营许可申请书：未签名，请更正后重新提交。']


def test_what_the_clerk_wrote_himself_stays(clerk, task) -> None:
    """O-21: the notice is filled once, then it is the clerk's."""
    page = unfolded(clerk, task, **{'f.intake_outcome': 'supplement'})
    own = {**page.form(task), 'f.supplement_items': '一、补交布局图', 'm-safety_system-state': 'received', 'action': ''}
    assert told(clerk.post(task, own, 200), task) == ['一、补交布局图']


def test_the_answer_is_checked_line_by_line(clerk, task) -> None:
    """O-21: an answer is complete when every line of the notice is ticked; before that the page says why it cannot be sent."""
    page = unfolded(clerk, task, **{'f.intake_outcome': 'supplement'})
    clerk.act(task, {**page.form(task), 'action': 'complete'})
    answer = str(clerk.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{answer}/claim')
    page = clerk.get(answer)
    lines = [str(box.get('value')) for box in page.tree.xpath('//input[@name="f.supplement_checked"]')]
    assert len(lines) == 2
    assert '没有逐项核对完' in page.words
    some = {**page.form(answer), 'f.supplement_note': '补交', 'f.supplement_checked': lines[:1]}
    refused = clerk.post(answer, {**some, 'f.supplement_complete': 'complete', 'action': 'complete'}, 422)
    assert '没有逐项核对完' in refused.words
    whole = clerk.post(answer, {**some, 'f.supplement_checked': lines, 'action': ''}, 200)
    assert '没有逐项核对完' not in whole.words
    clerk.post(answer, {**whole.form(answer), 'f.supplement_complete': 'complete', 'action': 'complete'})


def test_an_answer_whose_choices_came_from_an_earlier_step_is_read_as_it_was_given(clerk, task) -> None:
    """S-67: the lines of the notice are the choices of the next step; whoever decides reads which were ticked, not an empty list."""
    page = unfolded(clerk, task, **{'f.intake_outcome': 'supplement'})
    lines = told(page, task)
    clerk.act(task, {**page.form(task), 'action': 'complete'})
    answer = str(clerk.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{answer}/claim')
    given = {**clerk.get(answer).form(answer), 'f.supplement_note': '补交', 'f.supplement_checked': lines}
    whole = clerk.post(answer, {**given, 'action': ''}, 200)
    clerk.post(answer, {**whole.form(answer), 'f.supplement_complete': 'complete', 'action': 'complete'})
    case = clerk.get(str(clerk.get('/desk').tree.xpath('//a[contains(@href, "/cases/")]/@href')[0]))
    read = dict(zip(*[[' '.join(one.text_content().split()) for one in case.tree.xpath(f'//{tag}')] for tag in ('dt', 'dd')], strict=True))
    assert read['逐项核对（已补正的勾选）'] == '、'.join(lines)
    assert read['核对结果'] == '已按告知书要求补正全部内容'


@pytest.fixture
def inspection(clerk, visitor) -> tuple[object, str]:
    """An inspector at the site inspection of a case."""
    case_no = clerk.receive()
    task = str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{task}/claim')
    clerk.act(task, {**clerk.get(task).form(task), 'action': 'complete', 'f.intake_outcome': 'accept'})
    reviewer, inspector = visitor('shencha'), visitor('hecha1')
    review = str(reviewer.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    reviewer.post(f'{review}/claim')
    opinion = {'f.review_conclusion': 'pass', 'f.review_opinion': '齐全'}
    reviewer.post(review, {**reviewer.get(review).form(review), 'action': 'complete', **opinion})
    path = str(inspector.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    inspector.post(f'{path}/claim')
    return inspector, path


@pytest.mark.parametrize('ticked', [(), ('site',), ('site', 'layout', 'facility', 'system')])
def test_a_conclusion_that_does_not_follow_from_the_findings_is_refused_and_says_why(inspection, ticked) -> None:
    """O-23: 符合 is not offered and not taken while an item is not in order."""
    inspector, path = inspection
    page = inspector.get(path)
    found = {'f.inspection_date': '2026-03-02', 'f.inspection_items': list(ticked), 'f.inspection_opinion': '看过'}
    refused = inspector.post(path, {**page.form(path), **found, 'f.inspection_conclusion': 'pass', 'action': 'complete'}, 422)
    assert '结论不能为「符合」' in refused.words
    assert not refused.tree.xpath('//input[@name="f.inspection_conclusion"][@value="pass"]')


def test_a_conclusion_that_follows_is_taken(inspection) -> None:
    """O-23: with every item in order 符合 is offered."""
    inspector, path = inspection
    every = ['site', 'layout', 'facility', 'system', 'staff']
    found = {'f.inspection_date': '2026-03-02', 'f.inspection_items': every, 'f.inspection_opinion': '看过'}
    page = inspector.post(path, {**inspector.get(path).form(path), **found, 'action': ''}, 200)
    assert '结论不能为「符合」' not in page.words
    inspector.post(path, {**page.form(path), 'f.inspection_conclusion': 'pass', 'action': 'complete'})
