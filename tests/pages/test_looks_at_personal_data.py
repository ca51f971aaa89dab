"""Every look at personal data is written down, and what a look leaves behind gives nobody away (A-03, A-10)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, select, update

from engine import SYSTEM
from tasks import tables as t
from tasks.rights.looks import LISTED, VIEWED
from tests.pages.conftest import PERSON, accept


@pytest.fixture
def case_no(visitor) -> str:
    return visitor('chuangkou').receive(**PERSON)


def looked(office, action: str) -> list[tuple[str, str, dict]]:
    log = t.operator_log.c
    with office.reading() as connection:
        return [tuple(row) for row in connection.execute(select(log.by, log.object, log.data).where(log.action == action).order_by(log.id))]


def test_a_look_says_who_whose_where_and_by_which_relation(visitor, office) -> None:
    """S-35, PIPL art. 51: plain looks once a day a page, masked ones too; looks of who sees no person leave no line."""
    receiver = visitor('chuangkou')
    case_no = receiver.receive(**PERSON)
    accept(receiver, case_no)
    before = len(looked(office, VIEWED))
    visitor('jueding').get(f'/cases/{case_no}')
    visitor('jueding').get(f'/cases/{case_no}')
    visitor('jiancha').get(f'/cases/{case_no}')
    visitor('dengbu').get(f'/cases/{case_no}')
    found = looked(office, VIEWED)[before:]
    assert ('jueding', case_no, {'what': 'case', 'relation': 'lead', 'reading': 'plain'}) in found
    assert [one for one in found if one[0] == 'jueding'] == [('jueding', case_no, {'what': 'case', 'relation': 'lead', 'reading': 'plain'})]
    assert ('jiancha', case_no, {'what': 'opinions', 'relation': 'supervisor', 'reading': 'masked'}) in found
    assert not [one for one in found if one[0] == 'dengbu']


def test_a_list_that_names_persons_is_a_look_at_them(visitor, case_no, office) -> None:
    """A-03: once a day for each case and list; who reads them masked looks at nobody."""
    clerk, other = visitor('chuangkou2'), visitor('dengbu')
    for _ in range(2):
        clerk.get('/desk')
        clerk.get('/cases')
        other.get('/cases')
    assert looked(office, LISTED) == [
        ('chuangkou2', 'desk', {'cases': {case_no: 'window'}}),
        ('chuangkou2', 'cases', {'cases': {case_no: 'window'}}),
    ]


def test_who_supervises_reads_the_looks_at_a_case_and_of_a_person(visitor, case_no) -> None:
    visitor('jueding').get(f'/cases/{case_no}')
    auditor = visitor('jiancha')
    assert '高国强' in auditor.get(f'/cases/{case_no}').tree.xpath('//section[h2="个人信息查阅记录"]')[0].text_content()
    page = auditor.get(f'/operation/looks?by=jueding&case_no={case_no}')
    assert ('事项的决定岗位' in page.words, '明文' in page.words) == (True, True)
    assert '没有记录' in auditor.get('/operation/looks?by=hecha1').words
    for username in ('chuangkou', 'guanli', 'liucheng'):
        visitor(username).get('/operation/looks', 403)
    assert not visitor('jueding').get(f'/cases/{case_no}').tree.xpath('//section[h2="个人信息查阅记录"]')


def test_a_session_keeps_no_query_password_in_clear(visitor, office) -> None:
    """A-10: what a copy of the database holds prints no receipt; the session that received the case does."""
    clerk = visitor('chuangkou')
    number = clerk.receive(**PERSON)
    password = clerk.get(f'/receive/slips/{number}').tree.xpath('string(//*[contains(@class, "receipt__code")][last()])').strip()
    assert password
    with office.reading() as connection:
        kept = json.dumps(list(connection.execute(select(t.clerk_session.c.slips)).scalars()))
    assert number in kept
    assert password not in kept
    with office.begin(SYSTEM) as tx:  # as an older version kept it
        tx.connection.execute(update(t.clerk_session).values(slips=[[number, password]]))
    clerk.get(f'/receive/slips/{number}', 404)


def test_the_dates_of_a_case_are_kept_by_no_cache(visitor, case_no) -> None:
    """A-10."""
    assert visitor('chuangkou').get(f'/cases/{case_no}/deadlines.json').headers['Cache-Control'] == 'no-store'


def test_attempts_to_sign_in_are_forgotten_when_no_rule_looks_back(visitor, office, clock) -> None:
    """A-10."""
    old = {'username': 'nobody', 'address': '10.9.9.9', 'at': clock(), 'ok': False}
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(insert(t.login_attempt), [old])
    clock.move(days=8)
    visitor('chuangkou')
    with office.reading() as connection:
        assert 'nobody' not in list(connection.execute(select(t.login_attempt.c.username)).scalars())
