"""Rows of an old schema, made with as little as a test says of them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, Connection, MetaData, Table

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def put(connection: Connection, name: str, **values: object) -> None:
    """A row of a table as it is now; what must be there and is not said is empty."""
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    for column in table.c:
        if not column.nullable and column.server_default is None and column.name != 'id':
            kind = dict if isinstance(column.type, JSON) else column.type.python_type
            values.setdefault(column.name, AT if kind is datetime else kind())
    connection.execute(table.insert(), values)


def put_case(connection: Connection) -> None:
    """A hall with an item, and a case of it that runs: definition and instance 1, hall `h`, item `i`, case `c`."""
    put(connection, 'hall', code='h')
    put(connection, 'process_definition', id=1, state='in_force')
    put(connection, 'process_instance', id=1, definition_id=1, status='active')
    put(connection, 'approval_item', code='i', hall='h', handling_class='promised')
    put(
        connection, 'approval_case', case_no='c', item='i', hall='h', instance_id=1, definition_id=1, status='received',
        channel='window', applicant_kind='person', received_by='c', first_contact='c',
    )  # fmt: skip
