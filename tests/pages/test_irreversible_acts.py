"""O-08, O-09: what cannot be taken back is shown, asked once and done; what it issued is at hand afterwards."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tasks import tables as t
from tests.pages.conftest import ENTERPRISE
from web.pages import task as task_pages

FORM = '/receive/food-business-licence'


@pytest.fixture
def clerk(visitor):
    return visitor('chuangkou')


@pytest.fixture
def held(clerk) -> tuple[str, str]:
    """A case received and its intake task, claimed by the clerk who received it."""
    case_no = clerk.receive()
    task = str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{task}/claim')
    return case_no, task


def answered(clerk, task: str, **answers: str) -> dict[str, str]:
    return {**clerk.get(task).form(task), 'action': 'complete', **answers}


def documents(office) -> int:
    with office.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(t.document)).scalar_one())


ISSUING = {'desk': {'complete'}, 'cases': {'withdraw'}, 'verbs': {'suspend', 'extend'}, 'moves': {'move_case'}}
"""Verbs of the office that issue documents or end cases, by the name their module has on the pages."""


def test_no_page_of_any_role_calls_such_a_verb_but_through_the_question() -> None:
    """O-08: the kind: whoever presses the button, `act` stands between the page and the verb."""
    unasked = []
    for path in sorted(Path(task_pages.__file__).parent.glob('*.py')):
        for function in (node for node in ast.walk(ast.parse(path.read_text('utf-8'))) if isinstance(node, ast.FunctionDef)):
            names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            called = {
                f'{node.value.id}.{node.attr}'
                for node in ast.walk(function)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in ISSUING.get(node.value.id, ())
            }
            if called and 'act' not in names:
                unasked.append((path.name, function.name, called))
    assert not [one for one in unasked if one[1] != 'complete'], 'the inner function of the task page is called by act'


INTAKE = [
    ({'f.intake_outcome': 'accept'}, '受理通知书', ''),
    ({'f.intake_outcome': 'not_accepted', 'f.intake_reason': '不属本机关职权'}, '不予受理通知书', '不予受理'),
    ({'f.intake_outcome': 'not_required', 'f.intake_reason': '无需许可'}, '不需要行政许可告知书', '不需要许可'),
    ({'f.intake_outcome': 'supplement', 'f.supplement_items': '1. 补交布局图'}, '一次性补正告知书', ''),
]


@pytest.mark.parametrize('act', INTAKE)
def test_a_step_that_issues_a_document_or_ends_the_case_is_shown_and_asked_once(held, clerk, office, act) -> None:
    """O-08: every outcome of the counter: nothing happens before it is confirmed; what was typed stays, in both directions."""
    (_case_no, task), (answers, title, ended) = held, act
    before = documents(office)
    unfolded = clerk.post(task, {**answered(clerk, task), **answers, 'action': ''}, 200)  # the page with the fields this answer brings
    shown = clerk.post(task, {**unfolded.form(task), **answers, 'action': 'complete'}, 200)
    assert documents(office) == before
    assert title in shown.words
    assert '文号以出具时为准' in shown.words
    assert ('办件将就此结束' in shown.words) is bool(ended)
    asked = shown.form(task)
    for name, value in answers.items():
        assert asked[name] == value
    back = clerk.post(task, {**asked, 'action': 'edit'}, 200)
    for name, value in answers.items():
        assert back.form(task)[name] == value
    clerk.post(task, {**asked, 'action': 'complete'})
    assert documents(office) == before + 1


def test_withdrawal_shows_its_document_and_that_the_case_ends(clerk, held, office) -> None:
    """O-08: 登记撤回 ends a case; it shows the document first and keeps the reason when one goes back."""
    case_no, _task = held
    path, reason = f'/cases/{case_no}/withdraw', {'reason': '申请人改变经营计划'}
    shown = clerk.post(path, reason, 200)
    assert '办件将就此结束，状态为「已撤回」' in shown.words
    assert '申请人改变经营计划' in shown.words
    assert clerk.post(path, {**reason, 'action': 'edit'}, 200).form('/withdraw')['reason'] == reason['reason']
    assert '已撤回' not in clerk.get(f'/cases/{case_no}').words
    clerk.act(path, reason)
    page = clerk.get(f'/cases/{case_no}')
    assert '已登记撤回申请' in page.words
    assert page.tree.xpath('//div[contains(@class, "flash")]//a[contains(@href, "/documents/")]')


def test_what_was_confirmed_is_what_was_shown(clerk, held) -> None:
    """O-08: a confirmation of something else than what would happen now is asked again."""
    _case_no, task = held
    page = clerk.post(task, answered(clerk, task, **{'f.intake_outcome': 'accept', 'confirmed': 'f' * 32}), 200)
    assert '情况已有变化' in page.words


def test_a_step_that_issues_nothing_is_done_at_once(clerk, held, visitor) -> None:
    """O-08: only what cannot be taken back is asked."""
    _case_no, task = held
    clerk.act(task, answered(clerk, task, **{'f.intake_outcome': 'accept'}))
    reviewer = visitor('shencha')
    review = str(reviewer.get('/desk').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    reviewer.post(f'{review}/claim')
    opinion = {'f.review_conclusion': 'pass', 'f.review_opinion': '齐全'}
    reviewer.post(review, answered(reviewer, review, **opinion))
    page = reviewer.get('/desk')
    assert page.tree.xpath('//div[contains(@class, "flash")]//a[contains(@href, "/cases/")]'), 'the case is one click away (O-09)'


def test_stop_and_extension_show_the_limits_before_and_after(clerk, held, visitor) -> None:
    """O-06, O-08: the request to stop a clock says what becomes of every limit, and so does the extension."""
    case_no, task = held
    clerk.act(task, answered(clerk, task, **{'f.intake_outcome': 'accept'}))
    stop = {'kind': 'testing', 'reason': '抽样检测', 'basis': '第四十五条', 'amount': '5', 'unit': 'workday'}
    page = visitor('shencha').post(f'/cases/{case_no}/suspend', stop, 200)
    assert '对期限的影响' in page.words
    row = page.tree.xpath('//tr[td="法定期限"]')[0].text_content()
    assert '2026-03-16' in row
    assert '2026-03-23' in row
    page = visitor('jueding').post(f'/cases/{case_no}/extend', {'reason': '复杂', 'basis': '第四十二条'}, 200)
    row = page.tree.xpath('//tr[td="法定期限"]')[0].text_content()
    assert '2026-03-16' in row
    assert '2026-03-23' in row


def test_from_the_first_page_to_the_printed_notice_in_five_page_loads(clerk) -> None:
    """O-09: receive, accept and print in at most five pages and nine clicks; what a page redirects to is no page of its own."""
    pages, clicks = 0, 0

    def opened(page):
        nonlocal pages
        pages += 1
        return page

    clicks += 1  # 收件 in the menu
    choose = opened(clerk.get('/receive'))
    clicks += 1  # the item
    link = str(choose.tree.xpath(f'//a[@href="{FORM}"]/@href')[0])
    form = opened(clerk.get(link))
    fields = {**form.form(FORM), **ENTERPRISE}
    clicks += 1  # the kind of applicant; name, number and telephone are typed
    clicks += 1  # all materials received, ticked on the page by its script
    fields |= {name: 'received' for name in fields if name.endswith('-state')}
    clicks += 1  # 收件并办理
    task = str(clerk.post(FORM, {**fields, 'action': 'receive_open'}).location)
    page = opened(clerk.get(task))
    clicks += 2  # 受理, 提交办理
    asked = opened(clerk.post(task, {**page.form(task), 'f.intake_outcome': 'accept', 'action': 'complete'}, 200))
    clicks += 1  # 确认办理
    done = opened(clerk.get(str(clerk.post(task, {**asked.form(task), 'action': 'complete'}).location)))
    clicks += 1  # 打印文书
    assert done.tree.xpath('//button[@data-print]')
    assert '受理通知书' in done.words
    assert (pages <= 5, clicks <= 9) == (True, True)
    assert done.tree.xpath('//a[@data-key="again"]/@href') == [FORM]
    assert [link for link in done.tree.xpath('//main//a/@href') if link.startswith('/cases/')]
