"""Changes of the calendar as they were made, and the open cases brought up to date afterwards: one transaction a case, resumable.

Applying writes the days, an edition and a row for each open case that has to follow. These rows are a queue of due work: the page, the
command line and any number of workers take them; a case's new due dates, its row and the operator log are written in one transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, FromClause, delete, func, insert, literal, select, update

from engine import SYSTEM, Conflict, NotFound, Picked, Queue, Rejection, Swept, edition_of
from engine.rows import Rows
from engine.tables import Instant, calendar_day, process_instance
from engine.verbs import clocks
from engine.words import Word
from engine.worktime import Day
from tasks import tables as t
from tasks.calendars.halls import find_hall, need_change
from tasks.calendars.preview import OPEN, base_of, changed_days
from tasks.calendars.proposals import Proposal
from tasks.calendars.tables import EVERY_HALL, calendar_case, calendar_edition, closure_day
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import here_or_nowhere
from tasks.words.vocabulary import CLOCK

if TYPE_CHECKING:
    from engine import Actor, Engine, Tx

KIND: Mapping[str, Word] = {
    'import': Word('放假通知', 'Notice of holidays'),
    'closure': Word('临时停办', 'Closed'),
    'reopening': Word('恢复办公', 'Reopened'),
    'hours': Word('办公时间', 'Office hours'),
}
BATCH = 50
_edition = calendar_edition.c


@dataclass(frozen=True)
class CalendarChange:
    """One change of the calendar and how far the open cases have followed it."""

    id: int
    calendar: str
    hall: str
    kind: str
    source: str
    reason: str
    changes: Sequence[Mapping[str, Any]]
    applied_by: str
    applied_at: datetime
    state: str
    total: int
    done: int
    moved: int
    failed: int
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether every open case has been counted anew."""
        return self.state == 'done'

    @property
    def cause(self) -> str:
        """What the history of a case gives as the reason of a new due date."""
        return cause_of(self.id, self.kind, self.source, self.reason)


CHANGES = Rows(CalendarChange, calendar_edition)


@dataclass(frozen=True)
class MovedCase:
    """A case whose due dates followed a change of the calendar, or that could not be counted (`failure` says why)."""

    case_no: str
    at: datetime
    limits: Sequence[MovedLimit]
    failure: str


@dataclass(frozen=True)
class MovedLimit:
    """One limit's last day before and after; None where it stands still."""

    title: str
    old: date | None
    new: date | None


def apply(tx: Tx, proposal: Proposal, *, base: str | None = None) -> int:
    """Make the change; the edition's id. The cases follow with `advance`. An administrator's affair.

    `base` is the preview's: raises Conflict when the calendar was changed since. Raises Rejection when nothing would change.
    """
    need_change(tx.connection, tx.by, proposal.calendar, proposal.hall)
    halls = select(t.hall.c.code).where(t.hall.c.calendar == proposal.calendar)
    tx.connection.execute(halls.with_for_update()).all()  # one change of a calendar at a time
    _same_base(tx.connection, proposal, base)
    changes = _changes(tx.connection, proposal)
    _write(tx, proposal)
    row = {
        'calendar': proposal.calendar,
        'hall': proposal.hall,
        'kind': proposal.kind,
        'token': secrets.token_hex(16),
        'source': proposal.source[:200],
        'reason': proposal.reason,
        'text': proposal.text,
        'changes': changes,
        'applied_by': tx.by.id,
        'applied_at': tx.now,
        'state': 'recomputing',
    }
    edition_id = int(tx.connection.execute(insert(calendar_edition).returning(_edition.id), row).scalar_one())
    total = _enlist(tx, edition_id, proposal.calendar, proposal.hall)
    tx.connection.execute(update(calendar_edition).where(_edition.id == edition_id).values(total=total))
    said = {'edition': edition_id, 'calendar': proposal.calendar, 'hall': proposal.hall, 'changes': changes}
    note(tx, act_of(proposal), proposal.hall or proposal.calendar, proposal.reason or proposal.source, said)
    ask(tx, act_of(proposal), proposal.hall or proposal.calendar, proposal.reason or proposal.source)
    if not total:
        _finish(tx, edition_id)
    return edition_id


def act_of(proposal: Proposal) -> str:
    """What the operator log calls this change."""
    return f'calendar.{_PAST[proposal.kind]}'


def fitting(connection: Connection, actor: Actor, proposal: Proposal, base: str) -> None:
    """Before it is proposed: raises Forbidden, Conflict when the calendar was changed since the preview, Rejection without a change."""
    need_change(connection, actor, proposal.calendar, proposal.hall)
    _same_base(connection, proposal, base)
    _changes(connection, proposal)


_PAST = {'import': 'imported', 'closure': 'closed', 'reopening': 'reopened', 'hours': 'hours_set'}


def cause_of(edition_id: int, kind: str, source: str, reason: str) -> str:
    """How a change is named in the history of a case."""
    return f'日历第 {edition_id} 次变更（{KIND[kind]}）：{reason or source}'


def advance(
    engine: Engine, by: Actor, edition_id: int, *, limit: int | None = None, report: Callable[[int, int], None] | None = None
) -> CalendarChange:
    """Compute the due dates of the next open cases anew, each in its own transaction; at most `limit`, else all that can be done now.

    A case that cannot be counted is tried again by the worker, later; it holds up nobody.
    """
    queue, left = replace(FOLLOWING.only(calendar_case.c.edition_id, edition_id), by=by), limit
    while left is None or left > 0:
        tally = engine.sweep(queue, BATCH if left is None else min(BATCH, left))
        found = _read(engine, edition_id)
        if report:
            report(found.done, max(found.total, found.done))
        if not tally.done + tally.failed:
            break
        left = None if left is None else left - tally.done - tally.failed
    return _read(engine, edition_id)


def unfinished(connection: Connection) -> list[int]:
    """The editions that open cases have not all followed yet, oldest first."""
    return list(connection.execute(select(_edition.id).where(_edition.state == 'recomputing').order_by(_edition.id)).scalars())


def edition(connection: Connection, actor: Actor, edition_id: int) -> CalendarChange:
    """One change of the calendar of all halls, or of the person's; raises NotFound."""
    row = CHANGES.first(connection, CHANGES.select().where(_edition.id == edition_id, here_or_nowhere(actor, _edition.hall)))
    if row is None:
        raise NotFound(f'Expected an edition of the calendar, but there is no {edition_id}', '没有这次日历变更')
    return row


def editions(connection: Connection, actor: Actor, *, calendar: str = 'CN', limit: int = 50) -> list[CalendarChange]:
    """The changes of a calendar for all halls and for the person's, newest first."""
    statement = CHANGES.select().where(_edition.calendar == calendar, here_or_nowhere(actor, _edition.hall))
    return CHANGES.all(connection, statement.order_by(_edition.id.desc()).limit(limit))


@dataclass(frozen=True, slots=True)
class _Logged:
    """A line of the operator log about a case; the last two are None for a number that is no case's."""

    object: str
    at: datetime
    data: dict[str, Any]
    definition_id: int | None
    hall: str | None


_LOGGED = Rows(_Logged, t.operator_log, definition_id=process_instance.c.definition_id, hall=process_instance.c.hall)


def moved_cases(connection: Connection, actor: Actor, edition_id: int, *, place: str = '') -> Page[MovedCase]:
    """The cases whose due dates moved with an edition, and those that could not be counted, as the operator log has them."""
    log = t.operator_log.c
    wanted = log.action.in_(('calendar.case_moved', 'calendar.case_failed'))
    of_edition = log.reason.startswith(f'日历第 {edition_id} 次变更', autoescape=True)
    applied = select(_edition.applied_at).where(_edition.id == edition_id).scalar_subquery()
    statement = _LOGGED.select().outerjoin(process_instance, process_instance.c.business_key == log.object)
    statement = statement.where(wanted, of_edition, log.at >= applied, here_or_nowhere(actor))
    page = fetch(connection, _LOGGED, statement, [Key(log.id)], place)
    return page.showing([_moved(connection, row) for row in page.rows])


def _moved(connection: Connection, row: _Logged) -> MovedCase:
    office = find_hall(connection, row.hall or '').office

    def day(text: str | None) -> date | None:
        return office.last_day_of(datetime.fromisoformat(text)) if text else None

    changes = row.data.get('changes') or []
    limits = [MovedLimit(_title(connection, row.definition_id, one), day(one.get('old')), day(one.get('new'))) for one in changes]
    return MovedCase(row.object, row.at, limits, str(row.data.get('failure') or ''))


def _title(connection: Connection, definition_id: int | None, change: Mapping[str, Any]) -> str:
    if 'clock' in change:
        return CLOCK.get(change['clock'], str(change['clock']))
    return edition_of(connection, definition_id).name_of(change.get('timer')) if definition_id else str(change.get('timer'))


def _read(engine: Engine, edition_id: int) -> CalendarChange:
    with engine.reading() as connection:
        return edition(connection, SYSTEM, edition_id)


def _same_base(connection: Connection, proposal: Proposal, base: str | None) -> None:
    if base is None or base == base_of(connection, proposal):
        return
    last = connection.execute(select(_edition.applied_by, _edition.applied_at).order_by(_edition.id.desc()).limit(1)).one()
    raise Conflict(
        f'Expected the calendar of the preview, but {last.applied_by} changed it at {last.applied_at}',
        '预览之后日历又有变更，请重新预览',
        who=last.applied_by,
        when=last.applied_at,
    )


def _changes(connection: Connection, proposal: Proposal) -> list[dict[str, Any]]:
    if proposal.kind == 'hours':
        row = connection.execute(select(t.hall.c.office_hours, t.hall.c.deadline_time).where(t.hall.c.code == proposal.hall)).one()
        after = {'hours': [list(span) for span in proposal.hours], 'deadline_time': proposal.deadline_time}
        return [{'before': {'hours': row.office_hours, 'deadline_time': row.deadline_time}, 'after': after}]
    changes = [
        {'date': change.date.isoformat(), 'before': _plain(change.before), 'after': _plain(change.after)}
        for change in changed_days(connection, proposal)
    ]
    if not changes:
        raise Rejection('Expected a change, but the calendar says all of this already', '日历内容没有变化，无需导入')
    return changes


def _plain(day: Day) -> dict[str, Any]:
    return asdict(day) | {'date': day.date.isoformat()}


def _write(tx: Tx, proposal: Proposal) -> None:
    dates = [day.date.isoformat() for day in proposal.days]
    if proposal.kind == 'hours':
        values = {'office_hours': [list(span) for span in proposal.hours], 'deadline_time': proposal.deadline_time}
        tx.connection.execute(update(t.hall).where(t.hall.c.code == proposal.hall).values(values))
    elif proposal.kind == 'import':
        version = int(tx.connection.execute(select(func.coalesce(func.max(_edition.id), 0))).scalar_one()) + 1
        old = (calendar_day.c.calendar == proposal.calendar, calendar_day.c.date.in_(dates))
        tx.connection.execute(delete(calendar_day).where(*old))
        tx.connection.execute(
            insert(calendar_day),
            [
                {
                    'calendar': proposal.calendar,
                    'date': day.date.isoformat(),
                    'working': day.working,
                    'name': str(day.name)[:50],
                    'source': day.source[:200],
                    'version': version,
                }
                for day in proposal.days
            ],
        )
    else:
        closed = closure_day.c
        here = (closed.calendar == proposal.calendar, closed.hall == proposal.hall, closed.date.in_(dates))
        lifted = tx.connection.execute(delete(closure_day).where(*here)).rowcount
        if proposal.kind == 'closure':
            _close(tx, proposal)
        elif lifted < len(dates):
            raise Rejection('Expected a closure of this hall, but it was made for every hall', '该停办是对全部大厅作出的，请对全部大厅恢复')


def _close(tx: Tx, proposal: Proposal) -> None:
    tx.connection.execute(
        insert(closure_day),
        [
            {
                'calendar': proposal.calendar,
                'hall': proposal.hall,
                'date': day.date.isoformat(),
                'name': str(day.name),
                'source': day.source,
            }
            for day in proposal.days
        ],
    )


def _in_reach(calendar: str, hall: str) -> tuple[ColumnElement[bool], ...]:
    halls = select(t.hall.c.code).where(t.hall.c.calendar == calendar)
    where = process_instance.c.hall == hall if hall != EVERY_HALL else process_instance.c.hall.in_(halls)
    return where, process_instance.c.status.in_(OPEN)


def _follow(tx: Tx, picked: Picked) -> Swept | None:
    """One open case follows one edition, once."""
    mine = calendar_case.c
    claim = update(calendar_case).where(mine.id == picked.due_id, mine.state == 'waiting').values(state='done', last_error=None)
    edition_id = tx.connection.execute(claim.returning(mine.edition_id)).scalar_one_or_none()
    if edition_id is None:
        return None
    change, changes = edition(tx.connection, SYSTEM, edition_id), []
    if picked.instance.status in OPEN:
        changes = clocks.recompute_instance(tx, picked.instance.id, change.cause)
    if changes:
        note(tx, 'calendar.case_moved', _case_no(tx, picked.instance.id), change.cause, {'edition': edition_id, 'changes': changes})
    _count(tx, edition_id, moved=bool(changes))
    return Swept()


def _give_up(tx: Tx, row_id: int, failure: str) -> None:
    mine = calendar_case.c
    dead = update(calendar_case).where(mine.id == row_id).values(state='dead').returning(mine.edition_id, mine.instance_id)
    row = tx.connection.execute(dead).one()
    change = edition(tx.connection, SYSTEM, row.edition_id)
    note(tx, 'calendar.case_failed', _case_no(tx, row.instance_id), change.cause, {'edition': change.id, 'failure': failure})
    _count(tx, change.id, failed=True)


def _revive(tx: Tx, row_id: int) -> None:
    """A case that was given up follows after all: its edition is at work again."""
    mine = calendar_case.c
    revived = update(calendar_case).where(mine.id == row_id, mine.state == 'dead').values(state='waiting').returning(mine.edition_id)
    edition_id = tx.connection.execute(revived).scalar_one_or_none()
    if edition_id is not None:
        values = {'state': 'recomputing', 'done': _edition.done - 1, 'failed': _edition.failed - 1, 'finished_at': None}
        tx.connection.execute(update(calendar_edition).where(_edition.id == edition_id).values(values))


def _waiting(of: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (of.c.state == 'waiting',)


FOLLOWING = Queue(
    name='calendar',
    table=calendar_case,
    when=calendar_case.c.next_try,
    due=_waiting,
    act=_follow,
    give_up=_give_up,
    revive=_revive,
    by=SYSTEM,
)
"""Open cases that follow a change of the calendar: due work for `engine.timing.sweep`."""


def _enlist(tx: Tx, edition_id: int, calendar: str, hall: str) -> int:
    """The open cases in reach that do not follow this edition yet have to, from now on; how many."""
    known = select(calendar_case.c.id).where(calendar_case.c.edition_id == edition_id, calendar_case.c.instance_id == process_instance.c.id)
    which = (*_in_reach(calendar, hall), ~known.exists())
    number = tx.connection.execute(select(func.count()).select_from(process_instance).where(*which)).scalar_one()
    if number:
        cases = (
            select(literal(edition_id), process_instance.c.id, literal('waiting'), literal(tx.now, Instant))
            .where(*which)
            .order_by(process_instance.c.id)
        )
        tx.connection.execute(insert(calendar_case).from_select(['edition_id', 'instance_id', 'state', 'next_try'], cases))
    return int(number)


def _count(tx: Tx, edition_id: int, *, moved: bool = False, failed: bool = False) -> None:
    """One case more has followed; with the last one the edition is done. The edition's row is locked by it, so nobody misses the last."""
    values = {'done': _edition.done + 1, 'moved': _edition.moved + int(moved), 'failed': _edition.failed + int(failed)}
    tx.connection.execute(update(calendar_edition).where(_edition.id == edition_id).values(values))
    waits = select(calendar_case.c.id).where(calendar_case.c.edition_id == edition_id, calendar_case.c.state == 'waiting')
    if tx.connection.execute(waits.limit(1)).first() is None:
        _finish(tx, edition_id)


def _finish(tx: Tx, edition_id: int) -> None:
    """The edition is done, unless cases were begun meanwhile by who knew only the calendar before: they follow too."""
    found = edition(tx.connection, SYSTEM, edition_id)
    late = _enlist(tx, edition_id, found.calendar, found.hall)
    over = {'total': _edition.total + late} if late else {'state': 'done', 'finished_at': tx.now}
    tx.connection.execute(update(calendar_edition).where(_edition.id == edition_id).values(over))
    if not late:
        counts = {'edition': edition_id, 'cases': found.done, 'moved': found.moved, 'failed': found.failed}
        note(tx, 'calendar.recomputed', found.hall or found.calendar, found.cause, counts)


def _case_no(tx: Tx, instance_id: int) -> str:
    key = process_instance.c.business_key
    return str(tx.connection.execute(select(key).where(process_instance.c.id == instance_id)).scalar_one())
