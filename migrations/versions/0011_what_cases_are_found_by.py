"""What cases are found by: parts of their number and of the applicant's name, numbers from their end

Revision 0011, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tasks.cases.search import keys_of_cases, number_key

revision = '0011'
down_revision = '0014'
branch_labels = None
depends_on = None

BATCH = 1000
instant = sa.DateTime(timezone=True)
case = sa.table(
    'approval_case',
    sa.column('case_no', sa.String),
    sa.column('received_at', instant),
    sa.column('applicant_name', sa.String),
    sa.column('applicant_id_no', sa.String),
    sa.column('applicant_phone', sa.String),
)
case_key = sa.table('case_key', sa.column('key', sa.String), sa.column('received_at', instant), sa.column('case_no', sa.String))


def upgrade() -> None:
    """Keys of search: every case, document and certificate is found by its number, its end, and the applicant's name."""
    keys()
    backwards('document', 'id', 'number', 'number_key', 100)
    backwards('licence', 'no', 'no', 'no_key', 50)


def plain_text(length: int) -> sa.types.TypeEngine[str]:
    """Compared code point by code point: its beginnings are a range of its index."""
    return sa.String(length).with_variant(sa.String(length, collation='C'), 'postgresql')


def keys() -> None:
    """One row for each key of a case. The program that asks for keys makes them here too: both sides must write them alike."""
    op.create_table(
        'case_key',
        sa.Column('key', plain_text(60), nullable=False),
        sa.Column('received_at', instant, nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_case_key_case_no_approval_case')),
        sa.PrimaryKeyConstraint('key', 'received_at', 'case_no', name=op.f('pk_case_key')),
    )
    with op.batch_alter_table('case_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_key_case_no'), ['case_no'], unique=False)
    connection, last = op.get_bind(), ''
    while rows := connection.execute(sa.select(case).where(case.c.case_no > last).order_by(case.c.case_no).limit(BATCH)).mappings().all():
        last = rows[-1]['case_no']
        op.bulk_insert(case_key, keys_of_cases(rows))


def backwards(name: str, identity: str, number: str, key: str, length: int) -> None:
    """The number of each document and certificate as it is looked for."""
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.add_column(sa.Column(key, plain_text(length), server_default='', nullable=False))
        batch_op.create_index(batch_op.f(f'ix_{name}_{key}'), [key], unique=False)
    table = sa.table(name, sa.column(identity), sa.column(number), sa.column(key))
    change = table.update().where(table.c[identity] == sa.bindparam('row')).values({key: sa.bindparam('found_by')})
    connection = op.get_bind()
    rows = [{'row': row[0], 'found_by': number_key(row[1])} for row in connection.execute(sa.select(table.c[identity], table.c[number]))]
    for begin in range(0, len(rows), BATCH):
        connection.execute(change, rows[begin : begin + BATCH])
