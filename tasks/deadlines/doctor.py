"""The doctor: proves that what is stored is what the rules say, case by case, and names every difference.

Checked are: every stored due date against the formula (clocks, waiting timers, open user tasks), every history's hash chain, the state
blob (it restores, and waits for exactly what the rows wait for), orphans (open rows of ended instances, cases without instance), and
open tasks that nobody can see, because nobody works their posts.
Only due dates can be put right here, by computing them anew; the rest needs a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, func, select

from engine import OPEN_CLOCK, SYSTEM, Ledger, instant_text, last_day_text, limit_of, timer_state, verify_history
from engine.read import waits_of
from engine.rows import CLOCKS, INSTANCES, STOPS, TASKS, TIMERS, Kind, Rows, StoredInstance
from engine.tables import clock, process_instance, subscription, timer, user_task
from engine.verbs import clocks as engine_clocks
from engine.worktime import Due, Extension, LimitError, Stop, Urgency, due
from tasks import tables as t
from tasks.calendars.past import hall_then
from tasks.operations.log import note
from tasks.people.vacant import unseen_tasks
from tasks.rights.asking import need_for

if TYPE_CHECKING:
    from engine import Actor, Engine, Hall, Tx

BATCH = 50
DUE = 'due'
FIXABLE = frozenset({DUE})
_WAITING = ('armed', 'stopped')


@dataclass(frozen=True)
class Difference:
    """Something stored that is not as it should be. `what` is due | ended | history | state | orphan | unseen."""

    case_no: str
    instance_id: int | None
    what: str
    where: str
    stored: str
    expected: str


@dataclass(frozen=True)
class Examined:
    """How much was looked at, and what was found."""

    instances: int
    clocks: int
    timers: int
    tasks: int
    history_rows: int
    differences: Sequence[Difference]


def examine(engine: Engine, report: Callable[[int, int], None] | None = None) -> Examined:
    """Look at every instance, each batch in one reading moment; `report` is told (done, total). Writes nothing."""
    with engine.reading() as connection:
        total = int(connection.execute(select(func.count()).select_from(process_instance)).scalar_one())
        found = [*_lost_cases(connection), *_unseen(connection, engine.clock())]
    counts = {'instances': 0, 'clocks': 0, 'timers': 0, 'tasks': 0, 'history_rows': 0}
    last = 0
    while True:
        with engine.reading() as connection:
            rows = _batch(connection, last)
            for row in rows:
                found += _examine(connection, row, engine.halls(connection, row.hall), counts)
        if not rows:
            return Examined(**counts, differences=found)
        last = rows[-1].id
        if report:
            report(counts['instances'], max(total, counts['instances']))


def examine_due(engine: Engine, report: Callable[[int, int], None] | None = None) -> tuple[int, list[Difference]]:
    """How many running instances there are, and every stored due date of theirs that today's formula does not give. Writes nothing."""
    running = select(func.count()).select_from(process_instance).where(process_instance.c.ended_at.is_(None))
    with engine.reading() as connection:
        total = int(connection.execute(running).scalar_one())
    found: list[Difference] = []
    done, last = 0, 0
    while True:
        with engine.reading() as connection:
            rows = _batch(connection, last)
            for row in rows:
                if row.ended_at is None:
                    done += 1
                    found += _due_only(connection, row, engine.halls(connection, row.hall))
        if not rows:
            return done, found
        last = rows[-1].id
        if report:
            report(done, max(total, done))


def _due_only(connection: Connection, row: StoredInstance, hall: Hall) -> list[Difference]:
    counts = {'clocks': 0, 'timers': 0, 'tasks': 0}
    try:
        differences = _due_dates(connection, _Case(row.business_key, row.id), hall, counts)
    except LimitError:  # the doctor tells it; an upgrade cannot mend it
        return []
    return [one for one in differences if one.what in FIXABLE]


def examine_one(engine: Engine, instance_id: int) -> list[Difference]:
    """The differences of one instance."""
    counts = {'instances': 0, 'clocks': 0, 'timers': 0, 'tasks': 0, 'history_rows': 0}
    with engine.reading() as connection:
        rows = _batch(connection, instance_id - 1)
        return [one for row in rows[:1] for one in _examine(connection, row, engine.halls(connection, row.hall), counts)]


def fix(engine: Engine, by: Actor, found: Sequence[Difference], *, cause: str = 'doctor') -> int:
    """Compute the due dates of every case with a wrong one anew, each in its own transaction, logged; how many cases. Administrators."""
    wrong = dict.fromkeys(one.instance_id for one in found if one.what in FIXABLE and one.instance_id is not None)
    for instance_id in wrong:
        told = [[one.where, one.stored, one.expected] for one in found if one.instance_id == instance_id and one.what in FIXABLE]
        engine.run(by, lambda tx, instance_id=instance_id, told=told: _fix(tx, instance_id, told, cause))  # type: ignore[misc]
    return len(wrong)


def _fix(tx: Tx, instance_id: int, told: Sequence[Sequence[str]], cause: str) -> None:
    need_for(tx.connection, tx.by, 'incident.settle', select(process_instance.c.id).where(process_instance.c.id == instance_id))
    engine_clocks.recompute_instance(tx, instance_id, cause)
    key = select(process_instance.c.business_key).where(process_instance.c.id == instance_id)
    note(tx, 'case.recomputed', str(tx.connection.execute(key).scalar_one()), cause, {'differences': told})


def _batch(connection: Connection, after: int) -> list[StoredInstance]:
    instance = process_instance.c
    return INSTANCES.all(connection, INSTANCES.select().where(instance.id > after).order_by(instance.id).limit(BATCH))


def _examine(connection: Connection, row: StoredInstance, hall: Hall, counts: dict[str, int]) -> list[Difference]:
    counts['instances'] += 1
    told = _Case(row.business_key, row.id)
    chain = verify_history(connection, row.id)
    counts['history_rows'] += chain.rows
    found = [] if chain.intact else [told('history', f'#{chain.seq}', chain.why, 'the row its hash was made of')]
    if row.ended_at is not None:
        return found + list(_left_open(connection, told))
    try:
        found += _due_dates(connection, told, hall, counts)
    except LimitError as error:
        found.append(told('state', 'limit', str(error), 'a limit that can be counted'))
    return found + list(_state(connection, told))


@dataclass(frozen=True)
class _Case:
    case_no: str
    instance_id: int

    def __call__(self, what: str, where: str, stored: str, expected: str) -> Difference:
        return Difference(self.case_no, self.instance_id, what, where, stored, expected)


def _due_dates(connection: Connection, told: _Case, hall: Hall, counts: dict[str, int]) -> list[Difference]:
    ledger = Ledger.load(connection, told.instance_id, hall)
    found = [
        *_clocks(connection, told, ledger, counts),
        *_ended_clocks(connection, told, ledger, counts),
        *_timers(connection, told, ledger, counts),
    ]
    # what a task should say follows from what its timers and the promise should say, not from what is stored
    for row in ledger.clocks.values():
        if row.state in OPEN_CLOCK:
            row.due_at = ledger.clock_due(row).due_at
            row.state = 'stopped' if row.due_at is None else 'running'
    for waiting in ledger.timers.values():
        end = ledger.timer_due(waiting)
        waiting.due_at, waiting.state = (end.due_at if end else None), timer_state(end)
    return found + _tasks(connection, told, ledger, counts)


def _clocks(connection: Connection, told: _Case, ledger: Ledger, counts: dict[str, int]) -> Iterator[Difference]:
    stored = {row.name: row for row in _rows(connection, CLOCKS, told.instance_id)}
    for name, kept in ledger.clocks.items():
        if kept.state not in OPEN_CLOCK:
            continue
        counts['clocks'] += 1
        end, row = ledger.clock_due(kept), stored[name]
        state = 'stopped' if end.due_at is None else 'running'
        expected = (_text(end.due_at), last_day_text(end), state, end.provisional)
        if (_text(row.due_at), row.last_day, row.state, row.provisional) != expected:
            yield told(DUE, f'clock {name}', _said(row.due_at, row.state), _said(end.due_at, state))


def _ended_clocks(connection: Connection, told: _Case, ledger: Ledger, counts: dict[str, int]) -> Iterator[Difference]:
    """A limit that was met or has run out keeps its date: what the ledger of that time and the calendar of that version give."""
    code = connection.execute(select(process_instance.c.hall).where(process_instance.c.id == told.instance_id)).scalar_one()
    stops = [Stop(row.start, row.end, row.kind) for row in ledger.stops]
    for row in _rows(connection, CLOCKS, told.instance_id):
        over = row.due_at if row.state == 'breached' else row.met_at
        if over is None or row.due_at is None or row.state in OPEN_CLOCK:
            continue
        then = hall_then(connection, code, ledger.hall, row.calendar_version, over)
        if then.calendar.version != row.calendar_version:
            continue  # a calendar this office never had: nothing to compare with
        counts['clocks'] += 1
        granted = [Extension(ledger.extensions[row.name])] if row.name in ledger.extensions else []
        before = [one for one in stops if one.start < over]
        found = due(row.anchor, limit_of(row.limit), then.calendar, then.office, before, extensions=granted)
        if found.due_at != row.due_at:
            yield told('ended', f'clock {row.name}', _said(row.due_at, row.state), _said(found.due_at, row.state))


def _timers(connection: Connection, told: _Case, ledger: Ledger, counts: dict[str, int]) -> Iterator[Difference]:
    stored = {row.token: row for row in _rows(connection, TIMERS, told.instance_id)}
    for token, kept in ledger.timers.items():
        counts['timers'] += 1
        end: Due | None = ledger.timer_due(kept)
        due_at, state = (end.due_at if end else None), timer_state(end)
        if (kept.due_at, kept.state, stored[token].last_day) != (due_at, state, last_day_text(end)):
            yield told(DUE, f'timer {kept.element}', _said(kept.due_at, kept.state), _said(due_at, state))


def _tasks(connection: Connection, told: _Case, ledger: Ledger, counts: dict[str, int]) -> list[Difference]:
    found = []
    for row in _rows(connection, TASKS, told.instance_id):
        if row.state != 'open':
            continue
        counts['tasks'] += 1
        expected = ledger.urgency_of(row.token, row.scope)
        stored = Urgency(row.due_at, row.amber_at, row.due_unit, row.stopped)
        if stored != expected:
            found.append(told(DUE, f'user task {row.element}', _urgency(stored), _urgency(expected)))
    return found


def _state(connection: Connection, told: _Case) -> Iterator[Difference]:
    """The blob restores, and its tokens are the open rows' tokens."""
    try:
        waits = waits_of(connection, told.instance_id)
    except Exception as error:  # noqa: BLE001  whatever is wrong with a state is what the doctor tells
        yield told('state', 'blob', f'{type(error).__name__}: {error}', 'a state that can be restored')
        return
    rows: Mapping[str, tuple[frozenset[str], set[str]]] = {
        'user task': (waits.user_tasks, _tokens(connection, told, user_task, ('open',))),
        'timer': (waits.timers, _tokens(connection, told, timer, (*_WAITING, 'dead'))),
        'subscription': (waits.subscriptions, _tokens(connection, told, subscription, ())),
    }
    for where, (tokens, present) in rows.items():
        for token in sorted(tokens ^ present):
            stored, expected = ('a row', 'no row') if token in present else ('no row', 'a row')
            yield told('state', f'{where} of token {token}', stored, expected)


def _tokens(connection: Connection, told: _Case, table: Table, states: Sequence[str]) -> set[str]:
    mine = select(table.c.token).where(table.c.instance_id == told.instance_id)
    return set(connection.execute(mine.where(table.c.state.in_(states)) if states else mine).scalars())


def _left_open(connection: Connection, told: _Case) -> Iterator[Difference]:
    """An ended instance has nothing open."""
    wanted = ((user_task.c.element, ('open',)), (timer.c.element, (*_WAITING, 'dead')), (clock.c.name, OPEN_CLOCK))
    for name, states in wanted:
        mine = (name.table.c.instance_id == told.instance_id, name.table.c.state.in_(states))
        for said, state in connection.execute(select(name, name.table.c.state).where(*mine).order_by(name.table.c.id)):
            yield told('orphan', f'{name.table.name} {said}', state, 'closed: the case has ended')
    if any(row.end is None for row in _rows(connection, STOPS, told.instance_id)):
        yield told('orphan', 'stop', 'open', 'ended: the case has ended')
    if _tokens(connection, told, subscription, ()):
        yield told('orphan', 'subscription', 'open', 'none: the case has ended')


def _lost_cases(connection: Connection) -> Iterator[Difference]:
    case = t.approval_case.c
    for case_no in connection.execute(select(case.case_no).where(case.instance_id.is_(None))).scalars():
        yield Difference(case_no, None, 'orphan', 'case', 'no process instance', 'one')
    status = (
        select(case.case_no, case.instance_id, case.status, process_instance.c.status.label('runs'))
        .join(process_instance, process_instance.c.id == case.instance_id)
        .where(case.status.in_(t.ENDED_STATUSES) != process_instance.c.ended_at.is_not(None))
    )
    for row in connection.execute(status):
        yield Difference(row.case_no, row.instance_id, 'orphan', 'case', row.status, f'what goes with an instance that is {row.runs}')


def _unseen(connection: Connection, now: datetime) -> Iterator[Difference]:
    for one in unseen_tasks(connection, SYSTEM, now):
        posts = '、'.join(one.posts) or '—'
        yield Difference(one.case_no, one.instance_id, 'unseen', f'user_task {one.step}', f'nobody at {posts}', 'somebody who can claim it')


def _rows(connection: Connection, rows: Rows[Kind], instance_id: int) -> list[Kind]:
    return rows.all(connection, rows.select().where(rows.table.c.instance_id == instance_id))


def _text(instant: datetime | None) -> str:
    return instant_text(instant) if instant else '—'


def _urgency(one: Urgency) -> str:
    """A task's due instant; what else it says only where a difference may be there."""
    return f'{_text(one.due_at)} (amber {_text(one.amber_at)}, {one.unit or "no limit"}{", stopped" if one.stopped else ""})'


def _said(due_at: datetime | None, state: Any) -> str:
    return f'{_text(due_at)} ({state})'
