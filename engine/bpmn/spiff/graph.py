"""What is told from a diagram before it is assembled: where scopes begin, what reaches a join, whose handler is meant, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.bpmn.model import Element, Flow


class Unbuildable(Exception):
    """An element that has no meaning here, or a text that is no FEEL: the check should have refused it."""

    def __init__(self, element: str, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.element = element
        self.line = line
        self.zh = zh
        self.en = en


def handler_of(element: Element) -> str:
    """The handler a service, send or business rule task names: topic, else an expression without its ${}, else a class, else a decision."""
    attrs = element.attrs
    for key in ('topic', 'delegateExpression', 'expression', 'class', 'operation'):
        if attrs.get(key):
            text = attrs[key].strip()
            return text[2:-1].strip() if text[:2] in ('${', '#{') and text.endswith('}') else text
    decision = attrs.get('decisionRef') or attrs.get('decisionTableReferenceKey')
    if decision:
        return f'decision:{decision}'
    return attrs.get('implementation', '') if not attrs.get('implementation', '').startswith('##') else ''


def begins(elements: Iterable[Element]) -> list[Element]:
    """Where a scope begins (BPMN 2.0.2 §13.3.1).

    At its first start event without a trigger, else at its first start event, else at everything nothing leads to.
    """
    inside = list(elements)
    starts = [element for element in inside if element.kind == 'startEvent']
    if starts:
        return [next((element for element in starts if not element.events), starts[0])]
    return [
        element
        for element in inside
        if not element.incoming
        and not element.triggered_by_event
        and element.kind != 'boundaryEvent'
        and not is_link(element, 'intermediateCatchEvent')
    ]


def reach(gateway: Element, elements: Iterable[Element], flows: Mapping[str, Flow]) -> dict[str, frozenset[str]]:
    """For every element the incoming flows of `gateway` that a token on it can still come in by, without visiting `gateway`."""
    inside = {element.id: element for element in elements}
    before: dict[str, list[str]] = {}
    for element in inside.values():
        if element.attached_to:
            before.setdefault(element.id, []).append(element.attached_to)
        if is_link(element, 'intermediateThrowEvent'):
            for other in inside.values():
                if is_link_target(other, element):
                    before.setdefault(other.id, []).append(element.id)
        if element.id != gateway.id:
            for flow in element.outgoing:
                before.setdefault(flows[flow].target, []).append(element.id)
    found: dict[str, set[str]] = {}
    for flow in gateway.incoming:
        todo, seen = [flows[flow].source], {gateway.id}
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                found.setdefault(at, set()).add(flow)
                todo.extend(before.get(at, ()))
    return {element: frozenset(reached) for element, reached in found.items()}


def kind_of(element: Element) -> str:
    """The kind of the element's only event definition, or nothing. Raises Unbuildable when there are several."""
    if len(element.events) > 1:
        raise unsupported(element)
    return element.events[0].kind if element.events else ''


def is_link(element: Element, kind: str) -> bool:
    """Whether the element is a link event of this kind."""
    return element.kind == kind and len(element.events) == 1 and element.events[0].kind == 'link'


def is_link_target(other: Element, thrower: Element) -> bool:
    """Whether `other` is where the link event `thrower` goes on."""
    return is_link(other, 'intermediateCatchEvent') and other.events[0].name == thrower.events[0].name


def unruly(element: Element) -> bool:
    """Whether an attribute asks for what nothing here does; the check names each of them."""
    attrs = element.attrs
    return (
        any(attrs.get(key, '1').strip() != '1' for key in ('startQuantity', 'completionQuantity'))
        or attrs.get('isForCompensation', 'false').strip() in ('true', '1')
        or 'eventDefinitionRef' in element.unsupported
        or (element.loop is not None and element.loop.attrs.get('behavior', 'All') != 'All')
    )


def unsupported(element: Element) -> Unbuildable:
    """Said of an element without meaning here."""
    what = '+'.join([element.kind, *(event.kind for event in element.events)])
    return Unbuildable(element.id, element.line, f'不支持的元素：{what}', f'Expected a supported element, but {element.id} is {what}')
