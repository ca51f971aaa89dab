"""The progress of a case has a short-lived address

Revision 0018, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a case that is looked at with its query password. Nothing is kept of old queries."""
    op.create_table(
        'progress_view',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_progress_view_case_no_approval_case')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_progress_view')),
    )
    op.create_index(op.f('ix_progress_view_began_at'), 'progress_view', ['began_at'])


def downgrade() -> None:
    """Without the addresses."""
    op.drop_table('progress_view')
