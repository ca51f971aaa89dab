"""Whether a machine's clock can be believed; states to go back to when it could not

Revision 0027, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was noted of clocks before: the first tick begins."""
    _readings()
    _doubts()
    _states()
    _orders('migrate', 'move', 'suspend', 'activate', 'retry', 'take_back')


def _readings() -> None:
    op.create_table(
        'clock_reading',
        sa.Column('host', sa.String(length=100), nullable=False),
        sa.Column('machine_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('boot', sa.String(length=50), nullable=False),
        sa.Column('uptime', sa.Integer(), nullable=False),
        sa.Column('drift', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('host', name=op.f('pk_clock_reading')),
    )


def _doubts() -> None:
    op.create_table(
        'clock_doubt',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('host', sa.String(length=100), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('machine_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expected_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('boot', sa.String(length=50), nullable=False),
        sa.Column('uptime', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('ended_by', sa.String(length=100), nullable=True),
        sa.Column('reason', sa.Text(), server_default='', nullable=False),
        sa.CheckConstraint("kind IN ('database', 'jump', 'back', 'gap')", name=op.f('ck_clock_doubt_kind')),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'over')", name=op.f('ck_clock_doubt_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_doubt')),
    )
    op.create_index(op.f('ix_clock_doubt_state_host'), 'clock_doubt', ['state', 'host'])


def _states() -> None:
    op.create_table(
        'state_before',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('history_length', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_state_before_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_state_before')),
    )
    op.create_index(op.f('ix_state_before_instance_id'), 'state_before', ['instance_id'])
    op.create_index(op.f('ix_state_before_at'), 'state_before', ['at'])


def _orders(*kinds: str) -> None:
    """Batches may take back what a wrong clock did."""
    words = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('case_batch', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_case_batch_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_case_batch_kind'), f'kind IN ({words})')


def downgrade() -> None:
    """Without the guard."""
    _orders('migrate', 'move', 'suspend', 'activate', 'retry')
    op.drop_table('state_before')
    op.drop_table('clock_doubt')
    op.drop_table('clock_reading')
