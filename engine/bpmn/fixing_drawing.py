"""The drawing of what a fix adds or takes away. A diagram without a drawing gets none: the designer lays it out."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.edits import AddNode
from engine.bpmn.xml import BPMNDI, DC, DI, Node

_GAP = 50.0
_SIZES = {'Gateway': (50.0, 50.0), 'Event': (36.0, 36.0)}
_TASK = (100.0, 80.0)


def draw_node(root: Node, edit: AddNode) -> None:
    """A shape beside the one it is near to, where that one is drawn."""
    near = _drawn(root, 'BPMNShape', edit.near)
    box = _box(near) if near is not None else None
    if near is None or box is None:
        return
    width, height = next((size for suffix, size in _SIZES.items() if edit.kind.endswith(suffix)), _TASK)
    x, y, wide, high = box
    left = {'before': x - _GAP - width, 'after': x + wide + _GAP}.get(edit.side, x + (wide - width) / 2)
    top = y + high + _GAP if edit.side == 'below' else y + (high - height) / 2
    shape = etree.Element('{' + BPMNDI + '}BPMNShape', {'id': f'{edit.id}_di', 'bpmnElement': edit.id})
    bounds = etree.SubElement(shape, '{' + DC + '}Bounds')
    for name, value in (('x', left), ('y', top), ('width', width), ('height', height)):
        bounds.set(name, f'{value:g}')
    near.addnext(shape)


def draw_flow(root: Node, flow: str, source: str, target: str) -> None:
    """A straight edge between two drawn nodes; the edge of a flow that moved is drawn anew."""
    undraw(root, flow)
    ends = [_drawn(root, 'BPMNShape', each) for each in (source, target)]
    boxes = [_box(shape) for shape in ends if shape is not None]
    if len(boxes) != 2 or boxes[0] is None or boxes[1] is None or ends[1] is None:
        return
    edge = etree.Element('{' + BPMNDI + '}BPMNEdge', {'id': f'{flow}_di', 'bpmnElement': flow})
    for x, y in _line(boxes[0], boxes[1]):
        etree.SubElement(edge, '{' + DI + '}waypoint', {'x': f'{x:g}', 'y': f'{y:g}'})
    ends[1].getparent().append(edge)


def undraw(root: Node, identity: str) -> None:
    """No shape and no edge for this element."""
    for kind in ('BPMNShape', 'BPMNEdge'):
        shape = _drawn(root, kind, identity)
        if shape is not None:
            shape.getparent().remove(shape)


def _line(one: tuple[float, ...], other: tuple[float, ...]) -> list[tuple[float, float]]:
    """From the side of one box that faces the other."""
    (x, y, wide, high), (a, b, across, tall) = one, other
    if a >= x + wide:
        return [(x + wide, y + high / 2), (a, b + tall / 2)]
    if a + across <= x:
        return [(x, y + high / 2), (a + across, b + tall / 2)]
    down = b >= y
    return [(x + wide / 2, y + high if down else y), (a + across / 2, b if down else b + tall)]


def _drawn(root: Node, kind: str, identity: str) -> Node | None:
    found = root.iter('{' + BPMNDI + '}' + kind)
    return next((shape for shape in found if (shape.get('bpmnElement') or '').rsplit(':', 1)[-1] == identity), None) if identity else None


def _box(shape: Node) -> tuple[float, float, float, float] | None:
    bounds = next(shape.iter('{' + DC + '}Bounds'), None)
    try:
        return (
            None
            if bounds is None
            else (float(bounds.get('x')), float(bounds.get('y')), float(bounds.get('width')), float(bounds.get('height')))
        )
    except (TypeError, ValueError):
        return None
