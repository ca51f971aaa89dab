"""Open steps are found by an index of their own, which says all that the desk counts

Revision 0032, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0028'
branch_labels = None
depends_on = None

OPEN = "state = 'open'"
COLUMNS = ['instance_id', 'group_key', 'assignee', 'due_at', 'amber_at', 'stopped', 'id']


def upgrade() -> None:
    """One index; nothing in the rows changes."""
    op.create_index('ix_user_task_open', 'user_task', COLUMNS, postgresql_where=sa.text(OPEN), sqlite_where=sa.text(OPEN))


def downgrade() -> None:
    """Without it."""
    op.drop_index('ix_user_task_open', 'user_task')
