"""One-click changes made: `apply` gives a file's new text. Every foreign part, the drawing, comments and the encoding stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any
from xml.sax.saxutils import escape  # writes only; nothing is parsed by it

from lxml import etree

from engine.bpmn.edits import (
    AddDefinition,
    AddExtension,
    AddFlow,
    AddNode,
    Edit,
    Fix,
    MoveFlow,
    Remove,
    RemoveChild,
    ReplaceText,
    SetAttribute,
    SetCondition,
    SetKind,
    SetText,
)
from engine.bpmn.fixing_drawing import draw_flow, draw_node, undraw
from engine.bpmn.identities import give_ids
from engine.bpmn.problem import Problem
from engine.bpmn.read_node import FLOW_NODES
from engine.bpmn.xml import BPMN, Node, local, namespace, parse_to_edit
from engine.core.errors import Rejection

XSI = 'http://www.w3.org/2001/XMLSchema-instance'
PREFIXES = {
    'bpmn': BPMN,
    'camunda': 'http://camunda.org/schema/1.0/bpmn',
    'flowable': 'http://flowable.org/bpmn',
    'zeebe': 'http://camunda.org/schema/zeebe/1.0',
}
_ARTIFACTS = ('textAnnotation', 'association', 'group')
_INSIDE = FLOW_NODES | {'sequenceFlow', 'laneSet'}
_FIRST = ('documentation', 'extensionElements')


class NotFixable(Rejection):
    """The file is no longer the one the fix was offered for."""


def fix_of(problems: Iterable[Problem], code: str, element: str | None, choice: int = 1) -> Fix:
    """The fix of a problem by its code and element; of several ways the `choice`th, from 1. Raises NotFixable where there is none."""
    found = [fix for problem in problems for fix in problem.fixes if fix.code == code and (fix.element or '') == (element or '')]
    if not 1 <= choice <= len(found):
        message = f'Expected a fix {choice} of {code} at {element or "the file"}, but {len(found)} are offered'
        raise NotFixable(message, f'没有可用的修改：{code} {element or ""}（第 {choice} 种，共 {len(found)} 种）')
    return found[choice - 1]


def apply(content: bytes, fix: Fix) -> bytes:
    """The file's content with the fix made. Raises NotFixable when an element is gone, DiagramError for a file that is no safe XML."""
    edits = list(fix.edits)
    for edit in edits:
        if isinstance(edit, ReplaceText):
            content = _replaced(content, edit)
    structural = [edit for edit in edits if not isinstance(edit, ReplaceText)]
    if not structural:
        return content
    root = parse_to_edit(content, fix.file or 'process.bpmn')
    give_ids(root)  # the ids by which the check and the fixes name what has none
    for edit in structural:
        _make(edit, root)
    return _written(root)


def _replaced(content: bytes, edit: ReplaceText) -> bytes:
    text = content.decode('utf-8')
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: max(edit.line - 1, 0)])
    for old, new in zip(_spellings(edit.old), _spellings(edit.new), strict=True):
        at = text.find(old, start)
        if at >= 0:
            return (text[:at] + new + text[at + len(old) :]).encode()
    raise _gone(edit.old)


def _spellings(text: str) -> tuple[str, ...]:
    """A text, and if it is the whole text of an XML element (`>…<`) the ways a file can write that."""
    if not (text.startswith('>') and text.endswith('<')):
        return (text,)
    inner = text[1:-1]
    return (f'><![CDATA[{inner}]]><', f'>{escape(inner)}<', '>' + escape(inner, {'"': '&quot;', "'": '&apos;'}) + '<')


def _written(root: Node) -> bytes:
    tree = root.getroottree()
    used = {prefix: space for prefix, space in PREFIXES.items() if prefix not in root.nsmap and _uses(root, space)}
    if used:
        etree.cleanup_namespaces(tree, top_nsmap=used, keep_ns_prefixes=_declared(root))
    return bytes(etree.tostring(tree, encoding=tree.docinfo.encoding or 'UTF-8', xml_declaration=True, standalone=tree.docinfo.standalone))


def _uses(root: Node, space: str) -> bool:
    mark = '{' + space + '}'
    return any(str(node.tag).startswith(mark) or any(name.startswith(mark) for name in node.attrib) for node in root.iter(etree.Element))


def _declared(root: Node) -> list[str]:
    return sorted({prefix for node in root.iter(etree.Element) for prefix in node.nsmap if prefix})


def _gone(what: str) -> NotFixable:
    return NotFixable(f'Expected {what!r} in the file, but it is not there', f'文件中没有“{what}”，可能已被修改，请重新检查')


def _node(root: Node, identity: str) -> Node:
    found = next((node for node in root.iter(etree.Element) if node.get('id') == identity and namespace(node) == BPMN), None)
    if found is None:
        raise _gone(identity)
    return found


def _named(name: str) -> str:
    return name if name.startswith('{') else '{' + BPMN + '}' + name


def _child(root: Node, identity: str, name: str) -> Node:
    owner = _node(root, identity)
    if not name:
        return owner
    found = next((node for node in _own(owner) if node.tag == _named(name)), None)
    if found is None:
        raise _gone(name)
    return found


def _own(owner: Node) -> Iterator[Node]:
    """What belongs to an element itself: not what belongs to the flow nodes and flows inside it."""
    for child in owner.iterchildren(etree.Element):
        if namespace(child) != BPMN or local(child) not in _INSIDE:
            yield child
            yield from _own(child)


@singledispatch
def _make(edit: Edit, _root: Any) -> None:
    raise TypeError(f'Expected an edit, but found {edit!r}')


@_make.register
def _set_attribute(edit: SetAttribute, root: Any) -> None:
    node = _child(root, edit.element, edit.child)
    if edit.value is None:
        node.attrib.pop(edit.name, None)
    else:
        node.set(edit.name, edit.value)


@_make.register
def _remove_child(edit: RemoveChild, root: Any) -> None:
    owner = _node(root, edit.element)
    found = [node for node in _own(owner) if node.tag == _named(edit.child) and all(node.get(name) == value for name, value in edit.having)]
    if not found:
        raise _gone(edit.child)
    for node in found:
        _take_out(node)


def _take_out(node: Node) -> None:
    """Remove a node, not the text after it; extension elements left empty go too."""
    parent = node.getparent()
    if parent is None:
        return
    before = node.getprevious()
    if node.tail and node.tail.strip():
        if before is not None:
            before.tail = (before.tail or '') + node.tail
        else:
            parent.text = (parent.text or '') + node.tail
    parent.remove(node)
    if local(parent) in {'extensionElements', 'eventListeners', 'taskListeners', 'executionListeners'} and not len(parent):
        _take_out(parent)


@_make.register
def _set_text(edit: SetText, root: Any) -> None:
    owner = _node(root, edit.element)
    node = next((child for child in (*owner, *_own(owner)) if child.tag == _named(edit.child)), None)
    if node is None:
        node = etree.SubElement(owner, _named(edit.child))
    for child in list(node):
        node.remove(child)
    node.text = edit.text


@_make.register
def _set_condition(edit: SetCondition, root: Any) -> None:
    flow = _node(root, edit.flow)
    for child in [child for child in flow if child.tag == _named('conditionExpression')]:
        flow.remove(child)
    if edit.text is not None:
        _condition(flow, edit.text)


def _condition(flow: Node, text: str) -> None:
    child = etree.SubElement(flow, _named('conditionExpression'))
    prefix = f'{flow.prefix}:' if flow.prefix else ''
    child.set('{' + XSI + '}type', f'{prefix}tFormalExpression')
    child.text = text


@_make.register
def _set_kind(edit: SetKind, root: Any) -> None:
    _node(root, edit.element).tag = _named(edit.kind)


@_make.register
def _add_extension(edit: AddExtension, root: Any) -> None:
    owner = _node(root, edit.element)
    holder = next((child for child in owner if child.tag == _named('extensionElements')), None)
    if holder is None:
        holder = etree.Element(_named('extensionElements'))
        documented = sum(child.tag == _named('documentation') for child in owner)
        owner.insert(documented, holder)
    declared = ''.join(f' xmlns:{prefix}="{space}"' for prefix, space in PREFIXES.items())
    holder.append(parse_to_edit(f'<x{declared}>{edit.xml}</x>'.encode())[0])


@_make.register
def _add_node(edit: AddNode, root: Any) -> None:
    scope = _node(root, edit.scope)
    node = etree.Element(_named(edit.kind), {'id': edit.id} | ({'name': edit.name} if edit.name else {}))
    _into(scope, node)
    draw_node(root, edit)


def _into(scope: Node, node: Node) -> None:
    """A flow element stands before the artifacts of its scope (BPMN 2.0.2, Semantic.xsd)."""
    artifact = next((child for child in scope if child.tag in {_named(name) for name in _ARTIFACTS}), None)
    if artifact is not None:
        artifact.addprevious(node)
    else:
        scope.append(node)


@_make.register
def _add_flow(edit: AddFlow, root: Any) -> None:
    source, target = _node(root, edit.source), _node(root, edit.target)
    flow = etree.Element(_named('sequenceFlow'), {'id': edit.id} | ({'name': edit.name} if edit.name else {}))
    flow.set('sourceRef', edit.source)
    flow.set('targetRef', edit.target)
    _into(source.getparent(), flow)
    if edit.condition is not None:
        _condition(flow, edit.condition)
    _refer(source, 'outgoing', edit.id)
    _refer(target, 'incoming', edit.id)
    draw_flow(root, edit.id, edit.source, edit.target)


def _refer(node: Node, side: str, flow: str) -> None:
    """Enter a flow among a node's references, where the file has such references: they come right after the extension elements."""
    before = [
        child
        for child in node.iterchildren(etree.Element)
        if local(child) in {*_FIRST, 'incoming', *({'outgoing'} if side == 'outgoing' else ())}
    ]
    reference = etree.Element(_named(side))
    reference.text = flow
    node.insert(node.index(before[-1]) + 1 if before else 0, reference)


def _unrefer(root: Node, flow: str) -> None:
    for side in ('incoming', 'outgoing'):
        for reference in [node for node in root.iter(_named(side)) if (node.text or '').strip().rsplit(':', 1)[-1] == flow]:
            _take_out(reference)


@_make.register
def _move_flow(edit: MoveFlow, root: Any) -> None:
    flow = _node(root, edit.flow)
    _unrefer(root, edit.flow)
    for name, value in (('sourceRef', edit.source), ('targetRef', edit.target)):
        if value:
            flow.set(name, value)
    source, target = flow.get('sourceRef'), flow.get('targetRef')
    _refer(_node(root, source), 'outgoing', edit.flow)
    _refer(_node(root, target), 'incoming', edit.flow)
    draw_flow(root, edit.flow, source, target)


@_make.register
def _remove(edit: Remove, root: Any) -> None:
    node = _node(root, edit.element)
    for identity in _goes_with(root, node):
        _unrefer(root, identity)
        for member in [each for each in root.iter(_named('flowNodeRef')) if (each.text or '').strip() == identity]:
            _take_out(member)
        undraw(root, identity)
        gone = next((each for each in root.iter(etree.Element) if each.get('id') == identity and namespace(each) == BPMN), None)
        if gone is not None:
            _take_out(gone)


def _goes_with(root: Node, node: Node) -> Iterator[str]:
    """The ids that go with a node: what is inside, its boundary events, the flows and associations at any of these."""
    inside = {each.get('id') for each in node.iter(etree.Element) if each.get('id')}
    attached = [each for each in root.iter(_named('boundaryEvent')) if each.get('attachedToRef') in inside]
    ids = inside | {each.get('id') for event in attached for each in event.iter(etree.Element) if each.get('id')}
    for kind in ('sequenceFlow', 'association', 'messageFlow'):
        ids |= {each.get('id') for each in root.iter(_named(kind)) if each.get('sourceRef') in ids or each.get('targetRef') in ids}
    yield from sorted(each for each in ids if each)


@_make.register
def _add_definition(edit: AddDefinition, root: Any) -> None:
    code = {'error': 'errorCode', 'escalation': 'escalationCode'}.get(edit.kind)
    node = etree.Element(_named(edit.kind), {'id': edit.id, 'name': edit.name} | ({code: edit.code} if code and edit.code else {}))
    first = next((child for child in root.iterchildren(etree.Element) if local(child) in {'process', 'collaboration'}), None)
    if first is not None:
        first.addprevious(node)
    else:
        root.append(node)
