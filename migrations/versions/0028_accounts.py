"""A policy of accounts, the passwords people had, where they are known; what comes first in a session

Revision 0028, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Passwords are as old as the operator log says; whoever signed in from an address is known there."""
    _policy()
    _passwords()
    _places()
    _tries()
    _sessions()


def _policy() -> None:
    op.create_table(
        'account_policy',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('min_length', sa.Integer(), nullable=False),
        sa.Column('min_kinds', sa.Integer(), nullable=False),
        sa.Column('history', sa.Integer(), nullable=False),
        sa.Column('max_age_days', sa.Integer(), nullable=False),
        sa.Column('max_sessions', sa.Integer(), nullable=False),
        sa.Column('second_factor', sa.String(length=20), nullable=False),
        sa.Column('join_duties', sa.Boolean(), nullable=False),
        sa.Column('countersign_days', sa.Integer(), nullable=False),
        sa.CheckConstraint("second_factor IN ('nobody', 'administrators', 'everybody')", name=op.f('ck_account_policy_second_factor')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_policy')),
    )


def _passwords() -> None:
    op.create_table(
        'clerk_password',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('hash', sa.String(length=200), nullable=False),
        sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('temporary', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_clerk_password_username_clerk')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clerk_password')),
    )
    op.create_index(op.f('ix_clerk_password_username'), 'clerk_password', ['username'])
    # text, for instants are stored as they stand there on both databases
    op.execute("""
        INSERT INTO clerk_password (username, hash, set_at, temporary)
        SELECT username, password_hash, coalesce(
            (SELECT max(at) FROM operator_log WHERE operator_log.object = clerk.username AND action = 'clerk.password_set'), created_at
        ), false
        FROM clerk ORDER BY username
    """)


def _places() -> None:
    op.create_table(
        'known_place',
        sa.Column('username', sa.String(length=100), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('place', sa.String(length=100), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('address', 'device')", name=op.f('ck_known_place_kind')),
        sa.ForeignKeyConstraint(['username'], ['clerk.username'], name=op.f('fk_known_place_username_clerk')),
        sa.PrimaryKeyConstraint('username', 'kind', 'place', name=op.f('pk_known_place')),
    )
    op.execute("""
        INSERT INTO known_place (username, kind, place, seen_at)
        SELECT login_attempt.username, 'address', address, max(at)
        FROM login_attempt JOIN clerk ON clerk.username = login_attempt.username
        WHERE ok GROUP BY login_attempt.username, address
    """)


def _tries() -> None:
    with op.batch_alter_table('login_attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('device', sa.String(length=64), server_default='', nullable=False))


def _sessions() -> None:
    with op.batch_alter_table('clerk_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('must', sa.String(length=10), server_default='', nullable=False))
        batch_op.add_column(sa.Column('address', sa.String(length=100), server_default='', nullable=False))
        batch_op.add_column(sa.Column('browser', sa.String(length=200), server_default='', nullable=False))


def downgrade() -> None:
    """Without the policy; only the present passwords stay."""
    with op.batch_alter_table('clerk_session', schema=None) as batch_op:
        for name in ('must', 'address', 'browser'):
            batch_op.drop_column(name)
    with op.batch_alter_table('login_attempt', schema=None) as batch_op:
        batch_op.drop_column('device')
    for table in ('known_place', 'clerk_password', 'account_policy'):
        op.drop_table(table)
