"""Calendar editions and closures

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calendar editions and closures."""
    _calendar_edition()
    _closure_day()


def _calendar_edition() -> None:
    op.create_table(
        'calendar_edition',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('calendar', sa.String(length=20), nullable=False),
        sa.Column('hall', sa.String(length=50), server_default='', nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('token', sa.String(length=32), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), server_default='', nullable=False),
        sa.Column('text', sa.Text(), server_default='', nullable=False),
        sa.Column('changes', sa.JSON(), nullable=False),
        sa.Column('applied_by', sa.String(length=100), nullable=False),
        sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('cursor', sa.Integer(), server_default='0', nullable=False),
        sa.Column('total', sa.Integer(), server_default='0', nullable=False),
        sa.Column('done', sa.Integer(), server_default='0', nullable=False),
        sa.Column('moved', sa.Integer(), server_default='0', nullable=False),
        sa.Column('failed', sa.Integer(), server_default='0', nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('import', 'closure', 'reopening', 'hours')", name=op.f('ck_calendar_edition_kind')),
        sa.CheckConstraint("state IN ('recomputing', 'done')", name=op.f('ck_calendar_edition_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_edition')),
        sa.UniqueConstraint('token', name=op.f('uq_calendar_edition_token')),
    )
    with op.batch_alter_table('calendar_edition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_edition_calendar_hall_id'), ['calendar', 'hall', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_calendar_edition_state'), ['state'], unique=False)


def _closure_day() -> None:
    op.create_table(
        'closure_day',
        sa.Column('calendar', sa.String(length=20), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('date', sa.String(length=10), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint('calendar', 'hall', 'date', name=op.f('pk_closure_day')),
    )
