"""What other products write: read past, noted, refused, misspelt, said twice or to be decided; never dropped with an untrue sentence."""

from __future__ import annotations

import pytest
from unit.bpmn.building import HEAD, bare, check, codes, diagram, flows, node, user
from unit.bpmn.rule_cases_item import GOOD_ITEM, ITEM_BUNDLE, PROMISED

from engine.bpmn import read_diagram
from engine.bpmn.dialect import ATTRIBUTES
from engine.bpmn.fixing import apply
from engine.bpmn.vendors import CHANGES, DECORATION, MEANING, NOTED, READ_PAST, RETURNS, WHO

SPIFF = 'http://spiffworkflow.org/bpmn/schema/1.0/core'
LISTS = {'read': ATTRIBUTES, 'past': READ_PAST, 'noted': NOTED, 'changes': CHANGES, 'who': WHO, 'returns': RETURNS}
PREFIXES = ['camunda', 'flowable', 'activiti', 'zeebe']


def extended(inner: str) -> str:
    return f'<bpmn:extensionElements>{inner}</bpmn:extensionElements>'


def tasked(attributes: str = '', inner: str = '') -> bytes:
    return diagram(f'<bpmn:userTask id="u" camunda:candidateGroups="w1" {attributes}>{inner}</bpmn:userTask>', 'start>u>end')


def test_a_word_is_in_one_list():
    """D-23: three lists kept as data, beside those that are read and those that are refused."""
    names = [name for words in LISTS.values() for name in words]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize('name', sorted(READ_PAST))
def test_what_is_read_past_is_no_problem(name: str):
    """D-23: as an attribute and as an extension element."""
    assert codes(check(tasked(f'flowable:{name}="x"'))) == []
    assert codes(check(tasked(inner=extended(f'<flowable:{name}>x</flowable:{name}>')))) == []


@pytest.mark.parametrize('name', sorted(NOTED))
def test_what_is_left_out_is_noted_and_a_click_takes_it_away(name: str):
    """D-23: one true note each."""
    for source in (tasked(f'flowable:{name}="x"'), tasked(inner=extended(f'<flowable:{name} value="1"/>'))):
        problems = check(source)
        assert codes(problems) == ['DETAIL_IGNORED']
        assert NOTED[name][0] in problems[0].message
        assert codes(check(apply(source, problems[0].fixes[0]))) == []


@pytest.mark.parametrize('name', sorted(CHANGES))
def test_what_changes_the_way_of_a_token_is_refused_by_name(name: str):
    """D-23, D-13: the sentence names what to use instead."""
    source = diagram(
        '<bpmn:subProcess id="sub">'
        + node('startEvent', 'is')
        + f'<bpmn:userTask id="u" camunda:candidateGroups="w1" flowable:{name}="x"/>'
        + node('endEvent', 'ie')
        + flows('is>u>ie')
        + '</bpmn:subProcess>',
        'start>sub>end',
    )
    problems = check(source)
    assert codes(problems) == ['DETAIL_UNSUPPORTED']
    assert CHANGES[name][0] in problems[0].message


@pytest.mark.parametrize(
    ('body', 'said'),
    [
        ('<bpmn:serviceTask id="u" flowable:class="x" flowable:triggerable="false"/>', []),
        ('<bpmn:serviceTask id="u" flowable:class="x" flowable:triggerable="true"/>', ['DETAIL_UNSUPPORTED']),
        (user('u', flowable_approveType='1'), []),
        (user('u', flowable_approveType='2'), ['DETAIL_UNSUPPORTED']),
    ],
)
def test_a_word_that_asks_for_what_happens_anyway_is_no_problem(body: str, said: list[str]):
    """D-23"""
    assert codes(check(diagram(body, 'start>u>end'))) == said


def test_ending_all_is_what_a_terminate_end_of_the_process_does():
    """D-23: `terminateAll`, 39 of 4,390 diagrams; inside a subprocess it would end less than it says."""
    ending = '<bpmn:endEvent id="{}"><bpmn:terminateEventDefinition flowable:terminateAll="true"/></bpmn:endEvent>'
    assert codes(check(bare(node('startEvent', 'start') + user('u') + ending.format('all') + flows('start>u>all')))) == []
    inner = f'<bpmn:subProcess id="sub">{node("startEvent", "is")}{ending.format("all")}{flows("is>all")}</bpmn:subProcess>'
    assert 'DETAIL_UNSUPPORTED' in codes(check(diagram(inner, 'start>sub>end')))


@pytest.mark.parametrize('prefix', PREFIXES)
@pytest.mark.parametrize('name', ['colour', 'x-team', 'wichtig'])
def test_an_unknown_attribute_is_a_warning(prefix: str, name: str):
    """D-23: it changes no token's way that anybody here knows of, and the note says that it is not read."""
    problems = check(tasked(f'{prefix}:{name}="7"'))
    assert [(problem.code, problem.severity) for problem in problems] == [('DETAIL_UNKNOWN', 'warning')]
    assert name in problems[0].message


@pytest.mark.parametrize(
    ('wrong', 'right'),
    [('asignee', 'assignee'), ('candidateGroup', 'candidateGroups'), ('formkey', 'formKey'), ('resultvariabel', 'resultVariable')],
)
def test_a_misspelt_attribute_is_an_error_with_the_near_name_as_fix(wrong: str, right: str):
    """D-23"""
    source = diagram(f'<bpmn:userTask id="u" flowable:{wrong}="w1"/>', 'start>u>end')
    problem = next(each for each in check(source) if each.code == 'DETAIL_MISSPELT')
    assert problem.is_error
    assert read_diagram(apply(source, problem.fixes[0])).elements['u'].attrs == {'id': 'u', right: 'w1'}


def test_who_works_a_task_is_one_line_however_many_words_say_it():
    """D-23: candidateStrategy and candidateParam; no second line says that the window is missing."""
    strange = '<bpmn:userTask id="u" flowable:candidateStrategy="30" flowable:candidateParam="1" flowable:dataType="ROLES"/>'
    problems = check(diagram(strange, 'start>u>end'))
    assert codes(problems) == ['WHO_UNDECIDED_LONE']
    assert all(word in problems[0].message for word in ('candidateStrategy=30', 'candidateParam=1', 'dataType=ROLES'))


def test_roles_of_another_system_are_no_windows():
    """D-23: `dataType="ROLES"` with groups 1 and 2, in a lone file where nobody says whether the hall has such windows."""
    source = diagram('<bpmn:userTask id="u" flowable:candidateGroups="1,2" flowable:dataType="ROLES"/>', 'start>u>end')
    assert [problem.code for problem in check(source)] == ['WHO_UNDECIDED_LONE']
    assert '1,2' in check(source)[0].message


def test_in_an_item_the_windows_are_offered():
    """D-23: one click names the window and takes the strange words away."""
    source = bare(PROMISED.replace(' camunda:candidateGroups="w1"', ' flowable:candidateStrategy="30" flowable:candidateParam="1"', 1))
    problem = next(each for each in check(source, **ITEM_BUNDLE) if each.code == 'WHO_UNDECIDED')
    assert check(apply(source, problem.fixes[0]), **ITEM_BUNDLE) == []


def test_words_about_who_works_a_task_that_has_a_window_are_one_note():
    """D-23"""
    source = bare(PROMISED.replace(' camunda:candidateGroups="w1"', ' flowable:candidateGroups="w1" flowable:userType="x"', 1))
    assert codes(check(source, **ITEM_BUNDLE)) == ['DETAIL_IGNORED']
    assert check(GOOD_ITEM, **ITEM_BUNDLE) == []


def test_where_a_refused_task_goes_back_to_must_be_drawn():
    """D-23: one line for all its words."""
    source = tasked('flowable:rejectHandlerType="2" flowable:rejectReturnTaskId="a"')
    assert [problem.code for problem in check(source)] == ['DETAIL_UNSUPPORTED']


@pytest.mark.parametrize('space', sorted(DECORATION))
def test_decoration_is_read_past_with_a_true_note(space: str):
    """D-13: the note says what it is, not that it has no effect."""
    problems = check(tasked(f'xmlns:o="{space}" o:x="1"'))
    assert codes(problems) == ['EXTENSION_IGNORED']
    assert DECORATION[space][0] in problems[0].message
    assert '影响' not in problems[0].message


@pytest.mark.parametrize(('space', 'name'), [(space, name) for space, words in MEANING.items() for name in words])
def test_a_foreign_word_that_does_something_is_refused_with_what_to_use(space: str, name: str):
    """D-13: scripts, forms and operators of another modeler."""
    text = '<o:property name="formJsonSchemaFilename" value="f.json"/>' if name == 'properties' else 'x'
    problems = check(tasked(f'xmlns:o="{space}"', extended(f'<o:{name}>{text}</o:{name}>')))
    assert codes(problems) == ['EXTENSION_LOST']
    assert MEANING[space][name][0] in problems[0].message


def test_what_nobody_here_knows_is_not_called_harmless():
    """D-13"""
    problems = check(tasked('xmlns:o="urn:other" o:x="1"'))
    assert codes(problems) == ['EXTENSION_UNKNOWN']
    assert '没有作用' not in problems[0].message
    assert '不影响' not in problems[0].message


LISTENER = extended('<camunda:executionListener event="take" class="x.Y"/>')
PLACES = {
    'flow': bare(
        node('startEvent', 'start')
        + user('u')
        + node('endEvent', 'end')
        + flows('start>u')
        + f'<bpmn:sequenceFlow id="f" sourceRef="u" targetRef="end">{LISTENER}</bpmn:sequenceFlow>'
    ),
    'lane': diagram(
        f'<bpmn:laneSet id="ls"><bpmn:lane id="l" name="一窗">{LISTENER}<bpmn:flowNodeRef>u</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
        + user('u'),
        'start>u>end',
    ),
    'process': diagram(LISTENER + user('u'), 'start>u>end'),
    'event': diagram(user('u') + node('intermediateThrowEvent', 't', LISTENER), 'start>u>t>end'),
}


@pytest.mark.parametrize('place', PLACES)
def test_no_place_is_left_unread(place: str):
    """D-13, D-23: process, lane, flow and event, as well as the task."""
    assert codes(check(PLACES[place])) == ['DETAIL_UNSUPPORTED']


@pytest.mark.parametrize('place', ['participant', 'messageFlow', 'collaboration', 'message', 'definitions'])
def test_words_outside_every_process_are_noted(place: str):
    """D-13: extension elements of pools and of what lies between them were not even noted."""
    strange = dict.fromkeys(('participant', 'messageFlow', 'collaboration', 'message', 'definitions'), '') | {place: ' flowable:colour="7"'}
    body = (
        f'<bpmn:message id="m" name="来函"{strange["message"]}/>'
        f'<bpmn:collaboration id="c"{strange["collaboration"]}><bpmn:participant id="p1" processRef="p"{strange["participant"]}/>'
        f'<bpmn:participant id="p2"/><bpmn:messageFlow id="mf" sourceRef="p1" targetRef="p2"{strange["messageFlow"]}/></bpmn:collaboration>'
        f'<bpmn:process id="p" isExecutable="true">{node("startEvent", "s")}{user("u")}{node("endEvent", "e")}{flows("s>u>e")}'
    )
    head = HEAD.replace('targetNamespace="t"', f'targetNamespace="t"{strange["definitions"]}')
    assert codes(check(f'{head}{body}</bpmn:process></bpmn:definitions>'.encode())) == ['DETAIL_IGNORED']


TWICE = {
    'two products': (tasked('flowable:candidateGroups="w2"'), 'candidateGroups'),
    'attribute and element': (tasked(inner=extended('<zeebe:assignmentDefinition candidateGroups="w2"/>')), 'candidateGroups'),
    'properties': (
        tasked(
            inner=extended(
                '<camunda:properties>'
                '<camunda:property name="note" value="1"/><camunda:property name="note" value="2"/>'
                '</camunda:properties>'
            )
        ),
        'note',
    ),
    'loops': (
        tasked(
            inner='<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
            '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'
        ),
        'loopCharacteristics',
    ),
    'scripts': (
        diagram(
            '<bpmn:scriptTask id="u"><bpmn:script>x = 1</bpmn:script><bpmn:script>x = 2</bpmn:script></bpmn:scriptTask>', 'start>u>end'
        ),
        'script',
    ),
}


@pytest.mark.parametrize('case', TWICE)
def test_what_is_said_twice_and_differently_is_refused(case: str):
    """D-13: of two candidateGroups the first in the text won, and one loop marker vanished."""
    source, name = TWICE[case]
    problems = check(source)
    assert codes(problems) == ['SAID_TWICE']
    assert name in problems[0].message


@pytest.mark.parametrize(('choice', 'left'), [(0, 'w1'), (1, 'w2')])
def test_the_analyst_chooses_which_of_two_is_meant(choice: int, left: str):
    """D-13"""
    source = tasked('flowable:candidateGroups="w2"')
    changed = apply(source, check(source)[0].fixes[choice])
    assert check(changed) == []
    assert read_diagram(changed).elements['u'].attrs['candidateGroups'] == left


def test_two_products_that_agree_are_no_problem():
    """D-13"""
    assert check(tasked('flowable:candidateGroups="w1" activiti:candidateGroups="w1"')) == []


@pytest.mark.parametrize('name', ['resultVariable', 'resultVariableName'])
def test_a_variable_is_named_not_computed(name: str):
    """D-13: an expression where a plain name is expected would be the name."""
    source = diagram(f'<bpmn:serviceTask id="u" camunda:topic="t" camunda:{name}="${{x}}"/>', 'start>u>end')
    assert codes(check(source)) == ['VARIABLE_NAME']
