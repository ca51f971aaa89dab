"""A restore is acknowledged by a person, and stands under the chain of the hall

Revision 0035, after 0033.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.tables import Instant

revision = '0035'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns; restores of before wait to be acknowledged, which also seals them."""
    op.add_column('restore', sa.Column('acknowledged_by', sa.String(length=100), nullable=True))
    op.add_column('restore', sa.Column('acknowledged_at', Instant(timezone=True), nullable=True))
    op.add_column('restore', sa.Column('remark', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table('restore', schema=None) as batch_op:
        batch_op.drop_column('remark')
        batch_op.drop_column('acknowledged_at')
        batch_op.drop_column('acknowledged_by')
