"""Makes the demo hall: sets it up, plays its stories, and copies what came of them to as many cases as are wanted.

A run that was killed is taken up again: a play that did not come to its end is wiped away and played anew, copies are gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select

from engine import SYSTEM
from engine.tables import metadata
from engine.worktime import Office
from tasks import tables as t
from tasks.catalogue import items
from tasks.catalogue.checking import judge
from tasks.demo.hall import HALL, LOGINS, PASSWORD, set_up
from tasks.demo.multiplying import FAR, multiply
from tasks.demo.play import Play, working_days
from tasks.demo.stories import FIRST_DAY
from tasks.operations.log import note
from tasks.people.roster import actor_of, find_clerk

if TYPE_CHECKING:
    from engine import Bundle, Engine, FixedClock, Tx

__all__ = ['CASES', 'LOGINS', 'PASSWORD', 'DemoReport', 'build', 'is_begun', 'is_played']

CASES = 200
"""How many cases a demo hall has unless told otherwise."""
BEGUN, PLAYED = 'demo.begun', 'demo.played'
"""Lines of the operator log that say how far the making has come."""
SEED = 20260


@dataclass(frozen=True)
class DemoReport:
    """What there is: how many cases, and how many in each status."""

    cases: int
    by_status: Mapping[str, int]


def is_played(connection: Connection) -> bool:
    """Whether a demo hall's stories have come to their end; copies may still be made."""
    return _played(connection) is not None


def is_begun(connection: Connection) -> bool:
    """Whether there is a demo hall whose play was broken off."""
    begun = connection.execute(select(t.operator_log.c.id).where(t.operator_log.c.action == BEGUN).limit(1)).first()
    return begun is not None and not is_played(connection)


def _played(connection: Connection) -> list[tuple[str, int]] | None:
    data = connection.execute(select(t.operator_log.c.data).where(t.operator_log.c.action == PLAYED)).scalar_one_or_none()
    return None if data is None else [(case_no, story) for case_no, story in data['cases']]


def build(
    engine: Engine,
    clock: FixedClock,
    bundles: Sequence[Bundle],
    *,
    until: datetime,
    cases: int = CASES,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> DemoReport:
    """Fill a migrated database that is empty, or holds a demo hall with fewer cases.

    `engine` must run on `clock`, which is moved back and comes to `until` (aware) again. `bundles` are the items. `progress` is told
    (cases, of cases).
    """
    tell = progress or (lambda _done, _total: None)
    with engine.reading() as connection:
        played = _played(connection)
    if played is None:
        play = _opened(engine, clock, bundles, until, seed)
        played = play.run(lambda done: tell(min(done, cases), cases))
        engine.run(SYSTEM, lambda tx: note(tx, PLAYED, HALL, data={'cases': played}))
    multiply(engine, played, cases, seed, tell)
    return _report(engine)


def _opened(engine: Engine, clock: FixedClock, bundles: Sequence[Bundle], until: datetime, seed: int) -> Play:
    """A hall with its items, as old as its oldest copy may be, on the first morning of the play."""
    opening = datetime.combine(working_days(until, FIRST_DAY + 1)[0], time(8, 30), tzinfo=Office().zone)
    clock.move_to(opening - timedelta(weeks=FAR + 1))
    with engine.begin(SYSTEM) as tx:
        if is_begun(tx.connection):
            _wipe(tx)
        set_up(tx)
        note(tx, BEGUN, HALL)
    with engine.reading() as connection:
        administrator = actor_of(find_clerk(connection, 'guanli'))
    for bundle in bundles:
        with engine.reading() as connection:
            judged = judge(connection, bundle, scenarios=False)  # those of the shipped items come true whenever the tests are run
        engine.run(administrator, lambda tx, judged=judged: items.deploy(tx, judged, '首次部署', hall=HALL))  # type: ignore[misc]
    clock.move_to(opening)
    return Play(engine, clock, until, seed)


def _wipe(tx: Tx) -> None:
    """Take away what a play that was broken off has left: all of it is made up."""
    for table in reversed(metadata.sorted_tables):
        tx.connection.execute(delete(table))
    if tx.seals is not None:
        tx.seals.forget()


def _report(engine: Engine) -> DemoReport:
    with engine.reading() as connection:
        rows = connection.execute(select(t.approval_case.c.status, func.count()).group_by(t.approval_case.c.status)).all()
    by_status = {str(row[0]): int(row[1]) for row in rows}
    return DemoReport(sum(by_status.values()), by_status)
