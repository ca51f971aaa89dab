"""What each machine's clock last said and was believed, and the doubts there were."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from engine.tables import Instant, metadata, one_of

KINDS = ('database', 'jump', 'back', 'gap')

clock_reading = Table(
    'clock_reading',
    metadata,
    Column('host', String(100), primary_key=True),
    Column('machine_at', Instant, nullable=False),  # what the machine's clock said when it was last believed
    Column('boot', String(50), nullable=False),  # which start of the machine (or process) `uptime` counts from
    Column('uptime', Integer, nullable=False),  # seconds, by a clock that nobody sets
    Column('drift', Integer, nullable=False, server_default='0'),  # seconds ahead of the database's clock that a person has accepted
)

clock_doubt = Table(
    'clock_doubt',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('host', String(100), nullable=False),
    Column('kind', String(10), nullable=False),
    Column('machine_at', Instant, nullable=False),  # what the machine's clock said when the doubt arose
    Column('expected_at', Instant, nullable=False),  # what it was expected to say, or the last instant it was believed
    Column('boot', String(50), nullable=False),
    Column('uptime', Integer, nullable=False),
    Column('state', String(10), nullable=False),
    Column('ended_at', Instant),
    Column('ended_by', String(100)),
    Column('reason', Text, nullable=False, server_default=''),
    one_of('kind', *KINDS),
    one_of('state', 'open', 'confirmed', 'over'),
    Index(None, 'state', 'host'),
)
