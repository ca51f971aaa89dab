"""A proposal that nobody could decide any more is void, neither agreed to nor objected to

Revision 0038, after 0033b.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0033b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No proposal was void before."""
    _verdicts('agreed', 'objected', 'void')


def _verdicts(*verdicts: str) -> None:
    words = ', '.join(f"'{verdict}'" for verdict in verdicts)
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_proposal_verdict'), type_='check')
        batch_op.create_check_constraint(op.f('ck_proposal_verdict'), f'verdict IN ({words})')


def downgrade() -> None:
    """What is void was not agreed to."""
    proposal = sa.table('proposal', sa.column('verdict', sa.String))
    op.execute(sa.update(proposal).where(proposal.c.verdict == 'void').values(verdict='objected'))
    _verdicts('agreed', 'objected')
