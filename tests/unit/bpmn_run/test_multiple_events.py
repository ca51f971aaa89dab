"""Events with several definitions, definitions by reference and links by reference (BPMN 2.0.2 §10.5.5, D-27)."""

from __future__ import annotations

import pytest
from unit.bpmn.building import HEAD, check, codes, flows, node, timer, user
from unit.bpmn_run.sketch import Case

from engine.bpmn.program import build_program
from engine.core.bundle import Bundle

TOP = (
    '<bpmn:message id="m" name="消防意见"/><bpmn:message id="n" name="规划意见"/><bpmn:signal id="s" name="停业"/>'
    '<bpmn:error id="er" name="失败" errorCode="E"/><bpmn:escalation id="es" name="请示" escalationCode="A"/>'
    '<bpmn:timerEventDefinition id="td"><bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition>'
)
M, N = '<bpmn:messageEventDefinition messageRef="m"/>', '<bpmn:messageEventDefinition messageRef="n"/>'
S, T = '<bpmn:signalEventDefinition signalRef="s"/>', timer('P5D')
C = '<bpmn:conditionalEventDefinition><bpmn:condition>done = true</bpmn:condition></bpmn:conditionalEventDefinition>'
E, A = '<bpmn:errorEventDefinition errorRef="er"/>', '<bpmn:escalationEventDefinition escalationRef="es"/>'
END = '<bpmn:terminateEventDefinition/>'


def diagram(body: str) -> bytes:
    return f'{HEAD}{TOP}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'.encode()


def case(source: bytes, **variables: object) -> Case:
    assert [each.code for each in check(source) if each.is_error and each.code != 'NEVER_RUNS'] == []
    return Case(build_program(Bundle({'process.bpmn': source})), variables)


def happen(of: Case, kind: str, name: str = '', **payload: object) -> None:
    """Let what waits under this name (a timer: any) happen."""
    gone = {token for each in of.history for token in (*each.disarmed, *each.unawaited)}
    if kind == 'timer':
        token = next(one.token for each in of.history for one in each.armed if one.token not in gone)
        of.verb(lambda run: run.fire(token))
        return
    token = next(one.token for each in of.history for one in each.awaited if one.token not in gone and (one.kind, one.name) == (kind, name))
    of.verb(lambda run: run.deliver(token, payload))


def waits(of: Case) -> int:
    run = of._open()
    return len(run.waits.timers) + len(run.waits.subscriptions)


def caught(definitions: str, **more: str) -> bytes:
    catch = node('intermediateCatchEvent', 'c', definitions, **more)
    return diagram(node('startEvent', 'a') + catch + user('u') + node('endEvent', 'z') + flows('a>c>u>z'))


def bounded(definitions: str, inner: str = '', **more: str) -> bytes:
    host = user('h') if not inner else node('subProcess', 'h', inner)
    boundary = node('boundaryEvent', 'b', definitions, attachedToRef='h', **more)
    return diagram(
        node('startEvent', 'a') + host + boundary + user('u') + node('endEvent', 'y') + node('endEvent', 'z') + flows('a>h>z, b>u>y')
    )


def handled(definitions: str, inner: str = '', **more: str) -> bytes:
    inner = inner or user('h')
    start = node('startEvent', 'w', definitions, **more)
    handler = node('subProcess', 'x', start + user('u') + node('endEvent', 'y') + flows('w>u>y'), triggeredByEvent='true')
    return diagram(node('startEvent', 'a') + inner + handler + node('endEvent', 'z') + flows('a>h>z'))


PLACES = {'catch': caught, 'boundary': bounded, 'handler': handled}
KINDS = {
    'message': (M, ('message', '消防意见')),
    'signal': (S, ('signal', '停业')),
    'timer': (T, ('timer',)),
    'other': (N, ('message', '规划意见')),
}
PAIRS = [(one, other) for one in KINDS for other in KINDS if one < other]


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize(('one', 'other'), PAIRS)
def test_of_several_events_any_will_do(place: str, one: str, other: str) -> None:
    """D-27: multiple is any, whatever the mixture; nobody waits for the others any more where the event interrupts or is over."""
    for first in (one, other):
        of = case(PLACES[place](KINDS[one][0] + KINDS[other][0]))
        assert waits(of) == 2
        happen(of, *KINDS[first][1], **({} if first == 'timer' else {'said': '同意'}))
        assert of.tasks == ['u']
        assert waits(of) == 0
        assert first == 'timer' or of.variables['said'] == '同意'
        assert of.passed.count({'catch': 'c', 'boundary': 'b', 'handler': 'w'}[place]) == 1
        of.do('u')
        assert of.ended == 'completed'


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize(('one', 'other'), PAIRS)
def test_of_several_events_together_all_must_happen(place: str, one: str, other: str) -> None:
    """D-27: parallelMultiple is all, in any order, each once; what they brought is there then."""
    for first, second in ((one, other), (other, one)):
        of = case(PLACES[place](KINDS[one][0] + KINDS[other][0], parallelMultiple='true'))
        happen(of, *KINDS[first][1], **({} if first == 'timer' else {first: 1}))
        assert 'u' not in of.tasks
        assert waits(of) == 1
        happen(of, *KINDS[second][1], **({} if second == 'timer' else {second: 1}))
        assert of.tasks == ['u']
        assert {name for name in (first, second) if name in of.variables} == {first, second} - {'timer'}
        of.do('u')
        assert of.ended == 'completed'


@pytest.mark.parametrize('place', ['boundary', 'handler'])
def test_several_events_that_do_not_interrupt_each_begin_a_path(place: str) -> None:
    """D-27: each message is one occurrence, the timer one; what they run beside goes on."""
    key = 'cancelActivity' if place == 'boundary' else 'isInterrupting'
    of = case(PLACES[place](M + T, **{key: 'false'}))
    for kind in (('message', '消防意见'), ('timer',), ('message', '消防意见')):
        happen(of, *kind)
    assert sorted(of.tasks) == ['h', 'u', 'u', 'u']
    assert waits(of) == 1


@pytest.mark.parametrize('place', PLACES)
def test_a_condition_may_be_one_of_several(place: str) -> None:
    """D-27, D-11: it is asked like a condition that stands alone."""
    of = case(PLACES[place](M + C, parallelMultiple='true'), done=True)
    assert waits(of) == 1
    happen(of, 'message', '消防意见')
    assert of.tasks == ['u']
    of = case(PLACES[place](M + C, parallelMultiple='true'), done=False)
    happen(of, 'message', '消防意见')
    assert 'u' not in of.tasks
    assert case(PLACES[place](M + C), done=True).tasks == ['u']


@pytest.mark.parametrize('thrown', [E, A])
def test_an_error_or_escalation_may_be_one_of_several_that_bound(thrown: str) -> None:
    """D-27: it is caught when thrown, the message when it comes."""
    inner = node('startEvent', 'i') + user('k') + node('endEvent', 'j', thrown) + flows('i>k>j')
    of = case(bounded(M + thrown, inner))
    of.do('k')
    assert of.tasks == ['u']
    of = case(bounded(M + thrown, inner))
    happen(of, 'message', '消防意见')
    assert of.tasks == ['u']


@pytest.mark.parametrize(('kind', 'last'), [('intermediateThrowEvent', ''), ('endEvent', ''), ('endEvent', END)])
def test_an_event_throws_each_of_its_definitions(kind: str, last: str) -> None:
    """D-27: and what ends its scope comes last, wherever it is written."""
    after = node('endEvent', 'z') + flows('a>t>z') if kind != 'endEvent' else flows('a>t')
    of = case(diagram(node('startEvent', 'a') + node(kind, 't', last + M + S) + after))
    assert [(one.kind, one.name) for one in of.last.thrown] == [('message', '消防意见'), ('signal', '停业')]
    assert of.ended == ('terminated' if last else 'completed')
    assert of.passed.count('t') == 1


def test_an_error_is_thrown_after_the_message_beside_it_and_only_if_it_is_caught() -> None:
    """D-27: a step that fails and is tried again must not send twice."""
    inner = node('startEvent', 'i') + node('endEvent', 'j', E + M) + flows('i>j')
    of = case(bounded(E, inner))
    assert [one.name for one in of.last.thrown] == ['消防意见']
    assert of.tasks == ['u']
    nobody = Case(build_program(Bundle({'process.bpmn': diagram(node('startEvent', 'a') + node('endEvent', 'z', E + M) + flows('a>z'))})))
    assert nobody.last.thrown == []
    assert [one.element for one in nobody.last.failed] == ['z']


def test_behind_an_event_gateway_each_of_several_is_in_the_race() -> None:
    """D-27: the gateway waits for all of them, and for the other events."""
    body = node('startEvent', 'a') + node('eventBasedGateway', 'g') + node('intermediateCatchEvent', 'c', M + T)
    body += node('intermediateCatchEvent', 'd', S) + user('u') + user('v') + node('endEvent', 'y') + node('endEvent', 'z')
    for kind, task in ((('message', '消防意见'), 'u'), (('timer',), 'u'), (('signal', '停业'), 'v')):
        of = case(diagram(body + flows('a>g>c>u>y, g>d>v>z')))
        assert waits(of) == 3
        happen(of, *kind)
        assert (of.tasks, waits(of)) == ([task], 0)


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize('prefix', ['', 't:'])
def test_an_event_definition_by_reference_is_the_definition(place: str, prefix: str) -> None:
    """D-27: a timer of P3D, alone or one of several."""
    ref = f'<bpmn:eventDefinitionRef>{prefix}td</bpmn:eventDefinitionRef>'
    of = case(PLACES[place](ref))
    assert [one.limit for one in of.last.armed] == ['P3D']
    assert waits(case(PLACES[place](ref + M))) == 2


def test_a_reference_to_no_definition_is_an_error() -> None:
    """D-27: nothing is guessed."""
    problems = check(caught('<bpmn:eventDefinitionRef>nothing</bpmn:eventDefinitionRef>'))
    assert 'DETAIL_UNSUPPORTED' in codes(problems)


def link(identity: str, name: str, end: str = '') -> str:
    return f'<bpmn:linkEventDefinition id="{identity}" name="{name}">{end}</bpmn:linkEventDefinition>'


@pytest.mark.parametrize(
    ('throw', 'catch'),
    [
        (link('l1', '去甲', '<bpmn:target>l2</bpmn:target>'), link('l2', '甲', '<bpmn:source>l1</bpmn:source>')),
        (link('l1', '去甲', '<bpmn:target>l2</bpmn:target>'), link('l2', '甲')),
        (link('l1', '去甲'), link('l2', '甲', '<bpmn:source>t:l1</bpmn:source>')),
        (link('l1', '甲'), link('l2', '甲')),
        (link('l1', '', '<bpmn:target>l2</bpmn:target>'), link('l2', '')),
    ],
)
def test_a_link_is_paired_by_its_source_and_target_else_by_name(throw: str, catch: str) -> None:
    """D-27: the references come first; another catch of the same name is not meant then."""
    body = node('startEvent', 'a') + node('intermediateThrowEvent', 't', throw) + node('intermediateCatchEvent', 'k', catch)
    source = diagram(body + user('u') + node('endEvent', 'z') + flows('a>t, k>u>z'))
    assert case(source).tasks == ['u']


def test_a_link_that_names_an_end_goes_nowhere_else() -> None:
    """D-27: by reference to nothing is unpaired, also where a name would fit."""
    throw = node('intermediateThrowEvent', 't', link('l1', '甲', '<bpmn:target>other</bpmn:target>'))
    catch = node('intermediateCatchEvent', 'k', link('l2', '甲'))
    source = diagram(node('startEvent', 'a') + throw + catch + user('u') + node('endEvent', 'z') + flows('a>t, k>u>z'))
    assert 'LINK_UNPAIRED' in codes(check(source))


@pytest.mark.parametrize(
    'source',
    [
        caught(M + link('l', 'x')),
        bounded(M + E, parallelMultiple='true'),
        diagram(node('startEvent', 'a', M + N, parallelMultiple='true') + user('u') + node('endEvent', 'z') + flows('a>u>z')),
        diagram(node('startEvent', 'a') + node('endEvent', 'z', E + END) + flows('a>z')),
    ],
)
def test_what_cannot_be_combined_is_refused_in_one_sentence(source: bytes) -> None:
    """D-27: a mixture without one meaning says what to draw instead."""
    assert [code for code in codes(check(source)) if code.startswith('EVENT')] == ['EVENT_MULTIPLE']


def test_a_process_may_begin_with_any_of_several_events() -> None:
    """D-27: a start event with two messages is accepted; D-12 starts it by either."""
    source = diagram(node('startEvent', 'a', M + N) + user('u') + node('endEvent', 'z') + flows('a>u>z'))
    assert case(source).tasks == ['u']
