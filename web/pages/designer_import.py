"""An imported draft: the report of what was done, what must be decided, and the diagram before and after."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import NotFound
from engine.bpmn.importing import BroughtStep, work_steps
from engine.words import Word
from tasks.catalogue.item import HANDLING
from tasks.people.queries import WindowRow, departments, windows
from tasks.workshop import queries
from tasks.workshop.importing.bringing import MAIN, REPORT
from tasks.workshop.importing.choosing import APPLICANT, Choices, decide
from web.drafting import entry_values
from web.drawings import picture_of
from web.languages import flash
from web.session import asks, read_as_me, write

pages = Blueprint('designer_import', __name__, url_prefix='/workshop/drafts/<int:draft_id>/import')

KINDS = (
    ('decide', Word('待定和待补', 'To be decided or supplied')),
    ('dropped', Word('未带入', 'Left out')),
    ('mapped', Word('改写', 'Mapped')),
    ('read', Word('读入', 'Read')),
)


@pages.get('')
@asks('workshop.read')
def show(draft_id: int) -> str:
    """The report, the choices, and the drawing as it was brought beside the present one."""
    view = read_as_me(queries.draft, draft_id)
    bundle = read_as_me(queries.bundle_of, draft_id)
    halls, agencies, entry = read_as_me(windows), read_as_me(departments), entry_values(bundle)
    steps = [(path, step) for path, text in sorted(bundle.files.items()) if path.endswith('.bpmn') for step in work_steps(text)]
    waiting = {step.element for _path, step in steps if not _guess(step, halls)}
    report = _report(bundle.files.get(REPORT, b''))
    settled = {'window': not waiting, 'department': entry['department'] in {row.name for row in agencies}}
    for note in report['decide']:
        note['settled'] = settled.get(note['code'], note['code'] == 'who' and note['element'] not in waiting)
    mapped = dict.fromkeys((note['element'] for note in report['mapped']), 'changed')
    original = _original(draft_id)
    return render_template(
        'designer/import.html',
        draft=view,
        report=report,
        kinds=KINDS,
        before=picture_of(original, mapped) if original is not None else None,
        after=picture_of(bundle.files.get(MAIN, b''), mapped | dict.fromkeys(waiting, 'removed')),
        steps=[(path, step, _guess(step, halls)) for path, step in steps],
        windows=halls,
        departments=agencies,
        handling=HANDLING,
        entry=entry,
    )


@pages.post('')
@asks('workshop.write')
def save(draft_id: int) -> Any:
    """Write the choices into the diagram and the entry."""
    form = request.form
    picked = {
        (path, element): form.get(f'window:{number}', '')
        for number, (path, element) in enumerate(zip(form.getlist('path'), form.getlist('element'), strict=False))
    }
    choices = Choices(picked, **{key: form.get(key, '').strip() for key in ('department', 'handling_class', 'promise', 'statutory')})
    write(decide, draft_id, choices)
    flash(_('已写入流程图和事项信息'), 'good')
    return redirect(url_for('designer_import.show', draft_id=draft_id))


def _report(text: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of the stored report by kind; whoever edited the file finds what of it can still be read."""
    try:
        found = json.loads(text.decode('utf-8-sig')) if text else {}
    except (ValueError, RecursionError):
        found = {}
    lists = {kind: rows for kind, rows in found.items() if isinstance(rows, list)} if isinstance(found, dict) else {}
    return {kind: [_told(row) for row in lists.get(kind, []) if isinstance(row, dict)] for kind, _word in KINDS}


def _told(note: dict[str, Any]) -> dict[str, Any]:
    places = {key: note.get(key) or '' for key in ('element', 'name', 'line', 'code')}
    return places | {'settled': False, 'said': Word(str(note.get('message', '')), str(note.get('message_en', '')))}


def _original(draft_id: int) -> bytes | None:
    """The diagram as it was brought: the first text that was put aside."""
    for row in read_as_me(queries.revisions, draft_id, MAIN):
        if row.version == 1 and row.kind == 'replaced':
            try:
                return read_as_me(queries.revision, row.id)[1]
            except NotFound:
                return None
    return None


def _guess(step: BroughtStep, halls: list[WindowRow]) -> str:
    """The hall's window that a step names already, by code or name; the applicant's is always there."""
    known = {row.code: row.code for row in halls} | {row.name: row.code for row in halls} | {APPLICANT: APPLICANT}
    return known.get(step.window, '')
