"""What a modeler saves is read as it was meant, whichever vendor's prefix it has, with lines and lanes."""

import pytest
from unit.bpmn.building import bare, boundary, diagram, flows, node, timer, user

from engine.bpmn import DiagramError, read_diagram

EXTENSIONS = """<bpmn:extensionElements>
  <{v}:properties><{v}:property name="signers" value="2"/></{v}:properties>
  <{v}:inputOutput><{v}:inputParameter name="a">${{x + 1}}</{v}:inputParameter>
    <{v}:inputParameter name="list"><{v}:list><{v}:value>one</{v}:value><{v}:value>${{two}}</{v}:value></{v}:list></{v}:inputParameter>
    <{v}:outputParameter name="b">${{a}}</{v}:outputParameter></{v}:inputOutput>
</bpmn:extensionElements>"""


@pytest.mark.parametrize('vendor', ['camunda', 'flowable', 'activiti'])
def test_vendor_prefixes_are_read_alike(vendor: str):
    inner = EXTENSIONS.format(v=vendor)
    task = f'<bpmn:userTask id="u" {vendor}:candidateGroups="w1" '
    task += f'{vendor}:assignee="${{first_contact}}" {vendor}:formKey="intake">{inner}</bpmn:userTask>'
    element = read_diagram(diagram(task, 'start>u>end')).elements['u']
    assert element.attrs['candidateGroups'] == 'w1'
    assert element.attrs['assignee'] == '${first_contact}'
    assert element.form_ref == 'intake'
    assert element.properties == {'signers': '2'}
    assert element.inputs == {'a': '${x + 1}', 'list': '${["one", two]}'}
    assert element.outputs == {'b': '${a}'}
    assert element.unsupported == ()


def test_camunda_8_is_read_where_it_is_obvious():
    inner = """<bpmn:extensionElements><zeebe:taskDefinition type="print"/><zeebe:ioMapping><zeebe:input source="=a + 1" target="b"/>
      </zeebe:ioMapping><zeebe:assignmentDefinition candidateGroups="w1" assignee="=clerk"/><zeebe:formDefinition formId="f"/>
      </bpmn:extensionElements>"""
    element = read_diagram(diagram(node('serviceTask', 'u', inner), 'start>u>end')).elements['u']
    assert element.attrs['topic'] == 'print'
    assert element.attrs['assignee'] == '${=clerk}'
    assert element.form_ref == 'f'
    assert element.inputs == {'b': '${=a + 1}'}


def test_generated_forms_of_both_kinds():
    camunda = """<bpmn:extensionElements><camunda:formData><camunda:formField id="ok" label="同意" type="enum">
      <camunda:value id="y" name="是"/><camunda:validation><camunda:constraint name="required"/></camunda:validation></camunda:formField>
      </camunda:formData></bpmn:extensionElements>"""
    flowable = '<bpmn:extensionElements><flowable:formProperty id="n" name="数量" type="long" required="true"/></bpmn:extensionElements>'
    read = read_diagram(diagram(user('u', camunda) + user('v', flowable), 'start>u>v>end'))
    field = read.elements['u'].form_fields[0]
    assert (field['id'], field['label'], field['values']) == ('ok', '同意', [{'id': 'y', 'name': '是'}])
    assert field['validations'] == [{'name': 'required', 'config': ''}]
    assert read.elements['v'].form_fields[0]['required'] == 'true'


def test_lanes_nest_and_subprocesses_inherit_them():
    lanes = """<bpmn:laneSet id="ls"><bpmn:lane id="outer" name="大厅">
      <bpmn:flowNodeRef>u</bpmn:flowNodeRef><bpmn:flowNodeRef>sub</bpmn:flowNodeRef>
      <bpmn:childLaneSet id="cs">
      <bpmn:lane id="inner" name="窗口一"><bpmn:flowNodeRef> u </bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet>
      </bpmn:lane></bpmn:laneSet>"""
    sub = node('subProcess', 'sub', node('startEvent', 'is') + user('v') + node('endEvent', 'ie') + flows('is>v>ie'))
    read = read_diagram(diagram(lanes + user('u') + sub, 'start>u>sub>end'))
    assert read.lane_name(read.elements['u']) == '窗口一'
    assert read.lane_name(read.elements['v']) == '大厅'
    assert read.lane_name(read.elements['start']) is None


def test_names_on_several_lines_become_one():
    read = read_diagram(diagram(user('u', name='现场&#10;核查') + user('v', name='site&#10;visit'), 'start>u>v>end'))
    assert read.elements['u'].name == '现场核查'
    assert read.elements['v'].name == 'site visit'


def test_events_know_their_definitions_and_limits():
    read = read_diagram(
        diagram(
            user('u')
            + boundary('t', 'u', timer(' 5个工作日 '), interrupting=False)
            + boundary('m', 'u', '<bpmn:messageEventDefinition messageRef="q:msg"/>')
            + node('endEvent', 'bad', '<bpmn:errorEventDefinition errorRef="err"/>'),
            'start>u>end, t>end, m>bad',
        )
    )
    assert read.elements['t'].event.expression == '5个工作日'
    assert not read.elements['t'].interrupting
    assert read.elements['m'].event.name == 'material'
    assert read.elements['bad'].event.code == 'E1'
    assert [event.id for event in read.boundary_events('u')] == ['t', 'm']


def test_loops_in_the_words_of_each_vendor():
    camunda = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${members}" camunda:elementVariable="m">'
        '<bpmn:completionCondition>${nrOfCompletedInstances = 1}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>'
    )
    zeebe = (
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=members" '
        'inputElement="m"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
    )
    read = read_diagram(diagram(user('u', camunda) + user('v', zeebe), 'start>u>v>end'))
    one, other = read.elements['u'].loop, read.elements['v'].loop
    assert (one.kind, one.collection, one.element_variable) == ('sequential', '${members}', 'm')
    assert one.completion_condition == '${nrOfCompletedInstances = 1}'
    assert (other.kind, other.collection, other.element_variable) == ('parallel', 'members', 'm')


def test_flows_and_scopes():
    sub = node('subProcess', 'sub', node('startEvent', 'is') + node('endEvent', 'ie') + flows('is>ie'))
    read = read_diagram(diagram(sub, 'start>sub>end'))
    assert read.elements['is'].scope == 'sub'
    assert read.flows['is_ie'].scope == 'sub'
    assert read.elements['sub'].incoming == ('start_sub',)
    assert [element.id for element in read.inside('p')] == ['start', 'sub', 'end']
    assert read.main.id == 'p'


def test_lines_are_those_of_the_file():
    text = bare('\n\n' + node('startEvent', 'start') + node('endEvent', 'end') + flows('start>end')).decode()
    read = read_diagram(text.encode())
    assert text.splitlines()[read.elements['start'].line - 1].startswith('<bpmn:startEvent')


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'gb18030'])
def test_encodings_a_modeler_may_write(encoding: str):
    name = {'utf-8-sig': 'UTF-8'}.get(encoding, encoding.upper())
    text = diagram(user('u', name='现场核查'), 'start>u>end').decode().replace('UTF-8', name)
    assert read_diagram(text.encode(encoding)).elements['u'].name == '现场核查'


def test_reading_fails_with_every_reason():
    odd = '<bpmn:subProcess id="odd" triggeredByEvent="maybe"/>'
    with pytest.raises(DiagramError) as caught:
        read_diagram(diagram(user('u') + user('u') + odd, 'start>u>end'))
    assert [problem.code for problem in caught.value.problems] == ['ID_DUPLICATE', 'VALUE_UNREADABLE']
