"""O-01: a database of the released schema keeps its certificates, and goes on numbering without drawing one of them again."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import command
from sqlalchemy import text

from engine.core.database import connect
from engine.core.schema import config, migrate
from tasks.cases.numbers import next_licence_no

INSTANT = '2026-03-02 09:00:00+00:00'
OLD = ['99012120260000017', '99012120260000025', 'SP99012120250000412']


def at_released_schema(url: str) -> None:
    database = connect(url, pool_size=1)
    with database.connect() as connection, connection.begin():
        found = config()
        found.attributes['connection'] = connection
        command.upgrade(found, '0009')
        for statement in _rows():
            connection.execute(text(statement))
    database.dispose()


def _rows() -> Iterator[str]:
    """A hall with one item, and closed cases with certificates."""
    yield (
        'INSERT INTO hall (code, name, region, office_hours, document_prefix, created_at) '
        f"VALUES ('h', 'h', '990121', '[]', 'h', '{INSTANT}')"
    )
    yield (
        'INSERT INTO approval_item (code, name, hall, definition_key, handling_class, spec, changed_at) '
        f"VALUES ('i', 'i', 'h', 'i', 'promised', '{{}}', '{INSTANT}')"
    )
    for number in OLD:
        yield (
            'INSERT INTO approval_case (case_no, item, item_name, hall, status, received_at, applicant_name, applicant_kind, channel, '
            f"received_by, first_contact, query_password_hash, form) VALUES ('c{number}', 'i', 'i', 'h', 'closed', '{INSTANT}', "
            "'a', 'person', 'window', 'c', 'c', '', '{}')"
        )
        yield (
            'INSERT INTO licence (no, case_no, item, holder, valid_from, state, data) '
            f"VALUES ('{number}', 'c{number}', 'i', 'a', '2026-03-02', 'valid', '{{}}')"
        )
    yield "INSERT INTO document_sequence (series, year, last) VALUES ('licence:i', 2026, 2), ('h', 2026, 9)"


def test_old_certificates_stay_and_new_ones_follow_them(empty_url: str) -> None:
    at_released_schema(empty_url)
    migrate(empty_url)
    database = connect(empty_url, pool_size=1)
    with database.connect() as connection, connection.begin():
        assert set(connection.execute(text('SELECT no FROM licence')).scalars()) == set(OLD)
        series = {(row.series, row.year): row.last for row in connection.execute(text('SELECT series, year, last FROM document_sequence'))}
        assert series == {('licence:990121', 2026): 2, ('licence:SP990121', 2025): 41, ('h', 2026): 9}
        assert next_licence_no(connection, '', '990121', 2026)[:-1] == '9901212026000003'
        assert next_licence_no(connection, 'SP', '990121', 2025)[:-1] == 'SP9901212025000042'
    database.dispose()
