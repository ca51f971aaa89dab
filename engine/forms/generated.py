"""Form data generated in the diagram (`camunda:formData`, `flowable:formProperty`, `activiti:formProperty`) as a form like any other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.forms.model import Form, FormError, FormProblem
from engine.forms.parse import form_from_schema
from engine.forms.values import parse_number

_TYPES = {
    'string': 'textfield',
    'text': 'textfield',
    'multi-line-text': 'textarea',
    'long': 'number',
    'int': 'number',
    'integer': 'number',
    'double': 'number',
    'float': 'number',
    'decimal': 'number',
    'boolean': 'checkbox',
    'date': 'datetime',
    'enum': 'select',
}
_WHOLE = frozenset({'long', 'int', 'integer'})
_LIMITS = {'min': 'min', 'max': 'max', 'minlength': 'minLength', 'maxlength': 'maxLength'}
_KNOWN = frozenset({'required', 'readonly', *_LIMITS})


def convert_form_data(items: Sequence[Mapping[str, Any]]) -> Form:
    """The form for a list of field dictionaries, in the order of the diagram.

    camunda: `id, label, type, defaultValue, validations: [{name, config}], values: [{id, name}]`;
    flowable/activiti: `id, name, type, required, readable, writable, default, values: [{id, name}]`.
    Dates are `yyyy-MM-dd` or `dd/MM/yyyy`. Raises `FormError` with all problems (unknown types, validators, JUEL defaults).
    """
    problems: list[FormProblem] = []
    components = [_component(item, f'formData[{index}]', problems) for index, item in enumerate(items)]
    if problems:
        raise FormError(tuple(problems))
    return form_from_schema(
        {'type': 'default', 'id': 'form_data', 'components': [component for component in components if component is not None]}
    )


def _component(item: Mapping[str, Any], where: str, problems: list[FormProblem]) -> dict[str, Any] | None:
    key, kind = str(item.get('id') or ''), str(item.get('type') or 'string')

    def wrong(code: str, message: str, zh: str) -> None:
        problems.append(FormProblem(code, where, message, zh, key or None, key or None))

    if not key:
        wrong('form_data.id', 'Expected an id', '表单字段缺少 id')
        return None
    if kind not in _TYPES:
        wrong('form_data.type', f'Field type {kind} is not supported', f'不支持字段类型 {kind}')
        return None
    if _no(item.get('readable')):
        return None
    rules = _rules(item, wrong)
    readonly = bool(rules.pop('readonly', False)) or _no(item.get('writable'))
    component: dict[str, Any] = {
        'type': _TYPES[kind],
        'key': key,
        'id': key,
        'label': str(item.get('label') or item.get('name') or key),
        'validate': rules,
    }
    if readonly:
        component['readonly'] = True
    if kind in _WHOLE:
        component['decimalDigits'] = 0
    if kind == 'date':
        component |= {'subtype': 'date', 'dateLabel': component['label']}
    if kind == 'boolean':
        rules.pop('required', None)  # there it means "has a value", which a box always has; form-js would demand a tick
    if kind == 'enum':
        component['values'] = [_option(value) for value in item.get('values') or ()]
        if not component['values']:
            wrong('form_data.values', 'Expected an enum to have values', '枚举字段没有可选值')
    default = _default(item, kind, wrong)
    if default is not None:
        component['defaultValue'] = default
    return component


def _no(flag: Any) -> bool:
    return flag is False or str(flag).strip().lower() == 'false'


def _yes(flag: Any) -> bool:
    return flag is True or str(flag).strip().lower() == 'true'


def _option(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        code = str(value.get('id') or value.get('value') or '')
        return {'value': code, 'label': str(value.get('name') or value.get('label') or code)}
    return {'value': str(value), 'label': str(value)}


def _rules(item: Mapping[str, Any], wrong: Any) -> dict[str, Any]:
    given = item.get('validations') or ()
    pairs = given.items() if isinstance(given, Mapping) else [(entry.get('name'), entry.get('config')) for entry in given]
    rules: dict[str, Any] = {}
    if _yes(item.get('required')):
        rules['required'] = True
    for name, config in pairs:
        if name not in _KNOWN:
            wrong('form_data.validation', f'Validation {name} is not supported', f'不支持校验 {name}')
        elif name in _LIMITS:
            amount = parse_number(config)
            if amount is None:
                wrong('form_data.limit', f'Expected {name} to be a number, but it is {config!r}', f'{name} 应为数字')
            else:
                rules[_LIMITS[name]] = int(amount) if amount == int(amount) else float(amount)
        elif not _no(config):
            rules[name] = True
    return rules


def _default(item: Mapping[str, Any], kind: str, wrong: Any) -> Any:
    text = item.get('defaultValue', item.get('default'))
    if text is None or text == '':
        return None
    text = str(text)
    if '${' in text or '#{' in text:
        message = f'Default {text} is an expression, which a generated form cannot evaluate'
        wrong('form_data.default', message, f'默认值 {text} 不能是表达式')
        return None
    if kind == 'boolean':
        return _yes(text)
    if _TYPES[kind] == 'number':
        amount = parse_number(text)
        if amount is None:
            wrong('form_data.default', f'Expected the default to be a number, but it is {text}', f'默认值 {text} 应为数字')
            return None
        return int(amount) if amount == int(amount) else float(amount)
    if kind == 'date':
        european = re.fullmatch(r'(\d{2})/(\d{2})/(\d{4})', text)
        return f'{european[3]}-{european[2]}-{european[1]}' if european else text
    return text
