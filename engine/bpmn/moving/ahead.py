"""What lies before a case: milestones its tokens can come to, what would be passed over by hand, and whether it can end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.bpmn.check.game import Game, State
from engine.bpmn.check.soundness import play
from engine.bpmn.model import Element
from engine.bpmn.moving.findings import Finding, called, finding
from engine.bpmn.navigation import begins, reached, waits
from engine.bpmn.program import Program
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.spiff.gateways import JoinNode, ResetNode
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.report import beside
from engine.bpmn.spiff.scope import Instance, Scope
from engine.bpmn.spiff.token import FUTURE, WAITING, Token

MOST_STATES = 2_000


def _nobody(_element: Element) -> bool:
    return False


@dataclass(frozen=True)
class Past:
    """What a case has behind it: the milestones `reached` and the elements `visited`; and which elements are `deciding` steps."""

    reached: Collection[str] = ()
    visited: Collection[str] = ()
    deciding: Callable[[Element], bool] = _nobody


def ahead(program: Program, starts: Iterable[Element], *, without: Collection[str] = (), events: bool = True) -> dict[str, Element]:
    """The elements tokens on `starts` can come to, by id; without `events` only by roads on which everything is done as drawn."""
    navigation = program.navigation
    following = navigation.followers if events else lambda at: navigation.successors(at, events=False)
    return reached(starts, following, without)


def milestones_ahead(program: Program, instance: Instance) -> set[str]:
    """The milestones the tokens of an instance can still come to. A subprocess that runs is told by the tokens inside it."""
    tokens = list(instance.live())
    running = {token.task_spec.element.id for token in tokens if token.id in instance.subprocesses}
    here = [token.task_spec.element for token in tokens if token.task_spec.element.id not in running]
    return {element.said.milestone for element in ahead(program, here).values() if element.said.milestone}


def automatic(program: Program, target: Element) -> list[Element]:
    """What a token on `target` can pass by itself before it waits for somebody or something; what it may throw is caught on the way."""

    def passed(elements: Iterable[Element]) -> list[Element]:
        return [one for one in elements if not waits(one) and (one.kind != 'boundaryEvent' or _catches_a_throw(one))]

    return list(reached(passed([target]), lambda at: passed(program.navigation.successors(at))).values())


def _catches_a_throw(boundary: Element) -> bool:
    return any(event.kind in ('error', 'escalation') for event in boundary.events)


def passed_over(program: Program, left: Sequence[Element], target: Element, past: Past) -> Finding | None:
    """The deciding step or milestone that somebody who goes from `left` to `target` by hand would pass over; None when there is none.

    Where no road leads from `left` to the target and the case was never there, the target must lie before every decision, also before one
    that was made. Otherwise a case that was refused could be moved to a step that follows a grant.
    """
    reach = ahead(program, left)
    onward = target.id in reach
    if not onward and target.id in past.visited:
        return None
    within = reach if onward else {one.id: one for diagram in program.diagrams.values() for one in diagram.elements.values()}
    gates: dict[str, Element] = {}
    for one in within.values():
        milestone = one.said.milestone
        open_ = milestone and (milestone not in past.reached or (milestone == 'decided' and not onward))
        if one.id != target.id and (past.deciding(one) or open_):
            gates[one.id] = one
    origin = left if onward else begins(program.diagram, program.main.element)

    def cut_off(without: Collection[str]) -> bool:
        return target.id not in ahead(program, origin, without=without, events=False)

    if not gates or not cut_off(gates):
        return None
    through = gates[next((one for one in sorted(gates) if cut_off((one,))), min(gates))]
    if past.deciding(through) or through.said.milestone == 'decided':
        return finding('decides', new=target, through=called(through))
    return finding('skips_milestone', new=target, milestone=through.said.milestone, through=called(through))


def standstill(program: Program, instance: Instance) -> Element | None:
    """The element where this instance would wait for ever; None when it can always end, or when that is too large to say."""
    marked: dict[str, dict[str, int]] = {}
    for scope in (instance, *instance.subprocesses.values()):
        places = marked.setdefault(str(scope.spec.name).split('/', 1)[0], {})
        for place in _places(scope):
            places[place] = places.get(place, 0) + 1
    stuck = (_stuck(program, process, tuple(sorted(places.items()))) for process, places in marked.items())
    return next((one for one in stuck if one is not None), None)


def _places(scope: Scope) -> Iterable[str]:
    """The tokens of a scope as places of the token game."""
    for token in scope.tasks.values():
        if isinstance(token.task_spec, ResetNode):
            came = token.internal_data['came']
            yield from (f'!{flow}' for flow in token.task_spec.element.incoming if flow not in came)
        elif token.parent is not None and not beside(token) and not isinstance(token.parent.task_spec, LoopNode):
            yield _place(token, token.task_spec.element)


def _place(token: Token, element: Element) -> str:
    if (isinstance(token.task_spec, JoinNode) or token.task_spec.gathers > 1) and token.state in (WAITING, FUTURE) and token.flow:
        return token.flow
    inside = element.kind in SUBPROCESSES and token.id in token.workflow.top_workflow.subprocesses
    return f'#{element.id}' if inside else f'@{element.id}'


@lru_cache(maxsize=512)
def _stuck(program: Program, process: str, state: State) -> Element | None:
    game = Game(next(one for one in program.diagrams.values() if any(each.id == process for each in one.processes)), process)
    if any(place[0] not in '@#' and place.lstrip('!') not in game.flows for place, _ in state):
        return None
    played = play(game, MOST_STATES, state)
    for found, after in played.after.items():
        if not after and found and found not in played.cut:
            waiting = sorted((element for element, _ in game.waiting(found)), key=lambda each: game.rank[each.id])
            return waiting[0] if waiting else game.node(found[0][0])
    return None
