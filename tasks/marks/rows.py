"""The rows of `tasks.marks.tables` as frozen values (see `engine.rows`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.rows import Rows, known
from tasks.marks.tables import mark, reminder, watch
from tasks.tables import approval_case


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
    ground_kind: str
    facts: dict[str, Any] | None
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
    parcel: str
    case_no: str
    mark_id: int | None
    kind: str
    username: str | None
    window: str | None
    as_substitute: str | None
    host: str | None
    facts: dict[str, Any] | None
    title: str
    body: str
    at: datetime
    read_at: datetime | None
    read_by: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the sentences of a mark name."""

    subject: str
    title: str
    colour: str
    ground_kind: str
    facts: dict[str, Any] | None
    grounds: str
    limit: str
    last_day: str | None
    reply_last_day: str | None


@dataclass(frozen=True, slots=True)
class ToldReminder(StoredReminder):
    """A reminder with what its sentence names: the item, and the mark's `Ground` where it is about one."""

    item_name: str
    mark_subject: str | None
    mark_title: str
    mark_colour: str
    mark_ground_kind: str
    mark_facts: dict[str, Any] | None
    mark_grounds: str
    mark_limit: str
    mark_last_day: str | None
    mark_reply_last_day: str | None

    @property
    def mark(self) -> Ground:
        """The mark. Raises TypeError for a reminder of a step, which has none."""
        subject = known(self.mark_subject, 'the mark of a reminder')
        about = (self.mark_title, self.mark_colour, self.mark_ground_kind, self.mark_facts, self.mark_grounds, self.mark_limit)
        return Ground(subject, *about, self.mark_last_day, self.mark_reply_last_day)


MARKS = Rows(StoredMark, mark)
WATCHES = Rows(StoredWatch, watch)
REMINDERS = Rows(StoredReminder, reminder)
TOLD = Rows(
    ToldReminder,
    reminder,
    item_name=select(approval_case.c.item_name).where(approval_case.c.case_no == reminder.c.case_no).scalar_subquery(),
    **{f'mark_{field.name}': mark.c[field.name] for field in fields(Ground)},
)
"""For queries of reminders joined with their marks."""
