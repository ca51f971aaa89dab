"""A restore begins an epoch in every series of numbers; backups that were made

Revision 0026, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No hall was restored by this software before: every series stays as it is."""
    _backups()
    _restores()
    _label_of_a_series()


def _backups() -> None:
    op.create_table(
        'backup_run',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('slot', sa.String(length=40), nullable=True),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('place', sa.String(length=500), nullable=False),
        sa.Column('rows', sa.Integer(), server_default='0', nullable=False),
        sa.Column('kilobytes', sa.Integer(), server_default='0', nullable=False),
        sa.Column('error', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_backup_run')),
        sa.UniqueConstraint('slot', name=op.f('uq_backup_run_slot')),
    )
    op.create_index(op.f('ix_backup_run_ended_at'), 'backup_run', ['ended_at'])


def _restores() -> None:
    op.create_table(
        'restore',
        sa.Column('epoch', sa.Integer(), nullable=False),
        sa.Column('restored_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('backup_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('day', sa.String(length=8), nullable=False),
        sa.Column('label', sa.String(length=8), nullable=False),
        sa.Column('first_serial', sa.Integer(), nullable=False),
        sa.Column('serials', sa.JSON(), nullable=False),
        sa.Column('report', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('epoch', name=op.f('pk_restore')),
    )


def _label_of_a_series() -> None:
    op.add_column('document_sequence', sa.Column('label', sa.String(length=8), server_default='', nullable=False))


def downgrade() -> None:
    """Without backups and restores."""
    with op.batch_alter_table('document_sequence', schema=None) as batch_op:
        batch_op.drop_column('label')
    op.drop_table('restore')
    op.drop_index(op.f('ix_backup_run_ended_at'), table_name='backup_run')
    op.drop_table('backup_run')
