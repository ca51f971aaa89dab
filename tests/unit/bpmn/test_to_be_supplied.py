"""What is not there yet, not declared or contradicts itself is told for what it is, with the change that mends it."""

from __future__ import annotations

import pytest
from unit.bpmn.building import ITEM, boundary, check, codes, diagram, flows, node, user

from engine.bpmn import House, read_diagram
from engine.bpmn.fixing import apply


def thrown(kind: str, ref: str) -> str:
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{ref}"/>'


def failing(ref: str) -> bytes:
    inside = node('startEvent', 'is') + user('v') + node('endEvent', 'ie', thrown('error', ref)) + flows('is>v>ie')
    body = node('subProcess', 'sub', inside) + boundary('b', 'sub', thrown('error', ref)) + node('endEvent', 'end2')
    return diagram(body, 'start>sub>end, b>end2')


def test_an_error_nobody_declares_is_its_code():
    """D-30: Activiti and Flowable write the code; thrower and catcher mean the same."""
    source = failing('NOT_PAID')
    assert {problem.code for problem in check(source)} <= {'REFERENCE_BY_CODE', 'NODE_UNREACHABLE', 'NEVER_RUNS'}
    assert not any(problem.is_error for problem in check(source) if problem.code == 'REFERENCE_BY_CODE')
    read = read_diagram(source)
    assert {read.elements[each].events[0].code for each in ('ie', 'b')} == {'NOT_PAID'}
    fixed = apply(source, next(problem.fixes[0] for problem in check(source) if problem.code == 'REFERENCE_BY_CODE'))
    assert 'REFERENCE_BY_CODE' not in codes(check(fixed))
    assert {read_diagram(fixed).elements[each].events[0].code for each in ('ie', 'b')} == {'NOT_PAID'}


def test_a_receive_task_without_a_message_is_to_be_supplied():
    """D-30: a hint of a lone file, an error in an item's bundle, and one click declares the message under the task's name."""
    source = diagram(node('receiveTask', 'u', name='等待来函'), 'start>u>end')
    (problem,) = check(source)
    assert (problem.code, problem.severity) == ('REFERENCE_MISSING_LONE', 'warning')
    assert 'REFERENCE_MISSING' in codes(check(source, item_toml=ITEM))
    fixed = apply(source, problem.fixes[0])
    assert check(fixed) == []
    assert [each.name for each in read_diagram(fixed).definitions.values() if each.id == 'message_u'] == ['等待来函']


@pytest.mark.parametrize('kind', ['message', 'signal', 'escalation'])
def test_a_reference_by_name_finds_the_declared_one(kind: str):
    """D-30: the fix refers to the one of that name, else declares one."""
    declared = f'<bpmn:{kind} id="known" name="来函"' + (' escalationCode="X9"/>' if kind == 'escalation' else '/>')
    for more, target in ((declared, 'known'), ('', '来函')):
        source = diagram(node('intermediateThrowEvent', 'u', thrown(kind, '来函')), 'start>u>end', more=more)
        problem = next(each for each in check(source) if each.code == 'REFERENCE_UNKNOWN')
        fixed = apply(source, problem.fixes[0])
        assert 'REFERENCE_UNKNOWN' not in codes(check(fixed))
        assert read_diagram(fixed).elements['u'].events[0].ref == target


@pytest.mark.parametrize(
    ('body', 'error'),
    [
        (node('businessRuleTask', 'u', camunda_decisionRef='fee', camunda_resultVariable='fee'), 'DECISION_UNKNOWN'),
        (node('callActivity', 'u', calledElement='other'), 'CALL_UNKNOWN'),
    ],
)
def test_what_a_bundle_brings_is_to_be_supplied_in_a_lone_file(body: str, error: str):
    """D-32: one rule for decisions and called processes; in a bundle it is an error."""
    source = diagram(body, 'start>u>end')
    assert [(problem.code, problem.severity) for problem in check(source)] == [('TO_BE_SUPPLIED', 'warning')]
    assert error in codes(check(source, item_toml=ITEM))


@pytest.mark.parametrize('attribute', ['camunda_topic', 'camunda_class', 'flowable_delegateExpression'])
def test_a_handler_the_hall_has_not_is_to_be_supplied_in_a_lone_file(attribute: str):
    """D-32: a lone diagram may be tried out before its handlers are there, not before it names them; in a bundle both are errors."""
    house = House(handlers=frozenset({'known'}))
    source, nameless = (diagram(node('serviceTask', 'u', **each), 'start>u>end') for each in ({attribute: 'elsewhere'}, {}))
    assert [(problem.code, problem.severity) for problem in check(source, house=house)] == [('HANDLER_UNKNOWN_LONE', 'warning')]
    assert 'HANDLER_UNKNOWN' in codes(check(source, house=house, item_toml=ITEM))
    assert 'HANDLER_MISSING' in codes(check(nameless, house=house))


FIELD = '<camunda:formData><camunda:formField id="领导同意" type="boolean"/></camunda:formData>'
FORM = f'<bpmn:extensionElements>{FIELD}</bpmn:extensionElements>'
CHOICE = node('exclusiveGateway', 'g', default='g_b') + node('endEvent', 'a') + node('endEvent', 'b')


@pytest.mark.parametrize(('form', 'said'), [('', ['SENTENCE']), (FORM, [])])
def test_a_sentence_is_no_condition_but_the_name_of_a_field_is(form: str, said: list[str]):
    """D-17: natural language (tExpression) is for people; a missing xsi:type alone is no fault."""
    source = diagram(user('u', form) + CHOICE, 'start>u>g>a?领导同意, g>b')
    assert [code for code in codes(check(source)) if code == 'SENTENCE'] == said


def test_one_click_says_that_the_sentence_is_a_variable():
    """D-17"""
    source = diagram(user('u') + CHOICE, 'start>u>g>a?领导同意, g>b')
    problem = next(each for each in check(source) if each.code == 'SENTENCE')
    assert 'SENTENCE' not in codes(check(apply(source, problem.fixes[0])))


@pytest.mark.parametrize('kind', ['exclusiveGateway', 'parallelGateway', 'inclusiveGateway'])
@pytest.mark.parametrize(('said', 'wrong'), [('Converging', True), ('Diverging', False), ('Mixed', False), ('Unspecified', False)])
def test_a_direction_its_flows_contradict_is_a_warning(kind: str, said: str, wrong: bool):
    """D-17: BPMN 2.0.2 §10.6.1"""
    body = node(kind, 'g', gatewayDirection=said) + user('a') + user('b')
    assert ('DIRECTION_WRONG' in codes(check(diagram(body, 'start>g>a>end, g>b>end')))) is wrong


@pytest.mark.parametrize(('side', 'listed'), [('incoming', 'other'), ('outgoing', 'start_u')])
def test_lists_that_contradict_the_flows_are_a_warning(side: str, listed: str):
    """D-17"""
    source = diagram(user('u', f'<bpmn:{side}>{listed}</bpmn:{side}>'), 'start>u>end')
    assert codes(check(source)) == ['FLOWS_LISTED_WRONG']


@pytest.mark.parametrize('kind', ['error', 'escalation'])
def test_what_is_thrown_has_a_code(kind: str):
    """D-17: a click takes the name for it; whoever catches may leave the code out."""
    source = diagram(node('endEvent', 'u', thrown(kind, 'n')), 'start>u', more=f'<bpmn:{kind} id="n" name="请示"/>')
    problem = next(each for each in check(source) if each.code == 'CODE_MISSING')
    assert 'CODE_MISSING' not in codes(check(apply(source, problem.fixes[0])))
