"""H-08, O-41: marks and reminders of the schema before keep their words; what was hidden in a reminder's key gets columns."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text

from engine.core.database import connect
from engine.core.schema import config, migrate
from tests.migration.old_rows import put, put_case

OLD = {  # key: kind, user name, window → order and activity
    'reminder:mark:7:0:clerk:shencha': ('due_soon', 'shencha', None, 'reminder:mark:7:0', None),
    'reminder:mark:7:0:window:general': ('late', None, 'general', 'reminder:mark:7:0', None),
    'reminder:step:12:host-1:token-2:1:window:a:b': ('step', None, 'a:b', 'reminder:step:12:host-1:token-2:1', 'host-1'),
}


@pytest.fixture
def old_database(empty_url: str) -> str:
    """A hall of the schema 0019 with a case, a mark and its reminders."""
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.upgrade(found, '0019')
        put_case(connection)
        put(
            connection, 'mark', id=1, case_no='c', instance_id=1, hall='h', subject='clock:promise', title='承诺期限', rule=2,
            colour='amber', grounds='将于今日届满。', state='raised', raised_by='timer',
        )  # fmt: skip
        for key, (kind, username, window, *_) in OLD.items():
            put(connection, 'reminder', key=key, case_no='c', kind=kind, username=username, window=window, title='题', body='文')
    database.dispose()
    return empty_url


def test_old_marks_and_reminders_keep_their_words(old_database: str) -> None:
    migrate(old_database)
    database = connect(old_database, pool_size=1)
    with database.connect() as connection:
        marks = connection.execute(text('SELECT ground_kind, facts, grounds, title FROM mark')).all()
        rows = connection.execute(text('SELECT key, parcel, host, facts, title, body FROM reminder')).all()
    database.dispose()
    assert marks == [('', None, '将于今日届满。', '承诺期限')]
    assert {row.key: (row.parcel, row.host, row.facts, row.title, row.body) for row in rows} == {
        key: (parcel, host, None, '题', '文') for key, (_, _, _, parcel, host) in OLD.items()
    }
