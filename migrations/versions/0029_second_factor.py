"""A second factor for signing in, and recovery codes

Revision 0029, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has one so far."""
    _factors()
    _codes()


def _factors() -> None:
    op.create_table(
        'second_factor',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('secret', sa.String(length=64), nullable=False),
        sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_step', sa.Integer(), server_default='0', nullable=False),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_second_factor_username_clerk')),
        sa.PrimaryKeyConstraint('username', name=op.f('pk_second_factor')),
    )


def _codes() -> None:
    op.create_table(
        'recovery_code',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_recovery_code_username_clerk')),
        sa.PrimaryKeyConstraint('username', 'hash', name=op.f('pk_recovery_code')),
    )


def downgrade() -> None:
    """Passwords alone."""
    op.drop_table('recovery_code')
    op.drop_table('second_factor')
