"""Files that are handed in with a form are kept

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a file. Cases that are older have none: their forms could not keep any."""
    op.create_table(
        'attachment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('task_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('media_type', sa.String(length=100), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('kept_by', sa.String(length=100), nullable=False),
        sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('filed_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_attachment_case_no_approval_case')),
        sa.ForeignKeyConstraint(['task_id'], ['user_task.id'], name=op.f('fk_attachment_task_id_user_task')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    )
    op.create_index(op.f('ix_attachment_case_no'), 'attachment', ['case_no'])
    op.create_index(op.f('ix_attachment_task_id'), 'attachment', ['task_id'])


def downgrade() -> None:
    """Without the files."""
    op.drop_table('attachment')
