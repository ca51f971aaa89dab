"""The kinds of cases on the board, in SQL: each case once, with its worst limit or task. Asked of indexes of open work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, case, func, null, or_, select

from engine.tables import UNMET, clock, stop, user_task
from tasks import tables as t
from tasks.rights.relations import APPLICANT

_PROMISES = ('promise', 'notify', 'delivery', 'statutory')


def of_clocks(now: datetime, late: bool | None = None) -> Subquery:
    """Open cases with an unmet limit that is broken or nearly (`late`: only the ones or the others), each with its worst limit: a broken
    statutory one, else the earliest. The worst of a broken case is a broken one: for those no other is read."""
    over = clock.c.due_at <= now
    law_first = case((clock.c.name == 'statutory', case((over, 0), else_=1)), else_=1)
    order = case({name: place for place, name in enumerate(_PROMISES)}, value=clock.c.name, else_=len(_PROMISES))
    urgent = (user_task.c.due_at.is_(None), user_task.c.due_at, user_task.c.id)
    ranked = (
        select(
            *(clock.c[name] for name in ('instance_id', 'name', 'limit', 'due_at', 'amber_at')),
            func.row_number().over(partition_by=clock.c.instance_id, order_by=(law_first, clock.c.due_at, order)).label('place'),
            *_first_task(clock, *urgent),
        )
        .where(UNMET, over if late else or_(over, clock.c.amber_at <= now))
        .subquery()
    )
    worst = select(ranked, ranked.c.due_at.label('at')).where(ranked.c.place == 1)
    if late is not None:
        worst = worst.where(ranked.c.due_at <= now if late else ranked.c.due_at > now)
    return worst.subquery()


def _of_tasks(*conditions: ColumnElement[bool]) -> Subquery:
    """Cases with such an open task, each with the most urgent one."""
    urgent = (user_task.c.due_at.is_(None), user_task.c.due_at, user_task.c.id)
    ranked = (
        select(
            user_task.c.instance_id,
            user_task.c.id.label('task_id'),
            user_task.c.group_key.label('window'),
            user_task.c.due_at,
            func.row_number().over(partition_by=user_task.c.instance_id, order_by=urgent).label('place'),
        )
        .where(user_task.c.state == 'open', *conditions)
        .subquery()
    )
    return _with_clock(ranked, ranked.c.due_at)


def _late_steps(now: datetime) -> Subquery:
    broken = select(clock.c.id).where(clock.c.instance_id == user_task.c.instance_id, UNMET, clock.c.due_at <= now)
    return _of_tasks(user_task.c.due_at <= now, ~broken.correlate(user_task).exists())


def _stopped(_now: datetime) -> Subquery:
    since = stop.c['from']
    ranked = (
        select(
            stop.c.instance_id,
            *_first_task(stop, user_task.c.id),
            since.label('since'),
            func.row_number().over(partition_by=stop.c.instance_id, order_by=(since, stop.c.id)).label('place'),
        )
        .where(stop.c.to.is_(None))
        .subquery()
    )
    return _with_clock(ranked, ranked.c.since)


def _unclaimed(_now: datetime) -> Subquery:
    return _of_tasks(user_task.c.assignee.is_(None), user_task.c.group_key != APPLICANT)


def _with_clock(ranked: Subquery, at: ColumnElement[Any]) -> Subquery:
    """The first of each case, without a limit of the case."""
    nothing = [null().label(name) for name in ('name', 'limit', 'amber_at')]
    return select(ranked.c.instance_id, ranked.c.task_id, ranked.c.window, at.label('at'), *nothing).where(ranked.c.place == 1).subquery()


OF_KIND = {
    'late': lambda now: of_clocks(now, late=True),
    'soon': lambda now: of_clocks(now, late=False),
    'step': _late_steps,
    'stopped': _stopped,
    'unclaimed': _unclaimed,
}


def _first_task(of: Table, *order: ColumnElement[Any]) -> Iterator[ColumnElement[Any]]:
    """The open task of the instance that comes first: its id and window, so that counting by windows reads no task twice."""
    for column, name in ((user_task.c.id, 'task_id'), (user_task.c.group_key, 'window')):
        mine = select(column).where(user_task.c.instance_id == of.c.instance_id, user_task.c.state == 'open')
        yield mine.order_by(*order).limit(1).correlate(of).scalar_subquery().label(name)


def with_case(worst: Subquery) -> Any:
    """The open cases among them, each with its row."""
    of_case = t.approval_case.c
    return worst.join(t.approval_case, and_(of_case.instance_id == worst.c.instance_id, t.open_case(of_case.status)))


def at_window(worst: Subquery) -> ColumnElement[str]:
    """The window where the case is: that of its most urgent task."""
    return func.coalesce(worst.c.window, '')
