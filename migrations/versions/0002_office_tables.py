"""Office tables

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Office tables."""
    _case_sequence()
    _document_sequence()
    _hall()
    _login_attempt()
    _operator_log()
    _department()
    _approval_item()
    _clerk()
    _window()
    _approval_case()
    _clerk_window()
    _item_edition()
    _case_material()
    _document()
    _licence()


def _case_sequence() -> None:
    op.create_table(
        'case_sequence',
        sa.Column('region', sa.String(length=6), nullable=False),
        sa.Column('day', sa.String(length=8), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('region', 'day', name=op.f('pk_case_sequence')),
    )


def _document_sequence() -> None:
    op.create_table(
        'document_sequence',
        sa.Column('series', sa.String(length=100), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('series', 'year', name=op.f('pk_document_sequence')),
    )


def _hall() -> None:
    op.create_table(
        'hall',
        sa.Column('code', sa.String(length=50), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('region', sa.String(length=6), nullable=False),
        sa.Column('calendar', sa.String(length=20), server_default='CN', nullable=False),
        sa.Column('office_hours', sa.JSON(), nullable=False),
        sa.Column('deadline_time', sa.String(length=5), server_default='24:00', nullable=False),
        sa.Column('zone', sa.String(length=50), server_default='Asia/Shanghai', nullable=False),
        sa.Column('document_prefix', sa.String(length=50), nullable=False),
        sa.Column('address', sa.String(length=200), server_default='', nullable=False),
        sa.Column('phone', sa.String(length=50), server_default='', nullable=False),
        sa.Column('complaint_phone', sa.String(length=50), server_default='', nullable=False),
        sa.Column('demo', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_hall')),
    )


def _login_attempt() -> None:
    op.create_table(
        'login_attempt',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('address', sa.String(length=100), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ok', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_login_attempt')),
    )
    with op.batch_alter_table('login_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_attempt_address_at'), ['address', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_attempt_username_at'), ['username', 'at'], unique=False)


def _operator_log() -> None:
    op.create_table(
        'operator_log',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=100), nullable=False),
        sa.Column('action', sa.String(length=50), nullable=False),
        sa.Column('object', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), server_default='', nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_log')),
    )
    with op.batch_alter_table('operator_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_operator_log_action_at'), ['action', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_operator_log_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_operator_log_object_at'), ['object', 'at'], unique=False)


def _department() -> None:
    op.create_table(
        'department',
        sa.Column('code', sa.String(length=50), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('uscc', sa.String(length=18), server_default='', nullable=False),
        sa.Column('phone', sa.String(length=50), server_default='', nullable=False),
        sa.Column('reconsideration', sa.String(length=200), server_default='', nullable=False),
        sa.Column('court', sa.String(length=200), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_department_hall_hall')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_department')),
    )
    with op.batch_alter_table('department', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_department_hall'), ['hall'], unique=False)


def _approval_item() -> None:
    op.create_table(
        'approval_item',
        sa.Column('code', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('department', sa.String(length=50), nullable=True),
        sa.Column('definition_key', sa.String(length=100), nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=True),
        sa.Column('handling_class', sa.String(length=20), nullable=False),
        sa.Column('spec', sa.JSON(), nullable=False),
        sa.Column('published', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("handling_class IN ('instant', 'promised', 'joint')", name=op.f('ck_approval_item_handling_class')),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_approval_item_definition_id_process_definition')
        ),
        sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_approval_item_department_department')),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_approval_item_hall_hall')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_approval_item')),
        sa.UniqueConstraint('definition_key', name=op.f('uq_approval_item_definition_key')),
    )


def _clerk() -> None:
    op.create_table(
        'clerk',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('password_hash', sa.String(length=200), nullable=False),
        sa.Column('department', sa.String(length=50), nullable=True),
        sa.Column('roles', sa.JSON(), nullable=False),
        sa.Column('certificate_no', sa.String(length=50), server_default='', nullable=False),
        sa.Column('certificate_until', sa.String(length=10), server_default='', nullable=False),
        sa.Column('active', sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column('session_epoch', sa.Integer(), server_default='0', nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_clerk_department_department')),
        sa.PrimaryKeyConstraint('username', name=op.f('pk_clerk')),
    )


def _window() -> None:
    op.create_table(
        'window',
        sa.Column('code', sa.String(length=100), nullable=False),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('department', sa.String(length=50), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('authority', sa.String(length=20), nullable=False),
        sa.Column('place', sa.String(length=200), server_default='', nullable=False),
        sa.Column('open', sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("authority IN ('receive', 'review', 'decide')", name=op.f('ck_window_authority')),
        sa.ForeignKeyConstraint(['department'], ['department.code'], name=op.f('fk_window_department_department')),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_window_hall_hall')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_window')),
    )
    with op.batch_alter_table('window', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_window_hall'), ['hall'], unique=False)


def _approval_case() -> None:
    op.create_table(
        'approval_case',
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('instance_id', sa.Integer(), nullable=True),
        sa.Column('item', sa.String(length=100), nullable=False),
        sa.Column('item_name', sa.String(length=200), nullable=False),
        sa.Column('definition_id', sa.Integer(), nullable=True),
        sa.Column('hall', sa.String(length=50), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('result', sa.String(length=50), nullable=True),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('deemed', sa.String(length=20), nullable=True),
        sa.Column('applicant_name', sa.String(length=200), nullable=False),
        sa.Column('applicant_kind', sa.String(length=20), nullable=False),
        sa.Column('applicant_id_no', sa.String(length=50), server_default='', nullable=False),
        sa.Column('applicant_phone', sa.String(length=50), server_default='', nullable=False),
        sa.Column('applicant_address', sa.String(length=300), server_default='', nullable=False),
        sa.Column('agent', sa.JSON(), nullable=True),
        sa.Column('channel', sa.String(length=20), nullable=False),
        sa.Column('window', sa.String(length=100), nullable=True),
        sa.Column('received_by', sa.String(length=100), nullable=False),
        sa.Column('first_contact', sa.String(length=100), nullable=False),
        sa.Column('query_password_hash', sa.String(length=200), nullable=False),
        sa.Column('form', sa.JSON(), nullable=False),
        sa.Column('submission', sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "applicant_kind IN ('person', 'enterprise', 'public_institution', 'social_organisation', 'authority', 'other')",
            name=op.f('ck_approval_case_applicant_kind'),
        ),
        sa.CheckConstraint("channel IN ('window', 'online', 'mobile', 'courier', 'other')", name=op.f('ck_approval_case_channel')),
        sa.CheckConstraint(
            "status IN ('received', 'supplement', 'accepted', 'in_review', 'special', 'suspended', 'decided', 'delivering', 'closed', "
            "'not_accepted', 'not_required', 'returned', 'withdrawn', 'expired_supplement', 'voided')",
            name=op.f('ck_approval_case_status'),
        ),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_approval_case_definition_id_process_definition')
        ),
        sa.ForeignKeyConstraint(['hall'], ['hall.code'], name=op.f('fk_approval_case_hall_hall')),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], name=op.f('fk_approval_case_instance_id_process_instance')),
        sa.ForeignKeyConstraint(['item'], ['approval_item.code'], name=op.f('fk_approval_case_item_approval_item')),
        sa.ForeignKeyConstraint(['window'], ['window.code'], name=op.f('fk_approval_case_window_window')),
        sa.PrimaryKeyConstraint('case_no', name=op.f('pk_approval_case')),
        sa.UniqueConstraint('instance_id', name=op.f('uq_approval_case_instance_id')),
        sa.UniqueConstraint('submission', name=op.f('uq_approval_case_submission')),
    )
    with op.batch_alter_table('approval_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_approval_case_applicant_id_no'), ['applicant_id_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_approval_case_applicant_name'), ['applicant_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_approval_case_item_received_at'), ['item', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_approval_case_received_at_case_no'), ['received_at', 'case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_approval_case_status_received_at'), ['status', 'received_at'], unique=False)


def _clerk_window() -> None:
    op.create_table(
        'clerk_window',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('window', sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_clerk_window_username_clerk')),
        sa.ForeignKeyConstraint(['window'], ['window.code'], name=op.f('fk_clerk_window_window_window')),
        sa.PrimaryKeyConstraint('username', 'window', name=op.f('pk_clerk_window')),
    )
    with op.batch_alter_table('clerk_window', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clerk_window_window'), ['window'], unique=False)


def _item_edition() -> None:
    op.create_table(
        'item_edition',
        sa.Column('definition_id', sa.Integer(), nullable=False),
        sa.Column('item', sa.String(length=100), nullable=False),
        sa.Column('spec', sa.JSON(), nullable=False),
        sa.Column('notices', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['definition_id'], ['process_definition.id'], name=op.f('fk_item_edition_definition_id_process_definition')
        ),
        sa.ForeignKeyConstraint(['item'], ['approval_item.code'], name=op.f('fk_item_edition_item_approval_item')),
        sa.PrimaryKeyConstraint('definition_id', name=op.f('pk_item_edition')),
    )
    with op.batch_alter_table('item_edition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_edition_item'), ['item'], unique=False)


def _case_material() -> None:
    op.create_table(
        'case_material',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('code', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('required', sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('originals', sa.Integer(), server_default='0', nullable=False),
        sa.Column('copies', sa.Integer(), server_default='0', nullable=False),
        sa.Column('note', sa.Text(), server_default='', nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('missing', 'received', 'defective', 'verified')", name=op.f('ck_case_material_state')),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_case_material_case_no_approval_case')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_case_material')),
        sa.UniqueConstraint('case_no', 'code', name=op.f('uq_case_material_case_no_code')),
    )


def _document() -> None:
    op.create_table(
        'document',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('number', sa.String(length=100), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('issued_by', sa.String(length=100), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_document_case_no_approval_case')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
        sa.UniqueConstraint('number', name=op.f('uq_document_number')),
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_case_no'), ['case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_kind_issued_at'), ['kind', 'issued_at'], unique=False)


def _licence() -> None:
    op.create_table(
        'licence',
        sa.Column('no', sa.String(length=50), nullable=False),
        sa.Column('case_no', sa.String(length=21), nullable=False),
        sa.Column('item', sa.String(length=100), nullable=False),
        sa.Column('document_id', sa.Integer(), nullable=True),
        sa.Column('holder', sa.String(length=200), nullable=False),
        sa.Column('holder_id_no', sa.String(length=50), server_default='', nullable=False),
        sa.Column('valid_from', sa.String(length=10), nullable=False),
        sa.Column('valid_until', sa.String(length=10), nullable=True),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('valid', 'expired', 'revoked', 'cancelled')", name=op.f('ck_licence_state')),
        sa.ForeignKeyConstraint(['case_no'], ['approval_case.case_no'], name=op.f('fk_licence_case_no_approval_case')),
        sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_licence_document_id_document')),
        sa.ForeignKeyConstraint(['item'], ['approval_item.code'], name=op.f('fk_licence_item_approval_item')),
        sa.PrimaryKeyConstraint('no', name=op.f('pk_licence')),
        sa.UniqueConstraint('case_no', name=op.f('uq_licence_case_no')),
    )
    with op.batch_alter_table('licence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_licence_state_valid_until'), ['state', 'valid_until'], unique=False)
