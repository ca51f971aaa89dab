"""Form data generated in the diagram (`camunda:formData`, `flowable:formProperty`, `activiti:formProperty`) as a form like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from engine.forms import dates
from engine.forms.expressions import default_fault
from engine.forms.model import Form, FormError, FormProblem
from engine.forms.parse import form_from_schema
from engine.forms.values import parse_number

_TYPES = {
    'string': 'textfield',
    'text': 'textfield',
    'multi-line-text': 'textarea',
    'textarea': 'textarea',
    'long': 'number',
    'int': 'number',
    'integer': 'number',
    'double': 'number',
    'float': 'number',
    'decimal': 'number',
    'number': 'number',
    'boolean': 'checkbox',
    'date': 'datetime',
    'enum': 'select',
}
_WHOLE = frozenset({'long', 'int', 'integer'})
_PEOPLE = frozenset({'user', 'users'})
_LIMITS = {'min': 'min', 'max': 'max', 'minlength': 'minLength', 'maxlength': 'maxLength'}
_KNOWN = frozenset({'required', 'readonly', *_LIMITS})


@dataclass
class _Reading:
    """One field being read: what is wrong with it, and what is worth knowing."""

    where: str
    key: str
    problems: list[FormProblem] = field(default_factory=list)
    notes: list[FormProblem] = field(default_factory=list)

    def wrong(self, code: str, message: str, zh: str) -> None:
        self.problems.append(self._problem(code, message, zh))

    def note(self, code: str, message: str, zh: str) -> None:
        self.notes.append(self._problem(code, message, zh))

    def _problem(self, code: str, message: str, zh: str) -> FormProblem:
        return FormProblem(code, self.where, message, zh, self.key or None, self.key or None)


def convert_form_data(items: Sequence[Mapping[str, Any]]) -> Form:
    """The form for a list of field dictionaries, in the order of the diagram.

    camunda: `id, label, type, defaultValue, datePattern, validations: [{name, config}], values: [{id, name}]`;
    flowable/activiti: `id, name, type, variable, expression, required, readable, writable, default, datePattern, values: [{id, name}]`.
    A type nobody here knows is a text field with a warning. A default with `${…}` is in `Form.defaults`, for it is evaluated when the form
    opens. Raises `FormError` with all problems (validators of a program, defaults that cannot be read).
    """
    readings = [_Reading(f'formData[{index}]', str(item.get('variable') or item.get('id') or '')) for index, item in enumerate(items)]
    components, defaults = [], {}
    for item, reading in zip(items, readings, strict=True):
        component = _component(item, reading)
        if component is not None:
            components.append(component)
            text = _default_text(item)
            if _computed(text):
                defaults[reading.key] = text
    problems = [problem for reading in readings for problem in reading.problems]
    if problems:
        raise FormError(tuple(problems))
    form = form_from_schema({'type': 'default', 'id': 'form_data', 'components': components})
    notes = (note for reading in readings for note in reading.notes)
    return replace(form, warnings=(*form.warnings, *notes), defaults=MappingProxyType(defaults))


def _component(item: Mapping[str, Any], reading: _Reading) -> dict[str, Any] | None:
    key = reading.key
    if not key:
        reading.wrong('form_data.id', 'Expected an id', '表单字段缺少 id')
        return None
    if _no(item.get('readable')):
        return None
    kind = _kind(item, reading)
    rules = _rules(item, reading)
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
        component |= _date(item, component['label'])
    if kind == 'boolean':
        rules.pop('required', None)  # there it means "has a value", which a box always has; form-js would demand a tick
    if kind == 'enum':
        component['values'] = [_option(value) for value in item.get('values') or ()]
        if not component['values']:
            reading.wrong('form_data.values', 'Expected an enum to have values', '枚举字段没有可选值')
    default = _default(item, kind, component, reading)
    if default is not None:
        component['defaultValue'] = default
    return component


def _kind(item: Mapping[str, Any], reading: _Reading) -> str:
    """The type of a field; one that is not known is a text field, or a choice when it lists values (D-31)."""
    written = str(item.get('type') or 'string')
    kind = written.strip().lower()
    if kind in _TYPES:
        return kind
    if kind in _PEOPLE:
        message = f'Type {written} is a text field here: accounts are typed in, and nobody checks whether they exist'
        reading.note('form_data.type', message, f'类型 {written} 在此为文本框：请填写账号，系统不核对账号是否存在')
    elif item.get('values'):
        reading.note('form_data.type', f'Type {written} is unknown; it is a choice here', f'类型 {written} 未知，在此为下拉选择')
        return 'enum'
    else:
        reading.note('form_data.type', f'Type {written} is unknown; it is a text field here', f'类型 {written} 未知，在此为文本框')
    return 'string'


def _date(item: Mapping[str, Any], label: str) -> dict[str, Any]:
    pattern = str(item.get('datePattern') or '')
    subtype = dates.subtype_of(pattern)
    found = {'subtype': subtype, 'datePattern': pattern}
    if subtype != 'time':
        found['dateLabel'] = label
    if subtype != 'date':
        found |= {'timeLabel': label if subtype == 'time' else '', 'timeInterval': 1}  # type: ignore[dict-item]
    return found


def _no(flag: Any) -> bool:
    return flag is False or str(flag).strip().lower() == 'false'


def _yes(flag: Any) -> bool:
    return flag is True or str(flag).strip().lower() == 'true'


def _option(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        code = str(value.get('id') or value.get('value') or '')
        return {'value': code, 'label': str(value.get('name') or value.get('label') or code)}
    return {'value': str(value), 'label': str(value)}


def _rules(item: Mapping[str, Any], reading: _Reading) -> dict[str, Any]:
    given = item.get('validations') or ()
    pairs = given.items() if isinstance(given, Mapping) else [(entry.get('name'), entry.get('config')) for entry in given]
    rules: dict[str, Any] = {}
    if _yes(item.get('required')):
        rules['required'] = True
    for name, config in pairs:
        if name not in _KNOWN:
            reading.wrong('form_data.validation', f'Validation {name} is not supported', f'不支持校验 {name}')
        elif name in _LIMITS:
            amount = parse_number(config)
            if amount is None:
                reading.wrong('form_data.limit', f'Expected {name} to be a number, but it is {config!r}', f'{name} 应为数字')
            else:
                rules[_LIMITS[name]] = int(amount) if amount == int(amount) else float(amount)
        elif not _no(config):
            rules[name] = True
    return rules


def _default_text(item: Mapping[str, Any]) -> str:
    """The default as written; of a field with `expression` (Flowable) that is what it shows."""
    text = item.get('expression') or item.get('defaultValue', item.get('default'))
    return '' if text is None else str(text)


def _computed(text: str) -> bool:
    return '${' in text or '#{' in text


def _default(item: Mapping[str, Any], kind: str, component: Mapping[str, Any], reading: _Reading) -> Any:
    text = _default_text(item)
    if item.get('expression'):
        message = f'What is filled in is the variable {reading.key}; nothing is written to expression="{item["expression"]}"'
        reading.note('form_data.expression', message, f'填写的内容写入变量 {reading.key}，不写入 expression="{item["expression"]}"')
    if not text:
        return None
    if _computed(text):
        fault = default_fault(text)
        if fault is not None:
            reading.wrong('form_data.default', f'The default {text} cannot be evaluated: {fault[1]}', f'默认值 {text} 无法计算：{fault[0]}')
        return None
    if kind == 'boolean':
        return _yes(text)
    if _TYPES[kind] == 'number':
        amount = parse_number(text)
        if amount is None:
            reading.wrong('form_data.default', f'Expected the default to be a number, but it is {text}', f'默认值 {text} 应为数字')
            return None
        return int(amount) if amount == int(amount) else float(amount)
    if kind == 'date':
        return _date_default(text, component, reading)
    if kind == 'enum' and text not in {option['value'] for option in component['values']}:
        reading.note(
            'form_data.default', f'The default {text} is none of the values; the field opens empty', f'默认值 {text} 不在可选值中，字段为空'
        )
        return None
    return text


def _date_default(text: str, component: Mapping[str, Any], reading: _Reading) -> str | None:
    found = dates.by_pattern(text, str(component['datePattern']), str(component['subtype']))
    if found is None:
        wanted = component['datePattern'] or 'yyyy-MM-dd'
        message = f'Expected the default to be a date written {wanted}, but it is {text}; the field opens empty'
        reading.note('form_data.default', message, f'默认值 {text} 不是按 {wanted} 书写的日期，字段为空')
    return found
