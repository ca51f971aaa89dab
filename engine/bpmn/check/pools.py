"""Messages and signals between the pools of one file: only one of them runs, with all it calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.bpmn.check.view import View
from engine.bpmn.model import Element
from engine.bpmn.navigation import thrown
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import structure as rules

_CATCHING = frozenset({'startEvent', 'intermediateCatchEvent', 'boundaryEvent'})


def thrown_at_drawings(view: View, running: Collection[str]) -> Iterator[Problem]:
    """What the process throws at a process of the same file that never runs: by a message flow, or by the name it catches."""
    drawn = [each for each in view.diagram.processes if each.id not in running]
    for element in view.elements if drawn else ():
        for kind, name in thrown(view.diagram, element):
            pool = next((each for each in drawn if _hears(view, each.id, element, kind, name)), None)
            if pool is not None:
                yield view.say(rules.POOL_NOT_RUN, element, found=name, pool=pool.name or pool.id)


def _hears(view: View, process: str, sender: Element, kind: str, name: str) -> bool:
    members = {element.id for element in view.diagram.of_process(process)}
    members |= {identity for identity, (_, of) in view.diagram.participants.items() if of == process}
    flows = [(source, target) for what, source, target in view.diagram.links.values() if what == 'messageFlow']
    if kind == 'message' and any(source == sender.id and target in members for source, target in flows):
        return True
    return any(_catches(view, element, kind, name) for element in view.diagram.of_process(process))


def _catches(view: View, element: Element, kind: str, name: str) -> bool:
    if element.kind == 'receiveTask' and kind == 'message':
        found = view.diagram.definitions.get(element.message_ref or '')
        return found is not None and found.name == name
    return element.kind in _CATCHING and any(event.kind == kind and event.name == name for event in element.events)
