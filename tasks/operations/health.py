"""Whether the hall is well: disk, database, worker, clock, backups, anchors. Figures, and a sentence for each thing that is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from engine import system_clock
from engine.evidence import Sealer
from engine.tables import heartbeat
from engine.words import Word, said
from tasks.backup.writing import last_backup, restores
from tasks.clock.guard import Doubt, open_doubts
from tasks.operations.countersigning import Open, open_acts
from tasks.people.duties import duties
from tasks.people.policy import policy
from tasks.tables import hall

LEAST_FREE = 2 * 1024**3
"""Bytes below which a disk is nearly full; or a twentieth of it, if that is less."""
SLOW_MS = 500
WITHOUT_BACKUP = timedelta(days=7)
WITHOUT_ANCHOR = timedelta(days=2)


@dataclass(frozen=True)
class Health:
    """The figures of one moment; `None` is what there is none of. `troubles` by what they are about: disk, database, ticker, …"""

    disk_free: int
    disk_total: int
    database_ms: float
    database_bytes: int
    ticked_at: datetime | None
    backup_at: datetime | None
    anchored_at: datetime | None
    doubts: Sequence[tuple[int, str, Doubt]]
    restores: Sequence[Row[Any]]
    troubles: dict[str, Word]


@dataclass(frozen=True)
class Expected:
    """What this installation asks of itself. `backup_every`: None when no backups are made by the clock."""

    home: Path
    anchor_file: Path
    silent_after: timedelta
    backup_every: timedelta | None
    sealer: Sealer | None = None


def health(connection: Connection, expected: Expected, now: datetime) -> Health:
    """Look at everything now."""
    began = perf_counter()
    ticked = connection.execute(select(func.max(heartbeat.c.ticked_at, type_=heartbeat.c.ticked_at.type))).scalar_one()
    took = (perf_counter() - began) * 1000
    disk = shutil.disk_usage(expected.home)
    found = Health(
        disk_free=disk.free,
        disk_total=disk.total,
        database_ms=took,
        database_bytes=_size(connection),
        ticked_at=ticked,
        backup_at=last_backup(connection),
        anchored_at=_anchored_at(expected.anchor_file),
        doubts=open_doubts(connection),
        restores=restores(connection),
        troubles={},
    )
    demo = connection.execute(select(func.count()).select_from(hall).where(hall.c.demo)).scalar_one() > 0
    asked = policy(connection)
    acts = open_acts(connection, now, asked.countersign_days)
    found.troubles.update(_troubles(found, expected, now, acts=acts, demo=demo))
    for one in found.restores:
        if one.acknowledged_at is None:
            found.troubles['restored'] = said('第 {n} 次备份恢复尚未确认', 'restore {n} waits to be acknowledged', n=one.epoch)
    unsealed = expected.sealer.refused(connection) if expected.sealer is not None else None
    if unsealed is not None:
        found.troubles['evidence'] = unsealed
    unsettled = duties(connection).trouble
    if unsettled:
        found.troubles['duties'] = unsettled
    return found


def _size(connection: Connection) -> int:
    if connection.dialect.name == 'postgresql':
        return int(connection.execute(text('SELECT pg_database_size(current_database())')).scalar_one())
    pages, size = (connection.exec_driver_sql(f'PRAGMA {name}').scalar_one() for name in ('page_count', 'page_size'))
    return int(pages) * int(size)


def _anchored_at(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None


def _troubles(found: Health, expected: Expected, now: datetime, *, acts: Open, demo: bool) -> dict[str, Word]:
    wrong: dict[str, Word] = {}
    if found.disk_free < min(LEAST_FREE, found.disk_total // 20):
        free = found.disk_free // 1024**2
        wrong['disk'] = said('磁盘即将写满，只剩 {free} MB', 'the disk is nearly full, {free} MB are left', free=free)
    if found.database_ms > SLOW_MS:
        wrong['database'] = said('数据库应答缓慢（{ms:.0f} 毫秒）', 'the database is slow ({ms:.0f} ms)', ms=found.database_ms)
    if found.ticked_at is None or now - found.ticked_at > expected.silent_after:
        wrong['ticker'] = Word('计时进程没有心跳', 'no worker has ticked lately')
    for _id, host, doubt in found.doubts:
        wrong['clock'] = said('时钟有疑问（{host}）：{what}', 'the clock is doubted ({host}): {what}', host=host, what=doubt.sentence)
    oldest = 2 * expected.backup_every if expected.backup_every else WITHOUT_BACKUP
    if not demo and (found.backup_at is None or now - found.backup_at > oldest):
        wrong['backup'] = Word('最近没有成功的备份', 'there is no recent backup')
    if not demo and acts.overdue:
        zh, en = '有 {n} 项一人作出的操作逾期未会签', '{n} acts of one person were not countersigned in time'
        wrong['countersign'] = said(zh, en, n=acts.overdue)
    if acts.objections:
        wrong['objections'] = said('有 {n} 项操作被提出异议，尚未处理', '{n} acts were objected to and not settled', n=acts.objections)
    if found.anchored_at is not None and system_clock() - found.anchored_at > WITHOUT_ANCHOR:
        wrong['anchors'] = Word('存证锚点久未更新', 'the anchors of the evidence are old')
    return wrong
