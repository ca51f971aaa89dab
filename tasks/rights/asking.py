"""The questions to the table of rights: may this person do that verb to this object, how may he read it, which rows may he list.

Verbs, pages, lists, searches and documents ask here and nowhere else. Whoever may not know of an object is told that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, case, literal, or_, select, true

from engine import Actor, Forbidden, NotFound, Rejection, once
from engine.tables import process_instance, user_task
from engine.words import joined
from tasks import tables as t
from tasks.rights.caseworkers import ACCOUNT, need_good
from tasks.rights.relations import any_of, has_role, of_case, of_mark, of_task
from tasks.rights.table import RELATIONS, TABLE

if TYPE_CHECKING:
    from engine import Right, Tx

Reading = Literal['plain', 'masked'] | None
_case = t.approval_case.c


@dataclass(frozen=True)
class Relations:
    """What a person is to one case, or to one step of it: the names of his relations. `account` is his, for whoever acts."""

    relations: frozenset[str]
    account: Any = None
    open: bool = False  # whether the step is open

    def allows(self, verb: str) -> bool:
        """Whether the table lets one of these relations do it."""
        return self.relations == EVERYTHING or not self.relations.isdisjoint(TABLE[verb].relations)

    def reading(self, verb: str) -> Reading:
        """How these relations read what the verb shows."""
        if not self.allows(verb):
            return None
        return 'plain' if self.relations == EVERYTHING or not self.relations.isdisjoint(TABLE[verb].who) else 'masked'


STRANGER = Actor('', kind='stranger')
"""Whoever has not signed in."""
NOT_WORKING = ('task.hand_over', 'case.move')
"""Verbs on cases and steps that are no work on them: they take no certificate."""
EVERYTHING = frozenset({'system'})
"""The software itself passes every check."""


def could(actor: Actor, verb: str) -> bool:
    """Whether there may be an object to which this person may do it: what his roles alone say. Pages and menus ask it first."""
    return actor.system or any(_could_be(actor, name) for name in TABLE[verb].relations)


def _could_be(actor: Actor, name: str) -> bool:
    if actor.kind == 'applicant':
        return name in ('anybody', 'applicant', 'party')
    return name == 'anybody' or has_role(actor, name)


def may(actor: Actor, verb: str, hall: str = '') -> bool:
    """Whether the person may do a verb of a hall (`hall` empty: of none in particular)."""
    return could(actor, verb) and (actor.system or not (hall and actor.hall) or hall == actor.hall)


def need(actor: Actor, verb: str, hall: str = '') -> None:
    """Raises Forbidden unless the person may do a verb of a hall."""
    if may(actor, verb, hall):
        return
    raise refusal(actor, verb)


def engine_asks(tx: Tx, right: Right, instance_id: int | None, task_id: int | None) -> None:
    """What the engine is handed: its verbs ask the same table."""
    if task_id is not None:
        need_task(tx.link, tx.by, right, task_id, tx.now)
    elif instance_id is not None:
        need_for(tx.link, tx.by, right, select(process_instance.c.id).where(process_instance.c.id == instance_id))
    else:
        need(tx.by, right)


def need_for(connection: Connection, actor: Actor, verb: str, instances: Select[Any]) -> None:
    """Raises Forbidden unless the person may do a verb in the hall of each of these process instances (a select of their ids)."""
    need_in(connection, actor, verb, select(process_instance.c.hall).where(process_instance.c.id.in_(instances)))


def need_in(connection: Connection, actor: Actor, verb: str, halls: Select[Any]) -> None:
    """Raises Forbidden unless the person may do a verb in each of these halls (a select of their codes)."""
    need(actor, verb)
    for hall in connection.execute(halls.distinct()).scalars().all() if actor.hall else ():
        need(actor, verb, hall)


def need_everywhere(connection: Connection, actor: Actor, verb: str) -> None:
    """Raises Forbidden unless the person may do in every hall what counts in all of them (`EVERYWHERE`)."""
    if not may_everywhere(connection, actor, verb):
        raise refusal(actor, verb)


def may_everywhere(connection: Connection, actor: Actor, verb: str) -> bool:
    """Whether the person may do in every hall what counts in all of them."""
    halls = connection.execute(select(t.hall.c.code)).scalars().all() if actor.hall else ()
    return all(may(actor, verb, hall) for hall in halls) and may(actor, verb)


def need_item(connection: Connection, actor: Actor, verb: str, code: str) -> None:
    """Raises Forbidden unless the person may do a verb to an item: in the hall that has it; a new one is in none yet."""
    need_in(connection, actor, verb, select(t.approval_item.c.hall).where(t.approval_item.c.code == code))


def here_or_nowhere(actor: Actor, hall: ColumnElement[str] = process_instance.c.hall) -> ColumnElement[bool]:
    """What belongs to the person's hall (that of a process instance, unless another column is given), or to none: what he sees of it."""
    return true() if actor.system or not actor.hall else or_(hall == actor.hall, hall == '', hall.is_(None))


def of_items_here(actor: Actor, code: ColumnElement[str], by: ColumnElement[str]) -> ColumnElement[bool]:
    """Lines about an item of the person's hall (`code`), or about a new one by people who are not of another hall."""
    hall = select(t.approval_item.c.hall).where(t.approval_item.c.code == code).scalar_subquery()
    return true() if actor.system or not actor.hall else case((hall.is_not(None), hall == actor.hall), else_=by_people_here(actor, by))


def by_people_here(actor: Actor, by: ColumnElement[str]) -> ColumnElement[bool]:
    """Lines that were not written by a person of another hall: those of the person's hall, of who serves all, of the software."""
    if actor.system or not actor.hall:
        return true()
    person, office, post = t.clerk.c, t.department.c, t.window.c
    away = select(person.username).join(t.department, office.code == person.department).where(office.hall != actor.hall)
    posted = (
        select(t.clerk_window.c.username)
        .join(t.clerk, person.username == t.clerk_window.c.username)
        .join(t.window, post.code == t.clerk_window.c.window)
        .where(person.department.is_(None), post.hall != actor.hall)
    )
    return by.not_in(away.union(posted))


def need_own(actor: Actor, window: str) -> None:
    """Raises Forbidden unless the person works this window."""
    if not actor.system and window not in actor.groups:
        raise Forbidden(f'Expected a clerk of {window!r}, but {actor.id} works {sorted(actor.groups)}', '您不在这个窗口岗位')


def refusal(actor: Actor, verb: str) -> Forbidden:
    """The sentence of a refusal: who may do it."""
    rule = TABLE[verb]
    who = joined((RELATIONS[name].word for name in rule.relations), zh='、', en=' or ')
    message = f'Expected {who.en} for {verb}, but {actor.id} is none'
    return Forbidden(message, f'此操作（{rule.does}）限：{who}')


def case_standing(connection: Connection, actor: Actor, case_no: str) -> Relations:
    """What the person is to a case; read once where a transaction only reads."""
    if actor.system:
        return Relations(EVERYTHING)
    wanted = select().select_from(t.approval_case).where(_case.case_no == case_no)
    return once(connection, ('standing', actor.id, case_no), lambda: _ask(connection, actor, of_case(actor, RELATIONS), wanted))


def task_standing(connection: Connection, actor: Actor, task_id: int) -> Relations:
    """What the person is to one step: relations to open steps are those to this one."""
    if actor.system:
        return Relations(EVERYTHING)
    found = select((user_task.c.state == 'open').label('open')).join_from(
        user_task, t.approval_case, _case.instance_id == user_task.c.instance_id
    )
    wanted = found.where(user_task.c.id == task_id)
    return once(connection, ('standing of task', actor, task_id), lambda: _ask(connection, actor, of_task(actor, RELATIONS), wanted))


def _ask(connection: Connection, actor: Actor, conditions: Mapping[str, ColumnElement[bool]], found: Any) -> Relations:
    asked = found.add_columns(literal(1).label('there'), *(condition.label(f'is_{name}') for name, condition in conditions.items()))
    if actor.kind == 'clerk':
        asked = asked.add_columns(*ACCOUNT).outerjoin(t.clerk, t.clerk.c.username == actor.id)
    row = connection.execute(asked).one_or_none()
    if row is None:
        return Relations(frozenset())
    names = frozenset(name for name in conditions if getattr(row, f'is_{name}'))
    account = row if actor.kind == 'clerk' and row.active is not None else None
    return Relations(names, account, bool(getattr(row, 'open', False)))


def case_reading(connection: Connection, actor: Actor, verb: str, case_no: str) -> Reading:
    """How the person reads what a verb shows of a case; None: not at all."""
    return case_standing(connection, actor, case_no).reading(verb)


def see_case(connection: Connection, actor: Actor, case_no: str) -> Relations:
    """Raises NotFound where the person may not know of the case."""
    standing = case_standing(connection, actor, case_no)
    if not standing.allows('case.read'):
        raise NotFound(f'Expected a case, but there is no {case_no!r} for {actor.id}', f'没有办件 {case_no}')
    return standing


def need_case(connection: Connection, actor: Actor, verb: str, case_no: str, now: datetime, *, unless: Rejection | None = None) -> None:
    """Raises NotFound or Forbidden unless the person may do this to the case now, with a certificate in force where he works it.

    `unless` is raised instead where the object knows better who may.
    """
    _need_account(actor, verb, allowed_case(connection, actor, verb, case_no, unless=unless), now)


def allowed_case(connection: Connection, actor: Actor, verb: str, case_no: str, *, unless: Rejection | None = None) -> Relations:
    """What the person is to a case to which he may do this. Raises NotFound where he may not know of it, else Forbidden (or `unless`)."""
    standing = see_case(connection, actor, case_no)
    if not standing.allows(verb):
        raise unless or refusal(actor, verb)
    return standing


def see_task(connection: Connection, actor: Actor, task_id: int) -> Relations:
    """Raises NotFound where the person may not know of the step: one answer, whether or not there is one."""
    standing = task_standing(connection, actor, task_id)
    if not standing.allows('task.read'):
        raise NotFound(f'Expected a user task, but there is no {task_id}', '没有找到该任务')
    return standing


def allowed_task(connection: Connection, actor: Actor, verb: str, task_id: int) -> None:
    """Raises NotFound where the person may not know of the step, Forbidden where it is open and he may not do this to it."""
    standing = see_task(connection, actor, task_id)
    if standing.open and not standing.allows(verb):
        raise refusal(actor, verb)


def need_task(connection: Connection, actor: Actor, verb: str, task_id: int, now: datetime) -> None:
    """Raises NotFound or Forbidden unless the person may do this to the open step now."""
    standing = task_standing(connection, actor, task_id)
    if not standing.allows(verb):
        see_task(connection, actor, task_id)
        raise refusal(actor, verb)
    _need_account(actor, verb, standing, now)


def _need_account(actor: Actor, verb: str, standing: Relations, now: datetime) -> None:
    if actor.kind == 'clerk' and verb not in NOT_WORKING:
        need_good(actor, standing.account, now)


def cases_for(actor: Actor, verb: str) -> ColumnElement[bool]:
    """The cases to which the person may do it, as a condition on `approval_case`: what a page answers of one case, for all of them."""
    return true() if actor.system else any_of(of_case(actor, TABLE[verb].relations))


def cases_plain_to(actor: Actor, verb: str) -> ColumnElement[bool]:
    """The cases whose persons he reads plain; an organisation is no person."""
    plain = true() if actor.system else any_of(of_case(actor, TABLE[verb].who))
    return or_(_case.applicant_kind != 'person', plain)


def plain_by(actor: Actor, verb: str, *, of_tasks: bool = False) -> ColumnElement[str]:
    """The relation by which he reads the persons of a case (of a row of `approval_case`, or of a task joined with it) plain; else empty."""
    if actor.system:
        return literal('system')
    conditions = (of_task if of_tasks else of_case)(actor, TABLE[verb].who)
    return case(*((condition, literal(name)) for name, condition in conditions.items()), else_=literal('')) if conditions else literal('')


def tasks_for(actor: Actor, verb: str) -> ColumnElement[bool]:
    """The steps to which the person may do it, as a condition on `user_task` joined with its `approval_case`."""
    return true() if actor.system else any_of(of_task(actor, TABLE[verb].relations))


def marks_for(actor: Actor, verb: str) -> ColumnElement[bool]:
    """The marks to which the person may do it, as a condition on `mark`."""
    return true() if actor.system else any_of(of_mark(actor, TABLE[verb].relations))
