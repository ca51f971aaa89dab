"""What still lies before a case: the elements its tokens can come to, the milestones among them, and whether it can end from here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from engine.bpmn.check.game import Game, State
from engine.bpmn.check.soundness import play
from engine.bpmn.check.view import House, View
from engine.bpmn.model import Element
from engine.bpmn.program import Program
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.spiff.gateways import JoinNode
from engine.bpmn.spiff.graph import begins, is_link, is_link_target
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.report import beside
from engine.bpmn.spiff.scope import Instance, Scope
from engine.bpmn.spiff.token import FUTURE, WAITING, Token
from engine.core.bundle import Bundle

MOST_STATES = 2_000


def ahead(
    program: Program, here: Iterable[Element], *, without: Collection[str] = (), running: Collection[str] = (), events: bool = True
) -> set[str]:
    """Ids of the elements that tokens on `here` can come to, those included; never through an element of `without`.

    Insides of the subprocesses named in `running` are not entered: their tokens stand in `here` themselves. Without `events` only the
    roads of tokens that do what is drawn count: not those of events, and past a subprocess only what goes through its inside.
    """
    seen: set[str] = set()
    todo = list(here)
    while todo:
        at = todo.pop()
        if at.id in seen or at.id in without:
            continue
        seen.add(at.id)
        todo.extend(following(program, at, inside=at.id not in running, events=events))
    return seen


def following(program: Program, at: Element, *, inside: bool = True, events: bool = True) -> list[Element]:
    """Where a token on an element can be next: along its flows, at boundary events, inside it, and after the subprocess it ends."""
    diagram = next(one for one in program.diagrams.values() if one.elements.get(at.id) is at)
    through = inside and not events and (at.kind in SUBPROCESSES or bool(at.called))
    found = [diagram.elements[diagram.flows[flow].target] for flow in at.outgoing] if not through else []
    found += diagram.boundary_events(at.id) if events else ()
    siblings = list(diagram.inside(at.scope))
    if is_link(at, 'intermediateThrowEvent'):
        found += [other for other in siblings if is_link_target(other, at)]
    around = diagram.elements.get(at.scope)
    if around is not None:
        found += [diagram.elements[diagram.flows[flow].target] for flow in around.outgoing] if not at.outgoing else []
        found += diagram.boundary_events(around.id) if events else ()
        found += [around] if at.kind == 'startEvent' and around.triggered_by_event else []
    elif not at.outgoing and at.kind != 'boundaryEvent':
        found += _after_call(program, at.scope)
    if inside and at.kind in SUBPROCESSES:
        within = list(diagram.inside(at.id))
        found += begins(within) + [one for one in within if one.triggered_by_event and events]
    if inside and at.called:
        for other in program.diagrams.values():
            found += begins(list(other.inside(at.called)))
    return found


def _after_call(program: Program, process: str) -> list[Element]:
    """Where the call activities that call a process go on."""
    return [
        diagram.elements[diagram.flows[flow].target]
        for diagram in program.diagrams.values()
        for one in diagram.elements.values()
        if one.called == process
        for flow in one.outgoing
    ]


def milestones(program: Program, elements: Iterable[str]) -> dict[str, str]:
    """The milestones on these elements, and one element of each."""
    found: dict[str, str] = {}
    for element in elements:
        milestone = program.element(element).said.milestone
        if milestone:
            found.setdefault(milestone, element)
    return found


def here(instance: Instance) -> tuple[list[Element], set[str]]:
    """The elements with a token of an instance, and the ids of those whose inside is running."""
    tokens = list(instance.live())
    inner = {host.task_spec.element.id for host in tokens if host.id in instance.subprocesses}
    return [token.task_spec.element for token in tokens], inner


def standstill(program: Program, instance: Instance) -> str | None:
    """The element where this instance would wait for ever; None when it can always end, or when that is too large to say."""
    marked: dict[str, dict[str, int]] = {}
    for scope in (instance, *instance.subprocesses.values()):
        for place in _places(scope):
            places = marked.setdefault(_process(scope), {})
            places[place] = places.get(place, 0) + 1
    for process, places in marked.items():
        stuck = _stuck(program, process, tuple(sorted(places.items())))
        if stuck is not None:
            return stuck
    return None


def _process(scope: Scope) -> str:
    return str(scope.spec.name).split('/', 1)[0]


def _places(scope: Scope) -> Iterable[str]:
    """The tokens of a scope as places of the token game."""
    for token in scope.tasks.values():
        parent = token.parent
        if parent is None or beside(token) or isinstance(parent.task_spec, LoopNode):
            continue
        yield from _place(token, token.task_spec.element)


def _place(token: Token, element: Element) -> Iterable[str]:
    if isinstance(token.task_spec, JoinNode) and token.state in (WAITING, FUTURE) and token.flow:
        yield token.flow
    elif element.kind in SUBPROCESSES and token.id in token.workflow.top_workflow.subprocesses:
        yield f'#{element.id}'
    else:
        yield f'@{element.id}'


class _From(Game):
    """The token game from a marking instead of from the start."""

    def __init__(self, view: View, state: State) -> None:
        super().__init__(view)
        self._state = state

    def begin(self) -> list[tuple[State, tuple[str, ...]]]:
        return [(self._state, ())]


class _Held:
    """A program as a key: equal only to itself."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.program is self.program


@lru_cache(maxsize=512)
def _played(process: str, state: State, program: _Held) -> str | None:
    path, diagram = next(
        (path, diagram) for path, diagram in program.program.diagrams.items() if any(one.id == process for one in diagram.processes)
    )
    told = next(one for one in diagram.processes if one.id == process)
    game = _From(View(path, diagram, told, Bundle({}), House()), state)
    if any(place[0] not in '@#' and place not in game.flows for place, _ in state):
        return None
    played = play(game, MOST_STATES)
    for found, after in played.after.items():
        if not after and found and found not in played.cut:
            waits = sorted(game.waiting(found), key=lambda each: game.rank[each[0].id])
            return waits[0][0].id if waits else game.node(found[0][0]).id
    return None


def _stuck(program: Program, process: str, state: State) -> str | None:
    return _played(process, state, _Held(program))
