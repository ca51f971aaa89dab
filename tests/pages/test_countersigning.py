"""Two people for whatever comes into force: what one did alone is signed by a second one afterwards (A-05)."""

from __future__ import annotations

import pytest

from engine import Actor, Forbidden, read_path
from tasks.catalogue import checking, items
from tasks.demo.hall import password_of_all
from tasks.operations import countersigning
from tasks.people import clerks, policy, roster
from tests.pages.conftest import BUNDLE
from web.cli.acting import OWNER_ROLES

OWNER = Actor('cli', name='命令行', roles=OWNER_ROLES, kind='clerk')


def acts(office) -> list[tuple[str, str, str]]:
    with office.reading() as connection:
        return [(one.action, one.object, one.by) for one in countersigning.waiting(connection, OWNER)]


def person(office, username: str) -> Actor:
    with office.reading() as connection:
        return roster.actor_of(roster.find_clerk(connection, username))


ALONE = {
    'item.deployed': lambda tx: items.deploy_alone(tx, checking.judge(tx.connection, read_path(BUNDLE)), '修订'),
    'clerk.created': lambda tx: clerks.take_on(tx, 'xin', password_of_all(), clerks.StaffPost('新人', ['clerk'], ['approval'])),
    'clerk.windows_assigned': lambda tx: clerks.assign_windows(tx, 'shencha', ['approval'], '轮岗'),
    'clerk.changed': lambda tx: clerks.change(
        tx, 'liucheng', clerks.StaffPost('孙立成', ['analyst', 'process_administrator'], department='centre'), '兼任'
    ),
    'clerk.password_reset': lambda tx: clerks.reset_password(tx, 'shencha', '忘记', password_of_all()),
    'policy.changed': lambda tx: policy.change_policy(tx, policy.AccountPolicy(min_length=12), '加强'),
}
"""What one person may do alone, each as the operator log calls it."""


@pytest.mark.parametrize('action', sorted(ALONE))
@pytest.mark.parametrize('by', ['own', 'cli'])
def test_what_one_person_puts_into_force_waits_for_a_second_one(office, action: str, by: str) -> None:
    """A-05: on the web and on the command line one administrator needed nobody."""
    own = 'guanli' if action == 'item.deployed' else 'renshi'
    by, who = (own, person(office, own)) if by == 'own' else (by, OWNER)
    office.run(who, ALONE[action])
    assert [(name, doer) for name, _object, doer in acts(office)] == [(action, by)]


def test_what_gives_nobody_power_needs_no_second_person(office) -> None:
    office.run(OWNER, lambda tx: clerks.take_on(tx, 'xin', password_of_all(), clerks.StaffPost('新人', ['clerk'], ['general'])))
    assert acts(office) == []


def reset(doer, username: str = 'shencha') -> None:
    doer.post(f'/staff/clerks/{username}/password', {'reason': '忘记密码'}, 200)


def sign_of(signer) -> str:
    return str(signer.get('/operation/countersign').tree.xpath('//form[contains(@action, "/countersign/")]/@action')[0])


def test_somebody_else_signs_and_the_list_is_empty(visitor, office) -> None:
    """A-05: nobody signs what he did himself."""
    doer, second = visitor('renshi'), visitor('shenji')
    reset(doer)
    assert not doer.get('/operation/countersign').tree.xpath('//form[contains(@action, "/countersign/")]')
    act = sign_of(second)
    doer.post(act, {'verdict': 'agreed'}, 403)
    visitor('chuangkou').post(act, {'verdict': 'agreed'}, 403)
    second.post(act, {'verdict': 'agreed'})
    assert '没有待会签的操作' in second.get('/operation/countersign').words
    second.post(act, {'verdict': 'agreed'}, 409)


def test_who_objects_says_why(visitor, office) -> None:
    second = visitor('jiancha')
    reset(visitor('renshi'))
    act = sign_of(second)
    second.post(act, {'verdict': 'objected'}, 422)
    second.post(act, {'verdict': 'objected', 'reason': '本人并未申请'})
    assert '本人并未申请' in second.get('/operation/countersign').words


def test_nobody_signs_what_was_done_for_himself(visitor, office) -> None:
    """A-05: the one whose password was reset is no second person."""
    office.run(OWNER, lambda tx: clerks.reset_password(tx, 'jiancha', '忘记', password_of_all()))
    supervisor = visitor('jiancha')
    assert not supervisor.get('/operation/countersign').tree.xpath('//form[contains(@action, "/countersign/")]')
    second = visitor('guanli')
    assert '机主（命令行，未登录）' in second.get('/operation/countersign').words, "the machine's owner is marked plainly"
    act = sign_of(second)
    supervisor.post(act, {'verdict': 'agreed'}, 403)


def test_what_waits_too_long_is_a_trouble_of_the_hall(office, clock) -> None:
    office.run(OWNER, ALONE['policy.changed'])
    with office.reading() as connection:
        assert countersigning.open_acts(connection, clock(), 3).overdue == 0
        clock.move(days=3)
        assert countersigning.open_acts(connection, clock(), 3).overdue == 1


def test_who_administers_does_not_supervise_unless_the_hall_is_small(office) -> None:
    """A-05: administration and audit are two people's, by default."""
    both = clerks.StaffPost('新人', ['account_administrator', 'auditor'])
    with pytest.raises(clerks.Misfilled, match='duties kept apart'):
        office.run(OWNER, lambda tx: clerks.take_on(tx, 'xin', password_of_all(), both))
    office.run(OWNER, lambda tx: policy.change_policy(tx, policy.AccountPolicy(join_duties=True), '人员少'))
    assert office.run(OWNER, lambda tx: clerks.take_on(tx, 'xin', password_of_all(), both)).roles == {'account_administrator', 'auditor'}


def test_who_may_sign_finds_the_list(visitor) -> None:
    """A-05: a supervisor comes to it from his board, an administrator from the tabs of operation."""
    for username, page in (('jiancha', '/supervision'), ('guanli', '/operation/health')):
        assert visitor(username).get(page).tree.xpath('//a[@href="/operation/countersign"]')


def test_nobody_makes_himself_a_second_person(office) -> None:
    """A-05: an administrator makes a second account and would sign with it what he put into force alone, and with a third its making."""
    guanli = person(office, 'renshi')
    office.run(guanli, lambda tx: policy.change_policy(tx, policy.AccountPolicy(min_length=12), '加强'))
    post = clerks.StaffPost('新人', ['account_administrator'], department='centre')
    second = roster.actor_of(office.run(guanli, lambda tx: clerks.take_on(tx, 'xin', password_of_all(), post)))
    third = roster.actor_of(office.run(second, lambda tx: clerks.take_on(tx, 'xin2', password_of_all(), post)))
    for signer, of in ((second, 'policy.changed'), (third, 'clerk.created')):
        waits = office.run(signer, lambda tx: countersigning.waiting(tx.connection, tx.by))
        act = next(one for one in waits if one.action == of and one.by == 'renshi')
        with pytest.raises(Forbidden):
            office.run(signer, lambda tx, act=act: countersigning.countersign(tx, act.id, 'agreed', ''))
