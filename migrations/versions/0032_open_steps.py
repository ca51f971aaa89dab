"""Open steps and raised marks are found by indexes of their own; that of steps says all that the desk counts

Revision 0032, after 0029b.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0029b'
branch_labels = None
depends_on = None

OPEN = "state = 'open'"
RAISED = "state = 'raised'"
COLUMNS = ['instance_id', 'group_key', 'assignee', 'due_at', 'amber_at', 'stopped', 'id', 'state']


def upgrade() -> None:
    """Two indexes; nothing in the rows changes."""
    op.create_index('ix_user_task_open', 'user_task', COLUMNS, postgresql_where=sa.text(OPEN), sqlite_where=sa.text(OPEN))
    op.create_index('ix_mark_raised', 'mark', ['id'], postgresql_where=sa.text(RAISED), sqlite_where=sa.text(RAISED))


def downgrade() -> None:
    """Without them."""
    op.drop_index('ix_mark_raised', 'mark')
    op.drop_index('ix_user_task_open', 'user_task')
