"""D-28: the check knows what multi-instance activities throw, and refuses in one problem what could never be caught."""

import pytest
from unit.bpmn.building import boundary, check, diagram, node, user

SIGNAL = '<bpmn:signalEventDefinition id="sd" signalRef="sig"/>'
ERROR = '<bpmn:errorEventDefinition id="sd" errorRef="err"/>'
NAMELESS = '<bpmn:signalEventDefinition id="sd"/>'
COMPLEX = (
    '<bpmn:complexBehaviorDefinition><bpmn:condition>{}</bpmn:condition><bpmn:event id="ev"><bpmn:signalEventDefinition signalRef="sig"/>'
    '</bpmn:event></bpmn:complexBehaviorDefinition>'
)


def several(behavior: str, inner: str = '', **attributes: str) -> str:
    given = ''.join(f' {key}="{value}"' for key, value in attributes.items())
    count = '<bpmn:loopCardinality>3</bpmn:loopCardinality>'
    loop = f'<bpmn:multiInstanceLoopCharacteristics behavior="{behavior}"{given}>{count}{inner}</bpmn:multiInstanceLoopCharacteristics>'
    return user('u', loop)


def told(task: str, more: str = SIGNAL) -> list[str]:
    caught = boundary('b', 'u', '<bpmn:signalEventDefinition signalRef="sig"/>') + user('h') + node('endEvent', 'e2')
    return [problem.code for problem in check(diagram(task + caught, 'start>u>end, b>h>e2', more=more))]


@pytest.mark.parametrize(
    'task',
    [
        several('None', noneBehaviorEventRef='sd'),
        several('One', oneBehaviorEventRef='sd'),
        several('Complex', COMPLEX.format('nrOfCompletedInstances = 2')),
        several('All'),
    ],
)
def test_every_behavior_with_its_event_is_accepted(task: str) -> None:
    assert told(task) == []


@pytest.mark.parametrize('more', ['', ERROR, NAMELESS])
@pytest.mark.parametrize('behavior', ['None', 'One'])
def test_an_event_nobody_could_catch_is_refused_once(behavior: str, more: str) -> None:
    assert told(several(behavior, **{f'{behavior.lower()}BehaviorEventRef': 'sd'}), more) == ['DETAIL_UNSUPPORTED']


def test_a_complex_behavior_without_entries_or_of_no_language_is_refused() -> None:
    assert told(several('Complex')) == ['DETAIL_UNSUPPORTED']
    assert told(several('Complex', COMPLEX.format('1 +'))) == ['EXPRESSION_UNREADABLE']


def test_an_event_of_another_behavior_is_named_as_without_effect() -> None:
    assert told(several('All', oneBehaviorEventRef='sd')) == ['DETAIL_IGNORED']
