"""What is open is found by indexes of its own, however much is over

Revision 0021, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0022'
branch_labels = None
depends_on = None

UNMET = "met_at IS NULL AND state IN ('running', 'breached')"
OPEN = '"to" IS NULL'


def upgrade() -> None:
    """Unmet clocks by the instants at which they break and turn amber, and open stops. Nothing in the rows changes."""
    _clocks()
    _stops()


def _clocks() -> None:
    for column in ('due_at', 'amber_at'):
        name = f'ix_clock_unmet_{column}'
        op.create_index(name, 'clock', [column], postgresql_where=sa.text(UNMET), sqlite_where=sa.text(UNMET))


def _stops() -> None:
    op.create_index('ix_stop_open', 'stop', ['instance_id'], postgresql_where=sa.text(OPEN), sqlite_where=sa.text(OPEN))


def downgrade() -> None:
    """Without these indexes."""
    op.drop_index('ix_stop_open', 'stop')
    for column in ('due_at', 'amber_at'):
        op.drop_index(f'ix_clock_unmet_{column}', 'clock')
