"""D-28: the check of an ad-hoc subprocess: accepted as a pick list, or refused in one problem that says what to draw instead."""

import pytest
from unit.bpmn.building import ITEM, check, diagram, flows, node, user

from engine.bpmn import read_diagram
from engine.forms import convert_form_data

ENOUGH = '<bpmn:completionCondition>enough = true</bpmn:completionCondition>'
STEPS = user('a', name='现场') + user('b', name='函询')


def listed(inner: str = STEPS + ENOUGH, **attributes: str) -> bytes:
    return diagram(node('adHocSubProcess', 'x', inner, **{'name': '补充核查'} | attributes), 'start>x>end')


@pytest.mark.parametrize('attributes', [{}, {'ordering': 'Parallel'}, {'ordering': 'Sequential'}, {'cancelRemainingInstances': 'false'}])
def test_a_pick_list_is_accepted_without_a_word(attributes: dict[str, str]) -> None:
    assert [problem.code for problem in check(listed(**attributes))] == []


def test_steps_in_a_line_and_subprocesses_are_accepted() -> None:
    inside = node('startEvent', 'i') + user('c') + node('endEvent', 'j') + flows('i>c>j')
    assert [problem.code for problem in check(listed(STEPS + user('d') + flows('a>d') + node('subProcess', 'y', inside) + ENOUGH))] == []


@pytest.mark.parametrize(
    ('inner', 'says'),
    [
        (STEPS, 'completionCondition'),
        (STEPS + node('startEvent', 'i') + flows('i>a') + ENOUGH, '子流程'),
        (STEPS + node('endEvent', 'i') + flows('a>i') + ENOUGH, '子流程'),
        (STEPS + node('exclusiveGateway', 'g') + flows('a>g>b') + ENOUGH, '子流程'),
        (STEPS + user('c') + flows('a>b, a>c') + ENOUGH, '子流程'),
    ],
)
def test_what_is_no_list_is_refused_once_without_followers(inner: str, says: str) -> None:
    """D-28: no END_MISSING, no NODE_DANGLING inside."""
    problems = [problem for problem in check(listed(inner)) if problem.is_error]
    assert [(problem.code, problem.element) for problem in problems] == [('ELEMENT_UNSUPPORTED', 'x')]
    assert says in problems[0].message


def test_the_windows_may_be_named_on_the_subprocess_itself() -> None:
    """D-28: also in an item, whose attributes are checked by where they mean something."""
    source = listed(camunda_candidateGroups='w1', ordering='Sequential')
    assert read_diagram(source).elements['x_pick'].attrs['candidateGroups'] == 'w1'
    assert 'ATTRIBUTE_MISPLACED' not in [problem.code for problem in check(source, item_toml=ITEM)]


def test_what_is_wrong_with_the_choice_is_said_of_the_subprocess_that_is_drawn() -> None:
    source = listed(node('manualTask', 'a') + ENOUGH)
    assert {problem.element for problem in check(source)} == {'x', 'a'}


def test_an_empty_one_is_empty_and_no_more() -> None:
    assert [problem.code for problem in check(listed(ENOUGH))] == ['SUBPROCESS_EMPTY']


def test_the_person_who_picks_sits_at_the_windows_of_the_steps_and_chooses_from_their_names() -> None:
    inner = user('a', name='现场', camunda_candidateGroups='w1') + user('b', name='函询', camunda_candidateGroups='w2,applicant') + ENOUGH
    pick = read_diagram(listed(inner)).elements['x_pick']
    assert (pick.kind, pick.scope, pick.attrs['candidateGroups'], pick.offers) == ('userTask', 'x', 'w1,w2', ('a', 'b'))
    assert [each['name'] for each in pick.form_fields[0]['values']] == ['现场', '函询']
    assert convert_form_data(pick.form_fields).components
