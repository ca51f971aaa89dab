"""Reminders: to whom, when, once; and marks whose due date moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import Conflict, NotFound, read
from engine.tables import clock, outbox
from engine.verbs import clocks
from tasks.desk import verbs as desk
from tasks.desk.worklist import DeskFilter, worklist
from tasks.desk.worklist import counts as desk_counts
from tasks.marks import queries, reminders, settings, verbs
from tasks.marks.tables import watch
from tasks.marks.watching import catch_up
from web.root import Root
from web.settings import Settings
from web.worker import Ticker

TO_AUDIT = ('intake', 'document_review', 'site_inspection', 'site_inspection')
TO_DECIDE = (*TO_AUDIT, 'audit')


def unread(hall, username: str) -> list[tuple[str, str, str]]:
    with hall.engine.reading() as connection:
        rows = reminders.my_reminders(connection, hall.actors[username], size=50).rows
    return [(row.kind, row.title, row.as_substitute) for row in rows]


def decided_soon(hall) -> str:
    """A case at the decision desk, promise until Wednesday 11 March 2026."""
    case_no = hall.receive().case_no
    hall.walk(case_no, *TO_DECIDE)
    return case_no


def test_the_window_is_reminded_when_nobody_has_the_case(hall) -> None:
    decided_soon(hall)
    hall.move('2026-03-10 00:01')
    assert ('due_soon', '临近到期：承诺期限', '') not in unread(hall, 'jueding')
    hall.move('2026-03-10 09:00')
    assert ('due_soon', '临近到期：承诺期限', '') in unread(hall, 'jueding')


def test_who_has_the_case_is_reminded_and_his_substitute(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    hall.run('shencha', desk.claim, hall.task(case_no, 'document_review').id)
    hall.move('2026-03-10 09:00')
    assert ('due_soon', '临近到期：承诺期限', '') in unread(hall, 'shencha')
    assert ('due_soon', '临近到期：承诺期限', '林志远') in unread(hall, 'shencha2')
    hall.run('guanli', settings.set_substitute, 'shencha', None)
    hall.move('2026-03-12 09:00')
    assert ('late', '黄牌：承诺期限', '林志远') not in unread(hall, 'shencha2')


def test_nobody_is_reminded_on_a_day_of_rest(hall) -> None:
    """Accepted on Thursday 24 September 2026: the promise of 7 workdays ends on Monday 12 October, after the long holidays."""
    hall.clock.move_to(hall.clock().replace(month=9, day=29))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection')
    hall.move('2026-10-01 00:01')
    assert [m['title'] for m in hall.marks(case_no, colour='yellow')] == ['审核']
    for day in (1, 4, 7):
        hall.move(f'2026-10-{day:02d} 10:00')
        assert hall.notices() == []
    hall.move('2026-10-08 08:59')
    assert hall.notices() == []
    hall.move('2026-10-08 09:00')
    assert {row['kind'] for row in hall.notices()} >= {'late'}


def test_a_reminder_is_sent_once_however_often_it_is_delivered(hall) -> None:
    decided_soon(hall)
    hall.move('2026-03-10 09:00')
    before = hall.notices()
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(update(outbox).values(state='waiting', next_try=tx.now))
    hall.engine.sweep('outbox')
    assert hall.notices() == before != []


def test_what_is_done_before_the_hall_opens_is_not_reminded_of(hall) -> None:
    case_no = decided_soon(hall)
    hall.move('2026-03-10 00:01')
    hall.do(case_no, 'decide')
    hall.move('2026-03-10 09:00')
    assert [row for row in hall.notices() if row['kind'] == 'due_soon' and '承诺' in row['title']] == []


def test_reading_takes_it_off_the_desk_of_everybody_of_the_window(hall) -> None:
    case_no = hall.receive().case_no
    hall.move('2026-03-06 09:00')  # notify: until Monday 9 March
    (told,) = hall.notices()
    assert told['window'] == 'general'
    with pytest.raises(NotFound):
        hall.run('shenhe', reminders.take_note, told['id'])
    hall.run('chuangkou', reminders.take_note, told['id'])
    assert unread(hall, 'chuangkou2') == []
    with pytest.raises(Conflict):
        hall.run('chuangkou2', reminders.take_note, told['id'])
    hall.run('chuangkou', reminders.take_note, told['id'])
    assert hall.marks(case_no)[0]['state'] == 'raised'


@pytest.mark.parametrize('settle', ['reply', 'dispose', 'withdraw'])
def test_what_asked_for_an_answer_is_read_when_the_mark_waits_for_none(hall, settle: str) -> None:
    """P-02: it is stored so, however the mark was settled: the desk reads what lies on it and no more, in however old a hall."""
    case_no = hall.receive().case_no
    hall.walk(case_no, *TO_AUDIT)
    hall.move('2026-03-16 09:00')
    (mark_id, *others) = [row['id'] for row in hall.marks(case_no) if row['colour'] == 'yellow' and row['window'] == 'audit']
    if settle == 'reply':
        hall.run('shenhe', verbs.reply, mark_id, '已于当日办结。')
    elif settle == 'dispose':
        hall.clock.move(days=4)
        hall.run('jiancha', verbs.dispose, mark_id, 'talk', level='person', fault='slow', opinion='属实。')
    else:
        hall.run('jiancha', verbs.withdraw, mark_id, '不成立。')
    rows = [row for row in hall.notices() if row['kind'] == 'late' and row['mark_id'] in (mark_id, *others)]
    assert {row['mark_id']: row['read_at'] for row in rows} == {mark_id: hall.clock()} | dict.fromkeys(others)
    assert [kind for kind, *_ in unread(hall, 'shenhe')].count('late') == len([row for row in rows if row['read_at'] is None])


def test_who_has_the_work_is_told_once_and_takes_note_of_everything_at_once(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    hall.run('shencha', desk.claim, hall.task(case_no, 'document_review').id)
    hall.move('2026-03-12 09:00')
    mine = unread(hall, 'shencha')
    assert len(mine) == len(set(mine)) > 1
    assert unread(hall, 'shencha2') != []
    assert hall.run('shencha', reminders.take_note_of_all) == len(mine)
    assert unread(hall, 'shencha') == []
    assert unread(hall, 'shencha2') != []  # what was said to him alone went, what was said to the window stays


def test_what_is_over_leaves_the_desk_by_itself(hall) -> None:
    case_no = hall.receive().case_no
    hall.move('2026-03-06 09:00')
    assert len(unread(hall, 'chuangkou')) == 1
    hall.do(case_no, 'intake')
    assert unread(hall, 'chuangkou') == []


def test_the_diagrams_own_warning_reaches_the_window(hall) -> None:
    """promise - 1个工作日, on_expiry = warn: fires at the end of 10 March."""
    case_no = decided_soon(hall)
    hall.move('2026-03-11 09:00')
    assert '办理提醒：承诺期限前一个工作日' in [row['title'] for row in hall.notices()]
    assert len([kind for kind, *_ in unread(hall, 'jueding') if kind != 'late']) == 1
    hall.clock.move(days=1)
    hall.tick()
    hall.do(case_no, 'decide')
    assert [kind for kind, *_ in unread(hall, 'jueding')] == ['late', 'late']


def test_a_reminder_leaves_the_desk_when_the_case_goes_on(hall) -> None:
    """O-04: one reminder a case that a limit is near, gone with the step although the promise still runs; the list of all keeps it."""
    case_no = hall.receive().case_no
    hall.walk(case_no, *TO_AUDIT)
    hall.move('2026-03-10 09:00')
    assert [kind for kind, *_ in unread(hall, 'shenhe') if kind != 'late'] == ['due_soon']
    with hall.engine.reading() as connection:
        counted = desk_counts(connection, hall.actors['shenhe'], hall.clock())
        listed = worklist(connection, hall.actors['shenhe'], DeskFilter(only='told'), now=hall.clock())
    assert (counted.told, [row.case_no for row in listed.rows]) == (1, [case_no])
    hall.do(case_no, 'audit')
    assert [kind for kind, *_ in unread(hall, 'shenhe') if kind != 'late'] == []
    assert any(row['kind'] == 'due_soon' for row in hall.notices())


def test_marks_of_one_cause_are_answered_at_once(hall) -> None:
    """O-04: what is late breaks the step's limit and the promise; one answer serves both, and only those the window may answer."""
    case_no = hall.receive().case_no
    hall.walk(case_no, *TO_DECIDE)
    hall.move('2026-03-12 09:00')
    waiting = [row for row in hall.marks(case_no) if row['colour'] != 'amber' and row['window'] == hall.marks(case_no)[-1]['window']]
    assert len(waiting) > 1
    hall.run('jueding', verbs.reply, waiting[0]['id'], '已加派人手', with_others=True)
    states = {row['id']: (row['state'], row['reply']) for row in hall.marks(case_no)}
    assert {states[row['id']] for row in waiting} == {('replied', '已加派人手')}


def test_an_extension_leaves_the_amber_mark_and_labels_it(hall) -> None:
    case_no = decided_soon(hall)
    hall.move('2026-03-10 09:00')
    instance = hall.case(case_no).instance_id
    hall.engine.run(hall.actors['guanli'], lambda tx: clocks.extend(tx, instance, 'promise', 5, reason='案情复杂'))
    (amber,) = hall.marks(case_no, subject='clock:promise')
    assert (amber['colour'], amber['state'], amber['last_day']) == ('amber', 'moved', '2026-03-11')
    assert [(m['before'], m['after'], m['cause']) for m in amber['moves']] == [('2026-03-11', '2026-03-18', 'extension of promise')]
    with hall.engine.reading() as connection:
        seen = queries.mark_view(connection, hall.actors['jiancha'], amber['id'], now=hall.clock())
    assert (seen.row.state_name, seen.moves[0].cause) == ('到期日已后移', '延长期限')


def test_an_amber_mark_is_alive_again_when_the_new_date_comes_near(hall) -> None:
    """12 workdays now: a fifth is two, so it is amber from Monday 16 March on; the reminder goes out again, the mark stays one."""
    case_no = decided_soon(hall)
    hall.move('2026-03-10 09:00')
    instance = hall.case(case_no).instance_id
    hall.engine.run(hall.actors['guanli'], lambda tx: clocks.extend(tx, instance, 'promise', 5, reason='案情复杂'))
    hall.move('2026-03-13 23:59')
    assert hall.marks(case_no, subject='clock:promise')[0]['state'] == 'moved'
    hall.move('2026-03-16 09:00')
    (amber,) = hall.marks(case_no, subject='clock:promise')
    assert (amber['state'], amber['last_day'], len(amber['moves'])) == ('raised', '2026-03-18', 1)
    assert len(hall.notices(mark_id=amber['id'])) == 2


def test_a_stop_moves_the_amber_day(hall) -> None:
    case_no = decided_soon(hall)
    instance = hall.case(case_no).instance_id
    hall.clock.move(days=1)
    stop = hall.engine.run(
        hall.actors['guanli'], lambda tx: clocks.stop_clock(tx, instance, 'expert_review', '专家评审', '行政许可法第四十五条')
    )
    hall.clock.move(days=2)
    hall.engine.run(hall.actors['guanli'], lambda tx: clocks.resume_clock(tx, stop))
    hall.move('2026-03-12 09:00')
    assert hall.marks(case_no, subject='clock:promise') == []
    hall.move('2026-03-13 00:01')
    assert [m['last_day'] for m in hall.marks(case_no, subject='clock:promise')] == ['2026-03-16']


def test_cases_from_before_are_taken_up(hall) -> None:
    case_no = decided_soon(hall)
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(watch.delete())
    assert catch_up(hall.engine) == 1
    assert catch_up(hall.engine) == 0
    hall.move('2026-03-10 09:00')
    assert [m['subject'] for m in hall.marks(case_no, colour='amber')] == ['clock:promise']


def test_a_worker_that_ticks_once_takes_them_up_too(hall, tmp_path) -> None:
    """H-44: what a background worker does when it starts, `worker --once` does as well, before it looks at what is due."""
    case_no = decided_soon(hall)
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(watch.delete())
    hall.clock.move(days=8)
    assert Ticker(Root(Settings(home=tmp_path), hall.clock, hall.engine), 'once')().counted['amber'] == 1
    assert [m['subject'] for m in hall.marks(case_no, colour='amber')] == ['clock:promise']


def test_a_limit_that_cannot_be_warned_of_delays_nobody(hall) -> None:
    broken, fine = decided_soon(hall), decided_soon(hall)
    with hall.engine.begin(hall.actors['guanli']) as tx:
        first = hall.case(broken).instance_id
        tx.connection.execute(update(clock).where(clock.c.instance_id == first).values(limit='三天打鱼'))
    hall.clock.move_to(hall.clock() + timedelta(days=8))
    report = hall.engine.sweep('amber')
    assert report.failed >= 1
    assert [m['subject'] for m in hall.marks(fine, colour='amber')] == ['clock:promise']
    with hall.engine.reading() as connection:
        kept = connection.execute(select(watch.c.last_error, watch.c.next_try).where(watch.c.last_error.is_not(None))).all()
        assert read.instance(connection, first) is not None
    assert kept
    assert all('LimitError' in row.last_error and row.next_try > hall.clock() for row in kept)
    assert hall.engine.sweep('amber').failed == 0
