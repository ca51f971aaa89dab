"""D-19, D-29: what ends others is played in every order, and a node after which nothing comes is an end."""

import pytest
from unit.bpmn.building import bare, boundary, check, codes, diagram, flows, node, timer, user

TERMINATE, ERROR = '<bpmn:terminateEventDefinition/>', '<bpmn:errorEventDefinition errorRef="err"/>'
SIGNAL, CLOSED = '<bpmn:signalEventDefinition signalRef="sig"/>', '<bpmn:signalEventDefinition signalRef="closed2"/>'


def fork(*ends: str, step: str = 'userTask') -> bytes:
    """Parallel branches of one step each, every one with its own end."""
    body = node('parallelGateway', 'f')
    road = ['start>f']
    for number, end in enumerate(ends):
        body += node(step, f's{number}', camunda_candidateGroups='w1') + node('endEvent', f'e{number}', end)
        road.append(f'f>s{number}>e{number}')
    return bare(node('startEvent', 'start') + body + flows(', '.join(road)))


@pytest.mark.parametrize(
    'ends', [(TERMINATE, TERMINATE), (TERMINATE, ''), ('', TERMINATE), (TERMINATE,) * 3, (ERROR, ERROR), (ERROR, TERMINATE)]
)
def test_branches_that_end_each_other_can_all_run(ends):
    """D-19: 审查 and 撤回 in parallel, each ends all: both can come first."""
    assert [
        problem for problem in check(fork(*ends)) if problem.code in {'NEVER_RUNS', 'TOKENS_GROW', 'NEVER_ENDS', 'STUCK_FOR_EVER'}
    ] == []


def test_a_terminate_end_in_a_loop_piles_up_nothing():
    body = user('a') + node('parallelGateway', 'f') + node('endEvent', 'stop', TERMINATE)
    found = codes(check(diagram(body, 'start>a>f, f>a, f>stop')))
    assert 'TOKENS_GROW' not in found


def inside(end: str) -> str:
    return node('subProcess', 'sub', node('startEvent', 'is') + user('a') + node('endEvent', 'ie', end) + flows('is>a>ie'))


def test_a_dead_step_is_a_warning_told_once():
    """D-19: a subprocess that always errs: what follows never runs; what comes after that is not told again."""
    body = inside(ERROR) + boundary('no', 'sub', ERROR) + user('after') + user('later')
    found = [each for each in check(diagram(body, 'start>sub>after>later>end, no>end')) if each.code == 'NEVER_RUNS']
    assert [(each.element, each.severity) for each in found] == [('after', 'warning')]


def waiting(thrown: str, *, more: str = '') -> bytes:
    """A branch waits for one of two signals, the other of which leads away from the join."""
    body = (
        node('parallelGateway', 'f')
        + node('eventBasedGateway', 'g')
        + node('parallelGateway', 'j')
        + user('a')
        + more
        + node('intermediateThrowEvent', 't', thrown)
        + node('intermediateCatchEvent', 'k1', SIGNAL)
        + node('intermediateCatchEvent', 'k2', CLOSED)
    )
    return diagram(body, 'start>f>t>a>j>end, f>g>k1>j, g>k2>end', more='<bpmn:signal id="closed2" name="规划变更"/>')


def test_a_standstill_that_needs_a_signal_of_somebody_else_is_a_warning_that_names_it():
    """D-19: what nothing in the bundle sends."""
    (problem,) = [each for each in check(waiting(SIGNAL)) if each.code.startswith('STUCK')]
    assert (problem.code, problem.severity) == ('STUCK_BY_A_SIGNAL', 'warning')
    assert '规划变更' in problem.message
    assert codes(each for each in check(waiting(CLOSED)) if each.code.startswith('STUCK')) == ['STUCK_FOR_EVER']


IMPLICIT = {
    'no events at all': bare(user('a') + user('b') + flows('a>b')),
    'two open branches': bare(user('a') + user('b') + user('c') + flows('a>b, a>c')),
    'a start and no end': bare(node('startEvent', 's') + user('a') + flows('s>a')),
    'two beginnings': bare(user('a') + user('b') + user('c') + flows('a>c, b>c')),
    'boxes in a subprocess': diagram(node('subProcess', 'sub', user('a') + user('b')), 'start>sub>end'),
    'a gateway at the end': bare(node('startEvent', 's') + user('a') + node('exclusiveGateway', 'g') + flows('s>a>g')),
    'a boundary event beside': bare(user('a') + user('b') + boundary('late', 'a', timer('P1D')) + flows('late>b')),
}


@pytest.mark.parametrize('source', IMPLICIT.values(), ids=list(IMPLICIT))
def test_a_process_may_begin_and_end_without_events(source):
    """D-29: BPMN 2.0.2 §10.5.3."""
    assert [each.code for each in check(source) if each.code != 'RUNS_TWICE'] == []


def test_an_open_end_beside_end_events_is_a_warning():
    """D-29: mixing both."""
    (problem,) = check(diagram(user('a') + user('b'), 'start>a>end, a>b'))
    assert (problem.code, problem.severity, problem.element) == ('NODE_DANGLING', 'warning', 'b')


def test_a_circle_without_an_exit_is_told_once():
    found = [each for each in check(bare(node('startEvent', 's') + user('a') + flows('s>a>a'))) if each.is_error]
    assert codes(found) == ['END_MISSING']
