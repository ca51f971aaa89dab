"""Our side of the bench: the engine as a hall runs it, with user tasks, timers, clocks and a hash-chained history."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from engine import SYSTEM, Engine
from engine.core.bundle import Bundle, lone
from engine.evidence import Sealer
from engine.tables import user_task
from engine.verbs import definitions, instances, user_tasks
from tasks.evidence.keys import KeyFile
from web.settings import from_environment

_OPEN = select(user_task.c.id).where(user_task.c.instance_id == bindparam('case'), user_task.c.state == 'open').order_by(user_task.c.id)


@cache
def bundle_of(path: Path) -> Bundle:
    """The diagram as a bundle of one."""
    return lone(path.read_bytes(), path.name)


class UnsealedLoop:
    """The same without evidence: what that costs is the difference."""

    def __init__(self, url: str) -> None:
        self.loop = OurLoop(url)
        self.loop.engine.close()
        self.loop.engine = Engine(url, pool_size=2)
        self.prepare, self.complete, self.close = self.loop.prepare, self.loop.complete, self.loop.close


class OurLoop:
    """One completion = lock, restore, complete with the variables, run to the next wait, write state, rows, timers, history, commit.

    It signs with the key of this installation, as every process of a hall does.
    """

    def __init__(self, url: str) -> None:
        self.engine = Engine(url, pool_size=2, sealer=Sealer((), KeyFile(from_environment().evidence_key_path)))
        self._open: dict[int, list[int]] = {}

    def close(self) -> None:
        """Give the connections back."""
        self.engine.close()

    def prepare(self, diagram: Path, key: str, cases: int) -> list[int]:
        """Deploy the diagram and start this many cases; their ids."""
        self.engine.migrate()
        with self.engine.begin(SYSTEM) as tx:
            definition = definitions.deploy(tx, tx.engine.check(bundle_of(diagram)), key=key, name=key)
            stamp = tx.now.timestamp()
        ids = []
        for first in range(0, cases, 50):
            with self.engine.begin(SYSTEM) as tx:
                for n in range(first, min(first + 50, cases)):
                    ids.append(instances.start(tx, definition, business_key=f'{key}-{stamp}-{n}'))
        return ids

    def complete(self, case: int, variables: dict[str, Any]) -> bool:
        """Complete one open user task of the case; False when the case has ended. Its first task is asked for, as a desk does."""
        if case not in self._open:
            with self.engine.reading() as connection:
                self._open[case] = list(connection.execute(_OPEN, {'case': case}).scalars())
        task = self._open[case].pop()
        with self.engine.begin(SYSTEM) as tx, tx.frame(task_id=task) as frame:
            done = user_tasks.complete(tx, task, variables)
        self._open[case] += frame.steps.ids
        return done.status == 'active'
