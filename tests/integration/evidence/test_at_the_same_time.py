"""A-04: many people at the same time write one chain of the hall and each his own; no entry is lost, none waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from engine import SYSTEM
from engine.evidence import HALL
from engine.tables import evidence
from tasks.demo.hall import HALL as CODE
from tasks.marks.rules import Thresholds
from tasks.marks.settings import set_thresholds
from tasks.operations.log import note
from tasks.people.roster import actor_of, find_clerk

TIMES = 6


def test_chains_that_many_write_have_no_gap(forger) -> None:
    """A-04: looks of one person and acts on one hall, from four threads at once; the doctor finds nothing."""
    engine = forger.engine()
    with engine.reading() as connection:
        people = [actor_of(find_clerk(connection, name)) for name in ('jiancha', 'guanli')]
        before = connection.execute(select(func.count()).where(evidence.c.chain == HALL)).scalar_one()

    engine.run(SYSTEM, lambda tx: set_thresholds(tx, CODE, Thresholds(), '首次'))

    def work(number: int) -> None:
        for turn in range(TIMES):
            engine.run(people[number % 2], lambda tx: note(tx, 'personal_data.viewed', 'x', data={'what': f'{number}'}), attempts=50)
            days = 1 + (number * TIMES + turn) % 20
            wanted = Thresholds(amber_days=days)
            engine.run(SYSTEM, lambda tx, wanted=wanted: set_thresholds(tx, CODE, wanted, '试验'), attempts=50)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with engine.reading() as connection:
        after = connection.execute(select(func.count()).where(evidence.c.chain == HALL)).scalar_one()
    engine.close()
    assert after - before == 4 * TIMES + 1
    assert forger.findings() == []
