"""The designer as a new analyst uses it, in a real browser against a real process: draw, be told of a mistake, mend it, save, deploy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Bundle, read_path
from engine.bpmn import check_bundle, read_diagram

pytestmark = pytest.mark.e2e

SHIPPED = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')


def elements(bundle: Bundle) -> dict[str, Any]:
    """The diagram's elements as the house reads them, wherever in the file they stand."""
    found = read_diagram(bundle.files['process.bpmn']).elements
    unplaced = {'line': 0, 'events': ()}
    return {key: (replace(each, **unplaced), [replace(event, line=0) for event in each.events]) for key, each in found.items()}


def errors(bundle: Bundle) -> list[str]:
    return [problem.message for problem in check_bundle(bundle) if problem.is_error]


def test_a_step_renamed_in_the_browser_deploys_without_hand_edits_and_nothing_else_changed(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    assert '可以部署' in analyst.checked()
    analyst.picture('opened')
    analyst.select('audit')
    analyst.rename('科室审核')
    analyst.reads('#state', '未保存')
    assert '可以部署' in analyst.checked()
    assert analyst.save() == '已保存（第 2 版）'
    stored = analyst.stored()
    before, after = elements(SHIPPED), elements(stored)
    assert {key for key in before if before[key] != after.get(key)} == {'audit'}
    assert after['audit'][0].name == '科室审核'
    assert set(before) == set(after)
    assert errors(stored) == []
    assert {path: content for path, content in stored.files.items() if path != 'process.bpmn'} == {
        path: content for path, content in SHIPPED.files.items() if path != 'process.bpmn'
    }
    assert analyst.complaints == []


def test_a_mistake_is_shown_on_the_element_and_goes_away_when_mended(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    analyst.select('document_review_late')
    limit = analyst.page.locator('#bio-properties-panel-yizhan-limit')
    assert limit.input_value() == '1个工作日'
    assert '1 处错误' in analyst.draw(lambda: limit.fill('一两天吧'))
    analyst.picture('mistake')
    badge = analyst.page.locator('.djs-overlays[data-container-id="document_review_late"] .problem-badge--error')
    assert '一两天吧' in badge.get_attribute('title')
    analyst.select('pool')
    analyst.page.locator('#problems .problem--error button').click()
    assert limit.input_value() == '一两天吧'  # a click on the sentence leads to the element
    limit.fill('1个工作日')
    analyst.reads('#check-state', '可以部署')
    assert badge.count() == 0
    assert analyst.complaints == []


def test_the_halls_fields_write_what_the_engine_reads(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    panel = analyst.page.locator

    def choose(name: str, value: str) -> None:
        analyst.draw(lambda: panel(f'#bio-properties-panel-yizhan-{name}').select_option(value))

    analyst.select('audit')
    choose('window', 'approval')
    choose('form', 'decide')
    choose('signers', '3')
    choose('not_by', 'site_inspection')
    choose('milestone', 'accepted')
    analyst.picture('fields')
    choose('milestone', '')
    analyst.select('rectify')
    choose('stop_kind', 'testing')
    analyst.select('intake_expired')
    choose('on_expiry', 'deemed_grant')
    analyst.draw(lambda: panel('#bio-properties-panel-yizhan-basis').fill('某条例第九条'))
    analyst.select('end_refused')
    choose('result', 'returned')
    assert '已保存' in analyst.save()
    found = {key: element for key, (element, _events) in elements(analyst.stored()).items()}
    audit = found['audit']
    assert (audit.attrs['candidateGroups'], audit.form_ref) == ('approval', 'decide')
    assert dict(audit.properties) == {'signers': '3', 'not_by': 'site_inspection'}
    assert dict(found['rectify'].properties) == {'clock': 'stopped', 'stop_kind': 'testing'}
    assert dict(found['intake_expired'].properties) == {'on_expiry': 'deemed_grant', 'basis': '某条例第九条'}
    assert found['end_refused'].properties['result'] == 'returned'
    for _ in range(4):
        analyst.page.click('#undo')
    analyst.page.wait_for_timeout(300)
    assert '已保存' in analyst.save()
    found = {key: element for key, (element, _events) in elements(analyst.stored()).items()}
    assert dict(found['rectify'].properties) == {'clock': 'stopped', 'stop_kind': 'inspection'}  # each field was one step back


def test_a_template_is_applied_to_an_element(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    analyst.select('make_certificate')
    analyst.page.click('.bio-properties-panel-select-template-button')
    analyst.picture('templates')
    analyst.page.locator('.template-choice', has_text='多人签字环节').click()
    analyst.page.wait_for_timeout(400)
    analyst.unfold()
    analyst.picture('template-applied')
    analyst.save()
    stored = analyst.stored()
    task = elements(stored)['make_certificate'][0]
    assert dict(task.properties) == {'signers': '2'}
    assert (task.attrs['candidateGroups'], task.form_ref) == ('certificate', 'certificate')  # what was there stays
    assert errors(stored) == []
    assert analyst.complaints == []


def test_two_analysts_save_one_diagram_and_both_texts_are_kept(drawing, second_analyst) -> None:
    first, second = drawing(), drawing(second_analyst)
    first.copy()
    second.draft = first.draft
    for analyst, name in ((first, '甲审核'), (second, '乙审核')):
        analyst.open('process.bpmn')
        analyst.select('audit')
        analyst.rename(name)
        analyst.reads('#state', '未保存')
    assert '已保存' in first.save()
    assert '冲突' in second.save()
    second.picture('conflict')
    assert '徐思远' in second.page.inner_text('#conflict-words')
    with second.page.context.expect_page() as opened:
        second.page.click('#conflict-open')
    words = opened.value.inner_text('.difference')
    assert '甲审核' in words
    assert '乙审核' in words
    opened.value.screenshot(path=second.pictures / 'difference.png')
    opened.value.get_by_role('button', name='改用这个文本').click()
    assert elements(first.stored())['audit'][0].name == '乙审核'
    first.go(first.draft)
    assert '修改前' in first.page.inner_text('main')


def test_nothing_in_sight_is_left_in_english(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    page, english = analyst.page, {}

    def look(where: str) -> None:
        for text in analyst.english():
            english.setdefault(text, where)

    look('palette')
    for element in (
        'audit',
        'supplement',
        'promise_expired',
        'intake_expired',
        'withdrawn',
        'outcome',
        'accepted_merge',
        'flow_not_accepted',
        'flow_accept',
        'end_granted',
        'accepted',
        'received',
        'approval_process',
        'issue_licence',
        'count_supplement',
        'pool',
        'lane_general',
    ):
        analyst.select(element)
        analyst.unfold()
        look(element)
        for action in ('replace', 'append'):
            entry = page.locator(f'.djs-context-pad.open .entry[data-action="{action}"]')
            if entry.count():
                entry.click()
                page.wait_for_timeout(150)
                look(f'{element}: {action}')
                page.keyboard.press('Escape')
    ids = {text for text in english if text in elements(SHIPPED) or text.startswith(('flow_', 'lane_'))}
    names = {'clock', 'stop_kind', 'not_by', 'on_expiry', 'basis', 'result', 'milestone', 'withdraw', 'signers'}  # values
    files = {text for text in english if text.endswith(('.form', '.bpmn'))}
    rest = {text: where for text, where in english.items() if text not in ids | names | files | {'Powered by bpmn.io'}}
    assert rest == {}


@pytest.mark.parametrize('path', ['process.bpmn', 'intake.form', 'fee.dmn'])
def test_the_mark_of_bpmn_io_is_in_sight_and_covered_by_nothing(drawing, path) -> None:
    analyst = drawing()
    analyst.copy()
    if path == 'fee.dmn':
        analyst.page.fill('#f-path', path)
        analyst.page.locator('form[action$="/files"] button').click()
    analyst.open(path)
    analyst.page.wait_for_timeout(500)
    mark = '.bjs-powered-by, .fjs-powered-by-link'
    analyst.page.locator(mark).first.scroll_into_view_if_needed()
    analyst.picture(f'mark-{path}')
    assert analyst.page.evaluate(
        """(mark) => [...document.querySelectorAll(mark)].some((link) => {
          const box = link.getBoundingClientRect();
          const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return box.width > 20 && box.height > 8 && link.contains(top);
        })""",
        mark,
    )
    assert analyst.complaints == []


def test_a_form_is_changed_previewed_and_saved(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    analyst.open('audit.form')
    page = analyst.page
    page.locator('.fjs-editor-container .fjs-element[data-field-type="textarea"]').click()
    analyst.unfold()
    label = page.locator('#bio-properties-panel-label')
    analyst.draw(lambda: label.fill('审核意见说明'))
    page.click('#preview-toggle')
    page.wait_for_selector('#preview-form textarea')
    page.fill('#preview-form textarea', '同意')
    analyst.reads('#preview-data', '同意')
    analyst.picture('form-preview')
    assert '已保存' in analyst.save()
    stored = analyst.stored()
    before, after = (json.loads(bundle.files['audit.form']) for bundle in (SHIPPED, stored))
    before['components'][1]['label'] = '审核意见说明'
    assert [{key: each.get(key) for key in ('type', 'key', 'label', 'validate')} for each in after['components']] == [
        {key: each.get(key) for key in ('type', 'key', 'label', 'validate')} for each in before['components']
    ]
    assert errors(stored) == []
    assert analyst.english() <= {'Powered by bpmn.io'}
    assert analyst.complaints == []


def test_a_decision_table_is_filled_in_and_saved(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    page = analyst.page
    page.fill('#f-path', 'fee.dmn')
    page.locator('form[action$="/files"] button').click()
    analyst.open('fee.dmn')
    page.locator('.add-rule').first.click()
    cell = page.locator('.input-cell .content-editable').first
    cell.click()
    page.keyboard.type('"A"')
    page.keyboard.press('Tab')
    page.wait_for_timeout(300)
    analyst.picture('decision')
    assert '已保存' in analyst.save()
    assert '"A"' in analyst.stored().files['fee.dmn'].decode()
    assert analyst.complaints == []


def test_an_administrator_looks_and_cannot_change(drawing) -> None:
    analyst = drawing()
    analyst.copy()
    administrator = drawing('guanli')
    administrator.draft = analyst.draft
    administrator.open('process.bpmn')
    assert administrator.page.locator('.djs-palette').count() == 0
    assert not administrator.page.locator('#save').is_visible()
    administrator.open('intake.form')
    assert administrator.page.locator('#preview-form').is_visible()
    assert administrator.complaints == []


def speak_english(analyst: Any) -> None:
    analyst.page.get_by_role('button', name='English').click()
    analyst.page.wait_for_load_state()


def test_the_designer_speaks_english_whole(drawing) -> None:
    """D-38: palette, panel, state, problems and the editors' own words; what people typed in Chinese stays."""
    analyst = drawing()
    analyst.copy()
    speak_english(analyst)
    page, found = analyst.page, {}
    typed = {part for _id, (element, _events) in elements(SHIPPED).items() for part in (element.name,) if part}
    page.goto(f'{analyst.address}{analyst.draft}/edit/process.bpmn')
    analyst.reads('#state', 'Version')
    analyst.reads('#check-state', 'deployed|errors')
    for element in ('audit', 'supplement', 'promise_expired', 'outcome', 'flow_accept', 'end_granted', 'approval_process', 'pool'):
        analyst.select(element)
        analyst.unfold()
        analyst.picture(f'english-{element}')
        found |= dict.fromkeys(analyst.chinese(), element)
    for path, ready in (('audit.form', '.fjs-editor-container .fjs-element'), ('process.bpmn', '.djs-palette')):
        page.goto(f'{analyst.address}{analyst.draft}/edit/{path}')
        page.wait_for_selector(ready)
    forms = {part for content in SHIPPED.files.values() if content[:1] == b'{' for part in _texts(json.loads(content))}
    item = SHIPPED.files['item.toml'].decode()
    rest = {
        text: where for text, where in found.items() if not any(word in text for word in typed | forms) and text.strip('「」" ') not in item
    }
    examples = {text for text in rest if '5个工作日' in text}  # the units of a limit are written so in a diagram
    assert {text: where for text, where in rest.items() if text not in examples} == {}
    assert analyst.complaints == []


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {part for each in value.values() for part in _texts(each)}
    if isinstance(value, list):
        return {part for each in value for part in _texts(each)}
    return {value} if isinstance(value, str) and value.strip() else set()


def test_problems_are_filtered_and_mended_by_one_click(drawing) -> None:
    """D-36: a filter, a fix on the line; the drawing shows the change and it is stored."""
    analyst = drawing()
    analyst.copy()
    flow = 'targetRef="accepted"'
    condition = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">= 1 = 2</bpmn:conditionExpression>'
    changed = SHIPPED.files['process.bpmn'].decode().replace(f'{flow} />', f'{flow}>{condition}</bpmn:sequenceFlow>')
    assert condition in changed
    analyst.page.goto(f'{analyst.address}{analyst.draft}/edit/process.bpmn?as=text')
    analyst.page.locator('.cm-content').wait_for()
    analyst.picture('text')
    sent = 'document.getElementById("text").form.addEventListener("formdata", (event) => event.formData.set("text", text))'
    analyst.page.evaluate(f'(text) => {sent}', changed)
    with analyst.page.expect_response(lambda answer: answer.request.method == 'POST'):
        analyst.page.get_by_role('button', name='保存').click()
    analyst.open('process.bpmn')
    page = analyst.page
    page.locator('#problems li').first.wait_for()
    every = page.locator('#problems li').count()
    page.select_option('#problem-kind', 'fix')
    fixes = page.locator('#problems .problem__fix')
    assert 0 < page.locator('#problems li').count() <= every
    analyst.picture('problems')
    fixes.first.click()
    analyst.reads('#state', '已修改')
    analyst.reads('#check-state', '部署|错误')
    assert b'1 = 2' not in analyst.stored().files['process.bpmn']
    assert analyst.complaints == []


def test_an_expression_and_a_decision_are_tried_on_values(drawing) -> None:
    """D-37: what a case would say, and the rule that holds is marked in the table."""
    analyst = drawing()
    analyst.copy()
    analyst.open('process.bpmn')
    page = analyst.page
    page.click('#try')
    page.fill('#try-text', '= amount > 100')
    page.fill('#try-data', '{"amount": 120}')
    page.click('#try-run')
    assert analyst.reads('#try-result', 'true') == 'true'
    page.fill('#try-data', 'no data')
    page.click('#try-run')
    analyst.reads('#try-result', 'JSON')
    analyst.go(analyst.draft)
    page.fill('#f-path', 'fee.dmn')
    page.locator('form[action$="/files"] button').click()
    analyst.open('fee.dmn')
    page.locator('.add-rule').first.click()
    page.click('#try')
    analyst.picture('try-decision')
    page.click('#try-run')
    analyst.reads('#try-result', '命中：第 1 条|没有规则命中|决策')
    assert analyst.complaints == []


def test_what_is_drawn_is_saved_by_itself(drawing) -> None:
    """D-37: nobody loses more than a minute, and no text is put aside for every stroke."""
    analyst = drawing()
    analyst.page.clock.install()
    analyst.copy()
    analyst.open('process.bpmn')
    analyst.select('audit')
    analyst.rename('科室审核')
    analyst.reads('#state', '未保存')
    analyst.page.clock.fast_forward(30_000)
    analyst.rename('审核科审核')
    analyst.page.wait_for_timeout(1_000)
    analyst.page.clock.fast_forward(30_000)
    analyst.reads('#state', '已保存（第 2 版）')
    assert elements(analyst.stored())['audit'][0].name == '审核科审核'
