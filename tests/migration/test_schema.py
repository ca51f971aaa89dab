"""A migrated database has exactly the tables of the program, on both databases, however many processes migrate at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from engine import Engine, Rejection
from engine.core.database import connect
from engine.core.schema import config, heads, migrate, other_default
from tasks.all_tables import metadata

ROOT = Path(__file__).parents[2]


def differences(url: str) -> list[object]:
    database = connect(url, pool_size=1)
    with database.connect() as connection:
        options = {'compare_type': True, 'compare_server_default': other_default}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    database.dispose()
    return list(found)


def test_migrated_schema_is_the_metadata(empty_url: str) -> None:
    migrate(empty_url)
    assert differences(empty_url) == []


def test_checks_and_names_are_the_same_as_created_by_the_metadata(empty_url: str, tmp_path: Path) -> None:
    """Alembic does not compare check constraints; names must follow the convention to be found by later revisions."""
    migrate(empty_url)
    database = connect(empty_url, pool_size=1)
    inspector = inspect(database)
    for table in metadata.sorted_tables:
        expected = {str(one.name) for one in table.constraints if type(one).__name__ == 'CheckConstraint'}
        assert {str(one['name']) for one in inspector.get_check_constraints(table.name)} == expected, table.name
    database.dispose()


def test_program_says_when_the_schema_is_not_its_own(empty_url: str) -> None:
    engine = Engine(empty_url)
    with pytest.raises(Rejection, match='upgrade-db'):
        engine.check_schema()
    engine.migrate()
    engine.check_schema()
    engine.migrate()
    assert len(heads()) == 1
    engine.close()


@pytest.mark.slow
def test_processes_may_migrate_at_the_same_time(empty_url: str) -> None:
    script = 'import sys; from engine.core.schema import migrate; migrate(sys.argv[1])'
    running = [subprocess.Popen([sys.executable, '-c', script, empty_url], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        assert process.stderr is not None
        complaint = process.stderr.read()
        assert process.wait() == 0, complaint
        process.stderr.close()
    assert differences(empty_url) == []


OLDEST_THAT_IS_GONE_BACK_TO = '0015'
"""Revisions up to this one have no way back: they were there before anybody had a hall to keep."""


def test_a_schema_goes_back_and_forth(empty_url: str) -> None:
    """Every revision since has a way back that leaves nothing behind: a program that turns out wrong can be taken back."""
    migrate(empty_url)
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.downgrade(found, OLDEST_THAT_IS_GONE_BACK_TO)
    database.dispose()
    migrate(empty_url)
    assert differences(empty_url) == []
