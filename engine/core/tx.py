"""One transaction: one clock reading, one actor, one connection, and every verb of the engine. Whoever has no `Tx` cannot write."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table

from engine.core.actor import Actor
from engine.core.errors import NotFound
from engine.core.frame import Frame, need_active
from engine.core.ground import FeelCall, Installation, WorkCall
from engine.core.halls import Hall
from engine.core.locking import BY_ID, BY_TASK, Instance
from engine.core.rights import Right
from engine.core.sealing import Seals
from engine.rows import TASKS, StoredTask
from engine.timing.ledger import LedgerRow

Kept = TypeVar('Kept')
SKEW = timedelta(minutes=1)
"""How far the clocks of two machines may be apart without anybody having to care."""


class Tx:
    """What `Engine.begin` gives. Nothing is visible to others before the block ends without an exception."""

    def __init__(self, engine: Installation, connection: Connection, by: Actor) -> None:
        self.engine = engine
        self.seals: Seals | None = None  # of a transaction that writes evidence
        self.link = connection
        self.by = by
        self.deployed: list[int] = []
        self.locking: int | None = None  # the instance this transaction waits for: a conflict names who holds it
        self.locking_task: int | None = None  # or that of this user task
        self.broken = False
        self._halls: dict[str, Hall] = {}
        self._kept: dict[Hashable, Any] = {}
        self._frames: dict[int, Frame] = {}
        self._instances: dict[int, Instance] = {}
        self._ledgers: dict[int, Sequence[LedgerRow]] = {}  # read with the lock, until the first frame takes them

    @property
    def connection(self) -> Connection:
        """The connection, for whoever asks or writes by himself: what the frames have written so far is sent first, so that he sees it.

        `link` is the same without sending: for reads of rows that no frame writes.
        """
        for frame in self._frames.values():
            frame.send()
        return self.link

    @cached_property
    def now(self) -> datetime:
        """The transaction's single clock reading (UTC), taken when it is first needed: after the lock was granted."""
        return self.engine.clock()

    def hall(self, code: str) -> Hall:
        """Calendar, office hours and warning rule of a hall, asked once in this transaction."""
        if code not in self._halls:
            self._halls[code] = self.engine.halls(self.link, code)
        return self._halls[code]

    def need(self, right: Right, *, instance_id: int | None = None, task_id: int | None = None) -> None:
        """Raises Rejection unless whoever acts may do this (to the instance, to the task). The software itself may do everything."""
        if not self.by.system:
            self.engine.rights(self, right, instance_id, task_id)

    def once(self, key: Hashable, read: Callable[[], Kept]) -> Kept:
        """What `read` gives, asked once in this transaction."""
        if key not in self._kept:
            self._kept[key] = read()
        return cast(Kept, self._kept[key])

    def forget(self, key: Hashable) -> None:
        """What was kept under this key has changed: it is read again when it is needed."""
        self._kept.pop(key, None)

    def forget_all(self) -> None:
        """Something was undone: nothing that was kept may be believed."""
        self._kept.clear()

    @contextmanager
    def frame(self, instance_id: int | None = None, *, task_id: int | None = None, active: bool = False) -> Iterator[Frame]:
        """Lock an instance (or the one of a user task) first, then work on it; on leaving its state and history are written.

        Nested use on one instance shares one frame. `active`: raises Rejection unless the instance runs.
        """
        task = None if task_id is None else self._known_task(task_id) or self._lock_task(task_id)
        instance = self._lock(instance_id if task is None else task.instance_id)
        if active:
            need_active(instance)
        frame = self._frames.get(instance.id)
        if frame is None:
            definition = self.engine.definitions.get(self.link, instance.definition_id)
            frame = self._frames[instance.id] = Frame(self, instance, definition, self._ledgers.pop(instance.id, None))
        frame.depth += 1
        frame.task = task or frame.task
        try:
            yield frame
            if frame.depth == 1:
                frame.close()
        except BaseException:
            self.broken = self.broken or frame.wrote
            raise
        finally:
            frame.depth -= 1
            if not frame.depth:
                self._frames.pop(instance.id, None)

    def seal(self, table: Table, row: Mapping[str, Any]) -> None:
        """Say how a row of evidence stands after this act: who inserts one whose id the database makes must, who knows the row may."""
        if self.seals is not None:
            self.seals.seal(table, row)

    def adopt(self, instance: Instance, ledger: Sequence[LedgerRow] | None = None) -> None:
        """An instance this transaction has just inserted, or locked by another statement (with its ledger), needs no further lock.

        Clocks of two machines differ a little: what follows upon an act is not recorded before it.
        """
        self._instances[instance.id] = instance
        if ledger is not None:
            self._ledgers[instance.id] = ledger
        if timedelta() < instance.touched_at - self.now <= SKEW:
            self.__dict__['now'] = instance.touched_at

    def _lock(self, instance_id: int | None) -> Instance:
        held = self._instances.get(instance_id) if instance_id is not None else None
        if held is not None:
            return held
        self.locking = instance_id
        found = BY_ID.first(self.link, {'instance_id': instance_id})
        if found is None:
            raise NotFound(f'Expected process instance {instance_id}, but there is none', '没有找到该办件')
        self.adopt(found.instance, found.ledger)
        return found.instance

    def _known_task(self, task_id: int) -> StoredTask | None:
        """The row of a task by which a frame was opened that has not written anything yet."""
        frames = (frame for frame in self._frames.values() if not frame.wrote and frame.task is not None)
        return next((frame.task for frame in frames if frame.task is not None and frame.task.id == task_id), None)

    def _lock_task(self, task_id: int) -> StoredTask:
        """Lock the instance of a user task and read both in one statement."""
        self.locking_task = task_id
        found = BY_TASK.first(self.link, {'task_id': task_id})
        if found is None:
            raise NotFound(f'Expected user task {task_id}, but there is none', '没有找到该任务')
        if found.instance.id not in self._instances:
            self.adopt(found.instance, found.ledger)
        return TASKS.of(found.beside)


ServiceCall = WorkCall[Tx]
FunctionCall = FeelCall[Tx]
