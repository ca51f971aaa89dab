"""The user tasks of a diagram as a list for people: what is done one after the other, and which post does it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, entries, reached
from engine.bpmn.people import people_of


@dataclass(frozen=True)
class Step:
    """A user task, its candidate groups and the accounts it names; what an expression chooses for each case is left out.

    `chosen`: an expression may name further people or windows.
    """

    id: str
    name: str
    groups: tuple[str, ...]
    people: tuple[str, ...] = ()
    chosen: bool = False


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
    found = people_of(element, diagram)
    groups = tuple(part.text for part in found.groups if part.compiled is None)
    chosen = any(part.compiled is not None for part in (*found.groups, *found.users, *found.assignee))
    return Step(element.id, element.name or element.id, groups, found.accounts, chosen)
