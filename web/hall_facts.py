"""The hall these pages belong to: its name, whether it is made up, its time zone, when a worker ticked last. Asked once a request."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from sqlalchemy import Connection, func, select

from engine import Engine
from engine.tables import heartbeat
from engine.worktime import Office
from tasks.clock.tables import clock_doubt
from tasks.tables import hall
from web.reading import read

_TICKED = select(func.max(heartbeat.c.ticked_at, type_=heartbeat.c.ticked_at.type)).scalar_subquery()
_DOUBTED = select(func.count()).select_from(clock_doubt).where(clock_doubt.c.state == 'open').scalar_subquery()
_FACTS = (hall.c.name, hall.c.demo, hall.c.zone, _TICKED.label('ticked_at'), _DOUBTED.label('doubted'))
_FIRST = select(*_FACTS).order_by(hall.c.created_at, hall.c.code).limit(1)


def first_hall(engine: Engine) -> Any:
    """The first hall's `name`, `demo` and `zone`, and `ticked_at` of the last worker, `doubted` clocks; None before `yizhan init`."""
    with engine.reading() as connection:
        return _first(connection)


def _first(connection: Connection) -> Any:
    return connection.execute(_FIRST).one_or_none()


def hall_facts() -> Any:
    """The same for the request under way."""
    if 'hall' not in g:
        g.hall = read(_first)
    return g.hall


def hall_zone(engine: Engine | None = None) -> ZoneInfo:
    """The time zone of the hall (of the request, unless an engine is given); before there is one, what `yizhan init` gives it."""
    found = first_hall(engine) if engine else hall_facts()
    return ZoneInfo(found.zone) if found else Office().zone
