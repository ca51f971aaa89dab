"""Values of fields: numbers as people type them, what form-js makes of a value it is opened with, and what is in an empty field."""

from __future__ import annotations

import copy
import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.forms.expressions import number
from engine.forms.model import MULTIPLE_CHOICE, SINGLE_CHOICE, Component, Form, Path
from engine.forms.options import all_chosen, chosen, plain_options
from engine.forms.paths import MISSING, get_at, set_at

_NUMBER = re.compile(r'[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?', re.ASCII)
_GROUPED = re.compile(r'([+-]?\d{1,3}(?:,\d{3})+)(\.\d+)?', re.ASCII)
_EMPTY: dict[str, Any] = {'textfield': '', 'textarea': '', 'checkbox': False, 'checklist': [], 'taglist': []}


def parse_number(value: Any) -> Decimal | None:
    """A number as people type it: full-width digits, spaces and thousands commas are understood; anything else is None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = re.sub(r'\s', '', unicodedata.normalize('NFKC', value)).replace('−', '-').replace('。', '.')
    if grouped := _GROUPED.fullmatch(text):
        text = grouped[1].replace(',', '') + (grouped[2] or '')
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def sanitise(component: Component, value: Any, data: Mapping[str, Any]) -> Any:
    """What form-js makes of a value it is opened with: wrong types become the empty value."""
    kind = component.type
    if kind in ('textfield', 'textarea'):
        return _text(value, one_line=kind == 'textfield')
    if kind == 'checkbox':
        return value is True
    if kind == 'number':
        return _number(component, value)
    if kind in SINGLE_CHOICE or kind in MULTIPLE_CHOICE:
        options = plain_options(component, data)
        if options is None:
            return value
        return chosen(value, options) if kind in SINGLE_CHOICE else all_chosen(value, options)
    if kind == 'datetime':
        return value if isinstance(value, str) else None
    if kind == 'filepicker':
        kept = [item for item in value if isinstance(item, dict) and item.get('id')] if isinstance(value, list) else []
        return kept or None
    return value


def _text(value: Any, one_line: bool) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    text = value if isinstance(value, str) else str(number(Decimal(repr(value))))
    return re.sub(r'[\r\n\t]', ' ', text) if one_line else text


def _number(component: Component, value: Any) -> Any:
    parsed = parse_number(value)
    if parsed is None:
        return None
    if component.props.get('serializeToString'):
        return value if isinstance(value, str) and value.isascii() and ',' not in value else format(parsed, 'f')
    return number(parsed)


def empty_value(component: Component) -> Any:
    """The value of a field nobody filled: its default, else form-js's empty value."""
    default = component.props.get('defaultValue', MISSING)
    return copy.deepcopy(_EMPTY.get(component.type) if default is MISSING else default)


def initialise(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the data with every field of the form present, wrong types put right and dynamic lists given their rows."""
    filled = copy.deepcopy(dict(data))
    _initialise(form.components, data, filled, ())
    return filled


def _initialise(components: tuple[Component, ...], data: Mapping[str, Any], filled: dict[str, Any], base: Path) -> None:
    for component in components:
        path = base + component.path
        value = get_at(data, path)
        if component.keyed:
            value = empty_value(component) if value is MISSING else sanitise(component, value, data)
            set_at(filled, path, copy.deepcopy(value))
        elif component.repeating:
            rows = value if isinstance(value, list) else [{}] * int(component.props.get('defaultRepetitions', 1))
            rows = [copy.deepcopy(row) if isinstance(row, dict) else {} for row in rows]
            set_at(filled, path, rows)
            for index in range(len(rows)):
                _initialise(component.components, data, filled, (*path, index))
        else:
            _initialise(component.components, data, filled, path)
