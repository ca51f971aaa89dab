"""One-click changes: each takes its problem away and nothing else goes wrong; what is foreign in the file stays."""

import re

import pytest
from unit.bpmn.building import HEAD, boundary, check, codes, condition, diagram, fields, node, timer, user
from unit.bpmn.rule_cases import CASES
from unit.bpmn.rule_cases_item import ITEM_CASES

from engine.bpmn import Fix, NotFixable, apply, fix_of
from engine.bpmn.edits import (
    AddDefinition,
    AddExtension,
    AddFlow,
    AddNode,
    MoveFlow,
    Remove,
    RemoveChild,
    ReplaceText,
    SetAttribute,
    SetCondition,
    SetKind,
    SetText,
)
from engine.bpmn.read import examine
from engine.core.errors import Rejection

GATEWAY = node('exclusiveGateway', 'g')
OFFERING = {
    'a step after which nothing comes': diagram(user('a') + user('b'), 'start>a>end, a>b'),
    'a boundary event that leads nowhere': diagram(user('a') + boundary('late', 'a', timer('P1D')), 'start>a>end'),
    'a step nobody comes to': diagram(user('a') + user('b') + user('c'), 'start>a>end, b>c>b, c>end'),
    'values that find no way': diagram(
        user('u', fields('x:long')) + GATEWAY + user('a'), f'start>u>g, g>a?{condition("x > 1")}, g>end?{condition("x < 1")}, a>end'
    ),
    'a flow without a condition': diagram(GATEWAY + user('a'), 'start>g, g>a?x = 1, g>end, a>end'),
    'a default that is no flow out': diagram(
        node('exclusiveGateway', 'g', default='nowhere') + user('a'), 'start>g, g>a?x = 1, g>end?x != 1, a>end'
    ),
    'a condition on the default flow': diagram(
        node('exclusiveGateway', 'g', default='g_a') + user('a'), 'start>g, g>a?x = 1, g>end?x = 2, a>end'
    ),
    'a condition on the only flow': diagram(user('a') + GATEWAY, 'start>a>g, g>end?x = 1'),
    'a condition out of a parallel gateway': diagram(
        node('parallelGateway', 'g') + user('a') + user('b') + node('parallelGateway', 'j'), 'start>g, g>a?x = 1, g>b, a>j, b>j, j>end'
    ),
}


@pytest.mark.parametrize('source', OFFERING.values(), ids=list(OFFERING))
def test_each_fix_takes_its_problem_away_and_makes_no_new_error(source):
    """D-24: a one-click change is a change after which the problem is gone."""
    before = check(source)
    offered = [(problem, fix) for problem in before for fix in problem.fixes]
    assert offered
    for problem, fix in offered:
        after = check(apply(source, fix))
        assert (problem.code, problem.element) not in {(each.code, each.element) for each in after}
        assert {each.code for each in after if each.is_error} <= {each.code for each in before}


FOREIGN = (
    HEAD.replace('targetNamespace', 'xmlns:x="http://x.example/y" targetNamespace').encode()
    + b"""<!-- kept --><bpmn:process id="p" x:tint="red">
<bpmn:startEvent id="start"/><bpmn:userTask id="a"><bpmn:extensionElements>
<camunda:taskListener event="create" class="x.Y"/><x:deep><x:part/></x:deep></bpmn:extensionElements>
<bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="end"/>
<bpmn:textAnnotation id="note"><bpmn:text><![CDATA[a < b]]></bpmn:text></bpmn:textAnnotation></bpmn:process>
<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
<di:BPMNPlane bpmnElement="p">
<di:BPMNShape bpmnElement="start"><dc:Bounds x="0" y="22" width="36" height="36"/></di:BPMNShape>
<di:BPMNShape bpmnElement="a"><dc:Bounds x="200" y="0" width="100" height="80"/></di:BPMNShape>
</di:BPMNPlane></di:BPMNDiagram></bpmn:definitions>"""
)
EDITS = {
    'attribute': (SetAttribute('a', '{http://camunda.org/schema/1.0/bpmn}assignee', 'li'), b'camunda:assignee="li"', b'xx'),
    'attribute of the process': (SetAttribute('p', 'isExecutable', 'true'), b'isExecutable="true"', b'xx'),
    'child removed': (
        RemoveChild('a', '{http://camunda.org/schema/1.0/bpmn}taskListener', (('event', 'create'),)),
        b'x:part',
        b'taskListener',
    ),
    'condition': (SetCondition('f2', 'x < 1'), b'xsi:type="bpmn:tFormalExpression">x &lt; 1<', b'xx'),
    'kind and text': (SetKind('a', 'scriptTask'), b'<bpmn:scriptTask id="a"', b'userTask'),
    'text': (SetText('note', 'text', 'new'), b'>new<', b'CDATA'),
    'extension': (AddExtension('start', '<camunda:formData/>'), b'<bpmn:extensionElements><camunda:formData/>', b'xx'),
    'node': (AddNode('p', 'g', 'exclusiveGateway', near='a', side='before'), b'bpmnElement="g"><dc:Bounds x="100" y="15"', b'xx'),
    'flow': (AddFlow('f3', 'start', 'end', 'true'), b'<bpmn:incoming>f3</bpmn:incoming>', b'xx'),
    'flow moved': (MoveFlow('f2', source='start'), b'sourceRef="start" targetRef="end"', b'sourceRef="a"'),
    'element removed': (Remove('a'), b'x:tint="red"', b'bpmnElement="a"'),
    'definition': (AddDefinition('error', 'e', 'failed', 'E1'), b'<bpmn:error id="e" name="failed" errorCode="E1"/>', b'xx'),
    'words': (ReplaceText('x.Y', 'x.Z'), b'class="x.Z"', b'x.Y'),
}


@pytest.mark.parametrize(('edit', 'present', 'absent'), EDITS.values(), ids=list(EDITS))
def test_an_edit_changes_what_it_names_and_keeps_the_rest(edit, present, absent):
    """D-24: comments, foreign parts and the drawing stay."""
    done = apply(FOREIGN, Fix('改', 'change', (edit,)))
    assert present in done
    assert absent not in done
    assert b'<!-- kept -->' in done
    assert b'xmlns:x="http://x.example/y"' in done
    assert b'bpmnElement="start"' in done
    assert not [problem for problem in examine(done).problems if problem.is_error]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'gb18030', 'utf-16'])
def test_the_encoding_of_the_file_stays(encoding):
    name = encoding.removesuffix('-sig')
    text = FOREIGN.decode().replace('UTF-8', name).replace('a < b', '甲')
    done = apply(text.encode(encoding), Fix('改', 'change', (SetAttribute('a', 'name', '受理'),)))
    assert '受理' in done.decode(encoding)
    assert examine(done).diagram.elements['a'].name == '受理'


@pytest.mark.parametrize(
    'edit', [SetAttribute('nobody', 'name', 'x'), RemoveChild('a', 'script'), ReplaceText('nothing', 'x'), Remove('nobody')]
)
def test_a_fix_of_a_file_that_changed_is_refused(edit):
    with pytest.raises(NotFixable, match='not there'):
        apply(FOREIGN, Fix('改', 'change', (edit,)))


def test_no_entity_of_a_file_is_opened():
    with pytest.raises(Exception, match='DOCTYPE'):
        apply(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + FOREIGN.partition(b'\n')[2], Fix('改', 'change', (Remove('a'),)))


def test_with_a_task_go_its_flows_and_boundary_events():
    source = diagram(user('a') + user('b') + boundary('late', 'a', timer('P1D')), 'start>a>end, late>b>end')
    done = examine(apply(source, Fix('改', 'change', (Remove('a'),)))).diagram
    assert sorted(done.elements) == ['b', 'end', 'start']
    assert sorted(done.flows) == ['b_end']


def test_a_fix_is_asked_for_by_code_and_element():
    """D-24: `fixes` of the check name code, element and title, and these find the fix again."""
    problems = check(OFFERING['a condition on the only flow'])
    assert 'CONDITION_ALONE' in codes(problems)
    assert fix_of(problems, 'CONDITION_ALONE', 'g_end').title_en == 'Take the condition away'
    with pytest.raises(Rejection, match='0 are offered'):
        fix_of(problems, 'CONDITION_ALONE', 'elsewhere')


@pytest.mark.parametrize('case', CASES + ITEM_CASES, ids=lambda case: case.code)
def test_every_offer_of_every_rule_is_a_repair(case):
    """D-24: whatever rule offers a change: after it the problem is gone, and no other error has come."""
    before = check(case.bad, case.house, **case.files)
    paths = {re.sub(r'_(toml|form|html|bpmn|dmn)$', r'.\1', name).replace('__', '/'): name for name in case.files}
    for problem in before:
        for fix in problem.fixes:
            files, source = dict(case.files), case.bad
            if fix.file == 'process.bpmn':
                source = apply(source, fix)
            else:
                content = files[paths[fix.file]]
                files[paths[fix.file]] = apply(content if isinstance(content, bytes) else content.encode(), fix)
            after = check(source, case.house, **files)
            assert (problem.code, problem.element, problem.message) not in {(each.code, each.element, each.message) for each in after}
            seen_now = {'DECISION_OVERLAP'} if problem.code == 'DECISION_WORD' else set()  # rules that could not be compared before
            assert {each.code for each in after if each.is_error} <= {each.code for each in before} | seen_now
