"""The rules a value must keep: form-js's own, in its order, and then ours (formats, dates, files)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, localcontext
from typing import Any

from engine.feel.regex import compile_regex
from engine.forms import dates
from engine.forms.expressions import evaluate
from engine.forms.filling import Filling, FormInstance
from engine.forms.messages import words
from engine.forms.model import Component, FieldError
from engine.forms.paths import MISSING
from engine.forms.patterns import EMAIL, PHONE
from engine.forms.templating import render_line
from engine.forms.values import parse_number
from engine.identity import complaint_about

MAX_TEXT = 50_000
_PRECISION = Context(prec=120)


def errors_of(filling: Filling, instance: FormInstance) -> tuple[FieldError, ...]:
    """Everything that is wrong with one visible field; nothing for disabled ones."""
    component = instance.component
    if component.disabled:
        return ()
    label = render_line(component.label, instance.scope.context)
    found = _found(filling, instance)
    return tuple(FieldError(component.id, instance.path, code, chinese, english, label) for code, english, chinese in found)


def _found(filling: Filling, instance: FormInstance) -> Iterator[tuple[str, str, str]]:
    component, raw = instance.component, filling.raw.get(instance.path)
    if raw is not None:
        yield _say(_unreadable(component, raw))
        return
    value = filling.value(instance.path)
    value = None if value is MISSING else value
    if component.type == 'number' and value:
        yield from _number_rules(component, value)
    rules = {name: evaluate(rule, instance.scope.context) for name, rule in component.rules.items()}
    yield from _text_pattern(rules, value)
    if rules.get('required') and (value is None or value in ('', []) or (component.type == 'checkbox' and value is False)):
        yield _say('required')
    yield from _bounds(rules, value)
    if isinstance(value, str) and value:
        yield from _lengths(rules, value)
        yield from _kinds(component, rules, value, filling)
    if component.type == 'filepicker' and isinstance(value, list):
        yield from file_problems(component, value, instance.scope.context)


def _say(code: str, **facts: Any) -> tuple[str, str, str]:
    return code, *words(code, **facts)


def _unreadable(component: Component, raw: str) -> str:
    if component.type == 'number':
        return 'number'
    if component.subtype == 'datetime':
        return 'date_and_time' if dates.parse_date(raw) or ':' in raw[:5] else 'date'
    return 'time' if component.subtype == 'time' else 'date'


def _number_rules(component: Component, value: Any) -> Iterator[tuple[str, str, str]]:
    amount = parse_number(value)
    if amount is None:
        yield _say('number')
        return
    with localcontext(_PRECISION):
        digits, step = component.props.get('decimalDigits'), component.props.get('increment')
        decimals = max(0, -int(amount.normalize().as_tuple().exponent))
        if isinstance(digits, int) and digits >= 0 and decimals > digits:
            yield _say('integer') if digits == 0 else _say('decimals', digits=digits, plural='s' if digits > 1 else '')
        if step:
            by = Decimal(str(step))
            offset = amount % by
            if offset:
                previous = amount - offset
                yield _say('step', previous=_shown(previous), following=_shown(previous + by))


def _shown(value: Decimal) -> str:
    text = format(value, 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


def _text_pattern(rules: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str, str]]:
    pattern = rules.get('pattern')
    if not pattern or not value:
        return
    text = value if isinstance(value, str) else _shown(Decimal(repr(value))) if isinstance(value, (int, float)) else str(value)
    if not compile_regex(pattern).found_in(text):
        code, english, chinese = _say('pattern', pattern=pattern)
        own = rules.get('patternErrorMessage')
        yield (code, str(own), str(own)) if own else (code, english, chinese)


def _bounds(rules: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str, str]]:
    if not value and (value != 0 or isinstance(value, (bool, str))):
        return
    amount = parse_number(value)
    for name in ('min', 'max'):
        if rules.get(name) is None:
            continue
        limit = parse_number(rules[name])
        if amount is None or limit is None:
            yield _say(f'{name}_limit')
        elif amount < limit if name == 'min' else amount > limit:
            yield _say(name, limit=_shown(limit))


def _lengths(rules: Mapping[str, Any], value: str) -> Iterator[tuple[str, str, str]]:
    length = len(value.strip())  # characters, as people count; JavaScript counts some of them twice
    least, most = parse_number(rules.get('minLength')), parse_number(rules.get('maxLength'))
    if least is not None and length < least:
        yield _say('min_length', limit=_shown(least))
    if most is not None and length > most:
        yield _say('max_length', limit=_shown(most))
    elif length > MAX_TEXT:
        yield _say('max_length', limit=MAX_TEXT)


def _kinds(component: Component, rules: Mapping[str, Any], value: str, filling: Filling) -> Iterator[tuple[str, str, str]]:
    kind = rules.get('validationType')
    if kind == 'phone' and PHONE.search(value) is None:
        yield _say('phone')
    if kind == 'email' and EMAIL.match(value) is None:
        yield _say('email')
    wanted = component.extras.get('format')
    if wanted and (complaint := complaint_about(wanted, value, filling.now.date())):
        yield wanted.split()[0], *complaint
    if component.type == 'datetime' and component.props.get('disallowPassedDates') is True:
        if dates.is_past(component, value, filling.now):
            yield _say('past_date')


def file_problems(component: Component, files: list[Any], context: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the documents of a file field: too many, of another type, too large (`properties.max_size`, in MB)."""
    if len(files) > 1 and evaluate(component.props.get('multiple'), context) is not True:
        yield _say('too_many_files')
    accept = [part.strip().lower() for part in render_line(component.props.get('accept'), context).split(',') if part.strip()]
    limit = parse_number(component.extras.get('max_size'))
    for document in files:
        name, size = str(document.get('name') or ''), document.get('size')
        if accept and not any(_accepts(rule, name.lower(), str(document.get('type') or '').lower()) for rule in accept):
            yield _say('file_type', name=name, accept=', '.join(accept))
        if limit is not None and isinstance(size, int) and size > limit * 1024 * 1024:
            yield _say('file_size', name=name, limit=_shown(limit))


def _accepts(rule: str, name: str, media_type: str) -> bool:
    """One entry of an `accept` list: `.pdf`, `image/*` or `application/pdf`."""
    if rule.startswith('.'):
        return name.endswith(rule)
    return media_type.startswith(rule[:-1]) if rule.endswith('/*') else media_type == rule
