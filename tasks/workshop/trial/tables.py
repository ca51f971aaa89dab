"""Trials under way: the bundle as it was when the trial began, and everything done since as a scenario. The world is rebuilt from it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from engine.tables import Instant, metadata

trial_session = Table(
    'trial_session',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('owner', String(100), nullable=False),
    Column('draft_id', ForeignKey('draft_bundle.id')),
    Column('definition_id', ForeignKey('process_definition.id')),
    Column('name', String(200), nullable=False),
    Column('bundle', LargeBinary, nullable=False),  # zip
    Column('script', Text, nullable=False),  # a scenario: start, stand-ins, every step so far
    Column('version', Integer, nullable=False, server_default='0'),  # raised by every step: two pages cannot both take the next one
    Column('began_at', Instant, nullable=False),
    Column('used_at', Instant, nullable=False),
    Index(None, 'owner', 'used_at'),
    Index(None, 'used_at'),
)
