"""What drafts are made from and what the editors have to know: shipped items, the blank one, fresh files, windows and forms by name."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from engine import COMPARED, Bundle, Rejection, read_path, read_zip
from engine.bpmn.check import written_fields
from engine.bpmn.dmn import decisions_of
from engine.bpmn.read import examine
from engine.words import said
from tasks.workshop import queries
from web.numbers import row_number
from web.session import actor, root

PROCESSES = Path(__file__).resolve().parent.parent / 'processes'
FRESH = Path(__file__).resolve().parent / 'templates' / 'designer' / 'fresh'


@dataclass(frozen=True)
class Shipped:
    """An item that comes with the program."""

    folder: str
    name: str


def shipped() -> list[Shipped]:
    """The items below processes/, by folder name."""
    folders = sorted(path.parent for path in PROCESSES.glob('*/process.bpmn'))
    return [Shipped(folder.name, _item_name(folder / 'item.toml') or folder.name) for folder in folders]


def bundle_from(source: str) -> tuple[Bundle, str, int | None]:
    """The files a draft begins with, where they come from in words, and the definition they were deployed as.

    `source` is `blank`, `shipped:<folder>` or `definition:<id>`. Raises BundleError, NotFound, Rejection.
    """
    kind, _, which = source.partition(':')
    if kind == 'blank':
        return Bundle(read_path(FRESH / 'item').files, '新办理事项'), '空白模板', None
    if kind == 'shipped' and which in {item.folder for item in shipped()}:
        bundle = read_path(PROCESSES / which)
        return Bundle(bundle.files, _item_name(PROCESSES / which / 'item.toml') or which), f'随附事项 {which}', None
    try:
        definition_id = row_number(which if kind == 'definition' else '')
    except ValueError as error:
        raise Rejection(f'Expected a source to copy from, but found {source[:80]!r}', '请选择从哪里开始') from error
    return _deployed(definition_id)


def _deployed(definition_id: int) -> tuple[Bundle, str, int]:
    with root().engine.reading() as conn:
        origin, zipped = queries.deployed(conn, actor(), definition_id)
    files = read_zip(zipped, origin.key).files
    return (
        Bundle(files, origin.name),
        said('已部署：{name} 第 {version} 版', 'Deployed: {name} version {version}', name=origin.name, version=origin.version),
        definition_id,
    )


def fresh_file(path: str) -> bytes:
    """The least content the editor of this kind of file can open; the file's stem becomes its id."""
    pattern = FRESH / f'file{Path(path).suffix}'
    if not pattern.is_file():
        return b''
    stem = ''.join(sign if sign.isalnum() and sign.isascii() else '_' for sign in Path(path).stem)
    return pattern.read_text('utf-8').replace('@@name@@', stem if stem[:1].isalpha() else f'_{stem}').encode()


def panel_names(bundle: Bundle, hall_windows: Mapping[str, str]) -> dict[str, Any]:
    """Windows, decisions and processes as [code, name], forms by stem and fields by name, for the pickers of the editors; the
    hall's windows while the item names none."""
    tree = _toml(bundle.files.get('item.toml', b''))
    rows = tree.get('windows')
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    windows = [[str(row.get('id', '')), str(row.get('name', ''))] for row in listed if row.get('id')]
    forms = sorted(path.removesuffix('.form').removeprefix('forms/') for path in bundle.files if path.endswith('.form'))
    decisions, _paths, _wrong = decisions_of(bundle)
    return {
        'windows': windows or [[code, name] for code, name in hall_windows.items()],
        'forms': forms,
        'decisions': [[one.id, one.name] for one in decisions.values()],
        'processes': _processes(bundle),
        'fields': sorted(written_fields(bundle) or ()),
    }


def _processes(bundle: Bundle) -> list[list[str]]:
    """The processes of the bundle that a call may name, as [code, name]."""
    diagrams = (examine(content, path).diagram for path, content in sorted(bundle.files.items()) if path.endswith('.bpmn'))
    return [[process.id, process.name] for diagram in diagrams if diagram is not None for process in diagram.processes]


def entry_values(bundle: Bundle) -> dict[str, str]:
    """What an imported draft's entry says of authority, handling class and limits; empty where it says nothing."""
    tree = _toml(bundle.files.get('item.toml', b''))
    places = {'department': 'item', 'handling_class': 'item', 'promise': 'limits', 'statutory': 'limits'}
    tables = {key: table for key, table in tree.items() if isinstance(table, dict)}
    return {key: str(tables.get(place, {}).get(key, '')) for key, place in places.items()}


def files_in(uploads: list[Any]) -> dict[str, bytes]:
    """The files of an upload by path; a zip is unpacked. Raises BundleError."""
    found: dict[str, bytes] = {}
    for each in uploads:
        name, content = each.filename or '', each.read()
        if name.endswith('.zip'):
            found.update(read_zip(content, name).files)
        elif name:
            found[name] = content
    return found


AROUND = 3
"""Lines shown around one that differs."""


def difference(present: bytes, other: bytes) -> list[tuple[str, str]]:
    """The lines of two texts as (mark, line): '-' only in the present one, '+' only in the other, ' ' around them, '@' a gap.

    Lines are matched where at most `COMPARED` differ on each side of what both begin and end with; else they are all only in one.
    """
    old, new = (text.decode('utf-8-sig', 'replace').splitlines() for text in (present, other))
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(old[head:]), reversed(new[head:]), strict=False)))
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(before), len(after)) > COMPARED:
        return [('-', line) for line in before[:COMPARED]] + [('+', line) for line in after[:COMPARED]]
    near, last = max(head - AROUND, 0), max(tail - AROUND, 0)
    lines = list(difflib.unified_diff(old[near : len(old) - last], new[near : len(new) - last], lineterm='', n=AROUND))[2:]
    return [(line[0], line[1:]) for line in lines[:COMPARED]]


def _item_name(path: Path) -> str:
    try:
        head = _toml(path.read_bytes()).get('item')
    except OSError:
        return ''
    return str(head.get('name', '')) if isinstance(head, dict) else ''


def _toml(content: bytes) -> dict[str, Any]:
    """The tree of a TOML text; empty while it cannot be read, which the check reports."""
    try:
        return tomllib.loads(content.decode('utf-8-sig'))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}
