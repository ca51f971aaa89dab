"""The administrator's pages: a plan, its dry run, the batch with its progress, taking it back; one case put on another step."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.pages.test_english_pages import chinese_of_ours, data_of

REASON = '流程优化'


def second_version(visitor: Any, zipped: Any, *replacements: tuple[bytes, bytes]) -> None:
    packed = zipfile.ZipFile(zipped()[0])
    text = packed.read('process.bpmn')
    for before, after in replacements:
        text = text.replace(before, after)
    source = io.BytesIO()
    with zipfile.ZipFile(source, 'w') as made:
        for name in packed.namelist():
            if not name.startswith('scenarios/'):
                made.writestr(name, text if name == 'process.bpmn' else packed.read(name))
    source.seek(0)
    visitor('guanli').post('/definitions/deploy', {'bundle': (source, 'b.zip'), 'reason': REASON, 'action': 'deploy', 'alone': '1'})


RENAMED = [
    (f'{name}="intake"'.encode(), f'{name}="first_look"'.encode())
    for name in ('id', 'attachedToRef', 'sourceRef', 'targetRef', 'value', 'bpmnElement')
] + [(b'>intake<', b'>first_look<')]


def versions(page: Any) -> tuple[str, str]:
    old = page.tree.xpath('//select[@name="from"]/option[contains(., "第 1 版")]/@value')[0]
    new = page.tree.xpath('//select[@name="to"]/option[contains(., "第 2 版")]/@value')[0]
    return str(old), str(new)


def test_a_migration_from_plan_to_revert(visitor, zipped) -> None:
    case_no = visitor('chuangkou').receive()
    second_version(visitor, zipped, *RENAMED)
    administrator = visitor('guanli')
    old, new = versions(administrator.get('/migrations'))
    plan = administrator.get(f'/migrations/plan?from={old}&to={new}')
    assert '按名称和位置对应' in plan.words  # D-40: the step of the same name is proposed
    fields = {**plan.form('/migrations/dry-run'), 'reason': REASON}
    assert fields['map-intake'] == 'first_look'
    dry = administrator.post('/migrations/dry-run', {**fields, 'map-intake': ''}, 200)
    assert '可以：0 件' in dry.words
    assert '目标版本没有该环节' in dry.words
    dry = administrator.post('/migrations/dry-run', fields, 200)
    assert '可以：1 件' in dry.words
    answer = administrator.post('/migrations', {**dry.form('/migrations'), 'alone': '1'})
    batch = administrator.get(str(answer.location))
    assert '已完成' in batch.words
    assert case_no in batch.words
    assert '受理审查' in administrator.get(f'/cases/{case_no}').words
    assert '第 1 版 → 第 2 版' in administrator.get(f'/cases/{case_no}').words
    administrator.post(f'{answer.location}/revert', {'reason': '改错了'})
    assert '已撤销' in administrator.get(str(answer.location)).words
    assert '版本迁移撤销' in administrator.get(f'/cases/{case_no}').words
    assert '发起批量撤销迁移' in administrator.get('/operation/log').words


def test_one_case_of_a_batch_is_reverted(visitor, zipped) -> None:
    case_no = visitor('chuangkou').receive()
    second_version(visitor, zipped, (b'name="\xe5\xae\xa1\xe6\xa0\xb8"', b'name="audit"'))
    administrator = visitor('guanli')
    old, new = versions(administrator.get('/migrations'))
    fields = {'kind': 'migrate', 'from': old, 'to': new, 'reason': REASON}
    dry = administrator.post('/migrations/dry-run', fields, 200)
    batch = str(administrator.post('/migrations', {**dry.form('/migrations'), 'alone': '1'}).location)
    row = administrator.get(batch).tree.xpath('//form[contains(@action, "/cases/")]/@action')[0]
    administrator.post(str(row), {'reason': '只退这一件'})
    assert '版本迁移撤销' in administrator.get(f'/cases/{case_no}').words
    administrator.post(str(row), {'reason': '再来'}, 409)


def test_a_case_is_put_on_another_step_and_not_past_acceptance(visitor) -> None:
    case_no = visitor('chuangkou').receive()
    administrator = visitor('guanli')
    page = administrator.get(f'/migrations/cases/{case_no}')
    fields = {**page.form('/dry-run'), 'reason': '退回重办'}
    assert fields['leave']
    refused = administrator.post(f'/migrations/cases/{case_no}/dry-run', {**fields, 'begin': 'document_review'}, 200)
    assert '不能转移' in refused.words
    assert '受理' in refused.words
    administrator.post(f'/migrations/cases/{case_no}/move', {**fields, 'begin': 'document_review'}, 422)
    again = administrator.post(f'/migrations/cases/{case_no}/dry-run', {**fields, 'begin': 'intake'}, 200)
    assert '可以转移' in again.words
    administrator.post(f'/migrations/cases/{case_no}/move', {**fields, 'begin': 'intake'})
    assert '转到「受理审查」：退回重办' in administrator.get(f'/cases/{case_no}').words


def test_a_case_is_suspended_and_let_go_on(visitor) -> None:
    case_no = visitor('chuangkou').receive()
    administrator = visitor('guanli')
    administrator.post(f'/migrations/cases/{case_no}/suspend', {'reason': '核查'})
    assert '已挂起' in administrator.get(f'/migrations/cases/{case_no}').words
    administrator.post(f'/migrations/cases/{case_no}/activate', {'reason': '查清'})
    assert '已挂起' not in administrator.get(f'/migrations/cases/{case_no}').words


def test_many_cases_are_suspended_after_a_dry_run(visitor) -> None:
    for _ in range(2):
        visitor('chuangkou').receive()
    administrator = visitor('guanli')
    old = administrator.get('/migrations').tree.xpath('//select[@name="definition"]/option/@value')[0]
    page = administrator.get(f'/migrations/many?definition={old}')
    dry = administrator.post('/migrations/dry-run', {**page.form('/dry-run'), 'kind': 'suspend', 'reason': '停电'}, 200)
    assert '可以：2 件' in dry.words
    batch = administrator.get(str(administrator.post('/migrations', dry.form('/migrations')).location))
    assert '2 / 2' in batch.words


def test_migrations_are_english_whole(visitor, office) -> None:
    """O-41: the plan, the dry run, the batch and the list of batches."""
    case_no = visitor('chuangkou').receive()
    administrator = visitor('guanli')
    administrator.post('/language', {'language': 'en', 'next': '/items'})
    old = administrator.get('/migrations').tree.xpath('//select[@name="definition"]/option/@value')[0]
    page = administrator.get(f'/migrations/many?definition={old}')
    dry = administrator.post('/migrations/dry-run', {**page.form('/dry-run'), 'kind': 'suspend', 'reason': '停电'}, 200)
    batch = administrator.get(str(administrator.post('/migrations', dry.form('/migrations')).location))
    pages = [page, dry, batch, *(administrator.get(path) for path in ('/migrations', f'/migrations/cases/{case_no}'))]
    written = data_of(office)
    assert {words for one in pages for words in chinese_of_ours(one, written)} == set()


@pytest.mark.parametrize('username', ['chuangkou', 'jiancha', 'liucheng'])
def test_only_administrators_come_here(visitor, username: str) -> None:
    case_no = visitor('chuangkou').receive()
    person = visitor(username)
    for path in ('/migrations', '/migrations/plan?from=1&to=1', f'/migrations/cases/{case_no}'):
        person.get(path, 403)
    person.post('/migrations', {'order': '{}', 'reason': 'x'}, 403)
    sees = username != 'liucheng'  # who draws items sees no case
    assert '转移环节' not in person.get(f'/cases/{case_no}', 200 if sees else 403).words


@pytest.mark.parametrize('path', ['/plan', '/plan?from=x&to=1', '/999', '/many?definition=999999999', '/cases/990121202603020000018'])
def test_what_is_not_there_is_said(visitor, path: str) -> None:
    visitor('guanli').get(f'/migrations{path}', 404)


@pytest.mark.parametrize('order', ['', '{}', '[]', '{"kind": "explode", "definition": 1, "leave": [], "begin": "", "cases": []}'])
def test_an_order_that_is_none_is_refused(visitor, order: str) -> None:
    visitor('chuangkou').receive()
    visitor('guanli').post('/migrations', {'order': order, 'reason': REASON}, 422)


@pytest.mark.parametrize(
    'order',
    [
        '[' * 100_000,
        '5',
        '{"kind": "move", "definition": 1e400, "leave": ["a"], "begin": "x", "cases": []}',
        '{"kind": "move", "definition": 1, "leave": [{}], "begin": "x", "cases": []}',
        '{"kind": "suspend", "definition": 99999999999999999999, "leave": [], "begin": "", "cases": []}',
        '{"kind": "suspend", "definition": 1, "leave": [], "begin": "", "cases": ["\\ud800"]}',
        '{"kind": "migrate", "definition": 1, "plan": {"from": 1, "to": 1, "mapping": {"a": [1]}}, "leave": [], "begin": "", "cases": []}',
        '{"kind": "migrate", "definition": 1, "plan": {"from": 1, "to": 1, "timers": 5}, "leave": [], "begin": "", "cases": []}',
    ],
)
def test_an_order_nobody_can_read_is_refused_in_words(visitor, order: str) -> None:
    visitor('chuangkou').receive()
    page = visitor('guanli').post('/migrations', {'order': order, 'reason': 'x'}, 422)
    assert '方案' in page.words or '操作' in page.words
