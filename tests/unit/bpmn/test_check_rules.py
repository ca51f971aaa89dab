"""Every rule of the check: a diagram that breaks it is told so at the right element, and one that keeps it is left in peace."""

from __future__ import annotations

import pytest
from unit.bpmn.building import ITEM, check, codes, diagram, node, properties, user
from unit.bpmn.rule_cases import CASES, Case, task
from unit.bpmn.rule_cases_item import GOOD_ITEM, ITEM_BUNDLE, ITEM_CASES

from engine.bpmn import House, check_bundle
from engine.bpmn.problem import RULES
from engine.core.bundle import Bundle

BEHAVIOUR = {
    'STUCK_FOR_EVER',
    'STUCK_BY_A_SIGNAL',
    'NEVER_ENDS',
    'NEVER_RUNS',
    'RUNS_TWICE',
    'NOT_DECIDED',
    'TOKENS_GROW',
    'CIRCLE_WITHOUT_WAIT',
    'CIRCLE_AUTOMATIC',
}
"""Shown in test_soundness.py."""


def found(case: Case, source: bytes, files: dict, house: House) -> list:
    if case.code == 'DIAGRAM_MISSING' and source == b'':
        return check_missing()
    return [problem for problem in check(source, house, to_be_supplied=True, **files) if problem.code == case.code]


def check_missing() -> list:
    return check_bundle(Bundle({'item.toml': ITEM.encode()}))


@pytest.mark.parametrize('case', CASES + ITEM_CASES, ids=lambda case: case.code)
def test_a_breach_is_named_and_its_mending_is_not(case: Case):
    problems = found(case, case.bad, case.files, case.house)
    assert case.code in codes(problems)
    problem = next(each for each in problems if each.code == case.code)
    assert problem.severity == RULES[case.code].severity
    assert '{' not in problem.message.replace('${', '')
    assert problem.message_en
    assert problem.line is None or problem.line >= 1
    if case.element is not None:
        assert case.element in {each.element for each in problems}
    assert found(case, case.good, case.files if case.good_files is None else case.good_files, case.good_house or case.house) == []


def test_every_rule_is_shown_by_some_test():
    assert set(RULES) - {case.code for case in CASES + ITEM_CASES} - BEHAVIOUR == set()


def test_the_plain_diagram_and_the_plain_item_have_no_problem_at_all():
    assert check(diagram(user('u'), 'start>u>end')) == []
    assert check(GOOD_ITEM, **ITEM_BUNDLE) == []


def test_all_problems_are_reported_at_once_errors_first_in_the_order_of_lines():
    """D-36."""
    problems = check(diagram(user('u') + node('serviceTask', 'v') + user('w', properties(signers='x')), 'start>u>v>end, v>gone'))
    assert {'HANDLER_MISSING', 'NODE_UNREACHABLE', 'NODE_DANGLING', 'FLOW_DANGLING', 'PROPERTY_VALUE'} <= set(codes(problems))
    lines = [(not problem.is_error, problem.line) for problem in problems]
    assert lines == sorted(lines)


def test_ids_like_those_of_the_engine_are_allowed():
    assert check(diagram(user('Start') + user('End') + user('Root'), 'start>Start>End>Root>end')) == []


def test_messages_are_in_both_languages():
    problem = check(task(node('serviceTask', 'u', name='打印')))[0]
    assert problem.message == '「打印」（u）没有指明由谁处理：请写处理程序（topic），或改为用户任务'
    assert problem.message_en == '"打印" (u) does not name its handler: write a topic, or make it a user task'
