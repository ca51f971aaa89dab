"""The doctor finds what was tampered with or lost, and puts due dates right; a sound hall has no differences."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from engine import SYSTEM, Forbidden, read
from engine.tables import clock, history, process_instance, stop, timer, user_task
from tasks.calendars import editions, proposals
from tasks.deadlines import doctor
from tasks.deadlines.day_by_day import explain_case
from tasks.deadlines.verbs import extend, suspend
from tasks.demo.hall import HALL

LAW = '《中华人民共和国行政许可法》第四十五条'


@pytest.fixture
def busy(hall) -> list[str]:
    """Cases in several states: received, supplementing, in review with a stop and an extension, refused, expired."""
    fresh, missing, reviewed, gone = (hall.receive().case_no for _ in range(4))
    hall.walk(missing, 'intake', fate='supplement')
    hall.walk(reviewed, 'intake', 'document_review')
    hall.walk(gone, 'intake', fate='not_accepted')
    hall.engine.run(hall.actors['jueding'], lambda tx: extend(tx, reviewed, reason='案情复杂'))
    said = {'kind': 'testing', 'reason': '抽样检测', 'basis': LAW, 'expected': '5个工作日'}
    hall.engine.run(hall.actors['jueding'], lambda tx: suspend(tx, reviewed, **said))
    hall.clock.move(days=3)
    hall.engine.tick()
    return [fresh, missing, reviewed, gone]


def tamper(hall, statement) -> None:
    with hall.engine.begin(SYSTEM) as tx:
        assert tx.connection.execute(statement).rowcount


def found(hall) -> list[tuple[str, str]]:
    return [(one.what, one.where) for one in doctor.examine(hall.engine).differences]


def test_sound_hall_has_no_differences(hall, busy) -> None:
    seen: list[tuple[int, int]] = []
    examined = doctor.examine(hall.engine, lambda done, total: seen.append((done, total)))
    assert examined.differences == []
    assert (examined.instances, seen[-1]) == (4, (4, 4))
    assert min(examined.clocks, examined.timers, examined.tasks, examined.history_rows) > 0


@pytest.mark.parametrize('table', [clock, timer, user_task], ids=['clock', 'timer', 'user task'])
def test_a_due_date_moved_by_hand_is_found_and_put_right(hall, busy, table) -> None:
    instance_id = hall.case(busy[0]).instance_id
    wrong = datetime.fromisoformat('2026-12-31T00:00:00+08:00')
    tamper(hall, update(table).where(table.c.instance_id == instance_id, table.c.due_at.is_not(None)).values(due_at=wrong))
    examined = doctor.examine(hall.engine)
    assert {(one.case_no, one.what) for one in examined.differences} == {(busy[0], 'due')}
    assert all('2026-12-30T16:00' in one.stored for one in examined.differences)
    assert doctor.fix(hall.engine, hall.actors['guanli'], examined.differences) == 1
    assert found(hall) == []
    with hall.engine.reading() as connection:
        recomputed = [row for row in read.events(connection, instance_id) if row.event == 'clock.recomputed']
    assert table is user_task or recomputed[-1].data['cause'] == 'doctor'


def test_calendar_applied_but_not_followed_is_found(hall, busy) -> None:
    with hall.engine.reading() as connection:
        proposal = proposals.closure(connection, HALL, date(2026, 3, 6), None, '停电')
    edition_id = hall.engine.run(hall.actors['guanli'], lambda tx: editions.apply(tx, proposal))
    assert ('due', 'clock notify') in found(hall)
    editions.advance(hall.engine, SYSTEM, edition_id)
    assert found(hall) == []


def test_ended_limit_moved_by_hand_is_found(hall, busy) -> None:
    instance_id = hall.case(busy[2]).instance_id
    met = (clock.c.instance_id == instance_id, clock.c.name == 'notify')
    tamper(hall, update(clock).where(*met).values(due_at=datetime.fromisoformat('2026-12-31T00:00:00+08:00')))
    assert found(hall) == [('ended', 'clock notify')]


def test_ended_limits_are_judged_and_explained_by_the_calendar_of_their_time(hall, busy) -> None:
    """A closure does not move what was over before it; nor do later hours."""
    guanli = hall.actors['guanli']
    with hall.engine.reading() as connection:
        changes = [
            proposals.closure(connection, HALL, date(2026, 3, 4), None, '停电'),
            proposals.hours(connection, HALL, '09:00-12:00,13:00-17:00', '17:00', '调整'),
        ]
    for proposal in changes:
        edition_id = hall.engine.run(guanli, lambda tx, proposal=proposal: editions.apply(tx, proposal))
        editions.advance(hall.engine, guanli, edition_id)
    assert found(hall) == []
    with hall.engine.reading() as connection:
        told = {one.name: one for one in explain_case(connection, busy[2], as_of=hall.clock())}
        stored = {row.name: row for row in read.clocks(connection, hall.case(busy[2]).instance_id)}
    assert told['notify'].due_at == stored['notify'].due_at == datetime.fromisoformat('2026-03-10T00:00:00+08:00')
    assert not any(day.name == '临时停止办公' for day in told['notify'].days)
    assert any(day.name == '临时停止办公' for day in told['statutory'].days) or told['statutory'].due_at is None


def test_changed_history_is_found_and_not_fixed(hall, busy) -> None:
    instance_id = hall.case(busy[0]).instance_id
    tamper(hall, update(history).where(history.c.instance_id == instance_id, history.c.seq == 2).values(by='nobody'))
    examined = doctor.examine(hall.engine)
    assert [(one.what, one.where) for one in examined.differences] == [('history', '#2')]
    assert doctor.fix(hall.engine, SYSTEM, examined.differences) == 0
    assert found(hall) == [('history', '#2')]


def test_state_and_rows_that_disagree_are_found(hall, busy) -> None:
    first, second, third = (hall.case(busy[n]).instance_id for n in range(3))
    tamper(hall, update(user_task).where(user_task.c.instance_id == first, user_task.c.state == 'open').values(state='cancelled'))
    tamper(hall, delete(timer).where(timer.c.instance_id == second, timer.c.state == 'armed'))
    tamper(hall, update(process_instance).where(process_instance.c.id == third).values(state=b'YZ\x01 nothing'))
    differences = doctor.examine(hall.engine).differences
    assert {(one.case_no, one.what, one.where.split(' ')[0]) for one in differences} >= {
        (busy[0], 'state', 'user'),
        (busy[1], 'state', 'timer'),
        (busy[2], 'state', 'blob'),
    }


def test_ended_case_with_something_open_is_found(hall, busy) -> None:
    instance_id = hall.case(busy[3]).instance_id
    tamper(hall, update(clock).where(clock.c.instance_id == instance_id).values(state='running'))
    tamper(hall, update(user_task).where(user_task.c.instance_id == instance_id).values(state='open'))
    assert {what for what, _ in found(hall)} == {'orphan'}
    other = hall.case(busy[2]).instance_id
    tamper(hall, delete(stop).where(stop.c.instance_id == other))
    assert ('due', 'clock promise') in found(hall)


def test_only_administrators_let_the_doctor_fix(hall, busy) -> None:
    instance_id = hall.case(busy[0]).instance_id
    tamper(hall, update(clock).where(clock.c.instance_id == instance_id).values(due_at=hall.clock() + timedelta(days=99)))
    differences = doctor.examine(hall.engine).differences
    with pytest.raises(Forbidden):
        doctor.fix(hall.engine, hall.actors['chuangkou'], differences)
