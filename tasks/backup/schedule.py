"""Backups by the clock: one every so many hours in a folder of its own, by whichever worker is first; the oldest ones go."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from engine import SYSTEM, Conflict
from tasks.backup.manifest import NAME, Manifest
from tasks.backup.writing import back_up
from tasks.operations.tables import backup_run

if TYPE_CHECKING:
    from engine import Engine

PREFIX = 'yizhan-'
TRY_AGAIN = timedelta(minutes=30)
"""How long after a failed backup the next try comes."""


@dataclass(frozen=True)
class BackupPlan:
    """A backup every `hours` below `folder`; the newest `keep` stay."""

    folder: Path
    hours: float
    keep: int

    def slot(self, now: datetime) -> str:
        """The name of the span of time that `now` is in: each has one backup."""
        return f'{self.hours:g}h {int(now.timestamp() // (self.hours * 3600))}'


def back_up_when_due(engine: Engine, plan: BackupPlan, now: datetime) -> Manifest | None:
    """Make the backup of this span unless there is one, or one failed a moment ago. `now` is the machine's instant."""
    slot = plan.slot(now)
    with engine.reading() as connection:
        if not _due(connection, slot, engine.clock()):
            return None
    try:
        made = back_up(engine, SYSTEM, plan.folder / f'{PREFIX}{now:%Y%m%dT%H%M%S}', slot=slot)
    except Conflict:  # another worker was first
        return None
    _forget_old(plan)
    return made


def _due(connection: Connection, slot: str, now: datetime) -> bool:
    run = backup_run.c
    if connection.execute(select(run.id).where(run.slot == slot, run.error.is_(None))).first() is not None:
        return False
    failed = connection.execute(select(func.max(run.began_at, type_=run.began_at.type)).where(run.error.is_not(None))).scalar_one()
    return failed is None or not timedelta() <= now - failed < TRY_AGAIN


def _forget_old(plan: BackupPlan) -> None:
    """Only folders that this schedule made, and only when so many whole ones are newer."""
    whole = sorted(path for path in plan.folder.glob(f'{PREFIX}*T*') if (path / NAME).is_file())
    for path in whole[: -plan.keep]:
        shutil.rmtree(path)
