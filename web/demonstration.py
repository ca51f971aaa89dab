"""Making the demo hall: the office's demo drives the real verbs on a moved clock; here it gets an engine that runs on that clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from engine import Engine, FixedClock, read_path
from tasks import demo
from tasks.tables import hall
from web.root import Root, make_engine

PROCESSES = Path(__file__).resolve().parent.parent / 'processes'


def is_empty(engine: Engine) -> bool:
    """True while there is no hall."""
    with engine.reading() as conn:
        return conn.execute(select(hall.c.code).limit(1)).first() is None


def fill(root: Root, report: Callable[[int, int], None]) -> demo.DemoReport:
    """Make the demo hall in an empty database; its last case is of this moment. `report` is told (done, total)."""
    now = root.clock()
    clock = FixedClock(now)
    engine = make_engine(root.settings.url, clock)
    try:
        return demo.build(engine, clock, read_path(PROCESSES / 'food-business-licence'), until=now, progress=report)
    finally:
        engine.close()
