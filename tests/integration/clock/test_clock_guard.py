"""B-03: a wrong machine clock ended cases. The guard halts whatever fires by itself until a person or the clock itself puts it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import SYSTEM, Actor, Conflict, FixedClock, Forbidden, Rejection
from engine.verbs import events
from tasks.clock.guard import ClockGuard, GuardLimits, Known, Reading, confirm, judge, open_doubts
from tasks.clock.tables import clock_doubt
from tests.fakes import ADMINISTRATOR
from tests.integration.office.conftest import Hall, bare_office, hall  # noqa: F401  fixtures
from web import worker
from web.root import Root
from web.settings import Settings

NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)
"""A Friday."""
LIMITS = GuardLimits()
KNOWN = Known(NOON, 'boot-1', 1000, 0, NOON)


def reading(
    *, after: timedelta = timedelta(), passed: timedelta | None = None, boot: str = 'boot-1', database: timedelta | None = None
) -> Reading:
    """What the clocks say when the machine's clock shows `after` more than at NOON and `passed` has really passed."""
    really = after if passed is None else passed
    at = None if database is None else NOON + database
    return Reading('hall-1', NOON + after, boot, 1000 + int(really.total_seconds()), at)


MINUTES, DAYS = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(days=n))


@pytest.mark.parametrize(
    ('now', 'known', 'kind'),
    [
        pytest.param(reading(after=MINUTES(1)), KNOWN, None, id='the next tick'),
        pytest.param(reading(after=DAYS(3)), KNOWN, None, id='the worker was stopped over the weekend, the machine ran'),
        pytest.param(reading(after=DAYS(3), boot='boot-2', passed=MINUTES(1)), KNOWN, None, id='the machine was off over the weekend'),
        pytest.param(reading(after=DAYS(10), boot='boot-2'), KNOWN, None, id='off over the eight days of a national holiday'),
        pytest.param(reading(after=DAYS(16), boot='boot-2'), KNOWN, 'gap', id='off for longer than anybody said'),
        pytest.param(reading(after=DAYS(400), boot='boot-2'), KNOWN, 'gap', id='400 days ahead after a restart of the machine'),
        pytest.param(reading(after=DAYS(400), passed=MINUTES(1)), KNOWN, 'jump', id='400 days ahead between two ticks'),
        pytest.param(reading(after=DAYS(3), passed=MINUTES(1)), KNOWN, 'jump', id='3 days ahead, the worker restarted, the machine not'),
        pytest.param(reading(after=MINUTES(16), passed=MINUTES(0)), KNOWN, 'jump', id='a quarter of an hour ahead'),
        pytest.param(reading(after=MINUTES(14), passed=MINUTES(0)), KNOWN, None, id='less: no limit is counted in minutes'),
        pytest.param(reading(after=-DAYS(3), passed=MINUTES(1)), KNOWN, 'jump', id='3 days back between two ticks'),
        pytest.param(reading(after=-DAYS(3), boot='boot-2'), KNOWN, 'back', id='3 days back after a restart of the machine'),
        pytest.param(reading(after=-DAYS(9999), boot='boot-2'), KNOWN, 'back', id='an empty battery: 1999'),
        pytest.param(reading(after=MINUTES(1), database=MINUTES(0)), KNOWN, None, id='the database agrees'),
        pytest.param(reading(after=MINUTES(20), database=MINUTES(0)), KNOWN, 'database', id='the database does not agree'),
        pytest.param(
            reading(after=DAYS(3), boot='b2', database=MINUTES(1)), KNOWN, 'database', id='a wrong clock that looks like a weekend'
        ),
        pytest.param(reading(after=DAYS(3), database=DAYS(3)), KNOWN, None, id='a weekend, the database says so, too'),
        pytest.param(reading(after=MINUTES(20), database=MINUTES(0)), replace(KNOWN, drift=1200), None, id='somebody accepted the drift'),
        pytest.param(reading(after=DAYS(400)), Known(), None, id='a hall that never ticked'),
        pytest.param(reading(after=DAYS(400), boot=''), KNOWN, 'gap', id='a system that does not tell its start'),
        pytest.param(reading(after=DAYS(3), boot=''), KNOWN, None, id='the same after a weekend'),
        pytest.param(reading(after=MINUTES(1)), replace(KNOWN, machine_at=None, boot=''), None, id='a second machine'),
    ],
)
def test_which_clocks_are_believed(now: Reading, known: Known, kind: str | None) -> None:
    """B-03: after a weekend or a long holiday Monday's catch-up goes on; a jump nobody can explain does not."""
    found = judge(now, known, LIMITS)
    assert (found.kind if found else None) == kind
    if found is not None:
        assert '{' not in found.sentence + found.sentence.en


class Machine:
    """A machine whose clock somebody sets, and whose uptime nobody can."""

    def __init__(self, clock: FixedClock, host: str = 'hall-1') -> None:
        self.clock, self.host, self.boot, self.uptime = clock, host, 'boot-1', 1000

    def read(self) -> Reading:
        return Reading(self.host, self.clock(), self.boot, self.uptime)

    def passes(self, **amount: float) -> None:
        """Time passes, and the clock goes with it."""
        self.clock.move(**amount)
        self.uptime += int(timedelta(**amount).total_seconds())


@pytest.fixture
def machine(clock: FixedClock) -> Machine:
    return Machine(clock)


@pytest.fixture
def tick(hall: Hall, machine: Machine, tmp_path: Path) -> Callable[[], worker.Ticked]:  # noqa: F811
    guard = ClockGuard(machine.read, LIMITS, ask_database=False)
    root = Root(Settings(home=tmp_path), hall.clock, hall.engine, guard)
    return lambda: worker.tick(root, 'worker')


def test_one_tick_400_days_ahead_does_nothing(hall: Hall, machine: Machine, tick) -> None:  # noqa: F811
    """B-03: one tick 400 days ahead broke 95 limits, raised 105 marks and ended 6 cases."""
    numbers = [hall.receive().case_no for _ in range(3)]
    tick()
    before = [hall.case(number) for number in numbers]
    machine.clock.move(days=400)
    halted = tick()
    assert halted.doubt is not None
    assert not halted.counted
    assert [hall.case(number) for number in numbers] == before
    machine.clock.move(days=-400)
    machine.passes(minutes=1)
    assert tick().doubt is None  # set right: it goes on by itself
    with hall.engine.reading() as connection:
        assert [row.state for row in connection.execute(select(clock_doubt))] == ['over']


def test_mondays_catch_up_works(hall: Hall, machine: Machine, tick) -> None:  # noqa: F811
    """B-03: nobody ticked from Friday to Monday and the machine was off: what fell due meanwhile fires."""
    case_no = hall.receive().case_no
    tick()
    machine.clock.move(days=10)
    machine.boot, machine.uptime = 'boot-2', 5
    assert tick().counted['timer'] >= 1
    assert hall.case(case_no).deemed == 'acceptance'


def test_an_administrator_confirms_a_clock_that_was_right(hall: Hall, machine: Machine, tick) -> None:  # noqa: F811
    """B-03: after two months of closing the clock is right and nobody could know; a person says so, with a reason, once."""
    hall.receive()
    tick()
    machine.clock.move(days=60)
    machine.boot = 'boot-2'
    assert tick().doubt is not None
    with hall.engine.reading() as connection:
        ((doubt_id, host, doubt),) = open_doubts(connection)
    assert (host, doubt.kind) == ('hall-1', 'gap')
    for by, reason, refusal in ((hall.actors['chuangkou'], 'x', Forbidden), (ADMINISTRATOR, ' ', Rejection)):
        with pytest.raises(refusal):
            hall.engine.run(by, lambda tx, reason=reason: confirm(tx, doubt_id, reason))
    hall.engine.run(ADMINISTRATOR, lambda tx: confirm(tx, doubt_id, '停业两个月'))
    machine.passes(minutes=1)
    assert tick().counted['timer'] >= 1
    with pytest.raises(Conflict):
        hall.engine.run(ADMINISTRATOR, lambda tx: confirm(tx, doubt_id, '再次'))


def test_each_machine_is_doubted_by_itself(hall: Hall, machine: Machine, tick, tmp_path: Path) -> None:  # noqa: F811
    """B-03: one worker's clock is wrong, another's is right: the other one goes on."""
    hall.receive()
    tick()
    wrong = Machine(FixedClock(machine.clock() + timedelta(days=30)), 'hall-2')
    guard = ClockGuard(wrong.read, LIMITS, ask_database=False)
    assert worker.tick(Root(Settings(home=tmp_path), wrong.clock, hall.engine, guard), 'w2').doubt is not None
    machine.passes(days=10)
    assert tick().counted['timer'] >= 1


def test_a_clock_behind_records_nothing_before_what_was_recorded(hall: Hall) -> None:  # noqa: F811
    """B-03: back by 3 days, the acceptance was recorded before the receipt. The message names who wrote last and when."""
    case_no = hall.receive().case_no
    received = hall.case(case_no).received_at
    hall.clock.move(days=-3)
    with pytest.raises(Conflict, match='the clock says') as refused:
        hall.do(case_no, 'intake')
    assert (refused.value.who, refused.value.when) == ('chuangkou', received)
    assert hall.case(case_no).accepted_at is None
    with pytest.raises(Conflict):
        hall.engine.run(SYSTEM, lambda tx: events.record(tx, hall.case(case_no).instance_id, 'note.added'))
    hall.clock.move(days=3, minutes=1)
    hall.do(case_no, 'intake')
    assert hall.case(case_no).accepted_at > received


def test_two_machines_a_little_apart_keep_the_order_of_what_happens(hall: Hall) -> None:  # noqa: F811
    """B-03: a few seconds between the clocks of two machines refuse nothing, and nothing is recorded before its cause."""
    case_no = hall.receive().case_no
    hall.clock.move(seconds=-5)
    hall.do(case_no, 'intake')
    case = hall.case(case_no)
    assert case.accepted_at >= case.received_at


def test_the_clocks_of_postgresql_and_of_this_machine_are_compared(postgres_url: str, clock: FixedClock) -> None:
    """B-03: the database's own clock is a witness wherever it runs."""
    from web.root import make_engine

    engine = make_engine(postgres_url, clock)
    now = datetime.now(UTC)
    for ahead, kind in ((timedelta(), None), (timedelta(days=400), 'database'), (-timedelta(days=3), 'database')):
        guard = ClockGuard(lambda ahead=ahead: Reading('hall-1', now + ahead), LIMITS)
        found = guard.doubt(engine)
        assert (found.kind if found else None) == kind
    engine.close()


def test_a_person_without_rights_confirms_nothing(hall: Hall) -> None:  # noqa: F811
    """B-03: only an administrator says that a clock is right."""
    with pytest.raises(Forbidden):
        hall.engine.run(Actor('x'), lambda tx: confirm(tx, 1, 'x'))
