"""Diagram interchange: where shapes and edges are drawn (BPMN 2.0.2 §12). Broken coordinates are a warning, never a failure."""

from __future__ import annotations

import math

from engine.bpmn.model import Edge, Shape
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import xml as rules
from engine.bpmn.xml import BPMNDI, DC, DI, Node

Box = tuple[float, float, float, float]
FARTHEST = 1_000_000.0


def read_drawing(root: Node, name: str, problems: list[Problem]) -> tuple[dict[str, Shape], dict[str, Edge]]:
    """The shapes and edges of all BPMNDiagrams, by the id of the element they draw; the first drawing of an element wins."""
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for node in root.iter(f'{{{BPMNDI}}}BPMNShape', f'{{{BPMNDI}}}BPMNEdge'):
        element = (node.get('bpmnElement') or '').strip().rsplit(':', 1)[-1]
        if not element:
            continue
        try:
            if node.tag.endswith('BPMNShape'):
                shapes.setdefault(element, _shape(node, element))
            else:
                edges.setdefault(element, _edge(node, element))
        except (ValueError, TypeError):
            problems.append(rules.DRAWING_UNREADABLE.at(element, node.sourceline, file=name))
    return shapes, edges


def _shape(node: Node, element: str) -> Shape:
    bounds = node.find(f'{{{DC}}}Bounds')
    if bounds is None:
        raise ValueError('a shape without bounds')
    x, y, width, height = _box(bounds)
    return Shape(
        element,
        x,
        y,
        width,
        height,
        horizontal=node.get('isHorizontal', 'true') != 'false',
        expanded=node.get('isExpanded', 'true') != 'false',
        label=_label(node),
    )


def _edge(node: Node, element: str) -> Edge:
    points = tuple((_number(point.get('x')), _number(point.get('y'))) for point in node.findall(f'{{{DI}}}waypoint'))
    if len(points) < 2:
        raise ValueError('an edge without two points')
    return Edge(element, points, _label(node))


def _label(node: Node) -> Box | None:
    bounds = node.find(f'{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds')
    return None if bounds is None else _box(bounds)


def _box(bounds: Node) -> Box:
    x, y, width, height = (_number(bounds.get(key)) for key in ('x', 'y', 'width', 'height'))
    if width < 0 or height < 0:
        raise ValueError('a box of negative size')
    return x, y, width, height


def _number(text: str | None) -> float:
    value = float(text or '')
    if not math.isfinite(value) or abs(value) > FARTHEST:
        raise ValueError('a coordinate beyond every sheet')
    return value
