"""What a restore explains: anchor lines of the time that was lost are no forgery; the restore itself is one finding until somebody
answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from engine.words import Word, said
from engine.worktime import Office
from tasks.evidence.anchors import Line
from tasks.evidence.checking import Discrepancy
from tasks.operations.tables import restore
from tasks.tables import hall


class Restores:
    """The restores of this hall, and the lines each explains. That their rows were written by the program says the chain of the hall."""

    def __init__(self, connection: Connection) -> None:
        self._rows: Sequence[Any] = connection.execute(select(restore).order_by(restore.c.epoch)).all()
        first = select(hall.c.zone).order_by(hall.c.created_at, hall.c.code).limit(1)
        self._zone = ZoneInfo(connection.execute(first).scalar_one_or_none() or str(Office().zone))
        self._lines = dict.fromkeys((row.epoch for row in self._rows), 0)

    def without_lost(self, lines: list[Line], made: Mapping[int, str | None]) -> list[Line]:
        """The lines without those of the time between a backup and its restore that this database has not made."""
        return [line for line in lines if made.get(line.n) == line.text or not self._explains(line)]

    def _explains(self, line: Line) -> bool:
        for row in self._rows:
            if row.backup_at <= line.at <= row.restored_at:
                self._lines[row.epoch] += 1
                return True
        return False

    def findings(self) -> Iterator[Discrepancy]:
        """Each restore nobody has acknowledged."""
        for row in self._rows:
            if row.acknowledged_at is None:
                yield Discrepancy('restored', f'restore {row.epoch}', self._told(row))

    def _told(self, restored: Any) -> Word:
        ahead = restored.report.get('ahead', {})
        facts = {
            'at': f'{restored.restored_at.astimezone(self._zone):%Y-%m-%d %H:%M}',
            'of': f'{restored.backup_at.astimezone(self._zone):%Y-%m-%d %H:%M}',
            'chains': len(ahead),
            'lines': max(self._lines[restored.epoch], restored.report.get('lines', 0)),
            'epoch': restored.epoch,
        }
        zh = (
            '本中心于 {at} 从 {of} 的备份恢复，其后的 {lines} 行锚定、{chains} 条存证链的后续部分已不在库中；'
            '核对后请执行 yizhan acknowledge-restore {epoch}'
        )
        en = (
            'the hall was restored at {at} from the backup of {of}: {lines} lines of anchors and later entries of {chains} chains '
            'are not in the database any more; when that is in order, run `yizhan acknowledge-restore {epoch}`'
        )
        return said(zh, en, **facts)
