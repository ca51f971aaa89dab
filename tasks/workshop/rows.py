"""The rows of `tasks.workshop.tables` as frozen values (see `engine.rows`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.rows import Rows
from tasks.workshop.tables import draft_bundle, draft_file


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft without its files."""

    id: int
    name: str
    origin: str
    definition_id: int | None
    origin_hash: str
    state: str
    lock_version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a draft; `version` is its ETag."""

    id: int
    draft_id: int
    path: str
    content: bytes
    version: int
    changed_by: str
    changed_at: datetime


DRAFTS = Rows(StoredDraft, draft_bundle)
FILES = Rows(StoredFile, draft_file)
