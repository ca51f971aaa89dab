"""The workshop's rows: drafts, their files, and every text a file had before or lost to another person's save."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from engine.tables import Instant, metadata, one_of

DRAFT_STATES = ('open', 'submitted', 'released', 'discarded')
REVISION_KINDS = ('replaced', 'removed', 'refused')

draft_bundle = Table(
    'draft_bundle',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('name', String(200), nullable=False),
    Column('origin', String(200), nullable=False, server_default=''),  # what it was copied from, in words
    Column('definition_id', ForeignKey('process_definition.id')),  # the deployed version it was copied from
    Column('origin_hash', String(64), nullable=False, server_default=''),  # bundle hash of the origin: tells whether anything was changed
    Column('state', String(20), nullable=False),
    Column('lock_version', Integer, nullable=False, server_default='0'),  # raised by every change of any file
    Column('created_by', String(100), nullable=False),
    Column('created_at', Instant, nullable=False),
    Column('changed_by', String(100), nullable=False),
    Column('changed_at', Instant, nullable=False),
    one_of('state', *DRAFT_STATES),
    Index(None, 'state', 'changed_at'),
)

draft_file = Table(
    'draft_file',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('draft_id', ForeignKey('draft_bundle.id'), nullable=False),
    Column('path', String(200), nullable=False),
    Column('content', LargeBinary, nullable=False),
    Column('version', Integer, nullable=False),  # the file's ETag; never given twice for one path of a draft
    Column('changed_by', String(100), nullable=False),
    Column('changed_at', Instant, nullable=False),
    UniqueConstraint('draft_id', 'path'),
)

# Append-only. `replaced`: the text before a save. `removed`: the text of a file that was taken away. `refused`: a save that came too late.
draft_revision = Table(
    'draft_revision',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('draft_id', ForeignKey('draft_bundle.id'), nullable=False),
    Column('path', String(200), nullable=False),
    Column('kind', String(20), nullable=False),
    Column('content', LargeBinary, nullable=False),
    Column('version', Integer, nullable=False),  # the version the text was; for a refused one, the version it was made from
    Column('by', String(100), nullable=False),  # whose text it is
    Column('at', Instant, nullable=False),  # when it was put aside
    one_of('kind', *REVISION_KINDS),
    Index(None, 'draft_id', 'path', 'id'),
)
