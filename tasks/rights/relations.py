"""What a person is to a case or to one of its steps: each relation is one SQL condition, asked of a row for a page and of all rows for a
list. So a list shows exactly the cases whose page opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from engine.read import offered_to, worked_by
from engine.tables import user_task
from tasks import tables as t
from tasks.marks.tables import mark
from tasks.rights.table import APART, RELATIONS

if TYPE_CHECKING:
    from engine import Actor

APPLICANT = 'applicant'  # the reserved candidate group
LOOKS_ON = frozenset(role for pair in APART for role in pair) - {'clerk'}
_case, _task, _named = t.approval_case.c, user_task.c, t.definition_window.c


def has_role(actor: Actor, relation: str) -> bool:
    """Whether the actor has a role this relation takes. Nobody who looks on works cases, whatever else he was given."""
    if actor.kind != 'clerk':
        return False
    if relation in CLERKS and actor.roles & LOOKS_ON:
        return False
    if relation == 'receiver' and APPLICANT not in actor.groups:
        return False
    return bool(actor.roles & RELATIONS[relation].roles)


def takes(roles: Iterable[str], relation: str) -> bool:
    """Whether people with these roles may have a relation."""
    return not RELATIONS[relation].roles.isdisjoint(roles)


CLERKS = frozenset(name for name, relation in RELATIONS.items() if relation.roles == {'clerk'})


def of_case(actor: Actor, names: Iterable[str]) -> Mapping[str, ColumnElement[bool]]:
    """Relation → its condition on a row of `approval_case`; those that no case can have to this person are left out."""
    return _conditions(actor, tuple(names), _somewhere)


def of_task(actor: Actor, names: Iterable[str]) -> Mapping[str, ColumnElement[bool]]:
    """Relation → its condition on a row of `user_task` joined with its `approval_case`."""
    return _conditions(actor, tuple(names), _while_open)


def of_mark(actor: Actor, names: Iterable[str]) -> dict[str, ColumnElement[bool]]:
    """Relation → its condition on a row of `mark`."""
    hall = mark.c.hall == actor.hall if actor.hall else true()
    answers = or_(mark.c.person == actor.id, mark.c.window.in_(sorted(actor.groups)))
    all_of = {'answers': answers, 'supervisor': hall, 'process_administrator': hall}
    return {name: all_of[name] for name in names if has_role(actor, name)}


def any_of(conditions: Mapping[str, ColumnElement[bool]]) -> ColumnElement[bool]:
    """One of these, or none if there are none. The cheap ones (of the case's own columns) are asked first."""
    return or_(false(), *(condition for _name, condition in in_order(conditions)))


def in_order(conditions: Mapping[str, ColumnElement[bool]]) -> list[tuple[str, ColumnElement[bool]]]:
    """The cheap conditions, of the row's own columns, first."""
    return sorted(conditions.items(), key=lambda one: one[0] not in _OF_THE_ROW)


_OF_THE_ROW = ('applicant', 'colleague', 'supervisor', 'auditor', 'process_administrator', 'receiving')


@lru_cache(maxsize=1024)
def _conditions(actor: Actor, names: tuple[str, ...], of_step: Any) -> Mapping[str, ColumnElement[bool]]:
    """Conditions only name what the actor is: no row is read here. Each page asks several times, and building SQL takes long."""
    return MappingProxyType(_built(actor, names, of_step))


def _built(actor: Actor, names: tuple[str, ...], of_step: Any) -> dict[str, ColumnElement[bool]]:
    if actor.kind == 'applicant':
        own = _case.case_no.in_(sorted(actor.cases))
        his = {'applicant': own, 'party': and_(own, of_step(worked_by([APPLICANT])))}
        return {name: his[name] for name in names if name in his} if actor.cases else {}
    found = {}
    for name in names:
        if not has_role(actor, name):
            continue
        if name in _STEPS:
            condition = _STEPS[name](actor)
            condition = None if condition is None else of_step(condition)
        else:
            condition = _CASES[name](actor) if name in _CASES else None
        if condition is not None:
            found[name] = condition
    return found


def _while_open(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_task.state == 'open', condition)


def _somewhere(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """An open step of the case keeps the condition."""
    return _any_step(_while_open(condition))


def _any_step(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Asked of the case's few steps: for EXISTS PostgreSQL may read all steps of the hall first, and keep them in memory."""
    first = select(_task.id).where(_task.instance_id == _case.instance_id, condition).limit(1).correlate(t.approval_case)
    return first.scalar_subquery().is_not(None)


_of_task = t.approval_case.alias()
_its_case = (_of_task.c.instance_id == _task.instance_id, t.open_case(_of_task.c.status))
_hall = select(_of_task.c.hall).where(*_its_case).correlate(user_task).scalar_subquery()
"""The hall of a step's case, looked up for the few steps it is asked of: so the desk counts steps without reading their cases."""


def _windows(actor: Actor) -> frozenset[str]:
    return actor.groups - {APPLICANT}


def _holds(actor: Actor) -> ColumnElement[bool]:
    return _task.assignee == actor.id


def _waits(actor: Actor) -> ColumnElement[bool] | None:
    return worked_by(_windows(actor)) if _windows(actor) else None


def _named_himself(actor: Actor) -> ColumnElement[bool]:
    return offered_to(actor.id)


def _brought(actor: Actor) -> ColumnElement[bool] | None:
    """What applicants of a hall bring to the counter."""
    if APPLICANT not in actor.groups:
        return None
    counters = select(t.window.c.hall).where(t.window.c.code.in_(_windows(actor)), t.window.c.authority == 'receive')
    return and_(worked_by([APPLICANT]), _hall.in_(counters))


def _inspects(actor: Actor) -> ColumnElement[bool]:
    """Review posts that supervisors are assigned to (督办), and what they hold."""
    posts = select(t.window.c.code).where(t.window.c.code.in_(_windows(actor)), t.window.c.authority == 'review')
    return or_(_holds(actor), _task.group_key.in_(posts))


def _drafted(actor: Actor) -> ColumnElement[bool]:
    return and_(_task.draft_by == actor.id, or_(_task.assignee.is_(None), _holds(actor)))


def _handled(actor: Actor) -> ColumnElement[bool]:
    mine = or_(_holds(actor), _task.closed_by == actor.id)
    return or_(_case.received_by == actor.id, _any_step(or_(mine, worked_by(_windows(actor))) if _windows(actor) else mine))


def _received(actor: Actor) -> ColumnElement[bool] | None:
    return _case.window.in_(sorted(_windows(actor))) if _windows(actor) else None


def _leads(actor: Actor) -> ColumnElement[bool] | None:
    if not _windows(actor):
        return None
    mine = exists().where(
        _named.definition_id == _case.definition_id,
        _named.duty == 'named',
        t.window.c.code == _named.window,
        t.window.c.code.in_(sorted(_windows(actor))),
        t.window.c.authority == 'decide',
        t.window.c.hall == _case.hall,
    )
    return mine.correlate(t.approval_case)


def _extends(actor: Actor) -> ColumnElement[bool] | None:
    """The post the item names, else who leads it: the head of the agency is represented by the deciding window (首席代表, S-43)."""
    leads = _leads(actor)
    if leads is None:
        return None
    posts = exists().where(_named.definition_id == _case.definition_id, _named.duty == 'extends')
    mine = posts.where(_named.window.in_(sorted(_windows(actor))))
    return or_(mine.correlate(t.approval_case), and_(~posts.correlate(t.approval_case), leads))


def _in_my_hall(actor: Actor) -> ColumnElement[bool]:
    """A clerk's halls are those of his windows and of his department."""
    places = select(t.window.c.hall).where(t.window.c.code.in_(sorted(_windows(actor))))
    return or_(_case.hall == actor.hall, _case.hall.in_(places)) if _windows(actor) else _case.hall == actor.hall


def _of_my_hall(actor: Actor) -> ColumnElement[bool]:
    """Who belongs to no hall serves them all."""
    return _case.hall == actor.hall if actor.hall else true()


_STEPS = {'holder': _holds, 'window': _waits, 'candidate': _named_himself, 'counter': _brought, 'inspector': _inspects, 'author': _drafted}
"""Relations to an open step; to a case, whoever has one to an open step of it."""
_CASES = {
    'handler': _handled,
    'receiving': _received,
    'lead': _leads,
    'extender': _extends,
    'colleague': _in_my_hall,
    'supervisor': _of_my_hall,
    'auditor': _of_my_hall,
    'process_administrator': _of_my_hall,
}
