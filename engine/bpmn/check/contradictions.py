"""What a file says twice and differently, and sentences where an expression belongs (BPMN 2.0.2 §10.6, §8.4; D-17)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.check.data import given, writes
from engine.bpmn.check.view import View
from engine.bpmn.edits import Fix, SetCondition
from engine.bpmn.model import Element
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps, structure

_SENTENCE = re.compile(r'[\u4e00-\u9fff\w，。、；]*[\u4e00-\u9fff][\u4e00-\u9fff\w，。、；]*')
"""Words of Chinese without any operator: a variable somebody writes, or a sentence for people."""
_SIDES = {'Converging': (True, False), 'Diverging': (False, True)}  # whether several flows may come in, go out


def contradictions(view: View) -> Iterator[Problem]:
    """Directions of gateways and lists of flows that the flows contradict; texts that are no expression."""
    for element in view.elements:
        yield from _direction(view, element)
        yield from _lists(view, element)
    yield from _sentences(view)


def _direction(view: View, element: Element) -> Iterator[Problem]:
    said = element.attrs.get('gatewayDirection', '')
    if said not in _SIDES:
        return
    several_in, several_out = _SIDES[said]
    if (len(element.incoming) > 1 and not several_in) or (len(element.outgoing) > 1 and not several_out):
        yield view.say(structure.DIRECTION_WRONG, element, found=said, incoming=len(element.incoming), outgoing=len(element.outgoing))


def _lists(view: View, element: Element) -> Iterator[Problem]:
    for side, listed, drawn in (('incoming', element.listed_in, element.incoming), ('outgoing', element.listed_out, element.outgoing)):
        if listed and set(listed) != set(drawn):
            shown = (', '.join(each) or '—' for each in (listed, drawn))
            yield view.say(structure.FLOWS_LISTED_WRONG, element, side=side, found=next(shown), drawn=next(shown))


def _sentences(view: View) -> Iterator[Problem]:
    known = given(view).union(*(writes(view, element) or () for element in view.elements))
    for flow in view.flows:
        text = flow.condition or ''
        if not flow.formal and _SENTENCE.fullmatch(text) and text not in known:
            fix = Fix(f'“{text}”是变量名', f'"{text}" is the name of a variable', (SetCondition(flow.id, '${' + text + '}'),))
            yield view.say(steps.SENTENCE, flow, place='条件', place_en='condition', found=text, fixes=[fix])
    for element in view.elements:
        text = element.loop.cardinality or '' if element.loop is not None else ''
        if _SENTENCE.fullmatch(text) and text not in known:
            yield view.say(steps.SENTENCE, element, place='次数', place_en='cardinality', found=text)
