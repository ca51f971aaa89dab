"""Power over cases and people moves with two people: new accounts, windows, halls, and whoever signs (A-05)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine import SYSTEM, Actor, Conflict, Forbidden, Rejection
from tasks.demo.hall import password_of_all
from tasks.operations import countersigning, proposals
from tasks.people import clerks, posts, roster
from tasks.people.clerks import StaffPost
from tasks.people.fields import Misfilled
from tests.pages.test_two_people import OWNER, decide, person_of

NOBODY: tuple[list[str], list[str]] = ([], [])


def actor(office: Any, username: str) -> Actor:
    return roster.actor_of(person_of(office, username))


def lists(office: Any) -> tuple[list[str], list[str]]:
    """What waits to be signed, and what waits to be confirmed."""
    with office.reading() as connection:
        unsigned, proposed = countersigning.waiting(connection, OWNER), proposals.waiting(connection, OWNER)
    return [one.action for one in unsigned], [one.action for one in proposed]


def newcomer(person: Any, **more: str) -> None:
    fields = {'username': 'xin', 'name': '新人', 'department': 'centre', 'roles': ['process_administrator'], **more}
    person.post('/staff/new-clerk', fields, 200)


@pytest.mark.parametrize('taken_back', [False, True])
@pytest.mark.parametrize('alone', ['', '1'])
def test_an_account_nobody_agreed_to_is_not_switched_on(visitor, office, alone: str, taken_back: bool) -> None:
    """A-05: neither while it waits nor after it was taken back, by a proposal or in an emergency."""
    doer = visitor('renshi')
    newcomer(doer)
    if taken_back:
        decide(doer, verdict='objected', reason='撤回')
    doer.post('/staff/clerks/xin/activate', {'reason': '启用', 'alone': alone}, 409)
    assert not person_of(office, 'xin').active
    assert 'clerk.activated' not in lists(office)[1]
    with pytest.raises(Conflict):
        office.run(OWNER, lambda tx: clerks.switch(tx, 'xin', True, '启用'))


def test_an_account_with_power_is_switched_on_by_two(visitor, office) -> None:
    """A-05: who was switched off comes back when a second person confirms it; in an emergency it is signed afterwards."""
    office.run(SYSTEM, lambda tx: roster.set_active(tx, 'guanli', False, '借调'))
    doer = visitor('renshi')
    doer.post('/staff/clerks/guanli/activate', {'reason': ' '}, 422)
    doer.post('/staff/clerks/guanli/activate', {'reason': '返岗'})
    assert not person_of(office, 'guanli').active
    decide(doer, 403)
    decide(visitor('shenji'))
    assert person_of(office, 'guanli').active
    assert lists(office) == NOBODY
    office.run(SYSTEM, lambda tx: roster.set_active(tx, 'guanli', False, '借调'))
    doer.post('/staff/clerks/guanli/activate', {'reason': '返岗', 'alone': '1'})
    assert person_of(office, 'guanli').active
    assert lists(office) == (['clerk.activated'], [])


def set_authority(person: Any, code: str, authority: str, status: int = 302, **more: str) -> None:
    address = f'/staff/windows/{code}'
    person.post(address, {**person.get(address).form(address), 'authority': authority, 'reason': '调整', **more}, status)


def authority(office: Any, code: str) -> str:
    with office.reading() as connection:
        return posts.see_window(connection, SYSTEM, code).authority


@pytest.mark.parametrize(('code', 'before', 'after'), [('food_review', 'review', 'decide'), ('approval', 'decide', 'review')])
def test_a_window_begins_and_ceases_to_decide_by_two(visitor, office, code: str, before: str, after: str) -> None:
    """A-05: so nobody is put at a window that does not decide, which then does."""
    doer = visitor('renshi')
    set_authority(doer, code, after, 422, reason=' ')
    set_authority(doer, code, after)
    assert authority(office, code) == before
    decide(doer, 403)
    decide(visitor('shenji'))
    assert authority(office, code) == after
    assert lists(office) == NOBODY
    set_authority(doer, code, before, alone='1')
    assert authority(office, code) == before
    assert lists(office) == (['window.changed'], [])


def test_a_new_deciding_window_gives_power_to_whoever_is_put_there(office) -> None:
    """A-05: the window alone gives nobody power; a change that moves none needs nobody else."""
    office.run(actor(office, 'renshi'), lambda tx: posts.add_window(tx, 'xin_jue', '新决定岗', 'decide'))
    renamed = {'name': '新审查岗', 'authority': 'receive'}
    assert office.run(actor(office, 'renshi'), lambda tx: proposals.change_window(tx, 'food_review', '更名', **renamed))
    assert lists(office) == NOBODY
    post = lambda tx: proposals.change(tx, 'shencha', clerks.with_windows(tx, 'shencha', ['food_review', 'xin_jue']), '轮岗')  # noqa: E731
    assert office.run(actor(office, 'renshi'), post) is None
    assert lists(office) == ([], ['clerk.windows_assigned'])


@pytest.fixture
def north(office: Any) -> None:
    """A second hall with its people, and people who serve both."""
    with office.begin(SYSTEM) as tx:
        roster.create_hall(tx, 'north', '江北县政务服务中心', '990122', document_prefix='北政服')
        roster.create_department(tx, 'north_office', '江北县审批局', 'north')
        roster.create_window(tx, 'north_decides', '江北决定岗', 'north', department='north_office', authority='decide')
        for name, role in (('n_acc', 'account_administrator'), ('n_aud', 'auditor'), ('n_ana', 'analyst')):
            roster.create_clerk(tx, name, name, password_of_all(), [role], department='north_office')
        decides = {'windows': ['north_decides'], 'department': 'north_office'}
        roster.create_clerk(tx, 'n_dec', 'n_dec', password_of_all(), ['clerk'], **decides)
        for name, role in (('g_acc', 'account_administrator'), ('g_ana', 'analyst')):
            roster.create_clerk(tx, name, name, password_of_all(), [role])


MOVES = {
    'an auditor serves all halls': ('n_aud', StaffPost('n_aud', ['auditor'])),
    'an auditor of another hall': ('n_aud', StaffPost('n_aud', ['auditor'], department='centre')),
    'an analyst serves all halls': ('n_ana', StaffPost('n_ana', ['analyst'])),
    'a supervisor of all by his windows': ('n_aud', StaffPost('n_aud', ['supervisor'])),
    'who decides reads another hall': ('n_dec', StaffPost('n_dec', ['clerk'], ['north_decides'], 'centre')),
}


@pytest.mark.usefixtures('north')
@pytest.mark.parametrize('what', MOVES)
def test_nobody_with_power_reaches_another_hall_by_one_person(office, what: str) -> None:
    """A-05, A-01: his roles stay, and what they reach does not."""
    username, wanted = MOVES[what]
    before = person_of(office, username)
    assert office.run(actor(office, 'g_acc'), lambda tx: proposals.change(tx, username, wanted, '调整')) is None
    assert person_of(office, username) == before
    assert lists(office) == ([], ['clerk.changed'])
    office.run(actor(office, 'g_acc'), lambda tx: clerks.change(tx, username, wanted, '调整'))
    assert lists(office) == (['clerk.changed'], ['clerk.changed'])


OF_ALL_HALLS: dict[str, Callable[[Any], object]] = {
    'makes one': lambda tx: proposals.take_on(tx, 'ana2', password_of_all(), StaffPost('a', ['analyst']), 'x'),
    'has one of his own serve all': lambda tx: proposals.change(tx, 'n_ana', StaffPost('n_ana', ['analyst']), 'x'),
    'takes one into his hall': lambda tx: proposals.change(tx, 'g_ana', StaffPost('g', ['analyst'], department='north_office'), 'x'),
    'resets his password': lambda tx: clerks.reset_password(tx, 'g_ana', 'x', password_of_all()),
    'switches him off': lambda tx: clerks.switch(tx, 'g_ana', False, 'x'),
}


@pytest.mark.usefixtures('north')
@pytest.mark.parametrize('what', OF_ALL_HALLS)
def test_who_administers_one_hall_has_nothing_to_do_with_who_serves_them_all(office, what: str) -> None:
    """A-01: an analyst without a department opens the drafts of every hall."""
    with pytest.raises((Forbidden, Misfilled)):  # the form asks for a department
        office.run(actor(office, 'n_acc'), OF_ALL_HALLS[what])


def test_who_signs_is_not_switched_off_or_given_other_duties_by_one_person(visitor, office) -> None:
    """A-05: it counts at once, for somebody may have to be stopped, and is on the red list; other duties wait."""
    doer = visitor('renshi')
    fields = {'name': '邓立新', 'department': 'centre', 'roles': ['analyst'], 'reason': '调岗'}
    doer.post('/staff/clerks/shenji', fields)
    assert person_of(office, 'shenji').roles == {'auditor'}
    assert lists(office) == ([], ['clerk.changed'])
    doer.post('/staff/clerks/jiancha/deactivate', {'reason': '离岗'})
    doer.post('/staff/clerks/chuangkou/deactivate', {'reason': '离岗'})
    assert not person_of(office, 'jiancha').active
    assert lists(office)[0] == ['clerk.deactivated']


def test_two_administrators_do_not_switch_each_other_off(office) -> None:
    """A-05: whoever comes second finds himself the last one, also where both begin at once."""
    with office.begin(SYSTEM) as tx:
        roster.create_clerk(tx, 'r2', 'r2', password_of_all(), ['account_administrator'], department='centre')
    people = {name: actor(office, name) for name in ('renshi', 'r2')}
    outcomes: list[str] = []
    both = threading.Barrier(2, timeout=20)

    def switch_off(by: str, whom: str) -> None:
        waited = office.database.dialect.name == 'sqlite'  # it has one writer: there the second begins when the first is done

        def work(tx: Any) -> None:
            nonlocal waited
            if not waited:
                waited = True
                both.wait()
            clerks.switch(tx, whom, False, '离岗')

        try:
            office.run(people[by], work)
        except Rejection as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=switch_off, args=pair) for pair in (('renshi', 'r2'), ('r2', 'renshi'))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ['Misfilled']
    assert [person_of(office, name).active for name in people].count(True) == 1
