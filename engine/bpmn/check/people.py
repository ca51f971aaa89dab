"""Who works a step: the texts that name people and windows can be read, and the hall has whom they name (D-05, D-06, D-07, D-25)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.vendors import undecided
from engine.bpmn.check.view import View
from engine.bpmn.model import Element
from engine.bpmn.people import People, people_of
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.read import read_diagram
from engine.bpmn.rulebook import office as rules
from engine.core.bundle import Bundle

WORKED = frozenset({'userTask', 'manualTask'})
"""Activities that people do."""
_PLACES = {'group': ('候选组', 'candidate group'), 'user': ('候选人', 'candidate user'), 'assignee': ('办理人', 'assignee')}


def people(view: View, element: Element, variables: frozenset[str]) -> Iterator[Problem]:
    """Problems of the people and windows of one step. `variables` are those the case has: a bare word may be one."""
    found = people_of(element, view.diagram)
    for one in found.wrong:
        if one.syntax is None:  # an expression in ${…} is reported with the other expressions
            zh, en = _PLACES[one.place]
            facts = {'place': zh, 'place_en': en, 'found': one.text, 'why': one.why, 'why_en': one.why.en}
            yield view.say(rules.PEOPLE_UNREADABLE, element, **facts)
    if found.nobody and not undecided(element):
        yield view.say(rules.WINDOW_MISSING_LONE if view.lone else rules.WINDOW_MISSING, element)
    yield from _windows(view, element, found)
    if view.house.accounts is not None:
        known = view.house.accounts | variables | (view.house.functions or frozenset())
        for name in dict.fromkeys(found.accounts):
            if name not in known:
                yield view.say(rules.PERSON_NOT_IN_HALL, element, found=name)


def _windows(view: View, element: Element, found: People) -> Iterator[Problem]:
    if view.item is None:
        return
    for part in found.groups:
        if part.compiled is not None or part.text == 'applicant':
            continue
        window = view.item.window(part.text)
        if window is None:
            yield view.say(rules.WINDOW_UNKNOWN, element, found=part.text)
        elif view.house.windows is not None and window.id not in view.house.windows:
            yield view.say(rules.WINDOW_NOT_IN_HALL, element, found=window.id)
        elif element.said.milestone == 'decided' and window.authority != 'decide':
            yield view.say(rules.WINDOW_AUTHORITY, element, found=window.name, authority=window.authority)


def accounts_of(bundle: Bundle) -> frozenset[str]:
    """The accounts the diagrams of a bundle name as they stand; of a file that cannot be read, none."""
    found: set[str] = set()
    for path in (name for name in bundle.files if name.endswith('.bpmn')):
        try:
            diagram = read_diagram(bundle.files[path], path)
        except DiagramError:
            continue
        for element in diagram.elements.values():
            if element.kind in WORKED:
                found.update(people_of(element, diagram).accounts)
    return frozenset(found)
