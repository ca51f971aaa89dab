"""Importing a year, closing a hall, other hours: seen before, applied once, every open case counted anew with old → new on record."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine import SYSTEM, Actor, Conflict, Forbidden, Rejection, read
from engine.rows import StoredClock
from engine.tables import clock as clock_table
from tasks import tables as t
from tasks.calendars import editions, proposals
from tasks.calendars.halls import find_hall
from tasks.calendars.preview import preview
from tasks.calendars.proposals import Proposal
from tasks.deadlines import day_by_day
from tasks.demo.hall import HALL
from tasks.operations import administration

NOTICE = (Path(__file__).parents[2] / 'unit' / 'worktime' / 'notices' / '2026.txt').read_text('utf-8')
YEAR_2027 = """关于2027年部分节假日安排的通知 国办发明电〔2026〕6号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""  # made up: no notice for 2027 has been published


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


def clocks(hall, case_no: str) -> dict[str, StoredClock]:
    with hall.engine.reading() as connection:
        return {row.name: row for row in read.clocks(connection, hall.case(case_no).instance_id)}


def change(hall, proposal: Proposal, *, by: str = 'guanli') -> editions.CalendarChange:
    """As the page does it: preview, apply what was previewed, then let the cases follow."""
    with hall.engine.reading() as connection:
        seen = preview(connection, SYSTEM, proposal)
    edition_id = hall.engine.run(hall.actors[by], lambda tx: editions.apply(tx, proposal, base=seen.base))
    return editions.advance(hall.engine, hall.actors[by], edition_id)


def propose(hall, make, *arguments, **named) -> Proposal:
    with hall.engine.reading() as connection:
        return make(connection, *arguments, **named)


@pytest.fixture
def december(hall):
    """A case accepted on 15 December 2026: its promise ends this year, its statutory limit would with 20 workdays end in the next."""
    hall.clock.move_to(beijing('2026-12-22T10:00:00'))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    return case_no


def test_dates_of_a_year_without_notice_are_provisional_until_it_is_imported(hall, december) -> None:
    before = clocks(hall, december)['statutory']
    assert (before.last_day, before.provisional) == ('2027-01-06', True)
    proposal = propose(hall, proposals.from_notice, YEAR_2027)
    with hall.engine.reading() as connection:
        seen = preview(connection, SYSTEM, proposal)
    moved = {(move.title, str(move.old), str(move.new)) for move in seen.moves if move.kind == 'clock'}
    assert seen.examined == 1
    assert moved == set()  # 1 January was known and 2–3 January are a weekend: nothing moves, but the date is firm now
    done = change(hall, proposal)
    after = clocks(hall, december)['statutory']
    assert (done.state, after.last_day, after.provisional) == ('done', '2027-01-06', False)
    assert after.calendar_version != before.calendar_version


def test_preview_lists_what_applying_then_does(hall) -> None:
    hall.clock.move_to(beijing('2027-01-25T10:00:00'))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    assert clocks(hall, case_no)['promise'].last_day == '2027-02-03'
    assert clocks(hall, case_no)['statutory'].last_day == '2027-02-08'  # Spring Festival is not known yet
    proposal = propose(hall, proposals.from_notice, YEAR_2027)
    with hall.engine.reading() as connection:
        seen = preview(connection, SYSTEM, proposal)
    told = {move.title: (str(move.old), str(move.new)) for move in seen.moves if move.kind == 'clock'}
    assert told == {'承诺期限': ('2027-02-03', '2027-02-02'), '法定期限': ('2027-02-08', '2027-02-12')}
    assert (seen.moved_cases, seen.examined) == (1, 1)
    assert '2027-01-31' in {change.date.isoformat() for change in seen.changes if change.after.working}
    assert clocks(hall, case_no)['promise'].last_day == '2027-02-03'  # a preview writes nothing
    done = change(hall, proposal)
    assert (done.total, done.done, done.moved, done.failed) == (1, 1, 1, 0)
    assert clocks(hall, case_no)['promise'].last_day == '2027-02-02'
    assert clocks(hall, case_no)['statutory'].last_day == '2027-02-12'
    with hall.engine.reading() as connection:
        events = [row for row in read.events(connection, hall.case(case_no).instance_id) if row.event == 'clock.recomputed']
        listed = editions.moved_cases(connection, SYSTEM, done.id)
        log = administration.operator_log(connection, hall.actors['jiancha'])
    assert '国办发明电〔2026〕6号' in events[-1].data['cause']
    assert {one.get('clock') for one in events[-1].data['changes']} >= {'promise', 'statutory'}
    assert [row.case_no for row in listed.rows] == [case_no]
    assert ('承诺期限', date(2027, 2, 3), date(2027, 2, 2)) in [(one.title, one.old, one.new) for one in listed.rows[0].limits]
    assert {'calendar.imported', 'calendar.case_moved', 'calendar.recomputed'} <= {row.action for row in log.rows}


def test_importing_what_is_known_already_is_refused(hall) -> None:
    with pytest.raises(Rejection, match='says all of this already') as refusal:
        change(hall, propose(hall, proposals.from_notice, NOTICE))
    assert '没有变化' in refusal.value.zh


def test_a_corrected_notice_replaces_the_year_whole(hall) -> None:
    change(hall, propose(hall, proposals.from_notice, YEAR_2027))
    corrected = YEAR_2027.replace('1月31日（周日）、2月13日（周六）上班', '2月13日（周六）、2月14日（周日）上班')
    corrected = corrected.replace('〔2026〕6号', '〔2026〕8号')
    change(hall, propose(hall, proposals.from_notice, corrected))
    with hall.engine.reading() as connection:
        calendar = find_hall(connection, HALL).calendar
    assert not calendar.is_working(date(2027, 1, 31))
    assert calendar.is_working(date(2027, 2, 14))
    assert calendar.day(date(2027, 1, 31)).name == '周日'


def test_notice_that_cannot_be_read_says_why(hall) -> None:
    with pytest.raises(Rejection) as refusal:
        propose(hall, proposals.from_notice, YEAR_2027.replace('共7天。1月', '共8天。1月'))
    assert '共8天' in refusal.value.zh
    with pytest.raises(Rejection) as refusal:
        propose(hall, proposals.from_csv, 'date,working,name,source_notice\n2027-02-30,0,春节,通知\n')
    assert '第 2 行' in refusal.value.zh
    with pytest.raises(Rejection, match='Expected a source'):
        propose(hall, proposals.from_csv, 'date,working,name,source_notice\n2027-02-05,0,春节,\n')


def test_csv_rows_correct_single_dates(hall) -> None:
    change(hall, propose(hall, proposals.from_csv, 'date,working,name,source_notice\n2026-03-04,0,自治州成立日,州政府通知\n'))
    with hall.engine.reading() as connection:
        calendar = find_hall(connection, HALL).calendar
    assert (calendar.is_working(date(2026, 3, 4)), calendar.day(date(2026, 3, 4)).name) == (False, '自治州成立日')
    assert not calendar.is_working(date(2026, 10, 1))  # the rest of the year stays


def test_emergency_closure_moves_open_cases_and_reopening_moves_them_back(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    assert clocks(hall, case_no)['promise'].last_day == '2026-03-11'
    typhoon = (HALL, date(2026, 3, 5), date(2026, 3, 8), '台风红色预警')
    closed = change(hall, propose(hall, proposals.closure, *typhoon))
    assert [one['date'] for one in closed.changes] == ['2026-03-05', '2026-03-06']  # the weekend rests anyway
    assert clocks(hall, case_no)['promise'].last_day == '2026-03-13'
    with hall.engine.reading() as connection:
        explained = next(one for one in day_by_day.explain_case(connection, case_no, as_of=hall.clock()) if one.name == 'promise')
    assert [(line.date.isoformat(), line.name) for line in explained.days if line.name == '临时停止办公'] == [
        ('2026-03-05', '临时停止办公'),
        ('2026-03-06', '临时停止办公'),
    ]
    change(hall, propose(hall, proposals.reopening, HALL, date(2026, 3, 6), None, '台风转向'))
    assert clocks(hall, case_no)['promise'].last_day == '2026-03-12'
    with pytest.raises(Rejection) as refusal:
        propose(hall, proposals.reopening, HALL, date(2026, 3, 6), None, '再来')
    assert '没有临时停办' in refusal.value.zh
    with pytest.raises(Rejection) as refusal:
        propose(hall, proposals.closure, HALL, date(2026, 3, 7), None, '周六')
    assert '本来就不是工作日' in refusal.value.zh


def test_closing_every_hall_is_lifted_for_every_hall(hall) -> None:
    change(hall, propose(hall, proposals.closure, '', date(2026, 3, 5), None, '全市停电'))
    with hall.engine.reading() as connection:
        assert not find_hall(connection, HALL).calendar.is_working(date(2026, 3, 5))
    with pytest.raises(Rejection, match='for every hall'):
        change(hall, propose(hall, proposals.reopening, HALL, date(2026, 3, 5), None, '来电'))
    change(hall, propose(hall, proposals.reopening, '', date(2026, 3, 5), None, '来电'))
    with hall.engine.reading() as connection:
        assert find_hall(connection, HALL).calendar.is_working(date(2026, 3, 5))


def test_closure_of_one_hall_leaves_the_others_open(hall) -> None:
    with hall.engine.begin(SYSTEM) as tx:
        row = dict(tx.connection.execute(select(t.hall)).mappings().one()) | {'code': 'branch', 'name': '青石镇分厅'}
        tx.connection.execute(t.hall.insert(), [row])
    closed = propose(hall, proposals.closure, 'branch', date(2026, 3, 5), None, '停电')
    with pytest.raises(Forbidden):
        change(hall, closed)  # he administers another hall
    hall.actors['of_all_halls'] = Actor('cli', roles=frozenset({'administrator'}), kind='clerk')
    change(hall, closed, by='of_all_halls')
    with hall.engine.reading() as connection:
        assert find_hall(connection, HALL).calendar.is_working(date(2026, 3, 5))
        assert not find_hall(connection, 'branch').calendar.is_working(date(2026, 3, 5))


def test_deadline_time_of_the_hall_moves_the_hour_of_every_open_limit(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    change(hall, propose(hall, proposals.hours, HALL, '09:00-12:00,13:00-17:00', '17:00', '夏令时'))
    assert clocks(hall, case_no)['promise'].due_at == beijing('2026-03-11T17:00:00')
    with pytest.raises(Rejection):
        propose(hall, proposals.hours, HALL, '12:00-09:00', '24:00', '颠倒')
    with pytest.raises(Rejection, match='present ones'):
        propose(hall, proposals.hours, HALL, '09:00-12:00,13:00-17:00', '17:00', '再来')


def test_preview_of_an_older_calendar_is_not_applied(hall) -> None:
    first = propose(hall, proposals.closure, HALL, date(2026, 3, 5), None, '停电')
    with hall.engine.reading() as connection:
        seen = preview(connection, SYSTEM, first)
    change(hall, propose(hall, proposals.closure, HALL, date(2026, 3, 6), None, '停水'))
    with pytest.raises(Conflict) as refusal:
        hall.engine.run(hall.actors['guanli'], lambda tx: editions.apply(tx, first, base=seen.base))
    assert refusal.value.who == 'guanli'


def test_only_administrators_change_the_calendar(hall) -> None:
    proposal = propose(hall, proposals.closure, HALL, date(2026, 3, 5), None, '停电')
    for username in ('chuangkou', 'jiancha', 'liucheng'):
        with pytest.raises(Forbidden), hall.engine.begin(hall.actors[username]) as tx:
            editions.apply(tx, proposal)


def test_cases_follow_in_batches_from_where_the_last_run_stopped(hall) -> None:
    numbers = [hall.receive().case_no for _ in range(5)]
    proposal = propose(hall, proposals.closure, HALL, date(2026, 3, 5), None, '停电')
    guanli = hall.actors['guanli']
    edition_id = hall.engine.run(guanli, lambda tx: editions.apply(tx, proposal))
    first = editions.advance(hall.engine, guanli, edition_id, limit=2)
    assert (first.state, first.done, first.total) == ('recomputing', 2, 5)
    assert [clocks(hall, number)['notify'].last_day for number in numbers] == ['2026-03-10'] * 2 + ['2026-03-09'] * 3
    with hall.engine.reading() as connection:
        assert editions.unfinished(connection) == [edition_id]
    seen: list[tuple[int, int]] = []
    last = editions.advance(hall.engine, SYSTEM, edition_id, report=lambda done, total: seen.append((done, total)))
    assert (last.state, last.done, last.moved, seen[-1]) == ('done', 5, 5, (5, 5))
    assert {clocks(hall, number)['notify'].last_day for number in numbers} == {'2026-03-10'}
    again = editions.advance(hall.engine, SYSTEM, edition_id)
    assert again.done == 5


def test_a_case_that_cannot_be_counted_holds_up_nobody(hall) -> None:
    broken, whole = hall.receive().case_no, hall.receive().case_no
    with hall.engine.begin(SYSTEM) as tx:
        instance_id = hall.case(broken).instance_id
        tx.connection.execute(update(clock_table).where(clock_table.c.instance_id == instance_id).values(limit='胡说'))
    proposal = propose(hall, proposals.closure, HALL, date(2026, 3, 5), None, '停电')
    with hall.engine.reading() as connection:
        assert preview(connection, SYSTEM, proposal).uncountable == (broken,)
    edition_id = hall.engine.run(hall.actors['guanli'], lambda tx: editions.apply(tx, proposal))
    done = editions.advance(hall.engine, SYSTEM, edition_id)
    assert (done.state, done.done, done.failed, done.moved) == ('recomputing', 1, 0, 1)
    assert clocks(hall, whole)['notify'].last_day == '2026-03-10'
    for wait in (1, 2, 4, 8):
        hall.clock.move(minutes=wait)
        hall.engine.tick()
    with hall.engine.reading() as connection:
        done = editions.edition(connection, SYSTEM, edition_id)
    assert (done.state, done.done, done.failed, done.moved) == ('done', 2, 1, 1)
    with hall.engine.reading() as connection:
        listed = editions.moved_cases(connection, SYSTEM, edition_id)
    assert [(row.case_no, bool(row.failure)) for row in listed.rows] == [(whole, False), (broken, True)]


def test_stopped_and_ended_cases_are_left_without_a_date(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    gone = hall.receive().case_no
    hall.walk(gone, 'intake', fate='not_accepted')
    done = change(hall, propose(hall, proposals.closure, HALL, date(2026, 3, 5), None, '停电'))
    assert done.total == 1
    assert clocks(hall, case_no)['notify'].due_at is None
    assert hall.clock() - clocks(hall, gone)['notify'].anchor < timedelta(days=1)
