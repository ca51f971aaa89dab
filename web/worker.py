"""The ticker: APScheduler calls the engine every few seconds; the engine decides what is due. Any number of workers may tick."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler

from engine import system_clock
from tasks.backup.issued import NumberJournal
from tasks.backup.schedule import BackupPlan, back_up_when_due
from tasks.clock.guard import Doubt
from tasks.marks.watching import catch_up
from web.logs import log
from web.root import Root

SWEEP = 200
"""Rows of each queue taken in one round; a tick goes on until nothing is due, so this only says how often it looks at the others."""
ROUNDS = 500
"""Rounds after which a tick stops although something is due still; the next one goes on."""


@dataclass
class Ticked:
    """What a tick did: rows by queue, failures, and the queues in which something was left that could be done (empty as a rule)."""

    counted: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    left: frozenset[str] = frozenset()
    doubt: Doubt | None = None  # why nothing was done


def worker_name() -> str:
    """Host and process number: who a heartbeat belongs to."""
    return f'{socket.gethostname()}:{os.getpid()}'[:100]


def tick(root: Root, name: str, *, rounds: int = ROUNDS) -> Ticked:
    """Do everything that is due, in every queue, until nothing is left: what a worker, `--once` (`Ticker`) and the time machine do.

    What failed waits for its next try and what others hold is theirs; neither keeps a tick going. Logs only ticks that did something.
    """
    doubt = root.guard.doubt(root.engine) if root.guard is not None else None
    if doubt is not None:
        log.error('clock.doubted', worker=name, kind=doubt.kind, machine=str(doubt.machine_at), expected=str(doubt.expected_at))
        return Ticked(doubt=doubt)
    ticked = Ticked()
    for _ in range(rounds):
        report = root.engine.tick(limit=SWEEP, worker=name)
        ticked.counted.update({queue: tally.counted for queue, tally in report.tallies.items() if tally.counted})
        ticked.failed += report.failed
        ticked.left = report.due
        if not report.due or not (report.done or report.failed):
            break
    if ticked.counted or ticked.failed:
        log.info('tick', worker=name, failed=ticked.failed, **ticked.counted)
    return ticked


class Ticker:
    """The job of a worker, and of `--once`: a tick, and before the first one plans for the cases that are older than the amber marks.

    Only an upgrade of the database leaves such cases: what is received, imported or moved since is planned by the verb that does it.
    """

    def __init__(self, root: Root, name: str) -> None:
        self.root, self.name, self.caught_up = root, name, False
        self.journal = NumberJournal(root.settings.home)

    def __call__(self) -> Ticked:
        with self.root.engine.reading() as connection:
            self.journal.follow(connection, self.root.clock())
        if not self.caught_up:
            catch_up(self.root.engine)
            self.caught_up = True
        return tick(self.root, self.name)


def schedule(scheduler: BaseScheduler, root: Root, name: str) -> None:
    """Put the tick on a scheduler: missed runs coalesce into one, and a slow tick is never overtaken by the next. Backups are a job beside
    it, so that a long one holds up no limit."""
    scheduler.add_job(
        Ticker(root, name),
        'interval',
        seconds=root.settings.tick_seconds,
        id='tick',
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=system_clock() + timedelta(seconds=1),
    )
    if root.settings.backup_folder is not None:
        minute = {'seconds': 60, 'coalesce': True, 'max_instances': 1, 'misfire_grace_time': None}
        scheduler.add_job(_back_up, 'interval', args=[root], id='backup', next_run_time=system_clock() + timedelta(seconds=5), **minute)
    scheduler.add_listener(_failed, EVENT_JOB_ERROR)


def _back_up(root: Root) -> None:
    chosen = root.settings
    if chosen.backup_folder is None:
        return
    made = back_up_when_due(root.engine, BackupPlan(chosen.backup_folder, chosen.backup_hours, chosen.backup_keep), system_clock())
    if made is not None:
        log.info('backup.made', rows=made.rows, bytes=made.bytes)


def background(root: Root) -> BackgroundScheduler:
    """A started ticker in a thread of this process; `shutdown()` waits for the tick under way."""
    scheduler = BackgroundScheduler(timezone='UTC')
    schedule(scheduler, root, worker_name())
    scheduler.start()
    return scheduler


def run_worker(root: Root) -> None:
    """Tick until SIGTERM or SIGINT; the tick under way is finished first. A signal that comes before the first tick stops it as well."""
    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler = background(root)
    log.info('worker.started', worker=worker_name(), seconds=root.settings.tick_seconds)
    told.wait()
    scheduler.shutdown(wait=True)
    log.info('worker.stopped', worker=worker_name())


def _failed(event: JobExecutionEvent) -> Any:
    log.error(f'{event.job_id}.failed', exc_info=event.exception)
