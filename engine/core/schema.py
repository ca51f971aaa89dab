"""The schema's versions, run through Alembic's API: no configuration file, no command line of its own.

The revisions live in `migrations/` beside the packages. On PostgreSQL an advisory lock lets one process migrate while the others wait;
on SQLite the write lock does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, Connection, text
from sqlalchemy import Engine as Database
from sqlalchemy.engine import URL

from engine.core.database import connect_to_migrate
from engine.core.errors import Rejection

MIGRATIONS = Path(__file__).resolve().parents[2] / 'migrations'
ADVISORY_LOCK = 0x59495A48  # 'YIZH'
WAIT_MS = 600_000
"""How long a process waits for another one that migrates the same database: ten minutes."""


def config() -> Config:
    """Alembic's configuration without a file; `env.py` takes the connection from its attributes."""
    found = Config()
    found.set_main_option('script_location', str(MIGRATIONS).replace('%', '%%'))
    found.set_main_option('file_template', '%%(rev)s_%%(slug)s')
    found.set_main_option('output_encoding', 'utf-8')
    return found


def other_default(
    context: MigrationContext, _found: object, column: Column[Any], found: str | None, _wanted: object, wanted: str | None
) -> bool | None:
    """How Alembic compares the defaults of a column: SQLite gives them back in its own words, and PostgreSQL compares no JSON."""
    if context.dialect.name != 'postgresql':
        return False
    if isinstance(column.type, JSON):
        return (found or '').removesuffix('::json').strip("'") != (wanted or '').strip("'")
    return None


def migrate(url: str | URL) -> None:
    """Bring the database to the newest revision; safe to call from several processes at once, and again."""
    database = connect_to_migrate(url, lock_wait_ms=WAIT_MS)
    try:
        with database.connect() as connection, connection.begin():
            upgrade(connection)
    finally:
        database.dispose()


def upgrade(connection: Connection, revision: str = 'head') -> None:
    """Upgrade inside the caller's transaction, to the newest revision or the one named.

    The connection is one of `connect_to_migrate`. Raises Rejection, and nothing is changed, when a row would refer to nothing afterwards.
    """
    before = present_heads(connection)
    if connection.dialect.name == 'postgresql':
        connection.execute(text(f'SET LOCAL lock_timeout = {WAIT_MS}'))
        connection.execute(text('SELECT pg_advisory_xact_lock(:key)'), {'key': ADVISORY_LOCK})
    found = config()
    found.attributes['connection'] = connection
    command.upgrade(found, revision)
    if connection.dialect.name == 'sqlite' and present_heads(connection) != before:
        lost = connection.exec_driver_sql('PRAGMA foreign_key_check').first()
        if lost is not None:
            message = f'Expected every row to refer to a row that is there, but one of {lost[0]} refers to no {lost[2]}'
            raise Rejection(message, f'升级后的数据不完整：{lost[0]} 有记录指向不存在的 {lost[2]}，未作任何更改')


def heads() -> set[str]:
    """The newest revision."""
    return set(ScriptDirectory.from_config(config()).get_heads())


def known_revisions() -> set[str]:
    """Every revision this program knows."""
    return {found.revision for found in ScriptDirectory.from_config(config()).walk_revisions()}


def present_heads(connection: Connection) -> set[str]:
    """The revision a database is at; none when it has no tables of this software."""
    return set(MigrationContext.configure(connection).get_current_heads())


def check_schema(database: Database) -> None:
    """Raises Rejection when the database is at another revision than this program."""
    with database.connect() as connection:
        present = present_heads(connection)
    if present != heads():
        raise Rejection(
            f'Expected the schema {sorted(heads())}, but the database has {sorted(present) or "none"}: run `yizhan upgrade-db`',
            '数据库结构不是当前版本，请运行 yizhan upgrade-db',
        )
