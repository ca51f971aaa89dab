"""Promised limits fire when they should, once, in order, whatever happened meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fakes import ADMINISTRATOR, Listener, boundary_timer, bundle, chain, clerk, each_event, end, flow, start, user_task

from engine import SYSTEM, Conflict, Engine, Rejection, read, verify_history
from engine.rows import StoredTimer
from engine.verbs import definitions, instances, operations, user_tasks

LI = clerk('li', 'desk')
LATE = bundle(
    start()
    + user_task('review')
    + boundary_timer('late', 'review', '5个工作日', on_expiry='escalate', basis='第四十二条')
    + user_task('chase', 'chief')
    + end()
    + end('end_late')
    + chain('start', 'review', 'end')
    + chain('late', 'chase', 'end_late')
)


def begin_case(engine: Engine, of: object, key: str = 'case-1', rules: object = (), **variables: object) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(of), key='item', name='事项', clock_rules=rules)
        return instances.start(tx, 'item', business_key=key, variables=variables)


def here(engine: Engine, instance_id: int) -> list[str]:
    with engine.reading() as connection:
        return [task.element for task in read.open_tasks(connection, instance_id)]


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


def the_timer(engine: Engine, instance_id: int, element: str = 'late') -> StoredTimer:
    with engine.reading() as connection:
        return next(row for row in read.timers(connection, instance_id) if row.element == element)


def test_limit_in_workdays_fires_at_the_end_of_its_last_day(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    row = the_timer(engine, instance_id)
    assert (row.state, row.due_at, row.last_day) == ('armed', beijing('2026-03-10T00:00:00'), '2026-03-09')
    with engine.reading() as connection:
        assert read.open_tasks(connection, instance_id)[0].due_at == row.due_at
    clock.move_to(row.due_at - timedelta(microseconds=1))
    assert engine.tick().fired == 0
    clock.move_to(row.due_at)
    report = engine.tick()
    assert (report.fired, report.failed, report.due) == (1, 0, frozenset())
    assert here(engine, instance_id) == ['chase']
    assert engine.tick().fired == 0


def test_expiry_is_recorded_with_the_window_that_let_it_pass(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    clock.move(days=10)
    engine.tick()
    with engine.reading() as connection:
        fired = next(one for one in read.events(connection, instance_id) if one.event == 'timer.fired')
        assert verify_history(connection, instance_id).intact
    assert fired.by == 'system:timer'
    assert {name: fired.data[name] for name in ('label', 'unit', 'on_expiry', 'basis', 'limit')} == {
        'label': '系统（超时）',
        'unit': 'desk',
        'on_expiry': 'escalate',
        'basis': '第四十二条',
        'limit': '5个工作日',
    }


def test_completed_task_takes_its_timer_along(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task_of(engine, instance_id))
    assert the_timer(engine, instance_id).state == 'cancelled'
    clock.move(days=30)
    assert engine.tick().fired == 0


def task_of(engine: Engine, instance_id: int, element: str | None = None) -> int:
    with engine.reading() as connection:
        return next(task.id for task in read.open_tasks(connection, instance_id) if element in (None, task.element))


def test_what_was_missed_fires_once_and_in_order(make_engine, clock) -> None:
    heard = Listener()
    engine = make_engine(listeners=[heard])
    for number, days in enumerate((3, 1, 2)):
        begin_case(
            engine,
            bundle(
                start()
                + user_task('t')
                + boundary_timer('late', 't', f'P{days}D', interrupting=False)
                + end()
                + end('e2')
                + chain('start', 't', 'end')
                + flow('late', 'e2')
            ),
            f'case-{number}',
        )
    clock.move(days=20)
    report = engine.tick()
    assert (report.fired, report.lag) == (3, timedelta(days=19))
    assert [event.business_key for event in heard.named('timer.fired')] == ['case-1', 'case-2', 'case-0']


def test_tick_leaves_the_rest_for_the_next_one(engine: Engine, clock) -> None:
    for number in range(3):
        begin_case(engine, LATE, f'case-{number}')
    clock.move(days=20)
    assert (engine.tick(limit=2).due, engine.tick(limit=2).due) == ({'timer'}, set())


def test_cycle_keeps_its_own_time(make_engine, clock) -> None:
    heard = Listener()
    engine = make_engine(listeners=[heard])
    remind = bundle(
        start()
        + user_task('t')
        + boundary_timer('remind', 't', 'R3/P1D', interrupting=False, kind='timeCycle', on_expiry='warn')
        + end()
        + end('reminded')
        + chain('start', 't', 'end')
        + flow('remind', 'reminded')
    )
    instance_id = begin_case(engine, remind)
    clock.move(days=1, hours=5)  # the worker was down for five hours
    assert engine.tick().fired == 1
    assert the_timer(engine, instance_id, 'remind').due_at == beijing('2026-03-04T09:00:00')
    clock.move(days=10)
    assert engine.tick().fired == 1  # for both that were missed
    assert [(event.data['due_at'][:10], event.data['missed']) for event in heard.named('timer.fired')] == [
        ('2026-03-03', 0),
        ('2026-03-04', 1),
    ]
    assert the_timer(engine, instance_id, 'remind').state == 'fired'
    assert here(engine, instance_id) == ['t']


@pytest.mark.parametrize(
    ('limit', 'missed', 'again'),
    [
        ('R/PT1M', 3839, '2026-03-05T01:01:00'),
        ('R/PT5H', 11, '2026-03-05T02:00:00'),
        ('R/1个工作日', 1, '2026-03-06T00:00:00'),
        ('R10000/PT1M', 3839, '2026-03-05T01:01:00'),
        ('R20/PT1H', 19, None),
        ('R/2026-03-02T12:00/PT24H', 2, '2026-03-05T12:00:00'),
    ],
)
def test_after_days_without_a_worker_a_cycle_speaks_once_and_keeps_its_beat(
    make_engine, clock, limit: str, missed: int, again: str | None
) -> None:
    heard = Listener()
    engine = make_engine(listeners=[heard])
    instance_id = begin_case(engine, reminding(limit))
    clock.move(days=2, hours=16)
    assert engine.tick().fired == 1
    assert [event.data['missed'] for event in heard.named('timer.fired')] == [missed]
    row = the_timer(engine, instance_id, 'remind')
    assert row.state == ('armed' if again else 'fired')
    assert again is None or row.due_at == beijing(again)
    assert engine.tick().fired == 0


def reminding(limit: str, **said: str):
    return bundle(
        start()
        + user_task('t')
        + boundary_timer('remind', 't', limit, kind='timeCycle', **{'interrupting': False, **said})
        + end()
        + end('reminded')
        + chain('start', 't', 'end')
        + flow('remind', 'reminded')
    )


@pytest.mark.parametrize(
    ('limit', 'due_at'),
    [
        ('R/2026-01-01T09:00:00/P1D', '2026-03-03T09:00:00'),
        ('${"R/2026-01-01T09:00:00/P1D"}', '2026-03-03T09:00:00'),
        ('R/2026-01-01T09:00:00/PT12H', '2026-03-02T21:00:00'),
        ('R/2025-01-31T09:00:00/P1M', '2026-03-31T09:00:00'),
        ('R100/2026-01-01T09:00:00/P1D', '2026-03-03T09:00:00'),
        ('R/2026-01-05T09:00:00/1个工作日', '2026-03-03T00:00:00'),
        ('R/2026-01-01T09:00/2026-01-08T09:00', '2026-03-05T09:00:00'),
        ('0 0/30 9-17 ? * MON-FRI', '2026-03-02T09:30:00'),
        ('0 9 1 1 *', '2027-01-01T09:00:00'),
    ],
)
def test_the_start_of_a_repetition_sets_its_rhythm_and_nothing_is_missed(make_engine, clock, limit: str, due_at: str) -> None:
    """D-16: a task opened late, or again, waits for the next occurrence; what came before it is not made up for."""
    heard = Listener()
    engine = make_engine(listeners=[heard])
    instance_id = begin_case(engine, reminding(limit))
    assert the_timer(engine, instance_id, 'remind').due_at == beijing(due_at)
    assert engine.tick().fired == 0
    clock.move(seconds=(beijing(due_at) - clock()).total_seconds())
    assert engine.tick().fired == 1
    assert [event.data['missed'] for event in heard.named('timer.fired')] == [0]
    assert the_timer(engine, instance_id, 'remind').due_at > beijing(due_at)
    assert engine.tick().fired == 0


@pytest.mark.parametrize('limit', ['${"R1/2026-01-01T09:00:00/P1D"}', '${"R60/2026-01-01T09:00:00/P1D"}', '${"0 0 9 ? * 2-6"}'])
def test_a_repetition_that_was_over_before_it_began_or_cannot_be_read_is_an_incident(engine: Engine, limit: str) -> None:
    """D-16: what is over fires nothing; an operator is told with the text."""
    instance_id = begin_case(engine, reminding(limit))
    row = the_timer(engine, instance_id, 'remind')
    assert (row.state, row.due_at) == ('dead', None)
    with engine.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=instance_id)
    assert (incident.kind, incident.element) == ('timer', 'remind')
    with pytest.raises(Rejection), engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, '0 9 * *', '改期')


@pytest.mark.parametrize('limit', ['R/PT1H', 'R3/PT1H', '0 0 10 * * ?'])
def test_a_cycle_that_interrupts_happens_at_its_first_occurrence_only(make_engine, clock, limit: str) -> None:
    """D-26: the activity is over then (BPMN 2.0.2 §10.5.2)."""
    engine = make_engine()
    instance_id = begin_case(engine, reminding(limit, interrupting=True))
    clock.move(days=1)
    assert engine.tick().fired == 1
    assert the_timer(engine, instance_id, 'remind').state == 'fired'
    assert here(engine, instance_id) == []


def test_a_repetition_below_a_minute_is_rounded_up(engine: Engine) -> None:
    """D-26: nothing happens more often than once a minute."""
    instance_id = begin_case(engine, reminding('${"R/PT1S"}'))
    assert the_timer(engine, instance_id, 'remind').due_at == beijing('2026-03-02T09:01:00')


@pytest.mark.parametrize('limit', ['0001-01-01', '0001-01-02T09:00', '0001-12-31T00:00', '1600-01-01'])
def test_a_timer_due_in_the_remotest_past_fires(engine: Engine, limit: str) -> None:
    instance_id = begin_case(
        engine,
        bundle(
            start()
            + user_task('t')
            + boundary_timer('late', 't', limit)
            + user_task('after')
            + end()
            + chain('start', 't', 'end')
            + chain('late', 'after', 'end')
        ),
    )
    assert engine.tick().fired == 1
    assert here(engine, instance_id) == ['after']


def test_a_date_before_all_time_is_an_incident(engine: Engine) -> None:
    instance_id = begin_case(
        engine,
        bundle(
            start()
            + user_task('t')
            + boundary_timer('late', 't', '${"0001-01-01T00:00"}')
            + end()
            + end('e2')
            + chain('start', 't', 'end')
            + flow('late', 'e2')
        ),
    )
    assert the_timer(engine, instance_id).state == 'dead'


def test_limit_may_come_from_the_case(engine: Engine) -> None:
    of = bundle(
        start()
        + user_task('t')
        + boundary_timer('late', 't', '${days}个工作日')
        + end()
        + end('e2')
        + chain('start', 't', 'end')
        + flow('late', 'e2')
    )
    assert the_timer(engine, begin_case(engine, of, days=3)).last_day == '2026-03-05'


def test_limit_that_says_nothing_is_an_incident_and_the_case_goes_on(engine: Engine) -> None:
    of = bundle(
        start()
        + user_task('t')
        + boundary_timer('late', 't', '${days}')
        + end()
        + end('e2')
        + chain('start', 't', 'end')
        + flow('late', 'e2')
    )
    instance_id = begin_case(engine, of, days='soon')
    row = the_timer(engine, instance_id)
    assert row.state == 'dead'
    with engine.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=instance_id)
    assert (incident.kind, incident.element) == ('timer', 'late')
    with engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, '2个工作日', '按承诺')
        operations.resolve(tx, incident.id, '已改期')
    assert (the_timer(engine, instance_id).state, the_timer(engine, instance_id).last_day) == ('armed', '2026-03-04')


def test_rescheduled_timer_keeps_its_anchor(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    row = the_timer(engine, instance_id)
    clock.move(days=2)
    with engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, '10个工作日', '延期')
    assert the_timer(engine, instance_id).last_day == '2026-03-16'
    with engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, beijing('2026-03-05T12:00:00'), '提前')
    assert the_timer(engine, instance_id).due_at == beijing('2026-03-05T12:00:00')
    with engine.reading() as connection:
        assert read.open_tasks(connection, instance_id)[0].due_at == beijing('2026-03-05T12:00:00')
    with pytest.raises(Rejection), engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, 'whenever', '试试')
    clock.move(days=30)
    engine.tick()
    with pytest.raises(Conflict), engine.begin(ADMINISTRATOR) as tx:
        operations.reschedule(tx, row.id, '1个工作日', '晚了')


def test_poisoned_timer_waits_longer_then_dies_and_delays_nobody(make_engine, clock) -> None:
    def poison(tx, event) -> None:
        if event.business_key == 'poisoned' and event.event == 'timer.fired':
            raise ArithmeticError('坏了')

    broken = make_engine(listeners=[each_event(poison)])
    poisoned, healthy = begin_case(broken, LATE, 'poisoned'), begin_case(broken, LATE, 'healthy')
    clock.move(days=20)
    report = broken.tick()
    assert (report.fired, report.failed) == (1, 1)
    assert here(broken, healthy) == ['chase']
    assert broken.tick().failed == 0  # it waits
    for _ in range(4):
        clock.move(hours=1)
        broken.tick()
    row = the_timer(broken, poisoned)
    assert (row.state, row.attempts, row.last_error) == ('dead', 5, 'ArithmeticError: 坏了')
    with broken.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=poisoned)
        assert verify_history(connection, poisoned).intact
    with make_engine().begin(ADMINISTRATOR) as tx:
        assert operations.retry(tx, incident.id).outcome == 'queued'  # O-01: the worker tries it, nothing is done yet
    assert make_engine().tick().fired == 1
    assert here(broken, poisoned) == ['chase']


def test_suspended_case_does_not_expire_until_it_is_activated(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    with engine.begin(ADMINISTRATOR) as tx:
        instances.suspend(tx, instance_id, '查')
    clock.move(days=20)
    assert engine.tick().fired == 0
    with engine.begin(ADMINISTRATOR) as tx:
        instances.activate(tx, instance_id, '好')
    assert engine.tick().fired == 1


def test_clock_that_jumps_back_fires_nothing_twice(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, LATE)
    clock.move(days=20)
    assert engine.tick().fired == 1
    clock.move(days=-20)
    assert engine.tick().fired == 0
    clock.move(days=40)
    assert engine.tick().fired == 0
    assert here(engine, instance_id) == ['chase']


def test_worker_shows_its_pulse(engine: Engine, clock) -> None:
    engine.tick(worker='a')
    clock.move(minutes=1)
    engine.tick(worker='b')
    engine.tick(worker='a')
    with engine.reading() as connection:
        assert [(row.worker, row.ticked_at) for row in read.workers(connection)] == [('a', clock()), ('b', clock())]


def test_intermediate_timer_holds_the_road(engine: Engine, clock) -> None:
    limit = '<timerEventDefinition><timeDuration>2日</timeDuration></timerEventDefinition>'
    wait = f'<intermediateCatchEvent id="wait">{limit}</intermediateCatchEvent>'
    instance_id = begin_case(engine, bundle(start() + wait + user_task('t') + end() + chain('start', 'wait', 't', 'end')))
    assert here(engine, instance_id) == []
    clock.move_to(beijing('2026-03-05T00:00:00'))
    engine.tick()
    assert here(engine, instance_id) == ['t']
