"""Rights follow the relation to the case, and one table says them (A-01, A-03)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine import SYSTEM, Actor, NotFound, Rejection
from engine.tables import incident, process_instance, timer
from tasks.cases import facts as case_facts
from tasks.cases import lists as case_lists
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.catalogue import items
from tasks.deadlines import offers, verbs
from tasks.demo.hall import HALL, password_of_all
from tasks.desk import task_page
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.documents import reading as document_reading
from tasks.marks.rules import Thresholds
from tasks.marks.settings import set_substitute, set_thresholds
from tasks.marks.verbs import raise_by_hand
from tasks.migration import batches
from tasks.migration.choice import Order
from tasks.operations import administration
from tasks.operations.countersigning import ask, countersign, waiting
from tasks.operations.log import note
from tasks.people import clerks, posts, second_factor, sessions, signing_in
from tasks.rights import looks
from tasks.rights.asking import could
from tests.integration.office.conftest import ELSEWHERE, PERSON, Undone, allowed

STOP = {'kind': 'expert_review', 'reason': '专家评审', 'basis': '《中华人民共和国行政许可法》第四十五条', 'expected': '10个工作日'}


@pytest.fixture
def walked(two_halls) -> list[str]:
    """A person's cases at every stage of the licence, one of them withdrawn, one waiting for its applicant."""
    steps = ('intake', 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide', 'make_certificate')
    numbers = []
    for stage in (0, 1, 2, 4, 5, 6):
        numbers.append(two_halls.receive(PERSON).case_no)
        two_halls.walk(numbers[-1], *steps[:stage])
    withdrawn, waiting = two_halls.receive(PERSON).case_no, two_halls.receive(PERSON).case_no
    two_halls.engine.run(two_halls.actors['chuangkou'], lambda tx: cases.withdraw(tx, withdrawn, '不办了'))
    two_halls.do(waiting, 'intake', {'intake_outcome': 'supplement', 'supplement_items': '一、布局图'})
    return [*numbers, withdrawn, waiting]


def test_a_decider_of_another_department_neither_reads_nor_stops_nor_ends_a_case(two_halls) -> None:
    """A-01: dengbu decides real estate, not food licences."""
    case_no = two_halls.receive(PERSON).case_no
    two_halls.walk(case_no, 'intake')
    for username in ('dengbu', 'same_department', 'other_decider', 'other_clerk', 'guanli', 'jiancha', 'liucheng', 'zhizheng'):
        for act in (
            lambda tx: verbs.suspend(tx, case_no, **STOP),
            lambda tx: verbs.extend(tx, case_no, reason='复杂'),
            lambda tx: cases.withdraw(tx, case_no, '不办了'),
        ):
            assert not allowed(two_halls, username, act), username
    with two_halls.engine.reading() as connection:
        view = case_page.case_view(connection, two_halls.actors['dengbu'], case_no, now=two_halls.clock())
        assert (view.unmasked, view.can_withdraw, view.reads, view.papers) == (False, False, None, False)
        assert PERSON.name not in str(view.case)
        [one] = [
            row for row in case_lists.cases(connection, two_halls.actors['dengbu'], now=two_halls.clock()).rows if row.case_no == case_no
        ]
        assert one.applicant_name == '张**'
        for document in case_facts.documents_of(connection, case_no):
            with pytest.raises(NotFound):
                document_reading.document_view(connection, two_halls.actors['dengbu'], document.id)


@pytest.mark.parametrize(
    ('verb', 'who'),
    [
        ('suspend', {'shencha', 'shencha2', 'jueding'}),
        ('extend', {'jueding'}),
        ('withdraw', {'chuangkou', 'chuangkou2', 'shencha', 'shencha2', 'jueding'}),
    ],
)
def test_the_window_that_has_the_case_and_the_lead_of_its_item_act_on_it(two_halls, verb: str, who: set[str]) -> None:
    """A-01: by relation, whatever roles and windows there are besides; while the case waits at document review."""
    case_no = two_halls.receive(PERSON).case_no
    two_halls.walk(case_no, 'intake')
    acts = {
        'suspend': lambda tx: verbs.suspend(tx, case_no, **STOP),
        'extend': lambda tx: verbs.extend(tx, case_no, reason='复杂'),
        'withdraw': lambda tx: cases.withdraw(tx, case_no, '不办了'),
    }
    assert {username for username in two_halls.actors if allowed(two_halls, username, acts[verb])} == who


def test_nobody_of_another_hall_knows_of_a_case(two_halls, walked) -> None:
    with two_halls.engine.reading() as connection:
        for username in ELSEWHERE:
            actor = two_halls.actors[username]
            assert case_lists.cases(connection, actor, now=two_halls.clock()).rows == []
            for case_no in walked:
                with pytest.raises(NotFound):
                    case_page.case_view(connection, actor, case_no, now=two_halls.clock())


def test_nobody_supervises_or_publishes_in_another_hall(two_halls) -> None:
    """A-01: marks are judged by a supervisor of the hall, items taken off by an administrator of it."""
    case_no = two_halls.receive(PERSON).case_no
    with two_halls.engine.reading() as connection:
        code = case_page.case_view(connection, two_halls.actors['chuangkou'], case_no, now=two_halls.clock()).case.item
    for username, mine in (('jiancha', True), ('other_supervisor', False)):
        assert allowed(two_halls, username, lambda tx: raise_by_hand(tx, case_no, 4, '多次要求补正')) == mine
    for username, mine in (('guanli', True), ('other_administrator', False)):
        assert allowed(two_halls, username, lambda tx: items.withdraw_from_public(tx, code, '依据', '省厅')) == mine
        assert allowed(two_halls, username, lambda tx: items.publish(tx, code, '恢复')) == mine


def test_what_an_applicant_has_to_bring_is_not_handed_to_another_hall(two_halls, walked) -> None:
    """A-01: every receiving window has the applicant's group; whoever is handed a step must be somebody the table lets work it."""
    [waiting] = two_halls.waits(walked[-1])
    for username in ('jiancha', 'guanli'):
        assert allowed(two_halls, username, lambda tx: desk.assign(tx, waiting.id, 'chuangkou2'))
        assert not allowed(two_halls, username, lambda tx: desk.assign(tx, waiting.id, 'other_clerk'))


OF_ANOTHER_HALL: dict[str, Callable[[Any], object]] = {
    'a password': lambda tx: clerks.reset_password(tx, 'jueding', '忘记密码', password_of_all()),
    'a person': lambda tx: clerks.change(tx, 'jueding', clerks.StaffPost('李', ['clerk'], ['licence_decision'], 'market'), '调整'),
    'windows': lambda tx: clerks.assign_windows(tx, 'jueding', [], '调整'),
    'an account': lambda tx: clerks.switch(tx, 'jueding', active=False, reason='离职'),
    'a locked account': lambda tx: signing_in.unlock(tx, 'jueding', '误锁'),
    'a second factor': lambda tx: second_factor.reset(tx, 'jueding', '丢失'),
    'a session': lambda tx: sessions.end_named(tx, 'jueding', 'none'),
    'a department': lambda tx: posts.change_department(tx, 'market', '更名', name='别名'),
    'a new department': lambda tx: posts.add_department(tx, 'new_office', '新部门', hall=HALL),
    'a window': lambda tx: posts.change_window(tx, 'market_decides', '调整', name='别名', authority='receive', department='market'),
    'a new window': lambda tx: posts.add_window(tx, 'new_window', '新窗口', 'decide', hall=HALL),
    'a person for its window': lambda tx: clerks.take_on(
        tx, 'mole', password_of_all(), clerks.StaffPost('甲', ['clerk'], ['market_decides'], 'north_office')
    ),
    'a person for its department': lambda tx: clerks.take_on(
        tx, 'mole', password_of_all(), clerks.StaffPost('甲', ['supervisor'], [], 'market')
    ),
    'thresholds of marks': lambda tx: set_thresholds(tx, HALL, Thresholds(), '调整'),
    'a substitute': lambda tx: set_substitute(tx, 'shencha', 'shencha2'),
}


@pytest.mark.parametrize('what', OF_ANOTHER_HALL)
def test_nobody_administers_another_hall(two_halls, what: str) -> None:
    """A-01: a relation to a hall holds for the person's own hall; another's people, windows and accounts are not his to change."""
    process, outside = 'thresholds' in what, 'its window' in what
    assert not allowed(two_halls, 'other_administrator' if process else 'other_accounts', OF_ANOTHER_HALL[what])
    assert allowed(two_halls, 'guanli' if process else 'renshi', OF_ANOTHER_HALL[what]) == (not outside)


def test_a_case_is_in_a_list_if_and_only_if_its_page_opens(two_halls, walked) -> None:
    """A-01, A-03: for every person and case, also by search; and names are plain in the list where they are on the page."""
    for username, actor in two_halls.actors.items():
        with two_halls.engine.reading() as connection:
            listed = {row.case_no: row for row in case_lists.cases(connection, actor, now=two_halls.clock()).rows}
            by_name = case_lists.cases(connection, actor, case_lists.CaseFilter(words=PERSON.name), now=two_halls.clock()).rows
            opened = {}
            for case_no in walked:
                with suppress(NotFound):
                    opened[case_no] = case_page.case_view(connection, actor, case_no, now=two_halls.clock())
        assert set(listed) == set(opened), username
        plain = {case_no for case_no, view in opened.items() if view.unmasked}
        assert {case_no for case_no, row in listed.items() if row.applicant_name == PERSON.name} == plain, username
        assert {row.case_no for row in by_name} == plain, username


def test_a_step_is_on_a_desk_only_if_its_page_opens_and_what_is_offered_is_allowed(two_halls, walked) -> None:
    """A-03, S-42: for every person: the desk shows what he may work; a button there is a verb that is not refused."""
    waiting = [task.id for case_no in walked for task in two_halls.waits(case_no)]
    for username, actor in two_halls.actors.items():
        with two_halls.engine.reading() as connection:
            desk_rows = (
                {row.task_id for row in desk_lists.worklist(connection, actor, now=two_halls.clock()).rows}
                if could(actor, 'task.list')
                else set()
            )
            views = {}
            for task_id in waiting:
                with suppress(NotFound):
                    views[task_id] = task_page.task_view(connection, actor, task_id, now=two_halls.clock())
        assert desk_rows <= set(views), username
        for task_id in waiting:
            claims = allowed(two_halls, username, lambda tx, task_id=task_id: desk.claim(tx, task_id))
            assert claims == (task_id in views and views[task_id].can_claim), (username, task_id)
            assert claims <= (task_id in desk_rows), (username, task_id)


def test_what_a_case_page_offers_is_what_the_verb_allows(two_halls, walked) -> None:
    """A-01: for every person and case."""
    for username, actor in two_halls.actors.items():
        for case_no in walked:
            with two_halls.engine.reading() as connection:
                try:
                    view = case_page.case_view(connection, actor, case_no, now=two_halls.clock())
                except NotFound:
                    continue
                offered = offers.offers(connection, actor, case_no, now=two_halls.clock())
            done = {
                'suspend': lambda tx, case_no=case_no: verbs.suspend(tx, case_no, **STOP),
                'extend': lambda tx, case_no=case_no: verbs.extend(tx, case_no, reason='复杂'),
                'withdraw': lambda tx, case_no=case_no: cases.withdraw(tx, case_no, '不办了'),
            }
            shown = {'suspend': offered.may_suspend, 'extend': offered.may_extend, 'withdraw': view.can_withdraw}
            for verb, offer in shown.items():
                assert offer == succeeds(two_halls, actor, done[verb]), (username, case_no, verb)


def succeeds(hall, actor: Actor, act: Callable[[Any], object]) -> bool:
    try:
        with suppress(Undone), hall.engine.begin(actor) as tx:
            act(tx)
            raise Undone
    except Rejection:
        return False
    return True


@pytest.mark.parametrize('username', ['dengbu', 'zhizheng', 'same_department', 'guanli', 'liucheng', 'other_clerk', 'other_supervisor'])
def test_forms_of_steps_are_read_only_by_who_needs_them(two_halls, username: str) -> None:
    """A-03: and whether a step exists is not said: one answer for all of them."""
    case_no = two_halls.receive(PERSON).case_no
    intake = two_halls.task(case_no, 'intake').id
    two_halls.walk(case_no, 'intake')
    review = two_halls.task(case_no, 'document_review').id
    said = set()
    for task_id in (intake, review, 10**6):
        with two_halls.engine.reading() as connection, pytest.raises(NotFound) as refusal:
            task_page.task_view(connection, two_halls.actors[username], task_id, now=two_halls.clock())
        said.add(refusal.value.zh)
        with pytest.raises(NotFound) as refusal:
            two_halls.engine.run(two_halls.actors[username], lambda tx, task_id=task_id: desk.claim(tx, task_id))
        said.add(refusal.value.zh)
    assert said == {'没有找到该任务'}


def test_who_supervises_reads_forms_and_opinions_with_every_person_hidden(two_halls) -> None:
    """A-03, O-05: however deep a personal value lies in the data of the case."""
    case_no = two_halls.receive(PERSON, agent=cases.Agent('李四维', phone='13712345678')).case_no
    task_id = two_halls.task(case_no, 'intake').id
    with two_halls.engine.reading() as connection:
        view = task_page.task_view(connection, two_halls.actors['jiancha'], task_id, now=two_halls.clock())
    shown = str([view.data, view.case])
    for personal in (PERSON.name, PERSON.id_no, PERSON.phone, PERSON.address, '李四维', '13712345678'):
        assert personal not in shown


def test_a_draft_is_its_authors_until_somebody_takes_the_step(two_halls) -> None:
    """A-03: what was typed and not sent is not the window's; who takes the step goes on with it."""
    case_no = two_halls.receive(PERSON).case_no
    task_id = two_halls.task(case_no, 'intake').id

    def act(username: str, verb, *more) -> None:
        two_halls.engine.run(two_halls.actors[username], lambda tx: verb(tx, task_id, *more))

    def draft(username: str):
        with two_halls.engine.reading() as connection:
            return task_page.task_view(connection, two_halls.actors[username], task_id, now=two_halls.clock()).draft

    act('chuangkou', desk.claim)
    act('chuangkou', desk.save_draft, {'intake_reason': '待核'})
    assert (draft('chuangkou'), draft('chuangkou2'), draft('jiancha'), draft('jueding')) == ({'intake_reason': '待核'}, None, None, None)
    act('chuangkou', desk.unclaim)
    assert (draft('chuangkou'), draft('chuangkou2')) == ({'intake_reason': '待核'}, None)
    act('chuangkou2', desk.claim)
    assert (draft('chuangkou'), draft('chuangkou2')) == (None, {'intake_reason': '待核'})


def test_operators_of_another_hall_neither_see_nor_settle_what_is_stuck_here(two_halls, walked) -> None:
    """A-01: incidents, timers, batches and the logs are those of the person's own hall."""
    hall, now = two_halls, two_halls.clock()
    with hall.engine.begin(SYSTEM) as tx:
        instance = tx.connection.execute(select(process_instance.c.id).where(process_instance.c.business_key == walked[0])).scalar_one()
        stuck = {'instance_id': instance, 'kind': 'step', 'token': '0', 'message': 'a printer', 'state': 'open', 'opened_at': now}
        broken = tx.connection.execute(insert(incident).returning(incident.c.id), stuck).scalar_one()
        waiting = tx.connection.execute(select(timer.c.id).where(timer.c.instance_id == instance).limit(1)).scalar_one()
        definition = tx.connection.execute(select(process_instance.c.definition_id).where(process_instance.c.id == instance)).scalar_one()
    hold = Order('suspend', definition, cases=(walked[0],))
    acts = {
        'retry': lambda tx: administration.retry(tx, broken),
        'resolve': lambda tx: administration.resolve(tx, broken, '已处理'),
        'reschedule': lambda tx: administration.reschedule(tx, waiting, '3个工作日', '改期'),
        'a batch': lambda tx: batches.place(tx, hold, '统一挂起'),
    }
    for name, act in acts.items():
        assert not allowed(hall, 'other_administrator', act), name
        assert allowed(hall, 'guanli', act), name
    with hall.engine.reading() as connection:
        for username, own in (('guanli', True), ('other_administrator', False)):
            actor = hall.actors[username]
            assert (broken in {row.id for row in administration.incidents(connection, actor)}) == own, username
            assert (waiting in {row.id for row in administration.timers(connection, actor).rows}) == own, username


def test_the_logs_of_a_hall_tell_nothing_of_what_people_of_another_did(two_halls, walked) -> None:
    """A-01, S-50: the software's own lines are everybody's."""
    hall = two_halls
    hall.engine.run(hall.actors['chuangkou'], lambda tx: note(tx, 'personal_data.viewed', walked[0], data={'what': 'case'}))
    hall.engine.run(hall.actors['other_clerk'], lambda tx: note(tx, 'personal_data.viewed', 'elsewhere', data={'what': 'case'}))
    for username, seen in (('jiancha', 'chuangkou'), ('other_supervisor', 'other_clerk')):
        with hall.engine.reading() as connection:
            lines = {row.by for row in administration.operator_log(connection, hall.actors[username]).rows}
            looked = {row.by for row in looks.looks(connection, hall.actors[username], looks.LookFilter()).rows}
        assert lines & {'chuangkou', 'other_clerk'} == {seen}
        assert SYSTEM.id in lines
        assert looked == {seen}


def test_nobody_signs_what_somebody_of_another_hall_did_alone(two_halls) -> None:
    """A-01, A-05: a second person is one of the hall, or one who serves all."""
    hall = two_halls
    hall.engine.run(hall.actors['guanli'], lambda tx: ask(tx, 'calendar.closed', 'CN', '补录'))
    with hall.engine.reading() as connection:
        (act,) = [one.id for one in waiting(connection, hall.actors['jiancha']) if one.by == 'guanli']
        assert act not in {one.id for one in waiting(connection, hall.actors['other_supervisor'])}
    for username, may in (('other_supervisor', False), ('other_accounts', False), ('guanli', False), ('shenji', True)):
        assert allowed(hall, username, lambda tx: countersign(tx, act, 'agreed', '')) == may, username
