"""Evidence is anchored outside the database

Revision 0025, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lines of anchors, and which entries each of them has."""
    _lines()
    _entries()


def _lines() -> None:
    """One row a line, the next of which is planned."""
    op.create_table(
        'evidence_anchor',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('line', sa.Text(), nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('next_try', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_anchor')),
    )


def _entries() -> None:
    """The entries that wait for an anchor are found by an index of their own."""
    op.add_column('evidence', sa.Column('anchor', sa.Integer(), nullable=True))
    waiting = sa.text('anchor IS NULL')
    op.create_index('ix_evidence_waiting', 'evidence', ['id'], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    """Without anchors."""
    op.drop_index('ix_evidence_waiting', 'evidence')
    op.drop_column('evidence', 'anchor')
    op.drop_table('evidence_anchor')
