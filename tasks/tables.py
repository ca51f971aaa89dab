"""The office's rows: halls, windows, clerks, approval items, cases, materials, documents. Same metadata and rules as `engine.tables`.

Codes are primary keys where people speak in codes (hall, department, window, item, case number). Dates are ISO texts of the hall's zone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    text,
    true,
)
from sqlalchemy.types import TypeEngine

from engine.tables import Instant, metadata, one_of

# domain §7: what a case is, in the office's own words
CASE_STATUSES = (
    'received',
    'supplement',
    'accepted',
    'in_review',
    'special',
    'suspended',
    'decided',
    'delivering',
    'closed',
    'not_accepted',
    'not_required',
    'returned',
    'withdrawn',
    'expired_supplement',
    'voided',
)
ENDED_STATUSES = ('closed', 'not_accepted', 'not_required', 'returned', 'withdrawn', 'expired_supplement', 'voided')
_OPEN = 'status NOT IN ({})'.format(', '.join(f"'{status}'" for status in ENDED_STATUSES))
APPLICANT_KINDS = ('person', 'enterprise', 'public_institution', 'social_organisation', 'authority', 'other')  # GB/T 39046 A.4
CHANNELS = ('window', 'online', 'mobile', 'courier', 'other')  # GB/T 39046 A.5


def plain_text(length: int) -> TypeEngine[str]:
    """A text that is compared code point by code point on both databases, so that its beginnings are a range of its index."""
    return String(length).with_variant(String(length, collation='C'), 'postgresql')


hall = Table(
    'hall',
    metadata,
    Column('code', String(50), primary_key=True),
    Column('name', String(200), nullable=False),
    Column('region', String(6), nullable=False),  # GB/T 2260 division code, first part of a case number
    Column('calendar', String(20), nullable=False, server_default='CN'),
    Column('office_hours', JSON, nullable=False),  # [["09:00", "12:00"], ["13:30", "17:00"]]
    Column('deadline_time', String(5), nullable=False, server_default='24:00'),
    Column('zone', String(50), nullable=False, server_default='Asia/Shanghai'),
    Column('document_prefix', String(50), nullable=False),  # 清政服 in 清政服〔2026〕第000123号
    Column('address', String(200), nullable=False, server_default=''),
    Column('phone', String(50), nullable=False, server_default=''),
    Column('complaint_phone', String(50), nullable=False, server_default=''),
    Column('demo', Boolean, nullable=False, server_default=false()),
    Column('created_at', Instant, nullable=False),
)

department = Table(
    'department',
    metadata,
    Column('code', String(50), primary_key=True),
    Column('hall', ForeignKey('hall.code'), nullable=False, index=True),
    Column('name', String(200), nullable=False),
    Column('uscc', String(18), nullable=False, server_default=''),  # GB 32100
    Column('phone', String(50), nullable=False, server_default=''),
    Column('reconsideration', String(200), nullable=False, server_default=''),  # where 行政复议 is asked
    Column('court', String(200), nullable=False, server_default=''),  # where 行政诉讼 is brought
)

window = Table(
    'window',
    metadata,
    Column('code', String(100), primary_key=True),  # the candidate group of the diagram
    Column('hall', ForeignKey('hall.code'), nullable=False, index=True),
    Column('department', ForeignKey('department.code')),
    Column('name', String(200), nullable=False),
    Column('authority', String(20), nullable=False),  # S-42 窗口权限
    Column('place', String(200), nullable=False, server_default=''),
    Column('open', Boolean, nullable=False, server_default=true()),
    one_of('authority', 'receive', 'review', 'decide'),
)

clerk = Table(
    'clerk',
    metadata,
    Column('username', String(100), primary_key=True),
    Column('name', String(100), nullable=False),
    Column('password_hash', String(200), nullable=False),
    Column('department', ForeignKey('department.code')),
    Column('roles', JSON, nullable=False),
    Column('certificate_no', String(50), nullable=False, server_default=''),  # S-68 执法证
    Column('certificate_until', String(10), nullable=False, server_default=''),
    Column('active', Boolean, nullable=False, server_default=true()),
    Column('session_epoch', Integer, nullable=False, server_default='0'),  # raised to end every session of this person
    Column('created_at', Instant, nullable=False),
)

# one row a signed-in browser; gone when the session is over
clerk_session = Table(
    'clerk_session',
    metadata,
    Column('id', String(64), primary_key=True),  # SHA-256 of the token in the cookie
    Column('username', ForeignKey('clerk.username'), nullable=False, index=True),
    Column('epoch', Integer, nullable=False),  # the clerk's session_epoch when it began
    Column('began_at', Instant, nullable=False),
    Column('seen_at', Instant, nullable=False),
    Column('must', String(10), nullable=False, server_default=''),  # password, factor: what comes before anything else in it
    Column('address', String(100), nullable=False, server_default=''),
    Column('browser', String(200), nullable=False, server_default=''),  # what it says of itself
    Column('slips', JSON, nullable=False),  # [[case number, query password]] of the receipts it may still print, encrypted with the token
    Column('searches', JSON),  # [[key in the address, words]]: words may be a name, and addresses are logged; NULL: none yet
)

clerk_window = Table(
    'clerk_window',
    metadata,
    Column('username', ForeignKey('clerk.username'), primary_key=True),
    Column('window', ForeignKey('window.code'), primary_key=True, index=True),
)

# The windows an item names, version by version: who leads it (S-43) and who extends its limits is asked in lists, where no bundle is read.
definition_window = Table(
    'definition_window',
    metadata,
    Column('definition_id', ForeignKey('process_definition.id'), primary_key=True),
    Column('duty', String(10), primary_key=True),  # named: stands in item.toml; extends: another post than the agency's head approves
    Column('window', String(100), primary_key=True),
    one_of('duty', 'named', 'extends'),
    Index(None, 'window', 'duty'),
)

approval_item = Table(
    'approval_item',
    metadata,
    Column('code', String(100), primary_key=True),
    Column('name', String(200), nullable=False),
    Column('hall', ForeignKey('hall.code'), nullable=False),
    Column('department', ForeignKey('department.code')),
    Column('definition_key', String(100), nullable=False, unique=True),
    Column('definition_id', ForeignKey('process_definition.id')),  # deployed last
    Column('handling_class', String(20), nullable=False),  # S-01
    Column('type', String(2), nullable=False, server_default=''),  # GB/T 39046 A.1: fixed for ever (S-39)
    Column('promise', String(200), nullable=False, server_default=''),  # limits as written; the whole entry is in the definition's bundle
    Column('statutory', String(200), nullable=False, server_default=''),
    Column('number_prefixes', String(200), nullable=False, server_default=''),  # of its certificates, separated by spaces
    Column('published', Boolean, nullable=False, server_default=false()),
    Column('published_at', Instant),
    Column('changed_at', Instant, nullable=False),
    one_of('handling_class', 'instant', 'promised', 'joint'),
)

approval_case = Table(
    'approval_case',
    metadata,
    Column('case_no', String(21), primary_key=True),
    Column('instance_id', ForeignKey('process_instance.id'), unique=True),  # NULL only inside the receiving transaction
    Column('item', ForeignKey('approval_item.code'), nullable=False),
    Column('item_name', String(200), nullable=False),
    Column('definition_id', ForeignKey('process_definition.id')),
    Column('hall', ForeignKey('hall.code'), nullable=False),
    Column('status', String(20), nullable=False),
    Column('result', String(50)),
    Column('received_at', Instant, nullable=False),
    Column('accepted_at', Instant),
    Column('decided_at', Instant),
    Column('delivered_at', Instant),
    Column('closed_at', Instant),
    Column('deemed', String(20)),  # acceptance or decision made by silence
    Column('applicant_name', String(200), nullable=False),
    Column('applicant_kind', String(20), nullable=False),
    Column('applicant_id_type', String(30), nullable=False, server_default=''),  # engine.identity: ID_TYPES of a person, uscc
    Column('applicant_id_no', String(50), nullable=False, server_default=''),
    Column('applicant_phone', String(50), nullable=False, server_default=''),
    Column('applicant_address', String(300), nullable=False, server_default=''),
    Column('agent', JSON),  # {name, id_type, id_no, phone}: who acts for the applicant (S-17)
    Column('channel', String(20), nullable=False),
    Column('window', ForeignKey('window.code')),  # where it was received
    Column('received_by', String(100), nullable=False),
    Column('first_contact', String(100), nullable=False),  # S-08
    Column('query_password_hash', String(200), nullable=False),
    Column('form', JSON, nullable=False),  # what the applicant filed
    Column('submission', String(64), unique=True),  # nonce of the page it was filed with: one page files one case
    one_of('status', *CASE_STATUSES),
    one_of('applicant_kind', *APPLICANT_KINDS),
    one_of('channel', *CHANNELS),
    Index(None, 'status', 'received_at'),
    Index(None, 'item', 'received_at'),
    Index(None, 'received_at', 'case_no'),
    Index(None, 'applicant_name'),
    Index(None, 'applicant_id_no'),
    Index('ix_approval_case_open', 'instance_id', 'hall', postgresql_where=text(_OPEN), sqlite_where=text(_OPEN)),
)


def open_case(status: ColumnElement[str]) -> ColumnElement[bool]:
    """A case that is not over, by the column `status` of `approval_case` or an alias: said like this it is found in the index of open
    cases, with its hall, however many are over."""
    ended: BindParameter[Any] = bindparam(None, ENDED_STATUSES, expanding=True, literal_execute=True)
    return status.not_in(ended)


# What a case is found by: parts of its number and of the applicant's name, the ends of his numbers (tasks.cases.search). The newest case
# of a key is one step in the index away, on either database and without an extension.
case_key = Table(
    'case_key',
    metadata,
    Column('key', plain_text(60), primary_key=True),
    Column('received_at', Instant, primary_key=True),
    Column('case_no', ForeignKey('approval_case.case_no'), primary_key=True, index=True),
)

case_material = Table(
    'case_material',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False),
    Column('code', String(100), nullable=False),
    Column('name', String(200), nullable=False),
    Column('required', Boolean, nullable=False, server_default=true()),
    Column('state', String(20), nullable=False),
    Column('originals', Integer, nullable=False, server_default='0'),
    Column('copies', Integer, nullable=False, server_default='0'),
    Column('note', Text, nullable=False, server_default=''),
    Column('changed_at', Instant, nullable=False),
    UniqueConstraint('case_no', 'code'),
    one_of('state', 'missing', 'received', 'defective', 'verified'),
)

attachment = Table(
    'attachment',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False, index=True),
    Column('task_id', ForeignKey('user_task.id'), nullable=False, index=True),  # where it was handed in
    Column('name', String(200), nullable=False),
    Column('media_type', String(100), nullable=False),
    Column('size', Integer, nullable=False),  # bytes
    Column('sha256', String(64), nullable=False),
    Column('content', LargeBinary, nullable=False),
    Column('kept_by', String(100), nullable=False),
    Column('kept_at', Instant, nullable=False),
    Column('filed_at', Instant),  # NULL: only kept with the draft of its task
)

document = Table(
    'document',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False, index=True),
    Column('kind', String(40), nullable=False),
    Column('number', String(100), nullable=False, unique=True),
    Column('number_key', plain_text(100), nullable=False, server_default=''),  # what it is found by (tasks.cases.search)
    Column('title', String(200), nullable=False),
    Column('issued_at', Instant, nullable=False),
    Column('issued_by', String(100), nullable=False),  # an actor, or system:timer
    Column('body', Text, nullable=False),  # the printed page, as it was issued
    Column('data', JSON, nullable=False),
    Index(None, 'kind', 'issued_at'),
    Index(None, 'number_key'),
)

licence = Table(
    'licence',
    metadata,
    Column('no', String(50), primary_key=True),
    Column('no_key', plain_text(50), nullable=False, server_default=''),  # what it is found by
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False, unique=True),
    Column('item', ForeignKey('approval_item.code'), nullable=False),
    Column('document_id', ForeignKey('document.id')),
    Column('holder', String(200), nullable=False),
    Column('holder_id_no', String(50), nullable=False, server_default=''),
    Column('valid_from', String(10), nullable=False),
    Column('valid_until', String(10)),
    Column('state', String(20), nullable=False),
    Column('data', JSON, nullable=False),
    one_of('state', 'valid', 'expired', 'revoked', 'cancelled'),
    Index(None, 'state', 'valid_until'),
    Index(None, 'no_key'),
)

case_sequence = Table(
    'case_sequence',
    metadata,
    Column('region', String(6), primary_key=True),
    Column('day', String(8), primary_key=True),
    Column('last', Integer, nullable=False),
)

document_sequence = Table(
    'document_sequence',
    metadata,
    Column('series', String(100), primary_key=True),
    Column('year', Integer, primary_key=True),
    Column('last', Integer, nullable=False),
    Column('label', String(8), nullable=False, server_default=''),  # of the restore in this year (tasks.operations.tables)
)

login_attempt = Table(
    'login_attempt',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('username', String(100), nullable=False),
    Column('address', String(100), nullable=False),
    Column('at', Instant, nullable=False),
    Column('ok', Boolean, nullable=False),
    Column('device', String(64), nullable=False, server_default=''),  # the known browser it was tried in; empty: an unknown one
    Index(None, 'username', 'at'),
    Index(None, 'address', 'at'),
)

# a case somebody looks at with its query password: for a short time it has an address of its own
progress_view = Table(
    'progress_view',
    metadata,
    Column('id', String(64), primary_key=True),  # SHA-256 of the token in the address
    Column('case_no', ForeignKey('approval_case.case_no'), nullable=False),
    Column('began_at', Instant, nullable=False, index=True),
)

operator_log = Table(
    'operator_log',
    metadata,
    Column('id', Integer, primary_key=True),
    Column('at', Instant, nullable=False),
    Column('by', String(100), nullable=False),
    Column('action', String(50), nullable=False),  # past tense: item.deployed, clerk.created, personal_data.viewed
    Column('object', String(200), nullable=False),
    Column('reason', Text, nullable=False, server_default=''),
    Column('data', JSON, nullable=False),
    Index(None, 'at'),
    Index(None, 'action', 'at'),
    Index(None, 'object', 'at'),
)
