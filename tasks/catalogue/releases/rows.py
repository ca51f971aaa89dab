"""The rows of `tasks.catalogue.releases.tables` as frozen values (see `engine.rows`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.rows import Rows
from engine.tables import process_definition
from tasks.catalogue.releases.tables import release
from tasks.tables import clerk


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission without its bundle. `report` is the check's warnings, `editors` everybody whose text is in the draft."""

    id: int
    draft_id: int
    item: str
    name: str
    state: str
    reason: str
    wanted_at: datetime | None
    submitted_by: str
    submitted_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    definition_id: int | None
    base_id: int | None
    bundle_hash: str
    report: list[dict[str, Any]]
    editors: list[str]


@dataclass(frozen=True, slots=True)
class Submission(StoredSubmission):
    """A submission as pages show it; version, instant and state are those of the definition it became, None before."""

    submitted_by_name: str
    version: int | None
    effective_at: datetime | None
    definition_state: str | None

    @property
    def staged(self) -> bool:
        """Released, but its instant has not come."""
        return self.definition_state == 'staged'


_PERSON = select(clerk.c.name).where(clerk.c.username == release.c.submitted_by).scalar_subquery()
STORED = Rows(StoredSubmission, release)
SUBMISSIONS = Rows(
    Submission,
    release,
    submitted_by_name=func.coalesce(func.nullif(_PERSON, ''), release.c.submitted_by),
    version=process_definition.c.version,
    effective_at=process_definition.c.effective_at,
    definition_state=process_definition.c.state,
)
"""For queries of submissions joined with the definition each became, if any."""
