"""What the hall asks of accounts, the passwords people had, and where they are known."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, false

from engine.tables import Instant, metadata, one_of

# At most one row: until somebody changes it, the policy that is shipped holds (`tasks.people.policy`).
account_policy = Table(
    'account_policy',
    metadata,
    Column('id', Integer, primary_key=True, autoincrement=False),
    Column('min_length', Integer, nullable=False),
    Column('min_kinds', Integer, nullable=False),
    Column('history', Integer, nullable=False),  # so many earlier passwords are not taken again
    Column('max_age_days', Integer, nullable=False),  # 0: a password does not age
    Column('max_sessions', Integer, nullable=False),
    Column('second_factor', String(20), nullable=False),  # who must have one
    Column('join_duties', Boolean, nullable=False),  # a small hall: one person may have roles that are otherwise apart
    Column('countersign_days', Integer, nullable=False),  # calendar days
    one_of('second_factor', 'nobody', 'administrators', 'everybody'),
)

# The newest row of a person is the present password; earlier ones are kept as far as the policy looks back.
clerk_password = Table(
    'clerk_password',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('username', ForeignKey('clerk.username'), nullable=False, index=True),
    Column('hash', String(200), nullable=False),
    Column('set_at', Instant, nullable=False),
    Column('temporary', Boolean, nullable=False, server_default=false()),  # somebody else knows it: to be changed at the first sign-in
)

# Where a person has signed in before: strangers who guess his password are counted apart from him (`tasks.people.throttle`).
known_place = Table(
    'known_place',
    metadata,
    Column('username', ForeignKey('clerk.username'), primary_key=True),
    Column('kind', String(10), primary_key=True),
    Column('place', String(100), primary_key=True),  # an address, or the SHA-256 of the token in a browser's device cookie
    Column('seen_at', Instant, nullable=False),
    one_of('kind', 'address', 'device'),
)

# A person's second factor (TOTP, RFC 6238). `last_step` is the step of thirty seconds of the last code taken: no code is taken twice.
second_factor = Table(
    'second_factor',
    metadata,
    Column('username', ForeignKey('clerk.username'), primary_key=True),
    Column('secret', String(64), nullable=False),
    Column('begun_at', Instant, nullable=False),
    Column('confirmed_at', Instant),  # NULL: shown to the person, who has not proved yet that his device has it
    Column('last_step', Integer, nullable=False, server_default='0'),
)

# For who has lost his device: each lets in once.
recovery_code = Table(
    'recovery_code',
    metadata,
    Column('username', ForeignKey('clerk.username'), primary_key=True),
    Column('hash', String(64), primary_key=True),  # SHA-256; ten signs drawn by the machine, about 49 bits
    Column('used_at', Instant),
)
