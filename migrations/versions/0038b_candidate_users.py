"""User tasks may be offered to people named one by one

Revision 0038b, after 0038. Tasks that are open named only windows so far: their list of people is empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0038b'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The people of a task, and the rows by which their lists find it."""
    _user_task()
    _user_task_person()


def _user_task() -> None:
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('candidate_users', sa.JSON(), server_default='[]', nullable=False))


def _user_task_person() -> None:
    op.create_table(
        'user_task_person',
        sa.Column('task_id', sa.Integer(), nullable=False),
        sa.Column('person', sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(['task_id'], ['user_task.id'], name='fk_user_task_person_task_id_user_task'),
        sa.PrimaryKeyConstraint('task_id', 'person', name='pk_user_task_person'),
    )
    op.create_index('ix_user_task_person_person_task_id', 'user_task_person', ['person', 'task_id'])


def downgrade() -> None:
    """Whoever was named loses the task, unless it has a window."""
    op.drop_table('user_task_person')
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.drop_column('candidate_users')
