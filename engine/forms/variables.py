"""What a form writes and reads: for checks of diagrams against forms, and for pages that mask personal values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.feel import compile_expression
from engine.forms.expressions import is_expression
from engine.forms.model import Component, FieldInfo, Form
from engine.forms.templating import Names, names_read, templates_of

_SPECIAL = frozenset({'this', 'parent', 'i', '_this_', '_parent_', '_i_'})
_EXPRESSIONS = ('readonly', 'valuesExpression', 'expression', 'dataSource', 'columnsExpression', 'multiple')


@dataclass(frozen=True)
class Variables:
    """Process variables by name: `writes` are what a submission sets, `reads` what expressions and templates look at."""

    writes: frozenset[str]
    reads: frozenset[str]


def fields(form: Form) -> tuple[FieldInfo, ...]:
    """Every field of the form in order. A disabled field writes nothing; a readonly one is submitted with the value it had."""
    return tuple(_info(component, path) for component, path in form.walk() if component.keyed)


def _info(component: Component, path: tuple[str, ...]) -> FieldInfo:
    return FieldInfo(
        key='.'.join(path).replace('.[]', '[]'),
        id=component.id,
        type=component.type,
        label=component.label,
        required=component.required and not component.disabled,
        writes=not component.disabled,
        readonly=component.props.get('readonly') is True or component.disabled,
        personal=component.extras.get('personal'),
        format=component.extras.get('format'),
    )


def field_names(form: Form) -> dict[str, Names | None]:
    """The fields a form writes as templates name them: those of groups and of rows after a dot, e.g. `{'partners': {'name': None}}`."""
    found: dict[str, Any] = {}
    for info in fields(form):
        *around, last = info.key.replace('[]', '').split('.')
        inside: dict[str, Any] | None = found if info.writes else None
        for key in around:
            inside = inside.setdefault(key, {}) if inside is not None else None
        if inside is not None:
            inside[last] = None
    return found


def joined_names(one: Names | None, other: Names | None) -> Names | None:
    """The names two forms give together."""
    if one is None or other is None:
        return None
    return {**one, **other} | {key: joined_names(one[key], other[key]) for key in one.keys() & other.keys()}


def names_in_texts(form: Form) -> frozenset[str]:
    """The names the texts of a form look at: labels, descriptions, paragraphs."""
    texts = (text for component, _ in form.walk() for text in templates_of(component.props).values())
    return frozenset().union(*map(names_read, texts)) - _SPECIAL


def variables(form: Form) -> Variables:
    """The variables a form writes and those it reads without being their only writer."""
    writes = frozenset(info.variable for info in fields(form) if info.writes)
    reads: set[str] = set()
    for component, _ in form.walk():
        reads.update(_reads(component))
    return Variables(writes, frozenset(reads - _SPECIAL))


def _reads(component: Component) -> Iterator[str]:
    props = component.props
    if isinstance(props.get('valuesKey'), str):
        yield props['valuesKey']
    texts = [props.get(name) for name in _EXPRESSIONS]
    texts += [component.hide, *(component.rules.get(name) for name in ('min', 'max', 'minLength', 'maxLength'))]
    for text in texts:
        if isinstance(text, str) and is_expression(text):
            yield from _names(text[1:])
    for text in templates_of(props).values():
        yield from names_read(text)


def _names(text: str) -> Iterator[str]:
    yield from compile_expression(text).names
