"""The rows of `tasks.migration.tables` as frozen values (see `engine.rows`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.rows import Rows
from tasks.migration.tables import case_batch, case_batch_row


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch. `order` is as `Order.of` reads it; the last three say who took it back, why, and when it was over."""

    id: int
    kind: str
    order: dict[str, Any]
    reason: str
    state: str
    by: str
    by_name: str
    at: datetime
    revert_reason: str
    reverted_by: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredBatchCase:
    """One case of a batch. `zh` and `en` say why it could not be done, or what is different."""

    id: int
    batch_id: int
    instance_id: int
    case_no: str
    state: str
    zh: str
    en: str
    migration_id: int | None
    done_at: datetime | None


BATCH = Rows(StoredBatch, case_batch)
BATCH_CASES = Rows(StoredBatchCase, case_batch_row)
