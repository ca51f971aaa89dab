"""One-click changes of what other products do and this house does in another way: listeners, skipped steps, mails, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.bpmn.check.view import View
from engine.bpmn.edits import AddExtension, AddFlow, AddNode, Edit, Fix, MoveFlow, RemoveChild, SetAttribute, SetCondition, SetText
from engine.bpmn.identities import give_ids
from engine.bpmn.model import Element, Flow
from engine.bpmn.read_node import ACTIVITIES
from engine.bpmn.vendors import VENDORS, ZEEBE
from engine.bpmn.xml import Node, local, namespace, parse_xml
from engine.feel import FeelError, compile_diagram_text

LISTENERS = frozenset({'executionListener', 'taskListener', 'eventListener', 'executionListeners', 'taskListeners'})
_CODE = ('class', 'delegateExpression', 'expression', 'type', 'entityType')
_BEFORE, _AFTER = frozenset({'start', 'create'}), frozenset({'end', 'complete', 'take'})
_SETS = re.compile(r"""\s*(?:[$#]\{)?\s*(?:execution|task|delegateTask)\.setVariable\(\s*(["'])(\w+)\1\s*,(.+)\)\s*;?\s*\}?\s*""", re.S)
_PERSON = re.compile(r"""\s*[$#]\{\s*task\.(setAssignee|addCandidateGroup|addCandidateUser)\((.+)\)\s*\}\s*""", re.S)
_PEOPLE = {'setAssignee': 'assignee', 'addCandidateGroup': 'candidateGroups', 'addCandidateUser': 'candidateUsers'}
_ASSIGNS = re.compile(r'\s*(?:var\s+|let\s+|def\s+)?(\w+)\s*=(?!=)\s*([^;\n]+?)\s*;?\s*')
_LETTERS = (  # words of a step's name, and the document that says it
    ('不予受理', 'non_acceptance'),
    ('受理', 'acceptance'),
    ('补正', 'supplement_notice'),
    ('不予', 'refusal'),
    ('准予', 'grant'),
    ('延', 'extension_notice'),
    ('退', 'return_notice'),
    ('送达', 'delivery_receipt'),
)


@dataclass(frozen=True)
class _Listener:
    """A listener as written: its event, what it runs, and the variable or person it sets, if that is plain."""

    event: str
    code: str
    variable: str = ''
    person: str = ''  # the attribute that says the same
    value: str = ''  # an expression


def offers(view: View, at: Any, detail: str) -> tuple[Fix, ...]:
    """The changes for a detail that is not supported, at an element, flow or process of the view."""
    if detail in LISTENERS:
        return tuple(_listeners(view, at, detail))
    if detail == 'skipExpression' and isinstance(at, Element) and len(at.outgoing) == 1:
        return (_skipped(view, at),)
    return ()


def _node(view: View, identity: str) -> Node:
    """The XML of an element; the file is read once for all of them."""
    nodes: dict[str, Node] = view.memory.setdefault('nodes', {})
    if not nodes:
        root = parse_xml(view.diagram.source, view.file)
        give_ids(root)
        nodes.update({node.get('id'): node for node in root.iter(etree.Element) if node.get('id')})
    return nodes[identity]


def _listeners(view: View, at: Any, detail: str) -> Iterator[Fix]:
    found = [node for holder in _node(view, at.id) if local(holder) == 'extensionElements' for node in holder if local(node) == detail]
    found = [node for node in found if namespace(node) in VENDORS]
    if not found:
        return
    gone: list[Edit] = [RemoveChild(at.id, str(tag)) for tag in dict.fromkeys(node.tag for node in found)]
    heard = [_heard(one) for node in found for one in (list(node) if namespace(node) == ZEEBE else [node])]
    if isinstance(at, Element):
        yield from _same_here(view, at, heard, gone, _space(found[0]))
    done, done_en = (
        '；'.join(f'{each.event} 时运行 {each.code}' for each in heard),
        '; '.join(f'{each.code} on {each.event}' for each in heard),
    )
    yield Fix(f'去掉监听器（{done}；本系统不会运行）', f'Take the listeners away ({done_en}; never run here)', tuple(gone))


def _space(node: Node) -> str:
    space = namespace(node)
    return 'http://camunda.org/schema/1.0/bpmn' if space == ZEEBE else space


def _heard(node: Node) -> _Listener:
    event = node.get('event') or node.get('eventType') or node.get('events') or '?'
    code = next((node.get(name) for name in _CODE if node.get(name)), '') or ' '.join(''.join(node.itertext()).split())
    short = code if len(code) <= 80 else f'{code[:79]}…'
    sets, person = _SETS.fullmatch(code), _PERSON.fullmatch(code)
    if sets and _readable(sets[3]):
        return _Listener(event, short, variable=sets[2], value=sets[3].strip())
    if person and _readable(person[2]):
        return _Listener(event, short, person=_PEOPLE[person[1]], value=person[2].strip())
    return _Listener(event, short)


def _readable(text: str) -> bool:
    try:
        return bool(compile_diagram_text('${' + text.strip() + '}'))
    except FeelError:
        return False


def _same_here(view: View, at: Element, heard: list[_Listener], gone: list[Edit], space: str) -> Iterator[Fix]:
    """What says the same here, where every listener has such a thing."""
    (one, *more) = heard
    if more or at.loop is not None:
        return
    if one.person and one.event == 'create' and not at.attrs.get(one.person):
        text = '${' + one.value + '}' if not _quoted(one.value) else one.value[1:-1]
        edits = (*gone, SetAttribute(at.id, '{' + space + '}' + one.person, text))
        yield Fix(f'改为{_WORKED[one.person]}：{text}', f'Write {one.person} = {text}', edits)
    moment = 'after' if at.kind == 'startEvent' or one.event in _AFTER else 'before' if one.event in _BEFORE else ''
    moment = 'before' if at.kind == 'endEvent' and moment else moment
    if one.variable and moment and (at.kind in ACTIVITIES or moment == 'before' or len(at.outgoing) == 1):
        edits = (*gone, *_scripted(view, at, moment, one, space))
        zh, en = ('前', 'before') if moment == 'before' else ('后', 'after')
        yield Fix(f'改为其{zh}的脚本任务：{one.variable} = {one.value}', f'A script task {en} it: {one.variable} = {one.value}', edits)


_WORKED = {'assignee': '办理人', 'candidateGroups': '候选组', 'candidateUsers': '候选人'}


def _quoted(text: str) -> bool:
    return re.fullmatch(r'"[^"{}]*"|\'[^\'{}]*\'', text) is not None


def _fresh(view: View, wanted: str) -> str:
    taken = {*view.diagram.elements, *view.diagram.flows, *view.diagram.lanes, *view.diagram.definitions, *view.diagram.links}
    while wanted in taken:
        wanted += '_'
    return wanted


def _scripted(view: View, at: Element, moment: str, listener: _Listener, space: str) -> list[Edit]:
    script = _fresh(view, f'set_{listener.variable}_{at.id}')
    edits: list[Edit] = [
        AddNode(at.scope, script, 'scriptTask', name=f'{listener.variable} = {listener.value}', near=at.id, side=moment),
        SetAttribute(script, 'scriptFormat', 'juel'),
        SetAttribute(script, '{' + space + '}resultVariable', listener.variable),
        SetText(script, 'script', '${' + listener.value + '}'),
    ]
    joint = _fresh(view, f'{script}_flow')
    if moment == 'before':
        return [*edits, *(MoveFlow(flow, target=script) for flow in at.incoming), AddFlow(joint, script, at.id)]
    if at.default:
        edits += [SetAttribute(at.id, 'default', None), SetAttribute(script, 'default', at.default)]
    return [*edits, *(MoveFlow(flow, source=script) for flow in at.outgoing), AddFlow(joint, at.id, script)]


def _skipped(view: View, at: Element) -> Fix:
    """A gateway before the step and one after it: past it when the condition holds."""
    condition = at.attrs['skipExpression']
    space = next(
        namespace_of
        for name in _node(view, at.id).attrib
        if (namespace_of := name[1:].partition('}')[0]) and name.endswith('}skipExpression')
    )
    before, after = _fresh(view, f'{at.id}_needed'), _fresh(view, f'{at.id}_done')
    into, past, out = (_fresh(view, f'{at.id}_{part}') for part in ('do', 'skip', 'go_on'))
    edits: list[Edit] = [
        SetAttribute(at.id, '{' + space + '}skipExpression', None),
        AddNode(at.scope, before, 'exclusiveGateway', near=at.id, side='before'),
        AddNode(at.scope, after, 'exclusiveGateway', near=at.id, side='after'),
        *(MoveFlow(flow, target=before) for flow in at.incoming),
        MoveFlow(at.outgoing[0], source=after),
        AddFlow(into, before, at.id),
        AddFlow(out, at.id, after),
        AddFlow(past, before, after, condition),
        SetAttribute(before, 'default', into),
    ]
    return Fix(f'在其前画排他网关：{condition} 成立时跳过', f'An exclusive gateway before it: past it when {condition}', tuple(edits))


def letters(view: View, at: Element) -> tuple[Fix, ...]:
    """A mail of another product as a document of this house, or as a step of a clerk."""
    node = _node(view, at.id)
    spaces = [name[1:].partition('}')[0] for name in node.attrib if name.endswith('}type')]
    space = spaces[0] if spaces else 'http://camunda.org/schema/1.0/bpmn'
    held = {str(child.tag) for holder in node if local(holder) == 'extensionElements' for child in holder if local(child) == 'field'}
    gone: list[Edit] = [SetAttribute(at.id, '{' + space + '}type', None), *(RemoveChild(at.id, tag) for tag in sorted(held))]
    document = next((kind for word, kind in _LETTERS if word in at.name), 'acceptance')
    says = f'<v:properties xmlns:v="{space}"><v:property name="document" value="{document}"/></v:properties>'
    printed = (*gone, SetAttribute(at.id, '{' + space + '}topic', 'issue_document'), AddExtension(at.id, says))
    return (
        Fix(f'改为出具文书（issue_document，document = {document}）', f'Issue a document (issue_document, document = {document})', printed),
    )


def in_feel(at: Element | Flow, text: str) -> tuple[Fix, ...]:
    """A script or condition in a foreign language that is one expression, read here in the same way."""
    if isinstance(at, Flow):
        if not _readable(_bare(text)):
            return ()
        edits: tuple[Edit, ...] = (
            SetAttribute(at.id, 'language', None, child='conditionExpression'),
            SetCondition(at.id, '${' + _bare(text) + '}'),
        )
        return (Fix('改为表达式 ${' + _bare(text) + '}', 'Write the expression ${' + _bare(text) + '}', edits),)
    found = _SETS.fullmatch(text)
    variable, value = (found[2], found[3]) if found else ('', _bare(text))
    if not found and (assigned := _ASSIGNS.fullmatch(text)):
        variable, value = assigned[1], assigned[2]
    variable = variable or at.result_variable or ''
    if not variable or not _readable(value):
        return ()
    value = value.strip()
    edits = (SetAttribute(at.id, 'scriptFormat', 'juel'), SetText(at.id, 'script', '${' + value + '}'))
    if variable != at.result_variable:
        edits += (SetAttribute(at.id, '{http://camunda.org/schema/1.0/bpmn}resultVariable', variable),)
    return (Fix(f'改为表达式：{variable} = {value}', f'Write the expression: {variable} = {value}', edits),)


def _bare(text: str) -> str:
    stripped = text.strip().rstrip(';').strip()
    return stripped[2:-1].strip() if stripped[:2] in ('${', '#{') and stripped.endswith('}') else stripped
