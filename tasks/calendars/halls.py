"""The hall's calendar and office hours, as the engine asks for them: rows where the hall has some, else what comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from engine import Actor, Hall, NotFound, Rejection, once
from engine.worktime import Calendar, Office, WarnRule
from tasks import tables as t
from tasks.calendars.content import calendar_of, newest_token
from tasks.calendars.tables import EVERY_HALL
from tasks.marks.tables import mark_rule
from tasks.rights.asking import need_in
from tasks.rows import HALLS, StoredHall
from tasks.words.vocabulary import written_date


class NoHall(Rejection):
    """Nothing can be done in a database in which `yizhan init` has not made a hall yet."""

    def __init__(self) -> None:
        super().__init__('Expected a hall, but there is none: run `yizhan init` first', '还没有政务大厅：请先运行 yizhan init')


_HALL = (
    select(
        t.hall.c.calendar,
        t.hall.c.office_hours,
        t.hall.c.deadline_time,
        t.hall.c.zone,
        newest_token(t.hall.c.calendar, t.hall.c.code).label('token'),
        mark_rule.c.amber_days,
        mark_rule.c.amber_percent,
    )
    .outerjoin(mark_rule, mark_rule.c.hall == t.hall.c.code)
    .where(t.hall.c.code == bindparam('code'))
)


def find_hall(connection: Connection, code: str) -> Hall:
    """The source of halls for `Engine(halls=…)`. An instance without a hall keeps the shipped calendar and usual hours."""
    return once(connection, ('hall', code), lambda: _find_hall(connection, code))


def _find_hall(connection: Connection, code: str) -> Hall:
    row = connection.execute(_HALL, {'code': code}).one_or_none()
    if row is None:
        return Hall()
    rule = WarnRule() if row.amber_days is None else WarnRule(row.amber_days, row.amber_percent)
    return Hall(calendar_of(connection, row.calendar, code, row.token), office_of(row.office_hours, row.deadline_time, row.zone), rule)


def find_calendar(connection: Connection, code: str) -> Calendar:
    """The named calendar as it is in every hall: imported notices over the shipped years, closures of all halls on top."""
    return calendar_of(connection, code, EVERY_HALL, connection.execute(select(newest_token(code, EVERY_HALL))).scalar())


def office_of(hours: Sequence[Sequence[str]], deadline_time: str, zone: str = 'Asia/Shanghai') -> Office:
    """The settings of a hall's row as the engine counts with them. Raises ValueError for hours that overlap or cannot be read."""
    return Office.of_spans(tuple((str(start), str(end)) for start, end in hours), deadline_time, zone)


def need_hall(connection: Connection) -> list[str]:
    """The codes of the halls, the oldest first; raises NoHall when there is none."""
    halls = [str(code) for code in connection.execute(select(t.hall.c.code).order_by(t.hall.c.created_at, t.hall.c.code)).scalars()]
    if not halls:
        raise NoHall
    return halls


def hall_row(connection: Connection, code: str) -> StoredHall:
    """The hall's row; raises NotFound."""
    row = HALLS.first(connection, HALLS.select().where(t.hall.c.code == code))
    if row is None:
        raise NotFound(f'Expected a hall, but there is no {code!r}', f'没有政务大厅 {code}')
    return row


def chinese_date(moment: datetime | date | None, office: Office) -> str:
    """2026年8月3日, in the hall's zone; nothing for nothing."""
    if moment is None:
        return ''
    day = office.local_date(moment) if isinstance(moment, datetime) else moment
    return str(written_date(day))


def need_change(connection: Connection, actor: Actor, calendar: str, hall: str | None) -> None:
    """Raises Forbidden unless the person may change the calendar of this hall, or (without one) of every hall that has the calendar."""
    which = t.hall.c.code == hall if hall else t.hall.c.calendar == calendar
    need_in(connection, actor, 'calendar.change', select(t.hall.c.code).where(which))
