"""A plain drawing for a process that has none: columns by distance from the start, boundary events on the lower edge of their activity."""

from __future__ import annotations

from dataclasses import replace

from engine.bpmn.model import Diagram, Edge, Element, Shape
from engine.bpmn.read_node import ACTIVITIES

COLUMN, ROW = 170.0, 120.0


def laid_out(diagram: Diagram, process: str) -> Diagram:
    """The diagram with shapes and edges for the top level of a process; subprocesses are drawn closed."""
    nodes = [element for element in diagram.inside(process) if element.kind != 'boundaryEvent']
    column = _columns(diagram, nodes)
    shapes: dict[str, Shape] = {}
    used: dict[int, int] = {}
    for element in nodes:
        at = column[element.id]
        row = used.get(at, 0)
        used[at] = row + 1
        shapes[element.id] = _shape(element, 100 + at * COLUMN, 90 + row * ROW)
        for index, boundary in enumerate(diagram.boundary_events(element.id)):
            host = shapes[element.id]
            shapes[boundary.id] = Shape(boundary.id, host.x + 12 + index * 44, host.y + host.height - 18, 36, 36)
    edges = {
        flow.id: Edge(flow.id, _points(shapes[flow.source], shapes[flow.target]))
        for flow in diagram.flows.values()
        if flow.source in shapes and flow.target in shapes
    }
    return replace(diagram, shapes=shapes, edges=edges, participants={}, lanes={}, artifacts=(), links={})


def _columns(diagram: Diagram, nodes: list[Element]) -> dict[str, int]:
    following: dict[str, list[str]] = {}
    for element in nodes:
        flows = [*element.outgoing, *(flow for boundary in diagram.boundary_events(element.id) for flow in boundary.outgoing)]
        following[element.id] = [diagram.flows[flow].target for flow in flows]
    column: dict[str, int] = {}
    queue = [element.id for element in nodes if not element.incoming] or [element.id for element in nodes[:1]]
    column.update(dict.fromkeys(queue, 0))
    for at in queue:
        for target in following.get(at, ()):
            if target in following and target not in column:
                column[target] = column[at] + 1
                queue.append(target)
    for element in nodes:
        column.setdefault(element.id, 0)
    return column


def _shape(element: Element, cx: float, cy: float) -> Shape:
    w, h = (110.0, 70.0) if element.kind in ACTIVITIES else (36.0, 36.0) if element.kind.endswith('Event') else (46.0, 46.0)
    return Shape(element.id, cx - w / 2, cy - h / 2, w, h, expanded=False)


def _points(source: Shape, target: Shape) -> tuple[tuple[float, float], ...]:
    y1, y2 = source.y + source.height / 2, target.y + target.height / 2
    if target.x >= source.x + source.width:
        x1, x2 = source.x + source.width, target.x
        middle = x2 - 22
        return ((x1, y1), (x2, y2)) if abs(y1 - y2) < 1 else ((x1, y1), (middle, y1), (middle, y2), (x2, y2))
    x1, x2 = source.x + source.width / 2, target.x + target.width / 2
    below = max(source.y + source.height, target.y + target.height) + 28
    return ((x1, source.y + source.height), (x1, below), (x2, below), (x2, target.y + target.height))
