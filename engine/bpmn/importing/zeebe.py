"""Camunda 8 in the house's words: every extension of Zeebe that has a counterpart becomes it; what has none stays for the check to name."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.notes import Notes
from engine.bpmn.importing.tree import bpmn, camunda, extensions, own, remove
from engine.bpmn.read_vendor import expression_text, feel_text
from engine.bpmn.vendors import ZEEBE
from engine.bpmn.xml import Node, local, namespace, text_of
from engine.words import Word, said

_TEXT = re.compile(r'"([^"\\]*)"')
_LIST = re.compile(r'\[\s*"[^"\\]*"(\s*,\s*"[^"\\]*")*\s*\]')
_NOTHING_HERE = {'versionTag', 'userTask', 'modelerTemplate'}


def from_zeebe(root: Node, forms: dict[str, bytes], notes: Notes) -> None:
    """Write Zeebe's extensions of every element in the house's namespace; embedded forms go into `forms` by their id."""
    for node in list(root.iter(f'{{{ZEEBE}}}userTaskForm')):
        _embedded_form(node, forms, notes)
    for around in list(root.iter(bpmn('extensionElements'))):
        for node in [child for child in around if namespace(child) == ZEEBE]:
            convert = _CONVERTED.get(local(node))
            if convert is not None:
                convert(node, around.getparent(), notes)
            elif local(node) in _NOTHING_HERE:
                remove(node)


def marked(text: str) -> str:
    """A value of Camunda 8 as the panel shows it: a text in quotes is that text, a list of texts its entries, FEEL keeps its `=`."""
    stripped = text.strip()
    inner = stripped[1:].strip() if stripped.startswith('=') else ''
    if _LIST.fullmatch(inner):
        return ','.join(match.group(1) for match in _TEXT.finditer(inner))
    plain = feel_text(text)
    return plain if not plain.startswith('${=') else stripped


def _set(owner: Node, name: str, value: str | None) -> None:
    if value and owner.get(camunda(name)) is None:
        owner.set(camunda(name), value)


def _assignment(node: Node, owner: Node, notes: Notes) -> None:
    for name in ('assignee', 'candidateGroups', 'candidateUsers'):
        if node.get(name):
            value = marked(node.get(name))
            _set(owner, name, value)
            notes.mapped(
                'assignment',
                said('zeebe 的 {name} 写作 {name}="{value}"', 'Zeebe\'s {name} became "{value}"', name=name, value=value),
                owner,
            )
    remove(node)


def _form(node: Node, owner: Node, notes: Notes) -> None:
    key = node.get('formId') or node.get('formKey') or node.get('externalReference') or ''
    name = key.rsplit(':', 1)[-1].strip()
    if name:
        _set(owner, 'formRef', name)
        _set(owner, 'formRefBinding', 'deployment')
        notes.mapped('form', said('表单 {key} 写作 formRef="{name}"', 'The form {key} became formRef="{name}"', key=key, name=name), owner)
    remove(node)


def _embedded_form(node: Node, forms: dict[str, bytes], notes: Notes) -> None:
    name = (node.get('id') or '').strip()
    text = text_of(node).strip()
    if name and text:
        forms.setdefault(name, text.encode())
        notes.mapped(
            'form',
            said('嵌在图中的表单写成 {name}.form', 'The form embedded in the diagram became {name}.form', name=name),
            node.getparent().getparent(),
        )
    remove(node)


def _task(node: Node, owner: Node, notes: Notes) -> None:
    topic = marked(node.get('type') or '')
    _set(owner, 'type', 'external')
    _set(owner, 'topic', topic)
    notes.mapped('handler', said('任务类型写作处理程序“{topic}”', 'The job type became the handler "{topic}"', topic=topic), owner)
    remove(node)


def _mapping(node: Node, owner: Node, notes: Notes) -> None:
    for child in node:
        target = (child.get('target') or '').strip()
        if target:
            _parameter(owner, f'{local(child)}Parameter', target, marked(child.get('source') or ''))
    notes.mapped('mapping', Word('变量映射写作输入、输出参数', 'The variable mappings became input and output parameters'), owner)
    remove(node)


def _parameter(owner: Node, kind: str, name: str, text: str) -> None:
    made = etree.SubElement(own(owner, 'inputOutput'), camunda(kind), name=name)
    made.text = text


def _headers(node: Node, owner: Node, notes: Notes) -> None:
    for child in node:
        if child.get('key'):
            _parameter(owner, 'inputParameter', child.get('key'), child.get('value') or '')
    notes.mapped('headers', Word('任务头写作输入参数', 'The task headers became input parameters'), owner)
    remove(node)


def _properties(node: Node, owner: Node, notes: Notes) -> None:
    for child in node:
        if child.get('name'):
            etree.SubElement(own(owner, 'properties'), camunda('property'), name=child.get('name'), value=child.get('value') or '')
    notes.mapped('properties', Word('zeebe 属性写作 camunda 属性', "Zeebe's properties became the house's"), owner)
    remove(node)


def _called(node: Node, owner: Node, notes: Notes) -> None:
    process = marked(node.get('processId') or '')
    if process:
        owner.set('calledElement', process)
    for name, kind in (('propagateAllParentVariables', 'in'), ('propagateAllChildVariables', 'out')):
        if (node.get(name) or 'true') == 'true':
            etree.SubElement(extensions(owner), camunda(kind), variables='all')
    notes.mapped(
        'called',
        said('调用的流程写作 calledElement="{process}"', 'The called process became calledElement="{process}"', process=process),
        owner,
    )
    remove(node)


def _decision(node: Node, owner: Node, notes: Notes) -> None:
    decision = marked(node.get('decisionId') or '')
    _set(owner, 'decisionRef', decision)
    _set(owner, 'resultVariable', node.get('resultVariable'))
    notes.mapped(
        'decision', said('调用的决策写作 decisionRef="{name}"', 'The called decision became decisionRef="{name}"', name=decision), owner
    )
    remove(node)


def _script(node: Node, owner: Node, notes: Notes) -> None:
    made = etree.SubElement(owner, bpmn('script'))
    made.text = expression_text(node.get('expression') or '')
    owner.set('scriptFormat', 'feel')
    _set(owner, 'resultVariable', node.get('resultVariable'))
    notes.mapped('script', Word('FEEL 表达式写作脚本', 'The FEEL expression became a script'), owner)
    remove(node)


def _loop(node: Node, owner: Node, notes: Notes) -> None:
    """Collection and element have attributes of the house; what is collected has none and stays as Zeebe writes it, which is read too."""
    for name, plain in (('inputCollection', 'collection'), ('inputElement', 'elementVariable')):
        if node.get(name):
            value = node.get(name)
            _set(owner, plain, expression_text(value) if name == 'inputCollection' else value)
            del node.attrib[name]
    notes.mapped('loop', Word('多实例的集合写作 collection、elementVariable', 'The loop became collection and elementVariable'), owner)
    if not node.attrib:
        remove(node)


def _subscription(node: Node, owner: Node, notes: Notes) -> None:
    zh = '消息的关联键 {key} 未带入：这里按办件编号对应'
    en = 'The correlation key {key} was left out: messages find their case by its number here'
    notes.dropped('correlation', said(zh, en, key=node.get('correlationKey') or '—'), owner)
    remove(node)


def _schedule(node: Node, owner: Node, notes: Notes) -> None:
    zh = '到期日 {found} 未带入：期限用边界计时画出'
    en = 'The due date {found} was left out: a limit is drawn as a boundary timer here'
    notes.decide('due_date', said(zh, en, found=node.get('dueDate') or node.get('followUpDate') or '—'), owner)
    remove(node)


def _priority(node: Node, owner: Node, notes: Notes) -> None:
    notes.dropped('priority', Word('任务优先级未带入：先后由期限决定', 'The priority was left out: limits decide what comes first'), owner)
    remove(node)


_CONVERTED: dict[str, Callable[[Node, Node, Notes], None]] = {
    'assignmentDefinition': _assignment,
    'formDefinition': _form,
    'taskDefinition': _task,
    'ioMapping': _mapping,
    'taskHeaders': _headers,
    'properties': _properties,
    'calledElement': _called,
    'calledDecision': _decision,
    'script': _script,
    'loopCharacteristics': _loop,
    'subscription': _subscription,
    'taskSchedule': _schedule,
    'priorityDefinition': _priority,
}
