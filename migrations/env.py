"""Alembic's environment: the engine hands in an open connection; nothing here reads a configuration file or an environment variable."""

from __future__ import annotations

from alembic import context

from engine.tables import metadata
from tasks import tables as office_tables

if office_tables.metadata is not metadata:
    raise RuntimeError('Expected one MetaData for engine and office')

connection = context.config.attributes['connection']
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == 'sqlite',  # SQLite cannot alter a column; Alembic copies the table
    transaction_per_migration=False,
    compare_server_default=True,
)
context.run_migrations()
