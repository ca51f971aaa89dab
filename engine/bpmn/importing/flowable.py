"""Flowable, Activiti and the Chinese platforms on them (芋道, RuoYi): what their designers write, in the words the panel knows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from engine.bpmn.importing.notes import Notes
from engine.bpmn.importing.tree import bpmn, camunda, own, remove
from engine.bpmn.xml import Node, local, text_of
from engine.words import Word, joined, said

# fmt: off
_PLATFORM = {
    'candidateStrategy', 'candidateParam', 'userType', 'dataType', 'text', 'multiInstanceType', 'assignType', 'approveType',
    'approveMethod', 'approveRatio', 'buttonsSetting', 'fieldsPermission', 'rejectHandlerType', 'rejectReturnTaskId', 'button',
    'assignEmptyHandlerType', 'assignEmptyUserIds', 'assignStartUserHandlerType', 'signEnable', 'reasonRequire', 'localScope',
}
# fmt: on
"""What these platforms add for themselves, as attribute or extension element."""
_STRATEGY = ('candidateStrategy', 'candidateParam', 'assignType', 'userType', 'dataType', 'text')
_OWNER = re.compile(r'(user|group)\s*\(\s*([^()]*)\s*\)')


def from_flowable(root: Node, outputs: Mapping[str, Sequence[str]], notes: Notes) -> None:
    """Generated forms, decision tasks, potential owners and the platforms' own attributes. `outputs`: of each decision at hand."""
    for node in list(root.iter(camunda('formProperty'))):
        _form_property(node, notes)
    for node in list(root.iter(bpmn('serviceTask'))):
        if node.get(camunda('type')) == 'dmn':
            _decision_task(node, outputs, notes)
    for node in list(root.iter(bpmn('potentialOwner'), bpmn('humanPerformer'), bpmn('performer'))):
        _owner(node, notes)
    for node in list(root.iter(bpmn('userTask'))):
        _platform(node, notes)


def _form_property(node: Node, notes: Notes) -> None:
    """`formProperty` says of a field what `formField` says; the panel shows the latter."""
    owner = node.getparent().getparent()
    made = etree.SubElement(own(owner, 'formData'), camunda('formField'), id=node.get('id') or '')
    made.sourceline = node.sourceline
    made.set('label', node.get('name') or node.get('id') or '')
    made.set('type', node.get('type') or 'string')
    if node.get('default'):
        made.set('defaultValue', node.get('default'))
    for name in ('variable', 'expression', 'readable', 'datePattern'):
        if node.get(name):
            _unsaid(name, node, made, owner, notes)
    for child in node:
        if local(child) == 'value':
            etree.SubElement(made, camunda('value'), id=child.get('id') or '', name=child.get('name') or child.get('id') or '')
    rules = [name for name, flag in (('required', node.get('required') == 'true'), ('readonly', node.get('writable') == 'false')) if flag]
    if rules:
        around = etree.SubElement(made, camunda('validation'))
        for name in rules:
            etree.SubElement(around, camunda('constraint'), name=name)
    notes.mapped('form_fields', Word('formProperty 写作 formData 的字段', 'formProperty became fields of formData'), owner)
    remove(node)


def _unsaid(name: str, node: Node, made: Node, owner: Node, notes: Notes) -> None:
    value = node.get(name)
    if name == 'datePattern' or (name == 'readable' and value == 'false'):
        made.set(name, value)
    elif name == 'variable':
        made.set('id', value)  # the variable is what conditions read
        notes.mapped(
            'form_fields',
            said('字段 {id} 以其变量名 {name} 填写', 'The field {id} is filled as its variable {name}', id=node.get('id'), name=value),
            owner,
        )
    elif name != 'readable':
        zh, en = '字段 {id} 的 {name}="{value}" 未带入', '{name}="{value}" of the field {id} was left out'
        notes.dropped('form_fields', said(zh, en, id=node.get('id'), name=name, value=value), owner)


def _decision_task(node: Node, outputs: Mapping[str, Sequence[str]], notes: Notes) -> None:
    """A service task of type `dmn` is BPMN's business rule task."""
    key = node.get(camunda('decisionTableReferenceKey')) or ''
    for field in list(node.iter(camunda('field'))):
        name = field.get('name') or ''
        if name in {'decisionTableReferenceKey', 'decisionServiceReferenceKey'}:
            key = key or (field.get('stringValue') or text_of(field)).strip()
        remove(field)
    node.tag = bpmn('businessRuleTask')
    for name in ('type', 'decisionTableReferenceKey'):
        node.attrib.pop(camunda(name), None)
    node.set(camunda('decisionRef'), key)
    notes.mapped(
        'decision',
        said('决策任务写作业务规则任务，decisionRef="{key}"', 'The decision task became a rule task, decisionRef="{key}"', key=key),
        node,
    )
    name_result(node, key, outputs, notes)


def name_result(node: Node, key: str, outputs: Mapping[str, Sequence[str]], notes: Notes) -> None:
    """Where the result of a decision goes: those engines write each output by its own name, here one variable holds the result."""
    if node.get(camunda('resultVariable')) is not None:
        return
    names = outputs.get(key, ())
    node.set(camunda('resultVariable'), names[0] if len(names) == 1 else key)
    if len(names) > 1:
        zh = '决策 {key} 有多个输出（{names}）：这里写入变量 {key}，条件中写作 {key}.{first}'
        en = 'The decision {key} has several outputs ({names}): they are in the variable {key}, write {key}.{first}'
        notes.decide('decision', said(zh, en, key=key, names=', '.join(names), first=names[0]), node)
    elif not names:
        zh, en = '决策 {key} 的结果写入变量 {key}', 'The result of the decision {key} is in the variable {key}'
        notes.decide('decision', said(zh, en, key=key), node)


def _owner(node: Node, notes: Notes) -> None:
    """A potential owner is a candidate; a bare name is a group."""
    owner, text = node.getparent(), ' '.join(text_of(node).split())
    if owner is None or local(owner) not in {'userTask', 'manualTask'} or not text:
        return
    found: dict[str, list[str]] = {'candidateUsers': [], 'candidateGroups': [], 'assignee': []}
    performer = local(node) != 'potentialOwner'
    if '{' in text:
        found['assignee' if performer else 'candidateGroups'].append(text)
    for kind, name in _OWNER.findall(text) if '{' not in text else ():
        found['candidateUsers' if kind == 'user' else 'candidateGroups'].append(name.strip())
    bare = [part.strip() for part in _OWNER.sub('', text).split(',') if part.strip()] if '{' not in text else []
    found['assignee' if performer else 'candidateGroups'] += bare
    for name, values in found.items():
        if values:
            present = owner.get(camunda(name))
            owner.set(camunda(name), ','.join(dict.fromkeys([*(present.split(',') if present else []), *values])))
    notes.mapped('owner', said('{kind}“{text}”写作候选人', '{kind} "{text}" became candidates', kind=local(node), text=text), owner)
    owner.remove(node)


def _platform(node: Node, notes: Notes) -> None:
    """What a platform adds about people is told as one thing to decide; buttons and permissions are the page's own here."""
    said_of: dict[str, str] = {}
    for name in sorted(_PLATFORM):
        value = node.attrib.pop(camunda(name), None)
        children = node.findall(f'{bpmn("extensionElements")}/{camunda(name)}')
        for child in children:
            value = value or text_of(child).strip() or child.get('value') or child.get('label') or 'true'
            remove(child)
        if value:
            said_of[name] = value
    people = {name: value for name, value in said_of.items() if name in _STRATEGY}
    if people:
        text = joined(f'{name}={value}' for name, value in people.items())
        zh, en = '由谁办理：原平台写的是 {text}，请选择窗口', 'Who works it: the platform says {text}; choose a window'
        if node.get(camunda('candidateGroups')) or node.get(camunda('assignee')) or node.get(camunda('candidateUsers')):
            notes.dropped(
                'platform', said('原平台关于办理人的说明 {text} 未带入', "The platform's {text} about people was left out", text=text), node
            )
        else:
            notes.decide('who', said(zh, en, text=text), node)
    rest = sorted(said_of.keys() - people.keys())
    if rest:
        zh, en = (
            '原平台的 {names} 未带入：按钮、权限由本系统决定',
            "The platform's {names} were left out: buttons and permissions are this house's",
        )
        notes.dropped('platform', said(zh, en, names=', '.join(rest)), node)
