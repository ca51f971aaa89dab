"""What a frame and a transaction stand on: the engine as its transactions see it, the transaction as its frames see it.

A transaction opens frames and an engine begins transactions; so that neither a frame has to know transactions, nor a transaction engines,
what they ask is written down here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Table

from engine.bpmn.check import ItemRules
from engine.bpmn.dialect import Said
from engine.core.assignment import Staffing
from engine.core.bundle import Bundle
from engine.core.clock import Clock
from engine.core.definitions import Checked, Definitions
from engine.core.effort import Effort
from engine.core.halls import Hall, Halls
from engine.core.history import Event
from engine.core.rights import Rights
from engine.core.sealing import SealedTransaction, Seals
from engine.evidence import Sealer

Of = TypeVar('Of')


class Installation(Protocol):
    """An engine, as its transactions see it: what the root handed in, and the definitions of its database."""

    @property
    def clock(self) -> Clock: ...

    @property
    def effort(self) -> Effort | None: ...

    @property
    def halls(self) -> Halls: ...

    @property
    def definitions(self) -> Definitions: ...

    @property
    def handlers(self) -> Mapping[str, Callable[[Any], Mapping[str, Any] | None]]: ...

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]: ...

    @property
    def listeners(self) -> Sequence[Callable[[Any, Sequence[Event]], None]]: ...

    @property
    def queues(self) -> Mapping[str, Any]: ...

    @property
    def rights(self) -> Rights: ...

    @property
    def staffing(self) -> Staffing: ...

    @property
    def item_rules(self) -> Callable[[Bundle], ItemRules | None]: ...

    @property
    def opening(self) -> Callable[[Any, Any, Any], int]: ...

    @property
    def sealer(self) -> Sealer | None: ...

    def check(self, bundle: Bundle) -> Checked: ...


class Transaction(SealedTransaction, Protocol):
    """A transaction, as its frames see it (`engine.core.tx`)."""

    seals: Seals | None

    @property
    def engine(self) -> Installation: ...

    def hall(self, code: str) -> Hall: ...

    def forget_all(self) -> None: ...

    def seal(self, table: Table, row: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class WorkCall(Generic[Of]):
    """What a handler is told. It may use `events.record`, `events.publish` and `tx.connection`; its own instance it leaves alone."""

    tx: Of
    instance_id: int
    business_key: str
    element: str
    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]
    name: str  # of the element, as drawn
    handler: str
    said: Said


@dataclass(frozen=True)
class FeelCall(Generic[Of]):
    """What a FEEL function of the host is told besides its arguments."""

    tx: Of
    instance_id: int
    business_key: str
    variables: Mapping[str, Any]
