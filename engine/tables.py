"""The engine's rows. SQLAlchemy Core tables only: every write happens in `engine.begin`, every read names the columns it wants.

Instants are stored in UTC and come back aware (`Instant`). JSON columns hold plain data (`engine.core.values`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from engine.core import widths

NAMING = {
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
    'ck': 'ck_%(table_name)s_%(constraint_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s',
    'pk': 'pk_%(table_name)s',
}

metadata = MetaData(naming_convention=NAMING)


def tries() -> tuple[Column[Any], ...]:
    """The columns by which `engine.timing.sweep` remembers failures of due work: attempts, when to try again, the last error."""
    return Column('attempts', Integer, nullable=False, server_default='0'), Column('next_try', Instant), Column('last_error', Text)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no zone of its own. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError('Expected an instant with a time zone, but it has none')
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """A check that a column holds one of these words."""
    words = ', '.join(f"'{value}'" for value in values)
    return CheckConstraint(f'{column} IN ({words})', name=column)


process_definition = Table(
    'process_definition',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('key', String(widths.DEFINITION_KEY), nullable=False),  # the bundle's item code or process id
    Column('version', Integer, nullable=False),
    Column('name', String(widths.NAME), nullable=False),
    Column('bundle_hash', String(64), nullable=False),
    Column('bundle', LargeBinary, nullable=False),  # zip
    Column('state', String(20), nullable=False),
    Column('effective_at', Instant),
    Column('retired_at', Instant),
    Column('clock_rules', JSON, nullable=False),  # [{name, starts, ends, limit}], see engine.clocks
    Column('report', JSON, nullable=False),  # the check's problems (warnings) at deployment
    Column('reason', Text, nullable=False, server_default=''),
    Column('deployed_by', String(100), nullable=False),
    Column('deployed_at', Instant, nullable=False),
    *tries(),  # of coming into force
    UniqueConstraint('key', 'version'),
    one_of('state', 'draft', 'staged', 'in_force', 'retired'),
    Index(None, 'key', 'state'),
)

process_instance = Table(
    'process_instance',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('definition_id', ForeignKey('process_definition.id'), nullable=False, index=True),
    Column('business_key', String(widths.BUSINESS_KEY), nullable=False),
    Column('status', String(20), nullable=False),
    Column('state', LargeBinary, nullable=False),  # spec-free, compressed task tree
    Column('state_schema', Integer, nullable=False),
    Column('lock_version', Integer, nullable=False, server_default='0'),
    Column('result', String(widths.RESULT)),
    Column('hall', String(50), nullable=False, server_default=''),  # whose calendar, office hours and deadline time apply
    Column('started_by', String(100), nullable=False),
    Column('started_at', Instant, nullable=False),
    Column('ended_at', Instant),
    Column('touched_by', String(100), nullable=False),  # who wrote last and when: named by a 409
    Column('touched_at', Instant, nullable=False),
    Column('last_hash', String(64), nullable=False, server_default=''),  # head of the history chain
    Column('history_length', Integer, nullable=False, server_default='0'),
    Column('evidence_seq', Integer, nullable=False, server_default='0'),  # length of the case's chain of evidence
    Column('evidence_link', String(64), nullable=False, server_default=''),  # what its next entry links to
    UniqueConstraint('business_key'),
    one_of('status', 'active', 'suspended', 'completed', 'terminated', 'cancelled'),
    Index(None, 'status'),
)

_OPEN = "state = 'open'"
_HELD = "state = 'open' AND assignee IS NOT NULL"
_OPEN_STEP = ('instance_id', 'group_key', 'assignee', 'due_at', 'amber_at', 'stopped', 'id', 'state')  # all that the desk counts

user_task = Table(
    'user_task',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('token', String(40), nullable=False),
    Column('scope', JSON, nullable=False),  # tokens of the enclosing subprocesses and call activities, outermost first
    Column('element', String(widths.ELEMENT), nullable=False),
    Column('name', String(widths.NAME), nullable=False),
    Column('state', String(20), nullable=False),
    Column('candidate_groups', JSON, nullable=False),  # window ids, as the diagram says
    Column('group_key', String(widths.GROUP), nullable=False),  # the first candidate group; the others are in user_task_group
    Column('candidate_users', JSON, nullable=False, server_default='[]'),  # people named one by one; found by user_task_person
    Column('assignee', String(widths.PERSON)),
    Column('claimed_at', Instant),
    Column('form_ref', String(widths.FORM)),
    Column('signers', Integer, nullable=False, server_default='1'),
    Column('signatures', JSON, nullable=False),  # [{by, at, variables}]
    Column('not_by', JSON, nullable=False),  # element ids whose completers may not do this one
    Column('due_at', Instant),  # end of the first limit it stands under, broken ones included; NULL: none runs (engine.worktime.urgency)
    Column('amber_at', Instant),  # from when on it is amber; NULL: never
    Column('due_unit', String(10)),  # in which the first limit counts: workday | day | workhour | hour; NULL: none, or not counted yet
    Column('stopped', Boolean, nullable=False, server_default=false()),  # whether an open stop holds the case's clocks
    Column('priority', Integer, nullable=False, server_default='50'),
    Column('lock_version', Integer, nullable=False, server_default='0'),
    Column('draft', JSON),  # unsent form data
    Column('draft_by', String(widths.PERSON)),  # who typed it
    Column(
        'draft_version', Integer, nullable=False, server_default='0'
    ),  # one more with each save: a stale page does not save over a newer draft
    Column('opened_at', Instant, nullable=False),
    Column('closed_at', Instant),
    Column('closed_by', String(100)),
    UniqueConstraint('instance_id', 'token'),
    one_of('state', 'open', 'completed', 'cancelled'),
    Index('ix_user_task_list', 'state', 'group_key', 'due_at'),
    Index('ix_user_task_held', 'assignee', 'due_at', postgresql_where=text(_HELD), sqlite_where=text(_HELD)),
    Index('ix_user_task_urgency', 'state', 'due_at'),
    Index('ix_user_task_open', *_OPEN_STEP, postgresql_where=text(_OPEN), sqlite_where=text(_OPEN)),
)

# The candidate groups of a task after the first, one row each, so that lists find them by an index; nearly every task has one group.
user_task_group = Table(
    'user_task_group',
    metadata,
    Column('task_id', ForeignKey('user_task.id'), primary_key=True),
    Column('group', String(widths.GROUP), primary_key=True),
    Index(None, 'group', 'task_id'),
)

# The people a task is offered to one by one, so that their lists find it by an index; most tasks name none.
user_task_person = Table(
    'user_task_person',
    metadata,
    Column('task_id', ForeignKey('user_task.id'), primary_key=True),
    Column('person', String(widths.PERSON), primary_key=True),
    Index(None, 'person', 'task_id'),
)

_UNMET = "met_at IS NULL AND state IN ('running', 'breached')"

clock = Table(
    'clock',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('name', String(30), nullable=False),  # notify | promise | statutory | delivery | …
    Column('anchor', Instant, nullable=False),
    Column('limit', String(100), nullable=False),
    Column('state', String(20), nullable=False),
    Column('due_at', Instant),  # NULL while stopped
    Column('amber_at', Instant),  # from when on it is amber; NULL while stopped, and for limits too short to warn of
    Column('last_day', String(10)),
    Column('provisional', Boolean, nullable=False, server_default=false()),
    Column('calendar_version', String(40), nullable=False),
    Column('met_at', Instant),
    *tries(),
    UniqueConstraint('instance_id', 'name'),
    one_of('state', 'running', 'stopped', 'met', 'breached', 'cancelled'),
    Index(None, 'state', 'due_at'),
    Index(None, 'state', 'amber_at'),
    Index('ix_clock_unmet_due_at', 'due_at', postgresql_where=text(_UNMET), sqlite_where=text(_UNMET)),
    Index('ix_clock_unmet_amber_at', 'amber_at', postgresql_where=text(_UNMET), sqlite_where=text(_UNMET)),
)

UNMET: ColumnElement[bool] = literal_column("(clock.met_at IS NULL AND clock.state IN ('running', 'breached'))")
"""A limit of a case that is not over. Said by this, and not with parameters, it is found by the indexes over such clocks alone."""

stop = Table(
    'stop',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('token', String(40)),  # of the stopping activity; NULL when the office stopped the clock
    Column('element', String(widths.ELEMENT)),
    Column('kind', String(30), nullable=False),
    Column('reason', Text, nullable=False),
    Column('basis', Text, nullable=False),
    Column('notice', String(100), nullable=False, server_default=''),
    Column('opened_by', String(100), nullable=False),
    Column('closed_by', String(100)),
    Column('from', Instant, nullable=False),
    Column('to', Instant),
    Index('ix_stop_open', 'instance_id', postgresql_where=text('"to" IS NULL'), sqlite_where=text('"to" IS NULL')),
)

extension = Table(
    'extension',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('clock_name', String(30), nullable=False),
    Column('amount', Integer, nullable=False),  # in the clock's own unit
    Column('reason', Text, nullable=False),
    Column('notice', String(100), nullable=False, server_default=''),
    Column('granted_by', String(100), nullable=False),
    Column('granted_at', Instant, nullable=False),
    UniqueConstraint('instance_id', 'clock_name'),  # once (Administrative Licensing Law art. 42)
)

timer = Table(
    'timer',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('token', String(40), nullable=False),
    Column('element', String(widths.ELEMENT), nullable=False),
    Column('attached_to', String(widths.ELEMENT)),
    Column('host', String(40)),  # token of the bounded activity
    Column('interrupting', Boolean, nullable=False),
    Column('timer_type', String(20), nullable=False),
    Column('limit', String(widths.LIMIT), nullable=False),
    Column('on_expiry', String(20), nullable=False, server_default='escalate'),
    Column('anchor', Instant, nullable=False),
    Column('state', String(20), nullable=False),
    Column('stoppable', Boolean, nullable=False),  # false on and inside a stopping activity: it bounds the applicant
    Column('due_at', Instant),  # NULL while stopped, and while it leans on a clock that has not started
    Column('last_day', String(10)),
    Column('calendar_version', String(40), nullable=False),
    Column('occurrence', Integer, nullable=False, server_default='1'),  # which one of a cycle the row waits for, from 1
    Column('fired_at', Instant),
    *tries(),
    UniqueConstraint('instance_id', 'token'),
    one_of('state', 'armed', 'stopped', 'fired', 'cancelled', 'dead'),
    Index(None, 'state', 'due_at'),
)

timer_start = Table(
    'timer_start',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('definition_id', ForeignKey('process_definition.id'), nullable=False, index=True),
    Column('element', String(widths.ELEMENT), nullable=False),
    Column('limit', String(widths.LIMIT), nullable=False),
    Column('anchor', Instant, nullable=False),  # when the definition came into force
    Column('occurrence', Integer, nullable=False, server_default='1'),  # which one of a repetition the row waits for, from 1
    Column('due_at', Instant),
    Column('state', String(20), nullable=False),
    Column('fired_at', Instant),  # the last time
    *tries(),
    one_of('state', 'armed', 'done', 'replaced', 'dead'),
    Index(None, 'state', 'due_at'),
)

subscription = Table(
    'subscription',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('token', String(40), nullable=False),
    Column('element', String(widths.ELEMENT), nullable=False),
    Column('kind', String(20), nullable=False),  # message | signal
    Column('name', String(widths.NAME), nullable=False),
    Column('opened_at', Instant, nullable=False),
    UniqueConstraint('instance_id', 'token', 'kind', 'name'),
    Index(None, 'kind', 'name'),
)

incident = Table(
    'incident',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), index=True),
    Column('item', Integer),  # id of the row of due work that failed; `kind` names its queue
    Column('token', String(40)),
    Column('element', String(widths.ELEMENT)),
    Column('kind', String(30), nullable=False),  # step | assignment | the queue of due work: timer, clock, outbox …
    Column('message', Text, nullable=False),  # in Chinese; what a program or a database said is as it was said
    Column('message_en', Text, nullable=False, server_default=''),
    Column('detail', Text, nullable=False, server_default=''),
    Column('state', String(20), nullable=False),
    Column('opened_at', Instant, nullable=False),
    Column('closed_at', Instant),
    Column('closed_by', String(100)),
    Column('resolution', Text),
    one_of('state', 'open', 'retried', 'resolved'),
    Index(None, 'state', 'opened_at'),
)

history = Table(
    'history',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('seq', Integer, nullable=False),
    Column('at', Instant, nullable=False),
    Column('by', String(100), nullable=False),  # actor id, or system:timer
    Column('event', String(50), nullable=False),  # past tense: user_task.completed, timer.fired, clock.stopped
    Column('element', String(widths.ELEMENT)),
    Column('token', String(40)),
    Column('data', JSON, nullable=False),
    Column('hash', String(64), nullable=False),  # SHA-256 over the row and the previous hash
    UniqueConstraint('instance_id', 'seq'),
)

# One entry a transaction and chain (engine.evidence). Nothing refers to it and it refers to nothing: it outlives what it is about.
evidence = Table(
    'evidence',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('chain', String(120), nullable=False),  # case/<number> | log/<account> | hall
    Column('seq', Integer, nullable=False),
    Column('at', Instant, nullable=False),
    Column('by', String(100), nullable=False),
    Column('kind', String(20), nullable=False),  # act | baseline | copied
    Column('objects', JSON, nullable=False),  # {object: digest of its rows as they stand after the act, null when it is gone}
    Column('previous', String(64), nullable=False),  # over hash and signature of the entry before; empty for the first
    Column('hash', String(64), nullable=False),
    Column('key', String(16), nullable=False),  # which key signed
    Column('signature', String(100), nullable=False),  # Ed25519 over the hash, base64
    Column('anchor', Integer),  # number of the anchor line that has it; NULL: none yet
    UniqueConstraint('chain', 'seq'),
    Index('ix_evidence_waiting', 'id', sqlite_where=text('anchor IS NULL'), postgresql_where=text('anchor IS NULL')),
)

# Where the chains end that are no case's; a case's end stands in its process_instance.
evidence_head = Table(
    'evidence_head',
    metadata,
    Column('chain', String(120), primary_key=True),
    Column('seq', Integer, nullable=False),
    Column('link', String(64), nullable=False),
)

evidence_key = Table(
    'evidence_key',
    metadata,
    Column('id', String(16), primary_key=True),  # the beginning of the SHA-256 of the public key
    Column('public', String(100), nullable=False),  # base64
    Column('since', Instant, nullable=False),
)

outbox = Table(
    'outbox',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), index=True),
    Column('key', String(200), nullable=False, unique=True),  # idempotency key
    Column('topic', String(50), nullable=False),
    Column('payload', JSON, nullable=False),
    Column('state', String(20), nullable=False),
    Column('attempts', Integer, nullable=False, server_default='0'),
    Column('next_try', Instant, nullable=False),
    Column('last_error', Text),
    Column('created_at', Instant, nullable=False),
    Column('sent_at', Instant),
    one_of('state', 'waiting', 'sent', 'dead'),
    Index(None, 'state', 'next_try'),
)

calendar_day = Table(
    'calendar_day',
    metadata,
    Column('calendar', String(20), primary_key=True),
    Column('date', String(10), primary_key=True),
    Column('working', Boolean, nullable=False),
    Column('name', String(50), nullable=False),
    Column('source', String(200), nullable=False),
    Column('version', Integer, nullable=False),
)

# The state of an instance before the software itself moved it (a timer, a message): to go back to when the clock was wrong.
state_before = Table(
    'state_before',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False, index=True),
    Column('history_length', Integer, nullable=False),  # of the instance then
    Column('at', Instant, nullable=False, index=True),
    Column('state', LargeBinary, nullable=False),
)

heartbeat = Table(
    'heartbeat',
    metadata,
    Column('worker', String(100), primary_key=True),
    Column('ticked_at', Instant, nullable=False),
    Column('fired', Integer, nullable=False, server_default='0'),
    Column('lag_seconds', Integer, nullable=False, server_default='0'),
)
