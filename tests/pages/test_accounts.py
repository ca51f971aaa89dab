"""A real hall's accounts on the pages: what must come first, sessions listed and ended, an account unlocked (A-06, A-07)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.demo import building as demo
from web.app import create_app
from web.root import Root

GOOD = 'seven green bottles 7'


@pytest.fixture
def real(app, clock, office):
    """The same hall served without --demo."""
    settings = replace(app.extensions['yizhan'].settings, demo=False)
    return create_app(settings, root=Root(settings, clock, office))


def temporary(administrator, username: str) -> str:
    page = administrator.post(f'/staff/clerks/{username}/password', {'reason': '忘记密码'}, 200)
    return str(page.tree.xpath('//*[@id="temporary"]/text()')[0])


def at(app, visitor):
    someone = visitor()
    someone.client = app.test_client()
    return someone


def test_a_temporary_password_must_be_changed_before_anything_else(real, visitor) -> None:
    """A-06: it was never asked to be changed."""
    given = temporary(visitor('renshi'), 'chuangkou')
    clerk = at(real, visitor).sign_in('chuangkou', given)
    for path in ('/desk', '/cases', '/receive'):
        assert clerk.get(path, 302).location == '/profile'
    assert clerk.post('/receive/food-business-licence', {}, 302).location == '/profile'
    page = clerk.get('/profile')
    assert '请先修改密码' in page.words
    clerk.post('/profile', {'old_password': given, 'new_password': GOOD, 'repeat_password': GOOD})
    clerk.get('/desk')


def test_a_demo_hall_served_without_demo_says_so_and_refuses_its_passwords(real, visitor) -> None:
    """A-06: it kept the demo passwords without a word."""
    stranger = at(real, visitor)
    assert '未以演示方式（--demo）启动' in stranger.get('/login').words
    page = stranger.post('/login', {'username': 'guanli', 'password': demo.PASSWORD}, 401)
    assert '演示密码只能在演示方式' in page.words


def test_sessions_are_listed_and_ended_by_their_person(visitor) -> None:
    """A-06."""
    here, there = visitor('chuangkou'), visitor('chuangkou', '10.0.0.7')
    page = here.get('/profile')
    assert '10.0.0.7' in page.words
    assert '当前会话' in page.words
    here.post(str(page.tree.xpath('//form[contains(@action, "/end")]/@action')[0]))
    there.get('/desk', 302)
    here.get('/desk')


def test_sessions_are_ended_by_whoever_administers_accounts_and_by_nobody_else(visitor) -> None:
    """A-06."""
    clerk, colleague, administrator = visitor('chuangkou'), visitor('shencha'), visitor('renshi')
    end = str(administrator.get('/staff/clerks/chuangkou').tree.xpath('//form[contains(@action, "/end")]/@action')[0])
    colleague.post(end, status=403)
    colleague.post('/profile/sessions/' + end.split('/')[-2] + '/end')
    clerk.get('/desk')
    administrator.post(end)
    clerk.get('/desk', 302)


def test_the_number_of_sessions_is_bounded(visitor, clock) -> None:
    """A-06: unlimited sessions."""
    browsers = []
    for _ in range(6):
        clock.move(seconds=1)
        browsers.append(visitor('chuangkou'))
    browsers[0].get('/desk', 302)
    for one in browsers[1:]:
        one.get('/desk')


def test_the_browser_a_clerk_works_in_comes_in_whatever_strangers_do(visitor) -> None:
    """A-07: told apart by a cookie of the device, which signing out leaves."""
    clerk, guesser = visitor('chuangkou'), visitor()
    clerk.post('/logout')
    for _ in range(5):
        guesser.post('/login', {'username': 'chuangkou', 'password': 'wrong'}, 401)
    guesser.post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD}, 429)
    clerk.sign_in('chuangkou')
    cookie = clerk.client.get_cookie('yizhan_device')
    assert cookie.http_only
    assert cookie.same_site == 'Lax'


def test_an_account_is_unlocked_on_its_page(visitor) -> None:
    """A-06: no way but waiting."""
    clerk, administrator = visitor(), visitor('renshi')
    for _ in range(5):
        clerk.post('/login', {'username': 'chuangkou', 'password': 'wrong'}, 401)
    clerk.post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD}, 429)
    assert '5 次登录失败' in administrator.get('/staff/clerks/chuangkou').words
    administrator.post('/staff/clerks/chuangkou/unlock', {'reason': ''}, 422)
    administrator.post('/staff/clerks/chuangkou/unlock', {'reason': '本人到场'})
    clerk.sign_in('chuangkou')
