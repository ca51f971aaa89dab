"""Marks and reminders

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Marks and reminders."""
    _mark_rule()
    _watch()
    _clerk_substitute()
    _mark()
    _reminder()


def _mark_rule() -> None:
    op.create_table(
        'mark_rule',
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('amber_days', sa.Integer(), nullable=False),
        sa.Column('amber_percent', sa.Integer(), nullable=False),
        sa.Column('reply_workdays', sa.Integer(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_by', sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_mark_rule_hall_hall')),
        sa.PrimaryKeyConstraint('hall', name=op.f('pk_mark_rule')),
    )


def _watch() -> None:
    op.create_table(
        'watch',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('subject', sa.String(length=80), nullable=False),
        sa.Column('host', sa.String(length=40), nullable=True),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('warn_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_watch_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_watch')),
        sa.UniqueConstraint('instance_id', 'subject', name=op.f('uq_watch_instance_id_subject')),
    )
    with op.batch_alter_table('watch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_watch_hall'), ['hall'], unique=False)
        batch_op.create_index(batch_op.f('ix_watch_warn_at_id'), ['warn_at', 'id'], unique=False)


def _clerk_substitute() -> None:
    op.create_table(
        'clerk_substitute',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('substitute', sa.String(length=100), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['substitute'], ['clerk.username'], name=op.f('fk_clerk_substitute_substitute_clerk')),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_clerk_substitute_username_clerk')),
        sa.PrimaryKeyConstraint('username', name=op.f('pk_clerk_substitute')),
    )
    with op.batch_alter_table('clerk_substitute', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clerk_substitute_substitute'), ['substitute'], unique=False)


def _mark() -> None:
    op.create_table(
        'mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('subject', sa.String(length=80), nullable=False),
        sa.Column('host', sa.String(length=40), nullable=True),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('rule', sa.Integer(), nullable=False),
        sa.Column('colour', sa.String(length=10), nullable=False),
        sa.Column('fault', sa.String(length=10), nullable=True),
        sa.Column('grounds', sa.Text(), nullable=False),
        sa.Column('limit', sa.String(length=200), server_default='', nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_day', sa.String(length=10), nullable=True),
        sa.Column('moves', sa.JSON(), nullable=False),
        sa.Column('window', sa.String(length=100), server_default='', nullable=False),
        sa.Column('department', sa.String(length=50), server_default='', nullable=False),
        sa.Column('person', sa.String(length=100), server_default='', nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('raised_by', sa.String(length=100), nullable=False),
        sa.Column('reply_due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reply_last_day', sa.String(length=10), nullable=True),
        sa.Column('reply', sa.Text(), server_default='', nullable=False),
        sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('replied_by', sa.String(length=100), nullable=True),
        sa.Column('disposition', sa.String(length=20), nullable=True),
        sa.Column('level', sa.String(length=20), nullable=True),
        sa.Column('opinion', sa.Text(), server_default='', nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('settled_by', sa.String(length=100), nullable=True),
        sa.CheckConstraint("colour IN ('amber', 'yellow', 'red')", name=op.f('ck_mark_colour')),
        sa.CheckConstraint("disposition IN ('noted', 'talk', 'rectify', 'criticism', 'accountability')", name=op.f('ck_mark_disposition')),
        sa.CheckConstraint("fault IN ('inaction', 'wrong', 'slow')", name=op.f('ck_mark_fault')),
        sa.CheckConstraint("level IN ('person', 'unit', 'unit_head')", name=op.f('ck_mark_level')),
        sa.CheckConstraint("state IN ('raised', 'moved', 'closed', 'replied', 'disposed', 'withdrawn')", name=op.f('ck_mark_state')),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_mark_case_no_approval_case')),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_mark_hall_hall')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_mark_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
        sa.UniqueConstraint('case_no', 'subject', 'colour', name=op.f('uq_mark_case_no_subject_colour')),
        sa.UniqueConstraint('number', name=op.f('uq_mark_number')),
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mark_instance_id_host'), ['instance_id', 'host'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_raised_at'), ['raised_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_state_colour_raised_at'), ['state', 'colour', 'raised_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_window_state'), ['window', 'state'], unique=False)


def _reminder() -> None:
    op.create_table(
        'reminder',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=250), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('mark_id', sa.Integer(), nullable=True),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('username', sa.String(length=100), nullable=True),
        sa.Column('window', sa.String(length=100), nullable=True),
        sa.Column('as_substitute', sa.String(length=100), nullable=True),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('read_by', sa.String(length=100), nullable=True),
        sa.CheckConstraint("kind IN ('due_soon', 'late', 'step')", name=op.f('ck_reminder_kind')),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_reminder_case_no_approval_case')),
        sa.ForeignKeyConstraint(['mark_id'], ['mark.id'], name=op.f('fk_reminder_mark_id_mark')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
        sa.UniqueConstraint('key', name=op.f('uq_reminder_key')),
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_case_no'), ['case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_username_read_at'), ['username', 'read_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_window_read_at'), ['window', 'read_at'], unique=False)
