"""The supervisor's rows: marks, what is watched for the next amber one, reminders, a hall's thresholds, substitutes. Same metadata."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from engine.tables import Instant, metadata, one_of, tries

COLOURS = ('amber', 'yellow', 'red')
_RAISED = "state = 'raised'"
STATES = ('raised', 'moved', 'closed', 'replied', 'disposed', 'withdrawn')

# One row for each case, clock or step, and colour: whoever raises it second finds it there. Nothing ever deletes a mark.
mark = Table(
    'mark',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('number', String(40), nullable=False, unique=True),  # 监察编号, GB/T 39046
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('hall', ForeignKey('hall.code'), nullable=False),
    Column('subject', String(80), nullable=False),  # clock:<name> | step:<token of its timer> | refusal | supplement:<n> | hand:<n>
    Column('host', String(40)),  # token of the activity a step mark is about
    Column('title', String(200), nullable=False),  # the clock's or the step's name in Chinese
    Column('rule', Integer, nullable=False),  # 监察规则编号
    Column('colour', String(10), nullable=False),  # 监察预警类型
    Column('fault', String(10)),  # inaction | wrong | slow; NULL while nothing is broken
    Column('ground_kind', String(20), nullable=False, server_default=''),  # `sentences` says it; '' means in the words of `grounds`
    Column('facts', JSON),  # what the sentence names besides the columns here
    Column('grounds', Text, nullable=False, server_default=''),  # as a supervisor wrote it, or as it was said before there were kinds
    Column('limit', String(200), nullable=False, server_default=''),
    Column('due_at', Instant),
    Column('last_day', String(10)),
    Column('moves', JSON, nullable=False),  # [{at, from, to, cause}]: where the due date went after the mark was raised
    Column('window', String(100), nullable=False, server_default=''),  # the responsible unit
    Column('department', String(50), nullable=False, server_default=''),
    Column('person', String(100), nullable=False, server_default=''),
    Column('state', String(20), nullable=False),
    Column('raised_at', Instant, nullable=False),
    Column('raised_by', String(100), nullable=False),
    Column('reply_due_at', Instant),
    Column('reply_last_day', String(10)),
    Column('reply', Text, nullable=False, server_default=''),
    Column('replied_at', Instant),
    Column('replied_by', String(100)),
    Column('disposition', String(20)),
    Column('level', String(20)),  # who is held to account (S-57)
    Column('opinion', Text, nullable=False, server_default=''),  # of the disposition, or why it was withdrawn
    Column('settled_at', Instant),
    Column('settled_by', String(100)),
    UniqueConstraint('case_no', 'subject', 'colour'),
    one_of('colour', *COLOURS),
    one_of('state', *STATES),
    one_of('fault', 'inaction', 'wrong', 'slow'),
    one_of('disposition', 'noted', 'talk', 'rectify', 'criticism', 'accountability'),
    one_of('level', 'person', 'unit', 'unit_head'),
    Index(None, 'state', 'colour', 'raised_at'),
    Index(None, 'window', 'state'),
    Index(None, 'instance_id', 'host'),
    Index(None, 'raised_at'),
    Index('ix_mark_raised', 'id', postgresql_where=text(_RAISED), sqlite_where=text(_RAISED)),
)

# When a limit that still runs turns amber. The sweep reads only rows whose moment has come, however many cases are open.
watch = Table(
    'watch',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), nullable=False),
    Column('case_no', String(21), nullable=False),
    Column('hall', String(50), nullable=False),
    Column('subject', String(80), nullable=False),
    Column('host', String(40)),
    Column('due_at', Instant),  # what `warn_at` was reckoned from
    # when the sweep looks at it: its amber instant (what people see is `clock.amber_at`, `user_task.amber_at`), now when thresholds have
    # changed, NULL while stopped, when it never turns amber, and when that mark was raised
    Column('warn_at', Instant),
    *tries(),
    UniqueConstraint('instance_id', 'subject'),
    Index(None, 'warn_at', 'id'),
    Index(None, 'hall'),
)

# What a person or a window is told. One row a reader: the key keeps it single however often it is sent.
reminder = Table(
    'reminder',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('key', String(250), nullable=False, unique=True),
    Column('parcel', String(250), nullable=False, server_default=''),  # the order it was sent for: all its readers are told one thing
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False, index=True),
    Column('mark_id', ForeignKey('mark.id')),
    Column('kind', String(20), nullable=False),  # due_soon | late | step
    Column('username', String(100)),  # a person,
    Column('window', String(100)),  # or everybody of a window
    Column('as_substitute', String(100)),  # for whom the person stands in (AB角)
    Column('host', String(40)),  # token of the activity a step's reminder is about
    Column('facts', JSON),  # what the sentence names (`sentences`); NULL where `title` and `body` say it, as they did before
    Column('title', String(200), nullable=False, server_default=''),
    Column('body', Text, nullable=False, server_default=''),
    Column('at', Instant, nullable=False),
    Column('read_at', Instant),
    Column('read_by', String(100)),
    one_of('kind', 'due_soon', 'late', 'step'),
    Index(None, 'username', 'read_at'),
    Index(None, 'window', 'read_at'),
)

mark_rule = Table(
    'mark_rule',
    metadata,
    Column('hall', ForeignKey('hall.code'), primary_key=True),
    Column('amber_days', Integer, nullable=False),
    Column('amber_percent', Integer, nullable=False),
    Column('reply_workdays', Integer, nullable=False),
    Column('changed_at', Instant, nullable=False),
    Column('changed_by', String(100), nullable=False),
)

clerk_substitute = Table(
    'clerk_substitute',
    metadata,
    Column('username', ForeignKey('clerk.username'), primary_key=True),
    Column('substitute', ForeignKey('clerk.username'), nullable=False, index=True),
    Column('changed_at', Instant, nullable=False),
)
