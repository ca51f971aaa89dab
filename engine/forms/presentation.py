"""What a page shows of a form: visible components with labels, values, options, rows and complaints, and no HTML yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.forms import dates
from engine.forms.component_checks import safe_image
from engine.forms.expressions import evaluate
from engine.forms.filling import MAX_ROWS, Filling, FormInstance, FormScope
from engine.forms.markdown import escape_value, to_html
from engine.forms.model import KEYED, MULTIPLE_CHOICE, SINGLE_CHOICE, Component, FieldError, Form, Path
from engine.forms.options import Option
from engine.forms.paths import MISSING, same
from engine.forms.post import name_of
from engine.forms.templating import render, render_line
from engine.forms.values import parse_number
from engine.identity import mask as mask_value
from engine.words import NO, YES, joined, said


@dataclass(frozen=True)
class Choosable:
    """One option on the page."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class PresentedNode:
    """One visible component. `text` is the value for an input, `shown` the value for reading; `html` is safe to print as it is."""

    type: str
    id: str
    path: Path
    name: str
    label: str = ''
    description: str = ''
    text: str = ''
    shown: str = ''
    value: Any = None
    options: tuple[Choosable, ...] = ()
    required: bool = False
    readonly: bool = False
    disabled: bool = False
    errors: tuple[FieldError, ...] = ()
    children: tuple[PresentedNode, ...] = ()
    rows: tuple[tuple[PresentedNode, ...], ...] = ()
    origins: tuple[str, ...] = ()
    can_add: bool = False
    can_remove: bool = False
    outline: bool = False
    subtype: str = ''
    html: str = ''
    prefix: str = ''
    suffix: str = ''
    columns: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def editable(self) -> bool:
        return not self.readonly and not self.disabled

    @property
    def dom_id(self) -> str:
        """An id for the page: the HTML name without spaces; components without a name use their own id."""
        return '-'.join((self.name or f'f.{self.id}').split()).replace('.', '-')

    @property
    def fields_only(self) -> bool:
        """Whether the rows hold the same plain fields, so that they read well as a table."""
        kinds = {tuple((cell.id, cell.type) for cell in row) for row in self.rows}
        return len(kinds) == 1 and all(kind in KEYED for _, kind in next(iter(kinds)))


@dataclass(frozen=True)
class PresentedForm:
    """The visible part of a form. `dynamic` says that an answer may show or hide other fields, so a page offers «refresh»."""

    nodes: tuple[PresentedNode, ...]
    dynamic: bool
    errors: tuple[FieldError, ...]


def present(
    form: Form,
    context: Mapping[str, Any],
    now: datetime,
    submitted: Mapping[str, Any] | None = None,
    errors: Iterable[FieldError] = (),
    *,
    readonly: bool = False,
    mask: bool = False,
) -> PresentedForm:
    """What to show of a form opened with `context`, with what was typed so far in `submitted` (a post or a draft).

    `readonly` shows everything for reading (case pages, prints); `mask` hides personal values (property `personal`) where they
    are only read. `now` is an aware instant in the hall's zone.
    """
    filling = Filling(form, context, submitted, now)
    complaints = tuple(errors)
    presenter = _Presenter(filling, complaints, readonly, mask)
    nodes = presenter.nodes(form.components, (), filling.root())
    return PresentedForm(nodes, _is_dynamic(form), complaints)


def _is_dynamic(form: Form) -> bool:
    keyed = any(component.keyed and component.type != 'expression' for component, _ in form.walk())
    return keyed and any(
        component.hide is not None
        or component.type == 'expression'
        or isinstance(component.props.get('readonly'), str)
        or 'valuesExpression' in component.props
        for component, _ in form.walk()
    )


class _Presenter:
    def __init__(self, filling: Filling, errors: tuple[FieldError, ...], readonly: bool, mask: bool) -> None:
        self.filling, self.readonly, self.mask = filling, readonly, mask
        self.personal = {
            component.path[-1]: str(component.extras['personal'])
            for component, _ in filling.form.walk()
            if component.keyed and component.extras.get('personal')
        }
        self.errors: dict[Path, list[FieldError]] = {}
        for error in errors:
            self.errors.setdefault(error.path, []).append(error)

    def nodes(self, components: tuple[Component, ...], base: Path, scope: FormScope) -> tuple[PresentedNode, ...]:
        made = (self.node(item) for item in self.filling.visible_children(components, base, scope))
        return tuple(node for node in made if node is not None)

    def node(self, instance: FormInstance) -> PresentedNode | None:
        component, context = instance.component, instance.scope.context
        if component.type in ('button', 'expression'):
            return None  # the page has its own buttons; expressions are computed, not shown
        node = PresentedNode(
            component.type,
            component.id,
            instance.path,
            name_of(instance.path) if component.path else '',
            label=render_line(component.label, context),
            description=render_line(component.props.get('description'), context) or self.filling.reasons.get(component.key or '', ''),
            errors=tuple(self.errors.get(instance.path, ())),
        )
        if component.keyed:
            return self._field(instance, replace(node, subtype=component.subtype))
        if component.type in ('group', 'dynamiclist'):
            return self._container(instance, node)
        return self._presentation(instance, node)

    def _container(self, instance: FormInstance, node: PresentedNode) -> PresentedNode:
        component, path = instance.component, instance.path
        node = replace(node, outline=component.props.get('showOutline', True) is not False)
        if not component.repeating:
            return replace(node, children=self.nodes(component.components, path, instance.scope))
        items = self.filling.value(path)
        items = items if isinstance(items, list) else []
        rows = tuple(self.nodes(component.components, (*path, index), instance.scope.row(item, index)) for index, item in enumerate(items))
        changes = component.can_change_rows and not self.readonly
        origins = tuple(self.filling.origins.get((*path, index), str(index)) for index in range(len(items)))
        return replace(
            node, rows=rows, origins=origins, can_add=changes and len(rows) < MAX_ROWS, can_remove=changes, readonly=self.readonly
        )

    def _field(self, instance: FormInstance, node: PresentedNode) -> PresentedNode:
        component, props = instance.component, instance.component.props
        value = self.filling.value(instance.path)
        value = None if value is MISSING else value
        readonly = self.readonly or instance.readonly
        options = self.filling.options(instance) if component.type in SINGLE_CHOICE | MULTIPLE_CHOICE else ()
        appearance = props.get('appearance') or {}
        node = replace(
            node,
            value=value,
            required=component.required and not component.disabled,
            readonly=readonly,
            disabled=component.disabled,
            options=tuple(Choosable(option.code, option.label, _is_chosen(option, value)) for option in options),
            text=self._text(component, instance.path, value),
            prefix=render_line(appearance.get('prefixAdorner'), instance.scope.context),
            suffix=render_line(appearance.get('suffixAdorner'), instance.scope.context),
            attributes=self._attributes(instance),
        )
        return replace(node, shown=self._shown(component, node))

    def _text(self, component: Component, path: Path, value: Any) -> str:
        if path in self.filling.raw:
            return self.filling.raw[path]
        if component.type == 'datetime':
            return dates.local_text(component, value, self.filling.now) if isinstance(value, str) else ''
        if component.type in ('textfield', 'textarea', 'number'):
            if isinstance(value, float):
                amount = parse_number(value)
                return format(amount, 'f') if amount is not None else ''
            return '' if value is None else str(value)
        return ''

    def _shown(self, component: Component, node: PresentedNode) -> str:
        """The value as a reader sees it: labels of options, yes or no, dates in Chinese order; masked where that is asked for."""
        value = node.value
        if node.options:
            return joined(option.label for option in node.options if option.chosen)
        if component.type == 'checkbox':
            return YES if value is True else NO
        if component.type == 'filepicker':
            if self.mask:
                return said('{n} 个文件', '{n} files', n=len(value)) if value else ''  # a file's name may be a person's
            return joined(str(item.get('name') or '') for item in value or () if isinstance(item, dict))
        if isinstance(value, (list, dict)):
            if not value:
                return ''
            return json.dumps(value, ensure_ascii=False)
        text = node.text.replace('T', ' ') if component.type == 'datetime' else node.text
        personal = component.extras.get('personal')
        return mask_value(personal, text) if self.mask and personal else text

    def _attributes(self, instance: FormInstance) -> tuple[tuple[str, str], ...]:
        """Attributes of the native input that help while typing; the server checks all of it again."""
        component, props, found = instance.component, instance.component.props, {}
        rules = {name: evaluate(rule, instance.scope.context) for name, rule in component.rules.items()}
        if component.type in ('textfield', 'textarea'):
            most = parse_number(rules.get('maxLength'))
            found = {'maxlength': None if most is None else longest(int(most)), 'minlength': rules.get('minLength')}
            wanted = component.extras.get('format')
            if wanted:
                phone = wanted in ('mobile', 'phone')
                found |= {'inputmode': 'tel' if phone else 'text', 'autocomplete': 'tel' if phone else 'off'}
            elif rules.get('validationType') in ('email', 'phone'):
                found['inputmode'] = 'email' if rules['validationType'] == 'email' else 'tel'
        elif component.type == 'number':
            found = {'inputmode': 'numeric' if props.get('decimalDigits') == 0 else 'decimal'}
        elif component.type == 'datetime':
            if component.subtype != 'date':
                found['step'] = dates.interval(component) * 60
            if props.get('disallowPassedDates') is True and component.subtype != 'time':
                today = self.filling.now.date().isoformat()
                found['min'] = today if component.subtype == 'date' else f'{today}T00:00'
        elif component.type == 'filepicker':
            found = {'accept': render_line(props.get('accept'), instance.scope.context)}
            if evaluate(props.get('multiple'), instance.scope.context) is True:
                found['multiple'] = 'multiple'
        return tuple((name, str(value)) for name, value in found.items() if value not in (None, ''))

    def _presentation(self, instance: FormInstance, node: PresentedNode) -> PresentedNode:
        component, context, props = instance.component, instance.scope.context, instance.component.props
        if component.type == 'text':
            return replace(node, html=to_html(render(props.get('text'), context, escape_value)))
        if component.type == 'image':
            source = render_line(props.get('source'), context)
            return replace(node, text=source if safe_image(source) else '', shown=render_line(props.get('alt'), context))
        if component.type == 'table':
            return self._table(component, context, node)
        return node

    def _table(self, component: Component, context: Mapping[str, Any], node: PresentedNode) -> PresentedNode:
        computed = evaluate(component.props.get('columnsExpression'), context)
        usable = isinstance(computed, list) and all(
            isinstance(column, dict) and isinstance(column.get('key'), str) and isinstance(column.get('label'), str) for column in computed
        )
        columns: list[dict[str, Any]] = list(computed) if usable and isinstance(computed, list) else component.props.get('columns', [])
        source = evaluate(component.props.get('dataSource'), context)
        rows = [row for row in source if isinstance(row, dict)] if isinstance(source, list) else []
        return replace(
            node,
            columns=tuple(str(column.get('label') or column['key']) for column in columns),
            cells=tuple(tuple(self._masked(column['key'], _cell(row.get(column['key']))) for column in columns) for row in rows),
        )

    def _masked(self, key: str, text: str) -> str:
        """A cell of a table whose column has the key of a personal field."""
        kind = self.personal.get(key)
        return mask_value(kind, text) if self.mask and kind else text


def longest(most: int) -> int:
    """A limit of characters for browsers, which count UTF-16 units, at most two a character: they never refuse what the server takes."""
    return 2 * most


def _is_chosen(option: Option, value: Any) -> bool:
    return any(same(option.value, item) for item in value) if isinstance(value, list) else same(option.value, value)


def _cell(value: Any) -> str:
    if value is None:
        return ''
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
