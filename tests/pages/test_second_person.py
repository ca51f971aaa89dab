"""Who is a second person, and what he is shown before he confirms (A-05)."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pytest

from engine import SYSTEM, Actor, Conflict, Forbidden, Rejection, read_zip
from tasks.clock import guard
from tasks.demo.hall import password_of_all
from tasks.operations import countersigning, proposals, shown
from tasks.people import clerks, policy, posts, roster
from tasks.rights.two_people import RULES, waits
from tasks.words.vocabulary import INTENT
from tests.pages.test_two_people import OWNER, ROOT, decide, deploy, min_length, newcomer, person_of, stricter, window


def actor(office: Any, username: str) -> Actor:
    return roster.actor_of(person_of(office, username))


def at_once(office: Any, acts: list[Any]) -> list[Any]:
    """Each (person, act) in a thread of its own, all in open transactions before the first goes on: what each raised, or None."""
    met, raised = threading.Barrier(len(acts)), []

    def go(who: Actor, act: Any) -> None:
        def run(tx: Any) -> None:
            if office.database.dialect.name == 'postgresql':
                met.wait(10)
            act(tx)

        try:
            office.run(who, run)
            raised.append(None)
        except Conflict as error:
            raised.append(error)

    threads = [threading.Thread(target=go, args=one) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return raised


@pytest.mark.parametrize('verdicts', [('agreed', 'agreed'), ('agreed', 'objected'), ('objected', 'objected')])
def test_a_proposal_is_decided_once(office, verdicts: tuple[str, str]) -> None:
    """A-05: also where two people decide in the same instant."""
    wanted = asdict(policy.AccountPolicy()) | {'min_length': 12}
    number = office.run(actor(office, 'renshi'), lambda tx: proposals.propose(tx, 'policy.changed', 'accounts', '加强', wanted))
    people = [actor(office, name) for name in ('shenji', 'jiancha')]
    acts = [(who, lambda tx, said=said: proposals.decide(tx, number, said, '意见')) for who, said in zip(people, verdicts, strict=True)]
    assert sorted(type(one).__name__ for one in at_once(office, acts)) == ['Conflict', 'NoneType']
    with office.reading() as connection:
        verdict = proposals.find(connection, OWNER, number).verdict
    assert (min_length(office) == 12) == (verdict == 'agreed')


def test_a_doubted_clock_is_confirmed_once(office, clock) -> None:
    """A-05: the second to confirm is told that the doubt is over."""
    found = guard.Doubt('jump', clock(), clock())
    reading = guard.Reading('host', clock(), 'boot', 1)
    office.run(OWNER, lambda tx: guard._arise(tx, reading, found))
    with office.reading() as connection:
        ((number, *_),) = guard.open_doubts(connection)
    acts = [(OWNER, lambda tx: guard.confirm(tx, number, '已核对'))] * 2
    assert sorted(type(one).__name__ for one in at_once(office, acts)) == ['Conflict', 'NoneType']


OPENED = {
    'a new password': lambda tx: clerks.reset_password(tx, 'guanli', '忘记', password_of_all()),
    'any act about the account': lambda tx: countersigning.ask(tx, 'clerk.changed', 'guanli', '调岗'),
}


@pytest.mark.parametrize('opened', OPENED)
def test_whoever_opened_an_account_confirms_nothing_it_wants_or_did(office, opened: str) -> None:
    """A-05: one person who takes over an account is still one person; nor does anybody else before the act about it is signed."""
    renshi, guanli, shenji = (actor(office, name) for name in ('renshi', 'guanli', 'shenji'))
    office.run(renshi, OPENED[opened])
    closure = {'kind': 'closure', 'hall': 'qingjiang', 'first': '2026-03-05', 'reason': '停电', 'base': ''}
    number = office.run(guanli, lambda tx: proposals.propose(tx, 'calendar.closed', 'qingjiang', '停电', closure))
    office.run(guanli, lambda tx: countersigning.ask(tx, 'item.cancelled', 'x', '依据废止'))
    with office.reading() as connection:
        opening, done = countersigning.waiting(connection, OWNER)
    for who in (renshi, shenji):
        with pytest.raises(Forbidden):
            office.run(who, lambda tx: proposals.decide(tx, number, 'agreed', ''))
        with pytest.raises(Forbidden):
            office.run(who, lambda tx: countersigning.countersign(tx, done.id, 'agreed', ''))
    office.run(shenji, lambda tx: countersigning.countersign(tx, opening.id, 'agreed', ''))
    office.run(shenji, lambda tx: countersigning.countersign(tx, done.id, 'agreed', ''))
    office.run(shenji, lambda tx: proposals.decide(tx, number, 'objected', '不停电'))


def test_who_owns_the_machine_confirms_nothing_by_an_account_he_opened(office) -> None:
    """A-05: until somebody has signed that he did."""
    office.run(OWNER, OPENED['a new password'])
    wanted = asdict(policy.AccountPolicy()) | {'min_length': 12}
    office.run(OWNER, lambda tx: clerks.reset_password(tx, 'renshi', '忘记', password_of_all()))
    number = office.run(actor(office, 'renshi'), lambda tx: proposals.propose(tx, 'policy.changed', 'accounts', '加强', wanted))
    with pytest.raises(Forbidden):
        office.run(OWNER, lambda tx: proposals.decide(tx, number, 'agreed', ''))
    office.run(actor(office, 'shenji'), lambda tx: proposals.decide(tx, number, 'agreed', ''))
    assert min_length(office) == 12


def test_what_an_opened_account_wants_can_always_be_refused(office, visitor) -> None:
    """A-05"""
    stricter(visitor('renshi'))
    office.run(OWNER, lambda tx: clerks.take_on(tx, 'er', password_of_all(), clerks.StaffPost('二', ['account_administrator'])))
    office.run(actor(office, 'er'), lambda tx: countersigning.ask(tx, 'clerk.changed', 'renshi', '调岗'))
    decide(visitor('shenji'), 403)
    decide(visitor('shenji'), verdict='objected', reason='账号未会签')
    assert min_length(office) == 10


def test_every_act_of_two_people_stands_in_every_table() -> None:
    """A-05: what it needs, how its object is now, what its card shows and is called, how it is done."""
    beforehand = {action for action in RULES if waits(action)}
    for table in (proposals.NEED, proposals.PERFORM, shown.BASES, shown.LINES, INTENT):
        assert set(table) == beforehand


def test_who_waits_for_his_own_account_may_object_but_not_sign(office, visitor) -> None:
    """A-05: and the page offers him just that."""
    office.run(actor(office, 'renshi'), lambda tx: clerks.reset_password(tx, 'shenji', '忘记', password_of_all()))
    office.run(OWNER, lambda tx: countersigning.ask(tx, 'item.cancelled', 'x', '依据废止'))
    with office.reading() as connection:
        act = countersigning.waiting(connection, OWNER)[1]
    stricter(visitor('renshi'))
    assert offered(visitor('shenji')) == {f'/operation/countersign/{act.id}': ['objected'], '/operation/proposals/1': ['objected']}
    for verdict, status in (('agreed', 403), ('objected', 302)):
        sent = {'verdict': verdict, 'reason': '未经讨论'}
        visitor('shenji').post(f'/operation/countersign/{act.id}', sent, status)
    decide(visitor('shenji'), 403)
    decide(visitor('shenji'), verdict='objected', reason='过严')
    assert not visitor('shenji').get('/operation/countersign').tree.xpath('//form[contains(@action, "/settle")]')
    assert visitor('jiancha').get('/operation/countersign').tree.xpath('//form[contains(@action, "/settle")]')


def offered(person: Any) -> dict[str, list[str]]:
    """The verdicts a page offers for each act and proposal."""
    forms = person.get('/operation/countersign').tree.xpath('//form[.//button[@name="verdict"]]')
    return {str(form.get('action')): [str(value) for value in form.xpath('.//button[@name="verdict"]/@value')] for form in forms}


AUDITOR = clerks.StaffPost('新人', ['auditor'], department='centre')
SIGNERS = ('renshi', 'shenji', 'jiancha', 'guanli', 'n_aud', 'g_aud')


def put_everything_on_the_list(office: Any) -> None:
    """Acts and proposals of several people about several objects, of two halls; some accounts wait for a signature."""
    renshi, guanli = actor(office, 'renshi'), actor(office, 'guanli')
    office.run(renshi, lambda tx: clerks.reset_password(tx, 'jiancha', '忘记', password_of_all()))
    office.run(OWNER, lambda tx: clerks.reset_password(tx, 'guanli', '忘记', password_of_all()))
    office.run(guanli, lambda tx: countersigning.ask(tx, 'item.cancelled', 'x', '依据废止'))
    office.run(actor(office, 'jiancha'), lambda tx: countersigning.ask(tx, 'item.cancelled', 'y', '依据废止'))
    office.run(guanli, lambda tx: proposals.propose(tx, 'calendar.closed', 'qingjiang', '停电', CLOSURE))
    office.run(actor(office, 'g_proc'), lambda tx: proposals.propose(tx, 'calendar.closed', 'qingjiang', '停电', CLOSURE))
    office.run(
        renshi, lambda tx: proposals.take_on(tx, 'xin', password_of_all(), clerks.StaffPost('新人', ['auditor'], department='centre'), 'x')
    )
    office.run(renshi, lambda tx: proposals.change(tx, 'shenji', clerks.StaffPost('邓立新', ['analyst'], department='centre'), '调岗'))


class Undone(Exception):
    """Takes back what was tried."""


def accepted(office: Any, username: str) -> dict[str, list[str]]:
    """The verdicts that are not forbidden, by trying each and taking it back."""
    who, found = actor(office, username), dict[str, list[str]]()
    with office.reading() as connection:
        acts = [(f'/operation/countersign/{one.id}', countersigning.countersign, one.id) for one in countersigning.waiting(connection, who)]
        acts += [(f'/operation/proposals/{one.id}', proposals.decide, one.id) for one in proposals.waiting(connection, who)]
        ready = {one.id: proposals.prepare(connection, one, 'agreed') for one in proposals.waiting(connection, who)}

    def trial(tx: Any, verb: Any, number: int, verdict: str) -> None:
        verb(tx, number, verdict, '意见', *([ready[number]] if verb is proposals.decide and verdict == 'agreed' else []))
        raise Undone

    for address, verb, number in acts:
        for verdict in countersigning.VERDICT:
            try:
                office.run(who, lambda tx, one=(verb, number, verdict): trial(tx, *one))
            except (Undone, Conflict):
                found.setdefault(address, []).append(verdict)
            except Forbidden:
                continue
    return found


@pytest.mark.parametrize('username', SIGNERS)
def test_a_page_offers_what_would_be_accepted(office, visitor, username: str) -> None:
    """A-05: nobody sees a form that then refuses, and nobody misses one that would not."""
    north(office)
    put_everything_on_the_list(office)
    assert offered(visitor(username)) == accepted(office, username)


def card(visitor: Any, username: str = 'shenji') -> str:
    return visitor(username).get('/operation/countersign').words


def test_the_card_shows_what_a_policy_would_be_also_where_it_is_nothing(visitor) -> None:
    """A-05: every changed value with the one of now, 0 and no included; in words, no keys."""
    person = visitor('renshi')
    form = person.get('/staff/policy').form('/staff/policy')
    person.post('/staff/policy', {**form, 'max_age_days': '0', 'history': '0', 'reason': '调整'})
    words = card(visitor)
    assert '180 → 0' in words
    assert '5 → 0' in words
    assert '密码有效天数' in words
    assert 'max_age_days' not in words
    assert 'min_length' not in words
    assert '密码最少位数' not in words  # unchanged


def test_the_card_of_a_newcomer_names_roles_windows_and_department(visitor) -> None:
    """A-05"""
    newcomer(visitor('renshi'))
    words = card(visitor)
    assert '审计' in words
    assert '窗口' in words
    assert '部门' in words
    assert 'auditor' not in words


def test_the_card_of_a_post_shows_what_changes(visitor) -> None:
    """A-05: the windows of now and those that would be."""
    window(visitor('renshi'))
    assert '→' in card(visitor)


def test_the_card_of_an_account_switched_on_says_what_the_person_may(office, visitor) -> None:
    """A-05"""
    office.run(SYSTEM, lambda tx: roster.set_active(tx, 'shenji', False, '借调'))
    visitor('renshi').post('/staff/clerks/shenji/activate', {'reason': '返岗'})
    words = card(visitor, 'jiancha')
    assert '审计' in words
    assert '窗口' in words
    assert '部门' in words


def test_the_card_of_a_window_shows_what_changes_in_words(visitor) -> None:
    """A-05"""
    address = '/staff/windows/food_review'
    person = visitor('renshi')
    person.post(address, {**person.get(address).form(address), 'authority': 'decide', 'place': '二楼', 'reason': '调整'})
    words = card(visitor)
    assert '审查 → 决定' in words
    assert '→ 二楼' in words
    assert '名称' not in words  # unchanged
    decide(visitor('shenji'))
    assert person.get(address).form(address)['authority'] == 'decide'


def test_the_card_of_what_is_so_already_says_so(office, visitor) -> None:
    """A-05: a card never shows nothing."""
    wanted = asdict(policy.AccountPolicy())
    office.run(actor(office, 'renshi'), lambda tx: proposals.propose(tx, 'policy.changed', 'accounts', '照旧', wanted))
    assert '无，现状已是如此' in card(visitor)


def test_the_card_of_a_deployment_leads_to_the_checked_bundle(visitor, zipped) -> None:
    """A-05: its problems, the difference to the version in force, its digest, the file."""
    item = (ROOT / 'processes/food-business-licence/item.toml').read_bytes()
    content = zipped(**{'item.toml': b'# revised\n' + item})
    deploy(visitor('guanli'), lambda: content)
    signer = visitor('shenji')
    (link,) = signer.get('/operation/countersign').tree.xpath('//a[contains(@href, "/releases/proposals/")]/@href')
    page = signer.get(str(link))
    assert '与现行版本相比' in page.words
    (download,) = page.tree.xpath('//a[contains(@href, "/bundle")]/@href')
    answer = signer.client.get(str(download))
    assert read_zip(answer.data, 'x').files['item.toml'].startswith(b'# revised')
    assert read_zip(answer.data, 'x').hash in page.words
    visitor('chuangkou').get(str(link), 403)
    visitor('chuangkou').get(str(download), 403)


def test_what_is_confirmed_is_what_was_shown(office, visitor) -> None:
    """A-05: a page that showed something else, or nothing, confirms nothing."""
    stricter(visitor('renshi'))
    visitor('shenji').post('/operation/proposals/1', {'verdict': 'agreed'}, 409)
    decide(visitor('shenji'), 409, shown='0' * 64)
    assert min_length(office) == 10
    decide(visitor('shenji'))
    assert min_length(office) == 12


def deciding(person: Any) -> None:
    address = '/staff/windows/food_review'
    person.post(address, {**person.get(address).form(address), 'authority': 'decide', 'reason': '调整'})


CHANGED = {
    'clerk.windows_assigned': (
        window,
        lambda tx: clerks.change(tx, 'shencha', clerks.StaffPost('林志远', ['analyst'], department='market'), '停岗'),
    ),
    'clerk.created': (
        newcomer,
        lambda tx: clerks.change(tx, 'xin', clerks.StaffPost('新人', ['supervisor'], department='centre'), '改为监察'),
    ),
    'clerk.activated': (
        lambda person: person.post('/staff/clerks/xiuxi/activate', {'reason': '返岗'}),
        lambda tx: clerks.change(tx, 'xiuxi', clerks.StaffPost('休', ['supervisor'], department='centre'), '改为监察'),
    ),
    'window.changed': (deciding, lambda tx: posts.change_window(tx, 'food_review', '更名', name='新岗', authority='review')),
    'policy.changed': (stricter, lambda tx: policy.change_policy(tx, policy.AccountPolicy(history=9), '改')),
}


@pytest.mark.parametrize('action', CHANGED)
def test_what_was_proposed_upon_something_else_is_not_done(office, visitor, action: str) -> None:
    """A-05: the object has changed since: whoever confirms is told, and it is proposed anew."""
    act, meanwhile = CHANGED[action]
    with office.begin(SYSTEM) as tx:
        roster.create_clerk(tx, 'xiuxi', '休', password_of_all(), ['auditor'], department='centre')
        roster.set_active(tx, 'xiuxi', False, '借调')
    act(visitor('renshi'))
    with office.reading() as connection:
        (wanted,) = proposals.waiting(connection, OWNER)
    office.run(OWNER, meanwhile)
    with pytest.raises(Conflict):
        office.run(actor(office, 'shenji'), lambda tx: proposals.decide(tx, wanted.id, 'agreed', ''))


VOIDED = {
    'switched off': (lambda tx: clerks.switch(tx, 'renshi', False, '离职'), '提请人的账号已停用'),
    'given a password': (lambda tx: clerks.reset_password(tx, 'renshi', '忘记', password_of_all()), '提请人的密码已重设'),
}


@pytest.mark.parametrize('how', VOIDED)
def test_what_a_person_proposed_is_void_when_his_account_is_not_his_any_more(office, visitor, how: str) -> None:
    """A-05: and it is listed with the reason."""
    stricter(visitor('renshi'))
    office.run(OWNER, lambda tx: clerks.take_on(tx, 'er', password_of_all(), clerks.StaffPost('二', ['account_administrator'])))
    voided, why = VOIDED[how]
    office.run(OWNER, voided)
    assert why in card(visitor)
    with pytest.raises(Conflict):
        office.run(actor(office, 'shenji'), lambda tx: proposals.decide(tx, 1, 'agreed', ''))
    assert min_length(office) == 10


@pytest.mark.parametrize('how', VOIDED)
def test_a_void_new_account_may_be_wanted_anew_and_a_refused_one_not(office, visitor, how: str) -> None:
    """A-05: nobody has said anything about a void one; a second person still has to agree."""
    newcomer(visitor('renshi'))
    office.run(OWNER, lambda tx: clerks.take_on(tx, 'er', password_of_all(), clerks.StaffPost('二', ['account_administrator'])))
    office.run(OWNER, VOIDED[how][0])
    assert '作废' in card(visitor)
    assert office.run(actor(office, 'er'), lambda tx: proposals.switch_on(tx, 'xin', '新人报到')) is None
    assert not person_of(office, 'xin').active
    with office.reading() as connection:
        (wanted,) = proposals.waiting(connection, OWNER)
        for_er = countersigning.waiting(connection, OWNER)
    assert wanted.action == 'clerk.activated'
    for act in for_er:
        office.run(actor(office, 'guanli'), lambda tx, act=act: countersigning.countersign(tx, act.id, 'agreed', ''))
    decide(visitor('shenji'))
    assert person_of(office, 'xin').active
    office.run(actor(office, 'er'), lambda tx: proposals.take_on(tx, 'san', password_of_all(), AUDITOR, 'x'))
    decide(visitor('shenji'), verdict='objected', reason='不需要')
    with pytest.raises(Conflict):
        office.run(actor(office, 'er'), lambda tx: proposals.switch_on(tx, 'san', '新人报到'))


def test_who_is_switched_off_has_nothing_done_in_his_name(office, visitor) -> None:
    """A-05: however he came to be switched off."""
    stricter(visitor('renshi'))
    office.run(OWNER, lambda tx: roster.set_active(tx, 'renshi', False, '离职'))
    decide(visitor('shenji'), 403)
    assert min_length(office) == 10


def north(office: Any) -> None:
    with office.begin(SYSTEM) as tx:
        roster.create_hall(tx, 'north', '江北县政务服务中心', '990122', document_prefix='北政服')
        roster.create_department(tx, 'north_office', '江北县审批局', 'north')
        for name, role in (('n_proc', 'process_administrator'), ('n_aud', 'auditor'), ('n_acc', 'account_administrator')):
            roster.create_clerk(tx, name, name, password_of_all(), [role], department='north_office')
        roster.create_clerk(tx, 'g_proc', 'g_proc', password_of_all(), ['process_administrator'])
        roster.create_clerk(tx, 'g_aud', 'g_aud', password_of_all(), ['auditor'])


CLOSURE = {'kind': 'closure', 'hall': 'qingjiang', 'first': '2026-03-05', 'reason': '停电', 'base': ''}


def test_who_serves_another_hall_confirms_nothing_of_this_one(office) -> None:
    """A-05: also where who proposes serves all halls."""
    north(office)
    number = office.run(actor(office, 'g_proc'), lambda tx: proposals.propose(tx, 'calendar.closed', 'qingjiang', '停电', CLOSURE))
    with pytest.raises(Forbidden):
        office.run(actor(office, 'n_aud'), lambda tx: proposals.decide(tx, number, 'agreed', ''))


PLACED = {
    'calendar.closed': ('n_proc', 'qingjiang', CLOSURE),
    'item.deployed': ('n_proc', 'food-business-licence', {'despite_empty': False}),
    'release.rolled_back': ('n_proc', 'food-business-licence', {'definition': 1, 'despite_empty': False}),
    'clerk.activated': ('n_acc', 'shencha', {}),
    'window.changed': ('n_acc', 'food_review', {'name': 'x', 'authority': 'decide', 'department': 'north_office', 'place': ''}),
    'policy.changed': ('n_acc', 'accounts', asdict(policy.AccountPolicy())),
    'clerk.changed': ('n_acc', 'shencha', clerks.as_json(clerks.StaffPost('x', ['analyst'], department='market'))),
}


@pytest.mark.parametrize('action', PLACED)
def test_what_is_another_halls_is_refused_when_it_is_proposed(office, action: str) -> None:
    """A-05"""
    north(office)
    username, target, arguments = PLACED[action]
    with pytest.raises(Forbidden):
        office.run(actor(office, username), lambda tx: proposals.propose(tx, action, target, '理由', arguments))


def test_a_window_is_of_the_hall_it_is_in_and_of_the_one_it_would_be_in(office) -> None:
    """A-05"""
    north(office)
    office.run(SYSTEM, lambda tx: roster.create_window(tx, 'n_window', '江北岗', 'north', department='north_office'))
    wanted = {'name': '江北岗', 'authority': 'decide', 'department': 'north_office', 'place': ''}
    n_acc = actor(office, 'n_acc')
    assert office.run(n_acc, lambda tx: proposals.propose(tx, 'window.changed', 'n_window', '理由', wanted))
    with pytest.raises(Forbidden):
        office.run(n_acc, lambda tx: proposals.propose(tx, 'window.changed', 'n_window', '理由', wanted | {'department': 'market'}))


def test_the_list_reads_a_page_and_no_payload_and_one_person_fills_it_only_once(office, visitor) -> None:
    """A-05"""
    renshi = actor(office, 'renshi')
    wanted = asdict(policy.AccountPolicy()) | {'min_length': 12}

    def ask(tx: Any) -> int:
        return proposals.propose(tx, 'policy.changed', 'accounts', '加强', wanted, payload=b'x')

    for _ in range(proposals.MOST_WAITING):
        office.run(renshi, ask)
    with pytest.raises(Rejection):
        office.run(renshi, ask)
    with office.reading() as connection:
        found = proposals.waiting(connection, OWNER)
    assert {one.payload for one in found} == {None}
    assert len(found) == proposals.MOST_WAITING
    (following,) = visitor('shenji').get('/operation/countersign').tree.xpath('//a[contains(@href, "after=")]/@href')
    assert not visitor('shenji').get(str(following)).tree.xpath('//form[contains(@action, "/proposals/")]')
