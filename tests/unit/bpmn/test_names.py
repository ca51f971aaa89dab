"""Every name an expression reads is written somewhere, or it is reported (D-03)."""

from __future__ import annotations

import pytest
from unit.bpmn.building import ITEM, boundary, check, diagram, fields, flows, node, properties, timer, user

from engine.bpmn import Problem, apply

UNWRITTEN = ('FIELD_UNKNOWN', 'FIELD_PERHAPS_UNKNOWN', 'FIELD_UNKNOWN_LONE')
FORM = user('intake', fields('outcome:string', 'days:long', 'people:string'))
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t" namespace="t">
<decision id="dec" name="dec"><decisionTable id="dt" hitPolicy="FIRST"><input id="i"><inputExpression typeRef="string">
<text>NAME</text></inputExpression></input><output id="o" name="road" typeRef="string"/>
<rule id="r"><inputEntry><text>-</text></inputEntry><outputEntry><text>"x"</text></outputEntry></rule></decisionTable></decision>
</definitions>"""
MESSAGE = '<bpmn:messageEventDefinition messageRef="msg"/>'


def loop(inner: str = '', **attributes: str) -> str:
    given = ''.join(f' camunda:{key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:multiInstanceLoopCharacteristics{given}>{inner}</bpmn:multiInstanceLoopCharacteristics>'


def done(text: str) -> str:
    return loop(f'<bpmn:completionCondition>{text}</bpmn:completionCondition>', collection='people', elementVariable='person')


def mapped(side: str, text: str) -> str:
    parameter = f'<camunda:{side}Parameter name="a">{text}</camunda:{side}Parameter>'
    return f'<bpmn:extensionElements><camunda:inputOutput>{parameter}</camunda:inputOutput></bpmn:extensionElements>'


def conditional(name: str) -> str:
    ends = node('exclusiveGateway', 'x', default='x_end') + node('endEvent', 'end2')
    return ends + flows(f'x>end2?{name} = 1')


SLOTS = {
    'condition': (conditional, 'outcome', 'outcom'),
    'collection': (lambda name: user('x', loop(collection=name, elementVariable='p')), 'people', 'peopel'),
    'cardinality': (lambda name: user('x', loop(f'<bpmn:loopCardinality>${{{name}}}</bpmn:loopCardinality>')), 'days', 'dayss'),
    'completion': (
        lambda name: user('x', done(f'${{{name} >= 1}}'.replace('>', '&gt;'))),
        'nrOfCompletedInstances',
        'nrOfCompletedInstance',
    ),
    'loop variable': (lambda name: user('x', done(f'{name} = "li"')), 'person', 'persn'),
    'limit': (lambda name: node('intermediateCatchEvent', 'x', timer(f'${{{name}}}')), 'days', 'dayss'),
    'assignee': (lambda name: user('x', camunda_assignee=f'${{{name}}}'), 'people', 'peopel'),
    'group': (lambda name: user('x', camunda_candidateGroups=f'${{{name}}}'), 'people', 'peopel'),
    'users': (lambda name: user('x', camunda_candidateUsers=f'${{{name}}}'), 'people', 'peopel'),
    'script': (lambda name: node('scriptTask', 'x', f'<bpmn:script>total = {name} + 1</bpmn:script>'), 'days', 'dayss'),
    'input': (lambda name: user('x', mapped('input', f'${{{name}}}')), 'days', 'dayss'),
    'output': (lambda name: user('x', mapped('output', f'${{{name}}}')), 'days', 'dayss'),
}
"""A step `x` that reads a name: how it is drawn, a name that is written (or given there), and that name misspelt."""
CHANGED = {'condition', 'cardinality', 'completion', 'loop variable', 'limit'}
"""Where the expression is the text of an XML element, one click writes the nearest name."""


def drawn(slot: str, name: str, before: str = '', road: str = 'start>intake>x>end') -> bytes:
    return diagram(FORM + before + SLOTS[slot][0](name), road)


def unwritten(source: bytes, **files: str) -> list[Problem]:
    return [problem for problem in check(source, **({'item_toml': ITEM} | files)) if problem.code in UNWRITTEN]


@pytest.mark.parametrize('slot', SLOTS)
def test_a_name_that_is_written_is_left_in_peace(slot: str) -> None:
    """D-03: forms write it, or the place gives it."""
    assert unwritten(drawn(slot, SLOTS[slot][1])) == []


@pytest.mark.parametrize('slot', SLOTS)
def test_a_misspelt_name_is_an_error_that_names_the_nearest(slot: str) -> None:
    """D-03: nothing before it can write anything unknown, so nobody writes it."""
    _, name, misspelt = SLOTS[slot]
    (problem,) = unwritten(drawn(slot, misspelt))
    assert (problem.code, problem.severity, problem.element) == ('FIELD_UNKNOWN', 'error', 'x')
    assert f'“{misspelt}”' in problem.message
    assert f'“{name}”' in problem.message
    assert bool(problem.fixes) == (slot in CHANGED)
    for fix in problem.fixes:
        assert unwritten(apply(drawn(slot, misspelt), fix)) == []


@pytest.mark.parametrize('slot', SLOTS)
def test_a_name_nothing_is_near_to_is_an_error_without_a_change(slot: str) -> None:
    """D-03."""
    (problem,) = unwritten(drawn(slot, 'zzz'))
    assert (problem.code, problem.fixes) == ('FIELD_UNKNOWN', ())


@pytest.mark.parametrize('slot', SLOTS)
def test_a_step_before_it_that_can_write_anything_is_named(slot: str) -> None:
    """D-03: the message may bring the name; then it is a warning."""
    hears = node('receiveTask', 'hears', name='来函', messageRef='msg')
    (problem,) = unwritten(drawn(slot, 'zzz', hears, 'start>intake>hears>x>end'))
    assert (problem.code, problem.severity) == ('FIELD_PERHAPS_UNKNOWN', 'warning')
    assert '来函' in problem.message


@pytest.mark.parametrize('slot', SLOTS)
def test_a_step_after_it_excuses_nothing(slot: str) -> None:
    """D-03: a message boundary event later on switched the rule off for the whole item."""
    later = user('review') + boundary('withdrawn', 'review', MESSAGE) + node('endEvent', 'end3')
    (problem,) = unwritten(drawn(slot, 'zzz', later, 'start>intake>x>review>end, withdrawn>end3').replace(b'x_end"', b'x_review"', 1))
    assert problem.code == 'FIELD_UNKNOWN'


@pytest.mark.parametrize('slot', SLOTS)
def test_a_lone_file_is_told_once_what_is_to_be_supplied(slot: str) -> None:
    """D-03, D-05, D-32: the forms of a lone file may be elsewhere; that is no error."""
    (problem,) = [each for each in check(drawn(slot, 'zzz'), to_be_supplied=True) if each.code in UNWRITTEN]
    assert (problem.code, problem.severity) == ('FIELD_UNKNOWN_LONE', 'warning')
    assert '需另行提供' in problem.message


def test_a_step_beside_it_may_have_written_it() -> None:
    """D-03: a message to a reminder that runs beside the road may come before the name is read."""
    beside = boundary('told', 'intake', MESSAGE, interrupting=False) + node('endEvent', 'end3')
    (problem,) = unwritten(drawn('script', 'zzz', beside, 'start>intake>x>end, told>end3'))
    assert problem.code == 'FIELD_PERHAPS_UNKNOWN'


def test_a_message_can_declare_what_it_writes() -> None:
    """D-03: by the property `variables` of the process."""
    source = drawn('script', 'zzz').replace(b'isExecutable="true">', b'isExecutable="true">' + properties(variables='zzz').encode())
    assert unwritten(source) == []


@pytest.mark.parametrize(('name', 'codes'), [('outcome', []), ('outcom', ['FIELD_UNKNOWN']), ('zzz', ['FIELD_UNKNOWN'])])
def test_the_columns_of_a_table_read_names_too(name: str, codes: list[str]) -> None:
    """D-03: the change is made in the file of the table."""
    source = diagram(FORM + node('businessRuleTask', 'x', camunda_decisionRef='dec', camunda_resultVariable='road'), 'start>intake>x>end')
    table = TABLE.replace('NAME', name)
    found = unwritten(source, t_dmn=table)
    assert [problem.code for problem in found] == codes
    for fix in [fix for problem in found for fix in problem.fixes]:
        assert (name, fix.file) == ('outcom', 't.dmn')
        assert unwritten(source, t_dmn=apply(table.encode(), fix).decode()) == []


def test_a_form_that_is_missing_is_one_problem() -> None:
    """D-03, D-22: what it would write is unknown; no error follows from another."""
    source = drawn('script', 'zzz', user('more', camunda_formRef='gone', name='补录'), 'start>intake>more>x>end')
    (problem,) = unwritten(source)
    assert problem.code == 'FIELD_PERHAPS_UNKNOWN'
    assert '补录' in problem.message
