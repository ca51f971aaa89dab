"""Who is a second person (A-05)."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pytest

from engine import Actor, Conflict, Forbidden
from tasks.clock import guard
from tasks.demo.hall import password_of_all
from tasks.operations import countersigning, proposals
from tasks.people import clerks, policy, roster
from tests.pages.test_two_people import OWNER, decide, min_length, person_of, stricter


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
