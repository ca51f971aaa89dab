"""What an analyst does to a draft: create, save a file, add, rename, remove, take an earlier text back, discard.

Every text that leaves a file is put aside in `draft_revision` first, and a save that came too late is kept there as well: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engine import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, SUFFIXES, Bundle, Conflict, NotFound, Rejection
from engine.bpmn import Fix, apply
from tasks.operations.log import note
from tasks.rights.asking import need
from tasks.words.texts import checked, checked_reason
from tasks.workshop.queries import here
from tasks.workshop.rows import DRAFTS, FILES, StoredDraft, StoredFile
from tasks.workshop.tables import draft_bundle, draft_file, draft_revision

if TYPE_CHECKING:
    from engine import Tx

MAX_NAME = 200


@dataclass(frozen=True)
class Saved:
    """The file is stored; `version` goes into the next save."""

    version: int


@dataclass(frozen=True)
class TooLate:
    """Somebody saved first. The text that came too late is kept as revision `revision_id`; who and when name the save that stands."""

    revision_id: int
    version: int
    who: str
    when: datetime


def create(tx: Tx, name: str, bundle: Bundle, *, origin: str = '', definition_id: int | None = None) -> int:
    """A new draft with the bundle's files; returns its id. Raises Rejection for an empty name."""
    need(tx.by, 'workshop.write')
    title = _title(name)
    row = {
        'name': title,
        'origin': origin[:200],
        'definition_id': definition_id,
        'origin_hash': bundle.hash,
        'state': 'open',
        'created_by': tx.by.id,
        'created_at': tx.now,
        'changed_by': tx.by.id,
        'changed_at': tx.now,
    }
    draft_id = int(tx.connection.execute(insert(draft_bundle).values(row).returning(draft_bundle.c.id)).scalar_one())
    for path, content in bundle.files.items():
        _insert(tx, draft_id, checked_path(path), content, 1)
    note(tx, 'draft.created', str(draft_id), data={'name': title, 'origin': origin})
    return draft_id


def save_file(tx: Tx, draft_id: int, path: str, content: bytes, version: int) -> Saved | TooLate:
    """Store a file that was opened at `version`. A save that came too late changes nothing and is kept aside. Raises NotFound."""
    _writable(tx, draft_id)
    row = _file(tx, draft_id, path)
    _fits(tx, draft_id, path, content)
    if row.version != version:
        revision_id = _put_aside(tx, draft_id, path, 'refused', content, version=version, by=tx.by.id)
        return TooLate(revision_id, row.version, row.changed_by, row.changed_at)
    if row.content == content:
        return Saved(version)
    return Saved(_replace(tx, row, content))


def apply_fix(tx: Tx, draft_id: int, path: str, fix: Fix, version: int) -> Saved | TooLate:
    """Make a one-click change in a file that was opened at `version`. Raises NotFound, and Rejection for a file that says otherwise now."""
    if path != fix.file:
        raise Rejection(f'Expected a fix of {path!r}, but it changes {fix.file!r}', f'该修改针对文件 {fix.file}')
    return save_file(tx, draft_id, path, apply(_file(tx, draft_id, path).content, fix), version)


def add_file(tx: Tx, draft_id: int, path: str, content: bytes) -> int:
    """A new file; returns its version. Raises Conflict when there is one with this path."""
    _writable(tx, draft_id)
    path = checked_path(path)
    _fits(tx, draft_id, path, content)
    present = _find(tx, draft_id, path)
    if present is not None:
        message = f'Expected no file {path!r} in draft {draft_id}, but {present.changed_by} made one'
        raise Conflict(message, f'草稿中已有文件 {path}', who=present.changed_by, when=present.changed_at)
    version = _next_version(tx, draft_id, path)
    _insert(tx, draft_id, path, content, version)
    _touch(tx, draft_id)
    return version


def put_file(tx: Tx, draft_id: int, path: str, content: bytes) -> int:
    """Add the file or replace the one that is there, whose text is put aside: an upload says what it wants. Returns the version."""
    _writable(tx, draft_id)
    path = checked_path(path)
    _fits(tx, draft_id, path, content)
    row = _find(tx, draft_id, path)
    if row is None:
        return add_file(tx, draft_id, path, content)
    return row.version if row.content == content else _replace(tx, row, content)


def rename_file(tx: Tx, draft_id: int, path: str, new_path: str, version: int) -> None:
    """Give a file another path. Raises Conflict when it was changed since, or the new path is taken."""
    row = _unchanged(tx, draft_id, path, version)
    add_file(tx, draft_id, new_path, row.content)
    _remove(tx, row)


def remove_file(tx: Tx, draft_id: int, path: str, version: int) -> None:
    """Take a file out of the draft; its text is put aside. Raises Conflict when it was changed since."""
    _remove(tx, _unchanged(tx, draft_id, path, version))


def take_back(tx: Tx, revision_id: int) -> int:
    """Make a text that was put aside the file's text again; the present one is put aside in turn. Returns the version."""
    columns = draft_revision.c
    row = tx.connection.execute(select(columns.draft_id, columns.path, columns.content).where(columns.id == revision_id)).one_or_none()
    if row is None:
        raise NotFound(f'Expected revision {revision_id}, but there is none', f'没有历史文本 {revision_id}')
    return put_file(tx, row.draft_id, row.path, row.content)


def rename_draft(tx: Tx, draft_id: int, name: str) -> None:
    """Give the draft another name."""
    _writable(tx, draft_id)
    title = _title(name)
    tx.connection.execute(update(draft_bundle).where(draft_bundle.c.id == draft_id).values(name=title))
    _touch(tx, draft_id)


def discard(tx: Tx, draft_id: int, reason: str) -> None:
    """Put the draft away. Its files stay readable."""
    _writable(tx, draft_id)
    tx.connection.execute(update(draft_bundle).where(draft_bundle.c.id == draft_id).values(state='discarded'))
    _touch(tx, draft_id)
    note(tx, 'draft.discarded', str(draft_id), checked_reason(reason))


def reopen(tx: Tx, draft_id: int) -> None:
    """Take a discarded draft up again."""
    need(tx.by, 'workshop.write')
    if _draft(tx, draft_id).state != 'discarded':
        raise Rejection(f'Expected draft {draft_id} to be discarded, but it is not', '只有已弃用的草稿可以恢复')
    tx.connection.execute(update(draft_bundle).where(draft_bundle.c.id == draft_id).values(state='open'))
    _touch(tx, draft_id)
    note(tx, 'draft.reopened', str(draft_id))


def _title(name: str) -> str:
    title = checked(' '.join(name.split()), 'a name', '草稿名称', most=MAX_NAME)
    if not title:
        raise Rejection('Expected a name for the draft, but it is empty', f'草稿名称应为 1 至 {MAX_NAME} 字')
    return title


def checked_path(path: str) -> str:
    """The path of a bundle file, or Rejection: relative, of known type, without hidden, odd or climbing parts."""
    plain = PurePosixPath(path.strip())
    parts = plain.parts
    odd = not parts or plain.is_absolute() or any(part.startswith('.') or part != part.strip() for part in parts)
    if odd or len(path) > MAX_NAME or any(sign in '\\:*?"<>|#%' or not sign.isprintable() for sign in path):
        raise Rejection(f'Expected a path inside the bundle, but found {path!r}', f'文件名不合法：{path}')
    if plain.suffix not in SUFFIXES:
        kinds = ' '.join(sorted(SUFFIXES))
        raise Rejection(f'Expected one of {kinds}, but found {path!r}', f'不接受的文件类型：{path}（可用：{kinds}）')
    return plain.as_posix()


def _draft(tx: Tx, draft_id: int) -> StoredDraft:
    """The draft's row, locked: one change of a draft at a time."""
    row = DRAFTS.first(tx.connection, DRAFTS.select().where(draft_bundle.c.id == draft_id, here(tx.by)).with_for_update())
    if row is None:
        raise NotFound(f'Expected draft {draft_id}, but there is none', f'没有草稿 {draft_id}')
    return row


def _writable(tx: Tx, draft_id: int) -> None:
    need(tx.by, 'workshop.write')
    row = _draft(tx, draft_id)
    if row.state != 'open':
        raise Rejection(f'Expected draft {draft_id} to be open, but it is {row.state}', '草稿已提交或弃用，不能再修改')


def _find(tx: Tx, draft_id: int, path: str) -> StoredFile | None:
    return FILES.first(tx.connection, FILES.select().where(draft_file.c.draft_id == draft_id, draft_file.c.path == path))


def _file(tx: Tx, draft_id: int, path: str) -> StoredFile:
    row = _find(tx, draft_id, path)
    if row is None:
        raise NotFound(f'Expected a file {path!r} in draft {draft_id}, but there is none', f'草稿中没有文件 {path}')
    return row


def _unchanged(tx: Tx, draft_id: int, path: str, version: int) -> StoredFile:
    _writable(tx, draft_id)
    row = _file(tx, draft_id, path)
    if row.version != version:
        message = f'Expected {path!r} at version {version}, but {row.changed_by} changed it to {row.version}'
        raise Conflict(message, f'文件 {path} 已被修改，请刷新后再操作', who=row.changed_by, when=row.changed_at)
    return row


def _insert(tx: Tx, draft_id: int, path: str, content: bytes, version: int) -> None:
    row = {'draft_id': draft_id, 'path': path, 'content': content, 'version': version, 'changed_by': tx.by.id, 'changed_at': tx.now}
    tx.connection.execute(insert(draft_file), [row])


def _replace(tx: Tx, row: StoredFile, content: bytes) -> int:
    _put_aside(tx, row.draft_id, row.path, 'replaced', row.content, version=row.version, by=row.changed_by)
    values: Mapping[str, Any] = {'content': content, 'version': row.version + 1, 'changed_by': tx.by.id, 'changed_at': tx.now}
    tx.connection.execute(update(draft_file).where(draft_file.c.id == row.id).values(values))
    _touch(tx, row.draft_id)
    return int(row.version) + 1


def _remove(tx: Tx, row: StoredFile) -> None:
    _put_aside(tx, row.draft_id, row.path, 'removed', row.content, version=row.version, by=row.changed_by)
    tx.connection.execute(delete(draft_file).where(draft_file.c.id == row.id))
    _touch(tx, row.draft_id)


def _put_aside(tx: Tx, draft_id: int, path: str, kind: str, content: bytes, *, version: int, by: str) -> int:
    row = {'draft_id': draft_id, 'path': path, 'kind': kind, 'content': content, 'version': version, 'by': by, 'at': tx.now}
    return int(tx.connection.execute(insert(draft_revision).values(row).returning(draft_revision.c.id)).scalar_one())


def _next_version(tx: Tx, draft_id: int, path: str) -> int:
    """After every version this path ever had: a page opened before a removal must not match the file made after it."""
    statement = select(draft_revision.c.version).where(draft_revision.c.draft_id == draft_id, draft_revision.c.path == path)
    return max(tx.connection.execute(statement).scalars(), default=0) + 1


def _touch(tx: Tx, draft_id: int) -> None:
    values: Mapping[Any, Any] = {'changed_by': tx.by.id, 'changed_at': tx.now, draft_bundle.c.lock_version: draft_bundle.c.lock_version + 1}
    tx.connection.execute(update(draft_bundle).where(draft_bundle.c.id == draft_id).values(values))


def _fits(tx: Tx, draft_id: int, path: str, content: bytes) -> None:
    columns = draft_file.c
    rows = tx.connection.execute(select(columns.path, columns.content).where(columns.draft_id == draft_id)).all()
    others = [len(row.content) for row in rows if row.path != path]
    if len(content) > MAX_FILE_BYTES or sum(others) + len(content) > MAX_TOTAL_BYTES or len(others) >= MAX_FILES:
        most = f'{MAX_FILE_BYTES} bytes a file, {MAX_TOTAL_BYTES} in all and {MAX_FILES} files'
        message = f'Expected at most {most}, but {path!r} goes beyond'
        raise Rejection(message, f'文件太大或太多：{path}')
