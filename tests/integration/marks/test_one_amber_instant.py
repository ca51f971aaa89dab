"""H-02, H-41: three rows keep when a limit turns amber, and never say different things.

`clock.amber_at` and `user_task.amber_at` are what people see: the clock's own, and that of the first limit a step stands under. A
`watch.warn_at` is due work: when the sweep has to look at one limit, so it is gone once that has been done, and now when thresholds have
changed. One row cannot be the other's: a step's own timer is neither a clock nor the first limit of its task, and a queue forgets what it
has done. They are reckoned in one place (`Ledger.amber_of`); here a case goes through many states and they are compared in each.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select

from engine import Rejection
from engine.tables import clock, user_task
from engine.verbs import clocks
from tasks.cases.casefile import case_file
from tasks.deadlines import verbs as deadlines
from tasks.marks import settings
from tasks.marks.settings import Thresholds
from tasks.marks.tables import mark, watch
from tasks.marks.watching import running_limits

WALK = ('intake', 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide', 'make_certificate')
STEPS = 14


def contradictions(hall: Any, case_no: str) -> list[str]:
    """Where the stored instants of a case say different things; after a tick, so that nothing waits to be looked at."""
    now, found = hall.clock(), []
    with hall.engine.begin(hall.actors['guanli']) as tx:
        c, instance = tx.connection, hall.case(case_no).instance_id
        file = case_file(tx, instance)
        limits = running_limits(file)
        ambers = {subject: file.ledger.amber_of(one.deadline) for subject, one in limits.items()}
        watches = {row.subject: row for row in c.execute(select(watch).where(watch.c.instance_id == instance))}
        said = {(row.subject, row.due_at) for row in c.execute(select(mark).where(mark.c.case_no == case_no, mark.c.colour == 'amber'))}
        stored = {f'clock:{row.name}': row for row in c.execute(select(clock).where(clock.c.instance_id == instance))}
        tasks = c.execute(select(user_task).where(user_task.c.instance_id == instance, user_task.c.state == 'open')).all()
    if set(watches) != set(limits):
        found.append(f'watched {sorted(watches)}, running {sorted(limits)}')
    for subject, one in limits.items():
        amber, looks = ambers[subject], watches[subject].warn_at
        if subject in stored and stored[subject].state == 'running' and stored[subject].amber_at != amber:
            found.append(f'{subject}: the clock says {stored[subject].amber_at}, its limit {amber}')
        if looks is not None and looks != amber:
            found.append(f'{subject}: looked at {looks}, amber from {amber}')
        if subject in stored and (amber is None or amber <= now) != (looks is None):
            found.append(f'{subject}: amber from {amber}, looked at {looks}, now {now}')
        if subject in stored and amber is not None and one.due_at is not None and amber <= now < one.due_at:
            found += [] if (subject, one.due_at) in said else [f'{subject}: amber since {amber}, and nobody was told']
    known = {None, *ambers.values(), *(row.amber_at for row in stored.values())}
    ahead = [task for task in tasks if task.due_at is not None and task.due_at > now]  # what is over is red, whenever it was amber
    return found + [f'step {task.element}: amber from {task.amber_at}, no limit is' for task in ahead if task.amber_at not in known]


@pytest.mark.parametrize('seed', range(6))
def test_what_people_see_and_what_the_sweep_does_turn_amber_at_one_instant(hall, seed: int) -> None:
    """H-02: after any acts, stops, extensions, changed thresholds and days gone by."""
    pick, stop = random.Random(seed), 0
    case_no = hall.receive().case_no
    instance, ahead = hall.case(case_no).instance_id, list(WALK)

    def step() -> None:
        if ahead and not stop:
            hall.walk(case_no, ahead[0])
            ahead.pop(0)

    def pause() -> None:
        nonlocal stop
        if stop:
            hall.run('guanli', clocks.resume_clock, stop)
            stop = 0
        else:
            stop = hall.run('guanli', clocks.stop_clock, instance, 'appraisal', '鉴定', '《行政许可法》第四十五条')

    def extend() -> None:
        hall.run('jueding', deadlines.extend, case_no, reason='情况复杂')

    def change() -> None:
        wanted = Thresholds(pick.randrange(7), pick.choice((0, 20, 50)), 5)
        hall.run('guanli', settings.set_thresholds, 'qingjiang', wanted, '试点')

    for _ in range(STEPS):
        act = pick.choice((step, step, pause, extend, change))
        try:
            act()
        except Rejection:  # what cannot be done in this state is not done
            continue
        hall.clock.move(hours=pick.choice((1, 20, 24, 72, 150)))
        hall.engine.tick()
        assert contradictions(hall, case_no) == [], act.__name__
