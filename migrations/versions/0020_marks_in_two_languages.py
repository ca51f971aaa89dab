"""Marks and reminders keep kinds and facts; their sentences are made when they are read

Revision 0020, after 0026. What was said before stays in the words it was said in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0026'
branch_labels = None
depends_on = None

BATCH = 1000

reminder = sa.table(
    'reminder',
    sa.column('id', sa.Integer),
    sa.column('key', sa.String),
    sa.column('kind', sa.String),
    sa.column('username', sa.String),
    sa.column('window', sa.String),
    sa.column('parcel', sa.String),
    sa.column('host', sa.String),
)


def upgrade() -> None:
    """New columns; the order of a reminder and the activity it is about are taken from its key."""
    _marks()
    _reminders()
    _fill_reminders()


def _marks() -> None:
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ground_kind', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('facts', sa.JSON(), nullable=True))
        batch_op.alter_column('grounds', existing_type=sa.Text(), existing_nullable=False, server_default='')


def _reminders() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parcel', sa.String(length=250), server_default='', nullable=False))
        batch_op.add_column(sa.Column('host', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('facts', sa.JSON(), nullable=True))
        batch_op.alter_column('title', existing_type=sa.String(length=200), existing_nullable=False, server_default='')
        batch_op.alter_column('body', existing_type=sa.Text(), existing_nullable=False, server_default='')


def _fill_reminders() -> None:
    """A key is `<order>:window:<code>` or `<order>:clerk:<name>`; the order of a step's is `reminder:step:<instance>:<host>:…`."""
    found = op.get_bind().execute(sa.select(*(reminder.c[name] for name in ('id', 'key', 'kind', 'username', 'window')))).all()
    rows = [
        {
            'of': row.id,
            'order': row.key.removesuffix(f':window:{row.window}' if row.window else f':clerk:{row.username}'),
            'activity': row.key.split(':')[3] if row.kind == 'step' else None,
        }
        for row in found
    ]
    values = {'parcel': sa.bindparam('order', type_=sa.String), 'host': sa.bindparam('activity', type_=sa.String)}
    statement = reminder.update().where(reminder.c.id == sa.bindparam('of')).values(**values)
    for start in range(0, len(rows), BATCH):
        op.get_bind().execute(statement, rows[start : start + BATCH])


def downgrade() -> None:
    """Without kinds and facts: what was said since has no words."""
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.alter_column('body', existing_type=sa.Text(), existing_nullable=False, server_default=None)
        batch_op.alter_column('title', existing_type=sa.String(length=200), existing_nullable=False, server_default=None)
        for name in ('facts', 'host', 'parcel'):
            batch_op.drop_column(name)
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.alter_column('grounds', existing_type=sa.Text(), existing_nullable=False, server_default=None)
        for name in ('facts', 'ground_kind'):
            batch_op.drop_column(name)
