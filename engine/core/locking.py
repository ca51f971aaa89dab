"""Locking an instance, and reading with it what its verbs need: itself, the row by which it was found, and its ledger.

PostgreSQL answers everything in one statement, as one JSON array a row; SQLite is asked for the ledger when it is needed. A statement that
had to wait for the lock sees the locked rows as they are now, but everything else as it was when it began. `lock_version` tells: whatever
changes a ledger counts it up, so a ledger that was read too early is dropped here and read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, LargeBinary, Select, bindparam, func, select

from engine.core.statements import Query
from engine.rows import TASKS
from engine.tables import Instant, process_instance, user_task
from engine.timing.ledger import LedgerRow, ledger_of


@dataclass
class Instance:
    """The locked row of a process instance."""

    id: int
    definition_id: int
    business_key: str
    status: str
    state: bytes
    lock_version: int
    result: str | None
    hall: str
    ended_at: datetime | None
    touched_by: str
    touched_at: datetime
    last_hash: str
    history_length: int
    evidence_seq: int = 0
    evidence_link: str = ''


@dataclass(frozen=True)
class Locked:
    """What a lock gave. `beside` are the values read with the instance; `ledger` is None where it has to be asked for."""

    instance: Instance
    beside: Sequence[Any]
    ledger: Sequence[LedgerRow] | None = None


COLUMNS = tuple(process_instance.c[name] for name in Instance.__dataclass_fields__)
_WIDTH, _STATE = len(COLUMNS), COLUMNS.index(process_instance.c.state)


class Locking:
    """A statement that locks at most one instance. It comes without columns: they are `of`'s and those `beside` them."""

    def __init__(self, statement: Select[Any], beside: Sequence[ColumnElement[Any]] = (), of: FromClause = process_instance) -> None:
        self._statement, self._beside, self._of = statement, tuple(beside), of

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Locked | None:
        """Lock, or wait for the lock, and read; None when nothing is found."""
        if connection.dialect.name == 'postgresql':
            whole = self._whole.first(connection, values)
            return None if whole is None else self._unpacked(*whole)
        row = connection.execute(self._rows, values).first()
        return None if row is None else Locked(Instance(*row[:_WIDTH]), row[_WIDTH:])

    @cached_property
    def _columns(self) -> list[ColumnElement[Any]]:
        return [*(self._of.c[column.name].label(f'of_{column.name}') for column in COLUMNS), *self._beside]

    @cached_property
    def _rows(self) -> Select[Any]:
        return self._statement.add_columns(*self._columns)

    @cached_property
    def _whole(self) -> Query:
        instance, same = self._of.c, process_instance.alias('same')
        return Query(
            self._statement.add_columns(
                instance.state,  # JSON holds no bytes
                func.json_build_array(*(column for column in self._columns if not isinstance(column.type, LargeBinary))),
                ledger_of(self._of),
                select(same.c.lock_version).where(same.c.id == instance.id).scalar_subquery(),
            )
        )

    @cached_property
    def _instants(self) -> list[int]:
        return [place for place, column in enumerate(self._columns) if isinstance(column.type, Instant)]

    def _unpacked(self, state: bytes, row: list[Any], ledger: list[list[Any]] | None, seen: int) -> Locked:
        row.insert(_STATE, state)
        for place in self._instants:
            if row[place] is not None:
                row[place] = datetime.fromisoformat(row[place]).astimezone(UTC)
        instance, beside = Instance(*row[:_WIDTH]), row[_WIDTH:]
        if seen != instance.lock_version:
            return Locked(instance, beside)
        return Locked(instance, beside, [LedgerRow.told(each) for each in ledger or ()])


BY_ID = Locking(
    select().select_from(process_instance).where(process_instance.c.id == bindparam('instance_id')).with_for_update(of=process_instance)
)
FREE_BY_ID = Locking(
    select()
    .select_from(process_instance)
    .where(process_instance.c.id == bindparam('instance_id'), process_instance.c.status == 'active')
    .with_for_update(skip_locked=True, of=process_instance)
)
"""An active instance that nobody holds."""
BY_TASK = Locking(
    select()
    .select_from(user_task.join(process_instance, process_instance.c.id == user_task.c.instance_id))
    .where(user_task.c.id == bindparam('task_id'))
    .with_for_update(of=[process_instance, user_task]),  # in this order: the instance first, then the task as it is after the wait
    beside=TASKS.columns,
)
