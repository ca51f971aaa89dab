"""The windows an item names, version by version; who typed a draft

Revision 0022, after 0025.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0025'
branch_labels = None
depends_on = None

definition = sa.table('process_definition', sa.column('id', sa.Integer), sa.column('bundle', sa.LargeBinary))
task = sa.table(
    'user_task',
    sa.column('id', sa.Integer),
    sa.column('instance_id', sa.Integer),
    sa.column('token', sa.String),
    sa.column('assignee', sa.String),
    sa.column('draft', sa.JSON),
    sa.column('draft_by', sa.String),
    sa.column('draft_version', sa.Integer),
)
history = sa.table(
    'history',
    sa.column('seq', sa.Integer),
    sa.column('instance_id', sa.Integer),
    sa.column('event', sa.String),
    sa.column('token', sa.String),
    sa.column('data', sa.JSON),
)


def upgrade() -> None:
    """Rights by relation: who leads an item, whose a draft is."""
    windows()
    named_windows()
    drafts()
    drafters()


def windows() -> None:
    """One row a version, duty and window."""
    op.create_table(
        'definition_window',
        sa.Column('definition_id', sa.Integer(), nullable=False),
        sa.Column('duty', sa.String(length=10), nullable=False),
        sa.Column('window', sa.String(length=100), nullable=False),
        sa.CheckConstraint("duty IN ('named', 'extends')", name=op.f('ck_definition_window_duty')),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_definition_window_definition_id_process_definition')
        ),
        sa.PrimaryKeyConstraint('definition_id', 'duty', 'window', name=op.f('pk_definition_window')),
    )
    op.create_index(op.f('ix_definition_window_window_duty'), 'definition_window', ['window', 'duty'])


def named_windows() -> None:
    """What the item.toml of every version says."""
    connection = op.get_bind()
    named = sa.table('definition_window', sa.column('definition_id'), sa.column('duty'), sa.column('window'))
    rows = [
        {'definition_id': identity, 'duty': duty, 'window': window}
        for identity, bundle in connection.execute(sa.select(definition.c.id, definition.c.bundle))
        for duty, window in sorted(_windows_of(bundle))
    ]
    if rows:
        connection.execute(named.insert(), rows)


def _windows_of(bundle: bytes) -> set[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            entry: dict[str, Any] = tomllib.loads(archive.read('item.toml').decode('utf-8'))
    except (KeyError, ValueError, zipfile.BadZipFile):
        return set()  # a lone diagram, or an entry that cannot be read: no case runs on it
    named = entry.get('windows')
    found = {('named', str(one['id'])) for one in named if isinstance(one, dict) and one.get('id')} if isinstance(named, list) else set()
    limits = entry.get('limits')
    post = limits.get('extension_role', 'agency_head') if isinstance(limits, dict) else 'agency_head'
    return found | ({('extends', str(post))} if post not in ('', 'agency_head') else set())


def drafts() -> None:
    """Whose a draft is."""
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('draft_by', sa.String(length=100), nullable=True))


def drafters() -> None:
    """Who holds the task has typed its draft; of a task that was put back, who held it last."""
    connection = op.get_bind()
    kept = task.c.draft_version > 0
    connection.execute(task.update().where(kept, task.c.assignee.is_not(None)).values(draft_by=task.c.assignee))
    waiting = sa.select(task.c.id, task.c.instance_id, task.c.token).where(kept, task.c.assignee.is_(None))
    for row in connection.execute(waiting).all():
        said = sa.select(history.c.data).where(
            history.c.instance_id == row.instance_id, history.c.token == row.token, history.c.event == 'user_task.unclaimed'
        )
        last = connection.execute(said.order_by(history.c.seq.desc()).limit(1)).scalar()
        if last and last.get('before'):
            connection.execute(task.update().where(task.c.id == row.id).values(draft_by=last['before']))


def downgrade() -> None:
    """Without both: windows are in every bundle, and who holds a task has typed its draft."""
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.drop_column('draft_by')
    op.drop_table('definition_window')
