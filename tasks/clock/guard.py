"""The clock guard: before a worker does anything, it asks whether the machine's clock can be believed.

Three witnesses know better than a clock that somebody has set: the database's own clock (PostgreSQL, on whatever machine it runs), the time
since the machine was started, which nobody sets, and what the clocks last said (`clock_reading`). After an outage only the last is left:
a weekend or a long holiday is caught up with, a jump beyond `longest_outage` waits for a person. While there is a doubt this worker fires
nothing. When the clock is right again, it goes on by itself; when it was right all the time, an administrator says so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine import SYSTEM, Conflict, Rejection, instant_text
from engine.identity import is_blank
from engine.words import Word, said
from tasks.clock.tables import clock_doubt, clock_reading
from tasks.operations.log import note
from tasks.rights.asking import need_everywhere

if TYPE_CHECKING:
    from engine import Clock, Engine, Tx

_KNOWN_FOR = 30
"""Seconds after which a reading is written anew: between two writes the time since the start tells how much has passed."""
_BOOT = Path('/proc/sys/kernel/random/boot_id')


@dataclass(frozen=True)
class GuardLimits:
    """`tolerance`: how far a clock may be from a witness. `longest_outage`: how long a hall may have stood still without being asked."""

    tolerance: timedelta = timedelta(minutes=15)
    longest_outage: timedelta = timedelta(days=15)


@dataclass(frozen=True)
class Reading:
    """One look at the clocks of a machine. `uptime`: seconds since `boot` (empty: nobody knows); `database_at`: None where the database has
    no clock of its own."""

    host: str
    machine_at: datetime
    boot: str = ''
    uptime: int = 0
    database_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What was last believed: of this host, and of all hosts the latest. None before the first tick."""

    machine_at: datetime | None = None
    boot: str = ''
    uptime: int = 0
    drift: int = 0
    latest: datetime | None = None


@dataclass(frozen=True)
class Doubt:
    """Why a clock is not believed: the kind, what it says, and what was expected."""

    kind: str
    machine_at: datetime
    expected_at: datetime

    @property
    def sentence(self) -> Word:
        """For people."""
        ahead = self.machine_at - self.expected_at
        side = Word('快', 'ahead') if ahead > timedelta() else Word('慢', 'behind')
        zh, en = _SENTENCES[self.kind]
        return said(zh, en, span=_span(abs(ahead)), side=side)


_SENTENCES = {
    'database': ('本机时钟比数据库服务器的时钟{side}了{span}', "the machine's clock is {span} {side} of the database's"),
    'jump': ('本机时钟比实际经过的时间{side}了{span}', "the machine's clock went {span} {side} of the time that has passed"),
    'back': ('本机时钟比上次计时还早{span}', "the machine's clock is {span} earlier than when the hall last counted"),
    'gap': ('距上次计时已有{span}，超过设定的最长停机时间', 'the hall last counted {span} ago, longer than the longest outage that is set'),
}


def _span(length: timedelta) -> Word:
    if length >= timedelta(days=2):
        return said('{n}天', '{n} days', n=length.days)
    if length >= timedelta(hours=2):
        return said('{n}小时', '{n} hours', n=int(length.total_seconds() // 3600))
    return said('{n}分钟', '{n} minutes', n=int(length.total_seconds() // 60))


def judge(now: Reading, known: Known, limits: GuardLimits) -> Doubt | None:
    """Whether the machine's clock can be believed. Pure: the same readings, the same answer."""
    if now.database_at is not None:
        expected = now.database_at + timedelta(seconds=known.drift)
        if abs(now.machine_at - expected) > limits.tolerance:
            return Doubt('database', now.machine_at, expected)
    if known.machine_at is not None and now.boot and known.boot == now.boot:
        expected = known.machine_at + timedelta(seconds=now.uptime - known.uptime)
        return Doubt('jump', now.machine_at, expected) if abs(now.machine_at - expected) > limits.tolerance else None
    if known.latest is not None and now.machine_at < known.latest - limits.tolerance:
        return Doubt('back', now.machine_at, known.latest)
    if known.latest is not None and now.machine_at > known.latest + limits.longest_outage:
        return Doubt('gap', now.machine_at, known.latest)
    return None


def machine_reading(host: str, clock: Clock) -> Reading:
    """What this machine's clocks say now; where the system does not tell when it was started, the process's start counts."""
    try:
        boot, uptime = _BOOT.read_text('ascii').strip(), time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        boot, uptime = f'process {os.getpid()}', time.monotonic()
    return Reading(host, clock(), boot[:50], int(uptime))


class ClockGuard:
    """The guard of one worker. `read` gives the machine's reading; the database's clock is asked unless `ask_database` is False."""

    def __init__(self, read: Callable[[], Reading], limits: GuardLimits, *, ask_database: bool = True) -> None:
        self._read, self._limits, self._ask = read, limits, ask_database
        self._wrote: Reading | None = None

    def doubt(self, engine: Engine) -> Doubt | None:
        """The doubt there is, noted for everybody; None when the clock is believed."""
        with engine.reading() as connection:
            now = self._read()
            if self._ask and connection.dialect.name == 'postgresql':
                now = replace(now, database_at=connection.execute(select(func.clock_timestamp())).scalar_one())
            found = judge(now, known_of(connection, now.host), self._limits)
            stands = connection.execute(_open(now.host)).one_or_none()
        if found is not None:
            self._wrote = None
            if stands is None or stands.kind != found.kind:
                engine.run(SYSTEM, lambda tx: _arise(tx, now, found))
        elif stands is not None or self._stale(now):
            engine.run(SYSTEM, lambda tx: _believe(tx, now))
            self._wrote = now
        return found

    def _stale(self, now: Reading) -> bool:
        wrote = self._wrote
        return wrote is None or wrote.boot != now.boot or now.uptime - wrote.uptime >= _KNOWN_FOR


def known_of(connection: Connection, host: str) -> Known:
    """What was last believed of a host, and of all."""
    row = connection.execute(select(clock_reading).where(clock_reading.c.host == host)).one_or_none()
    latest = connection.execute(select(func.max(clock_reading.c.machine_at, type_=clock_reading.c.machine_at.type))).scalar_one()
    return Known(row.machine_at, row.boot, row.uptime, row.drift, latest) if row else Known(latest=latest)


def _open(host: str) -> Any:
    return select(clock_doubt).where(clock_doubt.c.state == 'open', clock_doubt.c.host == host).order_by(clock_doubt.c.id.desc()).limit(1)


def _end(tx: Tx, host: str, state: str, by: str, reason: str = '') -> None:
    where = (clock_doubt.c.host == host, clock_doubt.c.state == 'open')
    tx.connection.execute(update(clock_doubt).where(*where).values(state=state, ended_at=tx.now, ended_by=by, reason=reason))


def _arise(tx: Tx, now: Reading, found: Doubt) -> None:
    _end(tx, now.host, 'over', SYSTEM.id)
    row = {
        'host': now.host,
        'kind': found.kind,
        'machine_at': now.machine_at,
        'expected_at': found.expected_at,
        'boot': now.boot,
        'uptime': now.uptime,
        'state': 'open',
    }
    tx.connection.execute(insert(clock_doubt), [row])
    facts = {'kind': found.kind, 'machine_at': instant_text(now.machine_at), 'expected_at': instant_text(found.expected_at)}
    note(tx, 'clock.doubted', now.host[:200], '', facts)


def _believe(tx: Tx, now: Reading) -> None:
    if tx.connection.execute(_open(now.host)).first() is not None:
        _end(tx, now.host, 'over', SYSTEM.id)
        note(tx, 'clock.believed', now.host[:200])
    _store(tx, now.host, now.machine_at, now.boot, now.uptime)


def _store(tx: Tx, host: str, machine_at: datetime, boot: str, uptime: int, **more: Any) -> None:
    values = {'machine_at': machine_at, 'boot': boot, 'uptime': uptime, **more}
    if not tx.connection.execute(update(clock_reading).where(clock_reading.c.host == host).values(values)).rowcount:
        tx.connection.execute(insert(clock_reading), [{'host': host, **values}])


def confirm(tx: Tx, doubt_id: int, reason: str) -> None:
    """The clock that is doubted is right, for every hall: its worker goes on from what it says. Raises Conflict when the doubt is over.

    What is recorded later than that clock stays as it is (`tasks.clock.taking_back`).
    """
    need_everywhere(tx.connection, tx.by, 'clock.confirm')
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    row = tx.connection.execute(select(clock_doubt).where(clock_doubt.c.id == doubt_id).with_for_update()).one_or_none()
    if row is None or row.state != 'open':
        who, when = (row.ended_by, row.ended_at) if row else (None, None)
        raise Conflict(f'Expected an open doubt, but {doubt_id} is none', '时钟疑问已解除', who=who, when=when)
    known = known_of(tx.connection, row.host)
    drift = known.drift + int((row.machine_at - row.expected_at).total_seconds()) if row.kind == 'database' else known.drift
    tx.connection.execute(delete(clock_reading).where(clock_reading.c.machine_at > row.machine_at))
    _store(tx, row.host, row.machine_at, row.boot, row.uptime, drift=drift)
    _end(tx, row.host, 'confirmed', tx.by.id, reason.strip())
    note(tx, 'clock.confirmed', row.host[:200], reason.strip(), {'kind': row.kind, 'machine_at': instant_text(row.machine_at)})


def open_doubts(connection: Connection) -> list[tuple[int, str, Doubt]]:
    """The doubts that stand: id, host, doubt."""
    rows = connection.execute(select(clock_doubt).where(clock_doubt.c.state == 'open').order_by(clock_doubt.c.id))
    return [(row.id, row.host, Doubt(row.kind, row.machine_at, row.expected_at)) for row in rows]
