"""Urgency of user tasks and clocks, further candidate groups as rows

Revision 0010, after 0016.

Old rows: due instants, stops and groups follow from the rows that are there. When a limit turns amber and in which unit it counts needs the
hall's calendar, which SQL has not: until the program has counted them (right after this revision, `Engine.migrate`), an open task has no
unit, and what runs turns amber only when it ends.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0016'
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    """Urgency is stored with the task, groups are found by an index."""
    clocks()
    user_tasks()
    groups()


def clocks() -> None:
    """From when on a clock is amber."""
    op.add_column('clock', sa.Column('amber_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_clock_state_amber_at', 'clock', ['state', 'amber_at'], unique=False)
    op.execute("UPDATE clock SET amber_at = due_at WHERE state = 'running'")


def user_tasks() -> None:
    """The first limit a task stands under, from when on it is amber, its unit, and whether the case's clocks are stopped."""
    op.add_column('user_task', sa.Column('amber_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('user_task', sa.Column('due_unit', sa.String(length=10), nullable=True))
    op.add_column('user_task', sa.Column('stopped', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_user_task_urgency', 'user_task', ['state', 'due_at'], unique=False)
    earlier('clock', "one.met_at IS NULL AND one.state IN ('running', 'breached')")
    earlier('timer', "one.host = user_task.token AND one.state = 'fired'")
    op.execute("UPDATE user_task SET amber_at = due_at WHERE state = 'open'")
    op.execute(
        "UPDATE user_task SET stopped = TRUE WHERE state = 'open' AND EXISTS "
        '(SELECT 1 FROM stop WHERE stop.instance_id = user_task.instance_id AND stop."to" IS NULL)'
    )


def earlier(table: str, which: str) -> None:
    """An open task is due with the first of these limits if that ends before what it stands under so far."""
    op.execute(
        f'UPDATE user_task SET due_at = (SELECT MIN(one.due_at) FROM {table} one '  # noqa: S608 - our own names
        f'WHERE one.instance_id = user_task.instance_id AND {which}) '
        f"WHERE state = 'open' AND EXISTS (SELECT 1 FROM {table} one WHERE one.instance_id = user_task.instance_id AND {which} "
        'AND (user_task.due_at IS NULL OR one.due_at < user_task.due_at) AND one.due_at IS NOT NULL)'
    )


def groups() -> None:
    """The candidate groups of a task after the first."""
    table = op.create_table(
        'user_task_group',
        sa.Column('task_id', sa.Integer(), nullable=False),
        sa.Column('group', sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(['task_id'], ['user_task.id'], name=op.f('fk_user_task_group_task_id_user_task')),
        sa.PrimaryKeyConstraint('task_id', 'group', name=op.f('pk_user_task_group')),
    )
    op.create_index('ix_user_task_group_group_task_id', 'user_task_group', ['group', 'task_id'], unique=False)
    task = sa.table('user_task', sa.column('id', sa.Integer), sa.column('candidate_groups', sa.JSON))
    several = sa.cast(task.c.candidate_groups, sa.String).contains(',')
    after = 0
    while True:
        page = sa.select(task.c.id, task.c.candidate_groups).where(task.c.id > after, several).order_by(task.c.id).limit(BATCH)
        found = op.get_bind().execute(page).all()
        if not found:
            return
        rows = [{'task_id': row.id, 'group': group} for row in found for group in dict.fromkeys(row.candidate_groups[1:])]
        if rows:
            op.bulk_insert(table, rows)
        after = found[-1].id
