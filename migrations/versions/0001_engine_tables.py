"""Engine tables

Revision 0001, after none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Engine tables."""
    _calendar_day()
    _heartbeat()
    _process_definition()
    _process_instance()
    _clock()
    _extension()
    _history()
    _outbox()
    _stop()
    _subscription()
    _timer()
    _user_task()
    _incident()


def _calendar_day() -> None:
    op.create_table(
        'calendar_day',
        sa.Column('calendar', sa.String(length=20), nullable=False),
        sa.Column('date', sa.String(length=10), nullable=False),
        sa.Column('working', sa.Boolean(), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('calendar', 'date', name=op.f('pk_calendar_day')),
    )


def _heartbeat() -> None:
    op.create_table(
        'heartbeat',
        sa.Column('worker', sa.String(length=100), nullable=False),
        sa.Column('ticked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('fired', sa.Integer(), server_default='0', nullable=False),
        sa.Column('lag_seconds', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('worker', name=op.f('pk_heartbeat')),
    )


def _process_definition() -> None:
    op.create_table(
        'process_definition',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=100), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('bundle_hash', sa.String(length=64), nullable=False),
        sa.Column('bundle', sa.LargeBinary(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('clock_rules', sa.JSON(), nullable=False),
        sa.Column('report', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), server_default='', nullable=False),
        sa.Column('deployed_by', sa.String(length=100), nullable=False),
        sa.Column('deployed_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'staged', 'in_force', 'retired')", name=op.f('ck_process_definition_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_process_definition')),
        sa.UniqueConstraint('key', 'version', name=op.f('uq_process_definition_key_version')),
    )
    with op.batch_alter_table('process_definition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_process_definition_key_state'), ['key', 'state'], unique=False)


def _process_instance() -> None:
    op.create_table(
        'process_instance',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=False),
        sa.Column('business_key', sa.String(length=100), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('state', sa.LargeBinary(), nullable=False),
        sa.Column('state_schema', sa.Integer(), nullable=False),
        sa.Column('lock_version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('result', sa.String(length=50), nullable=True),
        sa.Column('hall', sa.String(length=50), server_default='', nullable=False),
        sa.Column('started_by', sa.String(length=100), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('touched_by', sa.String(length=100), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('history_length', sa.Integer(), server_default='0', nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'completed', 'terminated', 'cancelled')", name=op.f('ck_process_instance_status')
        ),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_process_instance_definition_id_process_definition')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_process_instance')),
        sa.UniqueConstraint('business_key', name=op.f('uq_process_instance_business_key')),
    )
    with op.batch_alter_table('process_instance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_process_instance_definition_id'), ['definition_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_process_instance_status'), ['status'], unique=False)


def _clock() -> None:
    op.create_table(
        'clock',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=30), nullable=False),
        sa.Column('anchor', sa.DateTime(timezone=True), nullable=False),
        sa.Column('limit', sa.String(length=100), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_day', sa.String(length=10), nullable=True),
        sa.Column('provisional', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('calendar_version', sa.String(length=40), nullable=False),
        sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running', 'stopped', 'met', 'breached', 'cancelled')", name=op.f('ck_clock_state')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_clock_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clock')),
        sa.UniqueConstraint('instance_id', 'name', name=op.f('uq_clock_instance_id_name')),
    )
    with op.batch_alter_table('clock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clock_state_due_at'), ['state', 'due_at'], unique=False)


def _extension() -> None:
    op.create_table(
        'extension',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('clock_name', sa.String(length=30), nullable=False),
        sa.Column('amount', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('notice', sa.String(length=100), server_default='', nullable=False),
        sa.Column('granted_by', sa.String(length=100), nullable=False),
        sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_extension_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_extension')),
        sa.UniqueConstraint('instance_id', 'clock_name', name=op.f('uq_extension_instance_id_clock_name')),
    )


def _history() -> None:
    op.create_table(
        'history',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('event', sa.String(length=50), nullable=False),
        sa.Column('element', sa.String(length=100), nullable=True),
        sa.Column('token', sa.String(length=40), nullable=True),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_history_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_history')),
        sa.UniqueConstraint('instance_id', 'seq', name=op.f('uq_history_instance_id_seq')),
    )


def _outbox() -> None:
    op.create_table(
        'outbox',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=True),
        sa.Column('key', sa.String(length=200), nullable=False),
        sa.Column('topic', sa.String(length=50), nullable=False),
        sa.Column('payload', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('next_try', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name=op.f('ck_outbox_state')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_outbox_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
        sa.UniqueConstraint('key', name=op.f('uq_outbox_key')),
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_instance_id'), ['instance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_state_next_try'), ['state', 'next_try'], unique=False)


def _stop() -> None:
    op.create_table(
        'stop',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=40), nullable=True),
        sa.Column('element', sa.String(length=100), nullable=True),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('basis', sa.Text(), nullable=False),
        sa.Column('notice', sa.String(length=100), server_default='', nullable=False),
        sa.Column('opened_by', sa.String(length=100), nullable=False),
        sa.Column('closed_by', sa.String(length=100), nullable=True),
        sa.Column('from', sa.DateTime(timezone=True), nullable=False),
        sa.Column('to', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_stop_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stop')),
    )
    with op.batch_alter_table('stop', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stop_instance_id'), ['instance_id'], unique=False)


def _subscription() -> None:
    op.create_table(
        'subscription',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=40), nullable=False),
        sa.Column('element', sa.String(length=100), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_subscription_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
        sa.UniqueConstraint('instance_id', 'token', 'kind', 'name', name=op.f('uq_subscription_instance_id_token_kind_name')),
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_instance_id'), ['instance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_subscription_kind_name'), ['kind', 'name'], unique=False)


def _timer() -> None:
    op.create_table(
        'timer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=40), nullable=False),
        sa.Column('element', sa.String(length=100), nullable=False),
        sa.Column('attached_to', sa.String(length=100), nullable=True),
        sa.Column('host', sa.String(length=40), nullable=True),
        sa.Column('interrupting', sa.Boolean(), nullable=False),
        sa.Column('timer_type', sa.String(length=20), nullable=False),
        sa.Column('limit', sa.String(length=200), nullable=False),
        sa.Column('on_expiry', sa.String(length=20), server_default='escalate', nullable=False),
        sa.Column('anchor', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('stoppable', sa.Boolean(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_day', sa.String(length=10), nullable=True),
        sa.Column('calendar_version', sa.String(length=40), nullable=False),
        sa.Column('occurrence', sa.Integer(), server_default='1', nullable=False),
        sa.Column('fired_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('next_try', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('armed', 'stopped', 'fired', 'cancelled', 'dead')", name=op.f('ck_timer_state')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_timer_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_timer')),
        sa.UniqueConstraint('instance_id', 'token', name=op.f('uq_timer_instance_id_token')),
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_timer_instance_id'), ['instance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_timer_state_due_at'), ['state', 'due_at'], unique=False)


def _user_task() -> None:
    op.create_table(
        'user_task',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=40), nullable=False),
        sa.Column('scope', sa.JSON(), nullable=False),
        sa.Column('element', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('candidate_groups', sa.JSON(), nullable=False),
        sa.Column('group_key', sa.String(length=100), nullable=False),
        sa.Column('assignee', sa.String(length=100), nullable=True),
        sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('form_ref', sa.String(length=200), nullable=True),
        sa.Column('signers', sa.Integer(), server_default='1', nullable=False),
        sa.Column('signatures', sa.JSON(), nullable=False),
        sa.Column('not_by', sa.JSON(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('priority', sa.Integer(), server_default='50', nullable=False),
        sa.Column('lock_version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('draft', sa.JSON(), nullable=True),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closed_by', sa.String(length=100), nullable=True),
        sa.CheckConstraint("state IN ('open', 'completed', 'cancelled')", name=op.f('ck_user_task_state')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_user_task_instance_id_process_instance')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user_task')),
        sa.UniqueConstraint('instance_id', 'token', name=op.f('uq_user_task_instance_id_token')),
    )
    with op.batch_alter_table('user_task', schema=None) as batch_op:
        batch_op.create_index('ix_user_task_list', ['state', 'group_key', 'due_at'], unique=False)
        batch_op.create_index('ix_user_task_mine', ['state', 'assignee', 'due_at'], unique=False)


def _incident() -> None:
    op.create_table(
        'incident',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=True),
        sa.Column('timer_id', sa.Integer(), nullable=True),
        sa.Column('outbox_id', sa.Integer(), nullable=True),
        sa.Column('token', sa.String(length=40), nullable=True),
        sa.Column('element', sa.String(length=100), nullable=True),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('message', sa.Text(), nullable=False),
        sa.Column('detail', sa.Text(), server_default='', nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closed_by', sa.String(length=100), nullable=True),
        sa.Column('resolution', sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'retried', 'resolved')", name=op.f('ck_incident_state')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_incident_instance_id_process_instance')),
        sa.ForeignKeyConstraint(['timer_id'], ['timer.id'], name=op.f('fk_incident_timer_id_timer')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_instance_id'), ['instance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_state_opened_at'), ['state', 'opened_at'], unique=False)
