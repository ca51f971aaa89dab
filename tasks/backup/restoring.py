"""`yizhan restore`: a backup becomes the hall, whole or not at all, and the hall knows it.

SQLite: a new file is made beside the old one and takes its place in one step. PostgreSQL: one transaction. Whoever breaks it off leaves
everything as it was. Then the hall begins a new epoch: no number that may have been issued since the backup is issued again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.engine import make_url

from engine import Clock, Conflict, Rejection, instant_text, system_clock
from engine.identity import is_blank
from engine.keeping import (
    advance_sequences,
    connect,
    empty,
    heads,
    known_revisions,
    load_table,
    present_heads,
    present_tables,
    tables_of,
    upgrade,
)
from tasks.all_tables import metadata
from tasks.backup import manifest as manifests
from tasks.backup.lost import Lost, Outside, find_lost, of_replaced
from tasks.backup.manifest import Manifest
from tasks.cases.numbers import begin_epoch, most_serial
from tasks.demo.moved_clock import moved_clock
from tasks.operations.log import note
from tasks.operations.tables import restore
from tasks.rights.asking import need_everywhere
from tasks.tables import case_sequence, clerk_session, hall, progress_view

if TYPE_CHECKING:
    from engine import Tx

GAP = 1_000_000
"""By how much PostgreSQL's ids go on behind the greatest of the backup."""
LOCK_WAIT_MS = 5000
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Restored:
    """What was restored: the backup, the epoch that begins, what was lost, and where the file of before is (SQLite)."""

    manifest: Manifest
    epoch: int
    restored_at: datetime
    label: str
    lost: Lost
    kept: Path | None = None


@dataclass
class _Work:
    """What a restore is asked to do; `now` is the machine's instant."""

    folder: Path
    manifest: Manifest
    outside: Outside
    now: datetime
    by: str
    replace: bool
    report: Report
    epoch_before: int = 0  # of the database that is replaced,
    restored_before: datetime | None = None  # and when that began


def restore_backup(
    url: str, folder: Path, *, outside: Outside, by: str, clock: Clock = system_clock, replace: bool = False, report: Report | None = None
) -> Restored:
    """Make the backup in `folder` the hall of the database `url`. `outside` is what outlives a database, `clock` the machine's.

    Raises Rejection for a damaged backup, one of a newer schema, a database that holds a hall already (unless `replace`), and one that
    somebody has open: nothing was changed then.
    """
    manifest = manifests.verify(folder)
    if manifest.schema not in known_revisions():
        message = f'Expected a backup of schema {sorted(heads())[0]} or older, but it has {manifest.schema}'
        raise Rejection(message, f'备份的数据库结构（{manifest.schema}）比本软件新，请先升级软件')
    work = _Work(
        folder=folder,
        manifest=manifest,
        outside=outside,
        now=clock(),
        by=by,
        replace=replace,
        report=report or (lambda _done, _total: None),
    )
    target = make_url(url)
    return _into_file(work, Path(str(target.database))) if target.get_backend_name() == 'sqlite' else _into_server(work, url)


def tell(tx: Tx, done: Restored) -> None:
    """Say in the restored hall that it was restored: in its operator log, and in its chain, which entries of before it lacks."""
    said = {'epoch': done.epoch, 'backup_at': instant_text(done.manifest.made_at), 'lost': done.lost.as_json()['counts']}
    note(tx, 'hall.restored', 'hall', '', said)
    row = tx.connection.execute(select(restore).where(restore.c.epoch == done.epoch)).mappings().one()
    tx.seal(restore, dict(row))


def acknowledge(tx: Tx, epoch: int, remark: str) -> None:
    """Somebody answers for a restore: the doctor no longer names it as a finding. Raises Forbidden, Rejection, Conflict."""
    need_everywhere(tx.connection, tx.by, 'restore.acknowledge')
    if is_blank(remark):
        raise Rejection('Expected why the hall was restored, but it is empty', '请填写恢复的原因')
    row = tx.connection.execute(select(restore).where(restore.c.epoch == epoch).with_for_update()).one_or_none()
    if row is None or row.acknowledged_at is not None:
        who, when = (row.acknowledged_by, row.acknowledged_at) if row else (None, None)
        raise Conflict(f'Expected a restore that waits to be acknowledged, but {epoch} is none', '没有待确认的恢复记录', who=who, when=when)
    values = {'acknowledged_by': tx.by.id, 'acknowledged_at': tx.now, 'remark': remark.strip()}
    tx.connection.execute(update(restore).where(restore.c.epoch == epoch).values(values))
    note(tx, 'hall.restore_acknowledged', str(epoch), remark.strip())


def _into_file(work: _Work, path: Path) -> Restored:
    if not path.exists():
        return _beside(work, path, None)
    replaced = _look(work, path)
    with _alone(path):
        return _beside(work, path, replaced)


def _beside(work: _Work, path: Path, replaced: Mapping[str, Sequence[str]] | None) -> Restored:
    """The new file, made beside the old one and put in its place."""
    there = path.exists()
    fresh = path.with_name(f'{path.name}.restoring')
    _remove(fresh)  # left by a restore that was broken off
    path.parent.mkdir(parents=True, exist_ok=True)
    database = connect(f'sqlite:///{fresh}', pool_size=1)
    try:
        with database.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute('PRAGMA foreign_keys=OFF')  # not within a transaction; all rows are checked at its end
            with connection.begin():
                done = _load(connection, work, set(), replaced)
                broken = connection.exec_driver_sql('PRAGMA foreign_key_check').first()
                if broken is not None:
                    raise Rejection(f'Expected rows that belong together, but {tuple(broken)} does not', '备份中的数据互相不符，未恢复')
            driver.execute('PRAGMA journal_mode=DELETE')
    except BaseException:
        database.dispose()
        _remove(fresh)
        raise
    database.dispose()
    if path.exists() != there:
        _remove(fresh)
        raise _in_use(path.name)  # somebody began a hall there meanwhile
    kept = _take_the_place(path, fresh, work.now)
    return Restored(work.manifest, done.epoch, done.restored_at, done.label, done.lost, kept)


def _look(work: _Work, path: Path) -> Mapping[str, Sequence[str]] | None:
    """What the present file has issued since the backup. Raises Rejection when it holds a hall that is not to be replaced."""
    database = connect(f'sqlite:///{path}', pool_size=1)
    try:
        with database.connect() as connection, connection.begin():
            return _look_at_old(connection, work)
    finally:
        database.dispose()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else has the file open, nor reads or writes it until another is in its place. Raises Rejection when somebody has it open.

    Who opens it meanwhile waits for the lock; afterwards SQLite refuses his writes, because the file has lost its name
    (SQLITE_READONLY_DBMOVED).
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as alone:
        try:
            alone.execute('PRAGMA journal_mode=DELETE')  # refused as long as another process has the file open
            alone.execute('BEGIN EXCLUSIVE')
        except sqlite3.OperationalError as error:
            raise _in_use(str(error)) from error
        yield


def _in_use(who: str) -> Rejection:
    message = f'Expected a database nobody has open, but it is in use ({who}); stop `yizhan serve` and every `yizhan worker` first'
    return Rejection(message, f'数据库正在使用（{who}）；请先停止 yizhan serve 和所有 yizhan worker')


def _look_at_old(connection: Connection, work: _Work) -> Mapping[str, Sequence[str]] | None:
    if 'hall' not in present_tables(connection) or connection.execute(select(func.count()).select_from(hall)).scalar_one() == 0:
        return None
    if not work.replace:
        message = 'Expected an empty database, but there is a hall in it; --replace puts the backup in its place'
        raise Rejection(message, '数据库中已有政务服务中心；确要用备份取代它，请加 --replace')
    if present_heads(connection) != heads():
        return None  # of an older schema: not asked for what it issued
    last = connection.execute(select(restore).order_by(restore.c.epoch.desc()).limit(1)).one_or_none()
    if last is not None:
        work.epoch_before, work.restored_before = last.epoch, last.restored_at
    return of_replaced(connection, work.manifest.made_at)


def _remove(path: Path) -> None:
    for name in (path, *(path.with_name(path.name + end) for end in ('-wal', '-shm', '-journal'))):
        name.unlink(missing_ok=True)


def _take_the_place(path: Path, fresh: Path, now: datetime) -> Path | None:
    """One rename: before it the old file is the hall, after it the new one. The old one stays under another name."""
    kept = None
    with fresh.open('rb') as stream:
        os.fsync(stream.fileno())
    if path.exists():
        kept = path.with_name(f'{path.name}.before-{now:%Y%m%dT%H%M%S}')
        kept.unlink(missing_ok=True)
        os.link(path, kept)
    fresh.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return kept


OTHERS = text(
    'SELECT count(*) FROM pg_stat_activity '
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def _into_server(work: _Work, url: str) -> Restored:
    database = connect(url, pool_size=1, lock_wait_ms=LOCK_WAIT_MS)
    try:
        with database.connect() as connection, connection.begin():
            others = connection.execute(OTHERS).scalar_one()
            if others:
                raise _in_use(f'{others}')
            replaced = _look_at_old(connection, work)
            if present_heads(connection):
                upgrade(connection)  # so that its tables are those that are known
                for table in reversed(tables_of(connection, present_tables(connection) & set(metadata.tables))):
                    table.drop(connection)
                connection.execute(text('DROP TABLE alembic_version'))
            return _load(connection, work, present_tables(connection), replaced)
    finally:
        database.dispose()


def _load(connection: Connection, work: _Work, foreign: set[str], replaced: Mapping[str, Sequence[str]] | None) -> Restored:
    """The tables at the backup's schema, its rows, the newest schema, the new epoch: in one transaction."""
    upgrade(connection, work.manifest.schema)
    tables = tables_of(connection, present_tables(connection) - foreign - {'alembic_version'})
    empty(connection, tables)
    files, done = {one.table: one for one in work.manifest.tables}, 0
    unknown = files.keys() - {table.name for table in tables}
    if unknown:
        raise Rejection(f'Expected the tables of schema {work.manifest.schema}, but {sorted(unknown)} are none', '备份中有未知的数据表')
    for table in tables:
        if table.name in files:
            load_table(connection, table, work.folder, files[table.name])
            done += files[table.name].rows
            work.report(done, work.manifest.rows)
    advance_sequences(connection, tables, GAP)
    upgrade(connection)
    return _begin_epoch(connection, work, replaced)


def _serials(connection: Connection, day: str) -> dict[str, int]:
    rows = connection.execute(select(case_sequence.c.region, case_sequence.c.last).where(case_sequence.c.day == day))
    return {row.region: row.last for row in rows}


def _begin_epoch(connection: Connection, work: _Work, replaced: Mapping[str, Sequence[str]] | None) -> Restored:
    moved = connection.execute(select(moved_clock.c.seconds)).scalar_one_or_none() or 0
    now = work.now + timedelta(seconds=moved)
    if work.restored_before is not None:
        now = max(now, work.restored_before + timedelta(minutes=1))  # two restores within a minute have two labels
    zone = connection.execute(select(hall.c.zone).order_by(hall.c.created_at, hall.c.code).limit(1)).scalar_one_or_none()
    local = now.astimezone(ZoneInfo(zone or 'Asia/Shanghai'))
    lost = find_lost(connection, work.outside, work.manifest.made_at, replaced)
    epoch: dict[str, Any] = {
        'epoch': 1 + max(work.epoch_before, int(connection.execute(select(func.coalesce(func.max(restore.c.epoch), 0))).scalar_one())),
        'restored_at': now,
        'by': work.by,
        'backup_at': work.manifest.made_at,
        'year': local.year,
        'day': f'{local:%Y%m%d}',
        'label': f'{local:%m%d%H%M}',
        'first_serial': most_serial(local),
        'serials': _serials(connection, f'{local:%Y%m%d}'),
        'report': lost.as_json(),
    }
    begin_epoch(connection, epoch)
    for table in (clerk_session, progress_view):  # a page that was open before shows rows that may be others now
        connection.execute(delete(table))
    return Restored(work.manifest, epoch['epoch'], now, epoch['label'], lost)
