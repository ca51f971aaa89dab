"""Two versions of a diagram, element by element: what was added, removed or changed, and whether that changes what happens to a case.

Names, ids, documentation, lanes that decide nothing and the drawing are cosmetic; everything else is semantic. Elements are told apart
as `engine.bpmn.pairing` does, flows by id or, when a modeler gave them new ids, by where they lead and under which condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from engine.bpmn.compensation import handler_of
from engine.bpmn.model import Diagram, Element, EventDefinition, Flow
from engine.bpmn.pairing import paired
from engine.bpmn.read_node import SUBPROCESSES

ADDED, REMOVED, CHANGED = 'added', 'removed', 'changed'
COSMETIC_ATTRIBUTES = frozenset({'modelerTemplate', 'modelerTemplateVersion', 'modelerTemplateIcon', 'formRefBinding', 'priority'})
_OWN = frozenset({'id', 'name', 'default', 'attachedToRef', 'cancelActivity', 'candidateGroups', 'assignee', 'formRef', 'formKey'})


@dataclass(frozen=True)
class Change:
    """One difference. `area` is step, event, gateway, subprocess, flow, process, lane or drawing (others are the bundle's).

    `aspect` says what of the subject differs (empty for all of it), `before` and `after` as text a person can read.
    """

    kind: str
    area: str
    subject: str
    name: str = ''
    aspect: str = ''
    before: str = ''
    after: str = ''
    semantic: bool = True


def compare_diagrams(old: Diagram, new: Diagram) -> list[Change]:
    """All differences, elements in the order of the newer diagram, then what is gone, flows, processes, lanes and the drawing."""
    become = paired(old, new)
    taken = set(become.values())
    become |= {one: one for one in old.elements if one in new.elements and one not in become and one not in taken}  # of another kind now
    return [*_elements(old, new, become), *_flows(old, new, become), *_processes(old, new), *_lanes(old, new), *_drawing(old, new)]


def area_of(element: Element) -> str:
    """The kind of thing an element is to an analyst."""
    if element.kind in SUBPROCESSES or element.kind == 'callActivity':
        return 'subprocess'
    if element.kind.endswith('Gateway'):
        return 'gateway'
    return 'event' if element.kind.endswith('Event') else 'step'


def window_of(diagram: Diagram, element: Element) -> str:
    """Who a user task is offered to: its candidate groups, else the lane's name."""
    return element.attrs.get('candidateGroups') or (diagram.lane_name(element) or '' if element.kind == 'userTask' else '')


Become = Mapping[str, str]
"""Ids of the older version to those of the newer one (`paired`)."""


def _elements(old: Diagram, new: Diagram, become: Become) -> Iterator[Change]:
    was = {after: before for before, after in become.items()}
    for element in new.elements.values():
        if element.id not in was:
            yield Change(ADDED, area_of(element), element.id, element.name, after=_summary(new, element))
        else:
            yield from _element(old, old.elements[was[element.id]], new, element, become)
    for element in old.elements.values():
        if element.id not in become:
            yield Change(REMOVED, area_of(element), element.id, element.name, before=_summary(old, element))


def _summary(diagram: Diagram, element: Element) -> str:
    """What one needs to know of an element that is only in one version."""
    parts = [window_of(diagram, element), *(_event(event) for event in element.events)]
    return '，'.join([element.kind, *(part for part in parts if part)])


def _element(old: Diagram, before: Element, new: Diagram, after: Element, become: Become) -> Iterator[Change]:
    for aspect, (one, other, semantic) in _aspects(old, before, new, after, become).items():
        if one != other:
            yield Change(
                kind=CHANGED,
                area=area_of(after),
                subject=after.id,
                name=after.name,
                aspect=aspect,
                before=one,
                after=other,
                semantic=semantic,
            )


Aspects = Mapping[str, tuple[str, str, bool]]


def _aspects(old: Diagram, before: Element, new: Diagram, after: Element, become: Become) -> Aspects:
    found: dict[str, tuple[str, str, bool]] = {
        'id': (before.id, after.id, False),
        'name': (before.name, after.name, False),
        'documentation': (before.documentation, after.documentation, False),
        'lane': (old.lane_name(before) or '', new.lane_name(after) or '', False),
        'kind': (before.kind, after.kind, True),
        'scope': (become.get(_scope(old, before), _scope(old, before)), _scope(new, after), True),
        'window': (window_of(old, before), window_of(new, after), True),
        'assignee': (before.attrs.get('assignee', ''), after.attrs.get('assignee', ''), True),
        'form': (before.form_ref or _fields(before), after.form_ref or _fields(after), True),
        'limit': (_limits(before), _limits(after), True),
        'event': (_others(before), _others(after), True),
        'attached_to': (become.get(before.attached_to or '', before.attached_to or ''), after.attached_to or '', True),
        'interrupting': (str(before.interrupting), str(after.interrupting), True),
        'default': (become.get(_default(old, before), _default(old, before)), _default(new, after), True),
        'script': (before.script or '', after.script or '', True),
        'called': (before.called or '', after.called or '', True),
        'loop': (_plain(_loop(before)), _plain(_loop(after)), True),
        'inputs': (_plain(before.inputs), _plain(after.inputs), True),
        'outputs': (_plain(before.outputs), _plain(after.outputs), True),
        'call': (_plain([before.call_in, before.call_out]), _plain([after.call_in, after.call_out]), True),
        'activation': (before.activation or '', after.activation or '', True),
        'undo': (_undo(old, before), _undo(new, after), True),
        'completion': (before.completion or '', after.completion or '', True),
        'result_variable': (before.result_variable or '', after.result_variable or '', True),
    }
    for key in sorted({*before.properties, *after.properties}):
        found[f'property.{key}'] = (before.properties.get(key, ''), after.properties.get(key, ''), True)
    for key in sorted({*before.attrs, *after.attrs} - _OWN):
        found[f'attribute.{key}'] = (before.attrs.get(key, ''), after.attrs.get(key, ''), key not in COSMETIC_ATTRIBUTES)
    return found


def _undo(diagram: Diagram, element: Element) -> str:
    handler = handler_of(diagram, element)
    return (handler.name or handler.id) if handler is not None else ''


def _scope(diagram: Diagram, element: Element) -> str:
    """The enclosing subprocess; a process that was renamed is no other place."""
    return element.scope if element.scope in diagram.elements else ''


def _fields(element: Element) -> str:
    return _plain([dict(each) for each in element.form_fields]) if element.form_fields else ''


def _limits(element: Element) -> str:
    return '；'.join(event.expression or '' for event in element.events if event.kind == 'timer')


def _others(element: Element) -> str:
    kinds = [event.timer_type or '' if event.kind == 'timer' else _event(event) for event in element.events]
    return '；'.join(kinds)


def _event(event: EventDefinition) -> str:
    if event.kind == 'timer':
        return event.expression or ''
    named = event.name or event.code or event.expression or (event.ref if event.kind == 'compensate' else '') or ''
    return ' '.join(part for part in (event.kind, named) if part)


def _default(diagram: Diagram, element: Element) -> str:
    """Where the default flow leads: its id says nothing."""
    flow = diagram.flows.get(element.default or '')
    return flow.target if flow else ''


def _loop(element: Element) -> object:
    if element.loop is None:
        return ''
    found = {key: value for key, value in asdict(element.loop).items() if value and key not in ('line', 'attrs', 'throws', 'behavior')}
    thrown = [f'{each.condition or ""} {_event(each.event) if each.event else ""}'.strip() for each in element.loop.throws]
    return found | ({element.loop.behavior: thrown} if element.loop.behavior != 'All' else {})


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return '；'.join(f'{key}={_plain(item)}' for key, item in value.items())
    if isinstance(value, list | tuple):
        return '；'.join(text for each in value if (text := _plain(each)))
    return str(value)


def _flows(old: Diagram, new: Diagram, become: Become) -> Iterator[Change]:
    gone = {flow.id: flow for flow in old.flows.values() if flow.id not in new.flows}
    twins: dict[tuple[str, str, str | None], list[Flow]] = {}  # the same flows under their former ids
    for flow in reversed(gone.values()):
        twins.setdefault(_way(flow, become), []).append(flow)
    come = {flow.id: flow for flow in new.flows.values() if flow.id not in old.flows}
    for flow in new.flows.values():
        same = twins.get(_way(flow))
        before = old.flows.get(flow.id) or (same.pop() if same else None)
        if before is None:
            yield Change(ADDED, 'flow', flow.id, flow.name, after=_road(new, flow))
            continue
        if flow.id in come:
            del gone[before.id]
        yield from _flow(old, before, new, flow, become)
    for flow in gone.values():
        yield Change(REMOVED, 'flow', flow.id, flow.name, before=_road(old, flow))


def _way(flow: Flow, become: Become | None = None) -> tuple[str, str, str | None]:
    """From where to where and under which condition; in the ids of the newer version."""
    ids = become or {}
    return ids.get(flow.source, flow.source), ids.get(flow.target, flow.target), flow.condition


def _flow(old: Diagram, before: Flow, new: Diagram, after: Flow, become: Become) -> Iterator[Change]:
    aspects = (
        ('road', _way(before, become)[:2], _way(after)[:2], _road(old, before), _road(new, after), True),
        ('condition', before.condition, after.condition, before.condition or '', after.condition or '', True),
        ('name', before.name, after.name, before.name, after.name, False),
    )
    for aspect, one, other, shown, shown_after, semantic in aspects:
        if one != other:
            yield Change(
                kind=CHANGED,
                area='flow',
                subject=after.id,
                name=after.name,
                aspect=aspect,
                before=shown,
                after=shown_after,
                semantic=semantic,
            )


def _road(diagram: Diagram, flow: Flow) -> str:
    ends = (_label(diagram, flow.source), _label(diagram, flow.target))
    return ' → '.join(ends) + (f'（{flow.condition}）' if flow.condition else '')


def _label(diagram: Diagram, element: str) -> str:
    found = diagram.elements.get(element)
    return (found.name or found.id) if found else element


def _processes(old: Diagram, new: Diagram) -> Iterator[Change]:
    before, after = old.main, new.main
    if before is None or after is None:
        return
    if before.id != after.id:
        yield Change(
            kind=CHANGED, area='process', subject=after.id, name=after.name, aspect='id', before=before.id, after=after.id, semantic=False
        )
    if before.name != after.name:
        yield Change(
            kind=CHANGED,
            area='process',
            subject=after.id,
            name=after.name,
            aspect='name',
            before=before.name,
            after=after.name,
            semantic=False,
        )
    for key in sorted({*before.properties, *after.properties}):
        one, other = before.properties.get(key, ''), after.properties.get(key, '')
        if one != other:
            yield Change(kind=CHANGED, area='process', subject=after.id, name=after.name, aspect=f'property.{key}', before=one, after=other)


def _lanes(old: Diagram, new: Diagram) -> Iterator[Change]:
    for lane in new.lanes.values():
        before = old.lanes.get(lane.id)
        if before is None:
            yield Change(ADDED, 'lane', lane.id, lane.name, semantic=False)
        elif before.name != lane.name:
            yield Change(
                kind=CHANGED,
                area='lane',
                subject=lane.id,
                name=lane.name,
                aspect='name',
                before=before.name,
                after=lane.name,
                semantic=False,
            )
    for lane in old.lanes.values():
        if lane.id not in new.lanes:
            yield Change(REMOVED, 'lane', lane.id, lane.name, semantic=False)


def _drawing(old: Diagram, new: Diagram) -> Iterator[Change]:
    moved = sum(1 for key, shape in new.shapes.items() if key in old.shapes and old.shapes[key] != shape)
    moved += sum(1 for key, edge in new.edges.items() if key in old.edges and old.edges[key] != edge)
    if moved:
        yield Change(CHANGED, 'drawing', '', aspect='layout', after=str(moved), semantic=False)


def colours(changes: list[Change]) -> dict[str, str]:
    """For the drawing: element or flow id → added, removed, changed, or touched when only its looks changed."""
    found: dict[str, str] = {}
    for change in changes:
        if not change.subject or change.area in ('drawing', 'process', 'lane'):
            continue
        state = change.kind if change.kind != CHANGED else CHANGED if change.semantic else 'touched'
        if found.get(change.subject) != CHANGED:
            found[change.subject] = state
    return found
