"""What a backup says of itself: `manifest.json`, written last. A folder without one is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import Rejection, instant_text
from engine.keeping import TableFile, verify_file

FORMAT = 1
NAME = 'manifest.json'
CHECK = 'manifest.sha256'
NOT_INCLUDED = ('secret_key', 'evidence key', 'numbers', 'anchors', 'log')
"""What lies beside the database and is not in the backup: keys on purpose, the files that must outlive the database because they must."""


@dataclass(frozen=True)
class Manifest:
    """`schema` is the revision of the tables, `made_at` the moment the rows are of, `epoch` how often the hall had been restored."""

    made_at: datetime
    software: str
    schema: str
    database: str
    epoch: int
    halls: Sequence[str]
    tables: Sequence[TableFile]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(one.bytes for one in self.tables)

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            'format': FORMAT,
            'made_at': instant_text(self.made_at),
            'software': self.software,
            'schema': self.schema,
            'database': self.database,
            'epoch': self.epoch,
            'halls': list(self.halls),
            'rows': self.rows,
            'bytes': self.bytes,
            'tables': [one.as_json() for one in self.tables],
            'not_included': list(NOT_INCLUDED),
        }


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and its own SHA-256, each whole or not at all, readable by the owner only."""
    text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1).encode()
    _put(folder / CHECK, f'{hashlib.sha256(text).hexdigest()}  {NAME}\n'.encode())
    _put(folder / NAME, text)


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(f'{path.name}.part')
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(folder: Path) -> Manifest:
    """The manifest of a backup. Raises Rejection for a folder that holds none, an unknown format, or a changed manifest."""
    try:
        text, check = (folder / NAME).read_bytes(), (folder / CHECK).read_text('ascii')
    except OSError as error:
        message = f'Expected a backup in {folder}, but {Path(error.filename or "").name} cannot be read ({error.strerror})'
        raise Rejection(message, f'{folder} 不是完整的备份：无法读取 {Path(error.filename or "").name}') from error
    if check.split()[:1] != [hashlib.sha256(text).hexdigest()]:
        raise Rejection(f'Expected {NAME} as it was written, but its SHA-256 is another', f'备份清单 {NAME} 已被改动，校验值不符')
    try:
        said = json.loads(text)
        if said.get('format') != FORMAT:
            message = f'Expected a backup of format {FORMAT}, but it has {said.get("format")}'
            raise Rejection(message, f'备份格式为 {said.get("format")}，本版本只能读取格式 {FORMAT}')
        found = _read(said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejection(f'Expected a manifest of a backup, but {NAME} is none: {error!r}', f'{NAME} 不是备份清单') from error
    for one in found.tables:
        if Path(one.file).name != one.file or (folder / one.file).is_symlink():
            message = f'Expected files within {folder}, but the manifest names {one.file!r}'
            raise Rejection(message, f'备份清单中的文件 {one.file} 不在备份文件夹内')
    return found


def _read(said: Mapping[str, Any]) -> Manifest:
    return Manifest(
        made_at=datetime.fromisoformat(said['made_at']),
        software=said['software'],
        schema=said['schema'],
        database=said['database'],
        epoch=said['epoch'],
        halls=said['halls'],
        tables=[TableFile(**one) for one in said['tables']],
    )


def verify(folder: Path) -> Manifest:
    """Read every file of a backup from the disk and compare it with the manifest. Raises Rejection naming what differs."""
    found = load(folder)
    for one in found.tables:
        verify_file(folder, one)
    return found
