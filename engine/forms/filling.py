"""A form being filled: data, what is hidden, what an expression sees, and computed values, settled as form-js settles them.

form-js keeps three sets of data, and so does this room: `initial` (what the form was opened with), `data` (what is in the fields
now, hidden ones included) and `filtered` (data without what conditions hide, over initial), which is what expressions read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.core.effort import FORM, Effort
from engine.forms import dates
from engine.forms.defaults import opened
from engine.forms.expressions import Context, build_context, evaluate, is_expression, passes
from engine.forms.model import MULTIPLE_CHOICE, SINGLE_CHOICE, Component, Form, Path
from engine.forms.options import Choice, Option, all_chosen, chosen, options_of
from engine.forms.paths import MISSING, clear_at, get_at, same, set_at
from engine.forms.values import empty_value, initialise, parse_number
from engine.identity import is_blank, normalise_as

MAX_ROWS = 200
MAX_ROUNDS = 12
ROW_ORIGIN = '_row'


@dataclass(frozen=True)
class FormScope:
    """Where an expression stands: the row it is in, the rows around it, and the data of the form."""

    data: dict[str, Any]
    this: Any
    now: datetime
    effort: Effort
    parent: Any = None
    i: tuple[int, ...] = ()

    @cached_property
    def context(self) -> Context:
        return build_context(self.data, self.this, self.parent, self.i, now=self.now, effort=self.effort)

    def row(self, item: Any, index: int) -> FormScope:
        """The scope of the row with this index (from 0)."""
        around = build_context(self.this, self.this, self.parent, self.i, now=self.now, effort=self.effort)
        return FormScope(self.data, item, self.now, self.effort, around, (*self.i, index + 1))


@dataclass(frozen=True, eq=False)
class FormInstance:
    """A component that is visible at a place: itself, or its copy in a row."""

    component: Component
    path: Path
    scope: FormScope

    @property
    def readonly(self) -> bool:
        """Whether the value cannot be changed by whoever fills the form."""
        flag = self.component.props.get('readonly')
        return passes(flag, self.scope.context) if is_expression(flag) else bool(flag)

    @property
    def editable(self) -> bool:
        return not self.component.disabled and not self.readonly


class Filling:
    """The state of one form: opened with `context`, with `submitted` typed into it, at the instant `now` (zone of the hall)."""

    def __init__(
        self, form: Form, context: Mapping[str, Any], submitted: Mapping[str, Any] | None, now: datetime, effort: Effort | None = None
    ) -> None:
        if now.tzinfo is None:
            raise ValueError('Expected an instant with a time zone, but it has none')
        self.form, self.now, self.effort = form, now, effort or Effort(FORM)
        context, self.reasons = opened(form, context, now, self.effort)
        self.initial = initialise(form, context)
        self.raw: dict[Path, str] = {}
        self.origins: dict[Path, str] = {}
        arranged = copy.deepcopy(dict(context))
        typed: dict[str, Any] = {}
        if submitted is not None:
            self._arrange(form.components, submitted, arranged, ())
        self.base = initialise(form, arranged)
        if submitted is not None:
            typed = copy.deepcopy(arranged)
            self._overlay(form.components, submitted, typed, ())
        self.data = initialise(form, typed) if submitted is not None else copy.deepcopy(self.base)
        self._settle()

    # rows ---------------------------------------------------------------------------------------------------------

    def _arrange(self, components: tuple[Component, ...], submitted: Any, arranged: dict[str, Any], base: Path) -> None:
        """Bring the rows the form was opened with into the order and number of the submitted ones."""
        for component in components:
            path = base + component.path
            if not component.repeating:
                self._arrange(component.components, submitted, arranged, path)
                continue
            rows, old = get_at(submitted, path), get_at(arranged, path)
            if not isinstance(rows, list):
                continue
            if not isinstance(old, list):
                old = list(get_at(self.initial, path) or [])
            if component.can_change_rows:
                marks = [_origin(row, index, rows, old) for index, row in enumerate(rows[:MAX_ROWS])]
                set_at(arranged, path, [{} if mark is None else copy.deepcopy(old[mark]) for mark in marks])
                self.origins |= {(*path, index): '' if mark is None else str(mark) for index, mark in enumerate(marks)}
            for index in range(len(get_at(arranged, path) or [])):
                self._arrange(component.components, submitted, arranged, (*path, index))

    def _overlay(self, components: tuple[Component, ...], submitted: Any, typed: dict[str, Any], base: Path) -> None:
        """Write the submitted values of fields that can be filled; everything else in the submission is ignored."""
        for component in components:
            path = base + component.path
            if component.repeating:
                rows = get_at(typed, path)
                for index in range(len(rows) if isinstance(rows, list) else 0):
                    self._overlay(component.components, submitted, typed, (*path, index))
            elif component.keyed:
                value = get_at(submitted, path)
                writable = component.type != 'expression' and not component.disabled and component.props.get('readonly') is not True
                if value is not MISSING and writable:
                    set_at(typed, path, self._accept(component, path, value))
            else:
                self._overlay(component.components, submitted, typed, path)

    def _accept(self, component: Component, path: Path, value: Any) -> Any:
        if component.type == 'filepicker':
            return _documents(value, get_at(self.base, path))
        if isinstance(value, str) and is_blank(value) and component.type in ('number', 'datetime'):
            return None
        if isinstance(value, str) and component.extras.get('format'):
            return normalise_as(component.extras['format'], value)
        unreadable = isinstance(value, str) and (
            (component.type == 'number' and parse_number(value) is None)
            or (component.type == 'datetime' and not dates.readable(component, value, self.now))
        )
        if unreadable:
            self.raw[path] = value
            return None
        if component.type == 'datetime' and isinstance(value, str) and value:
            return self._typed_time(component, path, value)
        return copy.deepcopy(value)

    def _typed_time(self, component: Component, path: Path, value: str) -> str:
        """A typed time is rounded; one that was there before and comes back unchanged is left alone."""
        before = get_at(self.base, path)
        kept = isinstance(before, str) and dates.local_text(component, before, self.now) == dates.local_text(component, value, self.now)
        return before if kept else dates.rounded(component, value, self.now)

    # conditions and scopes ----------------------------------------------------------------------------------------

    def filtered(self) -> dict[str, Any]:
        """What expressions see: data without hidden values, over what the form was opened with."""
        working = copy.deepcopy(self.data)
        self._drop_hidden(self.form.components, working, (), FormScope(self.data, self.data, self.now, self.effort), hidden=False)
        return {**self.initial, **working}

    def _drop_hidden(self, components: tuple[Component, ...], working: dict[str, Any], base: Path, scope: FormScope, hidden: bool) -> None:
        for component in components:
            path = base + component.path
            hides = hidden or passes(component.hide, scope.context)
            if component.keyed or (component.repeating and hides):
                if hides:
                    clear_at(working, path)
            elif component.repeating:
                rows = get_at(self.data, path)
                for index, item in enumerate(rows if isinstance(rows, list) else []):
                    inner = FormScope(self.data, item, self.now, self.effort, scope.this, (*scope.i, index + 1))
                    self._drop_hidden(component.components, working, (*path, index), inner, hidden=False)
            else:
                self._drop_hidden(component.components, working, path, scope, hides)

    def root(self) -> FormScope:
        """The scope of the form itself."""
        seen = self.filtered()
        return FormScope(seen, seen, self.now, self.effort)

    def visible(self) -> Iterator[FormInstance]:
        """Every visible component, containers before their children, rows in order."""
        yield from self.visible_in(self.form.components, (), self.root())

    def visible_children(self, components: tuple[Component, ...], base: Path, scope: FormScope) -> Iterator[FormInstance]:
        """The visible ones among these components only, not what is inside them."""
        for component in components:
            if not passes(component.hide, scope.context):
                yield FormInstance(component, base + component.path, scope)

    def visible_in(self, components: tuple[Component, ...], base: Path, scope: FormScope) -> Iterator[FormInstance]:
        """As `visible`, below one place."""
        for instance in self.visible_children(components, base, scope):
            component, path = instance.component, instance.path
            yield instance
            if not component.repeating:
                yield from self.visible_in(component.components, path, scope)
                continue
            rows = get_at(self.data, path)
            for index, item in enumerate(rows if isinstance(rows, list) else []):
                yield from self.visible_in(component.components, (*path, index), scope.row(item, index))

    def options(self, instance: FormInstance) -> tuple[Option, ...]:
        """The options of a choice where it stands."""
        return options_of(instance.component, instance.scope.context, self.initial)

    def value(self, path: Path) -> Any:
        """What is in a field now; MISSING if nothing is."""
        return get_at(self.data, path)

    # settling -----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Compute expressions, drop choices that are no options, round times, until nothing changes any more."""
        for _ in range(MAX_ROUNDS):
            changed = False
            for instance in [item for item in self.visible() if item.component.keyed]:
                value = get_at(self.data, instance.path)
                settled = self._settled(instance, value)
                if not same(value, settled) or isinstance(value, Choice):
                    set_at(self.data, instance.path, settled)
                    changed = True
            if not changed:
                return

    def _settled(self, instance: FormInstance, value: Any) -> Any:
        component = instance.component
        if component.disabled:
            return value
        if instance.readonly:
            kept = get_at(self.base, instance.path)
            self.raw.pop(instance.path, None)
            return empty_value(component) if kept is MISSING else kept
        if component.type == 'expression':
            return evaluate(component.props.get('expression'), instance.scope.context)
        if component.type in SINGLE_CHOICE:
            falsy = not value and not isinstance(value, (list, dict, Choice))
            return value if falsy else chosen(value, self.options(instance))
        if component.type in MULTIPLE_CHOICE:
            return all_chosen(value, self.options(instance)) if isinstance(value, list) else value
        if component.type in ('textfield', 'textarea') and isinstance(value, str) and is_blank(value):
            return ''  # what nobody can see is nothing
        if component.type == 'datetime' and isinstance(value, str):
            return dates.serialise(component, value, self.now)
        return value


def _origin(row: Any, index: int, rows: list[Any], old: list[Any]) -> int | None:
    """Which row this was when the form was opened; without a mark a row is itself as long as none was added or removed."""
    mark = row.get(ROW_ORIGIN) if isinstance(row, dict) else None
    if isinstance(mark, str) and mark.isascii() and mark.isdigit():
        mark = int(mark)
    if mark is None and len(rows) == len(old):
        mark = index
    return mark if isinstance(mark, int) and 0 <= mark < len(old) else None


def _documents(value: Any, known: Any) -> list[Any] | None:
    """Documents of a file field: new ones as descriptors, kept ones by id; an id the field did not have before is dropped."""
    before = {item['id']: item for item in known if isinstance(item, dict) and 'id' in item} if isinstance(known, list) else {}
    given = value if isinstance(value, list) else [value]
    found: list[Any] = []
    for item in given:
        document = before.get(item) if isinstance(item, str) else item
        if isinstance(document, Mapping) and document.get('id') and document not in found:
            found.append(dict(document))
    return found or None
