"""The documents of a form's file fields in its data: which there are, and what the office knows of them in place of what was sent."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.model import Component, Form, Path
from engine.forms.paths import get_at, set_at


def has_file_fields(form: Form) -> bool:
    """Whether the form asks for files."""
    return any(component.type == 'filepicker' for component, _ in form.walk())


def document_ids(form: Form, data: Mapping[str, Any]) -> set[str]:
    """The ids of all documents in the file fields of this data."""
    return {found for path in _places(form.components, data, ()) for found in _ids(get_at(data, path))}


def with_documents(form: Form, data: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The data with the known descriptor of each document, whatever was sent; a document that is not known is dropped."""
    told = copy.deepcopy(dict(data))
    for path in list(_places(form.components, told, ())):
        found = [dict(known[each]) for each in _ids(get_at(told, path)) if each in known]
        set_at(told, path, found or None)
    return told


def without_document(form: Form, data: dict[str, Any], dropped: str) -> None:
    """Take the document with this id out of every file field."""
    for path in list(_places(form.components, data, ())):
        value = get_at(data, path)
        left = [item for item in (value if isinstance(value, list) else [value]) if _ids(item) != [dropped]]
        set_at(data, path, left or None)


def _places(components: tuple[Component, ...], data: Mapping[str, Any], base: Path) -> Iterator[Path]:
    """Where the file fields that have something stand, rows of dynamic lists included."""
    for component in components:
        path = base + component.path
        if component.repeating:
            rows = get_at(data, path)
            for index in range(len(rows) if isinstance(rows, list) else 0):
                yield from _places(component.components, data, (*path, index))
        elif component.type == 'filepicker':
            if get_at(data, path):
                yield path
        else:
            yield from _places(component.components, data, path)


def _ids(value: Any) -> list[str]:
    """The ids in the value of a file field, each once: it holds ids or descriptors, or what somebody made up."""
    given = value if isinstance(value, list) else [value]
    ids = (item.get('id') if isinstance(item, Mapping) else item for item in given)
    return list(dict.fromkeys(each for each in ids if isinstance(each, str)))
