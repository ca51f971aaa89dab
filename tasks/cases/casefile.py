"""The case file: what verbs, listeners, documents and marks need to know of a case, read once in a transaction and shared by all of them.

The case's row with its hall, its department and the person who acts is one statement; its documents and materials are another, when
somebody first asks. What the office changes of the case is changed here and written with everything else the frame writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BindParameter, Connection, bindparam, func, literal, null, select, type_coerce, union_all, update

from engine import NotFound, RowChange
from engine.rows import Rows
from tasks import tables as t
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import spec_of
from tasks.rows import CASES, StoredCase

if TYPE_CHECKING:
    from engine import Edition, Hall, Ledger, Tx

_CHANGING = ('status', 'result', 'deemed', 'definition_id', 'accepted_at', 'decided_at', 'delivered_at', 'closed_at')
_SAVE = RowChange(
    update(t.approval_case)
    .where(t.approval_case.c.case_no == bindparam('of'))
    .values({name: bindparam(f'new_{name}') for name in _CHANGING})
)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What documents say of a hall."""

    code: str
    name: str
    region: str
    document_prefix: str
    address: str
    phone: str
    complaint_phone: str


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """What documents say of the department of an item; all empty for an item of none."""

    code: str
    name: str
    phone: str
    reconsideration: str
    court: str


_PLACE = Rows(PlaceFacts, t.hall)
_DEPARTMENT = Rows(DepartmentFacts, t.department)
_FILE = (
    select(
        *CASES.columns,
        *(column.label(f'hall_{column.name}') for column in _PLACE.columns),
        *(func.coalesce(column, '').label(f'department_{column.name}') for column in _DEPARTMENT.columns),
        t.clerk.c.name.label('clerk_name'),
        t.approval_case.c.query_password_hash.label('query_password'),
    )
    .join(t.hall, t.hall.c.code == t.approval_case.c.hall)
    .outerjoin(t.approval_item, t.approval_item.c.code == t.approval_case.c.item)
    .outerjoin(t.department, t.department.c.code == t.approval_item.c.department)
    .outerjoin(t.clerk, t.clerk.c.username == bindparam('by'))
    .where(t.approval_case.c.instance_id == bindparam('instance'))
)
_document, _material = t.document.c, t.case_material.c
_of: BindParameter[str] = bindparam('of')
_PAPERS = union_all(
    select(
        literal('material').label('source'),
        _material.id,
        _material.code,
        _material.name,
        _material.note,
        _material.state,
        _material.required,
        _material.originals,
        _material.copies,
        type_coerce(null(), JSON).label('data'),
    ).where(_material.case_no == _of),
    select(
        literal('document'), _document.id, _document.kind, _document.number, _document.title, null(), null(), null(), null(), _document.data
    ).where(_document.case_no == _of),
)


RECEIVED = frozenset({'case_no', 'item_code', 'applicant', 'agent', 'channel', 'materials', 'received_at'})
"""The variables the receipt writes; a form that comes with the application cannot."""


@dataclass(frozen=True, slots=True)
class MaterialInCase:
    """A material of a case's list, as it is now."""

    id: int
    code: str
    name: str
    note: str
    state: str
    required: bool
    originals: int
    copies: int


@dataclass(frozen=True, slots=True)
class DocumentInCase:
    """A document of a case without its page."""

    id: int
    kind: str
    number: str
    title: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Papers:
    """What lies in a case, oldest first."""

    materials: list[MaterialInCase]
    documents: list[DocumentInCase]

    @classmethod
    def read(cls, connection: Connection, case_no: str) -> Papers:
        """One statement for both."""
        rows = sorted(connection.execute(_PAPERS, {'of': case_no}).all(), key=lambda row: row.id)
        return cls(
            [MaterialInCase(*row[1:-1]) for row in rows if row.source == 'material'],
            [DocumentInCase(row.id, row.code, row.name, row.note, row.data) for row in rows if row.source == 'document'],
        )


class CaseFile:
    """One case in one transaction; its instance must be locked, so that nobody else changes it meanwhile."""

    def __init__(self, tx: Tx, row: Sequence[Any], clerk_name: str | None, query_password: str) -> None:
        self.tx = tx
        self.case = CASES.of(row)
        self.place = _PLACE.of(row[len(CASES.columns) :])
        self.department = _DEPARTMENT.of(row[len(CASES.columns) + len(_PLACE.columns) :])
        self.clerk_name = str(clerk_name or tx.by.name or '系统')
        self._unshown = {'query_password_hash': query_password}  # under the chain with the rest of the row
        self._changed = False

    @property
    def case_no(self) -> str:
        """The number of the case."""
        return self.case.case_no

    @property
    def instance_id(self) -> int:
        """The process instance of the case."""
        return self.case.instance_id

    @property
    def hall(self) -> Hall:
        """Calendar and office hours of the case's hall."""
        return self.tx.hall(self.case.hall)

    @property
    def edition(self) -> Edition:
        """The version the case runs on now."""
        with self.tx.frame(self.instance_id) as frame:
            return frame.definition.edition

    @property
    def item(self) -> ItemSpec:
        """The catalogue entry the case runs on. Raises ItemError."""
        return spec_of(self.edition)

    @property
    def variables(self) -> Mapping[str, Any]:
        """The case's data after the last step."""
        with self.tx.frame(self.instance_id) as frame:
            return frame.variables

    @property
    def ledger(self) -> Ledger:
        """Clocks, stops, extensions and timers of the case."""
        with self.tx.frame(self.instance_id) as frame:
            return frame.ledger

    @property
    def papers(self) -> Papers:
        """Materials and documents of the case, as they are now."""
        return self.tx.once(('papers', self.case_no), lambda: Papers.read(self.tx.link, self.case_no))

    def issued(self, kind: str) -> DocumentInCase | None:
        """The first document of a kind that counts, None when there is none. A corrected notice names those that do not."""
        corrected = {one for row in self.papers.documents for one in row.data.get('corrects', ())}
        return next((row for row in self.papers.documents if row.kind == kind and row.id not in corrected), None)

    def set(self, **values: Any) -> None:
        """Change the case; `save` writes it."""
        self.case = replace(self.case, **values)
        self._changed = True

    def save(self) -> None:
        """Write what was changed with the frame's other writes."""
        if self._changed:
            self._changed = False
            values = {f'new_{name}': getattr(self.case, name) for name in _CHANGING}
            with self.tx.frame(self.instance_id) as frame:
                frame.write(_SAVE, {'of': self.case_no, **values}, key=self.case_no)
                known = {name: getattr(self.case, name) for name in StoredCase.__dataclass_fields__}
                self.tx.seal(t.approval_case, known | self._unshown)


def find_file(tx: Tx, instance_id: int) -> CaseFile | None:
    """The file of the case an instance is about, None for instances that are no case of the office."""
    return tx.once(('case', instance_id), lambda: _read(tx, instance_id))


def case_file(tx: Tx, instance_id: int) -> CaseFile:
    """The file of a case. Raises NotFound when the instance is no case of the office."""
    found = find_file(tx, instance_id)
    if found is None:
        raise NotFound(f'Expected a case of the office, but instance {instance_id} is none', '不是办件')
    return found


def materials_changed(tx: Tx, case_no: str) -> None:
    """The materials of a case were written: they are read again when they are needed."""
    tx.forget(('papers', case_no))


def _read(tx: Tx, instance_id: int) -> CaseFile | None:
    row = tx.link.execute(_FILE, {'instance': instance_id, 'by': tx.by.id}).one_or_none()
    return None if row is None else CaseFile(tx, row, row.clerk_name, row.query_password)
