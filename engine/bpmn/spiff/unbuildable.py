"""What the builder of programs refuses: elements without meaning here. The check names them to the analyst first."""

from __future__ import annotations

from engine.bpmn.model import Element


class Unbuildable(Exception):
    """An element that has no meaning here, or a text that is no FEEL: the check should have refused it."""

    def __init__(self, element: str, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.element = element
        self.line = line
        self.zh = zh
        self.en = en


def kind_of(element: Element) -> str:
    """The kind of the element's only event definition, or nothing. Raises Unbuildable when there are several."""
    if len(element.events) > 1:
        raise unsupported(element)
    return element.events[0].kind if element.events else ''


def unruly(element: Element) -> bool:
    """Whether an attribute asks for what nothing here does; the check names each of them."""
    attrs = element.attrs
    return (
        any(attrs.get(key, '1').strip() != '1' for key in ('startQuantity', 'completionQuantity'))
        or element.for_compensation
        or 'eventDefinitionRef' in element.unsupported
        or (element.loop is not None and element.loop.attrs.get('behavior', 'All') != 'All')
    )


def unsupported(element: Element) -> Unbuildable:
    """Said of an element without meaning here."""
    what = '+'.join([element.kind, *(event.kind for event in element.events)])
    return Unbuildable(element.id, element.line, f'不支持的元素：{what}', f'Expected a supported element, but {element.id} is {what}')
