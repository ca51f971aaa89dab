"""Every look at personal data: who, whose, on which page, by which relation, plain or masked (PIPL art. 51; S-35).

Looks are lines of the operator log, so they are under its evidence. A person's look at the same case on the same page is kept once a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, or_, select

from engine.rows import Rows
from tasks import tables as t
from tasks.operations.log import note
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import by_people_here, case_standing, cases_for, need
from tasks.rights.table import TABLE

if TYPE_CHECKING:
    from engine import Actor, Tx

VIEWED, LISTED = 'personal_data.viewed', 'personal_data.listed'
READ = 'document.read'  # what older lines call a masked look
AGAIN = timedelta(days=1)
_log = t.operator_log.c


@dataclass(frozen=True, slots=True)
class Look:
    """One line. `data` has `what` (the page), and `relation` with `reading`, or `cases`: the relation to each case a list named plain."""

    id: int
    at: datetime
    by: str
    action: str
    object: str
    data: dict[str, Any]

    @property
    def cases(self) -> list[str]:
        """The cases that were looked at."""
        return sorted(self.data['cases']) if self.action == LISTED else [self.object]

    @property
    def page(self) -> str:
        """The page: its kind, and a number where it has one."""
        return self.object if self.action == LISTED else str(self.data['what'])

    @property
    def relations(self) -> list[str]:
        """By which relations; none is known of looks before there were relations."""
        told = self.data['cases'].values() if self.action == LISTED else [self.data.get('relation', '')]
        return sorted(set(told) - {''})

    @property
    def masked(self) -> bool:
        """Whether persons were hidden."""
        return self.data.get('reading') == 'masked' or self.action == READ


_LOOKS = Rows(Look, t.operator_log)


@dataclass(frozen=True)
class LookFilter:
    """Who looked, at which case, when; empty fields do not count."""

    by: str = ''
    case_no: str = ''
    since: datetime | None = None
    before: datetime | None = None


def unseen(connection: Connection, actor: Actor, case_no: str, what: str, verb: str, *, now: datetime) -> dict[str, Any] | None:
    """What `record` has to write of this look at what the verb shows of a case on a page (`what`); None where today's line says it."""
    standing = case_standing(connection, actor, case_no)
    reading = standing.reading(verb)
    said = {'what': what, 'relation': next((one for one in TABLE[verb].relations if one in standing.relations), ''), 'reading': reading}
    today = (_log.action == VIEWED, _log.object == case_no, _log.by == actor.id, _log.at > now - AGAIN)
    known = connection.execute(select(_log.data).where(*today)).scalars().all()
    return None if said in known else said


def record(tx: Tx, case_no: str, said: Mapping[str, Any]) -> None:
    """The actor is about to read this of a case (`unseen`). Call it before anybody sees the page."""
    note(tx, VIEWED, case_no, data=dict(said))


def unlisted(connection: Connection, actor: Actor, page: str, cases: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Of the cases (number to relation) whose persons a list names plain, those this person has not been shown there today."""
    if not cases:
        return {}
    today = (_log.action == LISTED, _log.object == page, _log.by == actor.id, _log.at > now - AGAIN)
    known = {case_no for data in connection.execute(select(_log.data).where(*today)).scalars() for case_no in data['cases']}
    return {case_no: relation for case_no, relation in cases.items() if case_no not in known}


def record_listing(tx: Tx, page: str, cases: Mapping[str, str]) -> None:
    """A list is about to name the persons of these cases plain."""
    note(tx, LISTED, page, data={'cases': dict(cases)})


def looks(connection: Connection, actor: Actor, wanted: LookFilter, *, place: str = '') -> Page[Look]:
    """The looks somebody asks for, newest first. Raises Forbidden but for who audits them."""
    need(actor, 'look.read')
    statement = _of(wanted.case_no).where(_seen_here(actor))
    if wanted.by:
        statement = statement.where(_log.by == wanted.by)
    if wanted.since is not None:
        statement = statement.where(_log.at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(_log.at < wanted.before)
    return fetch(connection, _LOOKS, statement, [Key(_log.id, descending=True)], place)


def _seen_here(actor: Actor) -> ColumnElement[bool]:
    """Looks of people of the auditor's hall, and anybody's looks at its cases."""
    own = select(t.approval_case.c.case_no).where(cases_for(actor, 'look.read'))
    return or_(by_people_here(actor, _log.by), _log.object.in_(own))


def looks_at(connection: Connection, actor: Actor, case_no: str, most: int = 20) -> Sequence[Look]:
    """The newest looks at one case; none for who may not know."""
    if not case_standing(connection, actor, case_no).allows('look.read'):
        return ()
    return _LOOKS.all(connection, _of(case_no).order_by(_log.id.desc()).limit(most))


def _of(case_no: str) -> Select[Any]:
    if not case_no:
        return _LOOKS.select().where(_log.action.in_((VIEWED, LISTED, READ)))
    listed = (_log.action == LISTED) & cast(_log.data, Text).contains(case_no, autoescape=True)
    return _LOOKS.select().where(or_(_log.action.in_((VIEWED, READ)) & (_log.object == case_no), listed))
