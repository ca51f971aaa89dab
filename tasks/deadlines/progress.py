"""What an applicant sees of his case with its number and query password: where it is, when it is due and why, what is asked of him.

No officer's name and nothing personal but what the applicant gave himself, masked. Wrong passwords are counted over all processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from engine import SYSTEM, Edition, Forbidden, Ledger, edition_of, read
from engine.identity import mask_name, normalise
from engine.words import Word
from engine.worktime import STOP_KINDS
from tasks import tables as t
from tasks.calendars.halls import find_hall, hall_row
from tasks.cases.numbers import verify
from tasks.cases.page import Explained, explain_case
from tasks.cases.receipt import check_query_password, find_case
from tasks.deadlines.plain_words import joined_words
from tasks.desk.verbs import windows_named
from tasks.people.roster import APPLICANT

if TYPE_CHECKING:
    from engine import Engine, Hall, Tx

WINDOW = timedelta(minutes=15)
MAX_OF_CASE = 5
MAX_OF_ADDRESS = 20
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

    title: str
    limit: str
    state: str
    last_day: date | None
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

    title: str
    number: str
    issued_at: datetime


@dataclass(frozen=True)
class Progress:
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


def look_up(engine: Engine, case_no: str, password: str, address: str) -> Progress:
    """The case, if the password is right. Every attempt is a row; raises QueryRefused or QueryThrottled, alike for unknown numbers."""
    case_no = normalise(case_no)
    right, retry_at = engine.run(SYSTEM, lambda tx: _attempt(tx, case_no, password, address))
    if retry_at:
        raise QueryThrottled(retry_at)
    if not right:
        raise QueryRefused('Expected the right number and password, but they do not match', '办件编号或查询密码不正确')
    with engine.reading() as connection:
        return progress(connection, case_no, now=engine.clock())


def progress(connection: Connection, case_no: str, *, now: datetime) -> Progress:
    """The applicant's view; whoever calls has checked that he may see it. Raises NotFound."""
    case = find_case(connection, case_no)
    hall, place = find_hall(connection, case['hall']), hall_row(connection, case['hall'])
    edition = edition_of(connection, case['definition_id'])
    today = hall.office.local_date(now)
    tasks = read.open_tasks(connection, case['instance_id'])
    windows = windows_named(connection)
    explained = explain_case(connection, case_no, as_of=now)
    return Progress(
        case_no,
        case['item_name'],
        mask_name(case['applicant_name'], case['applicant_kind']),
        case['status'],
        case['result'],
        case['received_at'],
        case['accepted_at'],
        case['decided_at'],
        case['closed_at'],
        [(row['name'], windows.get(row['group_key'], '')) for row in tasks if row['group_key'] != APPLICANT],
        [row['reason'] or STOP_KINDS[row['kind']] for row in read.stops(connection, case['instance_id']) if row['to'] is None],
        [_asked(connection, case, row, hall, edition) for row in tasks if row['group_key'] == APPLICANT],
        [_limit(one, today) for one in explained if one.kind == 'clock' and one.name in _SHOWN and one.state != 'cancelled'],
        _documents(connection, case_no),
        place['name'],
        place['phone'],
        place['complaint_phone'],
    )


def _attempt(tx: Tx, case_no: str, password: str, address: str) -> tuple[bool, datetime | None]:
    who, where = f'progress {case_no}'[:100], f'progress {address}'[:100]
    retry_at = _blocked_until(tx, who, where)
    if retry_at:
        return False, retry_at
    right = check_query_password(tx.connection, case_no if verify(case_no) else '', password)
    tx.connection.execute(insert(t.login_attempt), [{'username': who, 'address': where, 'at': tx.now, 'ok': right}])
    return right, None


def _blocked_until(tx: Tx, who: str, where: str) -> datetime | None:
    tries, since = t.login_attempt.c, tx.now - WINDOW
    last_right = select(func.max(tries.at)).where(tries.username == who, tries.ok, tries.at > since).scalar_subquery()
    of_case = (tries.username == who, tries.at > func.coalesce(last_right, since))
    for most, condition in ((MAX_OF_CASE, of_case), (MAX_OF_ADDRESS, (tries.address == where,))):
        statement = select(tries.at).where(tries.at > since, ~tries.ok, *condition).order_by(tries.at.desc()).offset(most - 1).limit(1)
        nth: datetime | None = tx.connection.execute(statement).scalar_one_or_none()
        if nth:
            return nth + WINDOW
    return None


def _asked(connection: Connection, case: Mapping[str, Any], task: RowMapping, hall: Hall, edition: Edition) -> Asked:
    due_at = Ledger.load(connection, case['instance_id'], hall).own_limit(task['token'])
    document = t.document.c
    statement = select(document.body).where(document.case_no == case['case_no'], document.kind == 'supplement_notice')
    notice = connection.execute(statement.order_by(document.id.desc()).limit(1)).scalar() or ''
    return Asked(task['name'] or edition.name_of(task['element']), hall.office.last_day_of(due_at) if due_at else None, notice)


def _limit(one: Explained, today: date) -> PublicLimit:
    provisional = any(day.provisional for day in one.days)
    words = joined_words(one, today=today)
    return PublicLimit(one.title, one.limit, one.state, one.last_day, one.if_resumed, provisional, words, one.extended)


def _documents(connection: Connection, case_no: str) -> list[PublicDocument]:
    document = t.document.c
    statement = select(document.title, document.number, document.issued_at).where(document.case_no == case_no)
    rows = connection.execute(statement.order_by(document.id))
    return [PublicDocument(row.title, row.number, row.issued_at) for row in rows]
