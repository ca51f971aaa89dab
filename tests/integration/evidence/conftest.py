"""A hall with cases, breaches, marks and answers, made once on each database and copied for each test that forges something in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, Table, create_engine, select, text
from sqlalchemy.engine import make_url

from engine import Engine, FixedClock
from engine.core.database import connect
from engine.core.schema import migrate
from tasks.all_tables import metadata
from tasks.demo.stories import FOOD
from tasks.evidence import doctor
from tasks.evidence.checking import Discrepancy
from tasks.evidence.keys import KeyFile
from tasks.marks import verbs as marks
from tasks.marks.tables import mark
from tests.bench.office import prepared
from web.root import make_engine

MORNING = datetime.fromisoformat('2026-03-02T09:00:00+08:00')


@dataclass
class Forger:
    """Somebody who can write the database, past the program and past its constraints, and has not the key."""

    url: str
    keys: KeyFile

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """A connection of his own; what he does is committed."""
        database = create_engine(self.url)
        with database.begin() as connection:
            if connection.dialect.name == 'postgresql':
                connection.execute(text('SET session_replication_role = replica'))
            yield connection
        database.dispose()

    def row(self, table: Table, *where: Any) -> RowMapping:
        """The first row there is."""
        with self.database() as connection:
            return connection.execute(select(table).where(*where).order_by(*table.primary_key.columns).limit(1)).mappings().one()

    def engine(self) -> Engine:
        """The program on his database."""
        return make_engine(self.url, FixedClock(datetime.fromisoformat('2026-06-01T09:00:00+08:00')), self.keys)

    def findings(self) -> list[Discrepancy]:
        """What the doctor says."""
        engine = self.engine()
        try:
            return list(doctor.examine(engine))
        finally:
            engine.close()


def _fill(url: str, keys: KeyFile) -> None:
    clock = FixedClock(MORNING)
    engine = make_engine(url, clock, keys)
    engine.migrate()
    office = prepared(engine)
    for fate in ('granted', 'supplement', 'refused'):
        office.walk(FOOD, fate)
    left = office.receive(FOOD)  # nobody touches it again: its limits break
    for days in (8, 30):
        clock.move(days=days)
        engine.tick()
    with engine.reading() as connection:
        row = connection.execute(select(mark).where(mark.c.instance_id == left, mark.c.colour != 'amber')).mappings().first()
        assert row is not None
    clerk = next(actor for actor in office.actors.values() if row['window'] in actor.groups)
    engine.run(clerk, lambda tx: marks.reply(tx, row['id'], '当日系统故障，已补办'))
    engine.close()


@pytest.fixture(scope='session')
def evidence_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    """The key of the hall."""
    return KeyFile(tmp_path_factory.mktemp('keys') / 'evidence.key')


@pytest.fixture(scope='session')
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory, evidence_keys: KeyFile) -> Path:
    """The hall on SQLite."""
    path = tmp_path_factory.mktemp('evidence') / 'hall.sqlite'
    migrate(f'sqlite:///{path}')
    _fill(f'sqlite:///{path}', evidence_keys)
    return path


@pytest.fixture(scope='session')
def filled_postgres(postgres_server: str, evidence_keys: KeyFile) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The hall on PostgreSQL: its URL, and every row of it."""
    name = f'evidence_{os.environ.get("PYTEST_XDIST_WORKER", "main")}'
    admin = connect(postgres_server, pool_size=1).execution_options(isolation_level='AUTOCOMMIT')
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS {name} WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE {name}'))
    admin.dispose()
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    migrate(url)
    _fill(url, evidence_keys)
    database = connect(url, pool_size=1)
    with database.connect() as connection:
        rows = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in metadata.sorted_tables}
    database.dispose()
    return url, rows


@pytest.fixture
def sqlite_forger(filled_sqlite: Path, evidence_keys: KeyFile, tmp_path: Path) -> Forger:
    """On a copy of the SQLite file."""
    shutil.copyfile(filled_sqlite, tmp_path / 'hall.sqlite')
    return Forger(f'sqlite:///{tmp_path / "hall.sqlite"}', evidence_keys)


@pytest.fixture
def postgres_forger(filled_postgres: tuple[str, dict[str, list[dict[str, Any]]]], evidence_keys: KeyFile) -> Forger:
    """On the PostgreSQL database, every row put back as it was."""
    forger = Forger(filled_postgres[0], evidence_keys)
    with forger.database() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
            if filled_postgres[1][table.name]:
                connection.execute(table.insert(), filled_postgres[1][table.name])
    return forger


@pytest.fixture(params=['sqlite', pytest.param('postgres', marks=pytest.mark.postgres)])
def forger(request: pytest.FixtureRequest) -> Forger:
    """Once on each database."""
    found: Forger = request.getfixturevalue(f'{request.param}_forger')
    return found
