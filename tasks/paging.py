"""A page of rows: what every list of the office gives back, found by its place in the order and never by counting rows off.

A page ends at a row; the next one begins after the sort keys of that row, so page 3,000 costs what page 1 costs, and a case that comes in
meanwhile moves nothing. How many rows there are in all is counted once a list, and only up to `MOST_COUNTED`.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, false, func, literal, or_, select, union
from sqlalchemy import Row as Found

from engine.rows import Rows
from engine.tables import Instant

PAGE_SIZE = 30
MOST_COUNTED = 1000
"""A total above this is shown as 1,000+."""
_LARGEST = 2**31 - 1
Row = TypeVar('Row')
Other = TypeVar('Other')


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page. `total` counts all rows; with `more` there are more than that. `start` is the place of the first row, from 1, and
    None where nobody counted so far. `previous`, `next` and `last` name other pages (`place` of `fetch`), empty where there is none."""

    rows: Sequence[Row]
    total: int
    more: bool = False
    start: int | None = 1
    previous: str = ''
    next: str = ''
    last: str = ''

    @property
    def end(self) -> int | None:
        """The place of the last row."""
        return None if self.start is None else self.start + len(self.rows) - 1

    def showing(self, rows: Sequence[Other]) -> Page[Other]:
        """The same page with its rows as people see them."""
        return replace(cast('Page[Other]', self), rows=rows)


@dataclass(frozen=True)
class Key:
    """What a list is sorted by, most important first. Empty values come last; only ascending keys may have any (`nullable`)."""

    column: ColumnElement[Any]
    descending: bool = False
    nullable: bool = False

    def ordered(self, forward: bool) -> ColumnElement[Any]:
        """The column as ORDER BY has it, in or against the list's direction."""
        down = self.descending == forward
        order = self.column.desc() if down else self.column.asc()
        return (order.nulls_first() if down else order.nulls_last()) if self.nullable else order

    def beyond(self, value: Any, forward: bool) -> ColumnElement[bool]:
        """Rows that come after a value in this direction."""
        if self.nullable and value is None:
            return false() if forward else self.column.is_not(None)
        later = self.column > value if self.descending != forward else self.column < value
        return or_(later, self.column.is_(None)) if self.nullable and forward else later

    def same(self, value: Any) -> ColumnElement[bool]:
        """Rows that share a value."""
        return self.column.is_(None) if value is None else self.column == value


@dataclass(frozen=True)
class Place:
    """Where a page begins: at the first row, after or before a row, or so that it ends with the last row. `at` is the place of that row in
    the list, `total` and `more` what was counted before."""

    kind: str = 'first'
    values: Sequence[Any] = ()
    at: int | None = None
    total: int = 0
    more: bool = False

    @property
    def forward(self) -> bool:
        """Whether the page is read in the list's direction."""
        return self.kind in ('first', 'after')

    def text(self) -> str:
        """As it stands in an address. Sort keys are instants and numbers of the office, never personal data."""
        values = [value.isoformat() if isinstance(value, datetime) else value for value in self.values]
        told = json.dumps([self.kind, values, self.at, self.total, self.more], separators=(',', ':'))
        return urlsafe_b64encode(told.encode()).decode().rstrip('=')


@dataclass(frozen=True)
class Source:
    """Where rows of a list are found: a statement without columns, and the columns that hold the list's sort keys there."""

    statement: Select[Any]
    order: Sequence[Key]


def fetch(
    connection: Connection,
    rows: Rows[Row],
    statement: Select[Any],
    order: Sequence[Key],
    place: str = '',
    *,
    size: int = PAGE_SIZE,
    among: Sequence[Source] | None = None,
    total: int | None = None,
) -> Page[Row]:
    """The page of a list that begins at `place` (empty: the first). The last of `order` tells every row apart; `statement` selects `rows`.

    With `among` the list has the rows one of these sources finds; each is asked in its own order, by its own index, for one page at most.
    Who knows how many rows there are says so with `total`. One statement; without `total` a second one on the first page of several, which
    counts up to MOST_COUNTED.
    """
    where = _read_place(place, order)
    if total is not None:
        where = replace(where, total=total, more=False)
    if where.kind == 'last' and where.total and not where.more:
        size = (where.total - 1) % size + 1  # where the pages before it end
    if among is not None and not among:
        return Page([], 0)
    found = list(connection.execute(_window(statement, order, where, size, among)))
    if where.kind == 'first':
        if total is None:
            total, more = _counted(connection, statement, among) if len(found) > size else (len(found), False)
            where = replace(where, total=total, more=more)
        where = replace(where, at=0)
    return _page(rows, found, order, where, size)


def _window(statement: Select[Any], order: Sequence[Key], where: Place, size: int, among: Sequence[Source] | None = None) -> Select[Any]:
    """The rows of one page and one more, in the direction the page is read; the sort keys come with them."""
    forward = where.forward
    if among is not None:
        pages = (_window(source.statement, source.order, where, size).subquery() for source in among)
        found = union(*(select(page) for page in pages)).subquery()
        return _window(statement.join(found, order[-1].column == found.c[f'key_{len(order) - 1}']), order, replace(where, values=()), size)
    if where.values:
        statement = statement.where(_after(order, where.values, forward))
    keys = [key.column.label(f'key_{number}') for number, key in enumerate(order)]
    return statement.add_columns(*keys).order_by(None).order_by(*(key.ordered(forward) for key in order)).limit(size + 1)


def _read_place(text: str, order: Sequence[Key]) -> Place:
    """The place an address names; the first page when it names none of this list's, as addresses of older versions do."""
    if not text:
        return Place()
    try:
        kind, values, at, total, more = json.loads(urlsafe_b64decode(text + '=' * (-len(text) % 4)))
        whole = kind == 'last' and not values
        if not whole and (kind not in ('after', 'before') or len(values) != len(order)):
            raise ValueError('a place of no list')
        given = [_value(key, value) for key, value in zip(order, values, strict=not whole)]
        return Place(kind, given, None if at is None else _number(at), _number(total), bool(more))
    except (ValueError, TypeError):
        return Place()


def _page(kind: Rows[Row], found: list[Found[Any]], order: Sequence[Key], where: Place, size: int) -> Page[Row]:
    beyond, shown = len(found) > size, found[:size]
    if not where.forward:
        shown.reverse()
    start = _start(where, len(shown), beyond)
    earlier = beyond if not where.forward else where.kind == 'after'
    later = beyond if where.forward else where.kind == 'before'

    def place(kind: str, row: Found[Any], at: int | None) -> str:
        return Place(kind, row[-len(order) :], at, where.total, where.more).text()

    return Page(
        [kind.of(row) for row in shown],
        where.total,
        where.more,
        start,
        previous=place('before', shown[0], start) if shown and earlier else '',
        next=place('after', shown[-1], None if start is None else start + len(shown) - 1) if shown and later else '',
        last=Place('last', (), None, where.total, where.more).text() if shown and later else '',
    )


def _start(where: Place, shown: int, beyond: bool) -> int | None:
    """The place of the first row that is shown."""
    if where.kind == 'last':
        return None if where.more else where.total - shown + 1
    if where.kind == 'before':
        return 1 if not beyond else (None if where.at is None else where.at - shown)
    return None if where.at is None else where.at + 1


def _counted(connection: Connection, statement: Select[Any], among: Sequence[Source] | None) -> tuple[int, bool]:
    """How many rows there are up to MOST_COUNTED, and whether there are more."""
    if among is None:
        some: Any = statement.with_only_columns(literal(1).label('one'), maintain_column_froms=True).limit(MOST_COUNTED + 1)
    else:
        each = (source.statement.add_columns(source.order[-1].column.label('key')).limit(MOST_COUNTED + 1).subquery() for source in among)
        some = union(*(select(one) for one in each))
    found = int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _after(order: Sequence[Key], values: Sequence[Any], forward: bool) -> ColumnElement[bool]:
    """Rows beyond a row's sort keys. The first key alone bounds them too, so that an index on it serves."""
    found: ColumnElement[bool] = false()
    for key, value in reversed(list(zip(order, values, strict=True))):
        found = or_(key.beyond(value, forward), and_(key.same(value), found))
    first = order[0]
    return found if first.nullable else and_(or_(first.beyond(values[0], forward), first.same(values[0])), found)


def _value(key: Key, value: Any) -> Any:
    if value is None and key.nullable:
        return None
    if isinstance(key.column.type, Instant):
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError('an instant without a zone')
        return at
    if isinstance(key.column.type, Integer):
        return _number(value)
    if not isinstance(value, str) or '\0' in value:
        raise ValueError('no text')
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not -_LARGEST <= value <= _LARGEST:
        raise ValueError('no number')
    return value
