"""One queue of due work: every kind of it remembers its failures in the same columns

Revision 0015, after 0012.

Old rows: what was dead or failed stays so; what waits is tried as if it had never failed. Cases that have not followed a change of the
calendar yet get a row each; the cursor that led through them goes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0012'
branch_labels = None
depends_on = None

BATCH = 1000
BEHIND = (
    'SELECT edition.id AS edition_id, process_instance.id AS instance_id FROM calendar_edition edition '
    'JOIN hall ON hall.calendar = edition.calendar JOIN process_instance ON process_instance.hall = hall.code '
    "WHERE edition.state = 'recomputing' AND process_instance.id > edition.cursor "
    "AND (edition.hall = '' OR edition.hall = hall.code) AND process_instance.status IN ('active', 'suspended')"
)


def upgrade() -> None:
    """The same columns in every queue, a row for each case that follows the calendar, incidents that name their row."""
    tries('clock', 'process_definition')
    marks()
    batches()
    calendars()
    incidents()


def tries(*tables: str) -> None:
    """Attempts, when to try again, the last error."""
    for table in tables:
        op.add_column(table, sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
        op.add_column(table, sa.Column('next_try', sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column('last_error', sa.Text(), nullable=True))


def marks() -> None:
    """What failed had its moment moved: it is tried again then."""
    op.add_column('watch', sa.Column('next_try', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE watch SET next_try = warn_at WHERE attempts > 0')
    op.execute('UPDATE watch SET attempts = 1 WHERE attempts > 1')


def batches() -> None:
    """A case of a batch that waits is due since the batch was ordered."""
    tries('case_batch_row')
    op.execute(
        'UPDATE case_batch_row SET next_try = (SELECT at FROM case_batch WHERE case_batch.id = case_batch_row.batch_id) '
        "WHERE state IN ('waiting', 'reverting')"
    )
    op.create_index('ix_case_batch_row_state_next_try', 'case_batch_row', ['state', 'next_try'], unique=False)


def calendars() -> None:
    """The open cases behind an edition's cursor wait. They are entered when the cursor is gone: SQLite makes the edition's table anew for
    that, which must not be referred to meanwhile."""
    waiting = op.get_bind().execute(sa.text(BEHIND)).mappings().all()
    with op.batch_alter_table('calendar_edition', schema=None) as batch_op:
        batch_op.drop_column('cursor')
    table = op.create_table(
        'calendar_case',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('edition_id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('next_try', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dead')", name=op.f('ck_calendar_case_state')),
        sa.ForeignKeyConstraint(['edition_id'], ['calendar_edition.id'], name=op.f('fk_calendar_case_edition_id_calendar_edition')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_calendar_case_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_case')),
        sa.UniqueConstraint('edition_id', 'instance_id', name=op.f('uq_calendar_case_edition_id_instance_id')),
    )
    op.create_index('ix_calendar_case_instance_id', 'calendar_case', ['instance_id'], unique=False)
    op.create_index('ix_calendar_case_state_next_try', 'calendar_case', ['state', 'next_try'], unique=False)
    op.create_index('ix_calendar_case_edition_id_state', 'calendar_case', ['edition_id', 'state'], unique=False)
    for start in range(0, len(waiting), BATCH):
        op.bulk_insert(table, [{**row, 'state': 'waiting'} for row in waiting[start : start + BATCH]])
    op.execute(
        'UPDATE calendar_case SET next_try = (SELECT applied_at FROM calendar_edition WHERE calendar_edition.id = calendar_case.edition_id)'
    )
    op.execute(
        "UPDATE calendar_edition SET state = 'done', finished_at = applied_at WHERE state = 'recomputing' "
        'AND NOT EXISTS (SELECT 1 FROM calendar_case WHERE calendar_case.edition_id = calendar_edition.id)'
    )


def incidents() -> None:
    """An incident names the row that failed, whatever its queue."""
    op.add_column('incident', sa.Column('item', sa.Integer(), nullable=True))
    op.execute("UPDATE incident SET item = CASE WHEN kind = 'timer' THEN timer_id WHEN kind = 'outbox' THEN outbox_id END")
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_constraint('fk_incident_timer_id_timer', type_='foreignkey')
        batch_op.drop_column('timer_id')
        batch_op.drop_column('outbox_id')
    op.execute(
        'UPDATE incident SET item = (SELECT id FROM clock WHERE clock.instance_id = incident.instance_id AND clock.name = incident.detail) '
        "WHERE kind = 'clock'"
    )
