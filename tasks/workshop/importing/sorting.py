"""What a file or zip from elsewhere holds, by kind: diagrams, decisions, forms, and what a bundle takes as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine import MAX_FILE_BYTES, MAX_TOTAL_BYTES, SUFFIXES, BundleError, unzipped
from engine.bpmn.importing import Notes, form_from
from engine.words import said

_HEAD = 4096
"""Bytes at the beginning of an XML file in which the namespace of its root stands."""
_ODD = re.compile(r'[\\:*?"<>|#%\x00-\x1f]')
KINDS = '.bpmn .dmn .form .zip'


@dataclass
class Sorted:
    """Files by kind: diagrams and decisions by path, forms by path as form-js; `plain` stays as it is."""

    diagrams: dict[str, bytes] = field(default_factory=dict)
    decisions: dict[str, bytes] = field(default_factory=dict)
    forms: dict[str, bytes] = field(default_factory=dict)
    form_ids: dict[str, str] = field(default_factory=dict)  # path of a form -> its id
    plain: dict[str, bytes] = field(default_factory=dict)


def unpacked(content: bytes, name: str, notes: Notes) -> dict[str, bytes]:
    """The files of an upload: of a zip what is in it, else the one file. Raises BundleError."""
    if content[:4] != b'PK\x03\x04' and not name.lower().endswith(('.zip', '.bar')):
        if len(content) > MAX_FILE_BYTES:
            raise BundleError(f'Expected a file of at most {MAX_FILE_BYTES} bytes, but {name!r} has {len(content)}', f'文件太大：{name}')
        return {PurePosixPath(name.replace('\\', '/')).name or 'process.bpmn': content}
    if len(content) > MAX_TOTAL_BYTES:
        raise BundleError(f'Expected at most {MAX_TOTAL_BYTES} bytes, but found {len(content)}', '压缩包太大')
    foreign: list[str] = []
    files, _ = unzipped(content, foreign)
    for path in foreign:
        notes.dropped('file', said('文件 {path} 不属于办理事项包，未带入', 'The file {path} is no part of a bundle', path=path))
    return files


def sort_files(files: Mapping[str, bytes], notes: Notes) -> Sorted:
    """Files by kind. Raises BundleError when there is no diagram, decision or form among them."""
    found = Sorted()
    for path, each in files.items():
        _sort(_tidy(path), each, found, notes)
    if not (found.diagrams or found.decisions or found.forms):
        zh = f'{notes.file} 中没有流程图、决策表或表单：请选择 {KINDS.replace(" ", "、")} 文件'
        raise BundleError(f'Expected a file of one of the kinds {KINDS}, but {notes.file!r} holds no diagram, decision or form', zh)
    return found


def _sort(path: str, content: bytes, found: Sorted, notes: Notes) -> None:
    suffix, head = PurePosixPath(path).suffix, content[:_HEAD]
    if suffix == '.bpmn' or (suffix == '.xml' and b'/BPMN/' in head):
        found.diagrams[path] = content
    elif suffix == '.dmn' or (suffix == '.xml' and b'/DMN/' in head):
        found.decisions[PurePosixPath(path).with_suffix('.dmn').as_posix()] = content
    elif suffix == '.form' or (suffix == '.json' and not path.startswith('scenarios/')):
        form = form_from(content, PurePosixPath(path).name.partition('.')[0], notes)
        if form is not None:
            place = PurePosixPath(path).with_suffix('.form').as_posix()
            found.form_ids[place], found.forms[place] = form
        elif suffix == '.form':
            found.forms[path] = content  # the check says what is wrong with it
        else:
            notes.dropped('file', said('{path} 不是表单，未带入', '{path} is no form', path=path))
    elif suffix in SUFFIXES:
        found.plain[path] = content
    else:
        notes.dropped('file', said('文件 {path} 不属于办理事项包，未带入', 'The file {path} is no part of a bundle', path=path))


def _tidy(path: str) -> str:
    """A path a draft can store: its type in small letters, no sign that some system forbids."""
    plain = PurePosixPath(_ODD.sub('-', path.strip()))
    return plain.with_suffix(plain.suffix.lower()).as_posix() if plain.suffix else plain.as_posix()
