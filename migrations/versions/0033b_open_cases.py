"""Open cases and held steps stand in indexes of their own, however many are over

Revision 0033b, after 0034.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033b'
down_revision = '0034'
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('closed', 'not_accepted', 'not_required', 'returned', 'withdrawn', 'expired_supplement', 'voided')"
HELD = "state = 'open' AND assignee IS NOT NULL"


def upgrade() -> None:
    """Two indexes take the place of wider ones; nothing in the rows changes."""
    _index('ix_approval_case_open', 'approval_case', ['instance_id', 'hall'], OPEN)
    op.drop_index('ix_approval_case_instance_id_hall', 'approval_case')
    _index('ix_user_task_held', 'user_task', ['assignee', 'due_at'], HELD)
    op.drop_index('ix_user_task_mine', 'user_task')


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def downgrade() -> None:
    """With the wider ones."""
    op.create_index('ix_user_task_mine', 'user_task', ['state', 'assignee', 'due_at'])
    op.drop_index('ix_user_task_held', 'user_task')
    op.create_index('ix_approval_case_instance_id_hall', 'approval_case', ['instance_id', 'hall'])
    op.drop_index('ix_approval_case_open', 'approval_case')
