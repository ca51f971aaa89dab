"""What a restore has lost: whatever came after the backup, as far as the journal, the replaced database, the outbox and the log tell."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from engine import Rejection
from engine.evidence import CASE
from engine.tables import evidence_head, outbox, process_instance
from tasks.backup.issued import FOLDER, lines, lost_serials, marks_of, numbers_between
from tasks.evidence.anchors import Line, read_lines
from tasks.evidence.tables import evidence_anchor
from tasks.tables import approval_case, document, licence

MOST = 2000
"""Numbers named of a kind; how many there are is told in full."""
_LICENCE = 'document/licence:'


@dataclass
class Lost:
    """Numbers issued after the backup, by kind: `case`, `document`, `certificate`; and what else is known."""

    numbers: dict[str, list[str]] = field(default_factory=lambda: {'case': [], 'document': [], 'certificate': []})
    journal_until: str | None = None  # the last line of the journal; None: there is none, and numbers may have been lost that nobody knows
    replaced: bool = False  # the database before was there to be read
    waiting_messages: int = 0  # in the outbox of the backup: they may have been sent already, and are sent again
    anchored: list[str] = field(default_factory=list)  # cases on which more was done than the backup knows, by the anchors of the evidence
    ahead: dict[str, list[int]] = field(default_factory=dict)  # chain → entries that were anchored, entries there are now
    lines: int = 0  # of anchors, that this database has not made
    acts: dict[str, int] = field(default_factory=dict)  # requests that changed something after the backup, by user name, from the log

    def add(self, kind: str, found: Iterable[str]) -> None:
        """Add numbers; each counts once."""
        self.numbers[kind] = sorted({*self.numbers[kind], *found})

    def as_json(self) -> dict[str, Any]:
        """For the report that is kept."""
        return {
            'counts': {kind: len(found) for kind, found in self.numbers.items()},
            'numbers': {kind: found[:MOST] for kind, found in self.numbers.items()},
            'journal_until': self.journal_until,
            'replaced': self.replaced,
            'waiting_messages': self.waiting_messages,
            'anchored': self.anchored[:MOST],
            'ahead': dict(islice(self.ahead.items(), MOST)),
            'lines': self.lines,
            'acts': self.acts,
        }


def of_replaced(connection: Connection, since: datetime) -> dict[str, list[str]]:
    """The numbers that the database which is about to be replaced has issued since the backup."""
    case, paper = approval_case.c, document.c
    return {
        'case': list(connection.execute(select(case.case_no).where(case.received_at > since)).scalars()),
        'document': list(connection.execute(select(paper.number).where(paper.issued_at > since)).scalars()),
        'certificate': list(
            connection.execute(
                select(licence.c.no).join(document, paper.id == licence.c.document_id).where(paper.issued_at > since)
            ).scalars()
        ),
    }


@dataclass(frozen=True)
class Outside:
    """What outlives a database: `home` with the journal of numbers and the logs, and the file of anchors."""

    home: Path
    anchors: Path | None = None


def find_lost(connection: Connection, outside: Outside, since: datetime, replaced: Mapping[str, Sequence[str]] | None) -> Lost:
    """Compare the restored rows with what outlived the loss. `connection` is in the transaction of the restore, before a new epoch."""
    found = Lost(replaced=replaced is not None)
    for kind, numbers in (replaced or {}).items():
        found.add(kind, numbers)
    _from_journal(connection, outside.home / FOLDER, found)
    anchored, last = _lines(outside.anchors), _last_line(connection)
    found.ahead, found.lines = _ahead(connection, anchored), sum(line.n > last for line in anchored)
    found.anchored = [chain.removeprefix(CASE) for chain in found.ahead if chain.startswith(CASE)]
    _without_those_kept(connection, found)
    waiting = select(func.count()).select_from(outbox).where(outbox.c.state == 'waiting')
    found.waiting_messages = int(connection.execute(waiting).scalar_one())
    found.acts = _acts(outside.home, since)
    return found


def _from_journal(connection: Connection, folder: Path, found: Lost) -> None:
    told = list(lines(folder))
    if not told:
        return
    found.journal_until = str(told[-1]['at'])
    for name, first, last in lost_serials(told, marks_of(connection)):
        kind = 'case' if name.startswith('case/') else 'certificate' if name.startswith(_LICENCE) else 'document'
        found.add(kind, numbers_between(name, first, last))


def _lines(path: Path | None) -> list[Line]:
    """The anchor lines there are; a file that cannot be read holds up no restore, and the doctor tells what is wrong with it."""
    try:
        return read_lines(path) if path is not None and path.exists() else []
    except Rejection:
        return []


def _ahead(connection: Connection, lines: list[Line]) -> dict[str, list[int]]:
    """Chains that were anchored farther than they reach now: entries anchored, entries there are."""
    reached: dict[str, int] = {}
    for line in lines:
        for chain, (seq, _hash) in line.heads.items():
            reached[chain] = max(reached.get(chain, 0), seq)
    if not reached:
        return {}
    cases = connection.execute(select(process_instance.c.business_key, process_instance.c.evidence_seq))
    present = {CASE + row.business_key: row.evidence_seq for row in cases}
    present |= {row.chain: row.seq for row in connection.execute(select(evidence_head.c.chain, evidence_head.c.seq))}
    return {chain: [seq, present.get(chain, 0)] for chain, seq in sorted(reached.items()) if seq > present.get(chain, 0)}


def _last_line(connection: Connection) -> int:
    """The number of the last anchor line this database has made."""
    made = select(func.coalesce(func.max(evidence_anchor.c.id), 0)).where(evidence_anchor.c.made_at.is_not(None))
    return int(connection.execute(made).scalar_one())


def set_aside(connection: Connection, path: Path | None, mark: str) -> Path | None:
    """Lines of anchors that the restored hall has not made go to a file of their own; it goes on with those it has. None: no such lines.

    Nothing is deleted: the whole file of before is kept under the name that is given back.
    """
    lines = _lines(path)
    if path is None or not lines:
        return None
    last = _last_line(connection)
    mine = [line.text for line in lines if line.n <= last]
    if len(mine) == len(lines):
        return None
    kept = path.with_name(f'{path.stem}.before-{mark}{path.suffix}')
    fresh = path.with_name(f'{path.name}.restoring')
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='utf-8') as stream:
        stream.writelines(f'{text}\n' for text in mine)
        stream.flush()
        os.fsync(stream.fileno())
    os.link(path, kept)
    fresh.replace(path)
    return kept


def _without_those_kept(connection: Connection, found: Lost) -> None:
    """A number the backup has is not lost: the journal and the replaced database may say more than what came after it."""
    for kind, column in (('case', approval_case.c.case_no), ('document', document.c.number), ('certificate', licence.c.no)):
        numbers = found.numbers[kind]
        kept: set[str] = set()
        for first in range(0, len(numbers), 500):
            kept |= set(connection.execute(select(column).where(column.in_(numbers[first : first + 500]))).scalars())
        found.numbers[kind] = [one for one in numbers if one not in kept]


def _acts(home: Path, since: datetime) -> dict[str, int]:
    """Requests that changed something after the backup, by user name: whom to ask. Reads the logs below `home`."""
    counted: Counter[str] = Counter()
    for path in sorted(home.glob('*.log')):
        with path.open(encoding='utf-8', errors='replace') as stream:
            for text in stream:
                who = _who_acted(text, since)
                if who:
                    counted[who] += 1
    return dict(sorted(counted.items()))


def _who_acted(text: str, since: datetime) -> str | None:
    if '"POST"' not in text:
        return None
    try:
        line = json.loads(text)
        done = line.get('event') == 'request' and line.get('method') == 'POST' and line.get('status') in (200, 302)
        later = datetime.fromisoformat(str(line['timestamp']).replace('Z', '+00:00')) > since
    except (ValueError, KeyError, TypeError):
        return None
    return str(line['user']) if done and later and line.get('user') else None
