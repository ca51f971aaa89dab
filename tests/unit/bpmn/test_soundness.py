"""The token game finds what would leave a case standing still, and says by which way it got there."""

import pytest
from counting import calls
from unit.bpmn.building import boundary, check, codes, diagram, flows, node, timer, user

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


def behaviour(source: bytes) -> list:
    return [problem for problem in check(source) if problem.code in BEHAVIOUR]


def gate(kind: str, *ids: str, **attributes: str) -> str:
    return ''.join(node(kind, identity, **attributes) for identity in ids)


def test_a_boundary_timer_joined_into_a_parallel_gateway_waits_for_ever():
    source = diagram(
        gate('parallelGateway', 'split', 'join') + user('a', name='审查') + user('b') + boundary('late', 'a', timer('3个工作日')),
        'start>split>a>join>end, split>b>join, late>join',
    )
    found = behaviour(source)
    assert codes(found) == ['STUCK_FOR_EVER']
    assert found[0].element == 'join'
    assert found[0].path[:2] == ('start', 'split')
    assert found[0].path[-1] == 'join'
    assert 'late' in found[0].message


def test_the_path_to_a_standstill_is_the_shortest_one():
    source = diagram(
        gate('exclusiveGateway', 'choose', default='choose_b') + gate('parallelGateway', 'join') + user('a') + user('b'),
        'start>choose>b>join>end, choose>a?x = 1, a>join',
    )
    found = behaviour(source)
    assert codes(found) == ['STUCK_FOR_EVER']
    assert len(found[0].path) == 4


def test_an_exclusive_split_into_a_parallel_join_is_a_deadlock():
    source = diagram(
        gate('exclusiveGateway', 'x', default='x_b') + user('a') + user('b') + gate('parallelGateway', 'j'),
        'start>x>a?v = 1, x>b, a>j>end, b>j',
    )
    assert codes(behaviour(source)) == ['STUCK_FOR_EVER']


def test_a_parallel_split_into_an_exclusive_join_runs_twice():
    source = diagram(
        gate('parallelGateway', 's') + user('a') + user('b') + gate('exclusiveGateway', 'm') + user('c'), 'start>s>a>m>c>end, s>b>m'
    )
    found = behaviour(source)
    assert codes(found) == ['RUNS_TWICE']
    assert found[0].severity == 'warning'


def test_parallel_branches_that_meet_only_after_a_loop_are_seen_too():
    source = diagram(
        gate('parallelGateway', 's')
        + user('a')
        + user('b')
        + gate('exclusiveGateway', 'again', default='again_m')
        + gate('exclusiveGateway', 'm', 'back')
        + user('c'),
        'start>s>back>a>again>m>c>end, again>back?redo, s>b>m',
    )
    assert 'RUNS_TWICE' in codes(behaviour(source))


@pytest.mark.parametrize('kind', ['parallelGateway', 'inclusiveGateway'])
def test_a_proper_join_is_fine(kind):
    split, way = (node(kind, 's', default='s_b'), 's>a?v = 1') if kind == 'inclusiveGateway' else (node(kind, 's'), 's>a')
    source = diagram(split + user('a') + user('b') + node(kind, 'j'), f'start>s, {way}, s>b, a>j>end, b>j')
    assert behaviour(source) == []


def test_a_reminder_in_a_loop_is_fine():
    source = diagram(
        gate('exclusiveGateway', 'x', default='x_end')
        + gate('exclusiveGateway', 'back')
        + user('a')
        + user('r')
        + boundary('t', 'a', timer('3个工作日'), interrupting=False)
        + node('endEvent', 'reminded'),
        'start>back>a>x>end, x>back?redo, t>r>reminded',
    )
    assert behaviour(source) == []


def test_a_circle_without_exit_never_ends():
    source = diagram(
        gate('exclusiveGateway', 'x', default='x_end') + gate('exclusiveGateway', 'back', 'again') + user('a') + user('b'),
        'start>x>end, x>back?v = 1, back>a>b>again>back',
    )
    found = behaviour(source)
    assert codes(found) == ['NEVER_ENDS']


@pytest.mark.parametrize(
    ('body', 'road', 'at'),
    [
        (user('a') + user('b'), 'start>a>b>end, b>a', 'b'),
        (user('t'), 'start>t>t, t>end', 't'),
        (user('a') + user('b') + user('c'), 'start>a>b>c>end, b>a', 'b'),
    ],
)
def test_an_arrow_back_without_a_gateway_begins_the_circle_again_however_often_it_ends(body: str, road: str, at: str):
    (found,) = [problem for problem in behaviour(diagram(body, road)) if problem.severity == 'error']
    assert found.code in {'NEVER_ENDS', 'TOKENS_GROW'}
    assert found.path[0] == 'start'
    assert at in found.path


def test_a_parallel_split_in_a_circle_makes_more_tokens_on_every_round():
    found = behaviour(diagram(gate('parallelGateway', 'g') + user('a') + user('b'), 'start>a>g>b>end, g>a'))
    assert codes(found)[0] == 'TOKENS_GROW'
    assert found[0].severity == 'error'
    assert found[0].element == 'b'
    assert found[0].path[:4] == ('start', 'a', 'g', 'a')
    assert 'NOT_DECIDED' not in codes(found)


def test_a_branch_begun_in_a_circle_and_never_joined_piles_up():
    source = diagram(
        gate('parallelGateway', 's')
        + gate('exclusiveGateway', 'x', default='x_end')
        + gate('exclusiveGateway', 'm')
        + user('side')
        + user('a')
        + node('endEvent', 'end2'),
        'start>m>s>a>x>end, x>m?again, s>side>end2',
    )
    assert 'TOKENS_GROW' in codes(behaviour(source))


def test_five_branches_that_meet_without_a_join_are_not_called_a_growth():
    branches = ', '.join(f's>u{n}>m' for n in range(5))
    source = diagram(
        gate('parallelGateway', 's') + ''.join(user(f'u{n}') for n in range(5)) + gate('exclusiveGateway', 'm') + user('c'),
        f'start>s, {branches}, m>c>end',
    )
    found = behaviour(source)
    assert 'TOKENS_GROW' not in codes(found)
    assert {problem.severity for problem in found} == {'warning'}


def test_a_circle_through_a_person_or_a_timer_is_no_automatic_circle():
    for waiting in (user('w'), node('intermediateCatchEvent', 'w', timer('PT1H'))):
        source = diagram(
            waiting + gate('exclusiveGateway', 'm') + gate('exclusiveGateway', 'g', default='g_m'), 'start>m>w>g>end?x = 1, g>m'
        )
        assert behaviour(source) == []


def test_a_circle_of_gateways_spins():
    source = diagram(gate('exclusiveGateway', 'm') + gate('exclusiveGateway', 'g', default='g_m'), 'start>m>g>end?x = 1, g>m')
    (found,) = behaviour(source)
    assert (found.code, found.severity, found.path) == ('CIRCLE_WITHOUT_WAIT', 'error', ('m', 'g', 'm'))


def test_an_automatic_circle_that_changes_what_it_asks_is_only_a_warning():
    script = node('scriptTask', 'n', '<bpmn:script>x = x + 1</bpmn:script>')
    source = diagram(script + gate('exclusiveGateway', 'm') + gate('exclusiveGateway', 'g', default='g_m'), 'start>m>n>g>end?x = 3, g>m')
    assert codes(behaviour(source)) == ['CIRCLE_AUTOMATIC']
    assert codes(behaviour(source.replace(b'x = x + 1', b'y = 1'))) == ['CIRCLE_WITHOUT_WAIT']


def test_a_thousand_automatic_steps_take_bounded_work():
    steps = [f't{n}' for n in range(1000)]
    source = diagram(''.join(node('task', each) for each in steps), f'start>{">".join(steps)}>end')
    _, found = calls(lambda: behaviour(source), budget=5_000_000)
    assert found == []


def test_a_person_inside_a_subprocess_keeps_its_circle_from_spinning():
    inner = node('startEvent', 'is') + user('u') + node('endEvent', 'ie') + flows('is>u>ie')
    source = diagram(
        node('subProcess', 'sub', inner) + gate('exclusiveGateway', 'm') + gate('exclusiveGateway', 'g', default='g_m'),
        'start>m>sub>g>end?x = 1, g>m',
    )
    assert behaviour(source) == []


def test_an_interrupted_subprocess_leaves_nothing_behind():
    inner = (
        node('startEvent', 'is')
        + gate('parallelGateway', 'sp', 'jn')
        + user('u1')
        + user('u2')
        + node('endEvent', 'ie')
        + flows('is>sp>u1>jn>ie, sp>u2>jn')
    )
    source = diagram(
        node('subProcess', 'sub', inner) + boundary('t', 'sub', timer('promise')) + user('late') + gate('exclusiveGateway', 'm'),
        'start>sub>m>end, t>late>m',
    )
    assert behaviour(source) == []


def test_terminate_ends_what_waits():
    source = diagram(
        gate('parallelGateway', 's') + user('a') + user('b') + node('endEvent', 'stop', '<bpmn:terminateEventDefinition/>'),
        'start>s>a>stop, s>b>end',
    )
    assert behaviour(source) == []


def test_an_error_end_in_a_subprocess_goes_on_at_the_boundary():
    inner = (
        node('startEvent', 'is')
        + user('u')
        + node('exclusiveGateway', 'g', default='g_ie')
        + node('endEvent', 'ie')
        + node('endEvent', 'bad', '<bpmn:errorEventDefinition errorRef="err"/>')
        + flows('is>u>g>ie, g>bad?wrong')
    )
    source = diagram(
        node('subProcess', 'sub', inner)
        + boundary('caught', 'sub', '<bpmn:errorEventDefinition errorRef="err"/>')
        + user('mend')
        + node('endEvent', 'end2'),
        'start>sub>end, caught>mend>end2',
    )
    assert behaviour(source) == []
    assert 'ERROR_UNCAUGHT' not in codes(check(source))


def test_conditional_flows_out_of_a_task_that_meet_in_an_inclusive_join():
    source = diagram(user('t', default='t_b') + user('a') + user('b') + gate('inclusiveGateway', 'j'), 'start>t>a?v = 1, t>b, a>j>end, b>j')
    assert behaviour(source) == []


def test_two_inclusive_joins_that_wait_for_each_other_stand_still():
    source = diagram(
        gate('parallelGateway', 's')
        + gate('inclusiveGateway', 'j1', 'j2')
        + gate('parallelGateway', 'k1', 'k2')
        + node('endEvent', 'end2'),
        'start>s>j1>k1>end, s>j2>k2>end2, k1>j2, k2>j1',
    )
    assert 'STUCK_FOR_EVER' in codes(behaviour(source))


def test_a_hundred_elements_take_bounded_work():
    body, road = '', 'start>x0'
    for k in range(12):
        body += gate('parallelGateway', f'x{k}', f'y{k}')
        for b in range(4):
            body += user(f'u{k}_{b}') + gate('exclusiveGateway', f'g{k}_{b}', default=f'g{k}_{b}_y{k}')
            body += boundary(f't{k}_{b}', f'u{k}_{b}', timer('1个工作日'), interrupting=False) + node('endEvent', f'e{k}_{b}')
            road += f', x{k}>u{k}_{b}>g{k}_{b}>y{k}, t{k}_{b}>e{k}_{b}'
        road += f', y{k}>{"end" if k == 11 else f"x{k + 1}"}'
    source = diagram(body, road)
    _, problems = calls(lambda: check(source), budget=2_000_000)
    assert not [problem for problem in problems if problem.is_error]
