"""The statements of the hot path: written with SQLAlchemy, compiled once per database, sent as text so that the driver keeps them prepared.

A frame's writes go together: on PostgreSQL as one statement (data-modifying WITH), on SQLite as few as it has kinds of writes. Both go
through SQLAlchemy's connection, its transaction, its events and its errors. PostgreSQL is sent new rows as JSON, so that a statement has
the same text for any number of rows, and other values as text with a cast beside them: a number that grew past 32,767, or a null, must not
make the driver prepare the same statement again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Delete, Dialect, Integer, Select, String, Table, Update
from sqlalchemy import Insert as InsertFrom
from sqlalchemy.types import TypeEngine

from engine.core.driver import fetch
from engine.core.values import column_text, encoder
from engine.tables import Instant

MOST_ROWS = 8
"""Rows in one INSERT, and changes of one kind together."""
MOST_KINDS = 32
"""Kinds of writes in one statement; more are sent in several."""

Convert = Callable[[Any], Any]
Row = Mapping[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=256)
def _instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError('Expected an instant with a time zone, but it has none')
    return value.astimezone(UTC).isoformat()


def _number(value: Any) -> Any:
    return None if value is None else str(int(value))


def _truth(value: Any) -> Any:
    return None if value is None else 'true' if value else 'false'


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    """What the driver is given for a Python value of a column."""
    if dialect.name != 'postgresql':
        return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
    for known, convert in ((Instant, _instant), (JSON, column_text), (Boolean, _truth), (Integer, _number)):
        if isinstance(kind, known):
            return convert
    return _as_it_is


def _kind(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """The type of a column in a row that comes as JSON; a text is fitted to its width where it is stored."""
    return 'text' if isinstance(kind, String) else str(kind.compile(dialect=dialect))


_rows_text = encoder(', ', ': ', default=_instant)


def _positional(dialect: Dialect) -> Dialect:
    """A dialect that writes parameters by position."""
    made: Callable[..., Dialect] = type(dialect)
    return made(paramstyle='format') if dialect.name == 'postgresql' else dialect


class Insert:
    """Rows of one table, always the same columns. `ids`: the new rows' ids are wanted. `single`: there is one row a frame."""

    def __init__(self, table: Table, *columns: str, ids: bool = False, single: bool = False) -> None:
        self.table, self.ids, self.single, self._columns = table.name, ids, single, columns
        self.columns = frozenset(columns)
        self._types = [table.c[name].type for name in columns]
        self._names = ', '.join(f'"{name}"' for name in columns)
        self._head = f'INSERT INTO {self.table} ({self._names}) '
        self._tail = ' RETURNING id' if ids else ''
        self._converters: dict[str, list[tuple[str, Convert]]] = {}

    def text(self, dialect: Dialect, count: int) -> str:
        """The statement for so many rows: PostgreSQL is sent them as one JSON text, but a single one value by value, as is SQLite."""
        if dialect.name == 'postgresql':
            if self.single:
                casts = ', '.join(f'%s::{_kind(kind, dialect)}' for kind in self._types)
                return f'{self._head}VALUES ({casts}){self._tail}'
            kinds = ', '.join(f'"{name}" {_kind(kind, dialect)}' for name, kind in zip(self._columns, self._types, strict=True))
            return f'{self._head}SELECT {self._names} FROM json_to_recordset(%s) AS r({kinds}){self._tail}'  # noqa: S608 - our own columns
        one = '(' + ', '.join('?' * len(self._columns)) + ')'
        return f'{self._head}VALUES {", ".join([one] * count)}{self._tail}'

    def values(self, dialect: Dialect, rows: Sequence[Row]) -> list[Any]:
        """The values of these rows as the driver takes them."""
        if dialect.name == 'postgresql' and not self.single:
            exact = (row if row.keys() == self.columns else {name: row[name] for name in self._columns} for row in rows)
            return [_rows_text(list(exact))]
        known = self._converters.get(dialect.name)
        if known is None:
            made = [_converter(kind, dialect) for kind in self._types]
            known = self._converters[dialect.name] = list(zip(self._columns, made, strict=True))
        return [convert(row[name]) for row in rows for name, convert in known]


_CALLED_SO_ANYWAY = re.compile(r'(\b\w+\.("?\w+"?)) AS \2(?!\w)')
"""`clock.name AS name`: psycopg translates a text of more than 4,096 characters anew each time it is sent, so no name is said twice."""


class _Named:
    """A statement with named parameters."""

    def __init__(self, statement: Select[Any] | Update | Delete | InsertFrom) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, list[tuple[str, Convert, Any]]]] = {}

    def _made(self, dialect: Dialect) -> tuple[str, list[tuple[str, Convert, Any]]]:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=_positional(dialect))
            given: Mapping[str, Any] = compiled.params
            names: Sequence[str] = compiled.positiontup or ()
            order = [(name, _converter(compiled.binds[name].type, dialect), given[name]) for name in names]
            found = self._compiled[dialect.name] = (_CALLED_SO_ANYWAY.sub(r'\1', str(compiled)), order)
        return found

    def text(self, dialect: Dialect) -> str:
        """The statement."""
        return self._made(dialect)[0]

    def values(self, dialect: Dialect, row: Row) -> list[Any]:
        """The values as the driver takes them; what the statement itself says needs no parameter."""
        return [convert(row.get(name, given)) for name, convert, given in self._made(dialect)[1]]


class RowChange(_Named):
    """An UPDATE, DELETE or INSERT … SELECT with named parameters."""

    def __init__(self, statement: Update | Delete | InsertFrom) -> None:
        super().__init__(statement)
        if not isinstance(statement.table, Table):
            raise TypeError(f'Expected a statement on one table, but {statement.table} is none')
        self.table = statement.table.name
        values: Mapping[Any, Any] = getattr(statement, '_values', None) or {}
        self.columns = frozenset(getattr(column, 'name', str(column)) for column in values)


class Query(_Named):
    """A SELECT with named parameters for PostgreSQL; its row comes as the driver gives it."""

    def first(self, connection: Connection, row: Row) -> Sequence[Any] | None:
        """The first row, None when there is none."""
        dialect = connection.dialect
        rows = fetch(connection, self.text(dialect), tuple(self.values(dialect, row)))
        return rows[0] if rows else None


class Writes:
    """Writes that wait to be sent together. What they write must not depend on each other: `collides` says when one would."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Insert | RowChange, list[Row]]] = []
        self._touched: set[tuple[str, str | None]] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def collides(self, table: str, key: str | None) -> bool:
        """Whether a waiting write may touch the same row (`key` None: any row of the table)."""
        if key is None:
            return any(name == table for name, _ in self._touched)
        return (table, key) in self._touched or (table, None) in self._touched

    def add(self, what: Insert | RowChange, row: Row, key: str | None) -> None:
        """Let a write wait."""
        self._touched.add((what.table, key))
        last = self._waiting[-1] if self._waiting else None
        alone = isinstance(what, Insert) and what.single
        if last is not None and last[0] is what and not alone and len(last[1]) < MOST_ROWS:
            last[1].append(row)
        else:
            self._waiting.append((what, [row]))

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._touched.clear()

    def send(self, connection: Connection) -> list[int]:
        """Send what waits; the ids of the rows whose ids are wanted, ascending."""
        waiting, self._waiting = self._waiting, []
        self._touched.clear()
        send = _together if connection.dialect.name == 'postgresql' else _one_by_one
        ids: list[int] = []
        for first in range(0, len(waiting), MOST_KINDS):
            ids += send(connection, waiting[first : first + MOST_KINDS])
        return sorted(ids)  # given in the order of the rows, but neither database promises to return them so


_TEXTS: dict[tuple[Any, ...], str] = {}
"""Statements by what they write: which ones, and how many rows each. There are as many as a hall's diagrams have kinds of steps."""


def _together(connection: Connection, waiting: Sequence[tuple[Insert | RowChange, list[Row]]]) -> list[int]:
    """One statement with every write in a WITH of its own; all of them see the rows as they were before it."""
    dialect = connection.dialect
    shape = tuple((what, 1 if isinstance(what, Insert) else len(rows)) for what, rows in waiting)
    text = _TEXTS.get(shape)
    if text is None:
        text = _TEXTS[shape] = _combined(dialect, waiting)
    values: list[Any] = []
    for what, rows in waiting:
        if isinstance(what, Insert):
            values += what.values(dialect, rows)
        else:
            for row in rows:
                values += what.values(dialect, row)
    return [row[0] for row in fetch(connection, text, tuple(values))]


def _combined(dialect: Dialect, waiting: Sequence[tuple[Insert | RowChange, list[Row]]]) -> str:
    parts: list[str] = []
    wanted: list[str] = []
    for what, rows in waiting:
        if isinstance(what, Insert):
            if what.ids:
                wanted.append(f'SELECT id FROM w{len(parts)}')  # noqa: S608 - a name made here
            parts.append(what.text(dialect, len(rows)))
        else:
            parts += [what.text(dialect)] * len(rows)
    last = ' UNION ALL '.join(wanted) if wanted else parts.pop()
    named = ', '.join(f'w{number} AS ({part})' for number, part in enumerate(parts))
    return f'WITH {named} {last}' if named else last


def _one_by_one(connection: Connection, waiting: Sequence[tuple[Insert | RowChange, list[Row]]]) -> list[int]:
    dialect, ids = connection.dialect, []
    for what, rows in waiting:
        if isinstance(what, Insert):
            found = connection.exec_driver_sql(what.text(dialect, len(rows)), tuple(what.values(dialect, rows)))
            ids += list(found.scalars()) if what.ids else []
        else:
            sets = [tuple(what.values(dialect, row)) for row in rows]
            connection.exec_driver_sql(what.text(dialect), sets if len(sets) > 1 else sets[0])
    return ids
