"""D-35: an analyst drops a diagram from elsewhere, reads what was done, picks windows of the hall, and sees before and after."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine import read_zip
from engine.bpmn import read_diagram

LEAVE = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flowable="http://flowable.org/bpmn" targetNamespace="t">'
    '<process id="leave" name="请假"><startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="u"/>'
    '<userTask id="u" name="领导审批" flowable:candidateGroups="leader"/><sequenceFlow id="b" sourceRef="u" targetRef="v"/>'
    '<userTask id="v" name="&lt;b&gt;登记"/><sequenceFlow id="c" sourceRef="v" targetRef="e"/><endEvent id="e"/></process></definitions>'
).encode()


def dropped(person: Any, *files: tuple[str, bytes], status: int = 302) -> Any:
    """What the browser sends when files are chosen or dropped."""
    fields = {'bundle': [(io.BytesIO(content), name) for name, content in files]}
    return person.post('/workshop/drafts', fields, status)


def picked(person: Any, report: str, **choices: str) -> Any:
    page = person.get(report)
    return person.post(report, page.form('/import') | choices)


def test_a_dropped_diagram_becomes_a_draft_with_a_report(visitor) -> None:
    """D-35: read, mapped, dropped and to be decided stand on one page, with the drawing before and after."""
    analyst = visitor('liucheng')
    report = dropped(analyst, ('请假.bpmn20.xml', LEAVE)).location
    page = analyst.get(report)
    for words in ('待定和待补', '改写', '命名空间 http://flowable.org/bpmn 改为 camunda', '实施机关', '导入前', '导入后'):
        assert words in page.words
    assert len(page.tree.xpath('//div[@class="diagram"]//*[local-name()="svg"]')) == 2
    assert '<b>' not in page.text
    draft = report.removesuffix('/import')
    assert '导入报告' in analyst.get(draft).words
    assert '修改前' in analyst.get(draft).words  # the diagram as it was brought is kept


def test_a_picked_window_and_department_are_written_into_the_draft(visitor) -> None:
    """D-35: into the diagram as the panel shows it, and into the entry with the hall's words."""
    analyst = visitor('liucheng')
    report = dropped(analyst, ('请假.bpmn', LEAVE)).location
    page = analyst.get(report)
    window = page.tree.xpath('//select[@name="window:0"]/option/@value')[2]
    name = page.tree.xpath('//select[@name="window:0"]/option/text()')[2].partition('（')[0]
    department = page.tree.xpath('//select[@name="department"]/option/@value')[1]
    picked(analyst, report, **{'window:0': window, 'window:1': window, 'department': department})
    assert analyst.get(report).words.count('已定') >= 3  # the window, who works the step without one, the department
    bundle = read_zip(analyst.client.get(report.replace('/import', '/zip')).get_data())
    diagram = read_diagram(bundle.files['process.bpmn'])
    assert [diagram.elements[step].attrs['candidateGroups'] for step in 'uv'] == [window, window]
    entry = bundle.files['item.toml'].decode()
    assert f'name = "{name}"' in entry
    assert f'department = "{department}"' in entry
    assert 'leader' not in entry
    assert not [problem for problem in _problems(analyst, report) if problem['severity'] == 'error']


def _problems(person: Any, report: str) -> list[dict[str, Any]]:
    headers = {'X-CSRFToken': person.token()}
    return list(person.client.post(report.replace('/import', '/check'), json={}, headers=headers).get_json()['problems'])


def test_what_the_hall_has_not_is_refused(visitor) -> None:
    """D-35: only windows and departments of the hall."""
    analyst = visitor('liucheng')
    report = dropped(analyst, ('请假.bpmn', LEAVE)).location
    fields = analyst.get(report).form('/import')
    analyst.post(report, fields | {'window:0': 'nowhere'}, 422)
    analyst.post(report, fields | {'department': '某局'}, 422)


def test_several_files_make_one_draft(visitor) -> None:
    """D-35: a diagram with its forms and decisions."""
    analyst = visitor('liucheng')
    form = b'{"components": [], "type": "default", "id": "ask"}'
    report = dropped(analyst, ('请假.bpmn', LEAVE), ('ask.form', form)).location
    assert set(read_zip(analyst.client.get(report.replace('/import', '/zip')).get_data()).files) == {
        'process.bpmn', 'ask.form', 'item.toml', 'import.json',
    }  # fmt: off


@pytest.mark.parametrize('content', [b'hello', b'<definitions/>', b'PK\x03\x04no', b''])
def test_what_cannot_be_read_is_said(visitor, content: bytes) -> None:
    """D-35."""
    analyst = visitor('liucheng')
    assert analyst.get(dropped(analyst, ('x.docx', content)).location).tree.xpath('//*[contains(@class, "flash")]')


def test_who_may_not_draw_imports_nothing(visitor) -> None:
    """D-35: the right is that of the workshop, and a form of another site is refused."""
    clerk = visitor('chuangkou')
    dropped(clerk, ('请假.bpmn', LEAVE), status=403)
    analyst = visitor('liucheng')
    report = dropped(analyst, ('请假.bpmn', LEAVE)).location
    assert isinstance(clerk.client, FlaskClient)
    clerk.get(report, 403)
    clerk.post(report, {}, 403)
    analyst.post(report, {}, 400, token=False)


def test_the_diagram_is_taken_out_as_svg_and_on_paper(visitor) -> None:
    """D-35: SVG as a file, a page to print; PNG is made by the browser, which the page says."""
    analyst = visitor('liucheng')
    draft = dropped(analyst, ('请假.bpmn', LEAVE)).location.removesuffix('/import')
    answer = analyst.client.get(f'{draft}/diagram.svg')
    assert answer.mimetype == 'image/svg+xml'
    assert 'attachment' in answer.headers['Content-Disposition']
    assert '领导审批' in answer.get_data(as_text=True)
    paper = analyst.get(f'{draft}/paper')
    assert 'leader' in paper.words
    assert 'PNG' in paper.words


def test_a_report_somebody_broke_is_no_failure(visitor) -> None:
    """D-35: the file of the report is a file like any other."""
    analyst = visitor('liucheng')
    report = dropped(analyst, ('请假.bpmn', LEAVE)).location
    edit = report.replace('/import', '/edit/import.json')
    for text in ('{', '[]', '{"mapped": 3, "decide": [4, {}]}'):
        analyst.post(edit, analyst.get(edit).form('/edit/import.json') | {'text': text})
        analyst.get(report)


def test_a_change_of_the_list_of_problems_is_made_once(visitor) -> None:
    """D-36: a button of the draft's list changes the file; pressed again, or by who may not draw, it changes nothing."""
    analyst = visitor('liucheng')
    source = LEAVE.replace(b'targetRef="v"/>', b'targetRef="v"><conditionExpression>${1 = 1}</conditionExpression></sequenceFlow>')
    draft = dropped(analyst, ('请假.bpmn', source)).location.removesuffix('/import')
    form = analyst.get(draft).tree.xpath('//form[contains(@action, "/mend")][.//input[@value="CONDITION_ALONE"]]')[0]
    fields = dict(form.form_values())
    visitor('chuangkou').post(f'{draft}/mend', {key: value for key, value in fields.items() if key != 'csrf_token'}, 403)
    analyst.post(f'{draft}/mend', fields)
    assert b'1 = 1' not in read_zip(analyst.client.get(f'{draft}/zip').get_data()).files['process.bpmn']
    analyst.post(f'{draft}/mend', fields, 422)


def test_report_and_paper_are_english_whole(visitor) -> None:
    """D-38, D-35: every word of the house; names of the diagram stay as they are drawn."""
    analyst = visitor('liucheng')
    analyst.post('/language', {'language': 'en', 'next': '/items'})
    report = dropped(analyst, ('leave.bpmn', LEAVE)).location
    for page in (analyst.get(report), analyst.get(report.replace('/import', '/paper')), analyst.get('/workshop/')):
        words = page.tree.xpath('//main//h1 | //main//h2 | //main//th | //main//button | //main//label | //main//li | //main//p')
        said = [' '.join(word.text_content().split()) for word in words]
        drawn = ('请假', '领导审批', '登记', '待补', '清江县', '7个工作日')
        assert [text for text in said if re.search('[\u4e00-\u9fff]', text) and not any(name in text for name in drawn)] == []
