"""Reminders: ordered with the mark, sent through the outbox in office hours of a working day, kept as notices on people's desks.

Who is told is looked up when it is sent, not when it was ordered: the clerk who has the work then (else everybody of the window) and his
substitute. A reminder of something that is over by then is dropped. Other ways (SMS, mail) are further takers of the topic `reminder`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, and_, func, insert, or_, select, update

from engine import Conflict, Hall, NotFound
from engine.rows import known
from engine.verbs import events
from engine.worktime import next_opening
from tasks.desk.verbs import windows_named
from tasks.marks.duty import WorkStep, open_work
from tasks.marks.rows import MARKS, REMINDERS, TOLD, StoredMark, StoredReminder
from tasks.marks.sentences import reminder_body, reminder_title
from tasks.marks.settings import substitutes
from tasks.marks.tables import mark, reminder
from tasks.paging import PAGE_SIZE, Key, Page, fetch
from tasks.people.names import names_of
from tasks.rows import StoredCase

if TYPE_CHECKING:
    from engine import Actor, Parcel, Tx

TOPIC = 'reminder'


@dataclass(frozen=True)
class ReminderRow:
    """A reminder on somebody's desk."""

    id: int
    case_no: str
    mark_id: int | None
    kind: str
    title: str
    body: str
    at: datetime
    window_name: str
    as_substitute: str
    read_at: datetime | None
    read_by: str


@dataclass(frozen=True)
class _Reader:
    username: str | None = None
    window: str | None = None
    stands_in_for: str | None = None

    @property
    def key(self) -> str:
        return f'window:{self.window}' if self.window else f'clerk:{self.username}'


def order(tx: Tx, case: StoredCase, hall: Hall, *, mark_id: int, colour: str, moves: int) -> None:
    """Order the reminder of a mark: that a limit is near, or that a mark wants an answer."""
    kind = 'due_soon' if colour == 'amber' else 'late'
    payload = {'kind': kind, 'mark': mark_id, 'case_no': case.case_no, 'instance': case.instance_id}
    key = f'{TOPIC}:mark:{mark_id}:{moves}'
    events.publish(tx, TOPIC, key, payload, case.instance_id, not_before=next_opening(tx.now, hall.calendar, hall.office))


def order_of_step(tx: Tx, case: StoredCase, hall: Hall, *, token: str, host: str, step: str, occurrence: int) -> None:
    """Order the reminder a diagram asks for: a timer that warns (`on_expiry = warn`) before the limit itself; `step` is its name."""
    payload = {'kind': 'step', 'case_no': case.case_no, 'instance': case.instance_id, 'host': host, 'step': step}
    key = f'{TOPIC}:step:{case.instance_id}:{host}:{token}:{occurrence}'
    events.publish(tx, TOPIC, key, payload, case.instance_id, not_before=next_opening(tx.now, hall.calendar, hall.office))


def forget_done(tx: Tx, instance_id: int, case_no: str) -> None:
    """What reminds people of work they have no more leaves their desks: the step is done, or the case has gone on to others."""
    waits = (reminder.c.case_no == case_no, reminder.c.kind != 'late', reminder.c.read_at.is_(None))
    rows = REMINDERS.all(tx.connection, REMINDERS.select().where(*waits))
    work = open_work(tx.connection, instance_id) if rows else []
    _file(tx, [row.id for row in rows if not any(_concerns(row, task) for task in work)])


def _concerns(row: StoredReminder, task: WorkStep) -> bool:
    """Whether a reminder speaks to who has this work: the window, the clerk who holds it, or who stands in for him."""
    person = row.as_substitute or row.username
    reader = task.group_key == row.window if row.window else any(person == told for told, _window in task.told)
    return reader and (row.kind != 'step' or row.host in (task.token, *task.scope))


def _file(tx: Tx, reminders: Sequence[int]) -> None:
    """These leave the desks by themselves; the list of all reminders keeps them."""
    if reminders:
        tx.connection.execute(update(reminder).where(reminder.c.id.in_(reminders)).values(read_at=tx.now, read_by='system'))


def forget_asked(tx: Tx, case_no: str, marks: Collection[int]) -> None:
    """What asked for answers to these marks of a case leaves the desks: they are given, or wanted no more."""
    asked = (reminder.c.case_no == case_no, reminder.c.mark_id.in_(marks), reminder.c.read_at.is_(None))
    tx.connection.execute(update(reminder).where(*asked).values(read_at=tx.now, read_by='system'))


def deliver(tx: Tx, parcel: Parcel) -> None:
    """Write the notices of one reminder, one for each reader; sending it again writes nothing.

    On a desk lies one notice a case that a limit is near: a new one takes the place of those before it.
    """
    body = parcel.payload
    row = None
    if body.get('mark') is not None:
        row = known(MARKS.first(tx.connection, MARKS.select().where(mark.c.id == body['mark'])), 'a mark')
    told = _told(tx, body, row)
    if told is None:
        return
    readers, facts = told
    rows = [
        {
            'key': f'{parcel.key}:{reader.key}'[:250],
            'parcel': parcel.key[:250],
            'case_no': body['case_no'],
            'mark_id': body.get('mark'),
            'kind': body['kind'],
            'username': reader.username,
            'window': reader.window,
            'as_substitute': reader.stands_in_for,
            'host': body.get('host'),
            'facts': facts,
            'at': tx.now,
        }
        for reader in readers.values()
    ]
    there = set(tx.connection.execute(select(reminder.c.key).where(reminder.c.key.in_([one['key'] for one in rows]))).scalars())
    fresh = [one for one in rows if one['key'] not in there]
    if fresh:
        _make_room(tx, body['case_no'], fresh)
        tx.connection.execute(insert(reminder), fresh)


def _make_room(tx: Tx, case_no: str, fresh: Iterable[Mapping[str, Any]]) -> None:
    """File what told these readers before that a limit of the case is near. What a mark asks for stays until it is answered."""
    unread = (reminder.c.case_no == case_no, reminder.c.read_at.is_(None), reminder.c.kind != 'late')
    rows = tx.connection.execute(select(reminder.c.id, reminder.c.username, reminder.c.window).where(*unread)).all()
    readers = {(one['username'], one['window']) for one in fresh}
    _file(tx, [row.id for row in rows if (row.username, row.window) in readers])


def _told(tx: Tx, body: Mapping[str, Any], row: StoredMark | None) -> tuple[dict[str, _Reader], dict[str, Any]] | None:
    """Readers, and what the sentence names; None when there is nothing to say any more."""
    if body['kind'] == 'late' and row is not None:
        readers = _readers(tx, [(row.person or None, row.window), (None, row.window)])
        return (readers, {}) if row.state == 'raised' else None
    facts: dict[str, Any] = {'step': body.get('step')}
    if row is not None:
        if row.state != 'raised' or (row.due_at is not None and tx.now >= row.due_at):
            return None
        facts = {'last_day': row.last_day}
    work = open_work(tx.connection, body['instance'], host=body.get('host') if row is None else row.host)
    readers = _readers(tx, (told for one in work for told in one.told))
    return (readers, facts | {'steps': list(dict.fromkeys(one.name for one in work))}) if work else None


def _readers(tx: Tx, duties: Iterable[tuple[str | None, str]]) -> dict[str, _Reader]:
    """The person who has it, else his whole window; and the person's substitute."""
    stand_ins = substitutes(tx.connection)
    found: dict[str, _Reader] = {}
    for person, window in duties:
        readers = [_Reader(username=person)] if person else [_Reader(window=window)] if window else []
        if person and person in stand_ins:
            readers.append(_Reader(username=stand_ins[person], stands_in_for=person))
        for reader in readers:
            found.setdefault(reader.key, reader)
    return found


def take_note(tx: Tx, reminder_id: int) -> None:
    """I have read this: it leaves my desk (a window's leaves the desks of all who work it). Raises NotFound, Conflict naming who did."""
    row = REMINDERS.first(tx.connection, REMINDERS.select().where(reminder.c.id == reminder_id))
    if row is None or not (row.username == tx.by.id or (row.window is not None and row.window in tx.by.groups)):
        raise NotFound(f'Expected a reminder of {tx.by.id}, but {reminder_id} is none', '没有这条提醒')
    unread = (reminder.c.id == reminder_id, reminder.c.read_at.is_(None))
    done = tx.connection.execute(update(reminder).where(*unread).values(read_at=tx.now, read_by=tx.by.id)).rowcount
    if not done and row.read_by != tx.by.id:
        message = f'Expected an unread reminder, but {row.read_by} took note of it at {row.read_at}'
        raise Conflict(message, '该提醒已由同事知悉', who=row.read_by, when=row.read_at)


def take_note_of_all(tx: Tx) -> int:
    """I have read everything that lies on my desk; how many there were."""
    found = list(tx.connection.execute(_lying(tx.by, reminder.c.id)).scalars())
    unread = (reminder.c.id.in_(found), reminder.c.read_at.is_(None))
    return tx.connection.execute(update(reminder).where(*unread).values(read_at=tx.now, read_by=tx.by.id)).rowcount if found else 0


# what was answered or is over lies on nobody's desk
_asks = mark.alias()
_RAISED = select(_asks.c.id).where(_asks.c.state == 'raised')  # few, and found by their index: a mark is settled in the end
_UNREAD = (reminder.c.read_at.is_(None), or_(reminder.c.mark_id.is_(None), reminder.c.mark_id.in_(_RAISED)))


def _mine(actor: Actor) -> ColumnElement[bool]:
    other = reminder.alias()
    same = and_(*(other.c[name] == reminder.c[name] for name in ('case_no', 'parcel')))
    said_to_me = select(other.c.id).where(other.c.username == actor.id, same).exists()
    return or_(reminder.c.username == actor.id, and_(reminder.c.window.in_(sorted(actor.groups)), ~said_to_me))


def told_of(actor: Actor, case_no: ColumnElement[str]) -> Select[Any]:
    """The reminders on my desk of a case whose limit is near; those of marks ask for an answer, not for the work."""
    return select(reminder.c.id).where(_mine(actor), *_UNREAD, reminder.c.kind != 'late', reminder.c.case_no == case_no)


def cases_told(actor: Actor, *, late: bool) -> ScalarSelect[Any]:
    """Of how many cases I am reminded: because a mark wants an answer (`late`), or because a limit is near."""
    number = func.count(reminder.c.case_no.distinct())
    kind = reminder.c.kind == 'late' if late else reminder.c.kind != 'late'
    return select(number).where(_mine(actor), *_UNREAD, kind).scalar_subquery()


def _lying(actor: Actor, *columns: Any) -> Select[Any]:
    """What lies on my desk: unread, and neither answered nor over."""
    return _said_to(actor, *columns).where(*_UNREAD)


def _said_to(actor: Actor, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(reminder).outerjoin(mark, mark.c.id == reminder.c.mark_id).where(_mine(actor))


def my_reminders(connection: Connection, actor: Actor, *, unread: bool = True, place: str = '', size: int = PAGE_SIZE) -> Page[ReminderRow]:
    """My reminders and those of my windows, the newest first; what is said to me and to my window is there once."""
    statement = (_lying if unread else _said_to)(actor, *TOLD.columns)
    order = (Key(reminder.c.at, descending=True), Key(reminder.c.id, descending=True))
    page = fetch(connection, TOLD, statement, order, place, size=size)
    rows = page.rows
    names, people = windows_named(connection), names_of(connection, [who for row in rows for who in (row.as_substitute, row.read_by)])
    found = [
        ReminderRow(
            id=row.id,
            case_no=row.case_no,
            mark_id=row.mark_id,
            kind=row.kind,
            title=reminder_title(row),
            body=reminder_body(row),
            at=row.at,
            window_name=names.get(row.window or '', ''),
            as_substitute=people.get(row.as_substitute, ''),
            read_at=row.read_at,
            read_by=people.get(row.read_by, ''),
        )
        for row in rows
    ]
    return page.showing(found)
