"""One table, one file: gzip of lines of JSON. The first line names the columns and their kinds, each other line is one row.

An instant is ISO 8601 in UTC with microseconds, a JSON column its stored text, bytes are base64. So a row says the same on either database.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import JSON, Boolean, DateTime, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

from engine.core.errors import Rejection
from engine.core.values import instant_text

_LEVEL = 3  # higher levels cost more time than they save bytes
_KINDS: Sequence[tuple[type[TypeEngine[Any]], str]] = (
    (Boolean, 'boolean'),
    (Integer, 'integer'),
    (DateTime, 'instant'),
    (JSON, 'json'),
    (LargeBinary, 'bytes'),
    (String, 'text'),
)


class BackupDamaged(Rejection):
    """A file of a backup is missing, cut off or changed."""


@dataclass(frozen=True)
class TableFile:
    """One table in a backup: its file's name, rows, bytes and SHA-256."""

    table: str
    file: str
    rows: int
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def kind_of(column_type: TypeEngine[Any]) -> str:
    """What a column holds: boolean, integer, instant, json, bytes or text. Raises TypeError for anything else."""
    for known, kind in _KINDS:
        if isinstance(column_type, known):
            return kind
    raise TypeError(f'Expected a column of a kind that can be kept, but {column_type!r} is none')


def _instant(value: datetime) -> str:
    return instant_text(value if value.tzinfo else value.replace(tzinfo=UTC))


_OUT: dict[str, Callable[[Any], Any]] = {'instant': _instant, 'bytes': lambda value: b64encode(value).decode(), 'boolean': bool}
_IN: dict[str, Callable[[Any], Any]] = {'instant': datetime.fromisoformat, 'bytes': b64decode}


class _Counted:
    """A file that counts and hashes what is written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.bytes, self._hash = stream, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        self._hash.update(data)
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write_file(folder: Path, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> TableFile:
    """Write one table, readable by its owner only, and bring it to the disk."""
    path = folder / f'{table}.jsonl.gz'
    convert = [(place, _OUT[kind]) for place, (_name, kind) in enumerate(columns) if kind in _OUT]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(',', ':')).encode
    count = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as stream:
        counted = _Counted(stream)
        with gzip.GzipFile(filename='', mode='wb', fileobj=cast(Any, counted), compresslevel=_LEVEL, mtime=0) as packed:
            packed.write((encode({'table': table, 'columns': [list(column) for column in columns]}) + '\n').encode())
            for row in rows:
                values = list(row)
                for place, turn in convert:
                    if values[place] is not None:
                        values[place] = turn(values[place])
                packed.write((encode(values) + '\n').encode())
                count += 1
        stream.flush()
        os.fsync(stream.fileno())
    return TableFile(table, path.name, count, counted.bytes, counted.sha256)


def verify_file(folder: Path, said: TableFile) -> None:
    """Read a file from the disk and compare it with what the manifest says of it. Raises BackupDamaged."""
    path = folder / said.file
    found = hashlib.sha256()
    try:
        with path.open('rb') as stream:
            while block := stream.read(1 << 20):
                found.update(block)
    except OSError as error:
        raise damaged(said.file, f'it cannot be read ({error.strerror})', f'无法读取（{error.strerror}）') from error
    if found.hexdigest() != said.sha256:
        raise damaged(said.file, 'its SHA-256 is another', 'SHA-256 校验值不符')
    rows = sum(1 for _row in read_lines(folder, said)[1])
    if rows != said.rows:
        raise damaged(said.file, f'it has {rows} rows instead of {said.rows}', f'有 {rows} 行，应为 {said.rows} 行')


def read_lines(folder: Path, said: TableFile) -> tuple[list[tuple[str, str]], Iterator[list[Any]]]:
    """The columns (name, kind) of a file, and its rows with Python's values; JSON stays text. Raises BackupDamaged."""
    stream = gzip.open(folder / said.file, 'rt', encoding='utf-8')  # noqa: SIM115  closed by the rows
    try:
        columns = [(str(name), str(kind)) for name, kind in json.loads(stream.readline())['columns']]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        stream.close()
        raise damaged(said.file, f'its head cannot be read ({error})', f'文件头无法读取（{error}）') from error
    return columns, _rows(stream, columns, said.file)


def _rows(stream: Any, columns: Sequence[tuple[str, str]], name: str) -> Iterator[list[Any]]:
    convert = [(place, _IN[kind]) for place, (_name, kind) in enumerate(columns) if kind in _IN]
    with stream:
        try:
            for line in stream:
                values = json.loads(line)
                for place, turn in convert:
                    if values[place] is not None:
                        values[place] = turn(values[place])
                yield values
        except (OSError, EOFError, zlib.error, ValueError, IndexError, TypeError) as error:
            raise damaged(name, f'a row cannot be read ({error})', f'有的行无法读取（{error}）') from error


def damaged(name: str, why: str, zh: str) -> BackupDamaged:
    """What is wrong with a file of a backup."""
    return BackupDamaged(f'Expected the file {name} as it was backed up, but {why}', f'备份文件 {name} {zh}')
