"""Circles of automatic steps: what goes round without waiting for anybody can go round for ever."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.data import writes
from engine.bpmn.check.promise import successors
from engine.bpmn.check.view import View, is_link, road
from engine.bpmn.model import Element
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.rulebook import behaviour as rules
from engine.feel import FeelError, compile_template

_WAITING_STEPS = {'userTask', 'manualTask', 'receiveTask', 'callActivity', 'eventBasedGateway'}
_WAITING_EVENTS = {'timer', 'message', 'signal', 'conditional'}


def circles(view: View) -> Iterator[Problem]:
    """One problem for each circle in which nothing waits."""
    seen: set[str] = set()
    for element in view.elements:
        if element.id not in seen and not _waits(element):
            ring = _circle(view, element)
            if ring and not seen.intersection(ring):
                told = road(view, (*ring, element.id))
                yield view.say(_rule(view, ring), element, road=told, path=(*ring, element.id))
            seen.update(ring)


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


def _circle(view: View, start: Element) -> tuple[str, ...]:
    """The shortest way from an element back to itself, () when there is none."""
    before: dict[str, str] = {}
    queue = [start]
    for at in queue:
        for node in _next(view, at):
            if node.id == start.id:
                trail = [at.id]
                while trail[-1] != start.id:
                    trail.append(before[trail[-1]])
                return tuple(reversed(trail))
            if node.id not in before:
                before[node.id] = at.id
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
            asked.update(name for flow in view.out(element) if flow.condition for name in compile_template(flow.condition).names)
        except FeelError:  # reported by the rule for expressions
            return rules.CIRCLE_AUTOMATIC
    return rules.CIRCLE_AUTOMATIC if asked & written else rules.CIRCLE_WITHOUT_WAIT
