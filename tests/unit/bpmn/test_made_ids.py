"""What a file leaves without an id gets one (BPMN 2.0.2, Semantic.xsd: `id` is optional), and no problem follows from another."""

from __future__ import annotations

import re

import pytest
from unit.bpmn.building import HEAD, bare, boundary, check, codes, diagram, flows, node, properties, timer, user

from engine.bpmn import read_diagram
from engine.bpmn.edits import Fix, SetAttribute
from engine.bpmn.fixing import apply


def without_ids(source: bytes, kind: str) -> bytes:
    return re.sub(rf'(<bpmn:{kind}) id="[^"]*"', r'\1', source.decode()).encode()


PLAIN = bare(node('startEvent', 's') + user('u', name='审批') + node('endEvent', 'e') + flows('s>u>e'))
LANES = '<bpmn:laneSet><bpmn:lane id="l1" name="一窗"><bpmn:flowNodeRef>u</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="l2"/></bpmn:laneSet>'
NOTE = '<bpmn:textAnnotation id="t"><bpmn:text>注</bpmn:text></bpmn:textAnnotation>'
LINE = '<bpmn:association id="a" sourceRef="u" targetRef="t"/>'
REMINDED = boundary('b', 'u', properties(on_expiry='warn') + timer('1个工作日'), interrupting=False)


@pytest.mark.parametrize('kind', ['sequenceFlow', 'lane', 'association', 'boundaryEvent', 'textAnnotation'])
def test_what_has_no_id_gets_one_and_nothing_is_wrong(kind: str):
    """D-22: flows, events, associations, lanes."""
    source = without_ids(diagram(LANES + user('u') + REMINDED + NOTE + LINE, 'start>u>end'), kind)
    assert codes(check(source)) == []
    read = read_diagram(source)
    made = {**read.flows, **read.lanes, **read.elements, **read.links, **{each[0]: each for each in read.artifacts}}
    assert len(made) == len(read_diagram(diagram(LANES + user('u') + REMINDED + NOTE + LINE, 'start>u>end')).flows) + 2 + 4 + 1 + 1


def test_a_flow_is_called_after_its_ends():
    """D-22"""
    assert set(read_diagram(without_ids(PLAIN, 'sequenceFlow')).flows) == {'Flow_s_u', 'Flow_u_e'}


def test_made_ids_stay_when_something_else_is_added_or_saved():
    """D-22: the id says what the flow connects, not where it stands in the file."""
    source = without_ids(PLAIN, 'sequenceFlow').decode()
    first = '<bpmn:sequenceFlow sourceRef="s"'
    more = source.replace(first, f'{node("manualTask", "m")}<bpmn:sequenceFlow sourceRef="m" targetRef="e"/>\n{first}')
    assert set(read_diagram(source.encode()).flows) < set(read_diagram(more.encode()).flows)


def test_a_made_id_is_never_one_of_the_file():
    """D-22"""
    source = without_ids(PLAIN, 'sequenceFlow').decode().replace('id="e"', 'id="Flow_s_u"').replace('"e"', '"Flow_s_u"')
    read = read_diagram(source.encode())
    assert set(read.flows) == {'Flow_s_u_2', 'Flow_u_Flow_s_u'}


def test_two_flows_between_the_same_nodes_have_two_ids():
    """D-22"""
    two = '<bpmn:sequenceFlow sourceRef="u" targetRef="v"/>' * 2
    read = read_diagram(diagram(user('u') + user('v') + two, 'start>u, v>end'))
    assert {flow.id for flow in read.flows.values() if flow.source == 'u'} == {'Flow_u_v', 'Flow_u_v_2'}


def test_a_made_id_is_short_enough_to_be_stored():
    """D-22"""
    source = bare(node('startEvent', 's' * 90) + user('u' * 90) + node('endEvent', 'e'))
    ends = [('s' * 90, 'u' * 90), ('u' * 90, 'e')]
    given = ''.join(f'<bpmn:sequenceFlow sourceRef="{source}" targetRef="{target}"/>' for source, target in ends)
    source = source.replace(b'</bpmn:process>', given.encode() + b'</bpmn:process>')
    assert codes(check(source)) == []


def test_a_fix_finds_what_had_no_id_and_writes_the_ids_down():
    """D-22: what the check names, a one-click change can change."""
    source = without_ids(PLAIN, 'sequenceFlow')
    changed = apply(source, Fix('名', 'name', (SetAttribute('Flow_s_u', 'name', '提交'),)))
    assert read_diagram(changed).flows['Flow_s_u'].name == '提交'
    assert b'id="Flow_u_e"' in changed


@pytest.mark.parametrize('twice', ['flow', 'node', 'lane', 'annotation'])
def test_an_id_used_twice_is_one_problem(twice: str):
    """D-22: no error follows from another."""
    body = {
        'flow': user('u') + node('endEvent', 'end2') + '<bpmn:sequenceFlow id="start_u" sourceRef="u" targetRef="end2"/>',
        'node': user('u') + '<bpmn:userTask id="u" name="又一次"/>',
        'lane': '<bpmn:laneSet id="ls"><bpmn:lane id="l"/><bpmn:lane id="l"/></bpmn:laneSet>' + user('u'),
        'annotation': NOTE + NOTE + user('u'),
    }[twice]
    assert codes(check(diagram(body, 'start>u>end'))) == ['ID_DUPLICATE']


def test_a_process_without_an_id_is_told_and_nothing_else():
    """D-22: versions and cases are kept by the id of the process, so nobody but the analyst gives it."""
    source = f'{HEAD}<bpmn:process isExecutable="true">{node("startEvent", "s")}{node("endEvent", "e")}{flows("s>e")}</bpmn:process>'
    assert codes(check(f'{source}</bpmn:definitions>'.encode())) == ['ID_MISSING']
