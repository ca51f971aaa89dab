"""`kill -9` again and again of a process that receives, claims, completes, asks for supplements, suspends, withdraws, fires, anchors and
backs up, and of one that restores a backup.

The killed process is a fork of this one and is given its time from when it is ready: it is killed at work. What it has acknowledged on its
pipe was committed before: none of it may be lost, nothing may be done twice, and the doctor must find nothing.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from engine import SYSTEM, Conflict, FixedClock, Rejection, read
from engine.tables import history, outbox, process_instance, user_task
from engine.verbs import instances, user_tasks
from tasks import tables as t
from tasks.backup import manifest
from tasks.backup.lost import Outside
from tasks.backup.restoring import OTHERS, restore_backup
from tasks.backup.writing import back_up
from tasks.cases.receipt import withdraw
from tasks.deadlines.doctor import examine
from tasks.evidence import doctor as evidence
from tasks.evidence.anchoring import Sites, plan
from tasks.operations.tables import restore
from tests.integration.office.conftest import Hall
from web.root import make_engine

LONGEST, LONGEST_RESTORE = 0.6, 8.0
"""Seconds a process may work before it is killed."""


@dataclass
class Figures:
    """What came of a loop: `lost` and `twice` name acts, `found` what the doctors say."""

    kills: int = 0
    acts: int = 0
    kinds: int = 0  # of acts
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, done twice or found."""
        return not (self.lost or self.twice or self.found)

    def line(self, what: str) -> str:
        """For people."""
        counted = {name: len(value) if isinstance(value, list) else value for name, value in asdict(self).items()}
        return f'{what}: ' + ', '.join(f'{name} {value:.0f}' for name, value in counted.items())


def killed(work: Callable[[Callable[[str], None]], None], seconds: float) -> list[str]:
    """Run `work` in a process of its own and kill it so long after its first line; what it had acknowledged by then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(lambda text: os.write(writing, f'{text}\n'.encode()) and None)
        except BaseException as error:  # noqa: BLE001  it is told, and counts as found
            os.write(writing, f'broke {type(error).__name__}: {error}\n'.encode())
        os._exit(0)
    os.close(writing)
    first = os.read(reading, 4096)  # it is ready, and may have done something already
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding='utf-8') as stream:
        lines = (first.decode() + stream.read()).splitlines(keepends=True)
    return [line.rstrip('\n') for line in lines if line.endswith('\n') and line != 'ready\n']


def sites(folder: Path) -> Sites:
    """Where anchors go: each tick some minutes later makes a line, which the outbox carries out."""
    return Sites(folder / 'anchors' / 'evidence.jsonl', every=timedelta(minutes=5))


def _receive(mine: Hall, _chance: random.Random) -> str:
    return f'case {mine.receive().case_no}'


def _oldest(mine: Hall, chance: random.Random) -> Any:
    with mine.engine.reading() as connection:
        oldest = select(user_task.c.id, user_task.c.element, process_instance.c.business_key).join(process_instance)
        return chance.choice(connection.execute(oldest.where(user_task.c.state == 'open').order_by(user_task.c.id).limit(12)).all())


def _claim(mine: Hall, chance: random.Random) -> str:
    row = _oldest(mine, chance)
    task = mine.task(row.business_key, row.element)
    who = next(actor for actor in mine.actors.values() if actor.groups & set(task.candidate_groups))
    mine.engine.run(who, lambda tx: user_tasks.claim(tx, task.id))
    mine.engine.run(who, lambda tx: user_tasks.unclaim(tx, task.id))
    return f'claim {task.id}'


def _complete(mine: Hall, chance: random.Random) -> str:
    row = _oldest(mine, chance)
    mine.do(row.business_key, row.element, fate=chance.choice(('granted', 'granted', 'supplement', 'refused')))
    return f'task {row.id}'


def _hold(mine: Hall, chance: random.Random) -> str:
    """Suspend a case that runs, or activate one that is suspended."""
    columns = select(process_instance.c.id, process_instance.c.status).where(process_instance.c.ended_at.is_(None))
    with mine.engine.reading() as connection:
        case = chance.choice(connection.execute(columns.order_by(process_instance.c.id).limit(8)).all())
    verb, event = (instances.suspend, 'suspended') if case.status == 'active' else (instances.activate, 'activated')
    mine.engine.run(mine.actors['guanli'], lambda tx: verb(tx, case.id, '演练'))
    return f'process_instance.{event} {case.id}'


def _withdraw(mine: Hall, _chance: random.Random) -> str:
    case_no = mine.receive().case_no
    mine.engine.run(mine.actors['chuangkou'], lambda tx: withdraw(tx, case_no, '不办了'))
    return f'withdrawn {case_no}'


ACTS: tuple[Callable[[Hall, random.Random], str], ...] = (_receive, _receive, _complete, _complete, _complete, _claim, _hold, _withdraw)


def work_at(hall: Hall, url: Any, folder: Path, seed: int) -> Callable[[Callable[[str], None]], None]:
    """What the process does until it is killed: fire what is due, anchor, and one of ACTS; now and then a backup."""

    def work(acknowledge: Callable[[str], None]) -> None:
        chance, clock = random.Random(seed), FixedClock(hall.clock())
        engine = make_engine(url, clock, sites=sites(folder))
        mine = Hall(engine, clock, hall.actors)
        engine.tick(limit=3)
        acknowledge('ready')
        if chance.random() < 0.1:
            back_up(engine, SYSTEM, folder / f'backup-{seed}')
            acknowledge(f'backup backup-{seed}')
        while True:
            clock.move(seconds=20)
            engine.tick(limit=3)
            try:
                acknowledge(chance.choice(ACTS)(mine, chance))
            except (Conflict, Rejection, KeyError, StopIteration, IndexError):
                continue

    return work


def kill_the_hall(hall: Hall, folder: Path, kills: int, seed: int) -> Figures:
    """The loop over a hall at work, and what is found afterwards. `folder` takes anchors and backups."""
    figures, chance, began = Figures(), random.Random(seed), time.monotonic()
    url, told = hall.engine.url, list[str]()
    hall.engine.run(SYSTEM, plan)
    for number in range(kills):
        hall.engine.database.dispose()  # a fork must not share connections
        hall.clock.move(hours=1)
        told += killed(work_at(hall, url, folder, seed + number), chance.uniform(0.02, LONGEST))
        figures.kills += 1
    figures.found += [one for one in told if one.startswith('broke')]
    acts = [one for one in told if not one.startswith('broke')]
    figures.acts = len(acts)
    figures.kinds = len({one.split(' ')[0] for one in acts})
    _check(hall, folder, acts, figures)
    figures.seconds = time.monotonic() - began
    return figures


def _lost(connection: Connection, folder: Path, acts: list[str]) -> Iterator[str]:
    """Acts that were acknowledged and are not there."""
    rows = connection.execute(select(t.approval_case.c.case_no, t.approval_case.c.status))
    cases = {row.case_no: row.status for row in rows}
    tasks = {str(row.id): row for row in connection.execute(select(user_task.c.id, user_task.c.state, user_task.c.signatures))}
    told = select(history.c.instance_id, history.c.event, func.count().label('times')).group_by(history.c.instance_id, history.c.event)
    times = {f'{row.event} {row.instance_id}': row.times for row in connection.execute(told)}
    for act, many in Counter(acts).items():
        kind, name = act.split(' ', 1)
        if kind in ('case', 'withdrawn'):
            there = name in cases and (kind == 'case' or cases[name] == 'withdrawn')
        elif kind in ('task', 'claim'):
            there = name in tasks and (kind == 'claim' or tasks[name].state == 'completed' or bool(tasks[name].signatures))
        elif kind == 'backup':
            there = manifest.verify(folder / name).rows > 0
        else:
            there = times.get(act, 0) >= many
        if not there:
            yield act


def _check(hall: Hall, folder: Path, acts: list[str], figures: Figures) -> None:
    engine = make_engine(hall.engine.url, hall.clock, sites=sites(folder))
    hall.clock.move(minutes=10)  # a message that was being sent when its worker died is sent again
    while engine.tick().done:
        pass
    with engine.reading() as connection:
        figures.lost += _lost(connection, folder, acts)
        moves = select(history.c.instance_id, history.c.token, history.c.event, func.count().label('times'))
        once = moves.where(history.c.event.in_(('user_task.completed', 'clock.breached')), history.c.token.is_not(None))
        for row in connection.execute(once.group_by(history.c.instance_id, history.c.token, history.c.event)):
            if row.times > 1:
                figures.twice.append(f'{row.event} {row.instance_id} {row.token}')
        figures.found += [f'waits {row}' for row in connection.execute(select(outbox.c.key).where(outbox.c.state != 'sent')).scalars()]
        numbers = Counter(connection.execute(select(t.document.c.number)).scalars())
        figures.twice += [one for one, times in numbers.items() if times > 1]
        figures.found += [f'incident {row.message}' for row in read.incidents(connection)]
        series = connection.execute(
            select(func.sum(t.document_sequence.c.last)).where(~t.document_sequence.c.series.startswith('licence:'))
        )
        if (series.scalar_one() or 0) != len(numbers):
            figures.found.append('a gap in the document numbers')
    figures.found += [str(one) for one in examine(engine).differences if one.what != 'unseen']
    figures.found += [str(one) for one in evidence.examine(engine, sites(folder).file)]
    engine.close()


def kill_the_restore(hall: Hall, folder: Path, home: Path, kills: int, seed: int) -> Figures:
    """A restore over a hall that is there, killed at any moment: afterwards the hall is the old one or the new one, whole."""
    figures, chance, began = Figures(), random.Random(seed), time.monotonic()
    url = hall.engine.url
    with hall.engine.reading() as connection:
        cases = set(connection.execute(select(t.approval_case.c.case_no)).scalars())

    def work(acknowledge: Callable[[str], None]) -> None:
        acknowledge('ready')
        restore_backup(str(url), folder, outside=Outside(home), clock=hall.clock, by='guanli', replace=True)
        acknowledge('restored')

    for _ in range(kills):
        hall.clock.move(minutes=2)
        hall.engine.database.dispose()
        before = _epoch(hall)
        hall.engine.database.dispose()
        acknowledged = killed(work, chance.uniform(0, LONGEST_RESTORE))
        figures.kills += 1
        figures.acts += 'restored' in acknowledged
        figures.found += [one for one in acknowledged if one.startswith('broke')]
        _wait_until_alone(hall)
        after = _epoch(hall)
        if 'restored' in acknowledged and after == before:
            figures.lost.append(f'restore {after}')
        with hall.engine.reading() as connection:
            if set(connection.execute(select(t.approval_case.c.case_no)).scalars()) != cases:
                figures.lost.append('cases')
    figures.found += [str(one) for one in examine(hall.engine).differences if one.what != 'unseen']
    figures.seconds = time.monotonic() - began
    return figures


def _epoch(hall: Hall) -> int:
    with hall.engine.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(restore.c.epoch), 0))).scalar_one())


def _wait_until_alone(hall: Hall) -> None:
    """PostgreSQL takes a moment to notice that a client is dead and to roll its transaction back."""
    if hall.engine.database.dialect.name != 'postgresql':
        return

    for _ in range(100):
        with hall.engine.reading() as connection:
            if not connection.execute(OTHERS).scalar_one():
                break
        time.sleep(0.1)
