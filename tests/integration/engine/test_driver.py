"""The statements of the hot path go through the driver's own cursors; what else SQLAlchemy does for a statement is done for them, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from engine.core.database import connect, contended, lost
from engine.core.driver import MOST_CURSORS, fetch
from engine.core.outage import outage_of

SECRET = '330102199001010011'


@pytest.fixture(params=[pytest.param('postgres', marks=pytest.mark.postgres)])
def connection(postgres_server: str) -> Iterator[Connection]:
    database = connect(postgres_server, pool_size=2, lock_wait_ms=100)
    with database.connect() as connection:
        yield connection
    database.dispose()


def test_rows_come_as_the_driver_gives_them(connection: Connection) -> None:
    """P-12: numbers, texts, JSON and bytes, none, one or many, whether somebody listens or not."""
    said = "SELECT n, %s::text, '[1, {\"a\": null}]'::json, '\\x00ff'::bytea FROM generate_series(1, %s::integer) n"
    for many in (0, 1, 3, 2):
        rows = fetch(connection, said, ('窗口', str(many)))
        assert [tuple(row) for row in rows] == [(n + 1, '窗口', [1, {'a': None}], b'\x00\xff') for n in range(many)]
    heard: list[str] = []
    event.listen(connection, 'before_cursor_execute', lambda _c, _cursor, statement, *_: heard.append(statement))
    assert [tuple(row) for row in fetch(connection, said, ('窗口', '1'))] == [(1, '窗口', [1, {'a': None}], b'\x00\xff')]
    assert heard == [said]
    assert list(fetch(connection, 'CREATE TEMPORARY TABLE a_table (n integer)', ())) == []


def test_it_is_part_of_the_transaction(connection: Connection) -> None:
    """P-12: what the driver was sent is committed and undone with everything else."""
    connection.execute(text('CREATE TEMPORARY TABLE kept (n integer)'))
    with connection.begin_nested() as savepoint:
        fetch(connection, 'INSERT INTO kept VALUES (%s::integer)', ('1',))
        savepoint.rollback()
    fetch(connection, 'INSERT INTO kept VALUES (%s::integer)', ('2',))
    connection.commit()
    fetch(connection, 'INSERT INTO kept VALUES (%s::integer)', ('3',))
    connection.rollback()
    assert connection.execute(text('SELECT n FROM kept')).scalars().all() == [2]


def test_an_error_is_sqlalchemys_and_tells_nothing_of_the_values(connection: Connection) -> None:
    """P-12: a log must not print the numbers of persons."""
    with pytest.raises(DBAPIError) as caught:
        fetch(connection, 'SELECT 1 / (length(%s::text) - 18)', (SECRET,))
    assert caught.value.orig.sqlstate == '22012'
    assert SECRET not in str(caught.value)
    assert not contended(caught.value)
    assert not lost(caught.value)


def test_a_lock_that_is_not_granted_is_contention(connection: Connection) -> None:
    """P-12: whoever meets it tries the whole transaction again."""
    lock = "SELECT pg_advisory_xact_lock(hashtext('a case'))"
    with connection.engine.connect() as holder:
        fetch(holder, lock, ())
        with pytest.raises(DBAPIError) as caught:
            fetch(connection, lock, ())
    assert contended(caught.value)


def test_a_lost_connection_is_told_to_the_pool(connection: Connection) -> None:
    """B-04: the error says so, and the next transaction has a connection that works."""
    (pid,) = fetch(connection, 'SELECT pg_backend_pid()', ())[0]
    with connection.engine.connect() as other:
        fetch(other, 'SELECT pg_terminate_backend(%s::integer, 5000)', (str(pid),))
    with pytest.raises(DBAPIError) as caught:
        fetch(connection, 'SELECT 1', ())
    assert lost(caught.value)
    assert outage_of(caught.value) == 'unreachable'
    connection.rollback()
    assert [tuple(row) for row in fetch(connection, 'SELECT 1', ())] == [(1,)]
    assert connection.connection.driver_connection.info.backend_pid != pid


def test_only_so_many_cursors_are_kept(connection: Connection) -> None:
    """P-12: a hall's diagrams have many shapes of writes."""
    for number in range(MOST_CURSORS + 10):
        assert tuple(fetch(connection, f'SELECT {number}', ())[0]) == (number,)
    kept = connection.info['yizhan_cursors']
    assert 0 < len(kept) <= MOST_CURSORS
