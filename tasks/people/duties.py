"""Three duties are three people's: accounts, processes, audit (A-05). Who joins them, and which of them nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.words import Word, joined, said
from tasks import tables as t
from tasks.rights.table import POWERS, RELATIONS, joined_duties

DUTIES = ('account_administrator', 'process_administrator', 'auditor')
_AUDIT = frozenset({'auditor', 'supervisor'})
"""Who supervises audits as well, where a hall has nobody apart for it."""
FEWEST_SIGNERS = 2


@dataclass(frozen=True)
class Duties:
    """`joined`: active people who have duties that are two people's; `vacant`: duties nobody has; `signers`: how many may sign."""

    joined: Sequence[str]
    vacant: Sequence[str]
    signers: int

    @property
    def trouble(self) -> Word | None:
        """What is to be settled, in a sentence; None when duties are parted and every one is somebody's."""
        found = []
        if self.joined:
            zh, en = '{names} 一人兼任须分开的职责，请另行安排', '{names} hold duties together that are two people’s: part them'
            found.append(said(zh, en, names=joined(self.joined)))
        if self.vacant:
            found.append(
                said('无人担任：{names}', 'nobody is {names}', names=joined((RELATIONS[name].word for name in self.vacant), en=' or '))
            )
        if self.signers < FEWEST_SIGNERS:
            found.append(said('只有 {n} 人可以会签，须有两人', '{n} may countersign, two are needed', n=self.signers))
        return joined(found, '；', '; ') if found else None


def duties(connection: Connection) -> Duties:
    """How the duties of the installation are shared out now."""
    people = connection.execute(select(t.clerk.c.name, t.clerk.c.roles).where(t.clerk.c.active).order_by(t.clerk.c.username)).all()
    takes = {name: RELATIONS[name].roles for name in DUTIES} | {'auditor': _AUDIT}
    vacant = [name for name in DUTIES if all(takes[name].isdisjoint(person.roles) for person in people)]
    both = [person.name for person in people if joined_duties(person.roles)]
    return Duties(both, vacant, sum(not POWERS.isdisjoint(person.roles) for person in people))
