"""Migrations and batches

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrations and batches."""
    _case_batch()
    _instance_migration()
    _case_batch_row()


def _case_batch() -> None:
    op.create_table(
        'case_batch',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('order', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('by_name', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revert_reason', sa.Text(), server_default='', nullable=False),
        sa.Column('reverted_by', sa.String(length=100), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('migrate', 'move', 'suspend', 'activate', 'retry')", name=op.f('ck_case_batch_kind')),
        sa.CheckConstraint("state IN ('running', 'done', 'reverting', 'reverted')", name=op.f('ck_case_batch_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_case_batch')),
    )
    with op.batch_alter_table('case_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_batch_state'), ['state'], unique=False)


def _instance_migration() -> None:
    op.create_table(
        'instance_migration',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('from_definition', sa.Integer(), nullable=False),
        sa.Column('to_definition', sa.Integer(), nullable=False),
        sa.Column('plan', sa.JSON(), nullable=False),
        sa.Column('findings', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state_before', sa.LargeBinary(), nullable=False),
        sa.Column('rows_before', sa.JSON(), nullable=False),
        sa.Column('history_length', sa.Integer(), nullable=False),
        sa.Column('reverted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reverted_by', sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ['from_definition'], ['process_definition.id'], name=op.f('fk_instance_migration_from_definition_process_definition')
        ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_instance_migration_instance_id_process_instance')),
        sa.ForeignKeyConstraint(
            ['to_definition'], ['process_definition.id'], name=op.f('fk_instance_migration_to_definition_process_definition')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_instance_migration')),
    )
    with op.batch_alter_table('instance_migration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instance_migration_instance_id'), ['instance_id'], unique=False)


def _case_batch_row() -> None:
    op.create_table(
        'case_batch_row',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('batch_id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('case_no', sa.String(length=100), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('zh', sa.Text(), server_default='', nullable=False),
        sa.Column('en', sa.Text(), server_default='', nullable=False),
        sa.Column('migration_id', sa.Integer(), nullable=True),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'refused', 'failed', 'reverting', 'reverted', 'kept')", name=op.f('ck_case_batch_row_state')
        ),
        sa.ForeignKeyConstraint(['batch_id'], ['case_batch.id'], name=op.f('fk_case_batch_row_batch_id_case_batch')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_case_batch_row_instance_id_process_instance')),
        sa.ForeignKeyConstraint(
            ['migration_id'], ['instance_migration.id'], name=op.f('fk_case_batch_row_migration_id_instance_migration')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_case_batch_row')),
        sa.UniqueConstraint('batch_id', 'instance_id', name=op.f('uq_case_batch_row_batch_id_instance_id')),
    )
    with op.batch_alter_table('case_batch_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_batch_row_batch_id_state_id'), ['batch_id', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_batch_row_instance_id'), ['instance_id'], unique=False)
