"""A-06, A-07: people of the released schema keep their passwords, whose age is known, and the places where they signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import select, text

from engine.core.database import connect
from engine.core.schema import config, migrate
from tasks.people.tables import clerk_password, known_place

CREATED, SET, SEEN = (datetime(2026, month, 2, 9, tzinfo=UTC) for month in (1, 2, 3))


@pytest.fixture
def old_database(empty_url: str) -> str:
    """Two people of the schema 0018: one has changed his password and has signed in, one has not."""
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.upgrade(found, '0018')
        for name in ('zhang', 'li'):
            row = {'name': name, 'hash': f'hash of {name}', 'at': str(CREATED)}
            statement = "INSERT INTO clerk (username, name, password_hash, roles, created_at) VALUES (:name, :name, :hash, '[]', :at)"
            connection.execute(text(statement), row)
        log = "INSERT INTO operator_log (at, by, action, object, data) VALUES (:at, 'zhang', 'clerk.password_set', 'zhang', '{}')"
        connection.execute(text(log), {'at': str(SET)})
        tried = 'INSERT INTO login_attempt (username, address, at, ok) VALUES (:name, :address, :at, :ok)'
        for name, address, ok in (('zhang', '10.0.0.1', True), ('zhang', '10.0.0.2', False), ('progress 1', 'progress 10.0.0.1', True)):
            connection.execute(text(tried), {'name': name, 'address': address, 'at': str(SEEN), 'ok': ok})
    database.dispose()
    return empty_url


def test_passwords_are_as_old_as_the_log_says_and_places_are_known(old_database: str) -> None:
    migrate(old_database)
    database = connect(old_database, pool_size=1)
    kept, place = clerk_password.c, known_place.c
    with database.connect() as connection:
        passwords = connection.execute(select(kept.username, kept.hash, kept.set_at, kept.temporary).order_by(kept.username)).all()
        places = connection.execute(select(place.username, place.kind, place.place, place.seen_at)).all()
    database.dispose()
    assert [tuple(row) for row in passwords] == [('li', 'hash of li', CREATED, False), ('zhang', 'hash of zhang', SET, False)]
    assert [tuple(row) for row in places] == [('zhang', 'address', '10.0.0.1', SEEN)]
