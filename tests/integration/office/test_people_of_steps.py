"""Steps for people whom the diagram names: who sees them, who may do them, and what happens when they are not there (D-05, D-06, D-07)."""

from __future__ import annotations

from typing import Any

import pytest

from engine import SYSTEM, Bundle, Conflict, Forbidden, NotFound, Undeployable, read, read_path
from engine.verbs import operations
from tasks import tables as t
from tasks.catalogue import checking, items
from tasks.deadlines import doctor
from tasks.desk import task_page
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.people import clerks
from tasks.people import roster as people
from tasks.people.vacant import EmptyPosts, unseen_tasks

from .conftest import ITEM, PROCESSES

AUDIT = 'camunda:candidateGroups="food_review"'
WINDOW = {'window': '', 'head': 'absence = "head"\n', 'incident': 'absence = "incident"\n'}


def changed(who: str, absence: str = '') -> Bundle:
    """The food licence, its review (资料审查) for others than its window; without its scenarios, which know only the window."""
    shipped = read_path(PROCESSES / ITEM)
    files = {path: content for path, content in shipped.files.items() if not path.startswith('scenarios/')}
    diagram = files['process.bpmn'].decode()
    begin = diagram.index('id="document_review"')
    end = diagram.index('>', begin)
    step = diagram[begin:end]
    assert AUDIT in step
    files['process.bpmn'] = (diagram[:begin] + step.replace(AUDIT, who) + diagram[end:]).encode()
    files['item.toml'] = files['item.toml'].decode().replace('[item]\n', f'[item]\n{WINDOW[absence or "window"]}', 1).encode()
    return Bundle(files, shipped.name)


def reviewed(hall: Any, who: str, absence: str = '') -> Any:
    """The open review of a new case of this version."""
    with hall.engine.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, changed(who, absence)), '修订', despite_empty=True)
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    return hall.task(case_no, 'document_review')


def desk_of(hall: Any, username: str) -> list[int]:
    with hall.engine.reading() as connection:
        return [row.task_id for row in desk_lists.worklist(connection, hall.actors[username], now=hall.clock()).rows]


def open_incidents(hall: Any) -> list[Any]:
    with hall.engine.reading() as connection:
        return list(read.incidents(connection))


def unseen(hall: Any) -> list[str]:
    """What the doctor finds that nobody can see."""
    with hall.engine.reading() as connection:
        found = [one.case_no for one in unseen_tasks(connection, SYSTEM, hall.clock())]
    assert [one.case_no for one in doctor.examine(hall.engine).differences if one.what == 'unseen'] == found
    return found


CANDIDATES = 'camunda:candidateUsers="zhizheng,hecha1"'


def test_who_is_named_sees_the_step_on_his_desk_and_does_it_and_nobody_else(hall) -> None:
    """D-05"""
    task = reviewed(hall, CANDIDATES)
    assert {name for name in hall.actors if task.id in desk_of(hall, name)} == {'zhizheng', 'hecha1'}
    for other in ('shencha', 'jueding', 'hecha2'):
        with pytest.raises((Forbidden, NotFound)):
            hall.engine.run(hall.actors[other], lambda tx: desk.claim(tx, task.id))
    with hall.engine.reading() as connection:
        page = task_page.task_view(connection, hall.actors['zhizheng'], task.id, now=hall.clock())
    assert (page.can_claim, page.row.window_name) == (True, '指定人员')
    assert hall.engine.run(hall.actors['hecha1'], desk.next_case) == task.id
    hall.engine.run(hall.actors['hecha1'], lambda tx: desk.unclaim(tx, task.id))
    hall.do(hall.case(task_case(hall, task)).case_no, 'document_review', by='zhizheng')
    assert unseen(hall) == []


def task_case(hall: Any, task: Any) -> str:
    with hall.engine.reading() as connection:
        return read.instance(connection, task.instance_id).business_key


@pytest.mark.parametrize('who', ['camunda:assignee="ghost"', 'camunda:candidateUsers="ghost,hecha1"', 'camunda:assignee="hecha1,ghost"'])
def test_an_account_the_hall_has_not_is_refused_at_release(hall, who: str) -> None:
    """D-06"""
    with hall.engine.begin(SYSTEM) as tx, pytest.raises(Undeployable) as refused:
        items.deploy(tx, checking.judge(tx.connection, changed(who)), '修订')
    assert [problem.code for problem in refused.value.problems if problem.is_error] == ['PERSON_NOT_IN_HALL']


def test_a_step_whose_people_have_left_needs_a_word_before_release(hall) -> None:
    """D-06, O-11: as a post nobody works."""
    leave(hall, 'hecha1')
    with hall.engine.begin(SYSTEM) as tx, pytest.raises(EmptyPosts, match='hecha1'):
        items.deploy(tx, checking.judge(tx.connection, changed('camunda:candidateUsers="hecha1"')), '修订')


def leave(hall: Any, username: str) -> None:
    hall.engine.run(SYSTEM, lambda tx: clerks.switch(tx, username, False, '调离'))


def expire(hall: Any, username: str) -> None:
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk.update().where(t.clerk.c.username == username).values(certificate_until='2026-03-01'))


def lose_windows(hall: Any, username: str) -> None:
    hall.engine.run(SYSTEM, lambda tx: clerks.assign_windows(tx, username, (), '轮岗'))


GOING = {'switched off': leave, 'certificate': expire, 'windows taken': lose_windows}
FORMS = {
    'literal': 'camunda:assignee="shencha" camunda:candidateGroups="food_review"',
    'handled by': 'camunda:assignee="${handled_by(&quot;intake&quot;)}" camunda:candidateGroups="food_review"',
    'initiator': 'camunda:assignee="$INITIATOR" camunda:candidateGroups="food_review"',
}


@pytest.mark.parametrize('form', FORMS)
def test_a_step_handed_to_a_person_is_his(hall, form: str) -> None:
    """D-05: the person who received the case, who did a step before, or the one that is named."""
    task = reviewed(hall, FORMS[form])
    assert task.assignee == ('shencha' if form == 'literal' else 'chuangkou')


@pytest.mark.parametrize(
    ('absence', 'going'), [*(('window', one) for one in GOING), ('head', 'switched off'), ('incident', 'switched off')]
)
def test_a_person_who_is_gone_when_the_step_opens_follows_the_rule_of_the_item(hall, absence: str, going: str) -> None:
    """D-06: back to the window, to the windows that lead the item, or an incident; the window may take it meanwhile."""
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.insert().values(username='zhizheng', window='food_review'))
    GOING[going](hall, 'shencha')
    task = reviewed(hall, FORMS['literal'], absence)
    assert task.assignee is None
    assert task.candidate_groups == (['approval'] if absence == 'head' else ['food_review'])
    assert [one.kind for one in open_incidents(hall)] == (['assignment'] if absence == 'incident' else [])
    assert unseen(hall) == []


@pytest.mark.parametrize('going', ['switched off', 'certificate'])
def test_named_people_who_are_all_gone_are_an_incident_and_a_retry_finds_them_again(hall, going: str) -> None:
    """D-05, D-06"""
    GOING[going](hall, 'hecha1')
    task = reviewed(hall, 'camunda:candidateUsers="hecha1"')
    (incident,) = open_incidents(hall)
    assert incident.message.startswith('陈建国：')
    assert incident.kind == 'assignment'
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk.update().where(t.clerk.c.username == 'hecha1').values(active=True, certificate_until=''))
    hall.engine.run(SYSTEM, lambda tx: operations.retry(tx, incident.id))
    assert open_incidents(hall) == []
    assert task.id in desk_of(hall, 'hecha1')
    assert unseen(hall) == []


def test_a_step_that_is_nobodys_is_given_to_any_clerk_of_the_hall(hall) -> None:
    """D-06"""
    leave(hall, 'hecha1')
    task = reviewed(hall, 'camunda:candidateUsers="hecha1"')
    hall.engine.run(SYSTEM, lambda tx: desk.assign(tx, task.id, 'zhizheng'))
    assert (open_incidents(hall), unseen(hall)) == ([], [])
    hall.do(task_case(hall, task), 'document_review', by='zhizheng')


def test_a_step_whose_holder_may_not_work_any_more_is_offered_anew_by_a_button(hall) -> None:
    """D-06: the certificate of who holds it ran out; process administrators and supervisors see it and find people anew."""
    task = reviewed(hall, FORMS['literal'])
    for username in ('guanli', 'jiancha'):
        with pytest.raises(Conflict):
            hall.engine.run(hall.actors[username], lambda tx: desk.offer_again(tx, task.id))
    with pytest.raises(Forbidden):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.offer_again(tx, task.id))
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.insert().values(username='zhizheng', window='food_review'))
    expire(hall, 'shencha')
    assert unseen(hall) == [task_case(hall, task)]
    hall.engine.run(hall.actors['jiancha'], lambda tx: desk.offer_again(tx, task.id))
    assert (unseen(hall), open_incidents(hall)) == ([], [])
    with hall.engine.reading() as connection:
        actor = people.actor_of(people.find_clerk(connection, 'zhizheng'))
        page = task_page.task_view(connection, actor, task.id, now=hall.clock())
    assert page.can_claim
    assert [note.en.endswith('the certificate ran out on 2026-03-01') for note in page.instead] == [True]


HELD = {
    'by its window': (AUDIT, 'shencha'),
    'by the only candidate': ('camunda:candidateUsers="hecha1"', 'hecha1'),
    'by assignment': (FORMS['literal'], 'shencha'),
}


@pytest.mark.parametrize('held', [True, False])
@pytest.mark.parametrize('going', GOING)
@pytest.mark.parametrize('what', HELD)
def test_an_open_step_has_somebody_who_sees_it_or_an_alarm(hall, what: str, going: str, held: bool) -> None:
    """D-05: whoever leaves, with the step in his hands or not."""
    who, person = HELD[what]
    task = reviewed(hall, who)
    if held and task.assignee is None:
        hall.engine.run(hall.actors[person], lambda tx: desk.claim(tx, task.id))
    GOING[going](hall, person)
    with hall.engine.reading() as connection:
        now = read.task(connection, task.id)
        clerks_now = {row.username: row for row in connection.execute(t.clerk.select())}
        posts = {(row.username, row.window) for row in connection.execute(t.clerk_window.select())}
    good = {name for name, row in clerks_now.items() if row.active and row.certificate_until != '2026-03-01'}
    if now.assignee is not None:
        seen = now.assignee in good
    else:
        seen = any((name, window) in posts for name in good for window in now.candidate_groups) or bool(good & set(now.candidate_users))
    assert seen != bool(unseen(hall) or open_incidents(hall))
    if what == 'by the only candidate' and going == 'switched off':
        assert [one.kind for one in open_incidents(hall)] == ['assignment']
