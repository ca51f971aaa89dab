"""The promise on the road from accepted to decided: is it watched everywhere, and do the step limits fit into it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.check.sums import plain_limits, step_limits
from engine.bpmn.check.view import ItemRules, View, road
from engine.bpmn.model import Element
from engine.bpmn.navigation import ancestors, shortest
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import office as rules
from engine.worktime import Base, LimitExpr, Relative, longer

MILESTONE_ZH = {'accepted': '受理', 'decided': '决定'}


def promise(view: View) -> Iterator[Problem]:
    """Problems of the item's promise; only for the main process of an item that promises something."""
    item = view.item
    if item is None or not view.main:
        return
    if item.promise and item.statutory and longer(item.promise, item.statutory):
        yield rules.PROMISE_OVER_STATUTORY.at(None, None, file='item.toml', promise=item.promise, statutory=item.statutory)
    if item.instant:
        return
    marked = {name: [e for e in view.elements if e.said.milestone == name] for name in MILESTONE_ZH}
    for name, found in marked.items():
        if not found:
            yield view.say(rules.MILESTONE_MISSING, view.process, found=name, zh=MILESTONE_ZH[name])
    if all(marked.values()):
        unwatched = unwatched_road(view, item, marked['accepted'], {e.id for e in marked['decided']})
        if unwatched:
            at = view.diagram.elements[unwatched[-1]]
            yield view.say(rules.PROMISE_TIMER_MISSING, at, road=road(view, unwatched), path=unwatched)
        yield from step_limits(view, item, marked['accepted'], marked['decided'])


def watched(view: View, item: ItemRules, element: Element) -> bool:
    """Whether a boundary timer on the element, or on a subprocess around it, says `promise` (or the promise's own text)."""
    return any(
        _promises(limit, item)
        for host in (element, *ancestors(view.diagram, element))
        for boundary in view.diagram.boundary_events(host.id)
        for limit in plain_limits(boundary)
    )


def _promises(limit: LimitExpr, item: ItemRules) -> bool:
    return (isinstance(limit, Relative) and limit.base is Base.PROMISE) or str(limit) == item.promise


def unwatched_road(view: View, item: ItemRules, starts: list[Element], goals: set[str]) -> tuple[str, ...]:
    """The shortest road from accepted to decided that meets no promise timer, () when there is none."""

    def unwatched(elements: Iterable[Element]) -> list[str]:
        return [element.id for element in elements if not watched(view, item, element)]

    elements, navigation = view.diagram.elements, view.navigation
    return shortest(unwatched(starts), lambda at: unwatched(navigation.followers(elements[at])), goals.__contains__)
