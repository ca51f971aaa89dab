"""The catalogue of items and the versions of their diagrams, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from engine import NotFound, edition_of, read
from engine.bpmn.model import Diagram
from engine.rows import DEFINITIONS, Rows, StoredDefinition
from engine.tables import process_definition, process_instance
from tasks import tables as t
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import spec_of


@dataclass(frozen=True)
class HallRow:
    """The hall of the page's head."""

    code: str
    name: str
    region: str
    address: str
    phone: str
    complaint_phone: str
    demo: bool


@dataclass(frozen=True)
class ItemRow:
    """An approval item in the catalogue; limits as written."""

    code: str
    name: str
    handling_class: str
    department: str
    promise: str
    statutory: str
    published: bool
    definition_id: int


@dataclass(frozen=True)
class ItemView:
    """An item with its whole entry and the diagram that runs."""

    code: str
    name: str
    handling_class: str
    department: str
    published: bool
    spec: ItemSpec
    diagram: Diagram
    definition_id: int
    version: int


@dataclass(frozen=True)
class DefinitionRow:
    """One version of an item's diagram; `running` open cases run on it, `warnings` is how many the check gave."""

    id: int
    key: str
    name: str
    version: int
    state: str
    deployed_at: datetime
    deployed_by: str
    effective_at: datetime | None
    reason: str
    running: int
    warnings: int


@dataclass(frozen=True)
class DefinitionView:
    """One version with its files, diagram, the check's report and the other versions of the item."""

    id: int
    key: str
    name: str
    version: int
    state: str
    deployed_at: datetime
    deployed_by: str
    effective_at: datetime | None
    reason: str
    running: int
    bundle_hash: str
    report: Sequence[Mapping[str, Any]]
    files: Sequence[str]
    diagram: Diagram
    versions: Sequence[DefinitionRow]


_HALLS = Rows(HallRow, t.hall)
_ITEMS = Rows(ItemRow, t.approval_item, department=func.coalesce(t.department.c.name, ''))


def hall_of(connection: Connection) -> HallRow | None:
    """The first hall of this installation; None before it is set up."""
    return _HALLS.first(connection, _HALLS.select().order_by(t.hall.c.created_at, t.hall.c.code).limit(1))


def items(connection: Connection, *, unpublished_too: bool = False) -> list[ItemRow]:
    """The catalogue by name: what the hall offers. Who keeps it also sees what is not published any more or not yet.

    An item of which no version has been in force yet is in neither.
    """
    statement = _items().where(t.approval_item.c.definition_id.is_not(None))
    if not unpublished_too:
        statement = statement.where(t.approval_item.c.published)
    return _ITEMS.all(connection, statement.order_by(t.approval_item.c.name))


def _items() -> Select[Any]:
    joined = t.approval_item.outerjoin(t.department, t.department.c.code == t.approval_item.c.department)
    return _ITEMS.select().select_from(joined)


def item_view(connection: Connection, code: str) -> ItemView:
    """One item, published or not; raises NotFound. Pages for everybody ask `need_offered` first."""
    statement = (
        _items()
        .add_columns(process_definition.c.version)
        .join(process_definition, process_definition.c.id == t.approval_item.c.definition_id)
        .where(t.approval_item.c.code == code)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f'Expected an approval item, but there is no {code!r}', f'没有事项 {code}')
    item = _ITEMS.of(row)
    edition = edition_of(connection, item.definition_id)
    return ItemView(
        code=code,
        name=item.name,
        handling_class=item.handling_class,
        department=item.department,
        published=item.published,
        spec=spec_of(edition),
        diagram=edition.diagram,
        definition_id=item.definition_id,
        version=row.version,
    )


def definitions(connection: Connection, key: str | None = None) -> list[DefinitionRow]:
    """Every version of every diagram, newest first within an item."""
    running = _running(connection)
    return [_definition_row(row, running) for row in read.definitions(connection, key)]


def definition_view(connection: Connection, definition_id: int) -> DefinitionView:
    """One version; raises NotFound."""
    row = DEFINITIONS.first(connection, DEFINITIONS.select().where(process_definition.c.id == definition_id))
    if row is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    edition = edition_of(connection, definition_id)
    versions = definitions(connection, row.key)
    mine = next(each for each in versions if each.id == definition_id)
    return DefinitionView(
        id=definition_id,
        key=row.key,
        name=row.name,
        version=row.version,
        state=row.state,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
        effective_at=row.effective_at,
        reason=row.reason,
        running=mine.running,
        bundle_hash=row.bundle_hash,
        report=row.report,
        files=sorted(edition.bundle.files),
        diagram=edition.diagram,
        versions=versions,
    )


def _running(connection: Connection) -> dict[int, int]:
    open_ones = select(process_instance.c.definition_id, func.count()).where(process_instance.c.status.in_(('active', 'suspended')))
    return {row[0]: row[1] for row in connection.execute(open_ones.group_by(process_instance.c.definition_id))}


def _definition_row(row: StoredDefinition, running: Mapping[int, int]) -> DefinitionRow:
    names = ('id', 'key', 'name', 'version', 'state', 'deployed_at', 'deployed_by', 'effective_at', 'reason')
    return DefinitionRow(**{name: getattr(row, name) for name in names}, running=running.get(row.id, 0), warnings=len(row.report))
