"""The diagram as SVG, drawn on the server from its own diagram interchange: no script, no style attribute, all text escaped.

Everything carries a class (`node`, `flow`, `here`, `road`, `late`, `wrong`), which a stylesheet may restyle; presentation attributes make
it right without one. Where the file has no drawing, a plain one is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn import draw_shapes as shapes
from engine.bpmn.draw_layout import laid_out
from engine.bpmn.draw_text import block, number, safe, width, wrap
from engine.bpmn.model import Diagram, Edge, Element, Flow, Shape
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES

MARGIN = 16.0
ROAD, HERE, LATE, INK = '#15803d', '#c2410c', '#b91c1c', '#374151'
CHANGES: Mapping[str, tuple[str, str]] = {
    'added': ('#15803d', '#dcfce7'),
    'removed': ('#b91c1c', '#fee2e2'),
    'changed': ('#b45309', '#fef3c7'),
    'touched': ('#1d4ed8', '#eff6ff'),
}
"""Line and fill of what differs between two versions; `touched` is what only looks different."""
_ARROWS = ''.join(
    f'<marker id="yz-arrow-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse" '
    f'markerUnits="userSpaceOnUse"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
    for name, colour in (('flow', INK), ('road', ROAD), *((name, line) for name, (line, _) in CHANGES.items()))
) + (
    '<marker id="yz-arrow-open" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" orient="auto" '
    f'markerUnits="userSpaceOnUse"><path d="M0 0L10 5L0 10z" fill="#ffffff" stroke="{INK}"/></marker>'
)


@dataclass(frozen=True)
class _Marks:
    here: frozenset[str]
    road: frozenset[str]
    late: frozenset[str]
    problems: Mapping[str, str]
    changes: Mapping[str, str]


def draw(
    diagram: Diagram,
    *,
    here: Collection[str] = (),
    road: Collection[str] = (),
    late: Collection[str] = (),
    problems: Mapping[str, str] | None = None,
    process: str | None = None,
    changes: Mapping[str, str] | None = None,
) -> str:
    """The SVG text of a diagram, or of one process of it.

    `here` are elements with a token (in a closed subprocess, the subprocess is marked), `road` elements and flows passed, `late` elements
    over their limit, `problems` a sentence for each element that has one, `changes` for elements and flows one of the words of CHANGES.
    """
    wanted = _wanted(diagram, process)
    if not any(element in diagram.shapes for element in wanted):
        main = process or (diagram.main.id if diagram.main else diagram.processes[0].id if diagram.processes else '')
        diagram = laid_out(diagram, main)
        wanted = _wanted(diagram, main)
    visible = {each for each in wanted if each in diagram.shapes and not _hidden(diagram, each)}
    marks = _Marks(
        frozenset(_shown(diagram, here, visible)),
        frozenset(road) | frozenset(_shown(diagram, road, visible)),
        frozenset(_shown(diagram, late, visible)),
        problems or {},
        changes or {},
    )
    body = [
        *_bands(diagram, process),
        *_subprocesses(diagram, visible, marks),
        *_artifacts(diagram, process),
        *_edges(diagram, visible, marks),
        *_nodes(diagram, visible, marks),
        *_tokens(diagram, visible, marks),
    ]
    undrawn = [diagram.elements[each] for each in wanted if each not in diagram.shapes and not _hidden(diagram, each)]
    return _svg(diagram, body, _extent(diagram, visible, process), undrawn, process)


def _wanted(diagram: Diagram, process: str | None) -> list[str]:
    return [element.id for element in diagram.elements.values() if not element.offers and process in (None, element.process)]


def _hidden(diagram: Diagram, element: str) -> bool:
    """Inside a closed subprocess: drawn on a sheet of its own, if at all."""
    at = diagram.elements.get(diagram.elements[element].scope)
    while at is not None:
        shape = diagram.shapes.get(at.id)
        if shape is not None and not shape.expanded:
            return True
        at = diagram.elements.get(at.scope)
    return False


def _shown(diagram: Diagram, ids: Iterable[str], visible: Collection[str]) -> Iterator[str]:
    """Each element, or the closed subprocess it is in."""
    for each in ids:
        at = diagram.elements.get(each)
        while at is not None and at.id not in visible:
            at = diagram.elements.get(at.scope)
        if at is not None:
            yield at.id


def _bands(diagram: Diagram, process: str | None) -> Iterator[str]:
    for identity, (name, of) in diagram.participants.items():
        shape = diagram.shapes.get(identity)
        if shape is not None and (process is None or of == process):
            yield _band(identity, name, shape, 'pool')
    for lane in diagram.lanes.values():
        shape = diagram.shapes.get(lane.id)
        if shape is not None and (process is None or lane.process == process):
            yield _band(lane.id, lane.name, shape, 'lane')


def _band(identity: str, name: str, shape: Shape, kind: str) -> str:
    title = f'<title>{safe(name or identity)}</title>'
    return f'<g class="{kind}" data-element="{safe(identity)}">{title}{shapes.band(name, shape)}</g>'


def _artifacts(diagram: Diagram, process: str | None) -> Iterator[str]:
    if process is not None and len(diagram.processes) > 1:
        return
    for identity, kind, text in diagram.artifacts:
        shape = diagram.shapes.get(identity)
        if shape is not None:
            yield f'<g class="artifact {kind}">{shapes.artifact(kind, text, shape)}</g>'


def _subprocesses(diagram: Diagram, visible: Collection[str], marks: _Marks) -> Iterator[str]:
    for each in diagram.elements.values():  # document order: outer before inner
        if each.id in visible and each.kind in SUBPROCESSES:
            yield _node(each, diagram.shapes[each.id], marks)


def _nodes(diagram: Diagram, visible: Collection[str], marks: _Marks) -> Iterator[str]:
    plain = [each for each in diagram.elements.values() if each.id in visible and each.kind not in SUBPROCESSES]
    for each in sorted(plain, key=lambda element: element.kind == 'boundaryEvent'):
        yield _node(each, diagram.shapes[each.id], marks)


def _node(element: Element, shape: Shape, marks: _Marks) -> str:
    kinds = ['node', element.kind, *_states(element.id, marks)]
    title = element.name or element.id
    if element.id in marks.problems:
        title = f'{title}：{marks.problems[element.id]}'
    label = '' if element.kind in ACTIVITIES else _outer_label(element, shape)
    drawn = _coloured(shapes.symbol(element, shape), element.id, marks)
    return f'<g class="{" ".join(kinds)}" data-element="{safe(element.id)}"><title>{safe(title)}</title>{drawn}{label}</g>'


def _states(identity: str, marks: _Marks) -> list[str]:
    found = (('here', marks.here), ('road', marks.road), ('late', marks.late), ('wrong', marks.problems))
    states = [name for name, ids in found if identity in ids]
    return [*states, marks.changes[identity]] if identity in marks.changes else states


def _coloured(drawn: str, identity: str, marks: _Marks) -> str:
    """The body of a symbol in the colour of its state."""
    colour, fill = (
        CHANGES[marks.changes[identity]]
        if identity in marks.changes
        else (LATE, '#fef2f2')
        if identity in marks.late or identity in marks.problems
        else (HERE, '#fff7ed')
        if identity in marks.here
        else (ROAD, '#f0fdf4')
        if identity in marks.road
        else (INK, '#ffffff')
    )
    head, sep, tail = drawn.partition('/>')
    return head.replace(f'stroke="{INK}"', f'stroke="{colour}"').replace('fill="#ffffff"', f'fill="{fill}"') + sep + tail


def _outer_label(element: Element, shape: Shape) -> str:
    if not element.name:
        return ''
    if shape.label is not None:
        x, y, w, h = shape.label
        lines = wrap(element.name, max(w + 8, 60), 11, most=3)
        return block(lines, x + w / 2, y + max(h, 14) / 2, kind='name', size=11)
    lines = wrap(element.name, 96, 11, most=3)
    return block(lines, shape.x + shape.width / 2, shape.y + shape.height + 4 + len(lines) * 7.5, kind='name', size=11)


def _edges(diagram: Diagram, visible: Collection[str], marks: _Marks) -> Iterator[str]:
    for identity, (kind, _source, _target) in diagram.links.items():
        edge = diagram.edges.get(identity)
        if edge is not None:
            dashes, arrow = ('6 4', ' marker-end="url(#yz-arrow-open)"') if kind == 'messageFlow' else ('1 4', '')
            yield f'<path class="{kind}" d="{_line(edge)}" fill="none" stroke="{INK}" stroke-dasharray="{dashes}"{arrow}/>'
    for flow in diagram.flows.values():
        edge = diagram.edges.get(flow.id)
        if edge is not None and flow.source in visible and flow.target in visible:
            yield _flow(diagram, flow, edge, marks)


def _line(edge: Edge) -> str:
    return 'M' + 'L'.join(f'{number(x)} {number(y)}' for x, y in edge.points)


def _flow(diagram: Diagram, flow: Flow, edge: Edge, marks: _Marks) -> str:
    passed = flow.id in marks.road
    colour, weight, arrow = (ROAD, 2.4, 'road') if passed else (INK, 1.3, 'flow')
    if flow.id in marks.changes:
        arrow = marks.changes[flow.id]
        colour, weight = CHANGES[arrow][0], 2.4
    source = diagram.elements[flow.source]
    parts = [
        f'<path class="line" d="{_line(edge)}" fill="none" stroke="{colour}" stroke-width="{weight}" stroke-linejoin="round" '
        f'marker-end="url(#yz-arrow-{arrow})"/>'
    ]
    (x1, y1), (x2, y2) = edge.points[0], edge.points[1]
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 0.1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    if source.default == flow.id:
        cx, cy = x1 + dx * 9, y1 + dy * 9
        ends = ((cx - dy * 5 - dx * 3, cy + dx * 5 - dy * 3), (cx + dy * 5 + dx * 3, cy - dx * 5 + dy * 3))
        slash = 'M' + 'L'.join(f'{number(x)} {number(y)}' for x, y in ends)
        parts.append(shapes.path(slash, kind='default', stroke=colour, weight=1.6))
    elif flow.condition and source.kind in ACTIVITIES:
        sides = [(x1 + dx * 7 - k * dy, y1 + dy * 7 + k * dx) for k in (4, -4)]
        points = ((x1, y1), sides[0], (x1 + dx * 14, y1 + dy * 14), sides[1])
        parts.append(shapes.path('M' + 'L'.join(f'{number(x)} {number(y)}' for x, y in points) + 'z', fill='#ffffff', stroke=colour))
    kinds = ' '.join(['flow', *_states(flow.id, marks)])
    title = flow.name or flow.id
    return f'<g class="{kinds}" data-element="{safe(flow.id)}"><title>{safe(title)}</title>{"".join(parts)}{_flow_label(flow, edge)}</g>'


def _flow_label(flow: Flow, edge: Edge) -> str:
    if not flow.name:
        return ''
    if edge.label is not None:
        x, y, w, h = edge.label
        cx, cy, room = x + w / 2, y + h / 2, max(w + 8, 60)
    else:
        (x1, y1), (x2, y2) = edge.points[0], edge.points[1]
        cx, cy, room = (x1 + x2) / 2, (y1 + y2) / 2 - 9, 90.0
    lines = wrap(flow.name, room, 11, most=3)
    wide = max(width(line, 11) for line in lines) + 6
    tall = len(lines) * 15.0
    back = f'<rect class="paper" x="{number(cx - wide / 2)}" y="{number(cy - tall / 2)}" width="{number(wide)}" height="{number(tall)}" '
    return f'{back}fill="#ffffff" fill-opacity="0.85" stroke="none"/>' + block(lines, cx, cy, kind='name', size=11)


def _tokens(diagram: Diagram, visible: Collection[str], marks: _Marks) -> Iterator[str]:
    for each in sorted(marks.here & frozenset(visible)):
        shape = diagram.shapes[each]
        colour = LATE if each in marks.late else HERE
        x, y = shape.x + shape.width - 4, shape.y + 4
        yield (
            f'<g class="token{" late" if each in marks.late else ""}"><title>办件在此</title>'
            f'<circle cx="{number(x)}" cy="{number(y)}" r="8" fill="{colour}" stroke="#ffffff" stroke-width="2"/></g>'
        )


def _extent(diagram: Diagram, visible: Collection[str], process: str | None) -> tuple[float, float, float, float]:
    drawn = {identity for identity, (_, of) in diagram.participants.items() if process is None or of == process}
    drawn |= {lane.id for lane in diagram.lanes.values() if process is None or lane.process == process}
    if process is None or len(diagram.processes) == 1:
        drawn |= {identity for identity, _, _ in diagram.artifacts}
    boxes = [(s.x, s.y, s.x + s.width, s.y + s.height + 30) for each, s in diagram.shapes.items() if each in drawn or each in visible]
    boxes += [(x, y, x + w, y + h) for each in visible if (label := diagram.shapes[each].label) for x, y, w, h in [label]]
    for flow in diagram.flows.values():
        edge = diagram.edges.get(flow.id)
        if edge is not None and flow.source in visible and flow.target in visible:
            boxes += [(x, y, x, y) for x, y in edge.points]
    if not boxes:
        return 0.0, 0.0, 200.0, 60.0
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    return left, top, max(box[2] for box in boxes) + MARGIN - left, max(box[3] for box in boxes) + MARGIN - top


def _svg(diagram: Diagram, body: list[str], extent: tuple[float, float, float, float], undrawn: list[Element], process: str | None) -> str:
    left, top, wide, tall = extent
    if undrawn:
        names = '图中未画出：' + '、'.join(element.name or element.id for element in undrawn)
        lines = wrap(names, max(wide - 2 * MARGIN, 120), most=4)
        body = [*body, block(lines, left + MARGIN, top + tall + len(lines) * 7.5, kind='undrawn', anchor='start')]
        tall += len(lines) * 15 + MARGIN
    found = next((each for each in diagram.processes if each.id == process), None) or diagram.main
    name = (found.name or found.id) if found else '流程图'
    box = ' '.join(number(value) for value in (left, top, wide, tall))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bpmn" role="img" viewBox="{box}" width="{number(wide)}" height="{number(tall)}" '
        f'font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" fill="#111827"><title>{safe(name)}</title>'
        f'<defs>{_ARROWS}</defs>{"".join(body)}</svg>'
    )
