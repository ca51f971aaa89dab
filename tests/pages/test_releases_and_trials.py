"""An analyst tries, compares and submits in the browser; another person releases; what is refused is said on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

DRAFTS = '/workshop/drafts'


def copied(analyst: Any, source: str) -> str:
    return str(analyst.post(DRAFTS, {'source': source, 'name': '修订'}).location).rsplit('/', 1)[-1]


def definition(analyst: Any) -> str:
    links = analyst.get('/definitions').tree.xpath('//td/a[contains(@href, "/definitions/")]/@href')
    return re.sub(r'\D', '', links[0])


def rewrite(analyst: Any, draft: str, path: str, old: str, new: str) -> None:
    page = analyst.get(f'{DRAFTS}/{draft}/edit/{path}?as=text')
    fields = page.form(f'/edit/{path}')
    assert old in fields['text']
    analyst.post(f'{DRAFTS}/{draft}/edit/{path}', {**fields, 'text': fields['text'].replace(old, new)})


def test_a_revision_goes_from_draft_to_release_and_back(visitor) -> None:
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    first = definition(analyst)
    draft = copied(analyst, f'definition:{first}')
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    page = analyst.get(f'/releases/submit/{draft}')
    assert '全部情景回放通过' in page.words
    assert '0000-12345009' in page.words
    answer = analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'})
    address = str(answer.location)
    assert '只有流程管理人员可以发布' not in analyst.get(address).words
    analyst.post(f'{address}/release', {'reason': '同意'}, 403)
    assert '更新电话' in administrator.get('/releases').words
    administrator.post(f'{address}/release', {'reason': ''}, 422)
    released = str(administrator.post(f'{address}/release', {'reason': '同意', 'when': 'now'}).location)
    assert '第 2 版' in administrator.get(released).words
    assert '已发布' in analyst.get(f'{DRAFTS}/{draft}').words
    administrator.post(f'{address}/release', {'reason': '再来'}, 409)
    rolled = str(administrator.post(f'/releases/definitions/{first}/rollback', {'reason': '电话有误', 'alone': '1'}).location)
    assert '回退到第 1 版：电话有误' in administrator.get(rolled).words


def test_a_release_may_wait_for_its_instant_and_be_taken_back(visitor) -> None:
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    address = str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话', 'wanted_at': '2030-01-02T08:00'}).location)
    page = administrator.get(address)
    assert page.form('/release')['effective_at'] == '2030-01-02T08:00'
    administrator.post(f'{address}/release', {'reason': '同意', 'when': 'later', 'effective_at': ''}, 422)
    staged = str(administrator.post(f'{address}/release', {'reason': '同意', 'when': 'later', 'effective_at': '2030-01-02T08:00'}).location)
    assert '2030-01-02 08:00 生效' in administrator.get(staged).words
    administrator.post(f'/releases{staged}/unstage', {'reason': '推迟'})
    assert '没有待生效的版本' in administrator.get('/releases').words


def test_a_submission_goes_back_with_a_reason(visitor) -> None:
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    analyst.post(f'/releases/submit/{draft}', {'reason': '没有改动'}, 422)
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    address = str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'}).location)
    administrator.post(f'{address}/refuse', {'reason': '先核实'})
    assert '先核实' in analyst.get(address).words
    again = str(analyst.post(f'/releases/submit/{draft}', {'reason': '已核实'}).location)
    analyst.post(f'{again}/withdraw', {'reason': '还要改'})
    assert '提交发布' in analyst.get(f'{DRAFTS}/{draft}').words


def test_two_versions_are_compared_on_a_page(visitor) -> None:
    analyst = visitor('liucheng')
    first = definition(analyst)
    draft = copied(analyst, f'definition:{first}')
    rewrite(analyst, draft, 'process.bpmn', '3个工作日', '2个工作日')
    page = analyst.get(f'/compare?old=definition:{first}&new=draft:{draft}')
    assert '有 1 处影响办理的变化' in page.words
    assert len(page.tree.xpath('//*[contains(@class, "changed") and @data-element="site_inspection_late"]')) == 2
    analyst.get('/compare?old=nonsense&new=draft:1', 422)
    analyst.get(f'/compare?old=definition:999999&new=draft:{draft}', 404)


def begin(analyst: Any, of: str, **fields: str) -> str:
    assert '开始新的试运行' in analyst.get(f'/trials/new?of={of}').words
    return str(analyst.post('/trials', {'of': of, 'start': '2026-09-21T09:30', **fields}).location)


def test_a_draft_is_tried_with_its_forms_and_a_moved_clock(visitor) -> None:
    analyst = visitor('liucheng')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    trial = begin(analyst, f'draft:{draft}')
    page = analyst.get(trial)
    assert '2026-09-21（周一） 09:30' in page.words
    fields = page.form(f'{trial}/complete')
    again = analyst.post(f'{trial}/complete', {**fields, 'action': 'complete'}, 422)
    assert '受理审查' in again.words
    analyst.post(f'{trial}/complete', {**fields, 'f.intake_outcome': 'accept', 'action': 'complete'})
    page = analyst.get(trial)
    assert page.tree.xpath('//*[contains(@class, "here") and @data-element="document_review"]')
    assert '2026-10-08（周四）' in page.words
    analyst.post(f'{trial}/advance', {'to': 'timer'})
    page = analyst.get(trial)
    assert '黄牌' in page.words
    assert '2026-09-23（周三） 00:00' in page.words
    analyst.post(f'{trial}/advance', {'to': 'instant', 'instant': '2026-09-01T00:00'})
    assert '不能回到过去' in analyst.get(trial).words
    analyst.post(f'{trial}/undo', {})
    assert '黄牌' not in analyst.get(trial).words
    analyst.post(f'{trial}/message', {'kind': 'message', 'name': 'withdraw', 'data': 'withdraw_reason = "不办了"'})
    assert '撤回' in analyst.get(trial).words


def test_a_trial_becomes_a_scenario_of_its_draft(visitor) -> None:
    analyst = visitor('liucheng')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    trial = begin(analyst, f'draft:{draft}')
    analyst.post(f'{trial}/advance', {'to': 'timer'})
    analyst.post(f'{trial}/keep', {'name': '沉默', 'file': '../odd', 'about': ''})
    analyst.post(f'{trial}/keep', {'name': '沉默', 'file': 'silence', 'about': '五日'})
    text = analyst.get(f'{DRAFTS}/{draft}/edit/scenarios/silence.toml?as=text').form('/edit/scenarios/silence.toml')['text']
    assert 'at = 2026-09-30T00:00:00+08:00' in text
    assert 'marks = ["red:notify"]' in text
    rewrite(analyst, draft, 'scenarios/silence.toml', 'red:notify', 'red:statutory')
    assert '情景「沉默」未通过' in analyst.get(f'{DRAFTS}/{draft}').words
    analyst.post(f'/trials/rerecord/{draft}', {'path': 'scenarios/silence.toml'})
    assert '情景「沉默」未通过' not in analyst.get(f'{DRAFTS}/{draft}').words
    continued = str(analyst.post('/trials', {'of': f'draft:{draft}', 'scenario': 'scenarios/silence.toml'}).location)
    assert '资料审查' in analyst.get(continued).words


def test_a_trial_belongs_to_whoever_began_it_and_leaves_no_trace_in_the_hall(visitor, office) -> None:
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    trial = begin(analyst, f'definition:{definition(analyst)}')
    administrator.get(trial, 404)
    visitor('chuangkou').get(trial, 403)
    analyst.post(f'{trial}/advance', {'to': 'timer'})
    assert '共 0 条' in administrator.get('/cases').words or '没有' in administrator.get('/cases').words
    analyst.post(f'{trial}/end', {})
    analyst.get(trial, 404)


def test_what_cannot_be_read_is_said_when_a_trial_begins(visitor) -> None:
    analyst = visitor('liucheng')
    of = f'definition:{definition(analyst)}'
    assert '每行应为' in analyst.post('/trials', {'of': of, 'start': '2026-09-21T09:30', 'variables': 'a b c'}, 422).words
    assert '请填写开始时间' in analyst.post('/trials', {'of': of, 'start': ''}, 422).words
    analyst.get('/trials/new?of=', 422)


@pytest.mark.parametrize('far', ['0001-01-01T00:00', '9999-12-31T23:59', '9999-12-31T23:59-14:00', '2026-13-01'])
def test_an_instant_out_of_all_time_is_refused_in_words(visitor, far: str) -> None:
    analyst, clerk = visitor('liucheng'), visitor('chuangkou')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    assert '日期时间不正确' in analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话', 'wanted_at': far}, 422).words
    stop = {'kind': 'hearing', 'reason': '听证', 'basis': '第四十六条', 'amount': '10', 'unit': 'workday', 'since': far}
    assert '日期时间不正确' in clerk.post(f'/cases/{clerk.receive()}/suspend', stop, 422).words


def test_who_releases_sees_that_another_version_came_first(visitor) -> None:
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    source, addresses = f'definition:{definition(analyst)}', []
    for phone in ('0000-12345008', '0000-12345009'):
        draft = copied(analyst, source)
        rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', f'phone = "{phone}"')
        addresses.append(str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'}).location))
    old = administrator.get(addresses[1]).form('/release')
    administrator.post(f'{addresses[0]}/release', {**administrator.get(addresses[0]).form('/release'), 'reason': '同意'})
    administrator.post(f'{addresses[1]}/release', {**old, 'reason': '同意'}, 409)
    page = administrator.get(addresses[1])
    assert '提交之后已有别的版本生效' in page.words
    administrator.post(f'{addresses[1]}/release', {**page.form('/release'), 'reason': '同意'})


def test_who_shortens_a_promise_is_led_to_the_scenarios_that_name_the_old_dates(visitor) -> None:
    """A submission that scenarios keep out is no dead end: its page leads to where they are looked at and recorded again."""
    analyst = visitor('liucheng')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    rewrite(analyst, draft, 'item.toml', 'promise = "7个工作日"', 'promise = "6个工作日"')
    page = analyst.get(f'/releases/submit/{draft}')
    [way] = page.tree.xpath('//a[contains(., "重新记录")]/@href')
    assert '按现在的结果重新记录' in analyst.get(str(way)).words
