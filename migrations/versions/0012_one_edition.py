"""What an item says stands in the bundle of its version; the catalogue keeps only what it is listed and sorted by

Revision 0012, after 0011b.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011b'
branch_labels = None
depends_on = None

COLUMNS = {'type': 2, 'promise': 200, 'statutory': 200, 'number_prefixes': 200}


def upgrade() -> None:
    """Facts the catalogue is listed by."""
    listed_by()
    copies_away()


def listed_by() -> None:
    """Type, limits and prefixes of certificate numbers become columns of approval_item, taken from the entry kept there so far."""
    for name, length in COLUMNS.items():
        op.add_column('approval_item', sa.Column(name, sa.String(length=length), nullable=False, server_default=''))
    names = [sa.column('code', sa.String), sa.column('spec', sa.JSON), *(sa.column(name, sa.String) for name in COLUMNS)]
    item = sa.table('approval_item', *names)
    connection = op.get_bind()
    for code, spec in connection.execute(sa.select(item.c.code, item.c.spec)).all():
        connection.execute(item.update().where(item.c.code == code).values(_facts(spec)))


def copies_away() -> None:
    """Entries and printed forms are read from the bundle of the version a case runs on: the copies of them go."""
    op.drop_column('approval_item', 'spec')
    op.drop_index(op.f('ix_item_edition_item'), 'item_edition')
    op.drop_table('item_edition')


def _facts(spec: dict[str, Any]) -> dict[str, str]:
    head, limits = spec.get('item') or {}, spec.get('limits') or {}
    prefixes = [str(each.get('number_prefix') or '') for each in spec.get('results') or []]
    return {
        'type': str(head.get('type') or ''),
        'promise': str(limits.get('promise') or '').strip(),
        'statutory': str(limits.get('statutory') or '').strip(),
        'number_prefixes': ' '.join(filter(None, prefixes)),
    }
