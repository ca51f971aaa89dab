"""Two people for whatever comes into force: proposed by one, confirmed by another; or alone in an emergency, and then signed (A-05)."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor, Forbidden
from engine.tables import process_definition
from tasks.demo.hall import password_of_all
from tasks.operations import countersigning, proposals
from tasks.operations.health import Expected, health
from tasks.people import clerks, duties, policy, roster
from tasks.people.names import owner_id
from tasks.people.policy import AccountPolicy
from tasks.rights.table import TABLE
from tasks.rights.two_people import RULES, waits
from tasks.words.vocabulary import ACTION
from tests.pages.test_migrating_and_moving import REASON, RENAMED, second_version, versions
from web.cli.acting import OWNER_ROLES

ROOT = Path(__file__).parents[2]
OWNER = Actor(owner_id('root'), roles=OWNER_ROLES, kind='clerk')


def test_every_rule_names_an_act_of_the_log_and_a_right() -> None:
    """A-05: one declared table; what waits beforehand is done by one list, what is asked for afterwards stands in the table."""
    assert set(RULES) <= set(ACTION)
    assert {rule.right for rule in RULES.values()} <= set(TABLE)
    assert {action for action in RULES if waits(action)} == set(proposals.PERFORM)
    asked = set()
    for path in (ROOT / 'tasks').rglob('*.py'):
        asked |= set(re.findall(r"\bask\(\s*tx, '([a-z_.]+)'", path.read_text(encoding='utf-8')))
    assert asked <= set(RULES)
    assert len(asked) > 5


def apply_closure(person: Any, **more: str) -> None:
    typed = {'kind': 'closure', 'hall': 'qingjiang', 'first': '2026-03-05', 'reason': '停电'}
    page = person.post('/calendar/preview', typed, 200)
    person.post('/calendar/apply', {**page.form('/calendar/apply'), **more})


def deploy(person: Any, zipped: Any, **more: str) -> None:
    person.post('/definitions/deploy', {'bundle': zipped(), 'reason': REASON, 'action': 'deploy', **more})


def roles(person: Any, **more: str) -> None:
    fields = {'name': '徐思远', 'department': 'centre', 'roles': ['analyst', 'process_administrator'], 'reason': '兼任', **more}
    person.post('/staff/clerks/liucheng', fields)


def window(person: Any, **more: str) -> None:
    fields = {
        'name': '林志远',
        'department': 'market',
        'roles': ['clerk'],
        'windows': ['food_review', 'approval'],
        'reason': '轮岗',
        **more,
    }
    person.post('/staff/clerks/shencha', fields)


def newcomer(person: Any, **more: str) -> None:
    person.post('/staff/new-clerk', {'username': 'xin', 'name': '新人', 'department': 'centre', 'roles': ['auditor'], **more}, 200)


def stricter(person: Any, **more: str) -> None:
    person.post('/staff/policy', {**person.get('/staff/policy').form('/staff/policy'), 'min_length': '12', 'reason': '加强', **more})


def person_of(office: Any, username: str) -> roster.Clerk:
    with office.reading() as connection:
        return roster.find_clerk(connection, username)


def min_length(office: Any) -> int:
    with office.reading() as connection:
        return policy.policy(connection).min_length


KINDS = {
    'calendar.closed': ('guanli', apply_closure, lambda office, at: '停电' in at('guanli').get('/calendar?year=2026').words),
    'clerk.changed': ('renshi', roles, lambda office, _at: 'process_administrator' in person_of(office, 'liucheng').roles),
    'clerk.windows_assigned': ('renshi', window, lambda office, _at: 'approval' in person_of(office, 'shencha').windows),
    'clerk.created': ('renshi', newcomer, lambda office, _at: person_of(office, 'xin').active),
    'policy.changed': ('renshi', stricter, lambda office, _at: min_length(office) == 12),
}


def decide(person: Any, status: int = 302, **fields: str) -> None:
    page = person.get('/operation/countersign')
    for address in page.tree.xpath('//form[contains(@action, "/proposals/")]/@action'):
        person.post(str(address), {**page.form(str(address)), 'verdict': 'agreed', **fields}, status)


@pytest.mark.parametrize('action', KINDS)
def test_by_default_nothing_comes_into_force_until_a_second_person_confirms(visitor, office, action: str) -> None:
    """A-05: nor can the one who proposed it confirm it; afterwards nothing is left to sign."""
    username, act, in_force = KINDS[action]
    act(visitor(username))
    assert not in_force(office, visitor)
    decide(visitor(username), 403)
    visitor('chuangkou').post('/operation/proposals/1', {'verdict': 'agreed'}, 403)
    decide(visitor('shenji'))
    assert in_force(office, visitor)
    with office.reading() as connection:
        assert countersigning.waiting(connection, OWNER) == []
        assert proposals.waiting(connection, OWNER) == []


@pytest.mark.parametrize('action', KINDS)
def test_in_an_emergency_one_person_acts_at_once_and_it_is_listed_until_signed(visitor, office, action: str) -> None:
    """A-05"""
    username, act, in_force = KINDS[action]
    act(visitor(username), alone='1')
    assert in_force(office, visitor)
    with office.reading() as connection:
        assert [one.action for one in countersigning.waiting(connection, OWNER)] == [action]


def versions_stored(office: Any) -> list[int]:
    with office.reading() as connection:
        return list(connection.execute(select(process_definition.c.id).order_by(process_definition.c.id)).scalars())


def test_a_deployment_and_a_rollback_wait_for_a_second_person(visitor, office, zipped) -> None:
    """A-05: what is confirmed is checked again as the hall is then."""
    (first,) = versions_stored(office)
    item = (ROOT / 'processes/food-business-licence/item.toml').read_bytes()
    deploy(visitor('guanli'), lambda: zipped(**{'item.toml': b'# revised\n' + item}))
    assert versions_stored(office) == [first]
    decide(visitor('shenji'))
    assert len(versions_stored(office)) == 2
    visitor('guanli').post(f'/releases/definitions/{first}/rollback', {'reason': '有误'})
    assert len(versions_stored(office)) == 2
    decide(visitor('shenji'))
    assert len(versions_stored(office)) == 3


def test_a_migration_of_many_cases_waits_for_a_second_person(visitor, zipped) -> None:
    """A-05: the batch begins when somebody else has confirmed it."""
    visitor('chuangkou').receive()
    second_version(visitor, zipped, *RENAMED)
    administrator = visitor('guanli')
    old, new = versions(administrator.get('/migrations'))
    plan = administrator.get(f'/migrations/plan?from={old}&to={new}')
    fields = {**plan.form('/migrations/dry-run'), 'reason': REASON, 'map-intake': 'first_look'}
    administrator.post('/migrations', administrator.post('/migrations/dry-run', fields, 200).form('/migrations'))
    assert not administrator.get('/migrations').tree.xpath('//a[contains(@href, "/migrations/1")]')
    decide(visitor('shenji'))
    assert administrator.get('/migrations').tree.xpath('//a[contains(@href, "/migrations/1")]')


def test_who_refuses_says_why_and_who_proposed_may_take_it_back(visitor, office) -> None:
    stricter(visitor('renshi'))
    decide(visitor('shenji'), 422, verdict='objected')
    decide(visitor('shenji'), verdict='objected', reason='过严')
    stricter(visitor('renshi'))
    decide(visitor('renshi'), verdict='objected', reason='另行提出')
    assert min_length(office) == 10
    assert '待确认' not in visitor('shenji').get('/operation/countersign').words


def test_a_right_lost_meanwhile_is_lost(visitor, office) -> None:
    """A-05: the act is done by the rights its person has when it is confirmed."""
    stricter(visitor('renshi'))
    change = clerks.StaffPost('许文静', ['analyst'], department='centre')
    office.run(OWNER, lambda tx: clerks.take_on(tx, 'er', password_of_all(), clerks.StaffPost('二', ['account_administrator'])))
    office.run(OWNER, lambda tx: clerks.change(tx, 'renshi', change, '调岗'))
    decide(visitor('shenji'), 403)
    assert min_length(office) == 10


def test_an_objection_is_a_trouble_until_somebody_else_settles_it(visitor, office, clock, tmp_path: Path) -> None:
    """A-05: it says how the act is undone, and who did it does not settle it."""
    stricter(visitor('renshi'), alone='1')
    signer, doer = visitor('shenji'), visitor('renshi')
    act = str(signer.get('/operation/countersign').tree.xpath('//form[contains(@action, "/countersign/")]/@action')[0])
    signer.post(act, {'verdict': 'objected', 'reason': '未经讨论'})
    assert '改回原要求' in signer.get('/operation/countersign').words
    expected = Expected(tmp_path, tmp_path / 'none', silent_after=clock() - clock(), backup_every=None)
    with office.reading() as connection:
        assert 'objections' in health(connection, expected, clock()).troubles
    doer.post(f'{act}/settle', {'reason': '已改回'}, 403)
    signer.post(f'{act}/settle', {'reason': ''}, 422)
    signer.post(f'{act}/settle', {'reason': '已改回'})
    signer.post(f'{act}/settle', {'reason': '已改回'}, 409)
    with office.reading() as connection:
        assert 'objections' not in health(connection, expected, clock()).troubles


def test_whoever_may_sign_sees_at_the_top_of_his_first_page_that_something_waits(visitor, clock) -> None:
    """A-05: and when it is overdue."""
    for page in ('/staff', '/operation', '/supervision'):
        assert not visitor({'/staff': 'renshi', '/operation': 'guanli'}.get(page, 'jiancha')).get(page).tree.xpath('//a[text()="去会签"]')
    stricter(visitor('renshi'), alone='1')
    clock.move(days=3)
    for username, page in (('renshi', '/staff'), ('guanli', '/operation'), ('jiancha', '/supervision')):
        assert '1 项逾期未会签' in visitor(username).get(page).words
    assert '会签' not in visitor('chuangkou').get('/desk').words


TWO = ('renshi', 'shenji')
"""A hall of two people: who administers, and who audits; and the owner of their machine."""


@pytest.mark.parametrize('made', list(itertools.combinations(itertools.product((*TWO, 'owner'), (*TWO, 'another')), 2)))
def test_a_hall_of_two_people_is_never_stuck(office, made: tuple[tuple[str, str], ...]) -> None:
    """A-05: whoever did whatever to whomever, one after the other everything is signed by a second person."""
    people = {name: roster.actor_of(person_of(office, name)) for name in TWO} | {'owner': OWNER}
    for by, about in made:
        office.run(people[by], lambda tx, about=about: countersigning.ask(tx, 'clerk.changed', about, '调岗'))

    def signed(name: str, act: countersigning.SoleAct) -> bool:
        try:
            office.run(people[name], lambda tx: countersigning.countersign(tx, act.id, 'agreed', ''))
        except Forbidden:
            return False
        return True

    for _round in made:
        with office.reading() as connection:
            left = countersigning.waiting(connection, OWNER)
        for act in left:
            any(signed(name, act) for name in people)
    with office.reading() as connection:
        assert countersigning.waiting(connection, OWNER) == []


def test_who_joins_duties_or_leaves_one_vacant_is_said(office, visitor) -> None:
    """A-05: an account of before the duties were parted keeps its role, works, and is to be settled."""
    from tasks import tables as t

    with office.reading() as connection:
        assert duties.duties(connection).trouble is None
    with office.begin(OWNER) as tx:
        tx.connection.execute(t.clerk.update().where(t.clerk.c.username == 'guanli').values(roles=['administrator']))
        tx.connection.execute(t.clerk.update().where(t.clerk.c.username == 'renshi').values(active=False))
    guanli = visitor('guanli')
    for page in ('/staff', '/operation', '/staff/policy'):
        guanli.get(page)
    assert '马国平 一人兼任' in guanli.get('/staff').words
    office.run(OWNER, lambda tx: clerks.change(tx, 'chuangkou2', clerks.StaffPost('吴佳慧', ['account_administrator']), '调岗'))
    guanli = clerks.StaffPost('马国平', ['process_administrator'], department='centre')
    office.run(OWNER, lambda tx: clerks.change(tx, 'guanli', guanli, '拆分'))
    with office.reading() as connection:
        assert duties.duties(connection).trouble is None
    with pytest.raises(clerks.Misfilled):
        office.run(OWNER, lambda tx: clerks.change(tx, 'guanli', clerks.StaffPost('马国平', ['administrator']), '改回'))


def test_the_policy_is_read_by_who_may_and_changed_by_who_administers_accounts(visitor) -> None:
    """A-06"""
    for username in ('guanli', 'shenji', 'jiancha'):
        page = visitor(username).get('/staff/policy')
        assert '密码最少位数' in page.words
        assert not page.tree.xpath('//main//form')
        visitor(username).post('/staff/policy', {}, 403)
    visitor('chuangkou').get('/staff/policy', 403)
    person = visitor('renshi')
    form = person.get('/staff/policy').form('/staff/policy')
    assert form['min_length'] == str(AccountPolicy().min_length)
    page = person.post('/staff/policy', {**form, 'min_length': '3', 'reason': 'x'}, 422)
    assert '应在 8 至 64 之间' in page.words
