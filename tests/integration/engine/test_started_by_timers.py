"""Processes that start by a timer: date, cycle, cron and working days; one case each time, of the definition in force (D-26)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes import ADMINISTRATOR, bundle, chain, end, user_task
from sqlalchemy import select, update

from engine import SYSTEM, Engine, Rejection, read
from engine.tables import history, process_instance, timer_start
from engine.verbs import definitions, operations
from engine.verbs.starting import open_plainly


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo('Asia/Shanghai'))


def renewal(limit: str, kind: str = 'timeCycle', step: str = 'call'):
    event = f'<timerEventDefinition><{kind}>{limit}</{kind}></timerEventDefinition>'
    return bundle(f'<startEvent id="yearly" name="年度换证">{event}</startEvent>' + user_task(step) + end() + chain('yearly', step, 'end'))


def deploy(engine: Engine, limit: str, key: str = 'renewal', **more) -> int:
    effective = more.pop('effective_at', None)
    with engine.begin(SYSTEM) as tx:
        return definitions.deploy(tx, engine.check(renewal(limit, **more)), key=key, name=key, effective_at=effective)


def started(engine: Engine) -> list[tuple[int, str]]:
    with engine.reading() as connection:
        rows = connection.execute(select(process_instance.c.definition_id, process_instance.c.started_by).order_by(process_instance.c.id))
        return [tuple(row) for row in rows]


def rows(engine: Engine) -> list:
    with engine.reading() as connection:
        return list(connection.execute(select(timer_start).order_by(timer_start.c.id)))


@pytest.mark.parametrize(
    ('limit', 'times'),
    [
        (('0 0 9 1 1 ?', 'timeCycle'), ('2027-01-01T09:00:00', '2028-01-01T09:00:00')),
        (('0 9 * * *', 'timeCycle'), ('2026-03-03T09:00:00', '2026-03-04T09:00:00')),
        (('R/P1Y', 'timeCycle'), ('2027-03-02T09:00:00', '2028-03-02T09:00:00')),
        (('R/2025-01-01T09:00:00/P1Y', 'timeCycle'), ('2027-01-01T09:00:00', '2028-01-01T09:00:00')),
        (('R/5个工作日', 'timeCycle'), ('2026-03-10T00:00:00', '2026-03-17T00:00:00')),
        (('R1/P1D', 'timeCycle'), ('2026-03-03T09:00:00', None)),
        (('2026-12-31T09:00:00', 'timeDate'), ('2026-12-31T09:00:00', None)),
        (('2026-12-31T01:00:00Z', 'timeDate'), ('2026-12-31T09:00:00', None)),
        (('2026-12-31', 'timeDate'), ('2027-01-01T00:00:00', None)),
        (('P30D', 'timeDuration'), ('2026-04-01T09:00:00', None)),
        (('20个工作日', 'timeDuration'), ('2026-03-31T00:00:00', None)),
    ],
)
def test_a_case_starts_each_time_once(engine: Engine, clock, limit: tuple[str, str], times: tuple[str, str | None]) -> None:
    """D-26: nothing before the time, one case at it, the next at the next; the history says what called it up."""
    clock.move_to(beijing('2026-03-02T09:00:00'))
    (text, kind), (first, second) = limit, times
    definition_id = deploy(engine, text, kind=kind)
    clock.move_to(beijing(first) - timedelta(seconds=1))
    engine.tick()
    assert started(engine) == []
    clock.move(seconds=1)
    assert engine.tick().counted('start') == 1
    engine.tick()
    assert [one[0] for one in started(engine)] == [definition_id]
    with engine.reading() as connection:
        data = connection.execute(select(history.c.data).where(history.c.event == 'process_instance.started')).scalar_one()
    assert (data['call']['kind'], data['call']['name']) == ('timer', '年度换证')
    (row,) = rows(engine)
    assert row.state == ('armed' if second else 'done')
    assert second is None or row.due_at == beijing(second)
    if second:
        clock.move_to(beijing(second))
        engine.tick()
        assert len(started(engine)) == 2


def test_what_was_missed_without_a_worker_starts_one_case(engine: Engine, clock) -> None:
    """D-26: three mornings without a worker, one case; the beat is kept."""
    clock.move_to(beijing('2026-03-02T10:00:00'))
    deploy(engine, '0 9 * * *')
    clock.move(days=3)
    engine.tick()
    assert len(started(engine)) == 1
    assert rows(engine)[0].due_at == beijing('2026-03-06T09:00:00')


def test_no_restart_and_no_second_worker_starts_a_case_again(make_engine, clock) -> None:
    """D-26: the row is moved on in the transaction that starts the case."""
    engine, other = make_engine(), make_engine()
    deploy(engine, 'R/P1D')
    clock.move(days=1)
    assert engine.tick().counted('start') + other.tick().counted('start') == 1
    assert len(started(make_engine())) == 1


def test_a_new_edition_replaces_the_schedule(engine: Engine, clock) -> None:
    """D-26: the definition in force owns its schedule; the one before starts nothing any more, whatever its row says."""
    first = deploy(engine, 'R/P1D')
    second = deploy(engine, 'R/P7D')
    assert [(row.definition_id, row.state) for row in rows(engine)] == [(first, 'replaced'), (second, 'armed')]
    with engine.begin(SYSTEM) as tx:
        tx.connection.execute(update(timer_start).where(timer_start.c.definition_id == first).values(state='armed'))
    clock.move(days=2)
    engine.tick()
    assert started(engine) == []
    clock.move(days=5)
    engine.tick()
    assert [one[0] for one in started(engine)] == [second]
    assert deploy(engine, 'R/P7D') == second  # the same content again: nothing is deployed
    assert len(rows(engine)) == 2


def test_a_staged_edition_is_scheduled_from_its_instant(engine: Engine, clock) -> None:
    """D-26: until then the schedule of the one in force holds."""
    first = deploy(engine, 'R/P1D')
    second = deploy(engine, 'R/P7D', effective_at=clock() + timedelta(days=2, hours=1))
    clock.move(days=1)
    engine.tick()
    assert [one[0] for one in started(engine)] == [first]
    clock.move(days=2)
    engine.tick()
    engine.tick()
    states = {row.definition_id: (row.state, row.due_at) for row in rows(engine)}
    assert states[first][0] == 'replaced'
    assert states[second] == ('armed', clock() - timedelta(hours=23) + timedelta(days=7))


def test_a_date_put_past_the_program_starts_nothing(engine: Engine, clock) -> None:
    """D-26: the row alone starts nothing: its instant is counted anew."""
    deploy(engine, 'R/P1Y')
    with engine.begin(SYSTEM) as tx:
        tx.connection.execute(update(timer_start).values(due_at=tx.now))
    engine.tick()
    assert started(engine) == []
    assert rows(engine)[0].due_at > clock() + timedelta(days=300)


def test_a_start_that_fails_five_times_is_an_incident_and_can_be_tried_again(make_engine, clock) -> None:
    """D-26: nothing is lost: the retry starts the case."""
    broken = [True]

    def opening(tx, beginning, call):
        if broken[0]:
            raise Rejection('Expected the item to be offered, but it is not', '该事项暂停办理')
        return open_plainly(tx, beginning, call)

    engine = make_engine(opening=opening)
    deploy(engine, 'R/P1D')
    clock.move(days=1)
    for _ in range(5):
        engine.tick()
        clock.move(minutes=20)
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
    assert (incident.kind, incident.message) == ('start', '该事项暂停办理')
    broken[0] = False
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    engine.tick()
    assert len(started(engine)) == 1
