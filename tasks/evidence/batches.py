"""Every batch against the line of the operator log in which it was ordered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from engine.words import Word
from tasks.evidence.checking import Discrepancy
from tasks.migration import sealed
from tasks.migration.rows import BATCH, StoredBatch
from tasks.migration.tables import case_batch, case_batch_row

if TYPE_CHECKING:
    from engine import Engine

_ORDER = Word('批次与操作日志中的指令不符，或无人下达', 'the batch is not what the operator log says was ordered, or nobody ordered it')
_CASES = Word('批次的办件与下达时不同', 'the cases of the batch are not those it was ordered for')
_BACK = Word('撤销批次的指令不在操作日志中', 'the operator log does not have the order to take the batch back')


def examine_batches(engine: Engine) -> Iterator[Discrepancy]:
    """What of the batches nobody ordered so, one batch at a time. The lines of the log are compared with their chains elsewhere."""
    last = 0
    while True:
        with engine.reading() as connection:
            after = BATCH.select().where(case_batch.c.id > last).order_by(case_batch.c.id).limit(1)
            batch = BATCH.first(connection, after)
            if batch is None:
                return
            wrong = _wrong(connection, batch)
        if wrong is not None:
            yield Discrepancy('changed', f'batch/{batch.id}', wrong)
        last = batch.id


def _wrong(connection: Connection, batch: StoredBatch) -> Word | None:
    line = sealed.line_of(connection, batch)
    if line is None:
        return _ORDER
    ids = connection.execute(select(case_batch_row.c.instance_id).where(case_batch_row.c.batch_id == batch.id)).scalars().all()
    told = line['data'].get(sealed.SEAL)
    if len(ids) != line['data']['count'] or (told is not None and told != sealed.pieces(ids)):  # older lines have the number alone
        return _CASES
    if batch.state in ('reverting', 'reverted') and sealed.revert_of(connection, batch) is None:
        return _BACK
    return None
