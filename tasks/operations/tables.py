"""Backups, restores (each begins an epoch in which no number of an earlier one is issued again), what waits for a second person."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from engine.tables import Instant, metadata, one_of

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
    Column('report', JSON, nullable=False),  # what was lost, as far as it is known (tasks.backup.lost)
    Column('acknowledged_by', String(100)),  # NULL: nobody has said yet that it was meant to be; until then the doctor names it
    Column('acknowledged_at', Instant),
    Column('remark', Text, nullable=False, server_default=''),
)

# What one person alone put into force: it counts at once, and stays on the red list until a second person has signed it (事后会签).
sole_act = Table(
    'sole_act',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('action', String(50), nullable=False),  # as in the operator log
    Column('object', String(200), nullable=False),
    Column('reason', Text, nullable=False),
    Column('by', String(100), nullable=False),  # cli: the owner of the machine (机主), who has not signed in
    Column('at', Instant, nullable=False),
    Column('verdict', String(10)),  # NULL: nobody has signed yet
    Column('signed_by', String(100)),
    Column('signed_at', Instant),
    Column('remark', Text, nullable=False, server_default=''),
    one_of('verdict', 'agreed', 'objected'),
    Index(None, 'verdict', 'at'),
)

# What somebody objected to stays open until somebody else has settled it and says how.
settlement = Table(
    'settlement',
    metadata,
    Column('act', ForeignKey('sole_act.id'), primary_key=True),
    Column('by', String(100), nullable=False),
    Column('at', Instant, nullable=False),
    Column('note', Text, nullable=False),
)

# What one person wants and nobody else has confirmed yet: nothing of it is in force (tasks.operations.proposals).
proposal = Table(
    'proposal',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('action', String(50), nullable=False),  # as in the operator log, once it is done
    Column('object', String(200), nullable=False),
    Column('reason', Text, nullable=False),
    Column('arguments', JSON, nullable=False),
    Column('payload', LargeBinary),  # a bundle as it was uploaded
    Column('by', String(100), nullable=False),
    Column('at', Instant, nullable=False),
    Column('verdict', String(10)),  # NULL: nobody has decided; void: nobody could any more
    Column('decided_by', String(100)),
    Column('decided_at', Instant),
    Column('remark', Text, nullable=False, server_default=''),
    one_of('verdict', 'agreed', 'objected', 'void'),
    Index(None, 'verdict', 'at'),
)
