"""Sessions of clerks

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions of clerks: who is signed in has to sign in again."""
    op.create_table(
        'clerk_session',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('epoch', sa.Integer(), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('slips', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_clerk_session_username_clerk')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clerk_session')),
    )
    with op.batch_alter_table('clerk_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clerk_session_username'), ['username'], unique=False)
