"""Making the demo hall: the office's demo drives the real verbs on a moved clock; here it gets an engine that runs on that clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import select

from engine import Actor, Engine, FixedClock, read_path
from tasks.catalogue import items
from tasks.demo import building as demo
from tasks.demo import hall as demo_hall
from tasks.tables import hall
from web.root import Root, make_engine

ADMINISTRATOR = Actor('guanli', '马国平', roles=frozenset({'administrator'}))
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
        made = demo.build(engine, clock, read_path(PROCESSES / 'food-business-licence'), until=now, progress=report)
        for path in sorted(PROCESSES.iterdir()):
            if path.is_dir() and path.name != 'food-business-licence':  # further items of the hall, without cases yet
                engine.run(ADMINISTRATOR, partial(items.deploy, bundle=read_path(path), reason='首次部署', hall=demo_hall.HALL))
        return made
    finally:
        engine.close()
