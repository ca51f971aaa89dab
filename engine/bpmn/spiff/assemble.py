"""From a diagram to the specs that run: one ProcessSpec per process and per subprocess, one Node per element.

The specs are built from the same Diagram the check has judged, not from the XML a second time: what was checked is what runs, and nothing
that SpiffWorkflow's own parser misreads or refuses (see the tests) can come in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.bpmn.compensation import handler_of, undo_fault, undoable
from engine.bpmn.dmn import Decision
from engine.bpmn.model import Diagram, Element, EventDefinition, InstanceEvent
from engine.bpmn.navigation import WAITING_EVENTS, begins, is_link, joins_by, link_partners
from engine.bpmn.spiff import expressions
from engine.bpmn.spiff.decisions import DecisionNode
from engine.bpmn.spiff.events import (
    AllNode,
    AnyNode,
    Awaiting,
    BoundaryNode,
    CatchNode,
    EndNode,
    EventNode,
    EventStartNode,
    RowTimer,
    ThrowNode,
)
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.gateways import ComplexNode, EventGatewayNode, ExclusiveNode, InclusiveNode, ParallelNode, ResetNode
from engine.bpmn.spiff.loops import InstanceThrow, LoopNode
from engine.bpmn.spiff.nesting import AdHocNode, CallNode, PickNode, SubprocessNode
from engine.bpmn.spiff.nodes import Node, PassNode, ScriptNode, UserNode, Way, WorkNode
from engine.bpmn.spiff.scope import ProcessSpec
from engine.bpmn.spiff.unbuildable import (
    Unbuildable,
    ad_hoc_fault,
    complex_fault,
    kind_of,
    multiple_fault,
    quantity_fault,
    unruly,
    unsupported,
)
from engine.bpmn.spiff.undoing import CancelNode, CompensateNode, UndoAllNode, UndoScopeNode
from engine.feel import FeelError

CAUGHT = ('error', 'escalation')
_THROWN = {'message': 0, 'signal': 0, 'escalation': 1, 'error': 2, 'terminate': 2}
"""In which order an event throws its definitions: what may end it comes last, and only one of that."""


@dataclass
class Assembly:
    """The specs made so far."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)
    specs: dict[str, ProcessSpec] = field(default_factory=dict)
    calls: list[CallNode] = field(default_factory=list)
    wrong: list[Unbuildable] = field(default_factory=list)

    def add(self, diagram: Diagram) -> None:
        """Assemble every process of a diagram."""
        for process in diagram.processes:
            _Builder(self, diagram, process.id, process.id).build()

    def finish(self) -> None:
        """Connect call activities with the processes they call."""
        for node in self.calls:
            called = self.specs.get(node.element.called or '')
            if called is None:
                self.wrong.append(
                    Unbuildable(
                        node.element.id,
                        node.element.line,
                        f'被调用的流程“{node.element.called}”不在包内',
                        f'Expected a process {node.element.called!r} in the bundle, but there is none',
                    )
                )
            else:
                node.inside = called


class _Builder:
    """Builds one scope."""

    def __init__(self, assembly: Assembly, diagram: Diagram, scope: str, key: str) -> None:
        self.assembly = assembly
        self.diagram = diagram
        self.scope = scope
        self.key = key
        self.spec = assembly.specs[key] = ProcessSpec(key, scope)
        self.nodes: dict[str, Node] = {}

    def build(self) -> None:
        elements = self.diagram.inside(self.scope)
        for element in elements:
            self._guarded(element, self._make)
        for element in elements:
            self._guarded(element, self._connect)
        for element in elements:
            self._undo(element)
        found = [node for node in self.spec.task_specs.values() if isinstance(node, EventStartNode)]
        self.spec.standby = tuple(node for node in found if node.waits_for)
        self.spec.handlers = tuple(node for node in found if not node.waits_for)
        self.spec.begins = tuple(self.nodes[element.id] for element in begins(self.diagram, self.scope) if element.id in self.nodes)
        self.spec.inclusive = tuple(node for node in self.nodes.values() if isinstance(node, InclusiveNode))
        self.spec.conditional = any(node.waits_for == 'conditional' for node in self.spec.task_specs.values() if isinstance(node, Node))
        for gateway in self.spec.inclusive:
            gateway.reach = joins_by(self.diagram, gateway.element)

    def _undo(self, element: Element) -> None:
        """Remember what undoes the element once it is completed, if anything does."""
        node, handler = self.nodes.get(element.id), handler_of(self.diagram, element)
        if handler is not None and handler.id in self.nodes:
            self.spec.undo[element.id] = self.nodes[handler.id]
        elif isinstance(node, SubprocessNode) and not isinstance(node, CallNode) and undoable(self.diagram, element):
            again = UndoScopeNode(self.spec, element, f'{element.id} [undo]')
            again.inside = node.inside
            again.inside.undo_all = UndoAllNode(
                node.inside, element, f'{element.id} [all]', throws=EventDefinition('compensate', element.line)
            )
            self.spec.undo[element.id] = again

    def _guarded(self, element: Element, work: Callable[[Element], None]) -> None:
        try:
            work(element)
        except FeelError as error:
            self.assembly.wrong.append(Unbuildable(element.id, element.line, getattr(error, 'zh', str(error)), str(error)))
        except Unbuildable as error:
            self.assembly.wrong.append(error)

    def _make(self, element: Element) -> None:
        if element.loop is None:
            self.nodes[element.id] = self._node(element, None)
            return
        inner = self._node(element, f'{element.id} [child]')
        loop, texts = element.loop, {}
        for key, text in (
            ('collection', loop.collection),
            ('cardinality', loop.cardinality),
            ('maximum', loop.maximum),
            ('until', loop.completion_condition),
            ('again', loop.loop_condition),
            ('output', loop.output_element),
        ):
            if text:
                texts[key] = expressions.expression(text)
        throws = tuple(self._instance_event(each) for each in loop.throws if each.event is not None)
        self.nodes[element.id] = LoopNode(self.spec, element, loop=loop, inner=inner, texts=texts, throws=throws)

    def _instance_event(self, each: InstanceEvent) -> InstanceThrow:
        event = each.event or EventDefinition('', 0)
        return InstanceThrow(expressions.expression(each.condition) if each.condition else None, event, self._name(event))

    def _node(self, element: Element, name: str | None) -> Node:
        maker = _MAKERS.get(element.kind)
        faults = (quantity_fault, undo_fault, multiple_fault)
        if maker is None or unruly(element) or any(fault(self.diagram, element) for fault in faults):
            raise unsupported(element)
        node = maker(self, element, name)
        node.mapped_inputs = {key: expressions.template(text) for key, text in element.inputs.items()}
        node.mapped_outputs = {key: expressions.template(text) for key, text in element.outputs.items()}
        return node

    def _connect(self, element: Element) -> None:
        node = self.nodes.get(element.id)
        if node is None:
            return
        flows = self.diagram.out(element)
        inside = {one.id for one in self.diagram.inside(self.scope)}
        loose = [flow.target for flow in flows if flow.target not in inside]
        loose += [element.attached_to or '?'] if element.kind == 'boundaryEvent' and element.attached_to not in inside else []
        if loose:
            raise Unbuildable(element.id, element.line, f'“{loose[0]}”不在同一流程内', f'Expected {loose[0]!r} beside {element.id}')
        ways = [
            Way(flow.id, self.nodes[flow.target], expressions.expression(flow.condition) if flow.condition else None)
            for flow in flows
            if flow.target in self.nodes
        ]
        ways += [Way('', self.nodes[step], None) for step in element.offers if step in self.nodes]
        if is_link(element, 'intermediateThrowEvent'):
            ways = [Way('', self.nodes[other.id], None) for other in link_partners(self.diagram, element)]
        node.leads_to(tuple(ways), element.default)
        if isinstance(node, AnyNode):
            self._lead_by_parts(node)
        elif isinstance(node, EventGatewayNode):
            targets = [(way, part) for way in ways for part in getattr(way.target, 'parts', ()) or (way.target,)]
            node.ways = tuple(Way(way.flow, part, None) for way, part in targets)
        found = [one for each in self.diagram.boundary_events(element.id) if isinstance(one := self.nodes.get(each.id), BoundaryNode)]
        node.bounded_by(tuple(part for one in found for part in one.parts or (one,)))

    def _lead_by_parts(self, node: AnyNode) -> None:
        for part in node.parts:
            part.leads_to(node.ways, node.element.default)
            part.mapped_outputs = node.mapped_outputs
        node.ways = tuple(Way('', part, None) for part in node.parts)

    def pass_through(self, element: Element, name: str | None) -> Node:
        return PassNode(self.spec, element, name)

    def user(self, element: Element, name: str | None) -> Node:
        return PickNode(self.spec, element, name) if element.offers else UserNode(self.spec, element, name)

    def script(self, element: Element, name: str | None) -> Node:
        text = element.script or ''
        if element.result_variable:
            return ScriptNode(self.spec, element, name, script=expressions.expression(text))
        return ScriptNode(self.spec, element, name, script=expressions.assignments(text) if text else None)

    def work(self, element: Element, name: str | None) -> Node:
        handler = element.handler
        if element.kind == 'sendTask' and not handler:
            return self._throw(element, name, self._message(element))
        wanted = handler.removeprefix('decision:')
        if handler != wanted and wanted in self.assembly.decisions:
            return DecisionNode(self.spec, element, name, decisions=self.assembly.decisions, wanted=wanted)
        return WorkNode(self.spec, element, name, handler=handler)

    def subprocess(self, element: Element, name: str | None) -> Node:
        node = SubprocessNode(self.spec, element, name)
        if element.triggered_by_event:
            self._starter(element, node)
        inside = _Builder(self.assembly, self.diagram, element.id, f'{self.key}/{element.id}')
        inside.build()
        node.inside = inside.spec
        return node

    def ad_hoc(self, element: Element, name: str | None) -> Node:
        if ad_hoc_fault(self.diagram, element) or not self.diagram.inside(element.id):
            raise unsupported(element)
        node = AdHocNode(self.spec, element, name)
        node.until = expressions.expression(element.completion or '')
        inside = _Builder(self.assembly, self.diagram, element.id, f'{self.key}/{element.id}')
        inside.build()
        node.inside = inside.spec
        for pick in inside.spec.begins:
            if isinstance(pick, PickNode):
                pick.parallel = not node.sequential
        return node

    def _starter(self, element: Element, node: SubprocessNode) -> None:
        starts = [one for one in self.diagram.inside(element.id) if one.kind == 'startEvent']
        if len(starts) != 1 or element.loop is not None:
            raise unsupported(starts[0] if len(starts) == 1 else element)
        made = [
            EventStartNode(self.spec, part, name, starts=node, awaiting=self._awaiting(part, CAUGHT))
            for part, name in self._parts(starts[0])
        ]
        self._together(starts[0], made)

    def _parts(self, element: Element) -> list[tuple[Element, str | None]]:
        """An event once for each of its definitions, with the name of each part's node."""
        if len(element.events) < 2:
            return [(element, None)]
        return [(part, f'{element.id} [{number}]') for number, part in enumerate(element.parts, 1)]

    def _together(self, element: Element, parts: Sequence[EventNode]) -> None:
        if element.all_together and any(part.waits_for is None for part in parts):
            raise unsupported(element)
        for part in parts if element.all_together else ():
            part.together = tuple(parts)

    def call(self, element: Element, name: str | None) -> Node:
        node = CallNode(self.spec, element, name, given=_mappings(element.call_in), taken=_mappings(element.call_out))
        self.assembly.calls.append(node)
        return node

    def exclusive(self, element: Element, name: str | None) -> Node:
        return ExclusiveNode(self.spec, element, name)

    def parallel(self, element: Element, name: str | None) -> Node:
        return ParallelNode(self.spec, element, name)

    def inclusive(self, element: Element, name: str | None) -> Node:
        return InclusiveNode(self.spec, element, name)

    def complex(self, element: Element, name: str | None) -> Node:
        if complex_fault(self.diagram, element):
            raise unsupported(element)
        node = ComplexNode(self.spec, element, name)
        node.activation = expressions.expression(element.activation or '')
        node.reset = ResetNode(self.spec, element, f'{element.id} [reset]')
        return node

    def event_based(self, element: Element, name: str | None) -> Node:
        return EventGatewayNode(self.spec, element, name)

    def catch(self, element: Element, name: str | None) -> Node:
        if len(element.events) < 2:
            if kind_of(element) in ('', 'link'):
                return PassNode(self.spec, element, name)
            return CatchNode(self.spec, element, name, awaiting=self._awaiting(element))
        node = AllNode(self.spec, element, name) if element.all_together else AnyNode(self.spec, element, name)
        node.parts = tuple(CatchNode(self.spec, part, each, awaiting=self._awaiting(part)) for part, each in self._parts(element))
        self._together(element, node.parts)
        return node

    def receive(self, element: Element, name: str | None) -> Node:
        return CatchNode(self.spec, element, name, awaiting=Awaiting('message', self._name(self._message(element))))

    def boundary(self, element: Element, name: str | None) -> Node:
        if len(element.events) < 2:
            return BoundaryNode(self.spec, element, name, awaiting=self._awaiting(element, (*CAUGHT, 'compensate', 'cancel')))
        node = BoundaryNode(self.spec, element, name)
        node.parts = tuple(
            BoundaryNode(self.spec, part, each, awaiting=self._awaiting(part, CAUGHT)) for part, each in self._parts(element)
        )
        for part in node.parts:
            part.whole = node
        self._together(element, node.parts)
        return node

    def throw(self, element: Element, name: str | None) -> Node:
        if len(element.events) < 2 and kind_of(element) in ('', 'link'):
            return EndNode(self.spec, element, name) if element.kind == 'endEvent' else PassNode(self.spec, element, name)
        if len(element.events) == 1 and (kind_of(element) == 'compensate' or (kind_of(element) == 'cancel' and element.kind == 'endEvent')):
            made = CompensateNode if kind_of(element) == 'compensate' else CancelNode
            return made(self.spec, element, name, throws=element.events[0])
        *before, last = sorted(element.events, key=lambda event: _THROWN.get(event.kind, len(_THROWN)))
        if any(_THROWN.get(event.kind, 9) > 1 for event in before) or _THROWN.get(last.kind, 9) > (2 if element.kind == 'endEvent' else 1):
            raise unsupported(element)
        return self._throw(element, name, last, before)

    def _throw(self, element: Element, name: str | None, event: EventDefinition, before: Sequence[EventDefinition] = ()) -> Node:
        others = tuple((each, self._name(each)) for each in before)
        return ThrowNode(self.spec, element, name, throws=event, text=self._name(event), before=others)

    def _awaiting(self, element: Element, caught: Collection[str] = ()) -> Awaiting | None:
        """What it waits for; None for what is `caught` when it is thrown."""
        kind, event = kind_of(element), element.event
        if kind in caught:
            return None
        if event is None or kind not in WAITING_EVENTS:
            raise unsupported(element)
        if kind == 'timer':
            return RowTimer('timer', _text(event.expression or ''), event.timer_type or 'timeDuration')
        if kind == 'conditional':
            return Awaiting(kind, expressions.expression(event.expression or ''))
        return Awaiting(kind, self._name(event))

    def _message(self, element: Element) -> EventDefinition:
        found = self.diagram.definitions.get(element.message_ref or '')
        name = found.name if found is not None and found.name else element.message_ref or element.name or element.id
        return EventDefinition('message', element.line, element.message_ref, name)

    def _name(self, event: EventDefinition) -> CompiledExpression | str:
        return _text(event.name or event.ref or '')


def _text(text: str) -> CompiledExpression | str:
    return expressions.template(text) if '${' in text or '#{' in text else text


def _mappings(entries: Iterable[Mapping[str, str]]) -> dict[str, CompiledExpression]:
    found: dict[str, CompiledExpression] = {}
    for entry in entries:
        target, source = entry.get('target'), entry.get('source') or entry.get('sourceExpression')
        if target and source:
            found[target] = expressions.expression(source)
    return found


_MAKERS: dict[str, Callable[[_Builder, Element, str | None], Node]] = {
    'startEvent': _Builder.pass_through,
    'task': _Builder.pass_through,
    'userTask': _Builder.user,
    'manualTask': _Builder.user,
    'scriptTask': _Builder.script,
    'serviceTask': _Builder.work,
    'sendTask': _Builder.work,
    'businessRuleTask': _Builder.work,
    'receiveTask': _Builder.receive,
    'subProcess': _Builder.subprocess,
    'transaction': _Builder.subprocess,
    'adHocSubProcess': _Builder.ad_hoc,
    'callActivity': _Builder.call,
    'exclusiveGateway': _Builder.exclusive,
    'parallelGateway': _Builder.parallel,
    'inclusiveGateway': _Builder.inclusive,
    'complexGateway': _Builder.complex,
    'eventBasedGateway': _Builder.event_based,
    'intermediateCatchEvent': _Builder.catch,
    'intermediateThrowEvent': _Builder.throw,
    'endEvent': _Builder.throw,
    'boundaryEvent': _Builder.boundary,
}
