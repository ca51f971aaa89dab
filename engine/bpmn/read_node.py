"""One flow node (activity, event or gateway) from XML to Element (BPMN 2.0.2 §10)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.bpmn.model import Element, EventDefinition, Flow, InstanceEvent, Lane, Loop, NamedDefinition, Twice, VendorWord
from engine.bpmn.problem import Problem
from engine.bpmn.read_people import ROLES, read_roles
from engine.bpmn.read_vendor import Vendor, expression_text, feel_text, read_attributes, read_vendor
from engine.bpmn.rulebook import xml as rules
from engine.bpmn.xml import BPMN, Node, local, namespace, split_name, text_of

TASKS = frozenset({'task', 'userTask', 'manualTask', 'serviceTask', 'scriptTask', 'sendTask', 'receiveTask', 'businessRuleTask'})
SUBPROCESSES = frozenset({'subProcess', 'transaction', 'adHocSubProcess'})
ACTIVITIES = TASKS | SUBPROCESSES | {'callActivity'}
EVENTS = frozenset({'startEvent', 'endEvent', 'intermediateCatchEvent', 'intermediateThrowEvent', 'implicitThrowEvent', 'boundaryEvent'})
GATEWAYS = frozenset({'exclusiveGateway', 'parallelGateway', 'inclusiveGateway', 'eventBasedGateway', 'complexGateway'})
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS

_SUFFIX = 'EventDefinition'
_TYPE = '{http://www.w3.org/2001/XMLSchema-instance}type'
_ASKED = {'activationCondition', 'completionCondition'}
_LOOPS = {'multiInstanceLoopCharacteristics', 'standardLoopCharacteristics'}
# Children of a flow node that the reader itself or the walk over scopes gives a meaning, or that only describe.
_READ_CHILDREN = {
    'documentation',
    'extensionElements',
    'incoming',
    'outgoing',
    'script',
    'conditionExpression',
    'activationCondition',
    'completionCondition',
    'laneSet',
    'sequenceFlow',
    'association',
    'textAnnotation',
    'group',
    'dataObject',
    'dataObjectReference',
    'dataStoreReference',
    'auditing',
    'monitoring',
    'category',
}
_DATA_CHILDREN = {
    'ioSpecification',
    'dataInputAssociation',
    'dataOutputAssociation',
    'dataInput',
    'dataOutput',
    'inputSet',
    'outputSet',
    'property',
}
_PLACEHOLDER = '__targetRef_placeholder'  # bpmn-js ends an association in a property of this name
_DATA = {'dataObject', 'dataObjectReference', 'dataStoreReference', 'dataInput', 'dataOutput', 'property'}
_READ_ATTRIBUTES = {
    'id',
    'name',
    'default',
    'attachedToRef',
    'cancelActivity',
    'isInterrupting',
    'triggeredByEvent',
    'calledElement',
    'scriptFormat',
    'messageRef',
    'gatewayDirection',
    'isForCompensation',
    'startQuantity',
    'completionQuantity',
    'parallelMultiple',
    'instantiate',
    'eventGatewayType',
    'implementation',
    'operationRef',
    'method',
}


@dataclass
class ReadingPage:
    """One file being read: what every part of the reader adds to."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # id -> line, of everything that has an id
    foreign: dict[str, int] = field(default_factory=dict)
    definitions: dict[str, NamedDefinition] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    artifacts: list[tuple[str, str, str]] = field(default_factory=list)
    links: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    data: dict[str, Node] | None = None  # data objects, inputs and outputs by id, once something asks for them
    events: dict[str, Node] = field(default_factory=dict)  # event definitions at the top of the file, by id

    def note_foreign(self, vendor: Vendor) -> None:
        """Remember namespaces of other tools, one line each."""
        for space, line in vendor.foreign.items():
            self.foreign.setdefault(space, line)


def tidy(text: str | None) -> str:
    """A name on one line: breaks between Chinese characters vanish, others become a space."""
    text = re.sub(r'(?<=[\u2e80-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u2e80-\u9fff\uff00-\uffef])', '', (text or '').strip())
    return ' '.join(text.split())


def reference(node: Node, attribute: str) -> str | None:
    """An IDREF or QName attribute; a prefix is dropped."""
    value = (node.get(attribute) or '').strip()
    return value.rsplit(':', 1)[-1] or None


def boolean(node: Node, attribute: str, default: bool, page: ReadingPage) -> bool:
    """An xsd:boolean; anything else is a problem and counts as the default."""
    text = (node.get(attribute) or '').strip()
    if text in {'', 'true', 'false', '1', '0'}:
        return text in {'true', '1'} if text else default
    page.problems.append(
        rules.VALUE_UNREADABLE.at(
            node.get('id'),
            node.sourceline,
            tidy(node.get('name')),
            file=page.name,
            attribute=attribute,
            expected='true / false',
            found=text,
        )
    )
    return default


def read_node(node: Node, identity: str, process: str, scope: str, page: ReadingPage) -> Element:
    """The Element; lanes and flows are added once the whole file is known."""
    vendor = read_vendor(node)
    called = reference(node, 'calledElement')
    if vendor.called and called and vendor.called != called:
        vendor.twice.append(Twice('calledElement', VendorWord('calledElement', called), VendorWord('processId', vendor.called, child=True)))
    children = _children(node)
    events = tuple(_event(child, page, vendor) for child in _definitions(children, page))
    loop = next((_loop(child, vendor, page) for child in children if local(child) in _LOOPS), None)
    _once('loopCharacteristics', [child for child in children if local(child) in _LOOPS], vendor)
    _once('script', [child for child in children if local(child) == 'script'], vendor)
    script = next((text_of(child) for child in children if local(child) == 'script'), vendor.script)
    asked = {local(child): expression_text(text_of(child)) for child in children if local(child) in _ASKED}
    attrs = _own_attributes(node) | vendor.attrs
    unsupported = [*_strange(node, children, page), *read_roles(children, attrs), *vendor.unsupported]
    page.note_foreign(vendor)
    return Element(
        id=identity,
        kind=local(node),
        line=node.sourceline or 1,
        name=tidy(node.get('name')),
        process=process,
        scope=scope,
        documentation='\n'.join(text_of(child).strip() for child in children if local(child) == 'documentation'),
        attrs=attrs,
        properties=vendor.properties,
        default=reference(node, 'default'),
        events=events,
        attached_to=reference(node, 'attachedToRef'),
        interrupting=boolean(node, 'cancelActivity' if local(node) == 'boundaryEvent' else 'isInterrupting', True, page),
        triggered_by_event=boolean(node, 'triggeredByEvent', False, page),
        loop=loop,
        script=script.strip() if script is not None else None,
        script_format=(node.get('scriptFormat') or '').strip() or None,
        result_variable=vendor.attrs.get('resultVariable') or vendor.attrs.get('resultVariableName'),
        form_fields=tuple(vendor.form_fields),
        called=vendor.called or called,
        call_in=tuple(vendor.call_in),
        call_out=tuple(vendor.call_out),
        inputs=vendor.inputs,
        outputs=vendor.outputs,
        message_ref=reference(node, 'messageRef'),
        activation=asked.get('activationCondition') or None,
        listed_in=_listed(children, 'incoming'),
        listed_out=_listed(children, 'outgoing'),
        completion=asked.get('completionCondition') or None,
        unsupported=tuple(dict.fromkeys(unsupported)),
        words=tuple(dict.fromkeys(vendor.words)),
        twice=tuple(vendor.twice),
    )


def _listed(children: list[Node], side: str) -> tuple[str, ...]:
    return tuple(text_of(child).strip().rsplit(':', 1)[-1] for child in children if local(child) == side)


def _once(name: str, found: list[Node], vendor: Vendor) -> None:
    """Of what may be there once, the second is told; the first counts."""
    if len(found) > 1:
        first, second = (VendorWord(local(node), text_of(node).strip() or local(node), child=True) for node in found[:2])
        vendor.twice.append(Twice(name, first, second))


def _children(node: Node) -> list[Node]:
    return [child for child in node if namespace(child) == BPMN]


def _own_attributes(node: Node) -> dict[str, str]:
    return {name: value.strip() for name, value in node.attrib.items() if not split_name(name)[0]}


def _definitions(children: list[Node], page: ReadingPage) -> list[Node]:
    """The event definitions of an event in document order; one it refers to is its own (BPMN 2.0.2 §10.5.1)."""
    found = [page.events.get(_named(child)) if local(child) == 'eventDefinitionRef' else child for child in children]
    return [each for each in found if each is not None and local(each).endswith(_SUFFIX)]


def _named(node: Node) -> str:
    """The id in a text that is a QName; a prefix is dropped."""
    return text_of(node).strip().rsplit(':', 1)[-1]


def _strange(node: Node, children: list[Node], page: ReadingPage) -> list[str]:
    """Children and attributes of BPMN itself that are not read."""
    found = [name for name in _own_attributes(node) if name not in _READ_ATTRIBUTES and local(node) != 'adHocSubProcess']
    for child in children:
        kind = local(child)
        if kind in _DATA_CHILDREN:
            found.append(f'{kind}/assignment' if not _only_drawn(child) else f'{kind}/copy' if _copies(child, page) else kind)
        elif kind == 'eventDefinitionRef':
            found += [] if _named(child) in page.events else [kind]
        elif (
            kind not in _READ_CHILDREN
            and kind not in FLOW_NODES
            and kind not in ROLES
            and kind not in _LOOPS
            and not kind.endswith(_SUFFIX)
        ):
            found.append(kind)
    return found


def _only_drawn(node: Node) -> bool:
    return not any(namespace(child) == BPMN and local(child) in {'assignment', 'transformation'} for child in node.iter())


def _copies(node: Node, page: ReadingPage) -> bool:
    """Whether a data association copies between two names (BPMN 2.0.2 §10.4.2); where one side has no name nothing could read it."""
    if not local(node).endswith('Association'):
        return False
    if page.data is None:
        page.data = {each.get('id') or '': each for each in node.getroottree().iter(*(f'{{{BPMN}}}{kind}' for kind in sorted(_DATA)))}
    names = [_data_name(page.data, _named(end)) for end in _children(node) if local(end) in {'sourceRef', 'targetRef'}]
    return len(names) > 1 and all(names) and len(set(names)) > 1


def _data_name(data: dict[str, Node], identity: str) -> str:
    found = data.get(identity)
    if found is None:
        return ''
    name = tidy(found.get('name'))
    if not name and found.get('dataObjectRef'):
        target = data.get(reference(found, 'dataObjectRef') or '')
        name = tidy(target.get('name')) if target is not None else ''
    return '' if name == _PLACEHOLDER else name


def _event(node: Node, page: ReadingPage, vendor: Vendor) -> EventDefinition:
    """An event definition; a send or service attribute on it (`camunda:topic` …) counts as the element's own."""
    kind = local(node)[: -len(_SUFFIX)]
    own = read_vendor(node, inside=local(node))
    for name, value in own.attrs.items():
        vendor.attrs.setdefault(name, value)
    vendor.inputs.update({name: text for name, text in own.inputs.items() if name not in vendor.inputs})
    vendor.join(own)
    page.note_foreign(own)
    ref = reference(node, f'{kind}Ref') or reference(node, 'activityRef')
    target = page.definitions.get(ref or '')
    timer_type, expression = _when(node, kind, vendor)
    return EventDefinition(
        kind=kind,
        line=node.sourceline or 1,
        ref=ref,
        name=target.name if target else (tidy(node.get('name')) or None),
        code=target.code or None if target else ref if kind == 'error' else None,  # one that nobody declares is its code
        timer_type=timer_type,
        expression=expression,
        waits=boolean(node, 'waitForCompletion', True, page),
        id=node.get('id'),
        ends=tuple(_named(child) for child in _children(node) if kind == 'link' and local(child) in {'source', 'target'}),
    )


def _when(node: Node, kind: str, vendor: Vendor) -> tuple[str | None, str | None]:
    texts = [child for child in _children(node) if local(child) in {'timeDate', 'timeDuration', 'timeCycle', 'condition'}]
    if len(texts) > 1:
        vendor.unsupported.append('+'.join(local(child) for child in texts))
    if not texts:
        return None, None
    first = texts[0]
    text = expression_text(text_of(first)) if kind == 'conditional' else feel_text(text_of(first))
    return (local(first) if kind == 'timer' else None), text


def _loop(node: Node, vendor: Vendor, page: ReadingPage) -> Loop:
    own = read_vendor(node, inside=local(node))
    page.note_foreign(own)
    vendor.join(own)
    own.loop.update(vendor.loop)
    standard = local(node) == 'standardLoopCharacteristics'
    sequential = not standard and boolean(node, 'isSequential', False, page)
    texts = {local(child): child for child in _children(node)}
    strange = set(texts) - {
        'loopCardinality',
        'loopDataInputRef',
        'loopDataOutputRef',
        'inputDataItem',
        'outputDataItem',
        'completionCondition',
        'loopCondition',
        'complexBehaviorDefinition',
        'documentation',
        'extensionElements',
    }
    vendor.unsupported.extend(sorted(strange))

    def text(name: str) -> str | None:
        return expression_text(text_of(texts[name])) or None if name in texts else None

    def item(name: str) -> str | None:
        return (texts[name].get('name') or texts[name].get('id')) if name in texts else None

    return Loop(
        kind='standard' if standard else 'sequential' if sequential else 'parallel',
        line=node.sourceline or 1,
        cardinality=text('loopCardinality'),
        collection=own.attrs.get('collection') or own.loop.get('inputCollection') or text('loopDataInputRef'),
        element_variable=own.attrs.get('elementVariable') or own.loop.get('inputElement') or item('inputDataItem'),
        output_collection=own.loop.get('outputCollection') or text('loopDataOutputRef'),
        output_element=own.loop.get('outputElement') or item('outputDataItem'),
        completion_condition=text('completionCondition'),
        loop_condition=text('loopCondition'),
        test_before=boolean(node, 'testBefore', False, page),
        maximum=(node.get('loopMaximum') or '').strip() or None,
        behavior=(node.get('behavior') or 'All').strip(),
        throws=() if standard else _thrown(node, page, vendor),
        attrs=_own_attributes(node) | own.attrs,
    )


def _thrown(node: Node, page: ReadingPage, vendor: Vendor) -> tuple[InstanceEvent, ...]:
    """What a multi-instance activity throws, for the behavior it has."""
    behavior = (node.get('behavior') or 'All').strip()
    if behavior in {'None', 'One'}:
        found = page.events.get(reference(node, f'{behavior.lower()}BehaviorEventRef') or '')
        return (InstanceEvent(_event(found, page, vendor) if found is not None else None),)
    entries = [child for child in _children(node) if local(child) == 'complexBehaviorDefinition']
    return tuple(_complex_behavior(entry, page, vendor) for entry in entries) if behavior == 'Complex' else ()


def _complex_behavior(node: Node, page: ReadingPage, vendor: Vendor) -> InstanceEvent:
    parts = {local(child): child for child in _children(node)}
    inside = _children(parts['event']) if 'event' in parts else []
    events = [child for child in inside if local(child).endswith(_SUFFIX)]
    events += [page.events[_named(child)] for child in inside if _named(child) in page.events]
    condition = expression_text(text_of(parts['condition'])) if 'condition' in parts else ''
    return InstanceEvent(_event(events[0], page, vendor) if len(events) == 1 else None, condition or None)


def read_flow(node: Node, identity: str, scope: str, page: ReadingPage) -> Flow:
    """A sequence flow with its condition, the leading `=` of Camunda 8 dropped."""
    conditions = [child for child in _children(node) if local(child) == 'conditionExpression']
    condition = conditions[0] if conditions else None
    vendor = read_vendor(node)
    _once('conditionExpression', conditions, vendor)
    language = None
    if condition is not None:
        language = (condition.get('language') or '').strip() or None
        read_attributes(condition, vendor, 'conditionExpression')
    page.note_foreign(vendor)
    return Flow(
        id=identity,
        source=reference(node, 'sourceRef') or '',
        target=reference(node, 'targetRef') or '',
        line=node.sourceline or 1,
        name=tidy(node.get('name')),
        condition=expression_text(text_of(condition)) or None if condition is not None else None,
        condition_language=language,
        formal=condition is None or condition.get(_TYPE) is not None,
        scope=scope,
        words=tuple(vendor.words),
        twice=tuple(vendor.twice),
    )
