"""The token game plays one group of choices per state. Small random diagrams are also played in every order: the verdicts agree."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from unit.bpmn.building import bare, boundary, flows, node, timer, user

from engine.bpmn import House
from engine.bpmn.check.game import Game, State, TokenMove
from engine.bpmn.check.soundness import play
from engine.bpmn.check.structure import structure
from engine.bpmn.check.view import View
from engine.bpmn.read import examine
from engine.core.bundle import lone

KINDS = st.sampled_from(['user', 'guarded', 'reminded', 'exclusive', 'parallel', 'exclusive', 'parallel', 'inclusive'])


class EveryOrder(Game):
    """All places that can move, move."""

    def moves(self, state: State) -> list[TokenMove]:
        tokens = Counter(dict(state))
        found = [move for place in tokens if self._ready(place, tokens) for move in self._play(place, tokens)]
        return found or super().moves(state)


@st.composite
def random_process(draw: st.DrawFn) -> bytes:
    count = draw(st.integers(2, 6))
    names = [f'n{index}' for index in range(count)]
    terminate = '<bpmn:terminateEventDefinition/>' if draw(st.booleans()) else ''
    body, road = node('startEvent', 'start') + node('endEvent', 'end', terminate) + node('endEvent', 'end2', terminate), []
    reached = {'start'}
    targets = st.sampled_from([*names, 'end'])
    road.append('start>n0')
    for index, name in enumerate(names):
        kind = draw(KINDS)
        following = draw(st.lists(targets, min_size=1, max_size=1 if kind in {'user', 'guarded', 'reminded'} else 3, unique=True))
        following = [names[index + 1] if index + 1 < count and draw(st.booleans()) else each for each in following]
        following = list(dict.fromkeys(following))
        reached.update(following)
        if kind in {'user', 'guarded', 'reminded'}:
            body += user(name)
        elif kind == 'parallel':
            body += node('parallelGateway', name)
        else:
            body += node(f'{kind}Gateway', name, default=f'{name}_{following[-1]}')
        chosen = kind in {'exclusive', 'inclusive'} and len(following) > 1
        road += [f'{name}>{each}' + ('?x' if chosen and each != following[-1] else '') for each in following]
        if kind in {'guarded', 'reminded'}:
            body += boundary(f't{name}', name, timer('P1D'), interrupting=kind == 'guarded')
            road.append(f't{name}>{draw(st.sampled_from([*names[index + 1 :], "end", "end2"]))}')
    return bare(body + flows(', '.join(road)))


def verdict(game: Game) -> tuple[bool, bool, frozenset[str]] | None:
    """(some standstill, some state without a way to an end, what can run); None when it was too much."""
    played = play(game, 4_000)
    if played.gave_up:
        return None
    stuck = {state for state, following in played.after.items() if not following and state}
    ending = {state for state, following in played.after.items() if not following}
    backward: dict[State, set[State]] = {}
    for state, following in played.after.items():
        for each in following:
            backward.setdefault(each, set()).add(state)
    queue = list(ending)
    while queue:
        for each in backward.get(queue.pop(), ()):
            if each not in ending:
                ending.add(each)
                queue.append(each)
    return bool(stuck), len(ending) < len(played.after), frozenset(played.ran)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(random_process())
def test_one_order_tells_as_much_as_all_orders(source: bytes):
    """D-19: also where ends take other branches along: what is dead in one order is dead in every order."""
    diagram = examine(source).diagram
    view = View('process.bpmn', diagram, diagram.main, lone(source), House())
    assume(all(problem.code == 'NODE_UNREACHABLE' for problem in structure(view) if problem.is_error))
    every = verdict(EveryOrder(diagram, diagram.main.id))
    one = verdict(Game(diagram, diagram.main.id))
    assume(every is not None and one is not None)
    assert one == every
