"""The statements of the hot path are sent to PostgreSQL by the driver's own cursors.

SQLAlchemy's cursor and result around each of them cost as much as sending it. The connection, its transaction and its errors remain
SQLAlchemy's, and whoever listens to statements hears these, too: they go through SQLAlchemy then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.core.database import without_values

_CURSORS = 'yizhan_cursors'
"""Where a connection keeps its cursors by text: one that is used again knows how to dump and load the values of its statement."""
MOST_CURSORS = 100
"""As many as statements that psycopg keeps prepared."""


def fetch(connection: Connection, text: str, values: tuple[Any, ...]) -> Sequence[Sequence[Any]]:
    """Send one statement and give its rows as the driver gives them. Raises DBAPIError as SQLAlchemy does."""
    if _observed(connection) or not connection.in_transaction():  # SQLAlchemy begins one
        found = connection.exec_driver_sql(text, values)
        return found.all() if found.returns_rows else ()
    driver = connection.connection.driver_connection
    try:
        cursor = _cursor(connection, driver, text)
        cursor.execute(text, values)
        rows: Sequence[Sequence[Any]] = cursor.fetchall() if cursor.rownumber is not None else ()  # None: no rows were asked for
    except connection.dialect.loaded_dbapi.Error as error:
        if getattr(driver, 'closed', True):
            connection.exec_driver_sql(text, values)  # fails: SQLAlchemy and its pool learn that the connection is lost
        raise _told(connection, text, values, error) from error
    return rows


def _observed(connection: Connection) -> bool:
    heard: Any = connection.dispatch
    return bool(connection.engine.echo or heard.before_cursor_execute or heard.after_cursor_execute)


def _cursor(connection: Connection, driver: Any, text: str) -> Any:
    cursors: dict[str, Any] = connection.info.setdefault(_CURSORS, {})
    found = cursors.get(text)
    if found is None:
        if len(cursors) >= MOST_CURSORS:
            cursors.clear()
        found = cursors[text] = driver.cursor()
    return found


def _told(connection: Connection, text: str, values: tuple[Any, ...], error: Exception) -> BaseException:
    base = connection.dialect.loaded_dbapi.Error
    hidden = connection.engine.hide_parameters
    without_values(error)
    return DBAPIError.instance(text, values, error, base, hide_parameters=hidden, dialect=connection.dialect)
