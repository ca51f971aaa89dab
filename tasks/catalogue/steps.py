"""The user tasks of a diagram as a list for people: what is done one after the other, and which post does it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.model import Diagram, Element


@dataclass(frozen=True)
class Step:
    """A user task and its candidate groups; those that an expression chooses for each case are left out."""

    id: str
    name: str
    groups: tuple[str, ...]


def ordered_steps(diagram: Diagram) -> list[Step]:
    """The user tasks a case can come to by sequence flows, the near ones first, subprocesses in their place.

    What only a boundary event leads to (a late step, say) is not on an applicant's way and not in the list.
    """
    main = diagram.main
    return [_step(diagram, element) for element in _walk(diagram, main.id)] if main else []


def all_steps(diagram: Diagram) -> list[Step]:
    """Every user task in document order."""
    return [_step(diagram, element) for element in diagram.elements.values() if element.kind == 'userTask']


def _walk(diagram: Diagram, scope: str) -> Iterator[Element]:
    inside = [element for element in diagram.inside(scope) if not element.triggered_by_event]
    waiting = deque(element for element in inside if element.kind == 'startEvent')
    seen = {element.id for element in waiting}
    while waiting:
        element = waiting.popleft()
        if element.kind == 'userTask':
            yield element
        elif element.kind == 'subProcess':
            yield from _walk(diagram, element.id)
        for flow in element.outgoing:
            target = diagram.elements.get(diagram.flows[flow].target)
            if target is not None and target.id not in seen:
                seen.add(target.id)
                waiting.append(target)


def _step(diagram: Diagram, element: Element) -> Step:
    text = element.attrs.get('candidateGroups', '').strip() or diagram.lane_name(element) or ''
    groups = (part.strip() for part in text.split(','))
    chosen = tuple(group for group in groups if group and not group.startswith('=') and '{' not in group and '(' not in group)
    return Step(element.id, element.name or element.id, chosen)
