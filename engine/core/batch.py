"""Several rows in one INSERT statement, prepared once per number of rows: cheaper than the driver's executemany and SQLAlchemy's own,
which compiles a statement of many rows again each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, TextClause, bindparam, text

MOST = 8
"""Rows in one statement; more are sent in several."""


class Batch:
    """Inserts into one table, always the same columns."""

    def __init__(self, table: Table, *columns: str) -> None:
        self._table = table
        self._columns = columns
        self._statements: dict[int, TextClause] = {}

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert these rows, each giving every column; their ids, in the same order."""
        ids: list[int] = []
        for first in range(0, len(rows), MOST):
            some = rows[first : first + MOST]
            values = {f'{name}_{n}': row[name] for n, row in enumerate(some) for name in self._columns}
            ids += connection.execute(self._statement(len(some)), values).scalars()
        return sorted(ids)  # given in the order of the rows, but neither database promises to return them so

    def _statement(self, count: int) -> TextClause:
        found = self._statements.get(count)
        if found is None:
            rows = ', '.join('(' + ', '.join(f':{name}_{n}' for name in self._columns) + ')' for n in range(count))
            names = ', '.join(f'"{name}"' for name in self._columns)
            types = [bindparam(f'{name}_{n}', type_=self._table.c[name].type) for n in range(count) for name in self._columns]
            sql = f'INSERT INTO {self._table.name} ({names}) VALUES {rows} RETURNING id'  # noqa: S608 - names of our own columns, values are bound
            found = self._statements[count] = text(sql).bindparams(*types)
        return found
