"""The tree of a foreign diagram, built anew in the house's namespaces, with ids where a drawing needs them."""

from __future__ import annotations

from itertools import count

from lxml import etree

from engine.bpmn.importing.notes import Notes
from engine.bpmn.read_node import FLOW_NODES
from engine.bpmn.vendors import CAMUNDA_LIKE, READ_PAST, ZEEBE
from engine.bpmn.xml import BPMN, BPMNDI, DC, DI, Node, local, namespace, split_name
from engine.words import said

CAMUNDA = 'http://camunda.org/schema/1.0/bpmn'
"""The one namespace in which a draft says what runs; the panel of the designer reads and writes it."""
SPIFF = 'http://spiffworkflow.org/bpmn/schema/1.0/core'
MODELER = 'http://camunda.org/schema/modeler/1.0'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
COLOURS = {'http://bpmn.io/schema/bpmn/biocolor/1.0', 'http://www.omg.org/spec/BPMN/non-normative/color/1.0'}
PREFIXES = {'bpmn': BPMN, 'bpmndi': BPMNDI, 'dc': DC, 'di': DI, 'camunda': CAMUNDA, 'modeler': MODELER, 'xsi': XSI}
_KEPT = {BPMN, BPMNDI, DC, DI, CAMUNDA, ZEEBE, SPIFF}
_XML = 'http://www.w3.org/XML/1998/namespace'
_REFERENCES = {'sourceRef', 'targetRef', 'attachedToRef', 'processRef', 'default', 'bpmnElement', 'messageRef', 'signalRef', 'errorRef'}
_REFERRING = {'flowNodeRef', 'incoming', 'outgoing'}
_IDENTIFIED = FLOW_NODES | {'sequenceFlow', 'process', 'participant', 'lane', 'laneSet', 'messageFlow', 'association', 'textAnnotation'}


def bpmn(name: str) -> str:
    """A name in BPMN's own namespace."""
    return f'{{{BPMN}}}{name}'


def camunda(name: str) -> str:
    """A name in the house's namespace."""
    return f'{{{CAMUNDA}}}{name}'


def rebuilt(root: Node, notes: Notes) -> Node:
    """A copy in the house's namespaces. Zeebe's and SpiffWorkflow's own stay for those who know them; other tools' are left out, told."""
    colours = {f'ext{index}': space for index, space in enumerate(sorted(COLOURS & set(root.nsmap.values())))}
    made = etree.Element(root.tag, nsmap=PREFIXES | colours)
    _fill(root, made, notes)
    made.set(f'{{{MODELER}}}executionPlatform', 'Camunda Platform')
    made.set(f'{{{MODELER}}}executionPlatformVersion', '7.24.0')
    _identify(made)
    return made


def _fill(node: Node, made: Node, notes: Notes) -> None:
    """Copy attributes, text and children; the parser has bounded the depth."""
    made.sourceline = node.sourceline
    _attributes(node, made, notes)
    made.text = _plain(node.text, node) if local(node) in _REFERRING else node.text
    for child in node:
        space = namespace(child)
        if space in CAMUNDA_LIKE:
            if space != CAMUNDA:
                notes.mapped('namespace', said('命名空间 {space} 改为 camunda', 'The namespace {space} became camunda', space=space))
            space = CAMUNDA
        if space in _KEPT:
            _fill(child, etree.SubElement(made, f'{{{space}}}{local(child)}'), notes)
        else:
            zh = '{space} 的 {name} 是其他工具的内容，未带入'
            notes.dropped('extension', said(zh, '{name} of {space} belongs to another tool', space=space or '—', name=local(child)), made)


def _attributes(node: Node, made: Node, notes: Notes) -> None:
    for name, value in node.attrib.items():
        space, plain = split_name(name)
        if not space:
            made.set(plain, _plain(value, node) if plain in _REFERENCES else value)
        elif space in CAMUNDA_LIKE:
            _vendor_attribute(made, space, plain, value, notes)
        elif name == f'{{{XSI}}}type':
            if value.rsplit(':', 1)[-1] == 'tFormalExpression':
                made.set(name, 'bpmn:tFormalExpression')
        elif space in {*COLOURS, _XML} or (space == ZEEBE and plain not in READ_PAST):
            made.set(name, value)
        elif space not in {ZEEBE, XSI, MODELER}:
            text = said('{space} 的属性 {name}，未带入', 'The attribute {name} of {space} was left out', space=space, name=plain)
            notes.dropped('extension', text, made)


def _vendor_attribute(made: Node, space: str, plain: str, value: str, notes: Notes) -> None:
    present = made.get(camunda(plain))
    if present is not None and present != value:
        facts = {'name': plain, 'kept': present, 'found': value}
        notes.decide(
            'two_vendors',
            said('{name} 写了两个不同的值：“{kept}”（已保留）和“{found}”', '{name} is said twice: "{kept}" (kept) and "{found}"', **facts),
            made,
        )
        return
    if space != CAMUNDA:
        notes.mapped('namespace', said('命名空间 {space} 改为 camunda', 'The namespace {space} became camunda', space=space))
    made.set(camunda(plain), value)


def _plain(text: str | None, node: Node) -> str | None:
    """A reference without the prefix of a namespace (`tns:task`), which the editors do not resolve."""
    prefix, colon, rest = (text or '').strip().partition(':')
    return rest if colon and prefix in node.nsmap else text


def _identify(root: Node) -> None:
    """Ids for what has none: a drawing refers to it. What has one keeps it."""
    taken = {node.get('id') for node in root.iter(etree.Element)}
    numbers = {kind: count(1) for kind in _IDENTIFIED}
    for node in root.iter(etree.Element):
        kind = local(node)
        if namespace(node) == BPMN and kind in _IDENTIFIED and not (node.get('id') or '').strip():
            names = (f'{kind[:1].upper()}{kind[1:]}_{number}' for number in numbers[kind])
            node.set('id', next(name for name in names if name not in taken))


def extensions(owner: Node) -> Node:
    """The extensionElements of an element, made after its documentation when there is none."""
    found = owner.find(bpmn('extensionElements'))
    if found is None:
        found = etree.Element(bpmn('extensionElements'))
        found.sourceline = owner.sourceline
        owner.insert(len(owner.findall(bpmn('documentation'))), found)
    return found


def own(owner: Node, name: str) -> Node:
    """A child of the extension elements in the house's namespace, made when there is none."""
    around = extensions(owner)
    found = around.find(camunda(name))
    if found is None:
        found = etree.SubElement(around, camunda(name))
        found.sourceline = owner.sourceline
    return found


def remove(node: Node) -> None:
    """Take a node out; extension elements that are empty then go too."""
    around = node.getparent()
    around.remove(node)
    if around.tag == bpmn('extensionElements') and len(around) == 0:
        around.getparent().remove(around)
