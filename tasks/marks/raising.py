"""Raising marks. Each is one row in the transaction of the event it is about, under the instance's lock, and an event of the case.

A mark never disappears: when a due date moves, what was true stays and is labelled; when its clock is met, an amber one is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, literal, select, true, update

from engine import TIMER, Hall, edition_of, instant_text, limit_of
from engine.verbs import events
from engine.worktime import Limit, Unit, due
from tasks.cases.casefile import CaseFile, find_file
from tasks.marks.duty import Duty, duty_of
from tasks.marks.reminders import order
from tasks.marks.rows import MARKS, StoredMark
from tasks.marks.rules import by_hand, of_clock
from tasks.marks.sentences import title_of
from tasks.marks.settings import thresholds_of
from tasks.marks.tables import mark
from tasks.operations.tables import restore
from tasks.rows import StoredCase
from tasks.words.vocabulary import CLOCK

if TYPE_CHECKING:
    from engine import Tx
    from tasks.marks.watching import Running

_ONE = select(literal(1).label('one')).subquery()
_KNOWN = select(mark).where(
    mark.c.case_no == bindparam('case_no'), mark.c.subject == bindparam('subject'), mark.c.colour == bindparam('colour')
)


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a mark says: which limit or act it is about, by which rule, and why (`ground_kind` with its `facts`, or a supervisor's words).
    `last_day` is an ISO date of the hall's zone."""

    subject: str
    title: str
    rule: int
    colour: str
    fault: str | None
    ground_kind: str = ''
    facts: dict[str, Any] | None = None
    grounds: str = ''
    host: str | None = None
    limit: str = ''
    due_at: datetime | None = None
    last_day: str | None = None


def case_of(tx: Tx, instance_id: int) -> StoredCase | None:
    """The case of an instance; None for instances that are no case of the office."""
    file = find_file(tx, instance_id)
    return file.case if file else None


def raise_clock(tx: Tx, instance_id: int, name: str, limit: str, due_at: datetime | None) -> None:
    """A clock of the case has run out: rule 1 or 2, yellow for a promise, red for what the law sets."""
    case = case_of(tx, instance_id)
    if case is None:
        return
    rule, colour = of_clock(name, limit_of(limit))
    title, hall = CLOCK.get(name, name), tx.hall(case.hall)
    last = hall.office.last_day_of(due_at).isoformat() if due_at else ''
    _raise(
        tx,
        case,
        hall,
        Grounds(
            subject=f'clock:{name}',
            title=title,
            rule=rule,
            colour=colour,
            fault='inaction',
            limit=limit,
            due_at=due_at,
            last_day=last or None,
            ground_kind='over',
        ),
        duty_of(tx, case),
    )


def raise_step(tx: Tx, instance_id: int, element: str, said: Mapping[str, Any], *, token: str, host: str) -> None:
    """A step is late (rule 3): slow while the total is in time, inaction once that is over too or the system had to act instead."""
    case = case_of(tx, instance_id)
    if case is None:
        return
    due_at = datetime.fromisoformat(str(said['due_at'])) if said.get('due_at') else None
    broken = select(mark.c.due_at).where(mark.c.case_no == case.case_no, mark.c.subject.startswith('clock:'), mark.c.colour != 'amber')
    clocks = set(tx.connection.execute(broken.where(mark.c.state != 'withdrawn')).scalars())
    if due_at in clocks:
        return  # the same limit, drawn twice: its clock has the mark
    hall, edition = tx.hall(case.hall), edition_of(tx.connection, case.definition_id)
    name, last = edition.name_of(said.get('attached_to') or element), hall.office.last_day_of(due_at).isoformat() if due_at else ''
    deemed = str(said.get('on_expiry') or '').startswith('deemed')
    duty = duty_of(tx, case, host=host, groups=[one for one in str(said.get('unit') or '').split(', ') if one])
    _raise(
        tx,
        case,
        hall,
        Grounds(
            subject=f'step:{token}',
            host=host,
            title=name,
            rule=3,
            colour='yellow',
            fault='inaction' if deemed or clocks else 'slow',
            limit=str(said['limit']),
            due_at=due_at,
            last_day=last or None,
            ground_kind='deemed' if deemed else 'over',
            facts={'basis': said.get('basis') or '—'} if deemed else None,
        ),
        duty,
    )


def raise_amber(tx: Tx, instance_id: int, one: Running) -> bool:
    """A running limit has so little left that it must be said. An amber mark whose due date had moved is alive again; True when said."""
    case = case_of(tx, instance_id)
    if case is None or one.due_at is None:
        return False
    hall = tx.hall(case.hall)
    last = hall.office.last_day_of(one.due_at).isoformat()
    known = MARKS.first(tx.connection, _KNOWN, {'case_no': case.case_no, 'subject': one.subject, 'colour': 'amber'})
    if known is not None:
        return _renew(tx, case, hall, known, one.due_at)
    step = one.subject.startswith('step:')
    title = _step_name(tx, case, one.name) if step else CLOCK.get(one.name, one.name)
    _raise(
        tx,
        case,
        hall,
        Grounds(
            subject=one.subject,
            host=one.host,
            title=title,
            rule=3 if step else 2,
            colour='amber',
            fault=None,
            limit=one.limit_text,
            due_at=one.due_at,
            last_day=last,
            ground_kind='ends',
        ),
        duty_of(tx, case, host=one.host),
    )
    return True


def raise_other(tx: Tx, instance_id: int, subject: str, rule: int, ground_kind: str, **facts: Any) -> None:
    """A breach that is no matter of time: a refusal without reasons (rule 5), a second supplement notice (rule 8, S-05)."""
    case = case_of(tx, instance_id)
    if case is None:
        return
    colour, _fault = by_hand(rule)
    what = Grounds(
        subject=subject, title=title_of(subject, ''), rule=rule, colour=colour, fault='wrong', ground_kind=ground_kind, facts=facts or None
    )
    _raise(tx, case, tx.hall(case.hall), what, duty_of(tx, case))


def raise_given(tx: Tx, case: StoredCase, facts: Grounds, duty: Duty) -> int:
    """A mark a supervisor raises; the mark's id."""
    return _raise(tx, case, tx.hall(case.hall), facts, duty) or 0


def _step_name(tx: Tx, case: StoredCase, timer_element: str) -> str:
    edition = edition_of(tx.connection, case.definition_id)
    element = edition.element(timer_element)
    return edition.name_of(getattr(element, 'attached_to', None) or timer_element)


def _raise(tx: Tx, case: StoredCase, hall: Hall, facts: Grounds, duty: Duty) -> int | None:
    """Insert the row unless it is there; tell the case's history and order the reminder."""
    wanted = {'case_no': case.case_no, 'subject': facts.subject, 'colour': facts.colour}
    if tx.connection.execute(_KNOWN, wanted).first() is not None:
        return None
    row = asdict(facts) | {
        'number': _number(tx, case),
        'case_no': case.case_no,
        'instance_id': case.instance_id,
        'hall': case.hall,
        'moves': [],
        'window': duty.window,
        'department': duty.department,
        'person': duty.person,
        'state': 'raised',
        'raised_at': tx.now,
        'raised_by': tx.by.id if facts.subject.startswith('hand:') else TIMER.id,
        **(_reply_by(tx, case, hall) if facts.colour != 'amber' else {}),
    }
    mark_id = int(tx.connection.execute(insert(mark).returning(mark.c.id), row).scalar_one())
    said = {
        name: row.get(name) for name in ('number', 'subject', 'colour', 'rule', 'fault', 'title', 'last_day', 'window', 'reply_last_day')
    }
    events.record(tx, case.instance_id, 'mark.raised', {'mark': mark_id, **said}, by=row['raised_by'])
    order(tx, case, hall, mark_id=mark_id, colour=facts.colour, moves=0)
    return mark_id


def _number(tx: Tx, case: StoredCase) -> str:
    """监察编号: the case's number and a serial; after a restore of a hall that had the case, the restore's label stands between them."""
    since = select(restore.c.label, restore.c.year).where(restore.c.restored_at >= case.received_at)
    newest = since.order_by(restore.c.epoch.desc()).limit(1).subquery()
    count = select(func.count()).select_from(mark).where(mark.c.case_no == case.case_no).scalar_subquery()
    row = tx.connection.execute(
        select(count.label('marks'), newest.c.label, newest.c.year).select_from(_ONE.outerjoin(newest, true()))
    ).one()
    epoch = f'{row.year % 100:02d}{row.label}-' if row.label else ''
    return f'{case.case_no}-{epoch}{row.marks + 1:02d}'


def _reply_by(tx: Tx, case: StoredCase, hall: Hall) -> dict[str, Any]:
    workdays = thresholds_of(tx.connection, case.hall).reply_workdays
    found = due(tx.now, Limit(workdays, Unit.WORKDAY), hall.calendar, hall.office)
    return {'reply_due_at': found.due_at, 'reply_last_day': found.last_day.isoformat() if found.last_day else None}


def _renew(tx: Tx, case: StoredCase, hall: Hall, known: StoredMark, due_at: datetime) -> bool:
    if known.state not in ('moved', 'raised'):
        return False
    if known.state == 'raised' and known.due_at == due_at:
        return False
    last = hall.office.last_day_of(due_at).isoformat()
    tx.connection.execute(update(mark).where(mark.c.id == known.id).values(state='raised', due_at=due_at, last_day=last))
    events.record(
        tx,
        case.instance_id,
        'mark.renewed',
        {'mark': known.id, 'number': known.number, 'subject': known.subject, 'title': known.title, 'colour': 'amber', 'last_day': last},
        by=TIMER.id,
    )
    order(tx, case, hall, mark_id=known.id, colour=known.colour, moves=len(known.moves))
    return True


_OF_INSTANCE = MARKS.select().where(
    mark.c.instance_id == bindparam('instance'), mark.c.state.in_(('raised', 'replied', 'moved', 'disposed'))
)


def label_moved(file: CaseFile, limits: Mapping[str, Running], cause: str) -> None:
    """Due dates moved after a mark was raised: it stays, and says where the date went and why. While a clock stands still nothing is said:
    the date is not known yet."""
    tx = file.tx
    for row in MARKS.all(tx.connection, _OF_INSTANCE, {'instance': file.instance_id}):
        one = limits.get(row.subject)
        if one is None or one.due_at is None or one.due_at == row.due_at:
            continue
        office = file.hall.office
        before, after = (moment and office.last_day_of(moment).isoformat() for moment in (row.due_at, one.due_at))
        moved = {'at': instant_text(tx.now), 'before': before, 'after': after, 'cause': cause}
        values: dict[str, Any] = {'moves': [*row.moves, moved], 'due_at': one.due_at}
        if row.colour == 'amber':
            values['state'] = 'moved'
        tx.connection.execute(update(mark).where(mark.c.id == row.id).values(values))
        said = {'mark': row.id, 'number': row.number, 'subject': row.subject, 'title': row.title, 'colour': row.colour, **moved}
        events.record(tx, file.instance_id, 'mark.due_moved', said, by=TIMER.id)
