"""The promise on the road from accepted to decided: is it watched everywhere, and do the step limits fit into it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.bpmn.check.view import ItemRules, View, road, titled
from engine.bpmn.model import Element
from engine.bpmn.navigation import ancestors, reached, shortest
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import office as rules
from engine.worktime import Base, Limit, LimitError, LimitExpr, Relative, Unit, longer, parse_limit

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
        yield from _sum(view, item, marked['accepted'], marked['decided'])


def watched(view: View, item: ItemRules, element: Element) -> bool:
    """Whether a boundary timer on the element, or on a subprocess around it, says `promise` (or the promise's own text)."""
    return any(
        _promises(limit, item)
        for host in (element, *ancestors(view.diagram, element))
        for boundary in view.diagram.boundary_events(host.id)
        for limit in _limits(boundary)
    )


def _limits(boundary: Element) -> Iterator[LimitExpr]:
    for event in boundary.events:
        if event.kind == 'timer' and event.expression and '{' not in event.expression:
            try:
                yield parse_limit(event.expression)
            except LimitError:  # reported by the rule for timers
                continue


def _promises(limit: LimitExpr, item: ItemRules) -> bool:
    return (isinstance(limit, Relative) and limit.base is Base.PROMISE) or str(limit) == item.promise


def unwatched_road(view: View, item: ItemRules, starts: list[Element], goals: set[str]) -> tuple[str, ...]:
    """The shortest road from accepted to decided that meets no promise timer, () when there is none."""

    def unwatched(elements: Iterable[Element]) -> list[str]:
        return [element.id for element in elements if not watched(view, item, element)]

    elements, navigation = view.diagram.elements, view.navigation
    return shortest(unwatched(starts), lambda at: unwatched(navigation.followers(elements[at])), goals.__contains__)


def step_limit(view: View, element: Element) -> Limit | None:
    """The step's own limit: its shortest interrupting timer, else its longest other one; nothing while the clock stands still."""
    if element.said.stops_clock:
        return None
    timers = [
        (boundary.interrupting, limit)
        for boundary in view.diagram.boundary_events(element.id)
        for limit in _limits(boundary)
        if isinstance(limit, Limit)
    ]
    hard = [limit for interrupting, limit in timers if interrupting]
    soft = [limit for interrupting, limit in timers if not interrupting]
    if hard:
        return min(hard, key=lambda limit: limit.amount)
    return max(soft, key=lambda limit: limit.amount) if soft else None


def _sum(view: View, item: ItemRules, starts: list[Element], goals: list[Element]) -> Iterator[Problem]:
    """The longest road by step limits, each step counted once however often a loop repeats it."""
    try:
        most = parse_limit(item.promise)
    except LimitError:  # reported by the rule for item.toml
        return
    if not isinstance(most, Limit):
        return
    weight = {e.id: limit.amount for e in view.elements if (limit := step_limit(view, e)) and limit.unit is most.unit}
    between = _between(view, starts, goals)
    total, trail = _longest(view, starts, between, weight)
    if total > most.amount:
        steps = tuple(each for each in trail if each in weight)
        names = ' + '.join(f'{titled(view.diagram.elements[each])} {weight[each]}' for each in steps)
        shown = f'{total}{"个工作日" if most.unit is Unit.WORKDAY else most.unit.zh}'
        at = view.diagram.elements[steps[-1]]
        yield view.say(rules.PROMISE_EXCEEDED, at, sum=shown, promise=item.promise, road=names, path=trail)


def _between(view: View, starts: list[Element], goals: list[Element]) -> set[str]:
    reverse: dict[str, list[Element]] = {}
    for element in view.elements:
        for node in view.navigation.followers(element):
            reverse.setdefault(node.id, []).append(element)
    return reached(starts, view.navigation.followers).keys() & reached(goals, lambda at: reverse.get(at.id, ())).keys()


def _longest(view: View, starts: list[Element], between: set[str], weight: Mapping[str, int]) -> tuple[int, tuple[str, ...]]:
    """Longest path over the roads forward: flows that lead back into a loop are left out (depth-first order)."""
    order: list[str] = []
    state: dict[str, int] = {}
    ahead: dict[str, list[str]] = {}
    for start in starts:
        if start.id not in between or start.id in state:
            continue
        stack: list[tuple[str, Iterator[Element]]] = [(start.id, iter(view.navigation.followers(start)))]
        state[start.id], ahead[start.id] = 1, []
        while stack:
            at, rest = stack[-1]
            node = next(rest, None)
            if node is None:
                state[at] = 2
                order.append(at)
                stack.pop()
            elif node.id in between and state.get(node.id) != 1:
                ahead[at].append(node.id)
                if node.id not in state:
                    state[node.id], ahead[node.id] = 1, []
                    stack.append((node.id, iter(view.navigation.followers(node))))
    best: dict[str, tuple[int, str | None]] = {}
    for each in order:  # followers come first
        follow = max(((best[node][0], node) for node in ahead[each]), default=(0, ''))
        best[each] = (follow[0] + _weight(view, each, weight), follow[1] or None)
    if not best:
        return 0, ()
    first = max((start.id for start in starts if start.id in best), key=lambda each: best[each][0])
    trail: list[str] = []
    at_: str | None = first
    while at_ is not None:
        trail.append(at_)
        at_ = best[at_][1]
    return best[first][0], tuple(trail)


def _weight(view: View, element: str, weight: Mapping[str, int]) -> int:
    """A step inside a subprocess that has a limit of its own is covered by that limit."""
    covered = any(around.id in weight for around in ancestors(view.diagram, view.diagram.elements[element]))
    return 0 if covered else weight.get(element, 0)
