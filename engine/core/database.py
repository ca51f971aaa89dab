"""The two databases: SQLite (embedded, write-ahead log, one writer) and PostgreSQL (psycopg 3). What differs between them is said here."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Column, Connection, Table, create_engine, event
from sqlalchemy import Engine as Database
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError

from engine.core.values import column_text

LOCK_WAIT_MS = 5000
"""How long one statement waits for a lock before the transaction is tried again."""

_CONTENDED = {'40001', '40P01', '55P03'}  # serialization failure, deadlock, lock not available
_VALUES = re.compile(r'\n(DETAIL|CONTEXT):.*', re.DOTALL)
READING = {'yizhan_reading': True}


SEEN = 'yizhan_seen'
"""Where a connection that only reads keeps what it was asked `once`."""
Answer = TypeVar('Answer')


def once(connection: Connection, key: Hashable, ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers. A transaction that only reads sees one moment: there it is asked once, everywhere else every time."""
    seen: dict[Hashable, Any] | None = connection.info.get(SEEN)
    if seen is None:
        return ask()
    if key not in seen:
        seen[key] = ask()
    return cast(Answer, seen[key])


def connect(url: str | URL, *, pool_size: int = 10, lock_wait_ms: int = LOCK_WAIT_MS) -> Database:
    """Open a database by its SQLAlchemy URL; `postgresql:` means psycopg 3. Nothing is created but, for SQLite, the file."""
    target = make_url(url)
    if target.get_backend_name() == 'sqlite':
        return _sqlite(target, pool_size, lock_wait_ms)
    if target.drivername == 'postgresql':
        target = target.set(drivername='postgresql+psycopg')
    # Our statements run for milliseconds: compiling one takes longer than running it. They want a few open cases out of very many, and
    # what is open lies in memory: PostgreSQL, which counts with a disk that must turn, would rather read whole tables.
    options = f'-c lock_timeout={lock_wait_ms} -c timezone=UTC -c jit=off -c random_page_cost=1.1'
    arguments = {} if 'options' in target.query else {'options': options}
    database = create_engine(
        target,
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        connect_args=arguments,
        json_serializer=column_text,
        json_deserializer=json.loads,
        hide_parameters=True,  # an error that is logged must not print names and numbers of persons
    )
    event.listen(database, 'handle_error', _hide_values)
    return database


def connect_to_migrate(url: str | URL, *, lock_wait_ms: int = LOCK_WAIT_MS) -> Database:
    """One connection whose tables may be made anew. SQLite alters a table by copying and dropping it, which needs the foreign keys off
    from before the transaction; `schema.upgrade` checks them when it is done."""
    database = connect(url, pool_size=1, lock_wait_ms=lock_wait_ms)
    if database.dialect.name == 'sqlite':
        event.listen(database, 'connect', lambda connection, _record: connection.execute('PRAGMA foreign_keys=OFF').close())
    return database


def without_values(error: BaseException) -> None:
    """Take out of a database's error what PostgreSQL prints of the row (`DETAIL: Failing row contains (…)`): names and numbers of persons,
    which would stand in logs and in stored errors."""
    for one in (error, getattr(error, 'orig', None)):
        if isinstance(one, BaseException) and one.args and isinstance(one.args[0], str):
            one.args = (_VALUES.sub('', one.args[0]), *one.args[1:])


def _hide_values(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            without_values(error)


def _sqlite(target: URL, pool_size: int, lock_wait_ms: int) -> Database:
    database = create_engine(
        target,
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        connect_args={'timeout': lock_wait_ms / 1000, 'check_same_thread': False},
        json_serializer=column_text,
        json_deserializer=json.loads,
        hide_parameters=True,  # an error that is logged must not print names and numbers of persons
    )
    event.listen(database, 'connect', lambda *_: _for_its_owner(target.database))
    event.listen(database, 'connect', _prepare_sqlite)
    event.listen(database, 'begin', _begin_sqlite)
    return database


def _for_its_owner(path: str | None) -> None:
    """Nobody else on the machine reads the cases: SQLite gives the files beside the database its rights. Others' files are left alone."""
    if path and path != ':memory:' and not path.startswith('file:'):
        with contextlib.suppress(OSError):
            if Path(path).stat().st_mode & 0o077:
                Path(path).chmod(0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: we say BEGIN IMMEDIATE
    cursor = connection.cursor()
    cursor.execute('PRAGMA journal_mode=WAL')
    cursor.execute('PRAGMA synchronous=FULL')  # a commit that was answered survives a power cut
    cursor.execute('PRAGMA foreign_keys=ON')
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get('yizhan_reading')
    connection.exec_driver_sql('BEGIN' if reading else 'BEGIN IMMEDIATE')


def reading_options(database: Database) -> dict[str, Any]:
    """Execution options of a connection that only reads, and sees one moment of the database."""
    if database.dialect.name == 'postgresql':
        return {**READING, 'isolation_level': 'REPEATABLE READ', 'postgresql_readonly': True}
    return READING


def insert_new(connection: Connection, table: Table, unique: Column[Any]) -> Any:
    """An INSERT that does nothing when there is a row with that `unique` value already: the one who asks finds no row returned."""
    insert = postgresql.insert if connection.dialect.name == 'postgresql' else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=[unique])


def contended(error: BaseException) -> bool:
    """Whether trying the whole transaction again may succeed: a lock, a deadlock, a serialization failure."""
    if not isinstance(error, DBAPIError):
        return False
    origin: Any = error.orig
    if getattr(origin, 'sqlstate', None) in _CONTENDED:
        return True
    code = getattr(origin, 'sqlite_errorcode', None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def lost(error: BaseException) -> bool:
    """Whether the connection to the database broke."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
