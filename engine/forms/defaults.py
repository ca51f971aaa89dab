"""Defaults that are evaluated when a generated form opens (D-31): each has a value that fits its field, or a reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.effort import Effort
from engine.forms import dates
from engine.forms.expressions import build_context, compiled_default, evaluate_default, number
from engine.forms.model import SINGLE_CHOICE, Component, Form
from engine.forms.options import chosen, plain_options
from engine.forms.values import parse_number
from engine.words import said


def opened(form: Form, context: Mapping[str, Any], now: datetime, effort: Effort) -> tuple[Mapping[str, Any], dict[str, str]]:
    """The data with the defaults of fields that are not in it, and by key why a field stays empty.

    `now` is an aware instant in the hall's zone. Raises TooMuchWork.
    """
    if not form.defaults:
        return context, {}
    seen = build_context(dict(context), dict(context), None, (), now=now, effort=effort)
    made = dict(context)
    reasons: dict[str, str] = {}
    for component in form.components:
        key = component.key or ''
        text = form.defaults.get(key)
        if text is None or key in context:
            continue
        value, why = evaluate_default(text, seen)
        fitting = fitted(component, value)
        if fitting is not None:
            made[key] = fitting
            continue
        zh, en = why or (f'“{value}”不能填入此字段', f'"{value}" does not fit this field')
        reasons[key] = said('默认值 {text} 未填入：{zh}', 'The default {text} was not filled in: {en}', text=text, zh=zh, en=en)
    return made, reasons


def fitted(component: Component, value: Any) -> Any:
    """The value as the field holds it; None when it does not fit."""
    if component.type == 'number':
        amount = parse_number(value)
        return None if amount is None else number(amount)
    if component.type == 'checkbox':
        return value if isinstance(value, bool) else {'true': True, 'false': False}.get(str(value).strip().lower())
    if isinstance(value, (list, dict)) or value is None:
        return None
    if component.type == 'datetime':
        return _time(component, str(value))
    if component.type in SINGLE_CHOICE:
        return chosen(str(value), plain_options(component, {}) or ())
    return value


def _time(component: Component, text: str) -> str | None:
    found = dates.by_pattern(text, str(component.props.get('datePattern') or ''), component.subtype)
    return dates.by_pattern(text.partition('T')[0], '', 'date') if found is None and component.subtype == 'date' else found


def names_in_defaults(form: Form) -> set[str]:
    """The variables that the defaults of a form read."""
    return {name for text in form.defaults.values() for name in compiled_default(text).names}
