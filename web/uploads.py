"""Files that come with a form: kept at once, so that whatever becomes of the page they are there (O-16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request

from engine import Rejection
from engine.forms import Form, component_named, has_file_fields
from tasks.cases import attachments
from web.reading import read, root
from web.session import write

if TYPE_CHECKING:
    from tasks.desk.task_page import TaskView


@dataclass(frozen=True)
class Posted:
    """The pairs of a posted form, files as descriptors, and what is wrong with files that could not be kept (in Chinese)."""

    items: list[tuple[str, Any]]
    refused: list[str]

    def again(self) -> Iterator[tuple[str, str]]:
        """The pairs to send once more: of a file its id."""
        return ((name, value['id'] if isinstance(value, dict) else value) for name, value in self.items)


def posted(view: TaskView) -> Posted:
    """What was posted to a task's page. Files chosen there are kept for the task when the actor may complete it."""
    items: list[tuple[str, Any]] = list(request.form.items(multi=True))
    form = view.form
    if form is None or not has_file_fields(form):
        return Posted(items, [])
    fresh, refused = _kept(view, form) if view.can_complete else ([], [])
    known = read(attachments.known, view.row.task_id, view.case.case_no)
    replaced = {name for name, _descriptor in fresh if not _takes_several(form, name)}
    before = [(name, known.get(value, value) if _is_file_field(form, name) else value) for name, value in items if name not in replaced]
    return Posted([*before, *fresh], refused)


def _kept(view: TaskView, form: Form) -> tuple[list[tuple[str, Any]], list[str]]:
    fresh: list[tuple[str, Any]] = []
    refused: list[str] = []
    limits = root().settings.files
    for name, sent in request.files.items(multi=True):
        if not sent.filename or not _is_file_field(form, name):
            continue
        upload = attachments.Upload(sent.filename, sent.stream.read(limits.largest + 1))
        try:
            fresh.append((name, write(attachments.keep, view.row.task_id, upload, limits)))
        except Rejection as refusal:
            refused.append(refusal.zh)
    return fresh, refused


def _is_file_field(form: Form, name: str) -> bool:
    found = component_named(form, name)
    return found is not None and found.type == 'filepicker'


def _takes_several(form: Form, name: str) -> bool:
    found = component_named(form, name)
    return found is not None and bool(found.props.get('multiple'))
