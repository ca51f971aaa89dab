"""The clerk's tasks: claim, draft, complete; and what happens when somebody was first."""

from __future__ import annotations

import pytest


@pytest.fixture
def clerk(visitor):
    return visitor('chuangkou')


@pytest.fixture
def task(clerk) -> str:
    """The path of a fresh intake task."""
    case_no = clerk.receive()
    return str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])


def _fields(page, path: str, **answers: str) -> dict[str, str]:
    return {**page.form(path), 'action': 'complete', **answers}


def _move_on(clerk, task: str, **answers: str):
    clerk.post(f'{task}/claim')
    return clerk.act(task, _fields(clerk.get(task), task, **answers))


def test_the_desk_lists_the_case_with_its_time_left(clerk, task) -> None:
    page = clerk.get('/desk')
    assert page.tree.xpath(f'//a[@href="{task}"]')
    assert '剩 ' in page.words


def test_next_case_claims_the_most_urgent_one_and_opens_it(clerk, clock) -> None:
    """O-03, H-34: of two cases the one that came in first is due first, is the first row of the desk, and is handed out first."""
    older = clerk.receive()
    clock.move(days=2)
    newer = clerk.receive()
    rows = clerk.get('/desk').tree.xpath('//tr[@data-row]/td/a[@class="number"]')
    assert [row.text for row in rows] == [older, newer]
    first = clerk.post('/desk/next').location
    assert first == rows[0].get('href')
    assert '提交办理' in clerk.get(first).words
    assert clerk.post('/desk/next').location == rows[1].get('href')


def test_next_case_says_when_nothing_waits(visitor) -> None:
    reviewer = visitor('shencha')
    assert reviewer.post('/desk/next').location == '/desk'
    assert '没有等待办理的办件' in reviewer.get('/desk').words


def test_a_case_goes_on_to_the_next_window(clerk, task, visitor) -> None:
    _move_on(clerk, task, **{'f.intake_outcome': _option(clerk, task, '受理')})
    assert '已办理完毕' in clerk.get('/desk').words
    assert '资料审查' in visitor('shencha').get('/desk').words


def _option(clerk, task: str, label: str) -> str:
    """The code of the option with this label."""
    if clerk.get(task).tree.xpath(f'//form[@action="{task}/claim"]'):
        clerk.post(f'{task}/claim')
    found = [box for box in clerk.get(task).tree.xpath('//label[input]') if box.text_content().strip() == label]
    return str(found[0].xpath('input/@value')[0])


def test_claiming_twice_is_one_claim(clerk, task) -> None:
    clerk.post(f'{task}/claim')
    clerk.post(f'{task}/claim')
    clerk.get(task)


def test_an_answer_that_brings_new_fields_is_not_sent_before_they_are_filled(clerk, task) -> None:
    code = _option(clerk, task, '一次告知补正')
    page = clerk.post(task, _fields(clerk.get(task), task, **{'f.intake_outcome': code}), 422)
    assert '表单出现了新的项目' in page.words
    assert 'f.supplement_items' in page.form(task)


def test_an_incomplete_form_comes_back_with_its_complaints_and_its_text(clerk, task) -> None:
    code = _option(clerk, task, '一次告知补正')
    page = clerk.post(task, _fields(clerk.get(task), task, **{'f.intake_outcome': code}), 422)
    page = clerk.post(task, _fields(page, task), 422)
    assert page.tree.xpath('//*[@class="f-errors"]')
    page = clerk.post(task, _fields(page, task, **{'f.supplement_items': '一、补充平面布局图；' + 'x' * 3000}), 422)
    assert '一、补充平面布局图' in page.text
    assert page.tree.xpath('//*[@class="f-errors"]')


def test_a_draft_is_there_again_next_time(clerk, task) -> None:
    code = _option(clerk, task, '一次告知补正')
    fields = {**clerk.get(task).form(task), 'action': 'draft', 'f.intake_outcome': code, 'f.supplement_items': '缺少健康证明'}
    clerk.post(task, fields)
    page = clerk.get(task)
    assert '草稿已保存' in page.words
    assert page.form(task)['f.intake_outcome'] == code
    assert '缺少健康证明' in page.text


def test_a_stale_page_does_not_save_over_a_newer_draft(clerk, task) -> None:
    """O-15: the later of two tabs is told; both texts are there, and saving again is a decision."""
    code = _option(clerk, task, '一次告知补正')
    first = {**clerk.get(task).form(task), 'action': 'draft', 'f.intake_outcome': code}
    second = dict(first)
    clerk.post(task, {**first, 'f.supplement_items': '缺少健康证明'})
    told = clerk.post(task, {**second, 'f.supplement_items': '缺少布局图'}, 409)
    assert '另一个页面保存了较新的草稿' in told.words
    assert '缺少健康证明' in told.text
    assert '缺少布局图' in told.text
    assert '缺少健康证明' in clerk.get(task).text
    assert told.form(task)['f.supplement_items'] == '缺少布局图'
    clerk.post(task, {**told.form(task), 'action': 'draft'})
    assert '缺少布局图' in clerk.get(task).text


def test_a_page_that_came_back_is_as_stale_as_before(clerk, task) -> None:
    """O-15: a refusal in between does not make an old page new."""
    code = _option(clerk, task, '受理')
    old = clerk.get(task).form(task)
    clerk.post(task, {**old, 'action': 'draft', 'f.intake_outcome': code})
    again = clerk.post(task, {**old, 'f-action': 'submit', 'action': ''}, 200).form(task)
    clerk.post(task, {**again, 'action': 'draft'}, 409)


def test_pressing_enter_sends_nothing_off(clerk, task) -> None:
    code = _option(clerk, task, '受理')
    fields = {**clerk.get(task).form(task), 'f.intake_outcome': code, 'f-action': 'submit'}
    fields.pop('action', None)
    page = clerk.post(task, fields, 200)
    assert '提交办理' in page.words
    assert page.form(task)['f.intake_outcome'] == code


def test_sending_a_task_twice_is_answered_with_who_and_when(clerk, task) -> None:
    code = _option(clerk, task, '受理')
    fields = _fields(clerk.get(task), task, **{'f.intake_outcome': code})
    clerk.act(task, fields)
    page = clerk.post(task, fields, 409)
    assert '2026-03-02' in page.words
    assert '您的提交没有生效' in page.words


def test_two_clerks_on_one_task_the_slower_learns_who_was_faster(visitor, clerk, task) -> None:
    _move_on(clerk, task, **{'f.intake_outcome': _option(clerk, task, '受理')})
    reviewer = visitor('shencha')
    review = reviewer.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    reviewer.post(f'{review}/claim')
    reviewer.post(
        review,
        _fields(reviewer.get(review), review, **{'f.review_conclusion': _option(reviewer, review, '符合要求'), 'f.review_opinion': '齐全'}),
    )
    first, second = visitor('hecha1'), visitor('hecha2')
    inspection = first.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    first.post(f'{inspection}/claim')
    page = second.post(f'{inspection}/claim', {}, 409)
    assert '2026-03-02' in page.words
    assert _name_of('hecha1', visitor) in page.words


def _name_of(username: str, visitor) -> str:
    return visitor(username).get('/profile').tree.xpath('//dt[contains(., "姓名")]/following-sibling::dd[1]/text()')[0]


def test_a_stale_page_keeps_the_text_in_the_form_to_send_it_again(clerk, visitor, task) -> None:
    code = _option(clerk, task, '不予受理')
    stale = clerk.get(task)
    clerk.post(f'{task}/unclaim')
    clerk.post(f'{task}/claim')
    answers = {'f.intake_outcome': code, 'f.intake_reason': '经营场所不在本辖区'}
    page = clerk.post(task, {**stale.form(task), **answers, 'action': 'complete'}, 422)  # the reason was not on the page yet
    old = stale.form(task)['lock_version']
    fields = {**page.form(task), 'lock_version': old, 'f.intake_reason': '经营场所不在本辖区', 'action': 'complete'}
    page = clerk.post(task, fields, 409)
    assert '您填写的内容保留在下面的表单中' in page.words
    assert '经营场所不在本辖区' in page.text
    clerk.act(task, {**page.form(task), 'action': 'complete'})


def test_a_rejection_is_a_sentence_and_never_a_traceback(visitor, task) -> None:
    page = visitor('shencha').post(task, {'action': 'complete', 'f.intake_outcome': 'accept'}, 404)
    assert 'Traceback' not in page.text
    visitor('chuangkou').post('/tasks/999999', {'action': 'complete'}, 404)
