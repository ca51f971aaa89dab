"""Rows of one table written at once, many thousand in a statement; what they prove is sealed by whoever calls, who knows them all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Table

Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns. None is NULL, also in JSON columns; instants are aware."""
    if not rows:
        return
    names = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    columns = ', '.join(quote(name) for name in names)
    into = f'INSERT INTO {quote(table.name)} ({columns})'
    if connection.dialect.name == 'postgresql':
        given = f'json_populate_recordset(NULL::{quote(table.name)}, CAST(%(rows)s AS json))'
        connection.exec_driver_sql(f'{into} SELECT {columns} FROM {given}', {'rows': _ENCODER.encode(rows)})  # noqa: S608 - names of columns
        return
    marks = ', '.join('?' for _ in names)
    connection.exec_driver_sql(f'{into} VALUES ({marks})', _bound(connection, table, rows))


def _said(value: Any) -> str:
    """What JSON has no type for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f'\\x{value.hex()}'
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f'Expected what a column holds, but found {type(value).__name__}')


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(',', ':'), allow_nan=False, check_circular=False, default=_said)


def _bound(connection: Connection, table: Table, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The values as the driver takes them."""
    columns = []
    for name in rows[0]:
        bind = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        values = [row[name] for row in rows]
        columns.append(values if bind is None else [None if value is None else bind(value) for value in values])
    return list(zip(*columns, strict=True))


def look_over(database: Engine) -> None:
    """Let the database look its tables over, as it does of itself while a hall grows: else it plans as if they were empty."""
    with database.connect().execution_options(isolation_level='AUTOCOMMIT') as connection:
        connection.exec_driver_sql('VACUUM (ANALYZE)' if database.dialect.name == 'postgresql' else 'ANALYZE')
