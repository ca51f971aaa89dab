"""What an act issues and ends, found by doing it: shown before it is confirmed, offered when it is done (O-08, O-09).

There is no second home that foretells what a verb will do. The verb runs; where it issued a document or ended the case and nobody has
confirmed that, `Unconfirmed` undoes it and says what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, func, select

from engine import Ledger, NotFound, Rejection
from engine.tables import user_task
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.cases.masking import persons_of, without_persons
from tasks.cases.receipt import find_case
from tasks.desk.worklist import TaskRow, tasks_of
from tasks.rights.asking import case_reading
from tasks.rows import StoredCase
from tasks.words.vocabulary import CLOCK, clock_place

if TYPE_CHECKING:
    from engine import Actor, Tx

T = TypeVar('T')


@dataclass(frozen=True)
class Paper:
    """A document an act issues. Before it is confirmed its number is not yet drawn for good."""

    id: int
    kind: str
    number: str
    title: str
    body: str


@dataclass(frozen=True)
class LimitMove:
    """What an act does to a limit: its last day before and after, None while it stands still or has not begun."""

    title: str
    before: date | None
    after: date | None
    stands: bool  # it stands still; `after` is what it would be if it went on when the applicant was told it would


@dataclass(frozen=True)
class Effect:
    """What an act did to a case. `ended` is the status it ended with, empty while it goes on."""

    case_no: str
    papers: tuple[Paper, ...]
    ended: str
    moves: tuple[LimitMove, ...] = ()

    @property
    def irreversible(self) -> bool:
        """Whether it cannot be taken back: a document went out, or the case is over."""
        return bool(self.papers or self.ended)

    @property
    def seal(self) -> str:
        """What stands for having been shown this: it changes with every word of it but the numbers, which are drawn when it is done."""
        said = [self.ended, *(f'{one.kind}\n{one.body.replace(one.number, "")}' for one in self.papers)]
        return sha256('\n'.join([*said, *map(str, self.moves)]).encode()).hexdigest()[:32]


class Unconfirmed(Rejection):
    """The act would issue a document or end the case, and nobody has confirmed that; nothing was done."""

    def __init__(self, effect: Effect) -> None:
        super().__init__('Expected the act to be confirmed, but what it issues and ends was not shown yet', '请核对将出具的文书后确认')
        self.effect = effect


def act(tx: Tx, case_no: str, verb: Callable[[], T], confirmed: str, until: Callable[[T], date | None] | None = None) -> tuple[T, Effect]:
    """Do `verb` on a case and say what it did. `confirmed` is the `seal` of the effect somebody was shown, or empty.

    `until` asks for the limits moved too; it says until when a stop lasts (None: no stop). Raises Unconfirmed, which undoes the
    transaction, and whatever the verb raises.
    """
    before, last = find_case(tx.connection, case_no), _last_paper(tx.connection, case_no)
    limits = _last_days(tx.connection, before, None) if until else {}
    done = verb()
    after = find_case(tx.connection, case_no)
    ended = after.status if after.status in t.ENDED_STATUSES and before.status not in t.ENDED_STATUSES else ''
    moved = _moves(limits, _last_days(tx.connection, after, until(done))) if until else ()
    effect = Effect(case_no, _papers(tx.connection, case_no, t.document.c.id > last), ended, moved)
    if effect.irreversible and confirmed != effect.seal:
        raise Unconfirmed(effect)
    return done, effect


def as_read(connection: Connection, actor: Actor, case_no: str, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The documents as this actor may read them: whole, with persons hidden, or their titles alone (an empty body)."""
    case = find_case(connection, case_no)
    how = case_reading(connection, actor, 'document.read', case_no)
    if how == 'plain':
        return tuple(papers)
    persons = persons_of(connection, case) if how == 'masked' else {}
    return tuple(replace(one, body=without_persons(one.body, persons) if how == 'masked' else '') for one in papers)


@dataclass(frozen=True)
class DoneTask:
    """A task that was done: the documents it issued and what is open in its case now."""

    case_no: str
    item: str
    item_name: str
    task_name: str
    papers: tuple[Paper, ...]
    tasks: Sequence[TaskRow]


def outcome(connection: Connection, actor: Actor, task_id: int, *, now: datetime) -> DoneTask:
    """What came of a task the actor himself closed. Raises NotFound for everybody else."""
    task = user_task.c
    statement = select(task.name, task.closed_at, t.approval_case.c.case_no).join(
        t.approval_case, t.approval_case.c.instance_id == task.instance_id
    )
    row = connection.execute(statement.where(task.id == task_id, task.closed_by == actor.id)).one_or_none()
    if row is None:
        raise NotFound(f'Expected a task closed by {actor.id}, but {task_id} is none', '没有找到您办结的该环节')
    document, case = t.document.c, find_case(connection, row.case_no)
    papers = _papers(connection, row.case_no, (document.issued_at == row.closed_at) & (document.issued_by == actor.id))
    tasks, papers = tasks_of(connection, actor, case.instance_id, now), as_read(connection, actor, row.case_no, papers)
    return DoneTask(row.case_no, case.item, case.item_name, row.name, papers, tasks)


def _papers(connection: Connection, case_no: str, which: Any) -> tuple[Paper, ...]:
    document = t.document.c
    statement = select(document.id, document.kind, document.number, document.title, document.body)
    rows = connection.execute(statement.where(document.case_no == case_no, which).order_by(document.id)).mappings()
    return tuple(Paper(**row) for row in rows)


def _last_paper(connection: Connection, case_no: str) -> int:
    document = t.document.c
    return int(connection.execute(select(func.coalesce(func.max(document.id), 0)).where(document.case_no == case_no)).scalar_one())


def _last_days(connection: Connection, case: StoredCase, until: date | None) -> dict[str, tuple[date | None, bool]]:
    """The last day of every running limit, and whether it stands still; then as if it went on at the end of `until`."""
    hall = find_hall(connection, case.hall)
    ledger = Ledger.load(connection, case.instance_id, hall)
    found: dict[str, tuple[date | None, bool]] = {}
    for name in sorted(ledger.clocks, key=clock_place):
        row = ledger.clocks[name]
        if row.state not in ('running', 'stopped'):
            continue
        last, stands = ledger.clock_due(row).last_day, row.state == 'stopped'
        if stands and until is not None:
            last = ledger.clock_if_resumed(row, datetime.combine(until, time(23, 59), hall.office.zone)).last_day
        found[name] = (last, stands)
    return found


def _moves(before: dict[str, tuple[date | None, bool]], after: dict[str, tuple[date | None, bool]]) -> tuple[LimitMove, ...]:
    return tuple(
        LimitMove(CLOCK.get(name, name), before.get(name, (None, False))[0], *after[name])
        for name in after
        if before.get(name) != after[name]
    )
