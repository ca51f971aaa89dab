"""D-28: what a multi-instance activity throws when its instances complete (BPMN 2.0.2 §10.3.8)."""

import pytest
from unit.bpmn_run.sketch import Case, program

from engine.core.errors import Undeployable


def told(tells: str, more: str = '') -> str:
    return f'start s\nuser u times=3 {tells}\nuser h\nend e\nend e2\non! u signal b text=S\ns -> u -> e\nb -> h -> e2{more}'


def test_none_throws_at_every_completion() -> None:
    case = Case(program(told('tells=None tell.signal=S')))
    for number in range(1, 4):
        case.do('u')
        assert case.tasks.count('h') == number


def test_one_throws_at_the_first_completion_only() -> None:
    case = Case(program(told('tells=One tell.signal=S')))
    for _ in range(3):
        case.do('u')
        assert case.tasks.count('h') == 1
    assert [one.name for each in case.history for one in each.thrown] == ['S']


def test_one_that_is_caught_by_an_interrupting_event_ends_the_others() -> None:
    """D-28: the first who signs ends the round; his own task is completed, not cancelled."""
    case = Case(program(told('tells=One tell.signal=S').replace('on! u', 'on u')))
    done = case.do('u', signed=True)
    assert case.tasks == ['h']
    assert sorted(one.how for one in done.closed if one.element == 'u') == ['cancelled', 'cancelled', 'cancelled', 'completed']
    assert case.variables['signed'] is True


def test_complex_throws_where_its_condition_holds() -> None:
    case = Case(program(told('tells=Complex tell.signal=S when=nrOfCompletedInstances_=_2')))
    counts = []
    for _ in range(3):
        case.do('u')
        counts.append(case.tasks.count('h'))
    assert counts == [0, 1, 1]


def test_all_throws_nothing() -> None:
    case = Case(program(told('tells=All')))
    for _ in range(3):
        case.do('u')
    assert [one for each in case.history for one in each.thrown] == []


@pytest.mark.parametrize('kind', ['message', 'escalation'])
def test_messages_and_escalations_are_thrown_too(kind: str) -> None:
    case = Case(program(told(f'tells=One tell.{kind}=M').replace('on! u signal b text=S', f'on! u {kind} b text=M')))
    case.do('u')
    assert case.tasks == ['u', 'u', 'h']


def test_a_condition_that_has_no_truth_is_an_incident_and_the_task_stays() -> None:
    case = Case(program(told('tells=Complex tell.signal=S when=1')))
    assert [one.element for one in case.do('u').failed] == ['u']


@pytest.mark.parametrize('tells', ['tells=None', 'tells=One', 'tells=Complex', 'tells=Some', 'tells=One tell.error=E'])
def test_a_behavior_without_an_event_it_can_throw_is_refused(tells: str) -> None:
    with pytest.raises(Undeployable):
        program(told(tells))
