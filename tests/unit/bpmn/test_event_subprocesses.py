"""Event subprocesses (BPMN 2.0.2 §13.5.4): what the check lets through, and that the token game knows they may start at any moment."""

from __future__ import annotations

from collections import Counter, deque

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from unit.bpmn.building import bare, boundary, check, codes, diagram, flows, node, timer, user
from unit.bpmn.test_game_reduction import EveryOrder

from engine.bpmn import House, build_program
from engine.bpmn.check.game import MOST_TOKENS, Game, State, TokenMove
from engine.bpmn.check.structure import structure
from engine.bpmn.check.view import View
from engine.bpmn.navigation import event_subprocesses
from engine.bpmn.read import examine
from engine.core.bundle import Bundle, lone

MESSAGE = '<bpmn:messageEventDefinition messageRef="msg"/>'
TRIGGERS = {
    'timer': timer('5个工作日'),
    'message': MESSAGE,
    'signal': '<bpmn:signalEventDefinition signalRef="sig"/>',
    'condition': '<bpmn:conditionalEventDefinition><bpmn:condition>x = 1</bpmn:condition></bpmn:conditionalEventDefinition>',
    'error': '<bpmn:errorEventDefinition errorRef="err"/>',
    'any error': '<bpmn:errorEventDefinition/>',
    'escalation': '<bpmn:escalationEventDefinition escalationRef="esc"/>',
}


def handler(trigger: str = MESSAGE, interrupting: bool = True, inside: str = '', road: str = 'hs>ha>he', **attributes: str) -> str:
    start = node('startEvent', 'hs', trigger, isInterrupting=str(interrupting).lower())
    body = start + user('ha') + node('endEvent', 'he') + inside + flows(road)
    return node('subProcess', 'h', body, triggeredByEvent='true', **attributes)


def errors(source: bytes) -> list[str]:
    return codes([problem for problem in check(source) if problem.is_error])


@pytest.mark.parametrize('trigger', TRIGGERS)
@pytest.mark.parametrize('interrupting', [True, False])
def test_every_trigger_is_deployable_and_builds(trigger: str, *, interrupting: bool):
    source = diagram(user('a') + handler(TRIGGERS[trigger], interrupting or 'error' in trigger), 'start>a>end')
    assert check(source) == []
    assert build_program(Bundle({'process.bpmn': source})).main.task_specs


def test_one_inside_a_subprocess_is_deployable():
    inner = node('startEvent', 's2') + user('b') + node('endEvent', 'e2') + flows('s2>b>e2') + handler()
    assert check(diagram(node('subProcess', 'sub', inner), 'start>sub>end')) == []


@pytest.mark.parametrize(
    'source',
    [
        diagram(user('a') + handler(''), 'start>a>end'),
        diagram(user('a') + handler(MESSAGE, inside=node('startEvent', 'hs2', TRIGGERS['signal']), road='hs>ha>he, hs2>he'), 'start>a>end'),
        diagram(user('a') + handler('<bpmn:cancelEventDefinition/>'), 'start>a>end'),
        diagram(user('a') + handler() + flows('a>h'), 'start>a>end'),
        diagram(user('a') + handler() + boundary('late', 'h', timer('P1D')), 'start>a>end, late>end'),
        diagram(user('a') + handler(inside='<bpmn:standardLoopCharacteristics loopMaximum="2"/>'), 'start>a>end'),
    ],
    ids=['no trigger', 'two starts', 'cancel', 'flow', 'boundary', 'loop'],
)
def test_what_has_no_meaning_is_refused_by_name(source: bytes):
    assert 'ELEMENT_UNSUPPORTED' in errors(source)


def test_an_error_start_that_does_not_interrupt_is_refused():
    assert 'ERROR_NOT_INTERRUPTING' in errors(diagram(user('a') + handler(TRIGGERS['error'], interrupting=False), 'start>a>end'))


def test_a_standstill_inside_one_is_found():
    inside = node('parallelGateway', 'j') + node('exclusiveGateway', 'x', default='x_j')
    source = diagram(user('a') + handler(inside=inside, road='hs>x>ha>j>he, x>j'.replace('x>ha', 'x>ha?v = 1')), 'start>a>end')
    assert errors(source) == ['STUCK_FOR_EVER']


def test_an_error_thrown_beside_one_is_caught():
    thrower = node('endEvent', 'oops', TRIGGERS['error'])
    inner = node('startEvent', 's2') + user('b') + thrower + flows('s2>b>oops') + node('endEvent', 'e2') + user('c') + flows('b>c>e2')
    around = node('subProcess', 'sub', inner + handler(TRIGGERS['error']))
    assert errors(diagram(around, 'start>sub>end')) == []
    assert errors(diagram(node('subProcess', 'sub', inner + handler(TRIGGERS['escalation'])), 'start>sub>end')) == ['ERROR_UNCAUGHT']


class AnyMoment(EveryOrder):
    """Event subprocesses are not decided when their scope begins: `starts` are the states they lead to from wherever it stands."""

    def _opened(self, scope: str, entries) -> list[tuple[str, ...]]:
        return [tuple(entries)]

    def starts(self, state: State) -> list[TokenMove]:
        tokens = Counter(dict(state))
        found = []
        for scope in self.scopes:
            active = any(self.scope(place) == scope for place in tokens)
            handlers = event_subprocesses(self.diagram, scope)
            running = [each for each in handlers if tokens[f'@{each.id}'] or tokens[f'#{each.id}']]
            if not active or any(self._interrupts(each) for each in running):
                continue
            for each in handlers:
                rest = self._without(tokens, scope) if self._interrupts(each) else tokens
                if each not in running:
                    found.append(self._move(rest, (f'@{each.id}',), (each.id,)))
        return found


def verdict(game: Game, most: int = 3_000) -> bool | None:
    """Whether some reachable state stands still or cannot end by itself; None when it was too much."""
    todo, edges = deque(state for state, _ in game.begin()), {}
    while todo:
        state = todo.popleft()
        if state in edges:
            continue
        onward = game.moves(state)
        edges[state] = [move.after for move in onward]
        more = game.starts(state) if isinstance(game, AnyMoment) else []
        if len(edges) > most or any(move.overflow for move in (*onward, *more)) or any(count > MOST_TOKENS for _, count in state):
            return None
        todo.extend(move.after for move in (*onward, *more))
    backward: dict[State, set[State]] = {}
    for state, following in edges.items():
        for each in following:
            backward.setdefault(each, set()).add(state)
    ending, queue = {()}, [()]
    while queue:
        for each in backward.get(queue.pop(), ()):
            if each not in ending:
                ending.add(each)
                queue.append(each)
    return any(state not in ending for state in edges)


def scope(draw: st.DrawFn, prefix: str, start: str) -> str:
    """A scope of a few nodes in which a standstill is likely enough."""
    count = draw(st.integers(1, 4))
    names = [f'{prefix}{index}' for index in range(count)]
    body = start + node('endEvent', f'{prefix}end') + flows(f'{prefix}start>{names[0]}')
    for index, name in enumerate(names):
        kind = draw(st.sampled_from(['user', 'parallel', 'exclusive', 'parallel']))
        onward = st.sampled_from([*names[index + 1 :], f'{prefix}end', names[0]])
        following = draw(st.lists(onward, min_size=1, max_size=1 if kind == 'user' else 2, unique=True))
        default = {'default': f'{name}_{following[-1]}'} if kind == 'exclusive' else {}
        body += user(name) if kind == 'user' else node(f'{kind}Gateway', name, **default)
        chosen = kind == 'exclusive' and len(following) > 1
        body += flows(', '.join(f'{name}>{each}' + ('?x' if chosen and each != following[-1] else '') for each in following))
    return body


@st.composite
def with_handlers(draw: st.DrawFn) -> bytes:
    body = scope(draw, 'n', node('startEvent', 'nstart'))
    for prefix in ('h', 'i')[: draw(st.integers(1, 2))]:
        start = node('startEvent', f'{prefix}start', MESSAGE, isInterrupting=draw(st.sampled_from(['true', 'false'])))
        body += node('subProcess', f'{prefix}sub', scope(draw, prefix, start), triggeredByEvent='true')
    if draw(st.booleans()):
        around = node('startEvent', 's') + node('parallelGateway', 'f') + node('parallelGateway', 'j') + user('u') + node('endEvent', 'e')
        body = around + node('subProcess', 'sub', body) + flows('s>f>sub>j>e, f>u>j')
    return bare(body)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(with_handlers())
def test_deciding_when_the_scope_begins_tells_as_much_as_any_moment(source: bytes):
    found = examine(source).diagram
    view = View('process.bpmn', found, found.main, lone(source), House())
    assume(all(problem.code == 'NODE_UNREACHABLE' for problem in structure(view) if problem.is_error))
    every, one = verdict(AnyMoment(found, found.main.id)), verdict(Game(found, found.main.id))
    assume(every is not None and one is not None)
    assert one == every
