"""What the crash test kills: completes tasks and ticks in a loop on the database given as an argument, until it is killed."""

from __future__ import annotations

import sys
from datetime import datetime

from sqlalchemy import select

from engine import SYSTEM, Conflict, Engine, FixedClock, Rejection
from engine.tables import user_task
from engine.verbs import events, user_tasks

OLDEST = select(user_task.c.id).where(user_task.c.state == 'open').order_by(user_task.c.opened_at, user_task.c.id).limit(4)


def main(url: str, now: str, handlers: dict | None = None) -> None:
    """Each round: fire what is due, then complete the oldest open tasks of a few cases, then send what waits."""
    engine = Engine(url, clock=FixedClock(datetime.fromisoformat(now)), handlers=handlers or {'stamp': stamp})
    engine.tick(limit=3)
    print('ready', flush=True)  # all that is loaded when it is first needed has been loaded
    while True:
        engine.tick(limit=3)
        for task in engine.run(SYSTEM, lambda tx: list(tx.connection.execute(OLDEST).scalars())):
            try:
                engine.run(SYSTEM, lambda tx, task=task: user_tasks.complete(tx, task, {'done': task}))
            except (Conflict, Rejection):
                continue
            print('completed', flush=True)


def stamp(call) -> dict:
    """A handler with a side effect after the commit, known by its key."""
    events.publish(call.tx, 'stamp', f'stamp:{call.instance_id}:{call.variables["done"]}', {}, call.instance_id)
    return {}


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
