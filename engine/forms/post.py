"""From the name/value pairs of an HTML post to JSON-like data, rows added and removed by submit buttons included.

Names on the page: a field is `f.` and its path with dots (`f.partners.0.name`), a row carries `f.partners.0._row` (which row it was
when the form was opened, empty for a new one), `f-shown` lists what the page showed, and `f-action` is the button that was pressed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.forms.documents import without_document
from engine.forms.filling import MAX_ROWS, ROW_ORIGIN, Filling
from engine.forms.model import MULTIPLE_CHOICE, SINGLE_CHOICE, Component, Form, Path
from engine.forms.options import Choice
from engine.forms.paths import MISSING, get_at, set_at

PREFIX = 'f.'
SHOWN = 'f-shown'
ACTION = 'f-action'


@dataclass(frozen=True)
class Post:
    """What was posted. `action` is submit, refresh, add, remove or drop (a file); `unseen` names fields that are visible now
    but were not on the page.

    When `again` is true the page is to be shown again with `data` (nothing is submitted): a row was added or removed, or an
    answer made a field appear that the citizen has not seen yet.
    """

    data: dict[str, Any]
    action: str = 'submit'
    unseen: tuple[str, ...] = field(default=())

    @property
    def again(self) -> bool:
        return self.action != 'submit' or bool(self.unseen)


def name_of(path: Path) -> str:
    """The HTML name of the field at a path."""
    return PREFIX + '.'.join(str(part) for part in path)


def read_post(form: Form, items: Iterable[tuple[str, Any]], context: Mapping[str, Any], now: datetime) -> Post:
    """Read a posted page.

    `items` are the name/value pairs of the request (foreign names such as a CSRF token are ignored); for a stored upload the web
    layer gives the document's descriptor `{"id", "name", "size", "type"}` as the value of its pair. Never raises for odd input:
    what cannot be read stays in the data as text and `validate` complains about it.
    """
    page = _Page(items)
    data: dict[str, Any] = {}
    page.read(form.components, data, (), ())
    action, _, target = page.action.partition(':')
    if action in ('add', 'remove'):
        _change_rows(form, data, context, now, action=action, target=tuple(target.split('.')))
    elif action == 'drop':
        without_document(form, data, target)
    elif action != 'refresh':
        action = 'submit'
    filling = Filling(form, context, data, now)
    _resolve_choices(filling, data)
    unseen = _unseen(filling, page.shown) if page.shown is not None and action == 'submit' else ()
    return Post(data, action, unseen)


def component_named(form: Form, name: str) -> Component | None:
    """The field an HTML name belongs to (an upload, for instance), or None."""
    path = tuple('[]' if part.isascii() and part.isdigit() else part for part in name.removeprefix(PREFIX).split('.'))
    return next((component for component, place in form.walk() if component.keyed and place == path), None)


class _Page:
    """The pairs of one post, by name."""

    def __init__(self, items: Iterable[tuple[str, Any]]) -> None:
        self.values: dict[str, list[Any]] = {}
        shown: list[str] = []
        self.action = 'submit'
        marked = False
        for name, value in items:
            if name == SHOWN:
                marked = True
                shown.append(str(value))
            elif name == ACTION:
                self.action = str(value)
            elif name.startswith(PREFIX):
                self.values.setdefault(name, []).append(value)
        self.shown = frozenset(shown) if marked else None

    def read(self, components: tuple[Component, ...], data: dict[str, Any], base: Path, posted: Path) -> None:
        """`base` is the place in the data (rows counted without gaps), `posted` the place on the page."""
        for component in components:
            path, there = base + component.path, posted + component.path
            if component.repeating:
                self._rows(component, data, path, there)
            elif component.keyed:
                self._field(component, data, path, name_of(there))
            else:
                self.read(component.components, data, path, there)

    def _rows(self, component: Component, data: dict[str, Any], path: Path, posted: Path) -> None:
        prefix = name_of(posted) + '.'
        numbers = sorted({int(part) for part in self._parts(prefix) if part.isascii() and part.isdigit() and len(part) < 5})
        if numbers or self._was_shown(name_of(posted)):
            set_at(data, path, [{} for _ in numbers[: MAX_ROWS + 1]])
        for index, number in enumerate(numbers[: MAX_ROWS + 1]):
            origin = self.values.get(f'{prefix}{number}.{ROW_ORIGIN}', [''])[0]
            set_at(data, (*path, index, ROW_ORIGIN), str(origin))
            self.read(component.components, data, (*path, index), (*posted, number))

    def _parts(self, prefix: str) -> Iterable[str]:
        return (name[len(prefix) :].split('.', 1)[0] for name in self.values if name.startswith(prefix))

    def _was_shown(self, name: str) -> bool:
        return self.shown is not None and name in self.shown

    def _field(self, component: Component, data: dict[str, Any], path: Path, name: str) -> None:
        values = self.values.get(name)
        if values is None:
            absent = self._absent(component, name)
            if absent is not _SKIP:
                set_at(data, path, absent)
            return
        set_at(data, path, _read(component, values))

    def _absent(self, component: Component, name: str) -> Any:
        """An unchecked box is not posted at all: it counts when the page showed it (or does not say what it showed)."""
        if self.shown is not None and name not in self.shown:
            return _SKIP
        if component.type == 'checkbox':
            return False
        if component.type in MULTIPLE_CHOICE:
            return []
        if component.type == 'radio' or (component.type == 'filepicker' and self.shown is not None):
            return None
        return _SKIP


_SKIP = object()


def _read(component: Component, values: list[Any]) -> Any:
    kind = component.type
    texts = [value for value in values if isinstance(value, str)]
    last = texts[-1].replace('\x00', '') if texts else ''
    if kind == 'checkbox':
        return any(text not in ('', 'false') for text in texts)
    if kind in MULTIPLE_CHOICE:
        return [Choice(text) for text in texts if text]
    if kind in SINGLE_CHOICE:
        return Choice(last) if last else None
    if kind == 'filepicker':
        return [value for value in values if value] or None
    if kind in ('number', 'datetime'):
        return last.strip() or None
    return last.replace('\r\n', '\n').replace('\r', '\n')


def _change_rows(
    form: Form, data: dict[str, Any], context: Mapping[str, Any], now: datetime, *, action: str, target: tuple[str, ...]
) -> None:
    """Add a row to the list at `target`, or remove the row it names; a target that is no such list changes nothing."""
    path: Path = tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 5 else part for part in target)
    place = path[:-1] if action == 'remove' else path
    lists = {item.path: item.component for item in Filling(form, context, data, now).visible() if item.component.repeating}
    if place not in lists or not lists[place].can_change_rows:
        return
    rows = get_at(data, place)
    if not isinstance(rows, list):
        shown = get_at(Filling(form, context, None, now).data, place)
        rows = [{ROW_ORIGIN: str(index)} for index in range(len(shown) if isinstance(shown, list) else 0)]
        set_at(data, place, rows)
    if action == 'remove' and isinstance(path[-1], int) and path[-1] < len(rows):
        del rows[path[-1]]
    elif action == 'add' and len(rows) < MAX_ROWS:
        rows.append({ROW_ORIGIN: ''})


def _resolve_choices(filling: Filling, data: dict[str, Any]) -> None:
    """Posted choices become the values of their options, so that data can be kept as JSON (a draft) and read again."""
    for item in filling.visible():
        if item.component.type in SINGLE_CHOICE | MULTIPLE_CHOICE and item.editable and get_at(data, item.path) is not MISSING:
            set_at(data, item.path, copy.deepcopy(filling.value(item.path)))


def _unseen(filling: Filling, shown: frozenset[str]) -> tuple[str, ...]:
    fields = (item for item in filling.visible() if item.component.keyed and item.component.type != 'expression')
    return tuple(name_of(item.path) for item in fields if item.editable and name_of(item.path) not in shown)
