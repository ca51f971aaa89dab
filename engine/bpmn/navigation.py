"""Where a token can go in a diagram: its entries, links, nesting and reach, told here and nowhere else.

The check, the token game, the builder of programs, the mover of cases and the office's lists of steps all ask this module. It knows the
parsed diagram only: no rule, no program and no running case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

from engine.bpmn.model import Diagram, Element
from engine.bpmn.read_node import SUBPROCESSES

T = TypeVar('T')
_WAITING_STEPS = frozenset({'userTask', 'manualTask', 'receiveTask', 'eventBasedGateway'})
WAITING_EVENTS = frozenset({'timer', 'message', 'signal', 'conditional'})


def entries(diagram: Diagram, scope: str) -> tuple[Element, ...]:
    """Every element a token can begin on in a scope: its start events, else every node nothing leads to (BPMN 2.0.2 §13.3.1)."""
    nodes = [node for node in diagram.inside(scope) if not node.triggered_by_event]
    if any(node.offers for node in nodes):
        return tuple(node for node in nodes if node.offers)
    starts = tuple(node for node in nodes if node.kind == 'startEvent')
    return starts or tuple(
        node
        for node in nodes
        if not node.incoming and node.kind != 'boundaryEvent' and not is_link(node, 'intermediateCatchEvent') and not node.for_compensation
    )


def begins(diagram: Diagram, scope: str) -> tuple[Element, ...]:
    """Where a token begins when nobody names the start event: at the first one without a trigger, else the first; else at all entries."""
    found = entries(diagram, scope)
    starts = [node for node in found if node.kind == 'startEvent']
    return (next((node for node in starts if not node.events), starts[0]),) if starts else found


def event_subprocesses(diagram: Diagram, scope: str) -> tuple[Element, ...]:
    """The event subprocesses of a scope: each may start at any moment the scope is active (BPMN 2.0.2 §13.5.4)."""
    return tuple(node for node in diagram.inside(scope) if node.triggered_by_event)


def trigger(diagram: Diagram, handler: Element) -> Element | None:
    """The start event of an event subprocess, None when it is not the only one."""
    starts = [node for node in diagram.inside(handler.id) if node.kind == 'startEvent']
    return starts[0] if len(starts) == 1 else None


def is_link(element: Element, kind: str) -> bool:
    """Whether the element is a link event of that kind."""
    return element.kind == kind and element.event is not None and element.event.kind == 'link'


def link_partners(diagram: Diagram, element: Element) -> tuple[Element, ...]:
    """The link events of the other end (BPMN 2.0.2 §10.5.5): by their source and target where one names the other, else by name."""
    if element.event is None or element.event.kind != 'link':
        return ()
    throws = element.kind == 'intermediateThrowEvent'
    other = 'intermediateCatchEvent' if throws else 'intermediateThrowEvent'
    found = [node for node in diagram.inside(element.scope) if is_link(node, other)]
    return tuple(node for node in found if (_linked(element, node) if throws else _linked(node, element)))


def _linked(throw: Element, catch: Element) -> bool:
    mine, other = throw.event, catch.event
    if mine is None or other is None:
        return False
    if mine.ends or other.ends:
        return bool({other.id, catch.id} & {*mine.ends} or ({mine.id, throw.id} & {*other.ends} and not mine.ends))
    return bool(mine.name) and mine.name == other.name


def onward(diagram: Diagram, element: Element) -> list[Element]:
    """Where its flows, or its link, lead. Flows into nowhere are left out."""
    found = [diagram.elements[flow.target] for flow in diagram.out(element) if flow.target in diagram.elements]
    found += [diagram.elements[step] for step in element.offers]
    return [*found, *link_partners(diagram, element)] if is_link(element, 'intermediateThrowEvent') else found


def thrown(diagram: Diagram, element: Element) -> list[tuple[str, str]]:
    """The messages and signals the element throws, as (kind, name): not what a handler sends instead."""
    if element.handler:
        return []
    if element.kind == 'sendTask':
        found = diagram.definitions.get(element.message_ref or '')
        return [('message', found.name)] if found is not None and found.name else []
    if element.kind not in ('intermediateThrowEvent', 'endEvent'):
        return []
    return [(event.kind, event.name) for event in element.events if event.kind in ('message', 'signal') and event.name]


def ancestors(diagram: Diagram, element: Element) -> Iterator[Element]:
    """The subprocesses around an element, innermost first."""
    at = diagram.elements.get(element.scope)
    while at is not None:
        yield at
        at = diagram.elements.get(at.scope)


def catches_error(event: Element | None, code: str | None) -> bool:
    """Whether a boundary event or the start of an event subprocess catches an error with this code; without a code it catches all."""
    caught = event.events if event is not None and not event.all_together else ()
    return any(each.kind == 'error' and (each.code or each.name) in {None, '', code} for each in caught)


def raisable(diagram: Diagram, element: Element) -> tuple[Element, ...]:
    """The errors and escalations the diagram catches on a task, which whoever does it may raise: the boundary events (§10.5.5)."""
    found = [part for event in diagram.boundary_events(element.id) for part in event.parts]
    return tuple(part for part in found if part.event is not None and part.event.kind in ('error', 'escalation'))


def waits(element: Element) -> bool:
    """Whether a token stays on the element until a person does something or an event happens."""
    catches = element.kind in {'intermediateCatchEvent', 'boundaryEvent'}
    return element.kind in _WAITING_STEPS or (catches and any(event.kind in WAITING_EVENTS for event in element.events))


class Navigation:
    """The roads through one diagram, or through all diagrams of a bundle; with `calls` they lead through called processes, too."""

    def __init__(self, diagrams: Iterable[Diagram], *, calls: bool = False) -> None:
        found = list(diagrams)
        self._home = {process.id: diagram for diagram in reversed(found) for process in diagram.processes}
        self._calls = calls
        self._callers: dict[str, list[Element]] = {}
        for element in [element for diagram in found for element in diagram.elements.values() if calls and element.called]:
            self._callers.setdefault(element.called or '', []).append(element)

    def home(self, element: Element) -> Diagram:
        """The diagram an element is of."""
        return self._home[element.process]

    def inside(self, element: Element) -> tuple[Element, ...]:
        """Where a token begins inside a subprocess or called process."""
        if element.kind in SUBPROCESSES:
            return entries(self.home(element), element.id)
        called = self._home.get(element.called or '') if self._calls else None
        return begins(called, element.called or '') if called is not None else ()

    def hosts(self, element: Element) -> list[Element]:
        """The subprocess an element lies in; at the top of a called process the activities that call it."""
        around = self.home(element).elements.get(element.scope)
        return [around] if around is not None else self._callers.get(element.scope, [])

    def successors(self, element: Element, *, events: bool = True) -> list[Element]:
        """Where a token can be next as drawn. Past a subprocess it goes through its inside, from an end inside to what follows.

        Without `events` not along boundary events.
        """
        diagram = self.home(element)
        found = [*(self.inside(element) or onward(diagram, element))]
        if not found and (element.kind != 'boundaryEvent' or element.interrupting):  # a reminder's end ends nothing
            found += self._after(element)
        return [*found, *diagram.boundary_events(element.id)] if events else found

    def _after(self, element: Element) -> Iterator[Element]:
        """What follows the scopes that may be over when an element is the last to run; an event subprocess leads nowhere itself."""
        over = reached(self.hosts(element), lambda host: () if onward(self.home(host), host) else self.hosts(host))
        for host in over.values():
            yield from onward(self.home(host), host)

    def followers(self, element: Element) -> list[Element]:
        """The successors, and what may interrupt meanwhile: boundary events of and event subprocesses in every scope around (§13.5.4)."""
        around = reached(self.hosts(element), self.hosts)
        found = self.successors(element)
        for at in around.values():
            found += self.home(at).boundary_events(at.id)
        for at in (element, *around.values()):
            handlers = event_subprocesses(self.home(at), at.scope)
            found += [handler for handler in handlers if handler.id != element.id and handler.id not in around]
        return found


def reached(
    starts: Iterable[Element], following: Callable[[Element], Iterable[Element]], without: Collection[str] = ()
) -> dict[str, Element]:
    """The elements a token on `starts` can come to, those included, nearest first and by id; never through an element of `without`."""
    found: dict[str, Element] = {}
    queue = list(starts)
    for at in queue:
        if at.id not in found and at.id not in without:
            found[at.id] = at
            queue.extend(following(at))
    return found


def shortest(starts: Iterable[T], following: Callable[[T], Iterable[T]], goal: Callable[[T], bool]) -> tuple[T, ...]:
    """The shortest road from one of `starts` to the first that is a `goal`, both included; () when there is none."""
    before: dict[T, T | None] = dict.fromkeys(starts)
    queue = list(before)
    for at in queue:
        if goal(at):
            trail: list[T] = []
            back: T | None = at
            while back is not None:
                trail.append(back)
                back = before[back]
            return tuple(reversed(trail))
        for node in following(at):
            if node not in before:
                before[node] = at
                queue.append(node)
    return ()


def joins_by(diagram: Diagram, gateway: Element) -> dict[str, frozenset[str]]:
    """For every element the incoming flows of `gateway` that a token on it can still come in by, without visiting `gateway`."""
    before: dict[str, list[Element]] = {}
    for element in diagram.inside(gateway.scope):
        following = [*diagram.boundary_events(element.id), *(onward(diagram, element) if element.id != gateway.id else ())]
        for node in following:
            before.setdefault(node.id, []).append(element)
    found: dict[str, set[str]] = {}
    for flow in gateway.incoming:
        source = diagram.elements.get(diagram.flows[flow].source)
        for identity in reached([source] if source else (), lambda at: before.get(at.id, ()), without=(gateway.id,)):
            found.setdefault(identity, set()).add(flow)
    return {element: frozenset(flows) for element, flows in found.items()}
