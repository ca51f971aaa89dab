"""Reminders of marks that wait for no answer have left the desks; the hall of open work stands in an index

Revision 0033, after 0037.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0037'
branch_labels = None
depends_on = None

mark = sa.table('mark', *(sa.column(name) for name in ('id', 'state', 'replied_at', 'settled_at')))
reminder = sa.table('reminder', *(sa.column(name) for name in ('mark_id', 'kind', 'at', 'read_at', 'read_by')))


def upgrade() -> None:
    """Reminders, then the index."""
    _reminders()
    op.create_index('ix_approval_case_instance_id_hall', 'approval_case', ['instance_id', 'hall'])


def _reminders() -> None:
    """What asked for an answer lies on no desk any more from when the mark was answered or settled, and is read by the software."""
    over = sa.select(sa.func.coalesce(mark.c.replied_at, mark.c.settled_at, reminder.c.at)).where(mark.c.id == reminder.c.mark_id)
    answered = sa.select(mark.c.id).where(mark.c.state != 'raised')
    lies = (reminder.c.read_at.is_(None), reminder.c.kind == 'late', reminder.c.mark_id.in_(answered))
    op.execute(reminder.update().where(*lies).values(read_at=over.correlate(reminder).scalar_subquery(), read_by='system'))


def downgrade() -> None:
    """Without the index. The reminders stay read: nobody is asked again for what he has answered."""
    op.drop_index('ix_approval_case_instance_id_hall', 'approval_case')
