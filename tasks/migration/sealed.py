"""What a batch was ordered to do, as it was sealed: the line of the operator log, whose digest stands in the chain of whoever ordered it.

The rows of a batch are a queue under no chain. So each case is done only if the sealed order says so, whoever wrote the row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine.evidence import ENTRIES, LOG, Kind
from engine.tables import evidence
from tasks.evidence.keys import verifies
from tasks.migration.tables import case_batch_row
from tasks.tables import operator_log

if TYPE_CHECKING:
    from engine.evidence import Sealer
    from tasks.migration.rows import StoredBatch

SEAL = 'sealed_cases'
"""Under this name the line of the log has the pieces of its cases."""
PIECE = 500
"""Cases of one digest: so many are read to check one of them."""
_line, _row = operator_log.c, case_batch_row.c
Piece = Sequence[Any]
"""The first and the last instance of a piece, and the SHA-256 of all of them."""


def pieces(instances: Iterable[int]) -> list[list[Any]]:
    """The cases of an order, by their digests."""
    return [[few[0], few[-1], _digest(few)] for few in _batched(sorted(instances))]


def _batched(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + PIECE] for start in range(0, len(ids), PIECE)]


def _digest(ids: Sequence[int]) -> str:
    return sha256(json.dumps([*ids]).encode()).hexdigest()


def line_of(connection: Connection, batch: StoredBatch) -> Any:
    """The line of the log in which a batch was ordered exactly so; None when there is none."""
    said = (_line.action == f'batch.{batch.kind}', _line.object == str(batch.id), _line.by == batch.by, _line.at == batch.at)
    for line in connection.execute(select(operator_log).where(*said, _line.reason == batch.reason)).mappings():
        if {name: value for name, value in line['data'].items() if name not in ('count', SEAL)} == batch.order:
            return line
    return None


def revert_of(connection: Connection, batch: StoredBatch) -> Any:
    """The line of the log in which a batch was ordered back; None when there is none."""
    said = (_line.action == 'batch.revert', _line.object == str(batch.id), _line.by == batch.reverted_by)
    return connection.execute(select(operator_log).where(*said, _line.reason == batch.revert_reason)).mappings().first()


def names(connection: Connection, line: Any, batch_id: int, instance_id: int) -> bool:
    """Whether the order of this line is for this case, too."""
    mine: Piece | None = next((one for one in line['data'].get(SEAL, ()) if one[0] <= instance_id <= one[1]), None)
    if mine is None:
        return False
    stored = select(_row.instance_id).where(_row.batch_id == batch_id, _row.instance_id.between(mine[0], mine[1]))
    return bool(_digest(sorted(connection.execute(stored).scalars())) == mine[2])


def signed(connection: Connection, sealer: Sealer, line: Any) -> bool:
    """Whether the chain of whoever acted has this line, under a key of the hall."""
    kind: Kind = sealer.by_table[operator_log.name]
    name = kind.object(line)
    entries = ENTRIES.select().where(evidence.c.chain == f'{LOG}{line["by"]}', evidence.c.at == line['at'])
    for entry in ENTRIES.all(connection, entries):
        digest = entry.objects.get(name)
        if digest is None or digest != kind.digest([line], int(digest.split(':')[0])):
            continue
        public = sealer.signer.trusted.get(entry.key)
        return public is not None and entry.hash == entry.computed() and verifies(public, entry.hash, entry.signature)
    return False
