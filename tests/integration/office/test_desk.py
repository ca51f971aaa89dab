"""The desk: whose task it is, in which order, and what happens when two people want it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from engine import SYSTEM, Conflict, Forbidden, NotFound, Rejection
from engine.forms.options import Choice
from engine.read import by_urgency
from engine.tables import user_task, user_task_group
from engine.verbs import clocks
from tasks import paging
from tasks import tables as t
from tasks.cases import board as case_board
from tasks.cases import numbers
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.desk import task_page
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.people import roster as people


def rows(hall, username: str, **filters):
    with hall.engine.reading() as connection:
        return desk_lists.worklist(connection, hall.actors[username], desk_lists.DeskFilter(**filters), now=hall.clock()).rows


def view(hall, username: str, task_id: int):
    with hall.engine.reading() as connection:
        return task_page.task_view(connection, hall.actors[username], task_id, now=hall.clock())


def test_a_clerk_sees_his_windows_sorted_by_time_left(hall) -> None:
    first = hall.receive().case_no
    hall.clock.move(days=2)
    second = hall.receive().case_no
    assert [row.case_no for row in rows(hall, 'chuangkou')] == [first, second]
    assert rows(hall, 'shencha') == []
    assert [(row.window_name, row.task_name, row.left, row.last_day) for row in rows(hall, 'chuangkou')] == [
        ('综合受理窗口', '受理审查', 3, '2026-03-09'),
        ('综合受理窗口', '受理审查', 5, '2026-03-11'),
    ]


@pytest.mark.parametrize('size', [1, 3, 100])
def test_the_desk_of_several_windows_is_one_list(hall, size: int, monkeypatch) -> None:
    """P-02: what lies at each window, what is held, what applicants bring: read apart, shown in one order, each once, on all pages."""
    found = [hall.receive().case_no for _ in range(6)]
    hall.walk(found[0], 'intake', fate='supplement')
    hall.walk(found[1], 'intake')
    hall.clock.move(days=1)
    found += [hall.receive().case_no for _ in range(2)]
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, hall.task(found[2], 'intake').id))
    actor = replace(hall.actors['chuangkou'], groups=hall.actors['chuangkou'].groups | {'food_review', 'audit'})
    with hall.engine.begin(SYSTEM) as tx:  # a step of two windows lies on the desk once
        task = hall.task(found[3], 'intake').id
        tx.connection.execute(insert(user_task_group).values(task_id=task, group='food_review'))
        tx.connection.execute(update(user_task).where(user_task.c.id == hall.task(found[4], 'intake').id).values(priority=90))
        wanted = tx.connection.execute(select(user_task.c.id).where(user_task.c.state == 'open').order_by(*by_urgency())).scalars().all()
    monkeypatch.setattr(paging.fetch, '__kwdefaults__', paging.fetch.__kwdefaults__ | {'size': size})
    shown, place = [], ''
    with hall.engine.reading() as connection:
        while True:
            view = desk_lists.desk_view(connection, actor, desk_lists.DeskFilter(), place=place, now=hall.clock())
            assert view.page.total == view.counts.listed == len(wanted) == 8
            shown += [row.task_id for row in view.page.rows]
            place = view.page.next
            if not place:
                break
    assert shown == list(wanted)


def test_colours_follow_the_time_left(hall) -> None:
    """H-02: a limit of five working days is amber on its last but one day; one of a single day is never, but it is red when it is over."""
    hall.receive()
    seen = {}
    while found := rows(hall, 'chuangkou'):  # until acceptance is deemed
        seen[found[0].left] = found[0].colour
        hall.clock.move(days=1)
        hall.engine.tick()
    assert seen == {5: 'green', 4: 'green', 3: 'green', 2: 'green', 1: 'amber', 0: 'amber'}
    other = hall.receive().case_no
    hall.walk(other, 'intake')
    assert {row.case_no: (row.left, row.colour) for row in rows(hall, 'shencha')}[other] == (1, 'green')
    hall.clock.move(days=4)
    assert {row.colour for row in rows(hall, 'shencha')} == {'red'}


def test_a_step_that_is_late_is_red_although_the_promise_still_holds(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    hall.clock.move(days=2)  # document review has one working day
    hall.engine.tick()
    (row,) = rows(hall, 'shencha')
    assert (row.colour, row.left) == ('red', -1)
    with hall.engine.reading() as connection:
        clocks = case_page.case_view(connection, hall.actors['shencha'], case_no, now=hall.clock()).clocks
    assert {clock.name: clock.colour for clock in clocks if clock.state == 'running'} == {'promise': 'green', 'statutory': 'green'}


def test_search_on_the_list_finds_by_number_item_and_applicant(hall) -> None:
    case_no = hall.receive().case_no
    assert [row.case_no for row in rows(hall, 'chuangkou', words=case_no[:20])] == [case_no]
    assert [row.case_no for row in rows(hall, 'chuangkou', words='味美')] == [case_no]
    assert rows(hall, 'chuangkou', words='100%') == []


def test_pages_count_all_rows(hall) -> None:
    for _ in range(3):
        hall.receive()
    with hall.engine.reading() as connection:
        page = desk_lists.worklist(connection, hall.actors['chuangkou'], now=hall.clock())
        counted = desk_lists.counts(connection, hall.actors['chuangkou'], hall.clock())
    assert (page.total, page.more, len(page.rows), page.next) == (3, False, 3, '')
    assert (counted.waiting, counted.mine, counted.late) == (3, 0, 0)


def test_next_case_gives_the_most_urgent_and_no_two_the_same(hall) -> None:
    """H-34: the case received second is due first, because its time is half over; so it is handed out first."""
    first, second = hall.receive().case_no, hall.receive().case_no
    instance = hall.case(second).instance_id
    earlier = hall.clock() - timedelta(days=3)
    hall.engine.run(hall.actors['guanli'], lambda tx: clocks.set_clock(tx, instance, 'notify', earlier))
    mine = hall.engine.run(hall.actors['chuangkou'], desk.next_case)
    yours = hall.engine.run(hall.actors['chuangkou2'], desk.next_case)
    assert [hall.task(second, 'intake').id, hall.task(first, 'intake').id] == [mine, yours]
    assert hall.engine.run(hall.actors['chuangkou'], desk.next_case) is None


def test_what_the_applicant_has_to_bring_lies_on_the_counters_desk(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    assert [(row.task_name, row.window_name) for row in rows(hall, 'chuangkou')] == [('补正材料', '申请人补正（窗口代录）')]
    with hall.engine.reading() as connection:
        counted = desk_lists.counts(connection, hall.actors['chuangkou'], hall.clock())
        behind = desk_lists.counts(connection, hall.actors['shencha'], hall.clock())
    assert (counted.waiting, counted.stopped, behind.waiting) == (1, 1, 0)
    assert rows(hall, 'shencha') == rows(hall, 'chuangkou', window='general') == []
    assert hall.engine.run(hall.actors['chuangkou'], desk.next_case) is None


def test_who_has_signed_is_not_offered_the_task_again(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review')
    hall.do(case_no, 'site_inspection', by='hecha1')
    assert [row.barred for row in rows(hall, 'hecha1')] == ['您已签署，须由另一人签署']
    assert [row.barred for row in rows(hall, 'hecha2')] == ['']
    assert not view(hall, 'hecha1', hall.task(case_no, 'site_inspection').id).can_claim
    assert hall.engine.run(hall.actors['hecha1'], desk.next_case) is None
    assert hall.engine.run(hall.actors['hecha2'], desk.next_case) == hall.task(case_no, 'site_inspection').id


def test_a_task_claimed_by_a_colleague_is_a_conflict_that_names_him(hall) -> None:
    case_no = hall.receive().case_no
    task = hall.task(case_no, 'intake')
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, task.id))
    with pytest.raises(Conflict) as conflict:
        hall.engine.run(hall.actors['chuangkou2'], lambda tx: desk.complete(tx, task.id, {'intake_outcome': 'accept'}))
    assert (conflict.value.who, conflict.value.when) == ('chuangkou', hall.clock())
    assert view(hall, 'chuangkou2', task.id).why_not == '周晓敏正在办理'
    assert view(hall, 'chuangkou', task.id).can_complete


def test_a_wrong_form_gives_back_what_was_typed(hall) -> None:
    case_no = hall.receive().case_no
    typed = {'intake_outcome': 'not_accepted', 'intake_reason': '', 'intake_note': '写了很久的备注'}
    with pytest.raises(desk.FormRejection) as refusal:
        hall.do(case_no, 'intake', typed)
    assert [error.key for error in refusal.value.errors] == ['intake_reason']
    assert refusal.value.submitted == typed
    assert hall.task(case_no, 'intake').state == 'open'


def test_a_draft_comes_back_as_it_was(hall) -> None:
    case_no = hall.receive().case_no
    task_id = hall.task(case_no, 'intake').id
    draft = {'intake_outcome': Choice('supplement'), 'supplement_items': '一、', 'rows': [{'pick': Choice('a')}]}
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, task_id))
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.save_draft(tx, task_id, draft))
    shown = view(hall, 'chuangkou', task_id)
    assert shown.draft == draft
    assert isinstance(shown.draft['intake_outcome'], Choice)
    assert shown.data['applicant']['name'] == '清江县味美餐饮有限公司'
    assert view(hall, 'chuangkou2', task_id).draft is None


@pytest.mark.parametrize('username', ['guanli', 'jiancha', 'liucheng', 'shencha'])
def test_others_cannot_work_the_window(hall, username: str) -> None:
    case_no = hall.receive().case_no
    task_id = hall.task(case_no, 'intake').id
    for act in (desk.claim, lambda tx, task: desk.complete(tx, task, {'intake_outcome': 'accept'})):
        with pytest.raises((Forbidden, NotFound)):
            hall.engine.run(hall.actors[username], lambda tx, act=act: act(tx, task_id))


def test_a_supervisor_reads_a_step_and_cannot_work_it(hall) -> None:
    assert view(hall, 'jiancha', hall.task(hall.receive().case_no, 'intake').id).why_not


def test_the_administrator_cannot_decide_even_as_member_of_the_window(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection', 'audit')
    hall.engine.run(hall.actors['renshi'], lambda tx: people.assign_windows(tx, 'guanli', ['approval'], '试试'))
    with hall.engine.reading() as connection:
        hall.actors['guanli'] = people.actor_of(people.find_clerk(connection, 'guanli'))
    with pytest.raises(NotFound):
        hall.do(case_no, 'decide', by='guanli')


def test_an_expired_certificate_bars_from_working(hall) -> None:
    case_no = hall.receive().case_no
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(update(t.clerk).where(t.clerk.c.username == 'chuangkou').values(certificate_until='2026-03-01'))
    with pytest.raises(Forbidden, match='certificate'):
        hall.do(case_no, 'intake')


def test_handing_over_only_within_the_window(hall) -> None:
    task_id = hall.task(hall.receive().case_no, 'intake').id
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, task_id))
    with pytest.raises(Forbidden):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.assign(tx, task_id, 'shencha'))
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.assign(tx, task_id, 'chuangkou2', '下午请假'))
    assert [row.assignee_name for row in rows(hall, 'chuangkou2', mine=True)] == ['吴佳慧']


def test_one_page_receives_one_case(hall) -> None:
    first = hall.receive(submission='nonce-1')
    with pytest.raises(Conflict) as conflict:
        hall.receive(submission='nonce-1')
    assert conflict.value.facts['case_no'] == first.case_no
    assert conflict.value.who == 'chuangkou'


@pytest.mark.parametrize(
    ('more', 'zh'),
    [
        ({'applicant': cases.Applicant('李四', 'person', '110105194912310021')}, '居民身份证号码不正确：末位校验码不符'),
        ({'applicant': cases.Applicant('某公司', 'enterprise', '11330800MB0R57773X')}, '统一社会信用代码不正确：末位校验码不符'),
        ({'applicant': cases.Applicant(' ')}, '请填写申请人'),
        ({'materials': [cases.ReceivedMaterial('bribe')]}, '材料不在清单内，不得收取：bribe'),
        ({'item_code': 'no-such-item'}, '没有事项 no-such-item'),
        ({'window': 'delivery'}, '您不在这个窗口岗位'),
    ],
)
def test_what_cannot_be_received(hall, more, zh: str) -> None:
    with pytest.raises(Rejection) as refusal:
        hall.receive(**more)
    assert refusal.value.zh == zh


def test_earlier_receipt_needs_a_reason_and_moves_the_clock(hall) -> None:
    earlier = hall.clock() - timedelta(days=3)
    with pytest.raises(Rejection, match='reason'):
        hall.receive(received_at=earlier)
    case_no = hall.receive(received_at=earlier, backdating_reason='系统停机期间收件').case_no
    with hall.engine.reading() as connection:
        (notify,) = case_page.case_view(connection, hall.actors['chuangkou'], case_no, now=hall.clock()).clocks
    assert (notify.anchor, notify.last_day) == (earlier, '2026-03-05')  # Saturday 28 February is a working day


def test_query_password_is_told_once_and_checked(hall) -> None:
    received = hall.receive()
    with hall.engine.reading() as connection:
        assert cases.check_query_password(connection, received.case_no, received.query_password.lower())
        assert not cases.check_query_password(connection, received.case_no, 'AAAAAAAA')
        assert not cases.check_query_password(connection, '0' * 21, received.query_password)
        stored = connection.execute(select(t.approval_case.c.query_password_hash)).scalar_one()
    assert received.query_password not in stored


def test_serials_drawn_at_the_same_time_are_distinct(hall) -> None:
    drawn: list[str] = []

    def receive() -> None:
        drawn.extend(hall.receive().case_no for _ in range(4))

    threads = [threading.Thread(target=receive) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(case_no[14:20] for case_no in drawn) == [f'{serial:06d}' for serial in range(1, 13)]
    assert all(numbers.verify(case_no) for case_no in drawn)


def test_the_supervisor_answers_a_broken_promise(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    hall.clock.move(days=30)
    hall.engine.tick()
    with hall.engine.reading() as connection:
        board = case_board.supervision(connection, hall.actors['jiancha'], now=hall.clock()).page.rows
        with pytest.raises(Forbidden):
            case_board.supervision(connection, hall.actors['chuangkou'], now=hall.clock())
    assert [(row.case_no, row.clock, row.mark) for row in board] == [(case_no, 'statutory', 'red')]
    data = {'supervision_finding': 'slow', 'supervision_opinion': '限当日办结'}
    assert hall.do(case_no, 'supervise', data, by='jiancha').closed
