"""A clock that people may move on: the real one plus an offset kept in the database, so that every web and worker process agrees.

For demonstrations. A database without the row runs on the real clock, and looks for the row only now and then. Time never goes back
behind what has been recorded.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Integer, String, Table, bindparam, func, insert, select, union_all, update

from engine import Clock, Conflict, instant_text, system_clock
from engine.tables import Instant, clock, history, metadata, one_of, process_instance, timer

if TYPE_CHECKING:
    from engine import Engine, Tx

LOOK_AGAIN = timedelta(seconds=5)
"""How long (real time) a process believes that its database's clock was never moved."""

moved_clock = Table(
    'moved_clock',
    metadata,
    Column('name', String(10), primary_key=True),  # one row
    Column('seconds', Integer, nullable=False),  # ahead of the real clock
    Column('moved_by', String(100), nullable=False),
    Column('moved_from', Instant, nullable=False),  # what the hall's clock said before it was moved last
    Column('since', Integer, nullable=False),  # the newest history row then
    one_of('name', 'hall'),
)

_OFFSET = select(moved_clock.c.seconds)
_NEWEST = select(func.coalesce(func.max(history.c.id), 0))


class MovedClock:
    """The present instant of the hall, UTC: the real one plus the offset its database says."""

    def __init__(self, real: Clock = system_clock) -> None:
        """`real` is the machine's clock, or a fixed one in tests."""
        self.real = real
        self._engine: Engine | None = None
        self._look_at: datetime | None = None  # not before this real instant

    def read_from(self, engine: Engine) -> None:
        """Ask this engine's database from now on."""
        self._engine = engine

    def __call__(self) -> datetime:
        now = self.real()
        if self._engine is None or (self._look_at is not None and self._look_at - LOOK_AGAIN <= now < self._look_at):
            return now
        with self._engine.reading() as connection:
            seconds = connection.execute(_OFFSET).scalar_one_or_none()
        if seconds is None:
            self._look_at = now + LOOK_AGAIN
            return now
        self._look_at = None
        return now + timedelta(seconds=seconds)

    def look(self) -> None:
        """Ask the database at the next reading."""
        self._look_at = None


def move(tx: Tx, to: datetime, real: datetime, *, began: bool = True) -> None:
    """Let the hall's clock say `to` (or up to a second later) when the transaction is committed. `real` is what the machine's clock says.

    `began` marks the beginning of this move: the page shows what has happened since then. Raises Conflict when that is not later than the
    hall's present.
    """
    if to <= tx.now:
        raise Conflict(f'Expected an instant after {instant_text(tx.now)}, but {instant_text(to)} is not', '时间不能倒流')
    _set(tx, -int((real - to) // timedelta(seconds=1)), began=began)


def set_right(tx: Tx, real: datetime) -> None:
    """Let the hall run on the machine's clock again. Raises Conflict when something was recorded later than `real`: time would go back."""
    newest = tx.connection.execute(select(func.max(history.c.at))).scalar_one()
    if newest is not None and newest > real:
        raise Conflict(
            f'Expected nothing recorded after {instant_text(real)}, but there is an event of {instant_text(newest)}',
            '移动时间之后已有办件记录，时间不能倒流；要重新开始，请换一个新的演示数据库',
        )
    _set(tx, 0, began=True)


def _set(tx: Tx, seconds: int, *, began: bool) -> None:
    values = {'seconds': seconds, 'moved_by': tx.by.id}
    first = {'moved_from': tx.now, 'since': tx.connection.execute(_NEWEST).scalar_one()}
    if not tx.connection.execute(update(moved_clock).values(values | first if began else values)).rowcount:
        tx.connection.execute(insert(moved_clock), [{'name': 'hall', **values, **first}])


_DUE = union_all(
    select(timer.c.due_at)
    .join(process_instance, process_instance.c.id == timer.c.instance_id)
    .where(timer.c.state == 'armed', timer.c.due_at > bindparam('now', type_=timer.c.due_at.type), process_instance.c.status == 'active'),
    select(clock.c.due_at).where(clock.c.state == 'running', clock.c.due_at > bindparam('now', type_=clock.c.due_at.type)),
).subquery()
_NEXT = select(func.min(_DUE.c.due_at, type_=timer.c.due_at.type))


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next timer or clock of any case runs out after `now`; None when none is running."""
    found: datetime | None = connection.execute(_NEXT, {'now': now}).scalar_one()
    return found


__all__ = ['MovedClock', 'move', 'moved_clock', 'next_due', 'set_right']
