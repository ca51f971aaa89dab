"""Acts of one person that wait for a second one's signature

Revision 0029b, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029b'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was done before waits for nobody."""
    op.create_table(
        'sole_act',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('action', sa.String(length=50), nullable=False),
        sa.Column('object', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('verdict', sa.String(length=10), nullable=True),
        sa.Column('signed_by', sa.String(length=100), nullable=True),
        sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('remark', sa.Text(), server_default='', nullable=False),
        sa.CheckConstraint("verdict IN ('agreed', 'objected')", name=op.f('ck_sole_act_verdict')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sole_act')),
    )
    op.create_index(op.f('ix_sole_act_verdict_at'), 'sole_act', ['verdict', 'at'])


def downgrade() -> None:
    """Without countersigning."""
    op.drop_table('sole_act')
