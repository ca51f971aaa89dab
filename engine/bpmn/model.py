"""The diagram as this house sees it: plain frozen data read from BPMN 2.0 XML, with line numbers, and nothing of SpiffWorkflow.

The reader makes it, the check judges it, the builder turns it into something that runs, the drawing shows it. Attributes of the
camunda:, flowable: and activiti: namespaces are read alike and stored without their prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.bpmn.dialect import Said

EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True)
class VendorWord:
    """An attribute or extension element of another product that is not read: its name in lxml's `{namespace}name`, and what it says.

    `child` tells an extension element from an attribute; `inside` is the child of the element that bears the attribute, if it is one.
    """

    qualified: str
    value: str
    child: bool = False
    inside: str = ''

    @property
    def space(self) -> str:
        """Its namespace."""
        return self.qualified[1:].partition('}')[0]

    @property
    def name(self) -> str:
        """Its name without the namespace."""
        return self.qualified.rpartition('}')[2]


@dataclass(frozen=True)
class Twice:
    """One fact said twice, and differently: the name, and both ways it is written."""

    name: str
    first: VendorWord
    second: VendorWord


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws (BPMN 2.0.2 §10.5.5).

    `kind` is the local name without its suffix: message, timer, error, escalation, signal, terminate, conditional, cancel, compensate,
    link.
    `timer_type` is timeDate, timeDuration or timeCycle and `expression` its text (or the condition of a conditional event).
    `ref` is the id of the message, signal, error or escalation; `name` and `code` are looked up from it.
    """

    kind: str
    line: int
    ref: str | None = None
    name: str | None = None
    code: str | None = None
    timer_type: str | None = None
    expression: str | None = None
    waits: bool = True  # waitForCompletion of a compensation event
    id: str | None = field(default=None, compare=False)
    ends: tuple[str, ...] = ()  # of a link: the ids of the link event definitions it names as its other end


@dataclass(frozen=True)
class InstanceEvent:
    """What a multi-instance activity throws when an instance completes (BPMN 2.0.2 §10.3.8); without `event` none is named."""

    event: EventDefinition | None = None
    condition: str | None = None  # of a Complex behavior


@dataclass(frozen=True)
class Loop:
    """multiInstanceLoopCharacteristics or standardLoopCharacteristics (BPMN 2.0.2 §10.3.8)."""

    kind: str  # 'parallel' | 'sequential' | 'standard'
    line: int
    cardinality: str | None = None
    collection: str | None = None  # camunda:collection or loopDataInputRef
    element_variable: str | None = None  # camunda:elementVariable or inputDataItem
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None
    loop_condition: str | None = None
    test_before: bool = False
    maximum: str | None = None
    behavior: str = 'All'  # All: nothing is thrown | None: at every completion | One: at the first | Complex: where a condition holds
    throws: tuple[InstanceEvent, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    line: int
    name: str = ''
    condition: str | None = None
    condition_language: str | None = None
    formal: bool = True  # whether the file calls the condition a formal expression
    scope: str = ''
    words: tuple[VendorWord, ...] = ()
    twice: tuple[Twice, ...] = ()


@dataclass(frozen=True)
class Element:
    """A flow node: activity, event or gateway. `kind` is its BPMN local name, e.g. userTask, boundaryEvent, exclusiveGateway."""

    id: str
    kind: str
    line: int
    name: str = ''
    process: str = ''
    scope: str = ''  # id of the process or subprocess that contains it
    lane: str | None = None  # id of the innermost lane, inherited from the enclosing subprocess; its name: Diagram.lane_name
    documentation: str = ''
    attrs: Mapping[str, str] = field(default_factory=dict)  # own XML attributes, vendor ones without prefix
    properties: Mapping[str, str] = field(default_factory=dict)  # <camunda:properties>
    incoming: tuple[str, ...] = ()  # flow ids, document order
    outgoing: tuple[str, ...] = ()
    listed_in: tuple[str, ...] = ()  # the flows its own lists name
    listed_out: tuple[str, ...] = ()
    default: str | None = None
    events: tuple[EventDefinition, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True  # cancelActivity / isInterrupting
    triggered_by_event: bool = False
    loop: Loop | None = None
    script: str | None = None
    script_format: str | None = None
    result_variable: str | None = None
    form_fields: tuple[Mapping[str, object], ...] = ()  # generated form data
    called: str | None = None  # calledElement
    call_in: tuple[Mapping[str, str], ...] = ()  # <camunda:in>
    call_out: tuple[Mapping[str, str], ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)  # <camunda:inputOutput> parameters, name -> expression text
    outputs: Mapping[str, str] = field(default_factory=dict)
    message_ref: str | None = None  # of send and receive tasks
    activation: str | None = None  # activationCondition of a complex gateway
    completion: str | None = None  # completionCondition of an ad-hoc subprocess
    offers: tuple[str, ...] = ()  # of the task in which a person picks the next step of an ad-hoc subprocess: the steps
    unsupported: tuple[str, ...] = ()  # local names of BPMN's own children and attributes nobody here gives a meaning
    words: tuple[VendorWord, ...] = ()  # those of other products
    twice: tuple[Twice, ...] = ()

    @cached_property
    def said(self) -> Said:
        """Its properties in the hall's words, read once."""
        return Said.of(self.properties)

    @property
    def handler(self) -> str:
        """The handler a service, send or business rule task names: topic, an expression without its ${}, a class, a decision; else ''."""
        for key in ('topic', 'delegateExpression', 'expression', 'class', 'operation'):
            if self.attrs.get(key):
                text = self.attrs[key].strip()
                return text[2:-1].strip() if text[:2] in ('${', '#{') and text.endswith('}') else text
        decision = self.attrs.get('decisionRef') or self.attrs.get('decisionTableReferenceKey')
        implementation = self.attrs.get('implementation', '')
        return f'decision:{decision}' if decision else '' if implementation.startswith('##') else implementation

    @property
    def start_quantity(self) -> int:
        """How many tokens must arrive before the activity begins (BPMN 2.0.2 §10.3); 0 when the text is no number."""
        return _quantity(self.attrs.get('startQuantity', '1'))

    @property
    def completion_quantity(self) -> int:
        """How many tokens leave by every flow taken (§10.3); 0 when the text is no number."""
        return _quantity(self.attrs.get('completionQuantity', '1'))

    @property
    def for_compensation(self) -> bool:
        """Whether it is only reached by compensation (§10.7): no sequence flow leads to it."""
        return self.attrs.get('isForCompensation', 'false').strip() in ('true', '1')

    @property
    def form_ref(self) -> str | None:
        """The form named by formRef or formKey, or None."""
        return self.attrs.get('formRef') or self.attrs.get('formKey')

    @cached_property
    def parts(self) -> tuple[Element, ...]:
        """The element once for each of its event definitions; itself where it has not several."""
        return (self,) if len(self.events) < 2 else tuple(replace(self, events=(event,)) for event in self.events)

    @property
    def all_together(self) -> bool:
        """Whether an event with several definitions waits for all of them (parallelMultiple), not for any."""
        return len(self.events) > 1 and self.attrs.get('parallelMultiple') in {'true', '1'}

    @property
    def event(self) -> EventDefinition | None:
        """The single event definition, or None when there is none or there are several."""
        return self.events[0] if len(self.events) == 1 else None


@dataclass(frozen=True)
class Shape:
    """Where an element is drawn, in the diagram's own units (BPMNShape)."""

    element: str
    x: float
    y: float
    width: float
    height: float
    horizontal: bool = True
    expanded: bool = True
    label: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Edge:
    """How a flow is drawn (BPMNEdge)."""

    element: str
    points: tuple[tuple[float, float], ...]
    label: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Lane:
    """A lane of a process; its name is the window when no candidate group is given."""

    id: str
    name: str
    process: str
    line: int
    members: tuple[str, ...] = ()
    parent: str | None = None
    words: tuple[VendorWord, ...] = ()
    twice: tuple[Twice, ...] = ()


@dataclass(frozen=True)
class Process:
    """A process definition of the file (BPMN 2.0.2 §10)."""

    id: str
    name: str
    line: int
    executable: bool
    attrs: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    unsupported: tuple[str, ...] = ()
    words: tuple[VendorWord, ...] = ()
    twice: tuple[Twice, ...] = ()


@dataclass(frozen=True)
class NamedDefinition:
    """A message, signal, error or escalation declared at the top of the file."""

    id: str
    kind: str
    line: int
    name: str = ''
    code: str = ''


@dataclass(frozen=True)
class Diagram:
    """Everything the house reads from one BPMN file."""

    processes: tuple[Process, ...]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, Lane]
    definitions: Mapping[str, NamedDefinition]
    shapes: Mapping[str, Shape]
    edges: Mapping[str, Edge]
    participants: Mapping[str, tuple[str, str | None]]  # id -> (name, process id)
    artifacts: tuple[tuple[str, str, str], ...] = ()  # (id, kind, text): annotations, data objects and groups, drawn only
    links: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)  # id -> (kind, from, to): associations and message flows, drawn
    source: bytes = b''

    @property
    def main(self) -> Process | None:
        """The process that a new instance runs: the first executable one, else the only one, else None."""
        executable = [process for process in self.processes if process.executable]
        if executable:
            return executable[0]
        return self.processes[0] if len(self.processes) == 1 else None

    @cached_property
    def _inside(self) -> Mapping[str, tuple[Element, ...]]:
        return _grouped(self.elements.values(), lambda element: element.scope)

    @cached_property
    def _attached(self) -> Mapping[str, tuple[Element, ...]]:
        return _grouped(self.elements.values(), lambda element: element.attached_to)

    def inside(self, scope: str) -> tuple[Element, ...]:
        """The elements directly inside a process or subprocess, in document order."""
        return self._inside.get(scope, ())

    def of_process(self, process: str) -> tuple[Element, ...]:
        """The elements of a process at every depth, in document order."""
        return tuple(element for element in self.elements.values() if element.process == process)

    def out(self, element: Element) -> list[Flow]:
        """The flows out of an element, in document order."""
        return [self.flows[flow] for flow in element.outgoing]

    def lane_name(self, element: Element) -> str | None:
        """The name of the lane an element lies in (its id when it has no name), or None outside every lane."""
        lane = self.lanes.get(element.lane or '')
        return (lane.name or lane.id) if lane else None

    def boundary_events(self, element_id: str) -> tuple[Element, ...]:
        """The boundary events attached to an activity, in document order."""
        return self._attached.get(element_id, ())


def _quantity(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _grouped(elements: Iterable[Element], by: Callable[[Element], str | None]) -> Mapping[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = {}
    for element in elements:
        key = by(element)
        if key is not None:
            found.setdefault(key, []).append(element)
    return {key: tuple(group) for key, group in found.items()}
