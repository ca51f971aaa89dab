"""The token game: how tokens move through one process (BPMN 2.0.2 §13), every choice and every event taken as possible.

A place is a sequence flow with a token on it, an element about to begin (`@id`), a subprocess with tokens inside (`#id`), or a flow
from which an open complex gateway still takes a token in silence (`!id`). Four rules
keep the number of states small, and none of them hides a fault:

1. In a state, only the most upstream group of choices is played. Tokens on separate roads do not influence each other, so the order in
   which they move does not matter.
2. Whether an activity is interrupted is decided when it begins. The interruption leaves the same tokens behind at whatever moment it
   comes. For an event subprocess the moment is the beginning of the scope around it.
3. A token that reaches an end event which ends only this token is removed at once. Nothing waits for it; kept, it would make every round
   of a loop look like a new state.
4. An end event that ends others may be reached at any moment while they move: it is played in every state, beside the most upstream
   group. One token there is as good as several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from engine.bpmn.check.constants import opens_at
from engine.bpmn.compensation import handlers_of, is_event
from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, begins, catches_error, entries, event_subprocesses, is_link, joins_by, link_partners, trigger
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES

T = TypeVar('T')
State = tuple[tuple[str, int], ...]
MOST_TOKENS = 3
ENDING = frozenset({'terminate', 'error', 'cancel'})


@dataclass(frozen=True)
class TokenMove:
    """One outcome of a step: what it leaves behind, and the elements that ran."""

    after: State
    ran: tuple[str, ...]
    overflow: bool = False


class Game:
    """The moves of one process that is structurally sound."""

    def __init__(self, diagram: Diagram, process: str, choices: Mapping[str, list[tuple[str, ...]]] | None = None) -> None:
        """`choices` are the sets of conditional flows that can be taken together, by element; else any set can."""
        self.diagram = diagram
        self.choices = choices or {}
        self.process = process
        self.elements = {element.id: element for element in diagram.of_process(process)}
        self.flows = {flow.id: flow for element in self.elements.values() for flow in diagram.out(element)}
        self.rank = ranks(diagram, process)
        self.cutting = {flow.id for flow in self.flows.values() if ends_others(self.elements[flow.target])}
        self.over = {flow.id: flow.target for flow in self.flows.values() if _just_ends(self.elements[flow.target])}
        self.scopes = (process, *(element.id for element in self.elements.values() if element.kind in SUBPROCESSES))
        self.around = {scope: self._around(scope) for scope in self.scopes}
        self.reach = {
            element.id: joins_by(diagram, element)
            for element in self.elements.values()
            if element.kind in {'inclusiveGateway', 'complexGateway'} and len(element.incoming) > 1
        }
        self.opens = {each: opens_at(self.elements[each]) for each in self.reach if self.elements[each].kind == 'complexGateway'}

    def _around(self, scope: str) -> frozenset[str]:
        found, at = {scope}, scope
        while at in self.elements:
            at = self.elements[at].scope
            found.add(at)
        return frozenset(found)

    def begin(self) -> list[tuple[State, tuple[str, ...]]]:
        """Where it can begin: at each start event, or at all nodes nothing leads to together."""
        found = entries(self.diagram, self.process)
        places = [f'@{element.id}' for element in found]
        several = [(place,) for place in places] if found and found[0].kind == 'startEvent' else [tuple(places)]
        return [(_state(Counter(opened)), ()) for one in several for opened in self._opened(self.process, one)]

    def _opened(self, scope: str, entries: Iterable[str]) -> list[tuple[str, ...]]:
        """What becomes of a scope: alone, with any of its event subprocesses that run beside, or interrupted by one (§13.5.4)."""
        handlers = event_subprocesses(self.diagram, scope)
        beside = [f'@{each.id}' for each in handlers if not self._interrupts(each)]
        instead = [(f'@{each.id}',) for each in handlers if self._interrupts(each)]
        return [*((*entries, *some) for some in _subsets(beside)), *instead]

    def _interrupts(self, handler: Element) -> bool:
        start = trigger(self.diagram, handler)
        return start is None or start.interrupting or any(event.kind == 'error' for event in start.events)

    def node(self, place: str) -> Element:
        """The element a place leads to or is."""
        if place[0] in '@#':
            return self.elements[place[1:]]
        return self.elements[self.flows[place.lstrip('!')].target]

    def scope(self, place: str) -> str:
        """The scope a place lies in."""
        return self.elements[place[1:]].scope if place[0] in '@#' else self.flows[place.lstrip('!')].scope

    def moves(self, state: State) -> list[TokenMove]:
        """The outcomes of the next step; empty when nothing can move."""
        tokens = Counter(dict(state))
        ready = sorted((self.rank[self.node(place).id], place) for place in tokens if self._ready(place, tokens))
        early = [place for _, place in ready if ends_others(self.node(place)) and self._beside_others(place, tokens)]
        first = next((place for _, place in ready if place not in early), None)
        found = list(self._play(first, tokens)) if first is not None else self._joined(tokens)
        return [*found, *(move for place in early for move in self._play(place, tokens))]

    def _beside_others(self, place: str, tokens: Counter[str]) -> bool:
        """Whether an end that takes others along has others to take: what it leaves behind is the same at whatever moment it is reached."""
        return any(other != place and other[0] not in '#!' for other in tokens)

    def _joined(self, tokens: Counter[str]) -> list[TokenMove]:
        """What an inclusive or complex join does when nothing else can move."""
        for join in sorted(self.reach, key=lambda each: self.rank[each]):
            arrived = [flow for flow in self.elements[join].incoming if tokens[flow]]
            missing = [flow for flow in self.elements[join].incoming if tokens[f'!{flow}']]
            if missing and self._complete(join, [flow for flow in self.elements[join].incoming if flow not in missing], tokens):
                return [self._move(tokens - Counter({f'!{flow}': 1 for flow in missing}), (), ())]
            if not missing and self._opens(join, arrived) and self._complete(join, arrived, tokens):
                rest = tokens - Counter(dict.fromkeys(arrived, 1))
                return [self._move(rest, left, (join,)) for left in self._leave(self.elements[join])]
        return []

    def _opens(self, join: str, arrived: list[str]) -> bool:
        """Whether these flows are enough. A complex gateway that asks the case may open with any; at run time it says so if it does not."""
        least = self.opens.get(join, 0)
        return bool(arrived) and least is not None and len(arrived) >= least

    def waiting(self, state: State) -> Iterator[tuple[Element, list[str]]]:
        """In a state that cannot move: the joins with a token, and the flows they wait for."""
        tokens = dict(state)
        for join in {self.node(place).id for place in tokens if place[0] not in '@#!'}:
            element = self.elements[join]
            yield element, [flow for flow in element.incoming if flow not in tokens or element.start_quantity > 1]

    def _ready(self, place: str, tokens: Counter[str]) -> bool:
        if place[0] == '#':
            return not any(place[1:] in self.around[self.scope(other)] for other in tokens if other[0] != '!')
        if place[0] == '@':
            return True
        node = self.node(place)
        if place[0] == '!':
            return False
        if node.id in self.opens:
            missing = {flow for flow in node.incoming if tokens[f'!{flow}']}
            least = self.opens[node.id]
            return place in missing if missing else bool(least) and self._opens(node.id, [flow for flow in node.incoming if tokens[flow]])
        if node.id in self.reach:
            return False
        if node.start_quantity > 1:
            return sum(tokens[flow] for flow in node.incoming) >= node.start_quantity
        return node.kind != 'parallelGateway' or all(tokens[flow] for flow in node.incoming)

    def _complete(self, join: str, arrived: list[str], tokens: Counter[str]) -> bool:
        """Nothing can come any more to the flows without a token (§13.4.3)."""
        missing = frozenset(self.elements[join].incoming).difference(arrived)
        for place in tokens:
            node = self.node(place)
            if place[0] != '!' and node.id != join and self.scope(place) == self.elements[join].scope:
                can = self.reach[join].get(node.id, frozenset())
                if can & missing and not can & frozenset(arrived):
                    return False
        return True

    def _play(self, place: str, tokens: Counter[str]) -> Iterator[TokenMove]:
        node = self.node(place)
        if place[0] == '#':
            rest = self._without(tokens, node.id) - Counter({place: 1})
            yield from (self._move(rest, left, ()) for left in self._leave(node))
            return
        if place[0] != '@' and tokens[f'!{place}']:
            yield self._move(tokens - Counter((place, f'!{place}')), (), ())
            return
        rest = tokens - self._taken(place, node, tokens)
        if node.kind in ACTIVITIES:
            yield from self._activity(node, rest)
        elif ends_others(node):
            yield self._cut(node, rest, next(event.kind for event in node.events if event.kind in ENDING))
        else:
            late = tuple(f'!{flow}' for flow in node.incoming if not tokens[flow]) if node.id in self.opens else ()
            yield from (self._move(rest, (*left, *late), (node.id,)) for left in self._leave(node))

    def _taken(self, place: str, node: Element, tokens: Counter[str]) -> Counter[str]:
        """The tokens a node takes when it begins."""
        if place[0] == '@':
            return Counter((place,))
        if node.id in self.opens:
            return Counter({flow: 1 for flow in node.incoming if tokens[flow]})
        if node.start_quantity > 1:
            here = Counter({flow: tokens[flow] for flow in node.incoming})
            return Counter(list(here.elements())[: node.start_quantity])
        return Counter(dict.fromkeys(node.incoming, 1)) if node.kind == 'parallelGateway' else Counter((place,))

    def _activity(self, node: Element, rest: Counter[str]) -> Iterator[TokenMove]:
        """Completed or interrupted, with any of its other boundary events having happened meanwhile."""
        boundaries = [b for b in self.diagram.boundary_events(node.id) if not is_event(b, 'compensate') and not is_event(b, 'cancel')]
        beside = [b for b in boundaries if not b.interrupting and b.outgoing and not any(rest[flow] for flow in b.outgoing)]
        for extra in _subsets(beside):
            spawned = [flow for b in extra for flow in b.outgoing]
            ran = (node.id, *(b.id for b in extra))
            if node.kind in SUBPROCESSES:
                entered = [f'@{entry.id}' for entry in begins(self.diagram, node.id)]
                yield from (self._move(rest, (f'#{node.id}', *inside, *spawned), ran) for inside in self._opened(node.id, entered))
            else:
                yield from (self._move(rest, (*left, *spawned), ran) for left in self._leave(node))
            for b in boundaries:
                if b.interrupting:
                    yield self._move(rest, (*b.outgoing, *spawned), (*ran, b.id))

    def _cut(self, node: Element, rest: Counter[str], kind: str) -> TokenMove:
        """Terminate ends its scope; an error ends scopes up to the event subprocess or boundary event that catches it."""
        if kind == 'terminate':
            return self._move(self._without(rest, node.scope), (), (node.id,))
        if kind == 'cancel':
            caught_by = next(b for b in self.diagram.boundary_events(node.scope) if is_event(b, 'cancel'))
            return self._move(self._without(rest, node.scope) - Counter((f'#{node.scope}',)), caught_by.outgoing, (node.id, caught_by.id))
        code = next((event.code or event.name for event in node.events if event.kind == 'error'), None)
        at: Element | None = node
        while at is not None:
            handlers = () if at.triggered_by_event else event_subprocesses(self.diagram, at.scope)
            caught = [each for each in handlers if catches_error(trigger(self.diagram, each), code)]
            if caught:
                return self._move(self._without(rest, at.scope), (f'@{caught[0].id}',), (node.id,))
            at = self.elements.get(at.scope)
            for b in self.diagram.boundary_events(at.id) if at is not None else ():
                if at is not None and catches_error(b, code):
                    inner = self._without(rest, at.id) - Counter({f'#{at.id}': 1})
                    return self._move(inner, b.outgoing, (node.id, b.id))
        return TokenMove((), (node.id,))

    def _without(self, tokens: Counter[str], scope: str) -> Counter[str]:
        return Counter({place: count for place, count in tokens.items() if scope not in self.around[self.scope(place)]})

    def _leave(self, node: Element) -> list[tuple[str, ...]]:
        """The sets of places a token can leave an element to."""
        if is_link(node, 'intermediateThrowEvent'):
            return [tuple(f'@{target.id}' for target in link_partners(self.diagram, node))]
        out = node.outgoing
        if is_event(node, 'compensate') and node.kind != 'boundaryEvent':
            return [out, (*out, *(f'@{each.id}' for each in handlers_of(self.diagram, node)))]
        if node.offers:
            return [*((f'@{step}',) for step in node.offers), tuple(f'@{step}' for step in node.offers)]
        if node.kind in {'exclusiveGateway', 'eventBasedGateway'} and out:
            return [(flow,) for flow in out]
        if node.kind in {'parallelGateway', 'complexGateway'} or len(out) < 2:
            return [tuple(out) * node.completion_quantity]
        asked = [flow for flow in out if self.flows[flow].condition and flow != node.default]
        always = tuple(flow for flow in out if not self.flows[flow].condition and flow != node.default)
        otherwise = (node.default,) if node.default in out else ()
        chosen = [(*always, *some) for some in self.choices.get(node.id) or _subsets(asked) if some]
        nothing = (*always, *otherwise)
        return [each * node.completion_quantity for each in ([*chosen, nothing] if nothing else chosen)]

    def _move(self, rest: Counter[str], more: Iterable[str], ran: tuple[str, ...]) -> TokenMove:
        places = list(more)
        ended = dict.fromkeys(self.over[place] for place in places if place in self.over)
        after = rest + Counter(place for place in places if place not in self.over)
        after.update({place: 1 - after[place] for place in self.cutting if after[place] > 1})
        return TokenMove(_state(after), (*ran, *ended), any(count > MOST_TOKENS for count in after.values()))


def _just_ends(element: Element) -> bool:
    """An end event at which a token disappears and nothing else happens to any other token."""
    return element.kind == 'endEvent' and not ends_others(element) and not is_event(element, 'compensate')


def ends_others(element: Element) -> bool:
    """An end event that takes other tokens along."""
    return element.kind == 'endEvent' and any(event.kind in ENDING for event in element.events)


def _state(tokens: Mapping[str, int]) -> State:
    return tuple(sorted((place, count) for place, count in tokens.items() if count > 0))


def _subsets(items: list[T]) -> list[tuple[T, ...]]:
    """All subsets of a few; of many: none, each alone, all but each, all."""
    if len(items) <= 4:
        return [some for size in range(len(items) + 1) for some in combinations(items, size)]
    return [(), *((item,) for item in items), *combinations(items, len(items) - 1), tuple(items)]


def ranks(diagram: Diagram, process: str) -> dict[str, int]:
    """The elements from upstream to downstream: circles as a whole in topological order, each circle in depth-first order."""
    navigation = Navigation([diagram])
    graph = {element.id: [node.id for node in navigation.followers(element)] for element in diagram.of_process(process)}
    finished = _finishing_order(graph, [element.id for element in entries(diagram, process)] + list(graph))
    circle = circles_of(graph, finished)
    place = {each: index for index, each in enumerate(reversed(finished))}
    ordered = sorted(graph, key=lambda each: (circle[each], place[each]))
    return {each: index for index, each in enumerate(ordered)}


def circles_of(graph: Mapping[str, list[str]], finished: list[str] | None = None) -> dict[str, int]:
    """The number of the circle (strongly connected part) each node is in, in topological order. `finished` is a depth-first order."""
    finished = finished or _finishing_order(graph, list(graph))
    backward: dict[str, list[str]] = {}
    for source, targets in graph.items():
        for target in targets:
            backward.setdefault(target, []).append(source)
    circle: dict[str, int] = {}
    for number, root in enumerate(reversed(finished)):  # Kosaraju: circles come out in topological order
        queue = [root]
        while queue:
            at = queue.pop()
            if at not in circle:
                circle[at] = number
                queue.extend(backward.get(at, ()))
    return circle


def _finishing_order(graph: Mapping[str, list[str]], roots: list[str]) -> list[str]:
    done: list[str] = []
    seen: set[str] = set()
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(graph[root]))]
        while stack:
            at, rest = stack[-1]
            following = next((each for each in rest if each not in seen), None)
            if following is None:
                done.append(at)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(graph[following])))
    return done
