"""`yizhan backup`: every row in one moment, while the hall goes on working; read again from the disk before it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import Conflict, Rejection
from engine.keeping import dump_tables, heads
from tasks.all_tables import metadata
from tasks.backup import manifest as manifests
from tasks.backup.manifest import Manifest
from tasks.operations.log import note
from tasks.operations.tables import backup_run, restore
from tasks.tables import hall

if TYPE_CHECKING:
    from engine import Actor, Engine, Tx

Report = Callable[[int, int], None]
LEFT_OUT = frozenset({'clerk_session', 'progress_view', 'backup_run'})
"""Sign-ins and short-lived addresses end with the database they belong to; which backups there are says the folder of backups."""


def back_up(engine: Engine, by: Actor, folder: Path, report: Report | None = None, *, slot: str | None = None) -> Manifest:
    """Write a backup into an empty or new folder, read it again, and note it in the operator log.

    `slot` names the time of the schedule it is for: Conflict when another process has taken it. Raises Rejection for a folder in use.
    """
    engine.check_schema()
    run_id = engine.run(by, lambda tx: _begin(tx, folder, slot))
    try:
        _need_empty(folder)
        made = _write(engine, folder, report)
    except BaseException as error:
        why = f'{type(error).__name__}: {error}'[:2000]
        engine.run(by, lambda tx: _end(tx, run_id, error=why))
        raise
    engine.run(by, lambda tx: _noted(tx, run_id, folder, made))
    return made


def _need_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Rejection(f'Expected a new or empty folder, but {folder} is in use', f'备份目录应为新目录或空目录，而 {folder} 中已有内容')
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # what lies there names persons


def _write(engine: Engine, folder: Path, report: Report | None) -> Manifest:
    with engine.reading() as connection:
        made_at = engine.clock()
        tables = dump_tables(connection, folder, set(metadata.tables) - LEFT_OUT, report)
        made = Manifest(
            made_at=made_at,
            software=version('yizhan'),
            schema=next(iter(heads())),
            database=connection.dialect.name,
            epoch=epoch_of(connection),
            halls=list(connection.execute(select(hall.c.name).order_by(hall.c.code)).scalars()),
            tables=tables,
        )
    manifests.write(folder, made)
    return manifests.verify(folder)


def epoch_of(connection: Connection) -> int:
    """How often this hall was restored."""
    return int(connection.execute(select(func.coalesce(func.max(restore.c.epoch), 0))).scalar_one())


def _begin(tx: Tx, folder: Path, slot: str | None) -> int:
    row = {'slot': slot, 'began_at': tx.now, 'place': str(folder.absolute())[-500:]}
    try:
        return int(tx.connection.execute(insert(backup_run).returning(backup_run.c.id), row).scalar_one())
    except IntegrityError as error:
        raise Conflict(f'Expected a backup that is due, but {slot} is taken', f'{slot} 的备份已由其他进程执行') from error


def _end(tx: Tx, run_id: int, *, error: str | None = None, rows: int = 0, kilobytes: int = 0) -> None:
    values: dict[str, Any] = {'ended_at': tx.now, 'error': error, 'rows': rows, 'kilobytes': kilobytes}
    if error is not None:
        values['slot'] = None  # somebody may try again
    tx.connection.execute(update(backup_run).where(backup_run.c.id == run_id).values(values))


def _noted(tx: Tx, run_id: int, folder: Path, made: Manifest) -> None:
    _end(tx, run_id, rows=made.rows, kilobytes=made.bytes // 1024)
    note(tx, 'backup.made', str(folder)[-200:], '', {'rows': made.rows, 'bytes': made.bytes, 'epoch': made.epoch})


def last_backup(connection: Connection) -> datetime | None:
    """When the last backup that succeeded was finished; None when there is none."""
    found: datetime | None = connection.execute(
        select(func.max(backup_run.c.ended_at, type_=backup_run.c.ended_at.type)).where(backup_run.c.error.is_(None))
    ).scalar_one()
    return found


def restores(connection: Connection) -> Sequence[Row[Any]]:
    """Every restore of this hall, the first one first: rows of `tasks.operations.tables.restore`."""
    return connection.execute(select(restore).order_by(restore.c.epoch)).all()
