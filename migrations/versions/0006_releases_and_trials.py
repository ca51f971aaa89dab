"""Releases and trials

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Releases and trials."""
    _release()
    _trial_session()


def _release() -> None:
    op.create_table(
        'release',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draft_id', sa.Integer(), nullable=False),
        sa.Column('item', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('bundle', sa.LargeBinary(), nullable=False),
        sa.Column('bundle_hash', sa.String(length=64), nullable=False),
        sa.Column('report', sa.JSON(), nullable=False),
        sa.Column('base_id', sa.Integer(), nullable=True),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('editors', sa.JSON(), nullable=False),
        sa.Column('submitted_by', sa.String(length=100), nullable=False),
        sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by', sa.String(length=100), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decision_reason', sa.Text(), server_default='', nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('submitted', 'withdrawn', 'refused', 'released')", name=op.f('ck_release_state')),
        sa.ForeignKeyConstraint(['base_id'], ['process_definition.id'], name=op.f('fk_release_base_id_process_definition')),
        sa.ForeignKeyConstraint(['definition_id'], ['process_definition.id'], name=op.f('fk_release_definition_id_process_definition')),
        sa.ForeignKeyConstraint(['draft_id'], ['draft_bundle.id'], name=op.f('fk_release_draft_id_draft_bundle')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    )
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_draft_id'), ['draft_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_release_item_state'), ['item', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_release_state_submitted_at'), ['state', 'submitted_at'], unique=False)


def _trial_session() -> None:
    op.create_table(
        'trial_session',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('owner', sa.String(length=100), nullable=False),
        sa.Column('draft_id', sa.Integer(), nullable=True),
        sa.Column('definition_id', sa.Integer(), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('bundle', sa.LargeBinary(), nullable=False),
        sa.Column('script', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_trial_session_definition_id_process_definition')
        ),
        sa.ForeignKeyConstraint(['draft_id'], ['draft_bundle.id'], name=op.f('fk_trial_session_draft_id_draft_bundle')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_session')),
    )
    with op.batch_alter_table('trial_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trial_session_owner_used_at'), ['owner', 'used_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_trial_session_used_at'), ['used_at'], unique=False)
