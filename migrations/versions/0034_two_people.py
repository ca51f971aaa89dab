"""Acts that wait for a second person beforehand, and objections that somebody settles

Revision 0034, after 0035.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was objected to before is open until somebody settles it; accounts keep their roles (ADR 13)."""
    _proposals()
    _settlements()


def _proposals() -> None:
    op.create_table(
        'proposal',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('action', sa.String(length=50), nullable=False),
        sa.Column('object', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('arguments', sa.JSON(), nullable=False),
        sa.Column('payload', sa.LargeBinary(), nullable=True),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('verdict', sa.String(length=10), nullable=True),
        sa.Column('decided_by', sa.String(length=100), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('remark', sa.Text(), server_default='', nullable=False),
        sa.CheckConstraint("verdict IN ('agreed', 'objected')", name=op.f('ck_proposal_verdict')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    )
    op.create_index(op.f('ix_proposal_verdict_at'), 'proposal', ['verdict', 'at'])


def _settlements() -> None:
    op.create_table(
        'settlement',
        sa.Column('act', sa.Integer(), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['act'], ['sole_act.id'], name=op.f('fk_settlement_act_sole_act')),
        sa.PrimaryKeyConstraint('act', name=op.f('pk_settlement')),
    )


def downgrade() -> None:
    """Without proposals and settlements."""
    op.drop_table('settlement')
    op.drop_table('proposal')
