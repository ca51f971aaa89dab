"""`kill -9` at any moment loses nothing and fires nothing twice: a real process is killed again and again while it works."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from fakes import boundary_timer, bundle, chain, end, flow, start, user_task
from sqlalchemy import Connection, func, select

from engine import SYSTEM, Engine, read, verify_history
from engine.tables import history, outbox, timer
from engine.tables import user_task as task_table
from engine.verbs import definitions, instances, user_tasks

WORKER = Path(__file__).parent / 'crashing_worker.py'
ROOT = Path(__file__).parents[3]
KILLS = 8
CASES = 12
LOOP = bundle(
    start()
    + '<exclusiveGateway id="again"/>'
    + user_task('work')
    + boundary_timer('remind', 'work', 'PT1H', interrupting=False)
    + end('reminded')
    + flow('remind', 'reminded')
    + '<serviceTask id="stamp" camunda:delegateExpression="${stamp}"/><exclusiveGateway id="more" default="more__again"/>'
    + end()
    + chain('start', 'again', 'work', 'stamp', 'more', 'again')
    + flow('more', 'end', 'done &lt; 0')
)


@pytest.mark.slow
def test_killed_worker_loses_nothing_and_repeats_nothing(make_engine, clock, database_url: str) -> None:
    engine = make_engine(handlers={'stamp': lambda call: {}})
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(LOOP), key='loop', name='循环')
        cases = [instances.start(tx, 'loop', business_key=f'case-{number}') for number in range(CASES)]
    chance = random.Random(20260302)
    for _ in range(KILLS):
        clock.move(hours=2)
        work_and_kill(database_url, clock().isoformat(), chance.randint(1, 9), chance.uniform(0, 0.05))
    engine.tick()
    with engine.reading() as connection:
        assert connection.execute(select(func.count()).select_from(task_table).where(task_table.c.state == 'completed')).scalar() >= KILLS
        for case in cases:
            check_case(connection, case)
    for case in cases:  # the state itself is whole: every case goes on to its end
        finish(engine, case)


def work_and_kill(url: str, now: str, acts: int, seconds: float) -> None:
    """Start the worker, wait until it has done so much, however long that takes, and kill it at some moment of what it does then."""
    process = subprocess.Popen([sys.executable, str(WORKER), url, now], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == 'ready'
        for _ in range(acts):
            assert process.stdout.readline().strip() == 'completed'
        time.sleep(seconds)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def finish(engine: Engine, case: int) -> None:
    """Complete the open task so that the loop ends."""
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, case)
    with engine.begin(SYSTEM) as tx:
        assert user_tasks.complete(tx, task.id, {'done': -1}).status == 'completed'


def environment() -> dict[str, str]:
    """The worker finds the packages and nothing else."""
    return {**os.environ, 'PYTHONPATH': str(ROOT)}


def check_case(connection: Connection, case: int) -> None:
    """Rows, history, state and outbox of one case tell the same story."""
    verified = verify_history(connection, case)
    assert verified.intact, verified
    events = Counter(connection.execute(select(history.c.event).where(history.c.instance_id == case)).scalars())
    states = Counter(connection.execute(select(task_table.c.state).where(task_table.c.instance_id == case)).scalars())
    timers = Counter(connection.execute(select(timer.c.state).where(timer.c.instance_id == case)).scalars())
    stamps = connection.execute(select(func.count()).select_from(outbox).where(outbox.c.instance_id == case)).scalar()
    assert states['completed'] == events['user_task.completed'] == stamps
    assert states['open'] == 1
    assert sum(states.values()) == events['user_task.created'] == sum(timers.values())
    assert timers['fired'] == events['timer.fired']
    assert timers['dead'] == 0
    assert len(read.open_tasks(connection, case)) == 1
