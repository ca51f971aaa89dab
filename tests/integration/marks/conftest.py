"""The hall of the office's tests, with the listener of marks beside the projection, and a worker's whole tick."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pytest
from integration.office.conftest import Hall, licence_bundle

from engine import SYSTEM, Bundle, Engine, FixedClock
from tasks.calendars import halls
from tasks.calendars.editions import FOLLOWING
from tasks.cases import functions
from tasks.cases import status as projection
from tasks.catalogue import checking, items
from tasks.catalogue.item_toml import item_rules
from tasks.catalogue.releases.catalogue import VERSIONS
from tasks.demo.hall import CLERKS, HALL, set_up
from tasks.documents import handlers
from tasks.marks.listening import listen
from tasks.marks.rows import MARKS, TOLD
from tasks.marks.sentences import grounds_of, reminder_body, reminder_title, title_of
from tasks.marks.tables import mark, reminder
from tasks.marks.watching import AMBER
from tasks.migration.batches import BATCHES
from tasks.people import roster as people
from tasks.rights.asking import engine_asks


@dataclass
class Watched(Hall):
    """The hall with a worker that fires, warns and sends."""

    def tick(self) -> None:
        self.engine.tick()

    def move(self, instant: str) -> None:
        """Let the worker tick at a local instant like 2026-03-06 09:00."""
        self.clock.move_to(datetime.fromisoformat(f'{instant}:00+08:00'))
        self.tick()

    def marks(self, case_no: str, **where: Any) -> list[dict[str, Any]]:
        statement = MARKS.select().where(mark.c.case_no == case_no).order_by(mark.c.id)
        for name, value in where.items():
            statement = statement.where(mark.c[name] == value)
        with self.engine.reading() as connection:
            rows = MARKS.all(connection, statement)
            return [asdict(row) | {'title': title_of(row.subject, row.title), 'grounds': grounds_of(row)} for row in rows]

    def notices(self, **where: Any) -> list[dict[str, Any]]:
        told = reminder.outerjoin(mark, mark.c.id == reminder.c.mark_id)
        statement = TOLD.select().select_from(told).order_by(reminder.c.id)
        for name, value in where.items():
            statement = statement.where(reminder.c[name] == value)
        with self.engine.reading() as connection:
            rows = TOLD.all(connection, statement)
            return [asdict(row) | {'title': reminder_title(row), 'body': reminder_body(row)} for row in rows]

    def run(self, username: str, verb: Any, *arguments: Any, **named: Any) -> Any:
        return self.engine.run(self.actors[username], lambda tx: verb(tx, *arguments, **named))


@pytest.fixture
def watched_office(make_engine: Any) -> Engine:
    """An engine with everything the office adds, marks included."""
    return make_engine(
        rights=engine_asks,
        handlers=handlers.HANDLERS,
        functions=functions.FUNCTIONS,
        item_rules=item_rules,
        halls=halls.find_hall,
        listeners=[projection.project, listen],
        deliver=handlers.DELIVERERS,
        queues=[VERSIONS, AMBER, FOLLOWING, BATCHES],
    )


@pytest.fixture
def hall(watched_office: Engine, clock: FixedClock) -> Watched:
    """The demo hall with the item in force and no case."""
    with watched_office.begin(SYSTEM) as tx:
        set_up(tx)
        items.deploy(tx, checking.judge(tx.connection, licence_bundle()), '首次部署', hall=HALL)
    with watched_office.reading() as connection:
        actors = {username: people.actor_of(people.find_clerk(connection, username)) for username, *_ in CLERKS}
    return Watched(watched_office, clock, actors)


@pytest.fixture
def bundle() -> Bundle:
    """The item as it is shipped."""
    return licence_bundle()
