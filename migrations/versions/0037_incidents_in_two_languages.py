"""Incidents say what is wrong in Chinese and in English

Revision 0037, after 0032. What the engine wrote before in both languages at once is taken apart; what a program said stays as it was said.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0032'
branch_labels = None
depends_on = None

incident = sa.table(
    'incident', *(sa.column(name, sa.Text) for name in ('kind', 'message', 'message_en', 'detail')), sa.column('id', sa.Integer)
)


def upgrade() -> None:
    """A new column, filled from what stands in a row already."""
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_en', sa.Text(), server_default='', nullable=False))
    connection = op.get_bind()
    for row in connection.execute(sa.select(incident.c.id, incident.c.kind, incident.c.message, incident.c.detail)).all():
        zh, en = _taken_apart(row.kind, row.message, row.detail)
        connection.execute(incident.update().where(incident.c.id == row.id).values(message=zh, message_en=en))


def _taken_apart(kind: str, message: str, detail: str) -> tuple[str, str]:
    """(Chinese, English): a step kept its English as the detail, an assignment its Chinese, a timer wrote one behind the other."""
    if kind == 'step' and detail.startswith('Expected'):
        return message, detail.partition('\n')[0]
    if kind == 'assignment' and detail:
        return detail, message
    if kind == 'posts' and message.endswith(')'):
        zh, _bracket, en = message[:-1].partition(' (')
        return zh, en or zh
    zh, slash, en = message.partition(' / ')
    return (zh, en) if slash and kind == 'timer' else (message, message)


def downgrade() -> None:
    """Without the English."""
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_column('message_en')
