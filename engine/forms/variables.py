"""What a form writes and reads: for checks of diagrams against forms, and for pages that mask personal values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel import compile_expression
from engine.forms.expressions import is_expression
from engine.forms.model import Component, FieldInfo, Form
from engine.forms.templating import expressions_in

_SPECIAL = frozenset({'this', 'parent', 'i', '_this_', '_parent_', '_i_'})
_EXPRESSIONS = ('readonly', 'valuesExpression', 'expression', 'dataSource', 'columnsExpression', 'multiple')
_TEMPLATES = ('label', 'description', 'dateLabel', 'timeLabel', 'text', 'alt', 'source', 'accept')


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
    for name in _TEMPLATES:
        for text, depth in expressions_in(props.get(name)):
            if depth == 0:  # inside a loop names belong to the item
                yield from _names(text)


def _names(text: str) -> Iterator[str]:
    yield from compile_expression(text).names
