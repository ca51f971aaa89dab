"""Workshop tables

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Workshop tables."""
    _draft_bundle()
    _draft_file()
    _draft_revision()


def _draft_bundle() -> None:
    op.create_table(
        'draft_bundle',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('origin', sa.String(length=200), server_default='', nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=True),
        sa.Column('origin_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('lock_version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('created_by', sa.String(length=100), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_by', sa.String(length=100), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'submitted', 'released', 'discarded')", name=op.f('ck_draft_bundle_state')),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_draft_bundle_definition_id_process_definition')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_bundle')),
    )
    with op.batch_alter_table('draft_bundle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_bundle_state_changed_at'), ['state', 'changed_at'], unique=False)


def _draft_file() -> None:
    op.create_table(
        'draft_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draft_id', sa.Integer(), nullable=False),
        sa.Column('path', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('changed_by', sa.String(length=100), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['draft_id'], ['draft_bundle.id'], name=op.f('fk_draft_file_draft_id_draft_bundle')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_file')),
        sa.UniqueConstraint('draft_id', 'path', name=op.f('uq_draft_file_draft_id_path')),
    )


def _draft_revision() -> None:
    op.create_table(
        'draft_revision',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draft_id', sa.Integer(), nullable=False),
        sa.Column('path', sa.String(length=200), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('replaced', 'removed', 'refused')", name=op.f('ck_draft_revision_kind')),
        sa.ForeignKeyConstraint(['draft_id'], ['draft_bundle.id'], name=op.f('fk_draft_revision_draft_id_draft_bundle')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_revision')),
    )
    with op.batch_alter_table('draft_revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_revision_draft_id_path_id'), ['draft_id', 'path', 'id'], unique=False)
