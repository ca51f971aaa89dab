"""What people do with marks: who may answer, settle, withdraw, raise; and what is never allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from engine import Conflict, Forbidden, NotFound, Rejection, verify_history
from tasks.desk.worklist import worklist
from tasks.marks import queries, settings, verbs
from tasks.marks.rules import Thresholds
from tasks.marks.tables import watch
from tasks.tables import operator_log

SETTLED = {'level': 'person', 'fault': 'slow', 'opinion': '属实，当面提醒。'}


@pytest.fixture
def late(hall) -> dict:
    """A yellow mark of the audit post: the step is a day late (4 March 2026), to be answered by 9 March."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection')
    hall.move('2026-03-04 00:01')
    return hall.marks(case_no)[0]


def view(hall, username: str, mark_id: int) -> queries.MarkView:
    with hall.engine.reading() as connection:
        return queries.mark_view(connection, hall.actors[username], mark_id, now=hall.clock())


def test_the_window_answers_and_the_supervisor_settles(hall, late) -> None:
    assert view(hall, 'shenhe', late['id']).can_reply
    hall.run('shenhe', verbs.reply, late['id'], '案情复杂，已于当日办结。')
    assert view(hall, 'jiancha', late['id']).can_dispose
    hall.run('jiancha', verbs.dispose, late['id'], 'talk', **SETTLED)
    seen = view(hall, 'jiancha', late['id'])
    assert (seen.row.state, seen.disposition, seen.level, seen.replied_by, seen.settled_by) == (
        'disposed',
        '约谈',
        '经办人',
        '郑明华',
        '韩正平',
    )
    assert [seen.can_reply, seen.can_dispose, seen.can_withdraw] == [False, False, False]
    with hall.engine.reading() as connection:
        assert verify_history(connection, late['instance_id']).intact


def test_only_the_responsible_window_answers_and_once(hall, late) -> None:
    for stranger in ('jueding', 'guanli', 'jiancha'):
        with pytest.raises(Forbidden):
            hall.run(stranger, verbs.reply, late['id'], '不是我')
    hall.run('shenhe', verbs.reply, late['id'], '说明')
    with pytest.raises(Conflict) as first:
        hall.run('shenhe', verbs.reply, late['id'], '再说明')
    assert first.value.who == 'shenhe'


def test_who_answered_for_the_window_does_not_settle_it_as_supervisor(hall, late) -> None:
    both = replace(hall.actors['shenhe'], roles=frozenset({'clerk', 'supervisor'}))
    hall.engine.run(both, lambda tx: verbs.reply(tx, late['id'], '情况说明'))
    for settle in (lambda tx: verbs.dispose(tx, late['id'], 'noted', **SETTLED), lambda tx: verbs.withdraw(tx, late['id'], '误发')):
        with pytest.raises(Forbidden):
            hall.engine.run(both, settle)
    with hall.engine.reading() as conn:
        seen = queries.mark_view(conn, both, late['id'], now=hall.clock())
    assert [seen.can_dispose, seen.can_withdraw] == [False, False]
    hall.run('jiancha', verbs.dispose, late['id'], 'talk', **SETTLED)


@pytest.mark.parametrize('text', ['', '   ', '长' * 2001])
def test_an_answer_says_something_and_not_too_much(hall, late, text: str) -> None:
    with pytest.raises(Rejection):
        hall.run('shenhe', verbs.reply, late['id'], text)


def test_nothing_is_settled_before_the_window_could_answer(hall, late) -> None:
    with pytest.raises(Rejection, match='may reply until 2026-03-09'):
        hall.run('jiancha', verbs.dispose, late['id'], 'noted', **SETTLED)
    hall.move('2026-03-10 00:00')
    assert view(hall, 'jiancha', late['id']).row.overdue
    hall.run('jiancha', verbs.dispose, late['id'], 'accountability', level='unit_head', fault='inaction', opinion='逾期未答复。')
    with pytest.raises(Conflict):
        hall.run('shenhe', verbs.reply, late['id'], '迟到的答复')


@pytest.mark.parametrize('username', ['shenhe', 'guanli', 'liucheng'])
def test_only_the_supervisor_settles_withdraws_and_raises(hall, late, username: str) -> None:
    with pytest.raises(Forbidden):
        hall.run(username, verbs.dispose, late['id'], 'noted', **SETTLED)
    with pytest.raises(Forbidden):
        hall.run(username, verbs.withdraw, late['id'], '不成立')
    with pytest.raises(Forbidden):
        hall.run(username, verbs.raise_by_hand, late['case_no'], 8, '事实')


@pytest.mark.parametrize('wrong', [{'level': 'nobody'}, {'fault': 'x'}, {'opinion': ' '}])
def test_a_disposition_is_whole(hall, late, wrong: dict) -> None:
    hall.run('shenhe', verbs.reply, late['id'], '说明')
    with pytest.raises(Rejection):
        hall.run('jiancha', verbs.dispose, late['id'], 'noted', **{**SETTLED, **wrong})
    with pytest.raises(Rejection):
        hall.run('jiancha', verbs.dispose, late['id'], 'shot', **SETTLED)


def test_an_unfounded_mark_is_withdrawn_with_a_reason_and_stays(hall, late) -> None:
    with pytest.raises(Rejection):
        hall.run('jiancha', verbs.withdraw, late['id'], ' ')
    hall.run('jiancha', verbs.withdraw, late['id'], '系统时钟有误')
    assert [m['state'] for m in hall.marks(late['case_no'])] == ['withdrawn']
    hall.tick()
    assert len(hall.marks(late['case_no'])) == 1
    with pytest.raises(Conflict):
        hall.run('jiancha', verbs.withdraw, late['id'], '再撤')


def test_the_supervisor_raises_what_no_clock_can_tell(hall) -> None:
    case_no = hall.receive().case_no
    mark_id = hall.run('jiancha', verbs.raise_by_hand, case_no, 7, '收取目录外费用 200 元。')
    seen = view(hall, 'jiancha', mark_id)
    assert (seen.row.colour, seen.row.fault, seen.row.window, seen.row.automatic) == ('red', 'wrong', 'general', False)
    with pytest.raises(Conflict):
        hall.run('jiancha', verbs.raise_by_hand, case_no, 7, '收取目录外费用 200 元。')
    other = hall.run('jiancha', verbs.raise_by_hand, case_no, 6, '要求到现场提交。', window='audit', person='shenhe')
    assert view(hall, 'shenhe', other).row.person_name == '郑明华'
    for wrong in ({'window': 'nowhere'}, {'window': 'audit', 'person': 'jueding'}, {'fault': 'x'}):
        with pytest.raises(Rejection):
            hall.run('jiancha', verbs.raise_by_hand, case_no, 8, '事实', **wrong)
    with pytest.raises(Rejection):
        hall.run('jiancha', verbs.raise_by_hand, case_no, 9, '事实')


def test_whom_a_mark_does_not_concern_sees_no_page_of_it_and_no_name(hall, late) -> None:
    with pytest.raises(NotFound):
        view(hall, 'chuangkou', late['id'])
    other = hall.run('jiancha', verbs.raise_by_hand, late['case_no'], 6, '事实', window='audit', person='shenhe')

    def named(username: str) -> str:
        with hall.engine.reading() as connection:
            rows = queries.marks_of_case(connection, hall.actors[username], late['case_no'], now=hall.clock())
        return next(row.person_name for row in rows if row.id == other)

    assert (named('chuangkou'), named('shenhe')) == ('', '郑明华')


def test_the_board_filters_and_counts_by_window(hall, late) -> None:
    hall.run('jiancha', verbs.raise_by_hand, late['case_no'], 7, '事实', window='general')

    def numbers(username: str, **wanted) -> list[tuple[str, str]]:
        with hall.engine.reading() as connection:
            page = queries.board(connection, hall.actors[username], queries.MarkFilter(**wanted), now=hall.clock())
        return [(row.colour, row.window) for row in page.rows]

    assert numbers('jiancha') == [('red', 'general'), ('yellow', 'audit')]
    assert numbers('jiancha', colour='red') == [('red', 'general')]
    assert numbers('jiancha', window='audit', rule=3) == [('yellow', 'audit')]
    assert numbers('jiancha', state='replied') == numbers('jiancha', state='overdue') == []
    assert numbers('shenhe') == [('yellow', 'audit')]
    assert numbers('chujian') == []
    with hall.engine.reading() as connection:
        counted = queries.by_window(connection, hall.actors['jiancha'], hall.clock())
    assert [(one.window, one.red, one.yellow) for one in counted] == [('general', 1, 0), ('audit', 0, 1)]


def test_a_hall_sets_its_thresholds_and_open_limits_are_looked_at_again(hall) -> None:
    """H-02: the desk is amber where the marks are, also under the new thresholds."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection')
    wanted = Thresholds(amber_days=6, amber_percent=20, reply_workdays=5)
    with pytest.raises(Forbidden):
        hall.run('jiancha', settings.set_thresholds, 'qingjiang', wanted, '试点')
    with pytest.raises(Rejection):
        hall.run('guanli', settings.set_thresholds, 'qingjiang', Thresholds(99, 20, 3), '试点')
    hall.run('guanli', settings.set_thresholds, 'qingjiang', wanted, '试点')
    hall.move('2026-03-03 09:00')
    assert [m['subject'] for m in hall.marks(case_no)] == ['clock:promise']
    with hall.engine.reading() as connection:
        (row,) = worklist(connection, hall.actors['shenhe'], now=hall.clock()).rows
    assert row.colour == 'amber'
    hall.move('2026-03-04 00:01')
    assert hall.marks(case_no, colour='yellow')[0]['reply_last_day'] == '2026-03-11'
    with hall.engine.reading() as connection:
        logged = connection.execute(select(operator_log.c.reason).where(operator_log.c.action == 'mark_rule.set')).scalars().all()
        assert connection.execute(select(watch.c.attempts).where(watch.c.attempts > 0)).all() == []
    assert logged == ['试点']
