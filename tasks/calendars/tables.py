"""The calendar's own rows: every change of it as an edition that is never overwritten, and the days on which halls were closed.

The days of the yearly notices themselves stand in the engine's `calendar_day`. A closure lies over them and never replaces them, so that
opening a day again is taking the closure away.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.tables import Instant, metadata, one_of, tries

KINDS = ('import', 'closure', 'reopening', 'hours')
EVERY_HALL = ''

calendar_edition = Table(
    'calendar_edition',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('calendar', String(20), nullable=False),
    Column('hall', String(50), nullable=False, server_default=''),  # '' is every hall with this calendar
    Column('kind', String(20), nullable=False),
    Column('token', String(32), nullable=False),  # names this content in every process and database: what caches ask by
    Column('source', String(200), nullable=False),  # the notice, e.g. 国办发明电〔2025〕7号
    Column('reason', Text, nullable=False, server_default=''),
    Column('text', Text, nullable=False, server_default=''),  # the notice or table as it was given
    Column('changes', JSON, nullable=False),  # [{date, before, after}] or {before, after} of the hours
    Column('applied_by', String(100), nullable=False),
    Column('applied_at', Instant, nullable=False),
    Column('state', String(20), nullable=False),
    Column('total', Integer, nullable=False, server_default='0'),  # open instances when it was applied
    Column('done', Integer, nullable=False, server_default='0'),
    Column('moved', Integer, nullable=False, server_default='0'),  # of which with a due date that changed
    Column('failed', Integer, nullable=False, server_default='0'),
    Column('finished_at', Instant),
    UniqueConstraint('token'),
    one_of('kind', *KINDS),
    one_of('state', 'recomputing', 'done'),
    Index(None, 'calendar', 'hall', 'id'),
    Index(None, 'state'),
)

# A case that has to follow an edition: its due dates are computed anew once.
calendar_case = Table(
    'calendar_case',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('edition_id', ForeignKey('calendar_edition.id'), nullable=False),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('state', String(20), nullable=False),
    *tries(),
    UniqueConstraint('edition_id', 'instance_id'),
    one_of('state', 'waiting', 'done', 'dead'),
    Index(None, 'state', 'next_try'),
    Index(None, 'edition_id', 'state'),
)

closure_day = Table(
    'closure_day',
    metadata,
    Column('calendar', String(20), primary_key=True),
    Column('hall', String(50), primary_key=True),  # '' is every hall with this calendar
    Column('date', String(10), primary_key=True),
    Column('name', String(50), nullable=False),
    Column('source', String(200), nullable=False),
)
