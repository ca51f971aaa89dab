"""The composition root: the only place that hands the lower floors what they need from above."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import timedelta

from engine import Clock, Engine, system_clock
from engine.evidence import Sealer, Signer
from tasks.calendars import halls
from tasks.calendars.editions import FOLLOWING
from tasks.cases import functions
from tasks.cases import status as projection
from tasks.cases.attachments import forget_drafts
from tasks.cases.called_up import open_called_up
from tasks.catalogue.item_toml import item_rules, read_entry
from tasks.catalogue.releases.catalogue import VERSIONS
from tasks.clock.guard import ClockGuard, GuardLimits, Reading, machine_reading
from tasks.demo.moved_clock import MovedClock
from tasks.documents import handlers
from tasks.documents.issuing import own_notices
from tasks.evidence.anchoring import Sites, anchor_queue
from tasks.evidence.keys import KeyFile
from tasks.evidence.kinds import KINDS
from tasks.marks.listening import listen
from tasks.marks.watching import AMBER
from tasks.migration.batches import BATCHES
from tasks.people.staffing import staffing
from tasks.rights.asking import engine_asks
from web.settings import Settings, from_environment, make_home


@dataclass(frozen=True)
class Root:
    """One running installation: settings, clock and engine."""

    settings: Settings
    clock: Clock
    engine: Engine
    guard: ClockGuard | None = None  # asked before a worker does anything; None: the clock is believed


def build_root(settings: Settings, *, clock: Clock = system_clock) -> Root:
    """Make the engine with the office's handlers, functions, halls and listeners. Opens no connection yet.

    It runs on `clock`, moved on as far as its database says: zero but in a demonstration whose clock somebody has moved.
    """
    make_home(settings.home)
    moved = MovedClock(clock)
    engine = make_engine(settings.url, moved, KeyFile(settings.evidence_key_path), sites_of(settings))
    moved.read_from(engine)
    return Root(settings, moved, engine, _guard(settings, clock))


def _guard(settings: Settings, clock: Clock) -> ClockGuard:
    """The guard of the machine's clock. A clock that somebody hands in has no other witness than what it said before."""
    host, real = socket.gethostname()[:100], clock is system_clock
    limits = GuardLimits(timedelta(minutes=settings.clock_minutes), timedelta(days=settings.outage_days))
    return ClockGuard(lambda: machine_reading(host, clock) if real else Reading(host, clock()), limits, ask_database=real)


def sites_of(settings: Settings) -> Sites:
    """Where the ends of the chains of evidence are written."""
    return Sites(
        settings.anchor_path,
        url=settings.anchor_url,
        stamps=settings.anchor_stamps,
        stamp_root=settings.anchor_stamp_root,
        every=timedelta(minutes=settings.anchor_minutes),
    )


def make_engine(url: str, clock: Clock = system_clock, signer: Signer | None = None, sites: Sites | None = None) -> Engine:
    """An engine with everything this office adds to it; also what the bench and the tests run on.

    `signer` has the key of the evidence, `sites` take its anchors: unless given, those that the environment names.
    """
    here = from_environment()
    anchored = sites or sites_of(here)
    return Engine(
        url,
        clock=clock,
        handlers=handlers.HANDLERS,
        functions=functions.FUNCTIONS,
        item_rules=item_rules,
        readers=[read_entry, own_notices],
        halls=halls.find_hall,
        listeners=[projection.project, listen, forget_drafts],
        deliver={**handlers.DELIVERERS, **anchored.deliverers()},
        opening=open_called_up,
        rights=engine_asks,
        staffing=staffing,
        sealer=Sealer(KINDS, signer or KeyFile(here.evidence_key_path)),
        queues=[VERSIONS, AMBER, FOLLOWING, BATCHES, anchor_queue(anchored)],
    )


__all__ = ['Root', 'build_root', 'make_engine']
