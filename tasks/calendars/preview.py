"""What a change of the calendar would do before anybody makes it: which dates change, and which due dates of open cases move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection, and_, or_, select

from engine import OPEN_CLOCK, Actor, Hall, Ledger, edition_of
from engine.tables import clock, process_instance, timer
from engine.worktime import Calendar, Day, LimitError
from tasks import tables as t
from tasks.calendars.content import closures, compose, newest_token, notice_days
from tasks.calendars.halls import find_calendar, find_hall, need_change, office_of
from tasks.calendars.proposals import Proposal
from tasks.calendars.tables import EVERY_HALL
from tasks.words.vocabulary import CLOCK

OPEN = ('active', 'suspended')
MAX_MOVES = 2000
"""So many moved limits are listed; all are counted."""


@dataclass(frozen=True)
class DayChange:
    """A date whose meaning changes."""

    before: Day
    after: Day
    was_provisional: bool

    @property
    def date(self) -> date:
        """The date."""
        return self.after.date


@dataclass(frozen=True)
class DueMove:
    """A limit of an open case that would end on another day."""

    case_no: str
    item_name: str
    kind: str  # clock | timer
    title: str
    old: date | None
    new: date | None
    old_due_at: datetime | None
    new_due_at: datetime | None


@dataclass(frozen=True)
class Preview:
    """`base` names the calendar the preview was made on; `examined` open cases were counted anew, `moved` limits of them end otherwise."""

    proposal: Proposal
    base: str
    changes: tuple[DayChange, ...]
    moves: tuple[DueMove, ...]
    moved: int
    moved_cases: int
    examined: int
    uncountable: tuple[str, ...]  # cases whose limits cannot be counted at all: the doctor's patients


def preview(connection: Connection, actor: Actor, proposal: Proposal) -> Preview:
    """Count every open case in reach with the calendar as it would be. Changes nothing. Raises Forbidden for who may not change it."""
    need_change(connection, actor, proposal.calendar, proposal.hall)
    changes = changed_days(connection, proposal)
    first = min((change.date for change in changes), default=None)
    moves: list[DueMove] = []
    moved = examined = 0
    cases: set[str] = set()
    uncountable: list[str] = []
    for code, hall in halls_after(connection, proposal).items():
        for instance_id, case_no, item_name, definition_id in _open_instances(connection, code, first, hall):
            examined += 1
            try:
                found = list(_moves(connection, instance_id, (case_no, item_name, definition_id), hall))
            except LimitError:
                uncountable.append(case_no)
                continue
            moved += len(found)
            cases.update(move.case_no for move in found)
            moves += found[: MAX_MOVES - len(moves)]
    moves.sort(key=lambda move: (move.new or date.max, move.case_no))
    return Preview(
        proposal=proposal,
        base=base_of(connection, proposal),
        changes=tuple(changes),
        moves=tuple(moves),
        moved=moved,
        moved_cases=len(cases),
        examined=examined,
        uncountable=tuple(uncountable),
    )


def base_of(connection: Connection, proposal: Proposal) -> str:
    """The token of what the proposal changes; '' before the first edition. Applying asks whether it is still the same."""
    return connection.execute(select(newest_token(proposal.calendar, proposal.hall))).scalar() or ''


def changed_days(connection: Connection, proposal: Proposal) -> list[DayChange]:
    """The dates that would be another kind of day, or have another name or source."""
    if proposal.kind == 'hours':
        return []
    in_hall = proposal.hall != EVERY_HALL
    before = find_hall(connection, proposal.hall).calendar if in_hall else find_calendar(connection, proposal.calendar)
    after = _calendar_after(connection, proposal, proposal.hall)
    return [
        DayChange(before.day(day.date), after.day(day.date), before.provisional(day.date))
        for day in proposal.days
        if before.day(day.date) != after.day(day.date)
    ]


def halls_after(connection: Connection, proposal: Proposal) -> Mapping[str, Hall]:
    """Every hall in reach with its calendar and hours as they would be."""
    hall = t.hall.c
    statement = select(hall.code, hall.office_hours, hall.deadline_time, hall.zone).where(hall.calendar == proposal.calendar)
    if proposal.hall != EVERY_HALL:
        statement = statement.where(hall.code == proposal.hall)
    found = {}
    for row in connection.execute(statement.order_by(hall.code)):
        spans, closing = (proposal.hours, proposal.deadline_time) if proposal.kind == 'hours' else (row.office_hours, row.deadline_time)
        found[row.code] = Hall(_calendar_after(connection, proposal, row.code), office_of(spans, closing, row.zone))
    return found


def _calendar_after(connection: Connection, proposal: Proposal, code: str) -> Calendar:
    notices = {day.date: day for day in notice_days(connection, proposal.calendar)}
    closed = {day.date: day for day in closures(connection, proposal.calendar, code)}
    if proposal.kind == 'import':
        notices |= {day.date: day for day in proposal.days}
    elif proposal.kind == 'closure':
        closed |= {day.date: day for day in proposal.days}
    elif proposal.kind == 'reopening':
        for day in proposal.days:
            closed.pop(day.date, None)
    return compose(notices.values(), closed.values())


def _open_instances(connection: Connection, hall_code: str, first: date | None, hall: Hall) -> Iterator[tuple[int, str, str, int]]:
    """Open cases of a hall with a limit that reaches the first changed date, or has no date yet."""
    reach = datetime.combine(first, time(), hall.office.zone) if first else datetime.min.replace(tzinfo=hall.office.zone)
    late_enough = or_(
        process_instance.c.id.in_(
            select(clock.c.instance_id).where(clock.c.state.in_(OPEN_CLOCK), or_(clock.c.due_at.is_(None), clock.c.due_at >= reach))
        ),
        process_instance.c.id.in_(
            select(timer.c.instance_id).where(
                timer.c.state.in_(('armed', 'stopped')), or_(timer.c.due_at.is_(None), timer.c.due_at >= reach)
            )
        ),
    )
    case = t.approval_case.c
    statement = (
        select(process_instance.c.id, process_instance.c.business_key, case.item_name, process_instance.c.definition_id)
        .outerjoin(t.approval_case, and_(case.instance_id == process_instance.c.id))
        .where(process_instance.c.status.in_(OPEN), process_instance.c.hall == hall_code, *((late_enough,) if first else ()))
        .order_by(process_instance.c.id)
    )
    for row in connection.execute(statement).all():
        yield row.id, row.business_key, row.item_name or '', row.definition_id


def _moves(connection: Connection, instance_id: int, case: tuple[str, str, int], hall: Hall) -> Iterator[DueMove]:
    case_no, item_name, definition_id = case
    ledger = Ledger.load(connection, instance_id, hall)
    for row in ledger.clocks.values():
        found = ledger.clock_due(row) if row.state in OPEN_CLOCK else None
        if found is not None and found.due_at != row.due_at:
            old = hall.office.last_day_of(row.due_at) if row.due_at else None
            yield DueMove(
                case_no=case_no,
                item_name=item_name,
                kind='clock',
                title=CLOCK.get(row.name, row.name),
                old=old,
                new=found.last_day,
                old_due_at=row.due_at,
                new_due_at=found.due_at,
            )
    for waiting in ledger.timers.values():
        due = ledger.timer_due(waiting)
        due_at = due.due_at if due else None
        if due_at != waiting.due_at:
            old = hall.office.last_day_of(waiting.due_at) if waiting.due_at else None
            title = edition_of(connection, definition_id).name_of(waiting.element)
            yield DueMove(
                case_no=case_no,
                item_name=item_name,
                kind='timer',
                title=title,
                old=old,
                new=due.last_day if due else None,
                old_due_at=waiting.due_at,
                new_due_at=due_at,
            )
