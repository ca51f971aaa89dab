"""Who acts. Every transaction is begun by an actor; rights are decided by groups, assignee and roles, never by who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.words import Word

ROLE: Mapping[str, Word] = {
    'clerk': Word('窗口人员', 'Window clerk'),
    'analyst': Word('流程设计', 'Process analyst'),
    'administrator': Word('系统管理', 'Administrator'),
    'supervisor': Word('效能监察', 'Supervisor'),
}


@dataclass(frozen=True)
class Actor:
    """A clerk, an applicant or the system.

    `groups` are the candidate groups (windows) he may work. `hall` is the one he belongs to; whoever belongs to none serves them all.
    `cases` are the business keys an applicant may act on: he sees no other.
    """

    id: str
    name: str = ''
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    kind: str = 'clerk'  # clerk | applicant | system
    cases: frozenset[str] = frozenset()
    hall: str = ''

    @property
    def system(self) -> bool:
        """The software itself: passes every check of rights."""
        return self.kind == 'system'


SYSTEM = Actor('system', Word('系统', 'System'), kind='system')
TIMER = Actor('system:timer', Word('系统（超时）', 'System (time)'), kind='system')
OUTBOX = Actor('system:outbox', Word('系统（发送）', 'System (delivery)'), kind='system')
