"""The rows of `tasks.tables` as frozen values (see `engine.rows`): one list of columns a type, built here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.rows import Rows
from tasks import tables as t


@dataclass(frozen=True, slots=True)
class StoredHall:
    """A hall. `office_hours` are spans as text; `deadline_time` and `zone` as `engine.worktime` reads them."""

    code: str
    name: str
    region: str
    calendar: str
    office_hours: list[list[str]]
    deadline_time: str
    zone: str
    document_prefix: str
    address: str
    phone: str
    complaint_phone: str
    demo: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredDepartment:
    """A department; `reconsideration` and `court` are where its decisions are contested."""

    code: str
    hall: str
    name: str
    uscc: str
    phone: str
    reconsideration: str
    court: str


@dataclass(frozen=True, slots=True)
class StoredWindow:
    """A window; `authority` is receive, review or decide."""

    code: str
    hall: str
    department: str | None
    name: str
    authority: str
    place: str
    open: bool


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An approval item; its whole entry is in the bundle of its definition."""

    code: str
    name: str
    hall: str
    department: str | None
    definition_key: str
    definition_id: int | None
    handling_class: str
    type: str
    promise: str
    statutory: str
    number_prefixes: str
    published: bool
    published_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseFields:
    """What the row of a case and what a page shows of it have in common. `agent` is {name, id_type, id_no, phone}."""

    case_no: str
    instance_id: int
    item: str
    item_name: str
    definition_id: int
    hall: str
    status: str
    result: str | None
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    deemed: str | None
    applicant_name: str
    applicant_kind: str
    applicant_id_type: str
    applicant_id_no: str
    applicant_phone: str
    applicant_address: str
    agent: dict[str, str] | None
    channel: str
    window: str | None
    received_by: str
    first_contact: str


@dataclass(frozen=True, slots=True)
class StoredCase(CaseFields):
    """A case, as everybody sees it who is not in its receiving transaction. `form` is what the applicant filed."""

    form: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredMaterial:
    """A material of a case's list; `state` is missing, received, defective or verified."""

    id: int
    case_no: str
    code: str
    name: str
    required: bool
    state: str
    originals: int
    copies: int
    note: str
    changed_at: datetime


HALLS = Rows(StoredHall, t.hall)
DEPARTMENTS = Rows(StoredDepartment, t.department)
WINDOWS = Rows(StoredWindow, t.window)
ITEMS = Rows(StoredItem, t.approval_item)
CASES = Rows(StoredCase, t.approval_case)
MATERIALS = Rows(StoredMaterial, t.case_material)
