"""The symbols of BPMN 2.0.2 (§7, §10): activities, events, gateways and what surrounds them, as SVG."""

from __future__ import annotations

from engine.bpmn.draw_text import block, number, wrap
from engine.bpmn.model import Element, Shape
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES

INK = '#374151'
# Small pictures in a box of 16 by 16, drawn with strokes only; `filled` ones are thrown events.
TASK_ICONS = {
    'userTask': 'M8 2.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6z M2.5 14.5c0-3.6 2.4-5.4 5.5-5.4s5.5 1.8 5.5 5.4z',
    'manualTask': 'M3 9V5.5h6.5M3 9v4.5h7c1.6 0 1.6-1.6.4-1.6h1.2c1.4 0 1.4-1.7 0-1.7h.6c1.4 0 1.4-1.7 0-1.7H8l2-2.2c.8-1-.3-2-1.3-1.2L3 9',
    'serviceTask': 'M8 1.5l1.2 2 2.3-.5.6 2.3 2.2.9-.9 2.1.9 2.1-2.2.9-.6 2.3-2.3-.5L8 15l-1.2-2-2.3.5-.6-2.3-2.2-.9.9-2.1-.9-2.1 2.2-.9'
    '.6-2.3 2.3.5z M8 6a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4z',
    'scriptTask': 'M4 1.5h9c-3 2.5-3 4.5-1.2 6.5s1.6 4.5-1.3 6.5H2c3-2 3-4.5 1.3-6.5S1.5 4 4 1.5zM5.5 5h4M6 8h4.5M6 11h4',
    'sendTask': 'M1.5 3.5h13v9h-13zM1.5 3.5l6.5 5 6.5-5',
    'receiveTask': 'M1.5 3.5h13v9h-13zM1.5 3.5l6.5 5 6.5-5',
    'businessRuleTask': 'M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.8h13M5.5 6v7.5',
}
EVENT_ICONS = {
    'message': 'M2 4h12v8.5H2zM2 4l6 4.8L14 4',
    'timer': 'M8 1.8a6.2 6.2 0 1 1 0 12.4a6.2 6.2 0 1 1 0-12.4zM8 4v4.2l2.6 2',
    'signal': 'M8 2.5l6 10.5H2z',
    'error': 'M2.5 13.5l3.3-9 4.2 4.8 3.5-7-3.3 10-4.3-4.8z',
    'escalation': 'M8 2l4.5 11.5L8 9.5l-4.5 4z',
    'conditional': 'M3 2h10v12H3zM5 5h6M5 7.5h6M5 10h6',
    'link': 'M2 6h7V3.5l5 4.5-5 4.5V10H2z',
    'compensate': 'M8 4v8l-6-4zM14 4v8L8 8z',
    'cancel': 'M4 2.8L8 6.8l4-4L13.2 4l-4 4 4 4L12 13.2l-4-4-4 4L2.8 12l4-4-4-4z',
    'terminate': 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z',
}


def rect(box: tuple[float, float, float, float], *, kind: str = '', fill: str = '#ffffff', stroke: str = INK, more: str = '') -> str:
    """A rectangle at (x, y, width, height)."""
    x, y, w, h = (number(value) for value in box)
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}" stroke="{stroke}" {more}/>'


def path(d: str, *, kind: str = 'mark', fill: str = 'none', stroke: str = INK, weight: float = 1.2, at: str = '') -> str:
    """A path, moved by the transform `at`."""
    moved = f' transform="{at}"' if at else ''
    return f'<path class="{kind}" d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{number(weight)}" stroke-linejoin="round"{moved}/>'


def activity(element: Element, shape: Shape) -> str:
    """A task, call activity or subprocess with its type mark, loop marks and name."""
    x, y, w, h = shape.x, shape.y, shape.width, shape.height
    weight = 3.0 if element.kind == 'callActivity' else 1.5
    dashed = ' stroke-dasharray="4 3"' if element.triggered_by_event else ''
    parts = [rect((x, y, w, h), kind='body', more=f'rx="8" stroke-width="{number(weight)}"{dashed}')]
    if element.kind == 'transaction':
        parts.append(rect((x + 3, y + 3, w - 6, h - 6), kind='inner', fill='none', more='rx="6"'))
    if element.kind in TASK_ICONS:
        filled = INK if element.kind == 'sendTask' else 'none'
        stroke = '#ffffff' if element.kind == 'sendTask' else INK
        parts.append(path(TASK_ICONS[element.kind], fill=filled, stroke=stroke, at=f'translate({number(x + 5)} {number(y + 5)})'))
    parts.extend(_marks(element, shape))
    if element.kind in SUBPROCESSES and shape.expanded:
        lines = wrap(element.name, max(w - 20, 20), most=1)
        parts.append(block(lines, x + w / 2, y + 14))
    else:
        lines = wrap(element.name, max(w - 12, 20), most=max(1, int((h - 18) // 15)))
        parts.append(block(lines, x + w / 2, y + h / 2 + (3 if element.kind in TASK_ICONS and len(lines) > 2 else 0)))
    return ''.join(parts)


def _marks(element: Element, shape: Shape) -> list[str]:
    marks: list[str] = []
    if element.loop is not None:
        marks.append(
            {'parallel': 'M3 2v10M7 2v10M11 2v10', 'sequential': 'M2 3h10M2 7h10M2 11h10'}.get(
                element.loop.kind, 'M4 11.5a5 5 0 1 1 5 .5M4 11.5l-.5-3M4 11.5H1'
            )
        )
    if element.kind in SUBPROCESSES and not shape.expanded:
        marks.append('M1 1h12v12H1zM7 3.5v7M3.5 7h7')
    if element.for_compensation:
        marks.append('M6 3v8L1 7zM12 3v8L7 7z')
    if element.kind == 'adHocSubProcess':
        marks.append('M1 8c2-4 4-4 6-1s4 2 6-1')
    left = shape.x + shape.width / 2 - len(marks) * 9
    y = shape.y + shape.height - 17
    return [path(d, at=f'translate({number(left + index * 18 + 2)} {number(y)})') for index, d in enumerate(marks)]


def event(element: Element, shape: Shape) -> str:
    """A circle by position (thin, double, thick), with the picture of what it waits for or throws."""
    r = min(shape.width, shape.height) / 2
    cx, cy = shape.x + shape.width / 2, shape.y + shape.height / 2
    dashed = ' stroke-dasharray="4 3"' if not element.interrupting and element.kind in {'boundaryEvent', 'startEvent'} else ''
    weight = 3.2 if element.kind == 'endEvent' else 1.5
    parts = [
        f'<circle class="body" cx="{number(cx)}" cy="{number(cy)}" r="{number(r)}" fill="#ffffff" stroke="{INK}" '
        f'stroke-width="{number(weight)}"{dashed}/>'
    ]
    if element.kind in {'intermediateCatchEvent', 'intermediateThrowEvent', 'boundaryEvent'}:
        parts.append(
            f'<circle class="inner" cx="{number(cx)}" cy="{number(cy)}" r="{number(max(r - 3.5, 1))}" fill="none" stroke="{INK}"{dashed}/>'
        )
    if len(element.events) == 1 and element.events[0].kind in EVENT_ICONS:
        kind = element.events[0].kind
        throws = element.kind in {'endEvent', 'intermediateThrowEvent'}
        stroke = '#ffffff' if throws and kind == 'message' else INK
        scale = r / 18
        move = f'translate({number(cx - 8 * scale)} {number(cy - 8 * scale)}) scale({scale:.2f})'
        parts.append(path(EVENT_ICONS[kind], fill=INK if throws else 'none', stroke=stroke, at=move))
    elif element.events:
        parts.append(path('M8 2l6 4.5-2.3 7H4.3L2 6.5z', at=f'translate({number(cx - 8)} {number(cy - 8)})'))
    return ''.join(parts)


def gateway(element: Element, shape: Shape) -> str:
    """A diamond with its mark."""
    cx, cy, w, h = shape.x + shape.width / 2, shape.y + shape.height / 2, shape.width / 2, shape.height / 2
    points = ' '.join(f'{number(a)},{number(b)}' for a, b in ((cx, cy - h), (cx + w, cy), (cx, cy + h), (cx - w, cy)))
    parts = [f'<polygon class="body" points="{points}" fill="#ffffff" stroke="{INK}" stroke-width="1.5"/>']
    s = min(w, h) * 0.42
    at = f'translate({number(cx)} {number(cy)})'
    if element.kind == 'exclusiveGateway':
        parts.append(path(f'M{-s:.1f} {-s:.1f}L{s:.1f} {s:.1f}M{s:.1f} {-s:.1f}L{-s:.1f} {s:.1f}', weight=2.6, at=at))
    elif element.kind in {'parallelGateway', 'complexGateway'}:
        k = s * 1.25
        cross = f'M0 {-k:.1f}V{k:.1f}M{-k:.1f} 0H{k:.1f}'
        diagonal = f'M{-s:.1f} {-s:.1f}L{s:.1f} {s:.1f}M{s:.1f} {-s:.1f}L{-s:.1f} {s:.1f}' if element.kind == 'complexGateway' else ''
        parts.append(path(cross + diagonal, weight=2.6, at=at))
    else:
        r = number(s * 1.25)
        parts.append(f'<circle class="mark" cx="{number(cx)}" cy="{number(cy)}" r="{r}" fill="none" stroke="{INK}" stroke-width="2"/>')
        if element.kind == 'eventBasedGateway':
            parts.append(path('M0-5.5L5.2-1.7 3.2 4.5h-6.4L-5.2-1.7z', at=at))
    return ''.join(parts)


def symbol(element: Element, shape: Shape) -> str:
    """The symbol of any flow node."""
    if element.kind in ACTIVITIES:
        return activity(element, shape)
    return event(element, shape) if element.kind.endswith('Event') else gateway(element, shape)


def band(name: str, shape: Shape) -> str:
    """A pool or lane: a box with its name in a band at the left, or at the top when it stands upright."""
    x, y, w, h = shape.x, shape.y, shape.width, shape.height
    parts = [rect((x, y, w, h), kind='body', fill='none', stroke='#9ca3af')]
    if shape.horizontal:
        parts.append(rect((x, y, 30, h), kind='band', fill='#f3f4f6', stroke='#9ca3af'))
        text = block(wrap(name, max(h - 10, 20), most=1), 0, 0)
        parts.append(f'<g transform="translate({number(x + 15)} {number(y + h / 2)}) rotate(-90)">{text}</g>')
    else:
        parts.append(rect((x, y, w, 30), kind='band', fill='#f3f4f6', stroke='#9ca3af'))
        parts.append(block(wrap(name, max(w - 10, 20), most=1), x + w / 2, y + 15))
    return ''.join(parts)


def artifact(kind: str, text: str, shape: Shape) -> str:
    """Text annotations, data objects and stores, groups."""
    x, y, w, h = shape.x, shape.y, shape.width, shape.height
    grey = '#6b7280'
    if kind == 'textAnnotation':
        bracket = path(f'M{number(x + 8)} {number(y)}h-8v{number(h)}h8', stroke=grey)
        return bracket + block(wrap(text, max(w - 12, 20), most=max(1, int(h // 15))), x + 8, y + h / 2, anchor='start')
    if kind == 'group':
        return rect((x, y, w, h), kind='body', fill='none', stroke=grey, more='rx="8" stroke-dasharray="8 3 2 3"')
    if kind.startswith('dataStore'):
        d = (
            f'M{number(x)} {number(y + 6)}a{number(w / 2)} 6 0 0 1 {number(w)} 0v{number(h - 12)}a{number(w / 2)} 6 0 0 1 {number(-w)} 0z'
            f'M{number(x)} {number(y + 6)}a{number(w / 2)} 6 0 0 0 {number(w)} 0'
        )
    else:
        d = f'M{number(x)} {number(y)}h{number(w - 10)}l10 10v{number(h - 10)}h{number(-w)}zM{number(x + w - 10)} {number(y)}v10h10'
    return path(d, fill='#ffffff', stroke=grey) + block(wrap(text, 100, most=2), x + w / 2, y + h + 12)
