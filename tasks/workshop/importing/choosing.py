"""What an analyst decides about an imported draft: a window of the hall for each step, the department, what is promised."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import Bundle, Rejection
from engine.bpmn.importing import BroughtStep, with_windows, work_steps
from tasks.people.queries import DepartmentRow, WindowRow, departments, windows
from tasks.rights.asking import need
from tasks.workshop import drafts, queries
from tasks.workshop.importing.bringing import MAIN, REPORT, Brought
from tasks.workshop.importing.entry import windows_of
from tasks.workshop.item_text import heading_of, write_item

if TYPE_CHECKING:
    from engine import Tx

APPLICANT = 'applicant'
"""The window of steps that the person who applied works."""


@dataclass(frozen=True)
class Choices:
    """What was picked: the window's code by file and element, and values of item.toml; what is empty stays as it is."""

    windows: Mapping[tuple[str, str], str] = field(default_factory=dict)
    department: str = ''
    handling_class: str = ''
    promise: str = ''
    statutory: str = ''


def create(tx: Tx, name: str, brought: Brought, origin: str) -> int:
    """A draft with the report in it; the diagram as it was brought is the first text that was put aside. Returns the draft's id."""
    bundle = brought.bundle
    first = bundle if brought.original is None else Bundle({**bundle.files, MAIN: brought.original}, bundle.name)
    draft_id = drafts.create(tx, name or bundle.name, first, origin=origin)
    if brought.original is not None:
        drafts.put_file(tx, draft_id, MAIN, bundle.files[MAIN])
    if brought.notes:
        text = json.dumps(brought.report(), ensure_ascii=False, indent=1)
        drafts.put_file(tx, draft_id, REPORT, text.encode())
    return draft_id


def decide(tx: Tx, draft_id: int, choices: Choices) -> int:
    """Write what was picked into the draft's diagrams and its entry; how many files changed. Raises Rejection for what the hall has not."""
    need(tx.by, 'workshop.write')
    bundle = queries.bundle_of(tx.connection, tx.by, draft_id)
    changed = chosen(bundle, choices, windows(tx.connection, tx.by), departments(tx.connection, tx.by))
    for path, content in changed.items():
        drafts.put_file(tx, draft_id, path, content)
    return len(changed)


def chosen(bundle: Bundle, choices: Choices, known: Sequence[WindowRow], agencies: Sequence[DepartmentRow]) -> dict[str, bytes]:
    """The files that the choices change, with their new content. Raises Rejection for a window or department the hall has not."""
    here = {row.code: row for row in known}
    for code in choices.windows.values():
        if code and code != APPLICANT and code not in here:
            raise Rejection(f'Expected a window of the hall, but found {code!r}', f'大厅没有窗口“{code}”')
    if choices.department and choices.department not in {row.name for row in agencies}:
        raise Rejection(f'Expected a department of the hall, but found {choices.department!r}', f'大厅没有部门“{choices.department}”')
    changed: dict[str, bytes] = {}
    for path in (path for path in bundle.files if path.endswith('.bpmn')):
        picked = {element: code for (file, element), code in choices.windows.items() if file == path and code}
        if picked:
            changed[path] = with_windows(bundle.files[path], picked)
    steps = [step for path, content in bundle.files.items() if path.endswith('.bpmn') for step in work_steps(changed.get(path, content))]
    entry = _entry(bundle.files.get('item.toml', b'').decode('utf-8-sig'), choices, steps, here)
    return changed | {'item.toml': entry.encode()}


def _entry(text: str, choices: Choices, steps: Sequence[BroughtStep], here: Mapping[str, WindowRow]) -> str:
    """item.toml with the picked values, and the windows that the diagram has now, the hall's with the hall's words."""
    try:
        tree: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Rejection(f'Expected item.toml to be TOML, but {error}', f'item.toml 有语法错误，请先改正：{error}') from error
    head = dict(tree.get('item', {}))
    for key in ('department', 'handling_class'):
        if getattr(choices, key):
            head[key] = getattr(choices, key)
    tree['item'] = head
    limits = {key: getattr(choices, key) for key in ('promise', 'statutory') if getattr(choices, key)}
    if limits:
        tree['limits'] = {**tree.get('limits', {}), **limits}
    before = {str(row.get('id')): row for row in tree.get('windows', []) if isinstance(row, Mapping)}
    rows = [_window(code, before.get(code), here.get(code)) for code in windows_of(steps)]
    tree.pop('windows', None)
    return write_item(tree | ({'windows': rows} if rows else {}), heading_of(text))


def _window(code: str, before: Mapping[str, Any] | None, row: WindowRow | None) -> Mapping[str, Any]:
    if before is not None and (row is None or before.get('name') != code):
        return before
    if row is None:
        return {'id': code, 'name': code, 'authority': 'review'}
    return {'id': code, 'name': row.name, 'authority': row.authority} | ({'department': row.department} if row.department else {})
