"""What an applicant sees of his case with its number and query password: where it is, when it is due and why, what is asked of him.

No officer's name and nothing personal but what the applicant gave himself, masked. Wrong passwords are counted over all processes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from engine import SYSTEM, Edition, Forbidden, Ledger, NotFound, edition_of, limit_of, read
from engine.identity import mask_name, normalise
from engine.rows import StoredTask
from engine.words import Word
from engine.worktime import STOP_KINDS, left, unit_of
from tasks import tables as t
from tasks.calendars.halls import find_hall, hall_row
from tasks.cases.masking import persons_of, without_persons
from tasks.cases.numbers import verify
from tasks.cases.receipt import check_query_password, find_case
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import item_of
from tasks.deadlines.day_by_day import Explained, explain_case
from tasks.deadlines.plain_words import joined_words
from tasks.desk.verbs import windows_named
from tasks.people import throttle
from tasks.rights.relations import APPLICANT
from tasks.rows import StoredCase, StoredHall

if TYPE_CHECKING:
    from engine import Engine, Hall, Tx

VIEW = timedelta(minutes=30)
"""How long the address of a case that was asked for opens."""
_SHOWN = ('promise', 'statutory', 'notify', 'delivery')


class QueryRefused(Forbidden):
    """Wrong number or password: the two look alike."""

    status = 401


class QueryThrottled(QueryRefused):
    """Too many wrong passwords; `retry_at` says when to come again."""

    status = 429

    def __init__(self, retry_at: datetime) -> None:
        message = f'Expected fewer wrong passwords, but there were too many; retry at {retry_at.isoformat()}'
        super().__init__(message, '查询失败次数过多，请稍后再试')
        self.retry_at = retry_at


@dataclass(frozen=True)
class PublicLimit:
    """One limit in plain words. `last_day` is None while it stands still; `if_resumed` is what it would be then."""

    name: str
    title: str
    limit: str
    state: str
    last_day: date | None
    left: int | None  # in `unit`; None unless it runs
    unit: str
    if_resumed: date | None
    provisional: bool
    sentences: Word
    extended: str = ''  # by how much, e.g. 5个工作日


@dataclass(frozen=True)
class Asked:
    """Something the applicant has to do, and the last day for it; `notice` is the printed notice that says so, made by the office."""

    title: str
    last_day: date | None
    notice: str


@dataclass(frozen=True)
class PublicDocument:
    """A document that was issued to him."""

    id: int
    title: str
    number: str
    issued_at: datetime


@dataclass(frozen=True)
class Collect:
    """Where and when a result is handed out, what it is, and whom to ask first."""

    results: Sequence[str]
    place: str
    hours: str
    phone: str


@dataclass(frozen=True)
class CaseProgress:
    """The applicant's view of a case."""

    case_no: str
    item_name: str
    applicant_name: str
    status: str
    result: str | None
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    steps: Sequence[tuple[str, str]]  # step, window
    paused: Sequence[str]  # why the clock stands still
    asked: Sequence[Asked]
    limits: Sequence[PublicLimit]
    documents: Sequence[PublicDocument]
    hall_name: str
    hall_phone: str
    complaint_phone: str
    collect: Collect | None  # while a result waits to be collected

    @property
    def due(self) -> PublicLimit | None:
        """The one limit that matters now: the first that runs, else the first that stands still."""
        return next((one for state in ('running', 'stopped') for one in self.limits if one.state == state), None)


def check(engine: Engine, case_no: str, password: str, address: str) -> str:
    """The number of the case, if the password is right.

    Every try is counted as at the sign-in (`tasks.people.throttle`): who guesses at a number or from an address stops nobody else.
    Raises QueryRefused or QueryThrottled, alike for unknown numbers.
    """
    case_no = normalise(case_no)
    wanted = throttle.Try(f'progress {case_no}', f'progress {address}')
    admitted = engine.run(SYSTEM, lambda tx: throttle.admit(tx, wanted))
    if admitted.retry_at is not None:
        raise QueryThrottled(admitted.retry_at)
    with engine.reading() as connection:
        right = check_query_password(connection, case_no if verify(case_no) else '', password)
    if not right:
        raise QueryRefused('Expected the right number and password, but they do not match', '办件编号或查询密码不正确')
    engine.run(SYSTEM, lambda tx: throttle.succeeded(tx, admitted.id))
    return case_no


def look_up(engine: Engine, case_no: str, password: str, address: str) -> CaseProgress:
    """The case, if the password is right. Raises what `check` raises."""
    known = check(engine, case_no, password, address)
    with engine.reading() as connection:
        return progress(connection, known, now=engine.clock())


def open_view(engine: Engine, case_no: str, password: str, address: str) -> str:
    """A token that opens the case for `VIEW` without its password. Raises what `check` raises."""
    known = check(engine, case_no, password, address)
    return engine.run(SYSTEM, lambda tx: _begin_view(tx, known))


def viewed(connection: Connection, token: str, *, now: datetime) -> str | None:
    """The case a token opens; None for one that is over or never was."""
    view = t.progress_view.c
    mine = select(view.case_no).where(view.id == _hash(token), view.began_at > now - VIEW)
    found: str | None = connection.execute(mine).scalar_one_or_none()
    return found


def document_body(connection: Connection, case_no: str, document_id: int) -> tuple[str, str]:
    """Title and printed page of a document that was issued in this case. Raises NotFound."""
    document = t.document.c
    mine = select(document.title, document.body).where(document.id == document_id, document.case_no == case_no)
    row = connection.execute(mine).one_or_none()
    if row is None:
        raise NotFound(f'Expected a document of case {case_no}, but {document_id} is none', '没有找到该文书')
    return row.title, row.body


def _begin_view(tx: Tx, case_no: str) -> str:
    tx.connection.execute(delete(t.progress_view).where(t.progress_view.c.began_at <= tx.now - VIEW))
    token = secrets.token_urlsafe(32)
    tx.connection.execute(insert(t.progress_view), [{'id': _hash(token), 'case_no': case_no, 'began_at': tx.now}])
    return token


def _hash(token: str) -> str:
    return sha256(token.encode('utf-8', 'replace')).hexdigest()


def progress(connection: Connection, case_no: str, *, now: datetime) -> CaseProgress:
    """The applicant's view; whoever calls has checked that he may see it. Raises NotFound."""
    case = find_case(connection, case_no)
    hall, place = find_hall(connection, case.hall), hall_row(connection, case.hall)
    edition = edition_of(connection, case.definition_id)
    today = hall.office.local_date(now)
    tasks = read.open_tasks(connection, case.instance_id)
    windows = windows_named(connection)
    explained = explain_case(connection, case_no, as_of=now)
    shown = {one.name: one for one in explained if one.kind == 'clock' and one.state != 'cancelled'}
    return CaseProgress(
        case_no=case_no,
        item_name=case.item_name,
        applicant_name=mask_name(case.applicant_name, case.applicant_kind),
        status=case.status,
        result=case.result,
        received_at=case.received_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        steps=[(row.name, windows.get(row.group_key, '')) for row in tasks if row.group_key != APPLICANT],
        paused=[row.reason or STOP_KINDS[row.kind] for row in read.stops(connection, case.instance_id) if row.end is None],
        asked=[_asked(connection, case, row, hall, edition) for row in tasks if row.group_key == APPLICANT],
        limits=[_limit(shown[name], today, hall, now) for name in _SHOWN if name in shown],
        documents=_documents(connection, case_no),
        hall_name=place.name,
        hall_phone=place.phone,
        complaint_phone=place.complaint_phone,
        collect=_collect(item_of(connection, case.definition_id), place) if case.status == 'delivering' else None,
    )


def _asked(connection: Connection, case: StoredCase, task: StoredTask, hall: Hall, edition: Edition) -> Asked:
    due_at = Ledger.load(connection, case.instance_id, hall).own_limit(task.token)
    document = t.document.c
    statement = select(document.body, t.clerk.c.name).outerjoin(t.clerk, t.clerk.c.username == document.issued_by)
    which = (document.case_no == case.case_no, document.kind == 'supplement_notice')
    row = connection.execute(statement.where(*which).order_by(document.id.desc()).limit(1)).one_or_none()
    persons = persons_of(connection, case) | ({row.name: mask_name(row.name, 'person')} if row and row.name else {})
    notice = without_persons(row.body, persons) if row else ''  # who looks over a shoulder reads no names; the document itself is whole
    return Asked(task.name or edition.name_of(task.element), hall.office.last_day_of(due_at) if due_at else None, notice)


def _collect(entry: ItemSpec, place: StoredHall) -> Collect:
    contact = entry.contact
    where = contact.place or place.address or place.name
    return Collect([result.name for result in entry.results], where, contact.hours, contact.phone or place.phone)


def _limit(one: Explained, today: date, hall: Hall, now: datetime) -> PublicLimit:
    provisional = any(day.provisional for day in one.days)
    words, unit = joined_words(one, today=today), unit_of(limit_of(one.limit)) or ''
    runs = one.state == 'running' and one.due_at is not None and unit
    count = left(now, one.due_at, unit, hall.calendar, hall.office) if runs and one.due_at else None
    return PublicLimit(
        name=one.name,
        title=one.title,
        limit=one.limit,
        state=one.state,
        last_day=one.last_day,
        left=count,
        unit=unit,
        if_resumed=one.if_resumed,
        provisional=provisional,
        sentences=words,
        extended=one.extended,
    )


def _documents(connection: Connection, case_no: str) -> list[PublicDocument]:
    document = t.document.c
    statement = select(document.id, document.title, document.number, document.issued_at).where(document.case_no == case_no)
    rows = connection.execute(statement.order_by(document.id))
    return [PublicDocument(row.id, row.title, row.number, row.issued_at) for row in rows]
