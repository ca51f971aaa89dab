"""Circles of automatic steps: what goes round without waiting for anybody can go round for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.check.data import writes
from engine.bpmn.check.game import circles_of
from engine.bpmn.check.promise import successors
from engine.bpmn.check.view import View, is_link, road
from engine.bpmn.model import Element
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.rulebook import behaviour as rules
from engine.feel import FeelError, compile_diagram_text

_WAITING_STEPS = {'userTask', 'manualTask', 'receiveTask', 'callActivity', 'eventBasedGateway'}
_WAITING_EVENTS = {'timer', 'message', 'signal', 'conditional'}


def circles(view: View) -> Iterator[Problem]:
    """One problem for each circle in which nothing waits."""
    automatic = [element for element in view.elements if not _waits(element)]
    graph = {element.id: [node.id for node in _next(view, element)] for element in automatic}
    circle = circles_of(graph)
    told: set[int] = set()
    for element in automatic:
        if circle[element.id] not in told:
            ring = _ring(graph, circle, element.id)
            if ring:
                told.add(circle[element.id])
                path = (*ring, element.id)
                yield view.say(_rule(view, ring), element, road=road(view, path), path=path)


def _waits(element: Element) -> bool:
    """Whether a token stays here; a join waits for the others, of which one may come from a person."""
    if element.kind in _WAITING_STEPS or (element.kind in {'parallelGateway', 'inclusiveGateway'} and len(element.incoming) > 1):
        return True
    catches = element.kind in {'intermediateCatchEvent', 'boundaryEvent'} and not is_link(element, 'intermediateCatchEvent')
    return catches and any(event.kind in _WAITING_EVENTS for event in element.events)


def _next(view: View, element: Element) -> Iterator[Element]:
    for node in successors(view, element):
        if not _waits(node) and not (element.kind in SUBPROCESSES and node.kind == 'boundaryEvent'):  # something inside comes first
            yield node


def _ring(graph: Mapping[str, list[str]], circle: Mapping[str, int], start: str) -> tuple[str, ...]:
    """The shortest way from an element back to itself, () when there is none."""
    before: dict[str, str] = {}
    queue = [start]
    for at in queue:
        for node in graph[at]:
            if node == start:
                trail = [at]
                while trail[-1] != start:
                    trail.append(before[trail[-1]])
                return tuple(reversed(trail))
            if node not in before and circle[node] == circle[start]:
                before[node] = at
                queue.append(node)
    return ()


def _rule(view: View, ring: tuple[str, ...]) -> Rule:
    """An error when what the conditions on the circle read is written nowhere on it."""
    asked: set[str] = set()
    written: set[str] = set()
    for each in ring:
        element = view.diagram.elements[each]
        makes = writes(view, element)
        if makes is None:
            return rules.CIRCLE_AUTOMATIC
        written |= makes
        try:
            asked.update(name for flow in view.out(element) if flow.condition for name in compile_diagram_text(flow.condition).names)
        except FeelError:  # reported by the rule for expressions
            return rules.CIRCLE_AUTOMATIC
    return rules.CIRCLE_AUTOMATIC if asked & written else rules.CIRCLE_WITHOUT_WAIT
