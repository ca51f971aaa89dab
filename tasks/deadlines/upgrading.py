"""An upgrade of the database, and what follows for due dates: they are what today's formula says, and every change is told (B-05)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import SYSTEM
from engine.keeping import present_heads
from tasks.deadlines.doctor import Difference, examine_due, fix

if TYPE_CHECKING:
    from engine import Engine


@dataclass(frozen=True)
class Upgraded:
    """From which schema to which (empty before: a new database), how many running cases were counted anew, and what changed."""

    before: str
    after: str
    examined: int
    changed: Sequence[Difference]

    @property
    def needed(self) -> bool:
        """Whether the database was of an older schema."""
        return bool(self.before) and self.before != self.after


def upgrade(engine: Engine, report: Callable[[int, int], None] | None = None) -> Upgraded:
    """Bring the database to the newest schema. After a change of it every due date of a running case is compared with today's formula, and
    those that differ are counted anew, each case in its own transaction, with the cause in its history and a line in the operator log."""
    before = _schema(engine)
    engine.migrate()
    after = _schema(engine)
    if not before or before == after:
        return Upgraded(before, after, 0, ())
    examined, changed = examine_due(engine, report)
    fix(engine, SYSTEM, changed, cause='upgrade')
    return Upgraded(before, after, examined, changed)


def _schema(engine: Engine) -> str:
    with engine.reading() as connection:
        return ' '.join(sorted(present_heads(connection)))
