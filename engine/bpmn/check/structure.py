"""Processes, nodes and flows: is everything connected, and does everything have one meaning?"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.view import View, titled
from engine.bpmn.check.ways import ways
from engine.bpmn.edits import AddFlow, AddNode, Fix, Remove
from engine.bpmn.model import Element, Flow
from engine.bpmn.navigation import WAITING_EVENTS, ancestors, entries, is_link, link_partners, reached
from engine.bpmn.problem import Problem
from engine.bpmn.read_node import ACTIVITIES
from engine.bpmn.rulebook import structure as rules


def structure(view: View) -> Iterator[Problem]:
    """All structural problems of one process."""
    for scope in view.scopes:
        yield from _scope(view, scope)
    for flow in view.flows:
        yield from _flow(view, flow)
    for element in view.elements:
        yield from _node(view, element)
        yield from ways(view, element)
        if element.kind == 'eventBasedGateway':
            yield from _event_gateway(view, element)
    yield from _unreachable(view)
    yield from _lanes(view)


def _scope(view: View, scope: str) -> Iterator[Problem]:
    nodes = view.diagram.inside(scope)
    owner = view.process if scope == view.process.id else view.diagram.elements[scope]
    if not nodes:
        yield view.say(rules.PROCESS_EMPTY if scope == view.process.id else rules.SUBPROCESS_EMPTY, owner)
        return
    if owner is not view.process and view.diagram.elements[scope].kind == 'adHocSubProcess':
        return  # begins where a person says; judged by name elsewhere
    starts = [node for node in nodes if node.kind == 'startEvent']
    plain = [node for node in starts if not node.events]
    if len(plain) > 1:
        yield view.say(rules.START_SEVERAL, owner, count=len(plain), found='、'.join(titled(node) for node in plain))
    if not entries(view.diagram, scope):
        yield view.say(rules.START_MISSING, owner)
    event_subprocess = scope != view.process.id and view.diagram.elements[scope].triggered_by_event
    if starts and not plain and not event_subprocess and (scope != view.process.id or (view.called and not view.main)):
        yield view.say(rules.START_NONE_MISSING, owner)
    if not any(node.kind == 'endEvent' or ends_implicitly(view, node) for node in nodes):
        yield view.say(rules.END_MISSING, owner)


def _flow(view: View, flow: Flow) -> Iterator[Problem]:
    source, target = view.diagram.elements.get(flow.source), view.diagram.elements.get(flow.target)
    for end, side, side_en, found in ((source, '起点', 'source', flow.source), (target, '终点', 'target', flow.target)):
        if end is None:
            yield view.say(rules.FLOW_DANGLING, flow, side=side, side_en=side_en, found=found)
    if source is None or target is None:
        return
    if source.scope != target.scope:
        yield view.say(rules.FLOW_CROSSES_SCOPE, flow, source=titled(source), target=titled(target))
    if target.kind in {'startEvent', 'boundaryEvent'}:
        yield view.say(rules.FLOW_INTO_START, flow, target=titled(target))
    if source.kind == 'endEvent':
        yield view.say(rules.FLOW_OUT_OF_END, flow, source=titled(source))


def _node(view: View, element: Element) -> Iterator[Problem]:
    if element.kind == 'boundaryEvent':
        host = view.diagram.elements.get(element.attached_to or '')
        if host is None or host.kind not in ACTIVITIES or host.scope != element.scope:
            yield view.say(rules.BOUNDARY_UNATTACHED, element, found=element.attached_to or '—')
        elif element.event is not None and element.event.kind == 'compensate':
            return  # followed by an association, not a flow; refused by name elsewhere
        elif not element.outgoing and element.interrupting:
            yield view.say(rules.BOUNDARY_WITHOUT_FLOW, element, fixes=[ended(view, element)])
        elif not element.outgoing and 'on_expiry' not in element.properties:
            yield view.say(rules.BOUNDARY_SILENT, element)
        return
    if is_link(element, 'intermediateThrowEvent') or is_link(element, 'intermediateCatchEvent'):
        yield from _link(view, element)
    if ends_implicitly(view, element) and any(node.kind == 'endEvent' for node in view.diagram.inside(element.scope)):
        yield view.say(rules.NODE_DANGLING, element, fixes=[ended(view, element)])


def ends_implicitly(view: View, element: Element) -> bool:
    """A node that nothing follows and that is no end event: a token ends there (BPMN 2.0.2 §10.5.3)."""
    around = view.diagram.elements.get(element.scope)
    apart = element.kind in {'endEvent', 'boundaryEvent', 'eventBasedGateway'} or element.triggered_by_event or element.for_compensation
    apart = apart or (around is not None and around.kind == 'adHocSubProcess')
    return not element.outgoing and not apart and not is_link(element, 'intermediateThrowEvent')


def ended(view: View, element: Element) -> Fix:
    """An end event after an element that leads nowhere."""
    end = f'{element.id}_end'
    while end in view.diagram.elements or f'{end}_flow' in view.diagram.flows:
        end += '_'
    side = 'below' if element.kind == 'boundaryEvent' else 'after'
    edits = (AddNode(element.scope, end, 'endEvent', near=element.id, side=side), AddFlow(f'{end}_flow', element.id, end))
    return Fix('在其后加结束事件', 'Add an end event after it', edits)


def _link(view: View, element: Element) -> Iterator[Problem]:
    partners = link_partners(view.diagram, element)
    if not partners or (element.kind == 'intermediateThrowEvent' and len(partners) != 1):
        yield view.say(rules.LINK_UNPAIRED, element, found=element.events[0].name or '', count=len(partners))


def _event_gateway(view: View, element: Element) -> Iterator[Problem]:
    out = view.diagram.out(element)
    if len(out) < 2:
        yield view.say(rules.EVENT_GATEWAY_SINGLE, element, count=len(out))
    for flow in out:
        target = view.diagram.elements.get(flow.target)
        if target is None:
            continue
        catches = target.kind == 'intermediateCatchEvent' and any(event.kind in WAITING_EVENTS for event in target.events)
        if not catches and target.kind != 'receiveTask':
            yield view.say(rules.EVENT_GATEWAY_FLOW, element, target=titled(target))
        elif len(target.incoming) > 1:
            yield view.say(rules.EVENT_GATEWAY_SHARED, element, target=titled(target))


def _unreachable(view: View) -> Iterator[Problem]:
    starts = [
        *entries(view.diagram, view.process.id),
        *(node for node in view.elements if node.triggered_by_event or node.for_compensation),
    ]
    seen = reached(starts, view.navigation.successors)
    for element in view.elements:
        host = view.diagram.elements.get(element.attached_to or '')
        hidden = any(ancestor.id not in seen for ancestor in ancestors(view.diagram, element)) or (host is not None and host.id not in seen)
        attached = element.kind != 'boundaryEvent' or (host is not None and host.kind in ACTIVITIES)
        around = view.diagram.elements.get(element.scope)
        picked = around is not None and around.kind == 'adHocSubProcess'  # judged by name elsewhere
        if element.id not in seen and not hidden and attached and not picked:
            gone = Fix('删除它及与它相连的流向', 'Take it and its flows away', (Remove(element.id),))
            yield view.say(rules.NODE_UNREACHABLE, element, fixes=[] if element.kind == 'endEvent' else [gone])


def _lanes(view: View) -> Iterator[Problem]:
    for lane in view.diagram.lanes.values():
        if lane.process == view.process.id:
            for member in lane.members:
                if member not in view.diagram.elements:
                    yield rules.LANE_MEMBER_UNKNOWN.at(lane.id, lane.line, lane.name, file=view.file, found=member)
