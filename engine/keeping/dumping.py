"""Every row of the database, read in one moment and written table by table; memory does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from sqlalchemy import JSON, Connection, Table, Text, cast, func, select

from engine.keeping.files import TableFile, kind_of, write_file
from engine.keeping.loading import tables_of

BATCH = 1000
"""Rows fetched at once."""


def dump_tables(
    connection: Connection, folder: Path, names: Collection[str], report: Callable[[int, int], None] | None = None
) -> list[TableFile]:
    """Write the tables of these names. `connection` sees one moment (`Engine.reading`); `report` is told (rows done, of rows)."""
    tables = tables_of(connection, names)
    total = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    written: list[TableFile] = []
    for table in tables:
        written.append(_dump(connection, folder, table))
        if report:
            report(sum(one.rows for one in written), total)
    return written


def _dump(connection: Connection, folder: Path, table: Table) -> TableFile:
    columns = [(column.name, kind_of(column.type)) for column in table.c]
    # the stored text of a JSON column, not what a reader makes of it: numbers and spaces stay as they are
    asked = [cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column for column in table.c]
    rows = connection.execute(select(*asked).order_by(*table.primary_key.columns), execution_options={'yield_per': BATCH})
    return write_file(folder, table.name, columns, rows)
