"""Backups that were made, and restores: each begins an epoch in which no number of an earlier one is issued again."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from engine.tables import Instant, metadata

backup_run = Table(
    'backup_run',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('slot', String(40), unique=True),  # of the schedule: one backup a slot, whichever worker is first; NULL: ordered by hand
    Column('began_at', Instant, nullable=False),
    Column('ended_at', Instant),
    Column('place', String(500), nullable=False),
    Column('rows', Integer, nullable=False, server_default='0'),
    Column('kilobytes', Integer, nullable=False, server_default='0'),
    Column('error', Text),
    Index(None, 'ended_at'),
)

# Epoch 0 is the time before the first restore and has no row.
restore = Table(
    'restore',
    metadata,
    Column('epoch', Integer, primary_key=True),
    Column('restored_at', Instant, nullable=False),
    Column('by', String(100), nullable=False),
    Column('backup_at', Instant, nullable=False),  # what came later is lost
    Column('year', Integer, nullable=False),  # of the hall's date then: documents and certificates of this year carry `label`
    Column('day', String(8), nullable=False),  # cases of this day have serials above `first_serial`
    Column('label', String(8), nullable=False),  # MMDDHHMM
    Column('first_serial', Integer, nullable=False),
    Column('serials', JSON, nullable=False),  # {region: the last serial of that day the backup knew}
    Column('report', JSON, nullable=False),  # what was lost, as far as it is known (tasks.operations.lost)
)
