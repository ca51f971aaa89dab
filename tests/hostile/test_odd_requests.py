"""Requests no browser makes: they get a sentence and a status of their own, never the page about an error inside."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

BEYOND = ('2147483648', '9223372036854775808', '99999999999999999999999999')
BUNDLE = Path(__file__).parents[2] / 'processes' / 'food-business-licence'
DEEP = '[' * 100_000


def numbered(app, method: str) -> list[str]:
    rules = [rule.rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and '<int:' in rule.rule]
    return sorted(re.sub(r'<path:[^>]+>', 'process.bpmn', rule) for rule in rules)


@pytest.fixture
def draft(visitor):
    """An analyst and the address of a draft of theirs."""
    analyst = visitor('liucheng')
    source = {'source': 'shipped:food-business-licence', 'name': ''}
    return analyst, str(analyst.post('/workshop/drafts', source).location)


@pytest.mark.parametrize('number', BEYOND)
def test_a_number_no_row_can_have_is_not_found(app, visitor, number: str) -> None:
    people = [visitor(username) for username in ('chuangkou', 'liucheng', 'guanli')]
    for rule in numbered(app, 'GET'):
        path = re.sub(r'<[^>]+>', number, rule)
        for person in people:
            assert person.client.get(path).status_code in (403, 404), path


def test_a_number_no_row_can_have_is_not_found_by_forms_either(app, visitor) -> None:
    administrator = visitor('guanli')
    token = administrator.token()
    for rule in numbered(app, 'POST'):
        path = re.sub(r'<[^>]+>', BEYOND[2], rule)
        assert administrator.client.post(path, data={'csrf_token': token}).status_code in (403, 404, 405), path


@pytest.mark.parametrize('number', [*BEYOND, '-1', '0', 'x', '²', '1e9'])
def test_a_page_that_is_no_page_shows_one(visitor, number: str) -> None:
    places = {'jiancha': ('/cases', '/desk'), 'guanli': ('/cases', '/operation/log', '/operation/timers')}
    for person, paths in [(visitor(name), found) for name, found in places.items()]:
        for path in paths:
            assert person.client.get(f'{path}?page={number}').status_code == 200, path


@pytest.mark.parametrize('version', ['99999999999999999999999', '²', '-1', 'x'])
def test_saving_under_a_version_that_cannot_be_asks_for_the_version(draft, version: str) -> None:
    analyst, address = draft
    headers = {'X-CSRFToken': analyst.token(), 'If-Match': f'"{version}"'.encode().decode('latin-1')}
    answer = analyst.client.put(f'{address}/raw/process.bpmn', data=b'x', headers=headers)
    assert answer.status_code == 428
    assert '版本' in answer.get_json()['message']


@pytest.mark.parametrize('version', ['99999999999999999999999', '²', '-1', ''])
def test_text_saved_under_a_version_that_cannot_be_is_put_aside(draft, version: str) -> None:
    analyst, address = draft
    for where in ('edit/item.toml', 'item'):
        analyst.post(f'{address}/{where}', {'text': '[item]', 'version': version}, 412)
    for what in ('rename', 'remove'):
        analyst.post(f'{address}/{what}', {'path': 'item.toml', 'new_path': 'a.toml', 'version': version}, 409)


HALF, NESTED = '{"files": {"process.bpmn": "\\ud800"}}', '{"files": {"item.toml": "a=' + '[' * 20_000 + '"}}'


@pytest.mark.parametrize('body', [HALF, NESTED, DEEP, '{', '7'])
def test_the_check_answers_whatever_it_is_asked(draft, body: str) -> None:
    analyst, address = draft
    headers = {'X-CSRFToken': analyst.token()}
    answer = analyst.client.post(f'{address}/check', data=body, content_type='application/json', headers=headers)
    assert answer.status_code in (200, 400)
    assert answer.get_json()


@pytest.mark.parametrize(('path', 'content'), [('item.toml', 'a=' + '[' * 20_000), ('audit.form', DEEP), ('audit.form', '{"a":' * 50_000)])
def test_a_file_nested_too_deep_is_a_problem_of_the_draft(draft, path: str, content: str) -> None:
    analyst, address = draft
    stored = (BUNDLE / path).name
    analyst.post(f'{address}/edit/{path}', {'text': content, 'version': '1'})
    words = analyst.get(address).words
    assert '不能部署' in words or '错误' in words, stored
    for where in ('item', f'edit/{path}?as=text', f'edit/{path}', 'edit/process.bpmn', f'raw/{path}'):
        assert analyst.client.get(f'{address}/{where}').status_code in (200, 302), where
    answer = analyst.client.post(f'{address}/check', json={'files': {}}, headers={'X-CSRFToken': analyst.token()})
    assert any(one['severity'] == 'error' for one in json.loads(answer.get_data())['problems'])


@pytest.mark.parametrize('source', [f'definition:{BEYOND[2]}', 'definition:²', 'definition:', 'shipped:../..', 'x'])
def test_a_draft_from_what_is_not_there_is_refused(visitor, source: str) -> None:
    answer = visitor('liucheng')
    page = answer.client.post('/workshop/drafts', data={'source': source, 'csrf_token': answer.token()})
    assert page.status_code in (404, 422)


def test_a_task_is_not_completed_under_a_version_that_cannot_be(visitor) -> None:
    clerk = visitor('chuangkou')
    slip = clerk.get(f'/receive/slips/{clerk.receive()}')
    task = str(slip.tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{task}/claim')
    for version in (*BEYOND, '²', '-1', 'abc'):
        answer = clerk.client.post(task, data={'action': 'complete', 'lock_version': version, 'csrf_token': clerk.token()})
        assert answer.status_code in (409, 422), version
