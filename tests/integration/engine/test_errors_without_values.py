"""A-04: an error of the database says what is wrong, and nothing of the person whose row it was."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert
from sqlalchemy.exc import DBAPIError

from engine.core.database import connect
from engine.core.driver import fetch

NAME = '张三丰'
_columns = (Column('id', Integer), Column('name', String), Column('no', Integer, nullable=False))
_people = Table('people', MetaData(), *_columns, prefixes=['TEMPORARY'])


def _by_sqlalchemy(connection: Any) -> None:
    connection.execute(insert(_people).values(name=NAME, no=None))


def _by_the_driver(connection: Any) -> None:
    fetch(connection, 'INSERT INTO people (name) VALUES (%s)', (NAME,))


@pytest.mark.postgres
@pytest.mark.parametrize('send', [_by_sqlalchemy, _by_the_driver])
def test_an_error_of_postgresql_has_no_values(postgres_server: str, send: Any) -> None:
    """A-04: `DETAIL: Failing row contains (…)` stands neither in what is stored of an error nor in what is logged of it."""
    database = connect(postgres_server, pool_size=1)
    with database.connect() as connection:
        _people.create(connection)
        with pytest.raises(DBAPIError) as caught:
            send(connection)
    database.dispose()
    told = f'{caught.value}{"".join(traceback.format_exception(caught.value))}'
    assert 'violates not-null' in told
    assert 'DETAIL' not in told
    assert NAME not in told
