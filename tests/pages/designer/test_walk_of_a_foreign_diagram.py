"""D-35: an analyst brings a leave process drawn for Flowable, repairs it by one-click changes alone, tries it, and it is put into force."""

from __future__ import annotations

import io
import re
from typing import Any

from tests.pages.conftest import PERSON

LEAVE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:flowable="http://flowable.org/bpmn" targetNamespace="http://www.flowable.org/processdef">
  <process id="leave_request" name="请假申请" isExecutable="true">
    <startEvent id="start" name="提交申请" flowable:initiator="initiator" flowable:formFieldValidation="true"/>
    <sequenceFlow id="to_leader" sourceRef="start" targetRef="leader"/>
    <userTask id="leader" name="领导审批" flowable:candidateGroups="leader">
      <extensionElements>
        <flowable:formProperty id="days" name="天数" type="long" required="true"/>
        <flowable:formProperty id="approved" name="同意" type="boolean"/>
        <flowable:taskListener event="create" delegateExpression="${remindListener}"/>
      </extensionElements>
    </userTask>
    <sequenceFlow id="to_choice" sourceRef="leader" targetRef="choice"/>
    <exclusiveGateway id="choice" name="天数"/>
    <sequenceFlow id="short" sourceRef="choice" targetRef="archive">
      <conditionExpression xsi:type="tFormalExpression"><![CDATA[${approved && days < 3}]]></conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="long" sourceRef="choice" targetRef="manager">
      <conditionExpression xsi:type="tFormalExpression"><![CDATA[${approved && days > 3}]]></conditionExpression>
    </sequenceFlow>
    <userTask id="manager" name="经理审批" flowable:candidateGroups="manager"/>
    <sequenceFlow id="to_archive" sourceRef="manager" targetRef="archive">
      <conditionExpression xsi:type="tFormalExpression">${days &gt; 0}</conditionExpression>
    </sequenceFlow>
    <userTask id="archive" name="人事备案" flowable:candidateGroups="hr"/>
    <sequenceFlow id="to_end" sourceRef="archive" targetRef="end"/>
    <endEvent id="end" name="结束"/>
  </process>
</definitions>
"""
WINDOW = 'general'
"""The hall's window that works every step of the walk."""


def brought(analyst: Any) -> str:
    """Drop the file, pick windows and department on the report; the address of the draft."""
    upload = {'bundle': (io.BytesIO(LEAVE.encode()), '请假申请.bpmn20.xml')}
    report = str(analyst.post('/workshop/drafts', upload).location)
    page = analyst.get(report)
    department = page.tree.xpath('//select[@name="department"]/option/@value')[1]
    picks = {name: WINDOW for name in page.form('/import') if name.startswith('window:')}
    assert len(picks) == 3
    analyst.post(report, page.form('/import') | picks | {'department': department})
    return report.removesuffix('/import')


def errors(analyst: Any, draft: str) -> list[dict[str, Any]]:
    headers = {'X-CSRFToken': analyst.token()}
    answer = analyst.client.post(f'{draft}/check', json={}, headers=headers).get_json()
    return [problem for problem in answer['problems'] if problem['severity'] == 'error']


def repaired(analyst: Any, draft: str) -> list[str]:
    """Press the first button that an error of the draft's list offers until none is left; the codes of what was mended."""
    made: list[str] = []
    while wrong := errors(analyst, draft):
        assert len(made) < 10, wrong
        code = next(fix['code'] for problem in wrong for fix in problem['fixes'])
        forms = analyst.get(draft).tree.xpath(f'//form[contains(@action, "/mend")][.//input[@name="code" and @value="{code}"]]')
        analyst.post(f'{draft}/mend', dict(forms[0].form_values()))
        made.append(code)
    return made


def tried(analyst: Any, draft: str) -> None:
    """One case from the start to the end, in a trial."""
    of = f'draft:{draft.rsplit("/", 1)[-1]}'
    trial = str(analyst.post('/trials', {'of': of, 'start': '2026-09-21T09:30'}).location)
    page = analyst.get(trial)
    analyst.post(f'{trial}/complete', page.form(f'{trial}/complete') | {'f.days': '3', 'f.approved': 'on', 'action': 'complete'})
    page = analyst.get(trial)
    here = page.tree.xpath('//*[contains(@class, "here")]/@data-element')
    assert here, page.words
    analyst.post(f'{trial}/complete', page.form(f'{trial}/complete') | {'action': 'complete'})
    if here == ['manager']:
        page = analyst.get(trial)
        analyst.post(f'{trial}/complete', page.form(f'{trial}/complete') | {'action': 'complete'})
    assert not analyst.get(trial).tree.xpath('//*[contains(@class, "here") and @data-element]')


def released(analyst: Any, administrator: Any, draft: str, reason: str) -> str:
    """Submitted by one, put into force by another; the address of the definition."""
    number = draft.rsplit('/', 1)[-1]
    address = str(analyst.post(f'/releases/submit/{number}', {'reason': reason}).location)
    return str(administrator.post(f'{address}/release', {'reason': reason, 'when': 'now'}).location)


def test_a_leave_process_of_flowable_is_brought_repaired_tried_put_into_force_and_migrated(visitor) -> None:
    """D-35: without touching the text of the diagram once."""
    analyst, administrator, clerk = visitor('liucheng'), visitor('guanli'), visitor('chuangkou')
    draft = brought(analyst)
    assert set(repaired(analyst, draft)) >= {'DETAIL_UNSUPPORTED', 'GATEWAY_WITHOUT_DEFAULT'}  # the listener, the gap at three days
    tried(analyst, draft)
    first = released(analyst, administrator, draft, '新增请假申请')
    assert '第 1 版' in administrator.get(first).words

    item = 'leave-request'
    page = clerk.get(f'/receive/{item}')
    case_no = str(clerk.post(f'/receive/{item}', page.form(f'/receive/{item}') | PERSON).location).rsplit('/', 1)[-1]
    assert '领导审批' in administrator.get(f'/cases/{case_no}').words

    source = f'definition:{re.sub(r"[^0-9]", "", first)}'
    again = str(analyst.post('/workshop/drafts', {'source': source, 'name': '请假申请'}).location)
    edit = f'{again}/edit/process.bpmn'
    fields = analyst.get(f'{edit}?as=text').form('/edit/process.bpmn')
    analyst.post(edit, fields | {'text': fields['text'].replace('"leader"', '"head"')})
    second = released(analyst, administrator, again, '环节改名')

    old, new = (re.sub(r'[^0-9]', '', address) for address in (first, second))
    plan = administrator.get(f'/migrations/plan?from={old}&to={new}')
    fields = {**plan.form('/migrations/dry-run'), 'reason': '环节改名', 'map-leader': 'head'}
    dry = administrator.post('/migrations/dry-run', fields, 200)
    assert '可以：1 件' in dry.words
    batch = administrator.post('/migrations', {**dry.form('/migrations'), 'alone': '1'})
    assert '已完成' in administrator.get(str(batch.location)).words
    assert '第 1 版 → 第 2 版' in administrator.get(f'/cases/{case_no}').words
