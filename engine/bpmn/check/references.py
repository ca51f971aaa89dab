"""Messages, signals, errors and escalations: what an event or task refers to is declared, or can be with one click (D-30)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.view import View
from engine.bpmn.edits import AddDefinition, Fix, SetAttribute
from engine.bpmn.model import Element, EventDefinition
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps as rules

KINDS = {'message': '消息', 'signal': '信号', 'error': '错误', 'escalation': '升级'}
_CODES = {'error': 'errorCode', 'escalation': 'escalationCode'}
CATCHING = frozenset({'boundaryEvent', 'startEvent'})  # of errors and escalations


def of_event(view: View, element: Element, event: EventDefinition) -> Iterator[Problem]:
    """Problems of what an event refers to."""
    if event.kind not in KINDS:
        return
    catching_any = event.kind in {'error', 'escalation'} and element.kind in CATCHING
    by_handler = event.kind == 'message' and bool(element.handler) and element.kind in {'intermediateThrowEvent', 'endEvent'}
    if event.ref is None:
        if not catching_any and not by_handler:
            yield view.say(rules.REFERENCE_MISSING, element, **_facts(event.kind), fixes=[_declared(view, element, event.kind, event=True)])
        return
    yield from _judged(view, element, event.kind, event.ref, any_will_do=catching_any, event=True)


def of_task(view: View, element: Element) -> Iterator[Problem]:
    """Problems of the message a task sends or waits for."""
    if element.message_ref:
        yield from _judged(view, element, 'message', element.message_ref)
        return
    rule = rules.REFERENCE_MISSING_LONE if view.lone else rules.REFERENCE_MISSING
    facts = {**_facts('message'), 'called': element.name or element.id}
    yield view.say(rule, element, **facts, fixes=[_declared(view, element, 'message')])


def _facts(kind: str) -> dict[str, str]:
    return {'kind': KINDS[kind], 'kind_en': kind, 'attribute': f'{kind}Ref'}


def _judged(view: View, element: Element, kind: str, ref: str, *, any_will_do: bool = False, event: bool = False) -> Iterator[Problem]:
    definition = view.diagram.definitions.get(ref)
    if definition is None and kind == 'error':
        yield view.say(rules.REFERENCE_BY_CODE, element, found=ref, fixes=_as_written(view, kind, ref))
    elif definition is None or definition.kind != kind:
        fixes = [*_by_name(view, element, kind, ref, event), *_as_written(view, kind, ref)]
        yield view.say(rules.REFERENCE_UNKNOWN, element, found=ref, **_facts(kind), fixes=fixes)
    elif not (definition.name or definition.code) and not any_will_do:
        yield view.say(rules.DEFINITION_NAMELESS, element, found=ref, **_facts(kind))
    elif kind in _CODES and not definition.code and not any_will_do:
        fix = Fix(
            f'以名称为代码：{definition.name}',
            f'Take its name as code: {definition.name}',
            (SetAttribute(ref, _CODES[kind], definition.name),),
        )
        yield view.say(rules.CODE_MISSING, element, found=definition.name, **_facts(kind), fixes=[fix])


def _by_name(view: View, element: Element, kind: str, ref: str, event: bool) -> Iterator[Fix]:
    """The declared one that has this name or code instead of this id."""
    for one in view.diagram.definitions.values():
        if one.kind == kind and ref in {one.name, one.code}:
            edit = SetAttribute(element.id, f'{kind}Ref', one.id, f'{kind}EventDefinition' if event else '')
            yield Fix(f'引用{KINDS[kind]}“{one.name or one.code}”', f'Refer to the {kind} "{one.name or one.code}"', (edit,))


def _as_written(view: View, kind: str, ref: str) -> tuple[Fix, ...]:
    """Declare what is referred to under the id, name and code it is referred to by."""
    if ref in _taken(view):
        return ()
    return (Fix(f'声明{KINDS[kind]}“{ref}”', f'Declare the {kind} "{ref}"', (AddDefinition(kind, ref, ref, ref),)),)


def _declared(view: View, element: Element, kind: str, *, event: bool = False) -> Fix:
    """Declare one that is called like the element, and refer to it."""
    name, identity = element.name or element.id, f'{kind}_{element.id}'
    while identity in _taken(view):
        identity += '_'
    refer = SetAttribute(element.id, f'{kind}Ref', identity, f'{kind}EventDefinition' if event else '')
    return Fix(f'声明{KINDS[kind]}“{name}”', f'Declare the {kind} "{name}"', (AddDefinition(kind, identity, name, name), refer))


def _taken(view: View) -> set[str]:
    diagram = view.diagram
    return {*diagram.definitions, *diagram.elements, *diagram.flows, *diagram.lanes, *diagram.links}
