"""Anchors: lines about the ends of the chains that leave the database, so that what is cut off here is known there."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from engine.tables import Instant, metadata, tries

evidence_anchor = Table(
    'evidence_anchor',
    metadata,
    Column('id', Integer, primary_key=True),  # number of the line
    Column('due_at', Instant, nullable=False),
    Column('made_at', Instant),  # NULL: the next one, which is planned
    Column('line', Text),
    *tries(),
)
