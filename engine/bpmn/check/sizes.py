"""What would not fit: texts longer than their columns, subprocesses nested deeper than a case can go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.bpmn.check.view import View
from engine.bpmn.model import Element, Process
from engine.bpmn.navigation import ancestors
from engine.bpmn.problem import Problem
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.rulebook import office
from engine.bpmn.rulebook import structure as rules
from engine.bpmn.spiff.scope import MAX_DEPTH
from engine.core import widths

_WORD = re.compile(r'[\w.\-@]+')
_PEOPLE = {'userTask', 'manualTask'}


def sizes(view: View) -> Iterator[Problem]:
    """Ids, names and references that are longer than what is stored of them."""
    every: tuple[Process | Element, ...] = (view.process, *view.elements)
    for at in every:
        if len(at.id) > widths.ELEMENT:
            yield view.say(rules.ID_TOO_LONG, at, found=len(at.id), most=widths.ELEMENT)
    for element in view.elements:
        for zh, en, text, most in _texts(view, element):
            if len(text) > most:
                yield view.say(rules.TEXT_TOO_LONG, element, place=zh, place_en=en, found=len(text), most=most)
        result = element.said.result
        if len(result) > widths.RESULT:
            zh, en = f'至多 {widths.RESULT} 个字符', f'at most {widths.RESULT} characters'
            yield view.say(office.PROPERTY_VALUE, element, key='result', expected=zh, expected_en=en, found=result)


def _texts(view: View, element: Element) -> Iterator[tuple[str, str, str, int]]:
    """Place in Chinese and English, text and bound of everything that is stored as the diagram says it."""
    yield '名称', 'name', element.name, widths.NAME
    if element.kind in _PEOPLE:
        yield '表单', 'form', element.form_ref or '', widths.FORM
        assignee = element.attrs.get('assignee', '').strip()
        if _WORD.fullmatch(assignee):  # else an expression, whose value the case decides
            yield '办理人', 'assignee', assignee, widths.PERSON
        for group in re.split(r'[,，]', view.group(element) or ''):
            if '{' not in group:
                yield '候选组', 'candidate group', group.strip(), widths.GROUP
    for event in element.events:
        if event.kind in {'message', 'signal'}:
            yield '消息或信号名称', 'message or signal name', event.name or '', widths.NAME
    definition = view.diagram.definitions.get(element.message_ref or '')
    if definition is not None:
        yield '消息名称', 'message name', definition.name, widths.NAME


def nesting(views: Iterable[View]) -> Iterator[Problem]:
    """The subprocess or call activity at which the main process goes deeper than a case can follow."""
    known = {view.process.id: view for view in views}
    below: dict[str, int] = {}
    for view in known.values():
        for element in view.elements:
            if view.main and _opens(element) and _depth(view, element, known, below, ()) > MAX_DEPTH:
                yield view.say(rules.NESTED_TOO_DEEP, element, most=MAX_DEPTH)
                return


def _opens(element: Element) -> bool:
    return element.kind in SUBPROCESSES or element.kind == 'callActivity'


def _depth(view: View, element: Element, known: Mapping[str, View], below: dict[str, int], calls: tuple[str, ...]) -> int:
    """How deep the inside of an element goes, counted from the process it stands in. A circle of calls is another rule's affair."""
    own = 1 + sum(1 for _ in ancestors(view.diagram, element))
    called = known.get(element.called or '') if element.kind == 'callActivity' else None
    if called is None or called.process.id in calls or len(calls) > MAX_DEPTH:
        return own
    identity = called.process.id
    if identity not in below:
        deeper = (_depth(called, each, known, below, (*calls, identity)) for each in called.elements if _opens(each))
        below[identity] = max(deeper, default=0)
    return own + below[identity]
