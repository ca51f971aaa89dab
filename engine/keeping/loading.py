"""Rows of a backup into tables that are there and empty, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, MetaData, Table, func, inspect, select, text

from engine.keeping.files import TableFile, damaged, read_lines

BATCH = 500
"""Rows inserted at once on SQLite."""


def present_tables(connection: Connection) -> set[str]:
    """The names of all tables the database has, this software's or not."""
    return set(inspect(connection).get_table_names())


def tables_of(connection: Connection, names: Collection[str]) -> list[Table]:
    """The tables of these names as the database has them, in an order in which rows may be inserted."""
    found = MetaData()
    found.reflect(connection, only=sorted(names))
    return [table for table in found.sorted_tables if table.name in names]


def load_table(connection: Connection, table: Table, folder: Path, said: TableFile) -> None:
    """Insert every row of a file. Raises BackupDamaged when its columns are not the table's, or rows are missing."""
    columns, rows = read_lines(folder, said)
    if {name for name, _kind in columns} != set(table.c.keys()):
        raise damaged(said.file, 'its columns are not those of this schema', '的列与该数据库结构不符')
    if connection.dialect.name == 'postgresql':
        _copy(connection, table, [name for name, _kind in columns], rows)
    else:
        _insert(connection, table, columns, rows)
    stored = connection.execute(select(func.count()).select_from(table)).scalar_one()
    if stored != said.rows:
        raise damaged(said.file, f'{stored} rows were stored instead of {said.rows}', f'写入 {stored} 行，应为 {said.rows} 行')


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    columns = ', '.join(f'"{name}"' for name in names)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Connection, table: Table, columns: Sequence[tuple[str, str]], rows: Iterator[list[Any]]) -> None:
    """As SQLite's dialect stores them: an instant is text without a zone, a truth 0 or 1."""
    instants = [place for place, (_name, kind) in enumerate(columns) if kind == 'instant']
    names, marks = ', '.join(f'"{name}"' for name, _kind in columns), ', '.join('?' * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own tables
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            for place in instants:
                if row[place] is not None:
                    row[place] = row[place].strftime('%Y-%m-%d %H:%M:%S.%f')
        connection.exec_driver_sql(statement, [tuple(row) for row in batch])


def empty(connection: Connection, tables: Sequence[Table]) -> None:
    """Delete every row: revisions may have inserted some of their own."""
    for table in reversed(tables):
        connection.execute(table.delete())


def advance_sequences(connection: Connection, tables: Sequence[Table], gap: int) -> None:
    """Let new ids begin `gap` behind the greatest (PostgreSQL). SQLite counts from the greatest id itself."""
    if connection.dialect.name != 'postgresql':
        return
    for table in tables:
        if 'id' in table.c and isinstance(table.c.id.type, Integer):
            greatest = f'(SELECT coalesce(max(id), 0) + :gap FROM "{table.name}")'  # noqa: S608 - names of our own tables
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {greatest})"), {'gap': gap})
