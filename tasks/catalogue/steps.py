"""The user tasks of a diagram as a list for people: what is done one after the other, and which post does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, entries, reached
from engine.bpmn.people import people_of
from engine.tables import process_instance, user_task


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


def steps_here(connection: Connection, definition_id: int) -> Iterator[tuple[str, int]]:
    """The steps on which cases of a version wait for somebody, and how many cases, in the order of their first task."""
    rows = connection.execute(
        select(user_task.c.element, user_task.c.instance_id)
        .join(process_instance, process_instance.c.id == user_task.c.instance_id)
        .where(
            user_task.c.state == 'open',
            process_instance.c.definition_id == definition_id,
            process_instance.c.status.in_(('active', 'suspended')),
        )
        .order_by(user_task.c.id)
    )
    counts: dict[str, set[int]] = {}
    for row in rows:
        counts.setdefault(row.element, set()).add(row.instance_id)
    return iter([(element, len(cases)) for element, cases in counts.items()])
