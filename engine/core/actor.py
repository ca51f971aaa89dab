"""Who acts. Every transaction is begun by an actor; rights are decided by who acts, never by who calls."""

from __future__ import annotations

from dataclasses import dataclass

from engine.words import Word


@dataclass(frozen=True)
class Actor:
    """A clerk, an applicant or the system.

    `groups` are the candidate groups (windows) he may work. `hall` is the one he belongs to; whoever belongs to none serves them all.
    What `roles` mean is the affair of the floors above. `cases` are the business keys an applicant may act on: he sees no other.
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
