"""Applicants and agents with the type of their document

Revision 0014, after 0010.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from alembic import op

from engine.identity import id_type_of

revision = '0014'
down_revision = '0010'
branch_labels = None
depends_on = None

BATCH = 1000

case = sa.table(
    'approval_case',
    sa.column('case_no', sa.String),
    sa.column('applicant_kind', sa.String),
    sa.column('applicant_id_type', sa.String),
    sa.column('applicant_id_no', sa.String),
    sa.column('agent', sa.JSON),
)


def upgrade() -> None:
    """Types of documents (证件类型): 居民身份证 where the number is a valid one, else 其他; organisations have their credit code."""
    with op.batch_alter_table('approval_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('applicant_id_type', sa.String(length=30), server_default='', nullable=False))
    organisations = case.update().where(case.c.applicant_kind != 'person')
    op.execute(organisations.values(applicant_id_type='uscc'))
    _persons()
    _agents()


def _persons() -> None:
    found = sa.select(case.c.case_no, case.c.applicant_id_no).where(case.c.applicant_kind == 'person', case.c.applicant_id_no != '')
    rows = [{'key': case_no, 'type': id_type_of(number)} for case_no, number in op.get_bind().execute(found)]
    _set(rows, applicant_id_type=sa.bindparam('type', type_=sa.String))


def _agents() -> None:
    found = op.get_bind().execute(sa.select(case.c.case_no, case.c.agent).where(case.c.agent.is_not(None)))
    rows = [{'key': case_no, 'told': agent | {'id_type': _type_of(agent)}} for case_no, agent in found if agent]
    _set(rows, agent=sa.bindparam('told', type_=sa.JSON))


def _type_of(agent: dict[str, str]) -> str:
    return id_type_of(agent['id_no']) if agent.get('id_no') else 'id_card'


def _set(rows: list[dict[str, object]], **values: object) -> None:
    statement = case.update().where(case.c.case_no == sa.bindparam('key')).values(**values)
    for batch in _batches(rows):
        op.get_bind().execute(statement, batch)


def _batches(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    each = iter(rows)
    while batch := list(islice(each, BATCH)):
        yield batch
