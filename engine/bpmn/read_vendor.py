"""What Camunda, Flowable, Activiti and Zeebe add to an element: attributes and extension elements, read alike, their prefix dropped.

Whatever is not read is kept as a word, so that the check can say so; nothing is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from engine.bpmn.dialect import ATTRIBUTES
from engine.bpmn.model import Twice, VendorWord
from engine.bpmn.vendors import READ_PAST, VENDORS, ZEEBE, lost
from engine.bpmn.xml import Node, local, namespace, split_name, text_of


@dataclass
class Vendor:
    """What was found on one element; the reader turns it into the Element's fields."""

    attrs: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    call_in: list[dict[str, str]] = field(default_factory=list)
    call_out: list[dict[str, str]] = field(default_factory=list)
    form_fields: list[dict[str, object]] = field(default_factory=list)
    loop: dict[str, str] = field(default_factory=dict)
    script: str | None = None
    called: str | None = None
    unsupported: list[str] = field(default_factory=list)
    words: list[VendorWord] = field(default_factory=list)
    twice: list[Twice] = field(default_factory=list)
    foreign: dict[str, int] = field(default_factory=dict)  # namespace -> first line
    said: dict[str, VendorWord] = field(default_factory=dict)  # what was read, by whom it was said first

    def say(self, name: str, value: str, word: VendorWord) -> None:
        """A fact as one product writes it; the first of two that differ counts, and both are told."""
        first = self.said.setdefault(name, word)
        if self.attrs.setdefault(name, value) != value and name in ATTRIBUTES:
            self.twice.append(Twice(name, first, word))

    def join(self, other: Vendor) -> None:
        """What is not read on a child of the element is told at the element."""
        self.unsupported += other.unsupported
        self.words += other.words
        self.twice += other.twice


def read_vendor(node: Node, inside: str = '') -> Vendor:
    """The vendor attributes and extension elements of one BPMN element; `inside` when it is a child of what they are told of."""
    found = Vendor()
    read_attributes(node, found, inside)
    for child in node:
        if local(child) == 'extensionElements':
            for extension in child:
                _extension(extension, found)
    return found


def read_attributes(node: Node, found: Vendor, inside: str = '') -> None:
    """Attributes in a vendor's namespace go to `attrs` without prefix, the unknown ones to `words` too; other namespaces to `foreign`."""
    for name, value in node.attrib.items():
        space, plain = split_name(name)
        word = VendorWord(name, value, inside=inside)
        if space in VENDORS:
            found.say(plain, feel_text(value) if plain in ATTRIBUTES else value, word)
            if plain not in ATTRIBUTES and plain not in READ_PAST:
                found.words.append(word)
        elif space and not space.startswith('http://www.w3.org/'):
            _foreign(word, node, found)


def _foreign(word: VendorWord, node: Node, found: Vendor) -> None:
    if lost(word.space, word.name, word.value) is not None:
        found.words.append(word)
    else:
        found.foreign.setdefault(word.space, node.sourceline or 1)


_TEXT = re.compile(r'"([^"\\{}=\s](?:[^"\\{}]*[^"\\{}\s])?)"')


def feel_text(text: str) -> str:
    """Camunda 8 writes FEEL with a leading `=`; here it is `${=…}` wherever plain text is possible too. A text in quotes is that text."""
    stripped = text.strip()
    if not stripped.startswith('=') or stripped.startswith('=='):
        return stripped
    inner = stripped[1:].strip()
    quoted = _TEXT.fullmatch(inner)
    return quoted[1] if quoted else '${=' + inner + '}'


def expression_text(text: str) -> str:
    """Text of a place that can only be an expression: the leading `=` of Camunda 8 goes, `${…}` stays."""
    stripped = text.strip()
    return stripped[1:].strip() if stripped.startswith('=') and not stripped.startswith('==') else stripped


def _extension(node: Node, found: Vendor) -> None:
    space, name = namespace(node), local(node)
    word = VendorWord(node.tag, ' '.join([*node.attrib.values(), text_of(node).strip()]).strip(), child=True)
    if space not in VENDORS:
        inner = ' '.join(value for each in node.iter() for value in each.attrib.values())
        _foreign(replace(word, value=f'{word.value} {inner}'), node, found)
        return
    reader = (_ZEEBE if space == ZEEBE else _CAMUNDA).get(name)
    if reader is not None:
        reader(node, found)
    elif name not in READ_PAST:
        found.words.append(word)


def _properties(node: Node, found: Vendor) -> None:
    for child in node:
        key = (child.get('name') or child.get('id') or '').strip()
        value = child.get('value')
        if local(child) == 'property' and key:
            text = (text_of(child) if value is None else value).strip()
            if found.properties.get(key, text) != text:
                found.twice.append(Twice(key, *(VendorWord(child.tag, each, child=True) for each in (found.properties[key], text))))
            found.properties[key] = text


def _input_output(node: Node, found: Vendor) -> None:
    for child in node:
        kind, name = local(child), (child.get('name') or '').strip()
        if kind in {'inputParameter', 'outputParameter'} and name:
            text = _parameter(child, found)
            if text is not None:
                (found.inputs if kind == 'inputParameter' else found.outputs)[name] = text


def _parameter(node: Node, found: Vendor) -> str | None:
    """Text, `${…}`, or a list, map or FEEL script, which become a FEEL literal in `${…}`."""
    children = list(node)
    if not children:
        return feel_text(text_of(node))
    inner = _literal(children[0])
    if len(children) > 1 or inner is None:
        found.unsupported.append(f'{local(node)}/{local(children[0])}')
        return None
    return '${' + inner + '}'


def _literal(node: Node) -> str | None:
    kind = local(node)
    if kind == 'script':
        return text_of(node).strip() if (node.get('scriptFormat') or '').strip().lower() == 'feel' else None
    if kind == 'list':
        parts = [_literal(child) for child in node]
        return None if None in parts else '[' + ', '.join(part for part in parts if part) + ']'
    if kind == 'map':
        entries = [(child.get('key') or '', _literal(child)) for child in node if local(child) == 'entry']
        if any(value is None for _, value in entries):
            return None
        return '{' + ', '.join(f'{_quoted(key)}: {value}' for key, value in entries) + '}'
    if kind in {'value', 'entry'}:
        return _value(text_of(node).strip())
    return None


def _value(text: str) -> str:
    return text[2:-1].strip() if text.startswith(('${', '#{')) and text.endswith('}') else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def _call_in(node: Node, found: Vendor) -> None:
    found.call_in.append(_mapping(node))


def _call_out(node: Node, found: Vendor) -> None:
    found.call_out.append(_mapping(node))


def _mapping(node: Node) -> dict[str, str]:
    return {split_name(name)[1]: value.strip() for name, value in node.attrib.items()} | {'line': str(node.sourceline or 1)}


def _field(node: Node, found: Vendor) -> None:
    name = (node.get('name') or '').strip()
    text = node.get('stringValue') or node.get('expression') or text_of(node)
    if name:
        found.inputs[name] = text.strip()


def _form_data(node: Node, found: Vendor) -> None:
    for child in node:
        if local(child) == 'formField':
            _form_field(child, found)


def _form_field(node: Node, found: Vendor) -> None:
    entry: dict[str, object] = {split_name(name)[1]: value for name, value in node.attrib.items()}
    entry['line'] = node.sourceline or 1
    values: list[dict[str, str]] = []
    validations: list[dict[str, str]] = []
    properties: dict[str, str] = {}
    for child in node.iter():
        kind = local(child)
        if kind == 'value':
            values.append({'id': child.get('id') or '', 'name': child.get('name') or child.get('id') or ''})
        elif kind == 'constraint':
            validations.append({'name': child.get('name') or '', 'config': child.get('config') or ''})
        elif kind == 'property':
            properties[child.get('id') or child.get('name') or ''] = child.get('value') or ''
    entry |= {'values': values, 'validations': validations, 'properties': properties}
    found.form_fields.append(entry)


def _script(node: Node, found: Vendor) -> None:
    found.script = expression_text(node.get('expression') or text_of(node))
    if node.get('resultVariable'):
        _say(node, 'resultVariable', node.get('resultVariable'), found)


def _zeebe_mapping(node: Node, found: Vendor) -> None:
    for child in node:
        target = (child.get('target') or '').strip()
        if target:
            (found.inputs if local(child) == 'input' else found.outputs)[target] = feel_text(child.get('source') or '')


def _zeebe_form(node: Node, found: Vendor) -> None:
    reference = node.get('formId') or node.get('formKey') or node.get('externalReference')
    if reference:
        _say(node, 'formRef', reference.strip(), found)


def _zeebe_attributes(*names: tuple[str, str]) -> Callable[[Node, Vendor], None]:
    def read(node: Node, found: Vendor) -> None:
        for name, target in names:
            value = node.get(name)
            if value:
                _say(node, target, feel_text(value), found)

    return read


def _say(node: Node, name: str, value: str, found: Vendor) -> None:
    found.say(name, value, VendorWord(node.tag, value, child=True))


def _zeebe_called(node: Node, found: Vendor) -> None:
    found.called = (node.get('processId') or '').strip() or None
    if (node.get('propagateAllParentVariables') or 'true') == 'true':
        found.call_in.append({'variables': 'all', 'line': str(node.sourceline or 1)})
    if (node.get('propagateAllChildVariables') or 'true') == 'true':
        found.call_out.append({'variables': 'all', 'line': str(node.sourceline or 1)})


def _zeebe_loop(node: Node, found: Vendor) -> None:
    for name in ('inputCollection', 'inputElement', 'outputCollection', 'outputElement'):
        if node.get(name):
            found.loop[name] = expression_text(node.get(name))


_Reader = Callable[[Any, Vendor], None]
_CAMUNDA: dict[str, _Reader] = {
    'properties': _properties,
    'inputOutput': _input_output,
    'in': _call_in,
    'out': _call_out,
    'field': _field,
    'formData': _form_data,
    'formProperty': _form_field,
}
_ZEEBE: dict[str, _Reader] = {
    'properties': _properties,
    'ioMapping': _zeebe_mapping,
    'taskDefinition': _zeebe_attributes(('type', 'topic')),
    'assignmentDefinition': _zeebe_attributes(
        ('assignee', 'assignee'), ('candidateGroups', 'candidateGroups'), ('candidateUsers', 'candidateUsers')
    ),
    'formDefinition': _zeebe_form,
    'script': _script,
    'calledElement': _zeebe_called,
    'calledDecision': _zeebe_attributes(('decisionId', 'decisionRef'), ('resultVariable', 'resultVariable')),
    'loopCharacteristics': _zeebe_loop,
}
