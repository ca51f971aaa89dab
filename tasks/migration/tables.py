"""What was ordered for many cases at once, and what became of each. The engine keeps the state before (`instance_migration`)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.tables import Instant, metadata, one_of, tries

KINDS = ('migrate', 'move', 'suspend', 'activate', 'retry', 'take_back')
BATCH_STATES = ('running', 'done', 'reverting', 'reverted')
ROW_STATES = ('waiting', 'done', 'refused', 'failed', 'reverting', 'reverted', 'kept')

case_batch = Table(
    'case_batch',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('kind', String(20), nullable=False),
    Column('order', JSON, nullable=False),  # the plan, or {leave, begin}; and the filter by which the cases were chosen
    Column('reason', Text, nullable=False),
    Column('state', String(20), nullable=False),
    Column('by', String(100), nullable=False),
    Column('by_name', String(100), nullable=False),
    Column('at', Instant, nullable=False),
    Column('revert_reason', Text, nullable=False, server_default=''),
    Column('reverted_by', String(100)),
    Column('finished_at', Instant),
    one_of('kind', *KINDS),
    one_of('state', *BATCH_STATES),
    Index(None, 'state'),
)

# `refused` cases could not, `failed` ones broke; `kept` were migrated and could not be reverted because they had moved since.
case_batch_row = Table(
    'case_batch_row',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('batch_id', ForeignKey('case_batch.id'), nullable=False),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('case_no', String(100), nullable=False),
    Column('state', String(20), nullable=False),
    Column('zh', Text, nullable=False, server_default=''),  # why not, or what is different
    Column('en', Text, nullable=False, server_default=''),
    Column('migration_id', ForeignKey('instance_migration.id')),
    Column('done_at', Instant),
    *tries(),
    UniqueConstraint('batch_id', 'instance_id'),
    one_of('state', *ROW_STATES),
    Index(None, 'batch_id', 'state', 'id'),
    Index(None, 'state', 'next_try'),
)
