"""Two branches that run at a time should not write one field: the later of the two wins, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.check.data import writes
from engine.bpmn.check.view import View, titled
from engine.bpmn.check.ways import together
from engine.bpmn.model import Element, Flow
from engine.bpmn.navigation import reached
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps as rules

_ONE_WAY = frozenset({'exclusiveGateway', 'eventBasedGateway'})


def parallel(view: View) -> Iterator[Problem]:
    """Fields that two branches write between a split and its join; branches whose conditions exclude each other never run at a time."""
    splits = [element for element in view.elements if len(element.outgoing) > 1 and element.kind not in _ONE_WAY]
    written = {element.id: writes(view, element) for element in view.elements} if splits else {}
    for split in splits:
        yield from _at(view, split, written)


def _at(view: View, split: Element, written: Mapping[str, frozenset[str] | None]) -> Iterator[Problem]:
    branches = [(flow, _branch(view, flow, split)) for flow in view.diagram.out(split)]
    reported: set[str] = set()
    for index, (flow, one) in enumerate(branches):
        for another, other in branches[index + 1 :]:
            if not together(view, split, flow, another):
                continue
            first, second = _writers(view, one - other, written), _writers(view, other - one, written)
            for name in sorted(set(first) & set(second) - reported):
                reported.add(name)
                yield view.say(rules.PARALLEL_WRITES, split, found=name, first=titled(first[name]), second=titled(second[name]))


def _writers(view: View, ids: set[str], written: Mapping[str, frozenset[str] | None]) -> dict[str, Element]:
    return {name: view.diagram.elements[each] for each in sorted(ids) for name in written.get(each) or ()}


def _branch(view: View, flow: Flow, split: Element) -> set[str]:
    """Everything that can follow a branch; what follows both branches lies after the join."""
    starts = [view.diagram.elements[flow.target]] if flow.target in view.diagram.elements else []
    return set(reached(starts, view.navigation.followers, without=(split.id,)))
