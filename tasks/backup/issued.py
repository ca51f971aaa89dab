"""The journal of issued numbers: a file outside the database that is only ever added to, so that it outlives a lost database.

Each line is the greatest serial of every series that has grown since the line before. Serials have no gaps, so two lines name every number
between them. The worker adds a line at most once a minute; what was issued in the last minute before a loss may be missing here. That no
number is issued twice does not rest on this file (`numbers.begin_epoch`), only the list of what was lost does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from engine import instant_text
from tasks.cases.numbers import case_nos_between, document_nos_between
from tasks.operations.tables import restore
from tasks.tables import case_sequence, document_sequence

FOLDER = 'numbers'
SECONDS = 60
Marks = Mapping[str, int]


def marks_of(connection: Connection) -> dict[str, int]:
    """The greatest serial of every series: `case/REGION/DAY` and `document/SERIES/YEAR/LABEL`."""
    found = {f'case/{row.region}/{row.day}': row.last for row in connection.execute(select(case_sequence))}
    rows = connection.execute(select(document_sequence))
    return found | {f'document/{row.series}/{row.year}/{row.label}': row.last for row in rows}


class NumberJournal:
    """The file of one machine. Reading it back is `lines`."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        self._known: dict[str, int] | None = None
        self._wrote_at: datetime | None = None

    def follow(self, connection: Connection, now: datetime) -> bool:
        """Add a line if a series has grown; whether one was added."""
        if self._wrote_at is not None and abs((now - self._wrote_at).total_seconds()) < SECONDS:
            return False
        if self._known is None:
            self._known = greatest(lines(self.folder))
        present = marks_of(connection)
        grown = {name: last for name, last in present.items() if self._known.get(name, 0) != last}
        self._wrote_at = now
        if not grown:
            return False
        last = connection.execute(select(restore).order_by(restore.c.epoch.desc()).limit(1)).one_or_none()
        epoch = {'epoch': last.epoch, 'day': last.day, 'first': last.first_serial} if last else {'epoch': 0}
        self._add({'at': instant_text(now), **epoch, 'last': grown}, now)
        self._known |= grown
        return True

    def _add(self, line: Mapping[str, Any], now: datetime) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f'issued-{now:%Y%m}.jsonl'
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 'wb') as stream:
            stream.write((json.dumps(line, ensure_ascii=False) + '\n').encode())
            stream.flush()
            os.fsync(stream.fileno())


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Every whole line, oldest file first; a line that was cut off by a crash is left out."""
    for path in sorted(folder.glob('issued-*.jsonl')):
        for text in path.read_text('utf-8', errors='replace').splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and isinstance(line.get('last'), dict):
                yield line


def greatest(found: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The greatest serial of every series that any line names."""
    known: dict[str, int] = {}
    for line in found:
        for name, last in line['last'].items():
            known[name] = max(known.get(name, 0), int(last))
    return known


def lost_serials(found: Sequence[Mapping[str, Any]], present: Marks) -> Iterator[tuple[str, int, int]]:
    """(series, first, last) of the serials the lines name and the present rows of the sequences do not reach."""
    for name, first, last in _drawn(found):
        have = present.get(name)
        if have is None and name.startswith('document/'):  # a restore gave the series another name; its serials went on
            same = name.rpartition('/')[0] + '/'
            have = max((serial for other, serial in present.items() if other.startswith(same)), default=0)
        if last > (have or 0):
            yield name, max(first, (have or 0) + 1), last


def _drawn(found: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """The runs of serials that were drawn. A restore lets the cases of its day go on far behind: nothing was drawn between."""
    known: dict[str, tuple[int, int]] = {}
    for line in found:
        for name, serial in line['last'].items():
            last, epoch = int(serial), int(line.get('epoch', 0))
            epoch_before, before = known.get(name, (0, 0))
            if epoch != epoch_before and name.startswith('case/') and name.endswith(f'/{line.get("day")}'):
                before = max(before, int(line['first']))
            if last > before:
                yield name, before + 1, last
            known[name] = (epoch, max(before, last))


def numbers_between(name: str, first: int, last: int) -> list[str]:
    """The numbers of a series with the serials `first` to `last`, as they were issued."""
    kind, *parts = name.split('/')
    if kind == 'case':
        return case_nos_between(parts[0], parts[1], first, last)
    year, label = parts[-2:]
    return document_nos_between('/'.join(parts[:-2]), int(year), label, first, last)
