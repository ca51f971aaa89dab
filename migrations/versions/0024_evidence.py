"""What promises and decisions rest on is under a chain of signed entries

Revision 0024, after 0019. Rows that are there already are taken in by the program, which has the key (`Engine.migrate`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Entries, the ends of their chains, public keys."""
    _entries()
    _heads()
    _keys()
    _cases()


def _entries() -> None:
    """One row a transaction and chain."""
    op.create_table(
        'evidence',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('chain', sa.String(length=120), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('objects', sa.JSON(), nullable=False),
        sa.Column('previous', sa.String(length=64), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('key', sa.String(length=16), nullable=False),
        sa.Column('signature', sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
        sa.UniqueConstraint('chain', 'seq', name=op.f('uq_evidence_chain_seq')),
    )


def _heads() -> None:
    """Where the chains of the hall and of the operator log end."""
    op.create_table(
        'evidence_head',
        sa.Column('chain', sa.String(length=120), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('link', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('chain', name=op.f('pk_evidence_head')),
    )


def _keys() -> None:
    """The public keys by which signatures are checked."""
    op.create_table(
        'evidence_key',
        sa.Column('id', sa.String(length=16), nullable=False),
        sa.Column('public', sa.String(length=100), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_key')),
    )


def _cases() -> None:
    """Where the chain of a case ends."""
    with op.batch_alter_table('process_instance') as batch:
        batch.add_column(sa.Column('evidence_seq', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('evidence_link', sa.String(length=64), nullable=False, server_default=''))


def downgrade() -> None:
    """Without evidence."""
    with op.batch_alter_table('process_instance') as batch:
        batch.drop_column('evidence_link')
        batch.drop_column('evidence_seq')
    for table in ('evidence_key', 'evidence_head', 'evidence'):
        op.drop_table(table)
