"""Making the demo hall: the office's demo drives the real verbs on a moved clock; here it gets an engine that runs on that clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from engine import Engine, FixedClock, read_path
from tasks.demo import building as demo
from tasks.tables import hall
from web.root import Root, make_engine

PROCESSES = Path(__file__).resolve().parent.parent / 'processes'


def is_empty(engine: Engine) -> bool:
    """True while there is no hall."""
    with engine.reading() as conn:
        return conn.execute(select(hall.c.code).limit(1)).first() is None


def may_fill(engine: Engine) -> bool:
    """True while there is no hall, or a demo hall whose making was broken off."""
    with engine.reading() as conn:
        return conn.execute(select(hall.c.code).limit(1)).first() is None or demo.is_begun(conn)


def may_grow(engine: Engine) -> bool:
    """True when there is a demo hall whose cases can be copied."""
    with engine.reading() as conn:
        return demo.is_played(conn)


def fill(root: Root, cases: int, report: Callable[[int, int], None]) -> demo.DemoReport:
    """Make the demo hall, or bring it to so many cases; its last act is of this moment. `report` is told (cases, of cases)."""
    now = root.clock()
    clock = FixedClock(now)
    engine = make_engine(root.settings.url, clock)
    if engine.database.dialect.name == 'sqlite':
        event.listen(engine.database, 'connect', _hasten)
    try:
        bundles = [read_path(path) for path in sorted(PROCESSES.iterdir()) if path.is_dir()]
        return demo.build(engine, clock, bundles, until=now, cases=cases, progress=report)
    finally:
        engine.close()


def _hasten(connection: Any, _record: object) -> None:
    """A commit need not reach the disk at once: what a power cut takes away is made again."""
    connection.execute('PRAGMA synchronous=NORMAL')
