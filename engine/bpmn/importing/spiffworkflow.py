"""SpiffWorkflow's modeler in the house's words. Its scripts are Python, which no bundle runs here: they are told, never kept."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.importing.flowable import name_result
from engine.bpmn.importing.notes import Notes
from engine.bpmn.importing.tree import SPIFF, bpmn, camunda, remove
from engine.bpmn.xml import Node, local, namespace, text_of
from engine.words import Word, said


def from_spiffworkflow(root: Node, notes: Notes) -> None:
    """Write what has a counterpart in the house's namespace; leave out the rest, each with a note."""
    for around in list(root.iter(bpmn('extensionElements'))):
        for node in [child for child in around if namespace(child) == SPIFF]:
            _CONVERTED.get(local(node), _left_out)(node, around.getparent(), notes)
            remove(node)
    for node in list(root.iter()):
        if namespace(node) == SPIFF:
            _left_out(node, node.getparent(), notes)
            node.getparent().remove(node)


def _left_out(node: Node, owner: Node, notes: Notes) -> None:
    zh, en = 'SpiffWorkflow 的 {name} 未带入', '{name} of SpiffWorkflow was left out'
    notes.dropped('extension', said(zh, en, name=local(node)), owner)


def _decision(node: Node, owner: Node, notes: Notes) -> None:
    name = text_of(node).strip()
    owner.set(camunda('decisionRef'), name)
    notes.mapped(
        'decision', said('调用的决策写作 decisionRef="{name}"', 'The called decision became decisionRef="{name}"', name=name), owner
    )
    name_result(owner, name, {}, notes)


def _instructions(node: Node, owner: Node, notes: Notes) -> None:
    if owner.find(bpmn('documentation')) is None:
        made = owner.makeelement(bpmn('documentation'))
        made.text = text_of(node).strip()
        owner.insert(0, made)
        notes.mapped('documentation', Word('给办理人的说明写作节点说明', 'The instructions became the documentation'), owner)
    else:
        _left_out(node, owner, notes)


def _script(node: Node, owner: Node, notes: Notes) -> None:
    zh = '{name} 中的 Python “{text}”未带入：包中的 Python 从不执行，请画成脚本任务并写 FEEL'
    en = 'The Python "{text}" in {name} was left out: no Python of a bundle is run; draw a script task and write FEEL'
    notes.decide('script', said(zh, en, name=local(node), text=' '.join(text_of(node).split())[:120]), owner)


def _properties(node: Node, owner: Node, notes: Notes) -> None:
    for child in node:
        name, value = child.get('name') or '', child.get('value') or ''
        if name == 'formJsonSchemaFilename':
            stem = value.rsplit('/', 1)[-1].removesuffix('.json').removesuffix('-schema')
            owner.set(camunda('formRef'), stem)
            owner.set(camunda('formRefBinding'), 'deployment')
            notes.mapped(
                'form', said('表单 {key} 写作 formRef="{name}"', 'The form {key} became formRef="{name}"', key=value, name=stem), owner
            )
        elif name != 'formUiSchemaFilename':
            notes.dropped(
                'extension',
                said('属性 {name}="{value}" 未带入', 'The property {name}="{value}" was left out', name=name, value=value),
                owner,
            )


def _service(node: Node, owner: Node, notes: Notes) -> None:
    name = node.get('id') or '—'
    owner.set(camunda('type'), 'external')
    owner.set(camunda('topic'), name)
    zh, en = '服务 {name} 写作处理程序，须由大厅提供', 'The service {name} became a handler, which the hall must offer'
    notes.decide('handler', said(zh, en, name=name), owner)


_CONVERTED: dict[str, Callable[[Node, Node, Notes], None]] = {
    'calledDecisionId': _decision,
    'instructionsForEndUser': _instructions,
    'preScript': _script,
    'postScript': _script,
    'properties': _properties,
    'serviceTaskOperator': _service,
}
