"""Drafts as an analyst works with them: copy, save, collide, take back; nothing that was typed is ever lost."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from engine import SYSTEM, Bundle, read_path, read_zip
from tasks.demo.hall import password_of_all
from tasks.people import roster as people
from web.pages import designer

BUNDLE = Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence'

PROCESS = read_path(BUNDLE).files['process.bpmn']


def copied(person: Any, source: str = 'shipped:food-business-licence') -> str:
    """A new draft; its address."""
    return str(person.post('/workshop/drafts', {'source': source, 'name': ''}).location)


def put(person: Any, address: str, content: bytes, version: int | None, path: str = 'process.bpmn') -> Any:
    """What the editor in the browser sends to save."""
    headers = {'X-CSRFToken': person.token()} | ({} if version is None else {'If-Match': f'"{version}"'})
    return person.client.put(f'{address}/raw/{path}', data=content, headers=headers)


def checked(person: Any, address: str, **unsaved: str) -> Any:
    headers = {'X-CSRFToken': person.token()}
    return person.client.post(f'{address}/check', json={'files': unsaved}, headers=headers).get_json()


def second_analyst(visitor: Any, office: Any) -> Any:
    with office.begin(SYSTEM) as tx:
        people.create_clerk(tx, 'sheji', '陈设计', password_of_all(), ['analyst'])
    return visitor('sheji', '10.0.0.2')


def test_a_copy_of_the_shipped_item_has_its_files_and_is_deployable(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    page = analyst.get(address)
    assert '食品经营许可（新办）' in page.words
    assert '可以部署' in page.words
    zipped = analyst.client.get(f'{address}/zip').get_data()
    assert read_zip(zipped).hash == read_path(BUNDLE).hash


def test_a_deployed_version_and_the_blank_one_can_be_copied_too(visitor) -> None:
    analyst = visitor('liucheng')
    choices = analyst.get('/workshop/').tree.xpath('//select[@name="source"]//option/@value')
    deployed = next(choice for choice in choices if choice.startswith('definition:'))
    assert '已部署' in analyst.get(copied(analyst, deployed)).words
    assert checked(analyst, copied(analyst, 'blank'))['problems'][0]['code'] in {'DEPARTMENT_NOT_IN_HALL', 'WINDOW_UNUSED'}


def test_a_save_needs_the_version_it_was_made_from(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    opened = analyst.client.get(f'{address}/raw/process.bpmn')
    assert opened.headers['ETag'] == '"1"'
    assert put(analyst, address, PROCESS, None).status_code == 428
    saved = put(analyst, address, PROCESS.replace('收件'.encode(), '接件'.encode()), 1)
    assert (saved.status_code, saved.get_json()['version']) == (200, 2)
    assert '接件' in analyst.client.get(f'{address}/raw/process.bpmn').get_data(as_text=True)


def test_of_two_saves_the_later_one_is_refused_and_both_texts_are_kept(visitor, office) -> None:
    first = visitor('liucheng')
    address = copied(first)
    second = second_analyst(visitor, office)
    assert put(first, address, PROCESS.replace('收件'.encode(), '甲的收件'.encode()), 1).status_code == 200
    refused = put(second, address, PROCESS.replace('收件'.encode(), '乙的收件'.encode()), 1)
    assert refused.status_code == 412
    answer = refused.get_json()
    assert '徐思远' in answer['message']
    assert '2026-03-02 09:00' in answer['message']
    assert '甲的收件' in first.client.get(f'{address}/raw/process.bpmn').get_data(as_text=True)
    page = second.get(answer['alternative'])
    assert '乙的收件' in page.text
    assert '甲的收件' in page.text
    second.post(f'{answer["alternative"]}/take-back')
    assert '乙的收件' in first.client.get(f'{address}/raw/process.bpmn').get_data(as_text=True)
    assert first.get(address).words.count('修改前') == 2  # both earlier texts are still there


def test_a_text_saved_without_the_editors_collides_the_same_way(visitor, office) -> None:
    first = visitor('liucheng')
    address = copied(first)
    second = second_analyst(visitor, office)
    fields = second.get(f'{address}/edit/intake.form?as=text').form('/edit/intake.form')
    put(first, address, b'{}', 1, 'intake.form')
    page = second.post(f'{address}/edit/intake.form', {**fields, 'text': '{"mine": 1}'}, 412)
    assert '{"mine": 1}' in page.words
    assert '没有丢失' in page.words


def test_files_are_added_renamed_and_removed_and_what_goes_can_be_taken_back(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    analyst.post(f'{address}/files', {'path': 'fee.form'})
    assert json.loads(analyst.client.get(f'{address}/raw/fee.form').get_data())['id'] == 'fee'
    analyst.post(f'{address}/files', {'path': 'fee.form'}, 409)
    analyst.post(f'{address}/files', {'path': '../fee.form'}, 422)
    analyst.post(f'{address}/rename', {'path': 'fee.form', 'new_path': 'charge.form', 'version': '1'})
    analyst.post(f'{address}/remove', {'path': 'charge.form', 'version': '9'}, 409)
    analyst.post(f'{address}/remove', {'path': 'charge.form', 'version': '1'})
    page = analyst.get(address)
    assert 'charge.form' in page.words  # among the texts put aside
    revision = page.tree.xpath('//a[contains(@href, "/revisions/")][text()="charge.form"]/@href')[0]
    analyst.post(f'{revision}/take-back')
    assert analyst.client.get(f'{address}/raw/charge.form').headers['ETag'] == '"2"'  # not 1: an old page must not match it


def test_an_upload_replaces_files_and_keeps_the_old_texts(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    changed = Bundle({'process.bpmn': PROCESS.replace('收件'.encode(), '接件'.encode())}).zipped()
    analyst.post(f'{address}/upload', {'files': (io.BytesIO(changed), 'work.zip')})
    assert '接件' in analyst.client.get(f'{address}/raw/process.bpmn').get_data(as_text=True)
    assert '修改前' in analyst.get(address).words
    analyst.post(f'{address}/upload', {'files': (io.BytesIO(b'x'), 'work.exe')}, 422)
    analyst.post(f'{address}/upload', {'files': (io.BytesIO(b'no zip'), 'work.zip')}, 422)


def test_a_zip_becomes_a_draft_and_a_broken_one_does_not(visitor, zipped) -> None:
    analyst = visitor('liucheng')
    address = analyst.post('/workshop/drafts', {'bundle': zipped(), 'name': '上传的'}).location
    assert '上传的' in analyst.get(address).words
    back = analyst.post('/workshop/drafts', {'bundle': (io.BytesIO(b'PK broken'), 'x.zip')})
    assert '压缩包无法读取' in analyst.get(back.location).words


def test_a_discarded_draft_is_read_only_until_it_is_taken_up_again(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    analyst.post(f'{address}/discard', {'reason': '重画'})
    assert put(analyst, address, PROCESS, 1).status_code == 422
    assert '食品经营许可' not in analyst.get('/workshop/').tree.xpath('string(//table)')
    assert '食品经营许可' in analyst.get('/workshop/?state=discarded').words
    analyst.post(f'{address}/reopen')
    assert put(analyst, address, PROCESS, 1).status_code == 200


def test_the_check_looks_at_what_is_drawn_and_not_saved(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    broken = PROCESS.decode().replace('>5个工作日<', '>五六个工作日左右<')
    answer = checked(analyst, address, **{'process.bpmn': broken})
    assert not answer['deployable']
    assert ('TIMER_LIMIT_UNREADABLE', 'intake_expired') in {(each['code'], each['element']) for each in answer['problems']}
    assert checked(analyst, address)['deployable']
    assert checked(analyst, address, **{'process.bpmn': '<no xml'})['problems'][0]['code'] == 'XML_BROKEN'


def test_a_one_click_change_is_made_and_saved(visitor) -> None:
    """D-24, D-36: what the check offers is asked for by code and element; too late is too late, and what is gone is said."""
    analyst = visitor('liucheng')
    address = copied(analyst)
    plain = b'<bpmn:sequenceFlow id="flow_begin" sourceRef="approval_started" targetRef="document_review" />'
    condition = b'><bpmn:conditionExpression>x = 1</bpmn:conditionExpression></bpmn:sequenceFlow>'
    odd = PROCESS.replace(plain, plain.removesuffix(b' />') + condition)
    assert put(analyst, address, odd, 1).get_json()['version'] == 2
    (offer,) = [fix for problem in checked(analyst, address)['problems'] for fix in problem['fixes'] if fix['element'] == 'flow_begin']
    headers = {'X-CSRFToken': analyst.token()}
    asked = {'code': offer['code'], 'element': offer['element'], 'version': 2}
    assert analyst.client.post(f'{address}/fix/process.bpmn', json=asked).status_code == 400
    done = analyst.client.post(f'{address}/fix/process.bpmn', json=asked, headers=headers).get_json()
    assert done['version'] == 3
    assert 'x = 1' not in done['text']
    assert checked(analyst, address)['deployable']
    assert analyst.client.post(f'{address}/fix/process.bpmn', json=asked, headers=headers).status_code == 422
    put(analyst, address, odd, 3)
    late = analyst.client.post(f'{address}/fix/process.bpmn', json=asked, headers=headers)
    assert late.status_code == 412
    assert visitor('guanli').client.post(f'{address}/fix/process.bpmn', json=asked, headers=headers).status_code in (400, 403)


def test_the_check_answers_for_a_draft_that_is_hardly_begun(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    analyst.post(f'{address}/remove', {'path': 'process.bpmn', 'version': '1'})
    analyst.post(f'{address}/remove', {'path': 'item.toml', 'version': '1'})
    assert not checked(analyst, address)['deployable']
    analyst.get(address)


def test_an_administrator_reads_drafts_and_changes_none_others_see_none(visitor) -> None:
    address = copied(visitor('liucheng'))
    administrator = visitor('guanli')
    administrator.get(address)
    page = administrator.get(f'{address}/edit/item.toml', 302)
    assert '增加一项' not in administrator.get(page.location).words
    assert put(administrator, address, PROCESS, 1).status_code == 403
    administrator.post('/workshop/drafts', {'source': 'blank'}, 403)
    for username in ('chuangkou', 'jiancha'):
        visitor(username).get(address, 403)
    visitor().get(address, 302)


def test_saving_without_the_forgery_token_changes_nothing(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    assert analyst.client.put(f'{address}/raw/process.bpmn', data=b'x', headers={'If-Match': '"1"'}).status_code == 400
    assert analyst.client.get(f'{address}/raw/process.bpmn').get_data() == PROCESS


def test_a_files_content_is_never_a_page(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    analyst.post(f'{address}/files', {'path': 'notices/x.html'})
    put(analyst, address, b'<script>alert(1)</script>', 1, 'notices/x.html')
    answer = analyst.client.get(f'{address}/raw/notices/x.html')
    assert answer.mimetype == 'text/plain'
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert '<script>alert(1)' not in analyst.get(f'{address}/edit/notices/x.html').text


def test_without_built_libraries_the_diagram_opens_as_text_and_says_how_to_build(visitor, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(designer, 'BUILD', tmp_path)
    page = visitor('liucheng').get(copied(visitor('liucheng')) + '/edit/process.bpmn')
    assert 'make assets' in page.words
    assert '<bpmn:process' in page.tree.xpath('string(//textarea)')


def test_the_element_templates_are_offered_for_download(visitor) -> None:
    answer = visitor('liucheng').client.get('/workshop/element-templates/yizhan.json')
    assert 'attachment' in answer.headers['Content-Disposition']
    assert json.loads(answer.get_data())[0]['appliesTo']
    answer.close()


def test_a_draft_has_a_name_that_can_be_seen(visitor) -> None:
    analyst = visitor('liucheng')
    address = copied(analyst)
    for name in ('\u200b', '\u202e名', '\u3164', ' ', '名' * 201):
        analyst.post('/workshop/drafts', {'source': 'blank', 'name': name}, 302 if name == ' ' else 422)
        analyst.post(f'{address}/name', {'name': name}, 422)
