"""Alembic's environment: the engine hands in an open connection; nothing here reads a configuration file or an environment variable."""

from __future__ import annotations

from typing import Any

from alembic import context

from engine.core.schema import other_default
from engine.tables import Instant
from tasks.all_tables import metadata


def render(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Revisions name plain column types, so that an old one still runs when our own types have moved."""
    return 'sa.DateTime(timezone=True)' if kind == 'type' and isinstance(item, Instant) else False


options = context.config.attributes
connection = options['connection']
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == 'sqlite',  # SQLite cannot alter a column; Alembic copies the table
    render_item=render,
    include_object=options.get('include_object'),
    compare_server_default=other_default,
)
with context.begin_transaction():
    context.run_migrations()
