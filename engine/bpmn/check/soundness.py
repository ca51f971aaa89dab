"""Soundness: from every reachable state the case can still end, and every step can run. Bounded, and honest when it gives up.

The failure comes with the shortest way to it. See `game` for how tokens move.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.bpmn.check.game import MOST_TOKENS, Game, State, TokenMove, ends_others
from engine.bpmn.check.view import View, road, titled
from engine.bpmn.check.ways import choices
from engine.bpmn.model import Element
from engine.bpmn.navigation import ancestors, entries
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import behaviour as rules
from engine.core.effort import GAME, Effort, TooMuchWork

MOST_STATES = 5_000
_CATCHING = frozenset({'startEvent', 'intermediateCatchEvent', 'boundaryEvent'})


@dataclass
class Played:
    """Every state the game came to, how it came there first, and where it goes on."""

    before: dict[State, tuple[State | None, tuple[str, ...]]] = field(default_factory=dict)
    after: dict[State, list[State]] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    unaided: dict[State, set[State]] = field(default_factory=dict)  # where it goes on without anything from outside the bundle
    cut: set[State] = field(default_factory=set)  # states with a move that was not followed
    growth: tuple[State, TokenMove] | None = None  # the first move to more tokens than the same road had before, with none gone
    gave_up: str = ''  # why the game was not played to its end: 'tokens', 'states' or 'steps'

    def path(self, state: State) -> tuple[str, ...]:
        """The elements that ran on the shortest way to a state."""
        steps: list[tuple[str, ...]] = []
        at: State | None = state
        while at is not None:
            at, ran = self.before[at]
            steps.append(ran)
        return tuple(element for ran in reversed(steps) for element in ran)


def play(game: Game, most: int = MOST_STATES, start: State | None = None, outside: Collection[str] = ()) -> Played:
    """Breadth first through all states, at most `most` of them, from the beginnings of the game or from one state.

    `outside` are the events that nothing in the bundle brings about.
    """
    played = Played()
    queue: deque[State] = deque()
    effort = Effort(GAME)
    for state, ran in game.begin() if start is None else [(start, ())]:
        played.before.setdefault(state, (None, ran))
        queue.append(state)
    while queue:
        state = queue.popleft()
        played.after[state] = []
        moves = game.moves(state)
        try:
            effort.spend(4 * len(state) + sum(1 + len(move.after) for move in moves))  # to find what is ready, and what comes of it
        except TooMuchWork:
            played.gave_up = 'steps'
            played.cut.update((state, *queue))
            played.after.update({each: [] for each in queue})
            break
        for move in moves:
            played.ran.update(move.ran)
            if move.overflow or (len(played.before) >= most and move.after not in played.before):
                played.cut.add(state)
                played.gave_up = played.gave_up or ('tokens' if move.overflow else 'states')
                if move.overflow and played.growth is None and _grows(game, played, state, move):
                    played.growth = (state, move)
                continue
            if move.after not in played.before:
                played.before[move.after] = (state, move.ran)
                queue.append(move.after)
            played.after[state].append(move.after)
            if not any(each in outside for each in move.ran):
                played.unaided.setdefault(state, set()).add(move.after)
    return played


def _grows(game: Game, played: Played, state: State, move: TokenMove) -> bool:
    """Whether the move leaves everything an earlier state on the road had, and more: then the same road can be gone again, and again.

    Not where that is no proof (a terminate or error end takes tokens away, an inclusive join waits for all), and not where the surplus
    comes from reminders, which are as many as people let happen.
    """
    after = dict(move.after)
    at: State | None = state
    ran = set(move.ran)
    while at is not None:
        if any(_no_proof(game, game.elements[each]) for each in ran):
            return False
        if at != move.after and all(after.get(place, 0) >= count for place, count in at):
            return True
        at, before = played.before[at]
        ran.update(before)
    return False


def _no_proof(game: Game, element: Element) -> bool:
    reminds = element.kind == 'boundaryEvent' and not element.interrupting
    return reminds or element.id in game.reach or ends_others(element)


def soundness(view: View) -> Iterator[Problem]:
    """Standstills, endless circles, steps that never run and branches that meet without a join; only for a structurally sound process."""
    game = Game(view.diagram, view.process.id, choices(view))
    outside = _signals_from_outside(view)
    played = play(game, outside=outside)
    errors = [*_stuck(view, game, played, outside), *_endless(view, played), *_growing(view, played)]
    yield from errors
    errors = [problem for problem in errors if problem.is_error]
    yield from _twice(view, game, played)
    if not errors and not played.gave_up:
        for element in view.elements:
            undoes = any(each.for_compensation for each in (element, *ancestors(view.diagram, element)))
            first = any(each in played.ran for each in view.before.get(element.id, ()))  # what follows a dead step is not told again
            if element.id not in played.ran and element.kind != 'boundaryEvent' and first and not undoes:
                yield view.say(rules.NEVER_RUNS, element)
    if played.gave_up and not played.growth:
        why, why_en = (f'状态超过 {len(played.before)} 个', f'it has more than {len(played.before)} states')
        if played.gave_up == 'tokens':
            why, why_en = f'同一处可能同时有超过 {MOST_TOKENS} 个令牌', f'more than {MOST_TOKENS} tokens can be at one place at a time'
        if played.gave_up == 'steps':
            why, why_en = (f'推演超过 {GAME} 步', f'playing it takes more than {GAME} steps')
        yield view.say(rules.NOT_DECIDED, view.process, why=why, why_en=why_en)


def _growing(view: View, played: Played) -> Iterator[Problem]:
    if played.growth is not None:
        state, move = played.growth
        path = (*played.path(state), *move.ran)
        place = max(move.after, key=lambda each: each[1])[0]
        flow = view.diagram.flows.get(place)
        at = view.diagram.elements[flow.target if flow else place[1:]]
        yield view.say(rules.TOKENS_GROW, at, road=road(view, path), path=path)


def _signals_from_outside(view: View) -> dict[str, str]:
    """The events, and event subprocesses, that wait for a signal nothing in the bundle sends; with its name."""
    found: dict[str, str] = {}
    for element in view.elements:
        signal = element.event.name if element.event is not None and element.event.kind == 'signal' else None
        if signal and element.kind in _CATCHING and signal not in view.signals:
            around = view.diagram.elements.get(element.scope)
            handler = around if element.kind == 'startEvent' else None
            found[handler.id if handler is not None else element.id] = signal
    return found


def _by_itself(played: Played) -> set[State]:
    """The states that are come to without anything from outside."""
    seen: set[State] = set()
    queue = [state for state, (before, _) in played.before.items() if before is None]
    while queue:
        state = queue.pop()
        if state not in seen:
            seen.add(state)
            queue.extend(played.unaided.get(state, ()))
    return seen


def _stuck(view: View, game: Game, played: Played, outside: Mapping[str, str]) -> Iterator[Problem]:
    reported: set[str] = set()
    still = [state for state, following in played.after.items() if not following and state and state not in played.cut]
    alone = _by_itself(played) if outside else set(played.after)
    for state in sorted(still, key=lambda each: each not in alone):  # else in the order found, so the first is the shortest
        waiting = sorted(game.waiting(state), key=lambda each: game.rank[each[0].id])
        for element, missing in waiting[:1]:
            if element.id in reported:
                continue
            reported.add(element.id)
            sources = [view.diagram.elements[view.diagram.flows[flow].source] for flow in missing]
            path = (*played.path(state), element.id)
            signals = '、'.join(dict.fromkeys(outside[each] for each in path if each in outside))
            yield view.say(
                rules.STUCK_FOR_EVER if state in alone else rules.STUCK_BY_A_SIGNAL,
                element,
                signal=signals,
                missing='、'.join(f'「{titled(each)}」' for each in sources),
                missing_en=', '.join(f'"{titled(each)}"' for each in sources),
                road=road(view, path),
                path=path,
            )


def _ending(played: Played, goals: list[State]) -> set[State]:
    backward: dict[State, list[State]] = {}
    for state, following in played.after.items():
        for each in following:
            backward.setdefault(each, []).append(state)
    seen: set[State] = set()
    queue = list(goals)
    while queue:
        state = queue.pop()
        if state not in seen:
            seen.add(state)
            queue.extend(backward.get(state, ()))
    return seen


def _endless(view: View, played: Played) -> Iterator[Problem]:
    goals = [state for state, following in played.after.items() if not following or state in played.cut]
    fine = _ending(played, goals)
    lost = [state for state in played.after if state not in fine]
    if lost:
        before = played.path(lost[0])
        at = view.diagram.elements[before[-1]] if before else entries(view.diagram, view.process.id)[0]
        round_ = next(state for state in lost if any(played.before[each][0] != state for each in played.after[state]))
        path = played.path(round_)  # until it comes to where it has been
        yield view.say(rules.NEVER_ENDS, at, road=road(view, path), path=path)


def _twice(view: View, game: Game, played: Played) -> Iterator[Problem]:
    reported: set[str] = set()
    for state in played.after:
        crowd: dict[str, int] = {}
        for place, _ in state:  # several tokens on one flow met further up, where it is said
            if place[0] not in '@#!':
                node = game.node(place)
                if node.kind not in {'parallelGateway', 'inclusiveGateway', 'complexGateway'} and node.start_quantity < 2:
                    crowd[node.id] = crowd.get(node.id, 0) + 1
        for each, count in sorted(crowd.items()):
            element = view.diagram.elements[each]
            if count > 1 and each in view.main_roads and each not in reported and not _harmless(element):
                reported.add(each)
                path = played.path(state)
                yield view.say(rules.RUNS_TWICE, element, road=road(view, path), path=path)


def _harmless(element: Element) -> bool:
    """Several tokens may come to an end; each simply ends there."""
    return element.kind == 'endEvent' and all(event.kind == 'terminate' for event in element.events)
