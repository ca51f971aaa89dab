"""The rows of `tasks.marks.tables` as frozen values (see `engine.rows`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.rows import Rows
from tasks.marks.tables import mark, reminder, watch


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A mark. `moves` are {at, before, after, cause}; `last_day` and `reply_last_day` ISO dates of the hall's zone."""

    id: int
    number: str
    case_no: str
    instance_id: int
    hall: str
    subject: str
    host: str | None
    title: str
    rule: int
    colour: str
    fault: str | None
    grounds: str
    limit: str
    due_at: datetime | None
    last_day: str | None
    moves: list[dict[str, Any]]
    window: str
    department: str
    person: str
    state: str
    raised_at: datetime
    raised_by: str
    reply_due_at: datetime | None
    reply_last_day: str | None
    reply: str
    replied_at: datetime | None
    replied_by: str | None
    disposition: str | None
    level: str | None
    opinion: str
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """When a limit of a case turns amber; `subject` and `host` as a mark has them."""

    id: int
    instance_id: int
    case_no: str
    hall: str
    subject: str
    host: str | None
    due_at: datetime | None
    warn_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredReminder:
    """What a person (`username`) or a window is told; `as_substitute` names for whom the person stands in."""

    id: int
    key: str
    case_no: str
    mark_id: int | None
    kind: str
    username: str | None
    window: str | None
    as_substitute: str | None
    title: str
    body: str
    at: datetime
    read_at: datetime | None
    read_by: str | None


MARKS = Rows(StoredMark, mark)
WATCHES = Rows(StoredWatch, watch)
REMINDERS = Rows(StoredReminder, reminder)
