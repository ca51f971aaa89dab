"""The clock of a demonstration

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The clock of a demonstration."""
    op.create_table(
        'moved_clock',
        sa.Column('name', sa.String(length=10), nullable=False),
        sa.Column('seconds', sa.Integer(), nullable=False),
        sa.Column('moved_by', sa.String(length=100), nullable=False),
        sa.Column('moved_from', sa.DateTime(timezone=True), nullable=False),
        sa.Column('since', sa.Integer(), nullable=False),
        sa.CheckConstraint("name IN ('hall')", name=op.f('ck_moved_clock_name')),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_moved_clock')),
    )
