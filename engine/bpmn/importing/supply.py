"""Forms that a diagram names and nobody brought: what its conditions read after the step, so that the draft can be tried at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import onward, reached
from engine.bpmn.read_node import GATEWAYS

_NAME = r'(?<![\w.\'"])([^\W\d]\w*)'
_QUOTED = r'(?:"([^"]*)"|\'([^\']*)\')'
_TEXT = re.compile(_NAME + r'\s*(?:={1,2}|!=|eq|ne)\s*' + _QUOTED + '|' + _NAME + r'\.equals\(\s*' + _QUOTED + r'\s*\)')
_NUMBER = re.compile(_NAME + r'\s*(?:[<>]=?|={1,2}|!=|gt|lt|ge|le|eq)\s*-?\d')
_BOOLEAN = re.compile(_NAME + r'\s*(?:={1,2}|!=|eq)\s*(?:true|false)\b')
_ALONE = re.compile(r'^\s*(?:[$#]\{)?\s*(?:!|not\s*\()?\s*([^\W\d]\w*)\s*\)?\s*\}?\s*$')
_MOST = 50


def supplied_form(diagram: Diagram, step: str, name: str, written: frozenset[str]) -> tuple[bytes, tuple[str, ...]]:
    """A form by this name for the step, and its fields: what conditions read next and nobody else writes (`written`)."""
    found: dict[str, dict[str, Any]] = {}
    for condition in _conditions(diagram, diagram.elements[step]):
        for key, component in _fields(condition):
            if key not in written:
                _merge(found.setdefault(key, component), component)
    components = list(found.values())[:_MOST] or [{'type': 'text', 'id': 'to_supply', 'text': '（待补：表单内容）'}]
    made = {'components': components, 'type': 'default', 'id': name, 'schemaVersion': 18}
    return json.dumps(made, ensure_ascii=False, indent=2).encode() + b'\n', tuple(found)


def _conditions(diagram: Diagram, step: Element) -> Iterator[str]:
    """The conditions of the flows after a step, up to the next thing that is done."""
    for at in reached([step], lambda one: [each for each in onward(diagram, one) if each.kind in GATEWAYS]).values():
        yield from (flow.condition for flow in diagram.out(at) if flow.condition)


def _fields(condition: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for match in _TEXT.finditer(condition):
        key, value = (match[1], match[2] or match[3]) if match[1] else (match[4], match[5] or match[6])
        if value:
            yield key, _component('select', key) | {'values': [{'value': value, 'label': value}], 'validate': {'required': True}}
    for match in _NUMBER.finditer(condition):
        yield match[1], _component('number', match[1]) | {'validate': {'required': True}}
    for match in _BOOLEAN.finditer(condition):
        yield match[1], _component('checkbox', match[1])
    alone = _ALONE.match(condition)
    if alone:
        yield alone[1], _component('checkbox', alone[1])


def _component(kind: str, key: str) -> dict[str, Any]:
    return {'type': kind, 'key': key, 'id': key, 'label': key}


def _merge(present: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Texts that are compared with are the choices of one field."""
    if present['type'] == other['type'] == 'select':
        present['values'] += [value for value in other['values'] if value not in present['values']]
