"""Processes may start by a timer: when each start of a definition in force is due

Revision 0039, after 0038b.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of its own. No definition deployed before has a timer start: the check refused it."""
    op.create_table(
        'timer_start',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=False),
        sa.Column('element', sa.String(length=100), nullable=False),
        sa.Column('limit', sa.String(length=200), nullable=False),
        sa.Column('anchor', sa.DateTime(timezone=True), nullable=False),
        sa.Column('occurrence', sa.Integer(), server_default='1', nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('fired_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('next_try', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('armed', 'done', 'replaced', 'dead')", name=op.f('ck_timer_start_state')),
        sa.ForeignKeyConstraint(['definition_id'], ['process_definition.id'], name=op.f('fk_timer_start_definition_id_process_definition')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_timer_start')),
    )
    op.create_index(op.f('ix_timer_start_definition_id'), 'timer_start', ['definition_id'])
    op.create_index(op.f('ix_timer_start_state_due_at'), 'timer_start', ['state', 'due_at'])


def downgrade() -> None:
    """Without it: nothing starts by a timer."""
    op.drop_table('timer_start')
