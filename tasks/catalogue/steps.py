"""The user tasks of a diagram as a list for people: what is done one after the other, and which post does it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, entries, reached


@dataclass(frozen=True)
class Step:
    """A user task and its candidate groups; those that an expression chooses for each case are left out."""

    id: str
    name: str
    groups: tuple[str, ...]


def ordered_steps(diagram: Diagram) -> list[Step]:
    """The user tasks a case can come to by sequence flows and links, the near ones first, through subprocesses.

    What only a boundary event leads to (a late step, say) is not on an applicant's way and not in the list.
    """
    navigation = Navigation([diagram])
    road = reached(entries(diagram, diagram.main.id) if diagram.main else (), lambda at: navigation.successors(at, events=False))
    return [_step(diagram, element) for element in road.values() if element.kind == 'userTask']


def all_steps(diagram: Diagram) -> list[Step]:
    """Every user task in document order."""
    return [_step(diagram, element) for element in diagram.elements.values() if element.kind == 'userTask']


def _step(diagram: Diagram, element: Element) -> Step:
    text = element.attrs.get('candidateGroups', '').strip() or diagram.lane_name(element) or ''
    groups = (part.strip() for part in text.split(','))
    chosen = tuple(group for group in groups if group and not group.startswith('=') and '{' not in group and '(' not in group)
    return Step(element.id, element.name or element.id, chosen)
