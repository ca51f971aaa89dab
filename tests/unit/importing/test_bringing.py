"""D-35: a diagram, decision, form or zip from elsewhere becomes a draft that says in the house's words what it said before."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from engine import BundleError, edition
from engine.bpmn import check_bundle, read_diagram
from engine.bpmn.importing import import_diagram, with_windows
from engine.core.bundle import read_zip
from tasks.catalogue.item_toml import read_entry
from tasks.workshop.importing.bringing import bring

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tns="http://example.org" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="http://example.org">'
)


def diagram(step: str, rest: str = '', process: str = 'id="leave" name="请假"', top: str = '') -> bytes:
    """A start, one step and an end; the step has the id `u`."""
    return (
        f'{HEAD}{top}<process {process}><startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="tns:u"/>{step}'
        f'<sequenceFlow id="b" sourceRef="u" targetRef="e"/><endEvent id="e"/>{rest}</process></definitions>'
    ).encode()


TASK = '<userTask id="u" name="审批" flowable:candidateGroups="head"/>'


class Unmarked(zipfile.ZipInfo):
    """An entry whose name has no mark for UTF-8, as old programs write it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode('cp437'), self.flag_bits & ~0x800


def zipped(files: dict[str, bytes], *, encoding: str | None = None) -> bytes:
    """A zip; with an encoding its names are written in it and without the mark for UTF-8."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name) if encoding is None else Unmarked()
            info.filename = name if encoding is None else name.encode(encoding).decode('cp437')
            archive.writestr(info, content)
    return buffer.getvalue()


def codes(notes: Any) -> set[str]:
    return {note.code for note in notes}


def test_the_draft_is_a_bundle_in_one_namespace_with_ids_and_a_drawing() -> None:
    """D-35: the panel shows what runs; what had no id and no drawing gets both; references lose their prefix."""
    source = diagram(TASK).replace(b'id="b" ', b'')
    brought = bring(source, '请假.bpmn')
    text = brought.bundle.files['process.bpmn'].decode()
    assert 'camunda:candidateGroups="head"' in text
    assert 'flowable' not in text
    read = read_diagram(brought.bundle.files['process.bpmn'])
    assert set(read.shapes) == {'s', 'u', 'e'}
    assert set(read.edges) == set(read.flows)
    assert len(read.flows) == 2
    assert read.processes[0].executable
    assert codes(brought.of('mapped')) >= {'namespace', 'drawing', 'executable', 'name'}
    assert not [problem for problem in check_bundle(brought.bundle) if problem.is_error]
    assert brought.original == source


def test_the_entry_invents_nothing_and_says_what_is_to_be_supplied() -> None:
    """D-35: item.toml can be read, has the windows of the diagram, and every gap is a note and a comment."""
    brought = bring(diagram(TASK), 'x.bpmn')
    entry = edition(brought.bundle).read(read_entry)
    assert entry.problems == ()
    assert entry.spec is not None
    assert (entry.spec.code, entry.spec.name) == ('leave', '请假')
    assert [window.id for window in entry.spec.windows] == ['head']
    assert not entry.spec.legal_basis
    assert not entry.spec.limits.promise
    assert codes(brought.of('decide')) >= {'department', 'handling_class', 'type', 'legal_basis', 'window'}
    assert b'department' in brought.bundle.files['item.toml'].split(b'[item]')[0]


SAME = [
    '<userTask id="u" activiti:assignee="${sender}"/>',
    '<userTask id="u" flowable:candidateUsers="li,wang" flowable:formKey="ask"/>',
    '<userTask id="u"><extensionElements><zeebe:assignmentDefinition candidateGroups="head"/>'
    '<zeebe:formDefinition formId="ask"/></extensionElements></userTask>',
    '<userTask id="u"><extensionElements><zeebe:assignmentDefinition assignee="=manager"/></extensionElements></userTask>',
    '<serviceTask id="u"><extensionElements><zeebe:taskDefinition type="issue"/><zeebe:ioMapping>'
    '<zeebe:input source="=amount * 2" target="fee"/><zeebe:output source="=number" target="no"/></zeebe:ioMapping></extensionElements>'
    '</serviceTask>',
    '<callActivity id="u"><extensionElements><zeebe:calledElement processId="other"/></extensionElements></callActivity>',
    '<businessRuleTask id="u"><extensionElements><zeebe:calledDecision decisionId="fee" resultVariable="fee"/></extensionElements>'
    '</businessRuleTask>',
    '<scriptTask id="u"><extensionElements><zeebe:script expression="=1 + 2" resultVariable="three"/></extensionElements></scriptTask>',
    '<userTask id="u"><extensionElements><zeebe:properties><zeebe:property name="milestone" value="accepted"/></zeebe:properties>'
    '</extensionElements></userTask>',
    '<userTask id="u"><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=people" '
    'inputElement="person" outputCollection="votes" outputElement="=vote"/></extensionElements>'
    '</multiInstanceLoopCharacteristics></userTask>',
    '<userTask id="u"><multiInstanceLoopCharacteristics flowable:collection="people" flowable:elementVariable="person">'
    '<completionCondition>${nrOfCompletedInstances &gt;= 2}</completionCondition></multiInstanceLoopCharacteristics></userTask>',
    '<userTask id="u"><extensionElements><camunda:formData><camunda:formField id="days" type="long"/></camunda:formData>'
    '</extensionElements></userTask>',
    '<serviceTask id="u" activiti:class="org.example.Pay"><extensionElements><activiti:field name="to"><activiti:string>x</activiti:string>'
    '</activiti:field></extensionElements></serviceTask>',
    '<intermediateCatchEvent id="u"><timerEventDefinition><timeDuration xsi:type="tFormalExpression">=limit</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent>',
]


def meaning(element: Any) -> dict[str, Any]:
    """What an element says, but for the words of a binding and for lines."""
    told = dict(vars(replace(element, line=0)))
    told.pop('said', None)
    told['attrs'] = {
        key: value for key, value in element.attrs.items() if key not in {'formRefBinding', 'calledElement', 'type', 'scriptFormat'}
    }
    told['loop'] = replace(element.loop, line=0, attrs={}) if element.loop else None
    told['events'] = [replace(event, line=0) for event in element.events]
    told['script_format'] = ''
    for key in ('call_in', 'call_out', 'form_fields'):
        told[key] = [{name: value for name, value in entry.items() if name != 'line'} for entry in told[key]]
    told['incoming'] = told['outgoing'] = None
    return told


@pytest.mark.parametrize('step', SAME)
def test_what_an_element_says_stays_the_same(step: str) -> None:
    """D-35: the reader reads the same out of the imported text as out of the one that was brought."""
    source = diagram(step)
    before, after = read_diagram(source), read_diagram(import_diagram(source, 'x.bpmn').source)
    assert meaning(after.elements['u']) == meaning(before.elements['u'])
    assert b'zeebe:' not in import_diagram(source, 'x.bpmn').source or 'outputCollection' in step


def test_generated_fields_of_flowable_become_fields_the_panel_shows() -> None:
    """D-35: a form in the diagram stays one."""
    step = (
        '<userTask id="u" flowable:candidateGroups="head"><extensionElements><flowable:formProperty id="ok" name="同意" type="enum" '
        'required="true"><flowable:value id="y" name="是"/></flowable:formProperty><flowable:formProperty id="days" type="long" '
        'writable="false"/></extensionElements></userTask>'
    )
    fields = read_diagram(import_diagram(diagram(step), 'x.bpmn').source).elements['u'].form_fields
    assert [(field['id'], field['label'], field['type']) for field in fields] == [('ok', '同意', 'enum'), ('days', 'days', 'long')]
    assert fields[0]['values'] == [{'id': 'y', 'name': '是'}]
    assert [[rule['name'] for rule in field['validations']] for field in fields] == [['required'], ['readonly']]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ('step', 'attribute'),
    [
        ('<potentialOwner><resourceAssignmentExpression><formalExpression>user(li), group(head)</formalExpression>'
         '</resourceAssignmentExpression></potentialOwner>', {'candidateUsers': 'li', 'candidateGroups': 'head'}),
        ('<potentialOwner><resourceAssignmentExpression><formalExpression>head</formalExpression>'
         '</resourceAssignmentExpression></potentialOwner>', {'candidateGroups': 'head'}),
        ('<humanPerformer><resourceAssignmentExpression><formalExpression>${sender}</formalExpression>'
         '</resourceAssignmentExpression></humanPerformer>', {'assignee': '${sender}'}),
    ],
)  # fmt: off
def test_owners_of_bpmn_become_candidates(step: str, attribute: dict[str, str]) -> None:
    """D-25, D-35: what the panel shows is who sees the task."""
    attrs = read_diagram(import_diagram(diagram(f'<userTask id="u">{step}</userTask>'), 'x.bpmn').source).elements['u'].attrs
    assert {key: value for key, value in attrs.items() if key in {'assignee', 'candidateUsers', 'candidateGroups'}} == attribute


def test_texts_of_camunda_8_are_texts_here() -> None:
    """D-35: `="head"` is the window head, a list of texts its windows."""
    step = (
        '<userTask id="u"><extensionElements><zeebe:assignmentDefinition assignee="=&quot;li&quot;" '
        'candidateGroups="=[&quot;head&quot;, &quot;staff&quot;]"/></extensionElements></userTask>'
    )
    attrs = read_diagram(import_diagram(diagram(step), 'x.bpmn').source).elements['u'].attrs
    assert (attrs['assignee'], attrs['candidateGroups']) == ('li', 'head,staff')


def test_an_embedded_form_becomes_a_file() -> None:
    """D-35: Camunda 8 keeps forms inside the process."""
    form = '{"components": [], "type": "default", "id": "f"}'
    step = '<userTask id="u"><extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:ask"/></extensionElements></userTask>'
    inside = f'<extensionElements><zeebe:userTaskForm id="ask">{form}</zeebe:userTaskForm></extensionElements>'
    source = diagram(step).replace('name="请假">'.encode(), 'name="请假">'.encode() + inside.encode())
    brought = bring(source, 'x.bpmn')
    assert brought.bundle.files['ask.form'] == form.encode()


def test_python_is_told_and_left_out() -> None:
    """D-13: a script of SpiffWorkflow's modeler is no part of the draft, and the report quotes it."""
    step = (
        '<userTask id="u"><extensionElements><spiffworkflow:preScript>fee = 100 * area</spiffworkflow:preScript><spiffworkflow:properties>'
        '<spiffworkflow:property name="formJsonSchemaFilename" value="fee-schema.json"/></spiffworkflow:properties>'
        '</extensionElements></userTask>'
    )
    schema = {'properties': {'area': {'type': 'number', 'title': '面积'}, 'kind': {'enum': ['a', 'b']}}, 'required': ['area']}
    brought = bring(zipped({'x.bpmn': diagram(step), 'fee-schema.json': json.dumps(schema).encode(), 'run.py': b'import os'}), 'x.zip')
    assert b'100 * area' not in brought.bundle.files['process.bpmn']
    assert any('fee = 100 * area' in note.message and note.element == 'u' for note in brought.of('decide'))
    assert any('run.py' in note.message for note in brought.of('dropped'))
    form = json.loads(brought.bundle.files['fee.form'])
    assert [(each['key'], each['type']) for each in form['components']] == [('area', 'number'), ('kind', 'select')]


def test_a_form_of_flowables_designer_is_rewritten() -> None:
    """D-35: forms are put where they are used, also by their key."""
    form = {
        'key': 'ask',
        'fields': [
            {'id': 'days', 'name': '天数', 'type': 'integer', 'required': True},
            {'id': 'kind', 'type': 'dropdown', 'options': [{'name': '年假'}, {'name': '病假'}]},
            {'type': 'container', 'fields': {'1': [{'id': 'why', 'type': 'multi-line-text'}]}},
            {'id': 'sign', 'type': 'signature'},
        ],
    }
    files = {'bpmn/x.bpmn20.xml': diagram('<userTask id="u" flowable:formKey="ask"/>'), 'form-ask.json': json.dumps(form).encode()}
    brought = bring(zipped(files), 'app.zip')
    made = json.loads(brought.bundle.files['ask.form'])
    assert [(each['key'], each['type']) for each in made['components']] == [('days', 'number'), ('kind', 'select'), ('why', 'textarea')]
    assert any('sign' in note.message for note in brought.of('dropped'))


def test_a_form_nobody_brought_has_the_fields_that_conditions_read_next() -> None:
    """D-35: the draft can be tried at once; the report says what is to be supplied."""
    source = (
        f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="u"/>'
        '<userTask id="u" flowable:candidateGroups="head" flowable:formKey="ask"/><sequenceFlow id="b" sourceRef="u" targetRef="g"/>'
        '<exclusiveGateway id="g" default="d"/><sequenceFlow id="c" sourceRef="g" targetRef="e"><conditionExpression>'
        "${outcome == '同意' &amp;&amp; "
        'days &gt; 3}</conditionExpression></sequenceFlow><sequenceFlow id="d" sourceRef="g" targetRef="f"/>'
        '<endEvent id="e"/><endEvent id="f"/></process></definitions>'
    ).encode()
    brought = bring(source, 'x.bpmn')
    form = json.loads(brought.bundle.files['ask.form'])
    assert [(each['key'], each['type']) for each in form['components']] == [('outcome', 'select'), ('days', 'number')]
    assert any(note.code == 'form' and 'outcome' in note.message for note in brought.of('decide'))


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('ask.form', b'{"components": [], "type": "default", "id": "ask"}'),
        ('fee.dmn', (
            b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
            b'<decision id="fee" name="fee">'
            b'<literalExpression><text>1</text></literalExpression></decision></definitions>'
        )),
    ],
)  # fmt: off
def test_a_form_or_decision_alone_gets_the_least_diagram_around_it(name: str, content: bytes) -> None:
    """D-35: it can be tried."""
    brought = bring(content, name)
    assert brought.bundle.files[name] == content
    assert name.partition('.')[0].encode() in brought.bundle.files['process.bpmn']
    assert 'diagram' in codes(brought.of('decide'))


def test_what_macos_adds_is_no_part_of_a_zip() -> None:
    """D-35: `__MACOSX` and `.DS_Store` beside the one top folder do not hide it."""
    files = {'请假/x.bpmn': diagram(TASK), '请假/.DS_Store': b'x', '__MACOSX/请假/._x.bpmn': b'x', '__MACOSX/._请假': b'x'}
    assert set(bring(zipped(files), '请假.zip').bundle.files) == {'process.bpmn', 'item.toml'}
    assert read_zip(zipped(files)).name == '请假'


@pytest.mark.parametrize('encoding', ['gbk', 'utf-8'])
def test_names_of_old_programs_are_read_as_they_were_meant(encoding: str) -> None:
    """D-35: Windows in China writes GBK without a mark; older macOS UTF-8."""
    files = {'申请表.form': b'{"components": [], "type": "default", "id": "ask"}', '请假流程.bpmn': diagram(TASK)}
    assert '申请表.form' in bring(zipped(files, encoding=encoding), 'x.zip').bundle.files


def test_of_several_diagrams_the_one_nobody_calls_starts() -> None:
    """D-35."""
    caller = diagram('<callActivity id="u" calledElement="part"/>')
    called = diagram('<userTask id="u"/>', process='id="part" isExecutable="true"')
    files = bring(zipped({'a.bpmn': called, 'b.bpmn': caller}), 'x.zip').bundle.files
    assert b'id="leave"' in files['process.bpmn']
    assert b'id="part"' in files['part.bpmn']


def test_platforms_say_who_and_the_report_asks_for_a_window() -> None:
    """D-23, D-35: one line to decide, not one error an attribute; the platform's buttons are left out."""
    step = (
        '<userTask id="u" name="审批" flowable:candidateStrategy="30" flowable:candidateParam="1"><extensionElements>'
        '<flowable:button value="1" label="签收"/><flowable:approveType>1</flowable:approveType></extensionElements></userTask>'
    )
    made = import_diagram(diagram(step), 'x.bpmn')
    assert b'candidateStrategy' not in made.source
    assert b'button' not in made.source
    assert [note.code for note in made.notes if note.kind == 'decide'] == ['who']
    assert 'candidateStrategy=30' in next(note.message for note in made.notes if note.kind == 'decide')


def test_two_vendors_that_differ_are_to_be_decided() -> None:
    """D-13."""
    made = import_diagram(diagram('<userTask id="u" activiti:candidateGroups="A" camunda:candidateGroups="B"/>'), 'x.bpmn')
    assert any(note.code == 'two_vendors' and note.kind == 'decide' for note in made.notes)


def test_a_window_is_written_where_it_is_picked() -> None:
    """D-35: into the one namespace, whatever stood there."""
    made = with_windows(diagram('<userTask id="u" activiti:candidateGroups="A"/>'), {'u': 'general', 'e': 'nothing'})
    read = read_diagram(made)
    assert read.elements['u'].attrs['candidateGroups'] == 'general'
    assert 'candidateGroups' not in read.elements['e'].attrs
    assert b'activiti:candidateGroups' not in made


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('x.docx', b'hello'),
        ('x.bpmn', b'hello'),
        ('x.bpmn', b'<definitions/>'),
        ('x.bpmn', b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ('x.xml', b'<html/>'),
        ('x.zip', b'PK\x03\x04nothing'),
        ('x.zip', zipped({'readme.txt': b'x'})),
        ('x.zip', zipped({'../x.bpmn': b'x'})),
        ('', b''),
    ],
)
def test_what_is_no_diagram_is_refused_in_words(name: str, content: bytes) -> None:
    """D-35: a clear sentence in both languages, never a traceback."""
    with pytest.raises(BundleError) as caught:
        bring(content, name)
    assert caught.value.zh
    assert str(caught.value)
