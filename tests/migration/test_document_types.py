"""O-12: cases of the released schema keep their numbers and get the type of their document."""

from __future__ import annotations

import json

import pytest
from alembic import command
from sqlalchemy import text

from engine.core.database import connect
from engine.core.schema import config, migrate

INSTANT = '2026-03-02 09:00:00+00:00'
CITIZEN = '11010519491231002X'
OLD = {  # case number: kind, number, agent → what they become
    'a': ('person', CITIZEN, None, 'id_card', None),
    'b': ('person', 'E1234567', {'name': '李四', 'id_no': CITIZEN, 'phone': ''}, 'other_document', 'id_card'),
    'c': ('person', '11010519491231002', {'name': '李四', 'id_no': 'H12345678', 'phone': ''}, 'other_document', 'other_document'),
    'd': ('person', '', {'name': '李四', 'id_no': '', 'phone': '1'}, '', 'id_card'),
    'e': ('enterprise', '12441500196720244T', None, 'uscc', None),
}


@pytest.fixture
def old_database(empty_url: str) -> str:
    """A hall with cases of the schema 0009."""
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.upgrade(found, '0009')
        for statement in (
            'INSERT INTO hall (code, name, region, office_hours, document_prefix, created_at) '
            f"VALUES ('h', 'h', '990121', '[]', 'h', '{INSTANT}')",
            'INSERT INTO approval_item (code, name, hall, definition_key, handling_class, spec, changed_at) '
            f"VALUES ('i', 'i', 'h', 'i', 'promised', '{{}}', '{INSTANT}')",
        ):
            connection.exec_driver_sql(statement)
        insert = text(
            'INSERT INTO approval_case (case_no, item, item_name, hall, status, received_at, applicant_name, applicant_kind, '
            "applicant_id_no, agent, channel, received_by, first_contact, query_password_hash, form) VALUES (:no, 'i', 'i', 'h', "
            "'closed', :instant, 'a', :kind, :number, :agent, 'window', 'c', 'c', '', '{}')"
        )
        for no, (kind, number, agent, *_) in OLD.items():
            connection.execute(
                insert, {'no': no, 'instant': INSTANT, 'kind': kind, 'number': number, 'agent': json.dumps(agent) if agent else None}
            )
    database.dispose()
    return empty_url


def test_old_numbers_get_the_type_of_their_document(old_database: str) -> None:
    """居民身份证 where the number is a valid one, else 其他; nothing else of a case changes."""
    migrate(old_database)
    database = connect(old_database, pool_size=1)
    with database.connect() as connection:
        rows = connection.execute(text('SELECT case_no, applicant_id_type, applicant_id_no, agent FROM approval_case')).all()
    database.dispose()
    assert {row.case_no for row in rows} == set(OLD)
    for case_no, id_type, number, agent in rows:
        _, old_number, old_agent, wanted, wanted_agent = OLD[case_no]
        told = json.loads(agent) if isinstance(agent, str) else agent
        assert (id_type, number) == (wanted, old_number)
        assert told == (old_agent | {'id_type': wanted_agent} if old_agent else None)
