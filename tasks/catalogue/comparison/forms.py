"""The forms of two versions, field by field; words on the page are cosmetic, what must be filled in and what is stored are not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine import Bundle
from engine.bpmn.compare import ADDED, CHANGED, REMOVED, Change
from engine.forms import Form, FormError, parse_form
from engine.words import NO, YES, joined, said

WORDS = frozenset({'label', 'description', 'text', 'dateLabel', 'timeLabel', 'appearance', 'alt', 'layout', 'id'})


def compare_forms(old: Bundle, new: Bundle) -> Iterator[Change]:
    """Every difference of the forms, by file."""
    before, after = (sorted(path for path in bundle.files if path.endswith('.form')) for bundle in (old, new))
    for path in after:
        if path not in before:
            yield Change(ADDED, 'form', path, path, after=labels(new.files[path]))
        elif old.files[path] != new.files[path]:
            yield from _form(path, old.files[path], new.files[path])
    for path in before:
        if path not in after:
            yield Change(REMOVED, 'form', path, path, before=labels(old.files[path]))


def _form(path: str, old: bytes, new: bytes) -> Iterator[Change]:
    before, after = _fields(old), _fields(new)
    if before is None or after is None:
        yield Change(CHANGED, 'form', path, path)
        return
    told = False
    for change in _field_changes(path, before, after):
        told = True
        yield change
    if not told:
        yield Change(CHANGED, 'form', path, path, 'layout', semantic=False)


def _field_changes(path: str, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> Iterator[Change]:
    for key, field in after.items():
        name = said('{file}：{field}', '{file}: {field}', file=path, field=field['label'] or key)
        if key not in before:
            yield Change(ADDED, 'form', f'{path}#{key}', name, after=_described(field))
            continue
        for aspect in dict.fromkeys([*before[key], *field]):
            one, other = before[key].get(aspect), field.get(aspect)
            if one != other:
                yield Change(
                    kind=CHANGED,
                    area='form',
                    subject=f'{path}#{key}',
                    name=name,
                    aspect=aspect,
                    before=_text(one),
                    after=_text(other),
                    semantic=aspect not in WORDS,
                )
    for key, field in before.items():
        if key not in after:
            yield Change(REMOVED, 'form', f'{path}#{key}', f'{path}：{field["label"] or key}', before=_described(field))


def _fields(content: bytes) -> dict[str, dict[str, Any]] | None:
    """Fields by key with everything that is said of them, texts by their place; None for a form that cannot be read."""
    try:
        form: Form = parse_form(content)
    except FormError:
        return None
    found: dict[str, dict[str, Any]] = {}
    for number, (component, path) in enumerate(form.walk()):
        key = '.'.join(path) if component.keyed else f'{component.type}:{component.id or number}'
        props = {name: value for name, value in component.props.items() if name not in ('key', 'id', 'layout', 'components')}
        required = component.required if component.keyed else False
        found[key] = {'type': component.type, 'label': component.label, 'required': required, **props}
    return found


def count_fields(bundle: Bundle) -> int:
    """How many fields people fill in, over all forms that can be read."""
    total = 0
    for path, content in bundle.files.items():
        if path.endswith('.form'):
            total += sum(1 for key in _fields(content) or {} if ':' not in key)
    return total


def labels(content: bytes) -> str:
    """The fields of a form by their labels; of one that cannot be read none."""
    return joined(str(field['label'] or key) for key, field in (_fields(content) or {}).items() if ':' not in key)


def _described(field: Mapping[str, Any]) -> str:
    return str(field['type']) + ('，必填' if field.get('required') else '')


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return '' if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
