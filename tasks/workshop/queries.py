"""What the workshop's pages read: drafts, their files, texts that were put aside, and the bundle a draft makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, LargeBinary, Select, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from engine import Actor, Bundle, NotFound
from engine.tables import process_definition
from tasks.rights.asking import by_people_here, may, need
from tasks.tables import clerk, window
from tasks.workshop.rows import StoredDraft
from tasks.workshop.tables import draft_bundle, draft_file, draft_revision


@dataclass(frozen=True)
class DraftRow:
    """A draft in the list."""

    id: int
    name: str
    origin: str
    state: str
    changed_by: str  # name of the person
    changed_at: datetime
    files: int


@dataclass(frozen=True)
class FileRow:
    """A file of a draft, without its content."""

    path: str
    size: int
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class DraftView(StoredDraft):
    """A draft with its files; its people are told by name. `writable`: whoever looks may change it."""

    writable: bool
    files: tuple[FileRow, ...]

    def file(self, path: str) -> FileRow:
        """One of the files. Raises NotFound."""
        found = next((each for each in self.files if each.path == path), None)
        if found is None:
            raise NotFound(f'Expected a file {path!r} in draft {self.id}, but there is none', f'草稿中没有文件 {path}')
        return found


@dataclass(frozen=True)
class FileText:
    """A file's content with the version to save it under."""

    path: str
    content: bytes
    version: int


@dataclass(frozen=True)
class RevisionRow:
    """A text that was put aside: replaced, removed, or refused because it came too late."""

    id: int
    draft_id: int
    path: str
    kind: str
    version: int
    by: str
    at: datetime
    size: int


@dataclass(frozen=True)
class Origin:
    """A deployed definition a draft can be copied from."""

    definition_id: int
    key: str
    name: str
    version: int
    state: str
    deployed_at: datetime


def drafts(conn: Connection, actor: Actor, *, state: str = 'open') -> list[DraftRow]:
    """The drafts in a state, the one changed last first."""
    need(actor, 'workshop.read')
    count = select(func.count()).where(draft_file.c.draft_id == draft_bundle.c.id).correlate(draft_bundle).scalar_subquery()
    columns = draft_bundle.c
    statement = (
        select(
            columns.id, columns.name, columns.origin, columns.state, _person(columns.changed_by), columns.changed_at, count.label('files')
        )
        .where(columns.state == state, here(actor))
        .order_by(columns.changed_at.desc(), columns.id.desc())
    )
    return [DraftRow(**row) for row in conn.execute(statement).mappings()]


def draft(conn: Connection, actor: Actor, draft_id: int) -> DraftView:
    """One draft with its files. Raises NotFound."""
    need(actor, 'workshop.read')
    columns = draft_bundle.c
    statement = select(
        columns.id,
        columns.name,
        columns.origin,
        columns.definition_id,
        columns.origin_hash,
        columns.state,
        columns.lock_version,
        _person(columns.created_by),
        columns.created_at,
        _person(columns.changed_by),
        columns.changed_at,
    ).where(columns.id == draft_id, here(actor))
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f'Expected draft {draft_id}, but there is none', f'没有草稿 {draft_id}')
    return DraftView(**row, writable=row['state'] == 'open' and may(actor, 'workshop.write'), files=_files(conn, draft_id))


def file(conn: Connection, actor: Actor, draft_id: int, path: str) -> FileText:
    """A file's content. Raises NotFound."""
    need(actor, 'workshop.read')
    columns = draft_file.c
    statement = select(columns.path, columns.content, columns.version).where(
        columns.draft_id == draft_id, columns.path == path, _of_draft_here(actor, columns.draft_id)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f'Expected a file {path!r} in draft {draft_id}, but there is none', f'草稿中没有文件 {path}')
    return FileText(**row)


def bundle_of(conn: Connection, actor: Actor, draft_id: int, unsaved: Mapping[str, bytes] | None = None) -> Bundle:
    """The bundle a draft makes, with texts that are not saved yet laid over it: what is checked, tried, compared and deployed.

    It may lack process.bpmn or item.toml while it is being drawn; the check says so. Raises NotFound.
    """
    name = draft(conn, actor, draft_id).name
    columns = draft_file.c
    rows = conn.execute(select(columns.path, columns.content).where(columns.draft_id == draft_id).order_by(columns.path)).all()
    files = {row.path: row.content for row in rows}
    files.update({path: content for path, content in (unsaved or {}).items() if path in files})
    return Bundle(files, name)


def revisions(conn: Connection, actor: Actor, draft_id: int, path: str | None = None, *, limit: int = 200) -> list[RevisionRow]:
    """The texts that were put aside, the latest first."""
    need(actor, 'workshop.read')
    statement = _revisions(actor).where(draft_revision.c.draft_id == draft_id).order_by(draft_revision.c.id.desc()).limit(limit)
    if path is not None:
        statement = statement.where(draft_revision.c.path == path)
    return [RevisionRow(**row) for row in conn.execute(statement).mappings()]


def revision(conn: Connection, actor: Actor, revision_id: int) -> tuple[RevisionRow, bytes]:
    """A text that was put aside, with its content. Raises NotFound."""
    need(actor, 'workshop.read')
    row = conn.execute(_revisions(actor).where(draft_revision.c.id == revision_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f'Expected revision {revision_id}, but there is none', f'没有历史文本 {revision_id}')
    content = conn.execute(select(draft_revision.c.content).where(draft_revision.c.id == revision_id)).scalar_one()
    return RevisionRow(**row), bytes(content)


def origins(conn: Connection, actor: Actor) -> list[Origin]:
    """The deployed definitions, of every key the latest version only."""
    need(actor, 'workshop.read')
    columns = process_definition.c
    latest = select(func.max(columns.id)).group_by(columns.key).scalar_subquery()
    statement = select(columns.id.label('definition_id'), columns.key, columns.name, columns.version, columns.state, columns.deployed_at)
    return [Origin(**row) for row in conn.execute(statement.where(columns.id.in_(latest)).order_by(columns.key)).mappings()]


def deployed(conn: Connection, actor: Actor, definition_id: int) -> tuple[Origin, bytes]:
    """A deployed definition with its bundle as a zip. Raises NotFound."""
    need(actor, 'workshop.read')
    columns = process_definition.c
    statement = select(columns.id, columns.key, columns.name, columns.version, columns.state, columns.deployed_at, columns.bundle).where(
        columns.id == definition_id
    )
    row = conn.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    return Origin(row.id, row.key, row.name, row.version, row.state, row.deployed_at), bytes(row.bundle)


def hall_windows(conn: Connection) -> dict[str, str]:
    """The windows that exist, code to name."""
    rows = conn.execute(select(window.c.code, window.c.name).order_by(window.c.code))
    return {row.code: row.name for row in rows}


def _files(conn: Connection, draft_id: int) -> tuple[FileRow, ...]:
    columns = draft_file.c
    statement = select(columns.path, _size(columns.content), columns.version, _person(columns.changed_by), columns.changed_at)
    rows = conn.execute(statement.where(columns.draft_id == draft_id)).mappings()
    return tuple(sorted((FileRow(**row) for row in rows), key=lambda row: _order(row.path)))


def _order(path: str) -> tuple[int, str]:
    """The diagram and the catalogue entry first, then forms, decisions, the rest."""
    for rank, kind in enumerate(('process.bpmn', '.bpmn', 'item.toml', '.form', '.dmn')):
        if path.endswith(kind):
            return rank, path
    return 9, path


def here(actor: Actor) -> ColumnElement[bool]:
    """Drafts begun by people of the person's hall, or of none: the others do not exist for him."""
    return by_people_here(actor, draft_bundle.c.created_by)


def _of_draft_here(actor: Actor, draft_id: ColumnElement[int]) -> ColumnElement[bool]:
    return draft_id.in_(select(draft_bundle.c.id).where(here(actor)))


def _revisions(actor: Actor) -> Select[tuple[int, int, str, str, int, str, datetime, int]]:
    columns = draft_revision.c
    return select(
        columns.id, columns.draft_id, columns.path, columns.kind, columns.version, _person(columns.by), columns.at, _size(columns.content)
    ).where(_of_draft_here(actor, columns.draft_id))


def _size(content: ColumnElement[bytes]) -> ColumnElement[int]:
    return func.length(type_coerce(content, LargeBinary)).label('size')


def _person(username: ColumnElement[str]) -> ColumnElement[str]:
    """The person's name in place of the user name, under the same label."""
    name = select(clerk.c.name).where(clerk.c.username == username).scalar_subquery()
    return func.coalesce(name, username).label(str(getattr(username, 'name', 'by')))
