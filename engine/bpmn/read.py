"""BPMN 2.0 XML to Diagram. Reading never guesses: what cannot be read is a problem with a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.bpmn.identities import give_ids
from engine.bpmn.model import Diagram, Element, Lane, NamedDefinition, Process
from engine.bpmn.people import split
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.read_drawing import read_drawing
from engine.bpmn.read_node import ACTIVITIES, FLOW_NODES, SUBPROCESSES, ReadingPage, boolean, read_flow, read_node, reference, tidy
from engine.bpmn.read_vendor import read_vendor
from engine.bpmn.rulebook import structure
from engine.bpmn.rulebook import xml as rules
from engine.bpmn.vendors import CHANGES, DECORATION, NOT_KNOWN, NOTED
from engine.bpmn.xml import BPMN, Node, local, namespace, parse_xml, text_of

_ARTIFACTS = {'textAnnotation', 'group', 'dataObject', 'dataObjectReference', 'dataStoreReference', 'dataStore', 'dataInput', 'dataOutput'}
_PROCESS_CHILDREN = (
    _ARTIFACTS
    | FLOW_NODES
    | {
        'documentation',
        'extensionElements',
        'laneSet',
        'sequenceFlow',
        'association',
        'auditing',
        'monitoring',
        'supports',
        'ioSpecification',
        'property',
    }
)
_DEFINITIONS = {'message': '', 'signal': '', 'error': 'errorCode', 'escalation': 'escalationCode'}


@dataclass(frozen=True)
class ReadFile:
    """A file as read: the diagram as far as it could be made out, and every problem on the way."""

    diagram: Diagram | None
    problems: tuple[Problem, ...]


def read_diagram(source: bytes, name: str = 'process.bpmn') -> Diagram:
    """The diagram in a BPMN 2.0 file. Raises DiagramError with all reading problems when one of them is an error."""
    reading = examine(source, name)
    if reading.diagram is None or any(problem.is_error for problem in reading.problems):
        raise DiagramError(reading.problems)
    return reading.diagram


def examine(source: bytes, name: str = 'process.bpmn') -> ReadFile:
    """Read as much as possible; never raises."""
    try:
        root = parse_xml(source, name)
    except DiagramError as error:
        return ReadFile(None, error.problems)
    if namespace(root) != BPMN or local(root) != 'definitions':
        return ReadFile(None, (rules.XML_NOT_BPMN.at(file=name, line=root.sourceline or 1, found=root.tag),))
    give_ids(root)
    page = ReadingPage(name)
    diagram = _diagram(root, page, source)
    problems = page.problems + list(_foreign(page))
    return ReadFile(diagram, tuple(problems))


def _diagram(root: Node, page: ReadingPage, source: bytes) -> Diagram:
    _definitions(root, page)
    processes = []
    for node in _children(root, 'process'):
        identity = _identity(node, page)
        if identity:
            processes.append(_process(node, identity, page))
            _scope(node, identity, identity, page)
    participants = _collaborations(root, page)
    _connect(page, page.lanes)
    shapes, edges = read_drawing(root, page.name, page.problems)
    return Diagram(
        processes=tuple(processes),
        elements=page.elements,
        flows=page.flows,
        lanes=page.lanes,
        definitions=page.definitions,
        shapes=shapes,
        edges=edges,
        participants=participants,
        artifacts=tuple(page.artifacts),
        links=page.links,
        source=source,
    )


def _children(node: Node, *kinds: str) -> Iterator[Node]:
    return (child for child in node if namespace(child) == BPMN and (not kinds or local(child) in kinds))


def _identity(node: Node, page: ReadingPage) -> str | None:
    """The id, entered so that a second use is a problem; None when it is missing or taken."""
    identity = (node.get('id') or '').strip()
    if not identity:
        page.problems.append(rules.ID_MISSING.at(None, node.sourceline, tidy(node.get('name')), file=page.name, kind=local(node)))
        return None
    if identity in page.lines:
        page.problems.append(
            rules.ID_DUPLICATE.at(identity, node.sourceline, tidy(node.get('name')), file=page.name, first=page.lines[identity])
        )
        return None
    page.lines[identity] = node.sourceline or 1
    return identity


def _definitions(root: Node, page: ReadingPage) -> None:
    _around(root, page)
    for node in _children(root, *_DEFINITIONS):
        _around(node, page)
        identity = _identity(node, page)
        if identity:
            kind = local(node)
            code = (node.get(_DEFINITIONS[kind]) or '').strip() if _DEFINITIONS[kind] else ''
            page.definitions[identity] = NamedDefinition(identity, kind, node.sourceline or 1, tidy(node.get('name')), code)
    page.events.update({node.get('id'): node for node in _children(root) if local(node).endswith('EventDefinition') and node.get('id')})
    for node in _children(root, 'extension'):
        if (node.get('mustUnderstand') or 'false').strip() in {'true', '1'}:
            page.problems.append(rules.EXTENSION_REQUIRED.at(file=page.name, line=node.sourceline, namespace=node.get('definition') or '?'))
    for node in _children(root, 'import'):
        page.problems.append(rules.IMPORT_IGNORED.at(file=page.name, line=node.sourceline, location=node.get('location') or '?'))


def _around(node: Node, page: ReadingPage) -> None:
    """Words of other products outside every process, on the file, its pools, messages and message flows: told, for nothing reads them."""
    vendor = read_vendor(node)
    if local(node) == 'definitions':  # every modeler leaves its settings there
        vendor.foreign = {space: line for space, line in vendor.foreign.items() if space not in DECORATION}
    page.note_foreign(vendor)
    for word in dict.fromkeys(vendor.words):
        about, why = node.get('id') or local(node), NOTED.get(word.name) or CHANGES.get(word.name) or NOT_KNOWN
        place = (about, node.sourceline, tidy(node.get('name')))
        page.problems.append(structure.DETAIL_IGNORED.at(*place, file=page.name, detail=word.name, why=why[0], why_en=why[1]))


def _process(node: Node, identity: str, page: ReadingPage) -> Process:
    vendor = read_vendor(node)
    page.note_foreign(vendor)
    strange = [local(child) for child in _children(node) if local(child) not in _PROCESS_CHILDREN]
    return Process(
        id=identity,
        name=tidy(node.get('name')),
        line=node.sourceline or 1,
        executable=boolean(node, 'isExecutable', False, page),
        attrs={name: value for name, value in node.attrib.items() if '}' not in name} | vendor.attrs,
        properties=vendor.properties,
        unsupported=tuple(dict.fromkeys(strange + vendor.unsupported)),
        words=tuple(vendor.words),
        twice=tuple(vendor.twice),
    )


def _scope(node: Node, process: str, scope: str, page: ReadingPage) -> None:
    """Everything inside a process or subprocess; the depth cap of the XML bounds the recursion."""
    for child in _children(node):
        kind = local(child)
        if kind in FLOW_NODES:
            identity = _identity(child, page)
            if identity:
                page.elements[identity] = read_node(child, identity, process, scope, page)
                if kind in SUBPROCESSES:
                    _scope(child, process, identity, page)
        elif kind == 'sequenceFlow':
            identity = _identity(child, page) or f'{child.get("id")}#{len(page.flows)}'  # left out, its nodes would seem unconnected
            page.flows[identity] = read_flow(child, identity, scope, page)
        elif kind == 'laneSet':
            _lane_set(child, process, None, page)
        else:
            _artifact(child, page)


def _artifact(node: Node, page: ReadingPage) -> None:
    kind, identity = local(node), (node.get('id') or '').strip()
    if not identity or kind not in _ARTIFACTS | {'association'} or _identity(node, page) is None:
        return
    if kind == 'association':
        page.links[identity] = (kind, reference(node, 'sourceRef') or '', reference(node, 'targetRef') or '')
    else:
        text = next((text_of(child) for child in _children(node, 'text')), None)
        page.artifacts.append((identity, kind, tidy(text if text is not None else node.get('name'))))


def _lane_set(node: Node, process: str, parent: str | None, page: ReadingPage) -> None:
    for child in _children(node, 'lane'):
        identity = _identity(child, page)
        if not identity:
            continue
        members = tuple(text_of(member).strip() for member in _children(child, 'flowNodeRef'))
        vendor = read_vendor(child)
        page.note_foreign(vendor)
        page.lanes[identity] = Lane(
            id=identity,
            name=tidy(child.get('name')),
            process=process,
            line=child.sourceline or 1,
            members=members,
            parent=parent,
            words=tuple(vendor.words),
            twice=tuple(vendor.twice),
        )
        for inner in _children(child, 'childLaneSet'):
            _lane_set(inner, process, identity, page)


def _collaborations(root: Node, page: ReadingPage) -> dict[str, tuple[str, str | None]]:
    participants: dict[str, tuple[str, str | None]] = {}
    for collaboration in _children(root, 'collaboration'):
        _around(collaboration, page)
        for child in _children(collaboration):
            kind = local(child)
            if kind in {'participant', 'messageFlow'}:
                _around(child, page)
            if kind == 'participant':
                identity = _identity(child, page)
                if identity:
                    participants[identity] = (tidy(child.get('name')), reference(child, 'processRef'))
            elif kind == 'messageFlow':
                page.links[child.get('id')] = (kind, reference(child, 'sourceRef') or '', reference(child, 'targetRef') or '')
            else:
                _artifact(child, page)
    return participants


def _connect(page: ReadingPage, lanes: dict[str, Lane]) -> None:
    """Enter flows and lanes into the elements; a node in a subprocess lies in the subprocess's lane unless it has its own."""
    incoming: dict[str, list[str]] = defaultdict(list)
    outgoing: dict[str, list[str]] = defaultdict(list)
    for flow in page.flows.values():
        outgoing[flow.source].append(flow.id)
        incoming[flow.target].append(flow.id)
    depth = {lane: _depth(lane, lanes) for lane in lanes}
    own: dict[str, str] = {}
    for lane in sorted(lanes.values(), key=lambda each: depth[each.id]):
        own.update(dict.fromkeys(lane.members, lane.id))
    for element in list(page.elements.values()):  # document order: a subprocess comes before its content
        host: Element | None = page.elements.get(element.scope)
        page.elements[element.id] = replace(
            element,
            lane=own.get(element.id) or (host.lane if host else None),
            incoming=tuple(incoming[element.id]),
            outgoing=tuple(outgoing[element.id]),
        )
    for element in [each for each in page.elements.values() if each.kind == 'adHocSubProcess']:
        _pick_list(element, page)


_NAMING = ('assignee', 'candidateUsers')


def _pick_list(element: Element, page: ReadingPage) -> None:
    """The user task in which a person picks the next step of an ad-hoc subprocess: BPMN has the choice and draws nothing for it."""
    inside = [each for each in page.elements.values() if each.scope == element.id and each.kind in ACTIVITIES and not each.incoming]
    offered = [each for each in inside if not each.for_compensation and not each.triggered_by_event]
    if not offered:
        return
    identity = f'{element.id}_pick'
    while identity in page.lines:
        identity += '_'
    page.lines[identity] = element.line
    groups = dict.fromkeys(group for each in offered for group in split(each.attrs.get('candidateGroups', '')))
    people = dict.fromkeys(name for each in offered for key in _NAMING for name in split(each.attrs.get(key, '')))
    staff = [group for group in groups if group != 'applicant'] or list(groups)
    window = element.attrs.get('candidateGroups') or ','.join(staff)
    named = {} if element.attrs.get('candidateGroups') else {'candidateUsers': ','.join(people)}
    values = [{'id': each.id, 'name': each.name or each.id} for each in offered]
    choice = {'id': identity, 'label': '选择下一步 Next step', 'type': 'enum', 'required': True, 'values': values}
    page.elements[identity] = Element(
        id=identity,
        kind='userTask',
        line=element.line,
        name=f'{element.name or element.id}：选择下一步',
        process=element.process,
        scope=element.id,
        lane=element.lane,
        attrs={key: text for key, text in {'candidateGroups': window, **named}.items() if text},
        form_fields=(choice,),
        offers=tuple(each.id for each in offered),
    )


def _depth(lane: str, lanes: dict[str, Lane]) -> int:
    count, at = 0, lanes[lane].parent
    while at is not None:
        count, at = count + 1, lanes[at].parent
    return count


def _foreign(page: ReadingPage) -> Iterator[Problem]:
    for space, line in page.foreign.items():
        if space in DECORATION:
            what, what_en = DECORATION[space]
            yield rules.EXTENSION_IGNORED.at(file=page.name, line=line, namespace=space, what=what, what_en=what_en)
        else:
            yield rules.EXTENSION_UNKNOWN.at(file=page.name, line=line, namespace=space or '（无）', namespace_en=space or '(none)')
