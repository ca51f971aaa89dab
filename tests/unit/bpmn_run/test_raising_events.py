"""What the diagram catches on a user task, whoever does it can raise (D-13, BPMN 2.0.2 §10.5.5)."""

from __future__ import annotations

import pytest
from unit.bpmn_run.sketch import Case, program

from engine.bpmn.navigation import raisable
from engine.core.errors import Rejection

CAUGHT = (
    'start s; user a {more}; on a error b text=PAY errorCodeVariable=code; on! a escalation c text=ASK; on a timer t text=P3D; '
    'user v; user w; end e; s -> a -> e; b -> v -> e; c -> w -> e; t -> e'
)


def case(more: str = '') -> Case:
    return Case(program(CAUGHT.format(more=more).replace('; ', '\n')))


def raised(of: Case, event: str) -> None:
    token = of.tokens('user_tasks', 'a')[0]
    of.verb(lambda run: run.raise_at(token, event, '没有零钱'))


def test_an_error_ends_the_task_and_takes_its_road() -> None:
    """D-13: as if the step had thrown it; the code goes where the diagram wants it."""
    of = case()
    raised(of, 'b')
    assert [(one.element, one.how) for one in of.last.closed] == [('a', 'cancelled')]
    assert (of.tasks, of.variables['code']) == (['v'], 'PAY')
    assert len(of.last.disarmed) == 1


def test_an_escalation_that_does_not_interrupt_leaves_the_task_open() -> None:
    """D-13: it may be raised again, and the task is done in the end."""
    of = case()
    raised(of, 'c')
    raised(of, 'c')
    assert sorted(of.tasks) == ['a', 'w', 'w']
    of.do('a')
    assert sorted(of.tasks) == ['w', 'w']


def test_one_of_several_signers_or_instances_raises_it_for_the_whole_task() -> None:
    """D-13: the boundary event is on the multi-instance activity."""
    of = case('times=3')
    raised(of, 'b')
    assert of.tasks == ['v']


@pytest.mark.parametrize('event', ['t', 'a', 'v', 'nothing', ''])
def test_only_errors_and_escalations_that_are_caught_here_are_raised(event: str) -> None:
    """D-13: nothing else is reached this way, neither a timer nor another element."""
    of = case()
    with pytest.raises(Rejection, match='error or escalation'):
        raised(of, event)
    assert of.tasks == ['a']


def test_a_task_that_is_over_raises_nothing() -> None:
    """D-13: who was first stays first."""
    of = case()
    token = of.tokens('user_tasks', 'a')[0]
    of.do('a')
    with pytest.raises(Rejection, match='open user task'):
        of.verb(lambda run: run.raise_at(token, 'b', 'x'))


def test_the_diagram_says_what_may_be_raised() -> None:
    """D-13: the page asks the diagram; events with several definitions offer those that can be raised."""
    diagram = program(CAUGHT.format(more='').replace('; ', '\n')).diagram
    found = raisable(diagram, diagram.elements['a'])
    assert [(one.id, one.events[0].kind, one.events[0].code) for one in found] == [('b', 'error', 'PAY'), ('c', 'escalation', 'ASK')]
    assert raisable(diagram, diagram.elements['v']) == ()
