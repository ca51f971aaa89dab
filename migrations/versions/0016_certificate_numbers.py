"""Certificate numbers are drawn from the series of what they begin with

Revision 0016, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0009'
branch_labels = None
depends_on = None

SERIAL, YEAR, CHECK = 6, 4, 1  # digits at the end of a number: year, serial, check digit

licence = sa.table('licence', sa.column('no', sa.String))
sequence = sa.table('document_sequence', sa.column('series', sa.String), sa.column('year', sa.Integer), sa.column('last', sa.Integer))


def upgrade() -> None:
    """Series of certificate numbers: one for each beginning (prefix and region) and year, going on after the highest number issued."""
    last: dict[tuple[str, int], int] = {}
    for (number,) in op.get_bind().execute(sa.select(licence.c.no)):
        head, digits = number[: -(SERIAL + YEAR + CHECK)], number[-(SERIAL + YEAR + CHECK) :]
        key = (f'licence:{head}', int(digits[:YEAR]))
        last[key] = max(last.get(key, 0), int(digits[YEAR:-CHECK]))
    op.execute(sequence.delete().where(sequence.c.series.like('licence:%')))
    op.bulk_insert(sequence, [{'series': series, 'year': year, 'last': number} for (series, year), number in last.items()])
