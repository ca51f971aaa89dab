"""Forms of other makers as form-js: Flowable's form designer and JSON Schema; what is form-js already stays byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.bpmn.importing.notes import Notes
from engine.words import said

_FLOWABLE = {
    'text': 'textfield', 'password': 'textfield', 'multi-line-text': 'textarea', 'integer': 'number', 'decimal': 'number',
    'boolean': 'checkbox', 'date': 'datetime', 'dropdown': 'select', 'radio-buttons': 'radio', 'upload': 'filepicker',
    'people': 'textfield', 'functional-group': 'textfield', 'headline': 'text', 'headline-with-line': 'text', 'expression': 'text',
}  # fmt: off
_SCHEMA = {'string': 'textfield', 'integer': 'number', 'number': 'number', 'boolean': 'checkbox'}
MOST_FIELDS = 500


def form_from(content: bytes, stem: str, notes: Notes) -> tuple[str, bytes] | None:
    """The id and the text of a form; None for JSON that is no form. Fields that have no counterpart are named in the notes."""
    try:
        tree = json.loads(content.decode('utf-8-sig'))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None
    if not isinstance(tree, Mapping):
        return None
    if isinstance(tree.get('components'), list):
        return str(tree.get('id') or stem), content
    if isinstance(tree.get('fields'), list):
        name = str(tree.get('key') or stem)
        components = [made for field in tree['fields'][:MOST_FIELDS] if isinstance(field, Mapping) for made in _flowable(field, notes)]
    elif isinstance(tree.get('properties'), Mapping):
        name = stem.removesuffix('-schema')
        required = _listed(tree.get('required'))
        fields = list(tree['properties'].items())[:MOST_FIELDS]
        components = [_schema(str(key), field, key in required, notes) for key, field in fields if isinstance(field, Mapping)]
    else:
        return None
    notes.mapped('form', said('表单 {name} 改写为 form-js', 'The form {name} was rewritten as form-js', name=name))
    made = {'components': components, 'type': 'default', 'id': name, 'schemaVersion': 18}
    return name, json.dumps(made, ensure_ascii=False, indent=2).encode()


def _flowable(field: Mapping[str, Any], notes: Notes) -> list[dict[str, Any]]:
    kind, key = str(field.get('type') or 'text'), str(field.get('id') or '')
    if kind in {'container', 'group'}:
        rows = field.get('fields')
        inner = rows.values() if isinstance(rows, Mapping) else [rows]
        return [
            made for row in inner if isinstance(row, list) for each in row if isinstance(each, Mapping) for made in _flowable(each, notes)
        ]
    target = _FLOWABLE.get(kind)
    if target is None or not key:
        notes.dropped(
            'form',
            said(
                '表单字段 {key}（{kind}）没有对应的组件，未带入',
                'The field {key} ({kind}) has no counterpart here',
                key=key or '—',
                kind=kind,
            ),
        )
        return []
    label = str(field.get('name') or key)
    if target == 'text':
        return [{'type': 'text', 'id': key, 'text': label}]
    made = _component(target, key, label, required=field.get('required') is True)
    if field.get('readOnly') is True:
        made['readonly'] = True
    if target in {'select', 'radio'}:
        named = [str(each.get('id') or each.get('name')) for each in _listed(field.get('options')) if isinstance(each, Mapping)]
        made['values'] = [{'value': each, 'label': each} for each in named]
    return [made]


def _schema(key: str, field: Mapping[str, Any], required: bool, notes: Notes) -> dict[str, Any]:
    kind = str(field.get('type') or 'string')
    choices = field.get('enum')
    target = 'select' if isinstance(choices, list) else _SCHEMA.get(kind, 'textarea')
    if kind not in _SCHEMA:
        notes.decide(
            'form',
            said('表单字段 {key}（{kind}）暂作多行文字', 'The field {key} ({kind}) became lines of text for now', key=key, kind=kind),
        )
    made = _component(target, key, str(field.get('title') or key), required=required)
    if isinstance(choices, list):
        made['values'] = [{'value': str(each), 'label': str(each)} for each in choices]
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _component(kind: str, key: str, label: str, *, required: bool) -> dict[str, Any]:
    made: dict[str, Any] = {'type': kind, 'key': key, 'id': key, 'label': label}
    if required and kind != 'checkbox':
        made['validate'] = {'required': True}
    if kind == 'datetime':
        made |= {'subtype': 'date', 'dateLabel': label}
    return made
