"""Sessions end: at once when somebody signs out, after a while without a click, and after a working day in any case."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tasks.demo import building as demo
from tasks.tables import clerk_session
from web.app import create_app
from web.root import Root


@pytest.fixture
def strict(app, clock, office):
    """The same hall with the sessions of a new installation: 12 hours, and 2 without a click."""
    settings = replace(app.extensions['yizhan'].settings, session_hours=12.0, session_idle_minutes=120.0)
    return create_app(settings, root=Root(settings, clock, office))


def readable(cookie: str) -> str:
    """What anybody can read in a signed cookie."""
    payload = cookie.removeprefix('.').split('.')[0]
    raw = base64.urlsafe_b64decode(payload + '=' * (-len(payload) % 4))
    return (zlib.decompress(raw) if cookie.startswith('.') else raw).decode()


def cookie_of(person) -> str:
    return str(person.client.get_cookie('yizhan').value)


def test_a_cookie_copied_before_signing_out_is_worth_nothing_afterwards(visitor) -> None:
    clerk, thief, colleague = visitor('chuangkou'), visitor(), visitor('chuangkou')
    thief.client.set_cookie('yizhan', cookie_of(clerk))
    thief.get('/desk')
    clerk.post('/logout')
    thief.get('/desk', 302)
    colleague.get('/desk')  # another session of the same person goes on


def test_signing_in_again_ends_the_session_of_before(visitor) -> None:
    clerk, thief = visitor('chuangkou'), visitor()
    thief.client.set_cookie('yizhan', cookie_of(clerk))
    fields = {'old_password': demo.PASSWORD, 'new_password': 'a-better-one', 'repeat_password': 'a-better-one'}
    clerk.post('/profile', fields)
    clerk.get('/desk')
    thief.get('/desk', 302)


def test_a_session_ends_after_twelve_hours_however_busy(strict, visitor, clock) -> None:
    clerk = visitor()
    clerk.client = strict.test_client()
    clerk.sign_in('chuangkou')
    for _ in range(11):
        clock.move(minutes=65)
        clerk.get('/desk')
    clock.move(minutes=6)
    clerk.get('/desk', 302)


def test_a_session_ends_after_two_hours_without_a_click(strict, visitor, clock, office) -> None:
    clerk = visitor()
    clerk.client = strict.test_client()
    clerk.sign_in('chuangkou')
    clock.move(minutes=110)
    clerk.get('/desk')
    clock.move(minutes=110)
    clerk.get('/desk')
    clock.move(minutes=120)
    clerk.get('/desk', 302)
    clerk.sign_in('chuangkou')
    with office.reading() as conn:
        assert conn.execute(select(func.count()).select_from(clerk_session)).scalar_one() == 1, 'sessions that are over do not stay'


def test_the_query_password_of_a_receipt_is_not_in_the_cookie(visitor) -> None:
    clerk = visitor('chuangkou')
    slip = clerk.get(f'/receive/slips/{clerk.receive()}')
    password = re.search(r'查询密码 ?([2-9A-Z]{8})', slip.words)
    assert password
    assert password[1] not in readable(cookie_of(clerk))


def test_only_the_last_receipts_can_be_printed_again(visitor) -> None:
    clerk = visitor('chuangkou')
    received = [clerk.receive() for _ in range(6)]
    clerk.get(f'/receive/slips/{received[0]}', 404)
    clerk.get(f'/receive/slips/{received[1]}')
