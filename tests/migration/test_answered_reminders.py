"""0033, P-02: reminders of marks that were answered before have left the desks; those that still ask lie on."""

from __future__ import annotations

from datetime import timedelta

from alembic import command
from sqlalchemy import MetaData, Table, select

from engine.core.database import connect
from engine.core.schema import config, migrate
from tests.migration.old_rows import AT, put, put_case

REPLIED, SETTLED = AT + timedelta(days=1), AT + timedelta(days=2)
MARKS = {1: ('raised', None, None), 2: ('replied', REPLIED, None), 3: ('disposed', REPLIED, SETTLED), 4: ('withdrawn', None, SETTLED)}


def test_what_was_answered_has_left_the_desks(empty_url: str) -> None:
    """0033: at the instant of the answer, else of the settlement; what was read before, and what warns of work, stays as it is."""
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.upgrade(found, '0032')
        put_case(connection)
        for number, (state, replied, settled) in MARKS.items():
            of_mark = {'id': number, 'case_no': 'c', 'instance_id': 1, 'hall': 'h', 'subject': f's{number}', 'number': f'n{number}'}
            put(connection, 'mark', **of_mark, colour='red', state=state, replied_at=replied, settled_at=settled)
            put(connection, 'reminder', id=number, key=f'k{number}', case_no='c', mark_id=number, kind='late')
        put(connection, 'reminder', id=5, key='k5', case_no='c', mark_id=3, kind='late', read_at=AT, read_by='shencha')
        put(connection, 'reminder', id=6, key='k6', case_no='c', mark_id=3, kind='due_soon')
    migrate(empty_url)
    with database.connect() as connection:
        table = Table('reminder', MetaData(), autoload_with=connection, resolve_fks=False)
        rows = connection.execute(select(table.c.id, table.c.read_at, table.c.read_by).order_by(table.c.id)).all()
    database.dispose()
    read = {row.id: (row.read_at and row.read_at.replace(tzinfo=None), row.read_by) for row in rows}
    assert read == {
        1: (None, None),
        2: (REPLIED.replace(tzinfo=None), 'system'),
        3: (REPLIED.replace(tzinfo=None), 'system'),
        4: (SETTLED.replace(tzinfo=None), 'system'),
        5: (AT.replace(tzinfo=None), 'shencha'),
        6: (None, None),
    }
