"""Whoever begins transactions, as due work sees it: so that queues and sweeps need not know the engine that walks them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from engine.core.actor import Actor
from engine.core.clock import Clock
from engine.core.tx import Tx
from engine.evidence import Sealer

Result = TypeVar('Result')


class Runner(Protocol):
    """An engine that reads and writes (`engine.core.engine`)."""

    @property
    def clock(self) -> Clock: ...

    @property
    def sealer(self) -> Sealer | None: ...

    def make_ready(self, definition_id: int, known: set[int]) -> bool: ...

    def begin(self, by: Actor) -> AbstractContextManager[Tx]: ...

    def reading(self) -> AbstractContextManager[Connection]: ...

    def run(self, by: Actor, work: Callable[[Tx], Result], *, attempts: int = ...) -> Result: ...
