"""The ticker: APScheduler calls the engine every few seconds; the engine decides what is due. Any number of workers may tick."""

from __future__ import annotations

import os
import signal
import socket
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler

from engine import SYSTEM, system_clock
from tasks.calendars import editions
from tasks.catalogue.releases.catalogue import follow_when_behind
from tasks.marks.watching import catch_up, sweep
from tasks.migration.batches import work_on
from web.logs import log
from web.root import Root, deliverers

SWEEP = 200
"""Timers and messages taken in one go; a tick goes on until nothing is due, so this only bounds one report."""


def worker_name() -> str:
    """Host and process number: who a heartbeat belongs to."""
    return f'{socket.gethostname()}:{os.getpid()}'[:100]


def tick(root: Root, name: str) -> None:
    """Fire everything that is due, warn of what soon will be, deliver what waits in the outbox. Logs only ticks that did something."""
    report = root.engine.tick(limit=SWEEP, worker=name)
    while report.remaining and (report.fired or report.failed):
        log.info('tick', worker=name, fired=report.fired, failed=report.failed)
        report = root.engine.tick(limit=SWEEP, worker=name)
    warned = sweep(root.engine, limit=SWEEP)
    for code in follow_when_behind(root.engine):
        log.info('item.in_force', worker=name, item=code)
    _follow_calendar(root)
    work_on(root.engine, limit=SWEEP)
    sent = root.engine.relay(deliverers(), limit=SWEEP)
    if report.fired or report.failed or sent or warned.raised or warned.failed:
        log.info('tick', worker=name, fired=report.fired, failed=report.failed, sent=sent, warned=warned.raised, unwarned=warned.failed)


class _Ticker:
    """The job: a tick, and after the first one the marks of cases older than the amber marks."""

    def __init__(self, root: Root, name: str) -> None:
        self.root, self.name, self.caught_up = root, name, False

    def __call__(self) -> None:
        tick(self.root, self.name)
        if not self.caught_up:
            catch_up(self.root.engine)
            self.caught_up = True


def _follow_calendar(root: Root) -> None:
    """Open cases that have not followed a change of the calendar yet: some at every tick, so that the next tick is not held up."""
    with root.engine.reading() as connection:
        waiting = editions.unfinished(connection)
    for edition_id in waiting:
        editions.advance(root.engine, SYSTEM, edition_id, limit=SWEEP)


def schedule(scheduler: BaseScheduler, root: Root, name: str) -> None:
    """Put the tick on a scheduler: missed runs coalesce into one, and a slow tick is never overtaken by the next."""
    scheduler.add_job(
        _Ticker(root, name),
        'interval',
        seconds=root.settings.tick_seconds,
        id='tick',
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=system_clock() + timedelta(seconds=1),
    )
    scheduler.add_listener(_failed, EVENT_JOB_ERROR)


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
    log.error('tick.failed', exc_info=event.exception)
