"""Circles of automatic steps: what goes round without waiting for anybody can go round for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.check.data import writes
from engine.bpmn.check.game import circles_of
from engine.bpmn.check.view import View, road
from engine.bpmn.model import Element
from engine.bpmn.navigation import shortest, waits
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.rulebook import behaviour as rules
from engine.feel import FeelError, compile_diagram_text


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
    joins = element.kind in {'parallelGateway', 'inclusiveGateway', 'complexGateway'} and len(element.incoming) > 1
    return joins or element.start_quantity > 1 or element.kind == 'callActivity' or waits(element)


def _next(view: View, element: Element) -> Iterator[Element]:
    for node in view.navigation.successors(element):
        if not _waits(node) and not (element.kind in SUBPROCESSES and node.kind == 'boundaryEvent'):  # something inside comes first
            yield node


def _ring(graph: Mapping[str, list[str]], circle: Mapping[str, int], start: str) -> tuple[str, ...]:
    """The shortest way from an element back to itself, () when there is none."""
    same = (node for node in graph[start] if circle[node] == circle[start])
    back = shortest(same, lambda at: (node for node in graph[at] if circle[node] == circle[start]), start.__eq__)
    return (start, *back[:-1]) if back else ()


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
            conditions = [flow.condition for flow in view.diagram.out(element) if flow.condition]
            asked.update(name for text in conditions for name in compile_diagram_text(text).names)
        except FeelError:  # reported by the rule for expressions
            return rules.CIRCLE_AUTOMATIC
    return rules.CIRCLE_AUTOMATIC if asked & written else rules.CIRCLE_WITHOUT_WAIT
