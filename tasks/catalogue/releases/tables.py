"""What was submitted to be put into force: the bundle as it was checked, who wants it and why, who decided and how."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from engine.tables import Instant, metadata, one_of

STATES = ('submitted', 'withdrawn', 'refused', 'released')

release = Table(
    'release',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('draft_id', ForeignKey('draft_bundle.id'), nullable=False, index=True),
    Column('item', String(100), nullable=False),  # code in item.toml
    Column('name', String(200), nullable=False),
    Column('bundle', LargeBinary, nullable=False),  # zip: what was checked is what is released
    Column('bundle_hash', String(64), nullable=False),
    Column('report', JSON, nullable=False),  # the check's warnings at submission
    Column('base_id', ForeignKey('process_definition.id')),  # in force when it was submitted
    Column('state', String(20), nullable=False),
    Column('reason', Text, nullable=False),
    Column('wanted_at', Instant),  # from when the analyst would have it; NULL means at once
    Column('editors', JSON, nullable=False),  # everybody whose text is in the draft: none of them may release it (S-37)
    Column('submitted_by', String(100), nullable=False),
    Column('submitted_at', Instant, nullable=False),
    Column('decided_by', String(100)),
    Column('decided_at', Instant),
    Column('decision_reason', Text, nullable=False, server_default=''),
    Column('definition_id', ForeignKey('process_definition.id')),  # what became of it
    one_of('state', *STATES),
    Index(None, 'state', 'submitted_at'),
    Index(None, 'item', 'state'),
)
