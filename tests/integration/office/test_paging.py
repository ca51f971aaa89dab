"""P-04, P-07, P-10: lists are paged by place: every row once, whatever the order and the direction, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, event, insert

from engine.core.database import connect
from engine.rows import Rows
from engine.tables import Instant
from tasks import paging
from tasks.paging import Key, Page, fetch

THEN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
rows = Table(
    'paged',
    MetaData(),
    Column('id', Integer, primary_key=True),
    Column('due', Instant),
    Column('rank', Integer),
    Column('name', String(20)),
)


@dataclass(frozen=True)
class Paged:
    id: int
    due: datetime | None
    rank: int
    name: str


ROWS = Rows(Paged, rows)
ORDERS = {
    'by id': (Key(rows.c.id),),
    'newest first': (Key(rows.c.rank, descending=True), Key(rows.c.id, descending=True)),
    'empty ones last': (Key(rows.c.due, nullable=True), Key(rows.c.id)),
    'mixed': (Key(rows.c.due, nullable=True), Key(rows.c.rank, descending=True), Key(rows.c.name), Key(rows.c.id)),
}


@pytest.fixture
def connection(database_url: str):
    """65 rows, many of them alike in every column but the id, some without a due date."""
    database = connect(database_url, pool_size=1)
    with database.connect() as open_connection:
        rows.create(open_connection)
        filled = [
            {'id': n, 'due': None if n % 5 == 0 else THEN + timedelta(days=n % 4), 'rank': n % 3, 'name': f'n{n % 2}'} for n in range(1, 66)
        ]
        open_connection.execute(insert(rows), filled)
        yield open_connection
        open_connection.rollback()
        rows.drop(open_connection, checkfirst=True)
        open_connection.commit()
    database.dispose()


def ids(page: Page) -> list[int]:
    return [row.id for row in page.rows]


def in_order(connection, order) -> list[int]:
    """The whole list, read at once."""
    return ids(fetch(connection, ROWS, ROWS.select(), order, size=1000))


@pytest.mark.parametrize('order', ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize('size', [1, 7, 30, 65, 100])
def test_every_row_is_on_one_page_in_either_direction(connection, order, size: int) -> None:
    """P-07: from the first page on with 下一页, from the last page back with 上一页; each page says which rows it shows."""
    whole = in_order(connection, order)
    assert sorted(whole) == list(range(1, 66))
    page = fetch(connection, ROWS, ROWS.select(), order, size=size)
    seen, last = ids(page), page.last
    while page.next:
        page = fetch(connection, ROWS, ROWS.select(), order, page.next, size=size)
        seen += ids(page)
        assert page.end == len(seen)
    assert seen == whole
    back = page = fetch(connection, ROWS, ROWS.select(), order, last, size=size)
    seen = ids(page)
    assert not page.next
    while page.previous:
        page = fetch(connection, ROWS, ROWS.select(), order, page.previous, size=size)
        seen = ids(page) + seen
        assert page.start == 65 - len(seen) + 1
    assert seen == whole
    assert (back.total, back.more) == (65, False)


def test_empty_values_come_last_on_both_databases(connection) -> None:
    """P-07: SQLite and PostgreSQL sort empty values differently unless they are told."""
    dues = [row.due for row in fetch(connection, ROWS, ROWS.select(), ORDERS['empty ones last'], size=1000).rows]
    assert [due is None for due in dues] == [False] * 52 + [True] * 13


def test_what_comes_in_meanwhile_moves_nothing(connection) -> None:
    """P-07: paged by counting off, the second page would repeat a row of the first."""
    order = ORDERS['newest first']
    first = fetch(connection, ROWS, ROWS.select(), order, size=10)
    expected = ids(fetch(connection, ROWS, ROWS.select(), order, first.next, size=10))
    connection.execute(insert(rows), [{'id': 99, 'due': None, 'rank': 9, 'name': 'new'}])
    assert ids(fetch(connection, ROWS, ROWS.select(), order, first.next, size=10)) == expected


def test_a_long_list_is_counted_up_to_a_limit_and_only_once(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-04: the condition is asked a second time on the first page only, and never for more rows than the limit."""
    monkeypatch.setattr(paging, 'MOST_COUNTED', 40)
    said: list[str] = []
    event.listen(connection, 'before_cursor_execute', lambda _c, _cursor, statement, *_: said.append(statement))
    first = fetch(connection, ROWS, ROWS.select(), ORDERS['by id'], size=10)
    assert (first.total, first.more, len(said)) == (40, True, 2)
    second = fetch(connection, ROWS, ROWS.select(), ORDERS['by id'], first.next, size=10)
    assert (second.total, second.more, second.start, len(said)) == (40, True, 11, 3)
    last = fetch(connection, ROWS, ROWS.select(), ORDERS['by id'], first.last, size=10)
    assert (ids(last), last.start, len(said)) == ([*range(56, 66)], None, 4)


def test_a_list_that_fits_a_page_is_asked_once(connection) -> None:
    """P-04: what was fetched is what there is."""
    said: list[str] = []
    event.listen(connection, 'before_cursor_execute', lambda _c, _cursor, statement, *_: said.append(statement))
    page = fetch(connection, ROWS, ROWS.select().where(rows.c.id < 5), ORDERS['mixed'])
    assert (page.total, page.previous, page.next, page.last, len(said)) == (4, '', '', '', 1)
    nothing = fetch(connection, ROWS, ROWS.select().where(rows.c.id > 100), ORDERS['mixed'])
    assert (nothing.total, list(nothing.rows), nothing.next, len(said)) == (0, [], '', 2)


@pytest.mark.parametrize(
    'place', ['2', '99999999999', 'x', '²', 'bnVsbA', 'W10', 'WyJhZnRlciIsWyJ4Il0sMSwxLGZhbHNlXQ', 'WyJhZnRlciIsWzFdLDEsMWU5OSwxXQ']
)
def test_a_place_of_no_list_is_the_first_page(connection, place: str) -> None:
    """P-07: addresses of older versions and invented ones show the list from its beginning."""
    assert ids(fetch(connection, ROWS, ROWS.select(), ORDERS['by id'], place, size=10)) == [*range(1, 11)]
