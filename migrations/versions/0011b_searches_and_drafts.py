"""Searches of a session by their key in the address, versions of drafts

Revision 0011b, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011b'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Searches and drafts: two tabs of one browser do not overwrite each other."""
    searches()
    drafts()


def searches() -> None:
    """What a session looks for; sessions that run have looked for nothing yet."""
    with op.batch_alter_table('clerk_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('searches', sa.JSON(), nullable=True))


def drafts() -> None:
    """How often the draft of a task was saved, from now on."""
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('draft_version', sa.Integer(), server_default='0', nullable=False))
