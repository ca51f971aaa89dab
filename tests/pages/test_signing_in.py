"""Signing in and out: throttled, safe from forgery and from links that lead elsewhere; sessions end when they must."""

from __future__ import annotations

import re

import pytest

from engine import SYSTEM
from tasks.demo import building as demo
from tasks.people import roster as people


def test_a_clerk_signs_in_and_sees_the_desk(visitor) -> None:
    clerk = visitor()
    assert '查进度' in clerk.get('/').words
    page = clerk.post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD})
    assert page.location == '/'
    assert clerk.get('/', 302).location == '/desk'
    assert '我的工作台' in clerk.get('/desk').words


@pytest.mark.parametrize(('username', 'password'), [('chuangkou', 'wrong'), ('nobody', demo.PASSWORD), ('', ''), ('x' * 5000, 'y' * 5000)])
def test_whatever_is_wrong_the_answer_is_the_same(visitor, username: str, password: str) -> None:
    page = visitor().post('/login', {'username': username, 'password': password}, 401)
    assert '用户名或密码不正确' in page.words


def test_too_many_failures_are_throttled_and_the_page_says_until_when(visitor, clock) -> None:
    clerk = visitor()
    for _ in range(5):
        clerk.post('/login', {'username': 'chuangkou', 'password': 'wrong'}, 401)
    page = clerk.post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD}, 429)
    assert re.search(r'请于 2026-03-02 \d\d:\d\d 后再试', page.words)
    clock.move(minutes=16)
    clerk.post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD})


def test_after_signing_in_one_comes_to_the_page_one_asked_for(visitor) -> None:
    clerk = visitor()
    assert clerk.get('/cases?status=closed', 302).location == '/login?next=/cases?status%3Dclosed'
    fields = {'username': 'chuangkou', 'password': demo.PASSWORD}
    assert clerk.post('/login', {**fields, 'next': '/cases?status=closed'}).location == '/cases?status=closed'


def test_a_forged_return_address_is_ignored(visitor) -> None:
    fields = {'username': 'chuangkou', 'password': demo.PASSWORD, 'next': '//evil.example/'}
    assert visitor().post('/login', fields).location == '/'
    assert 'next' not in visitor().get('/login?next=https://evil.example/').form('/login')


def test_signing_out_ends_the_session(visitor) -> None:
    clerk = visitor('chuangkou')
    clerk.post('/logout')
    clerk.get('/desk', 302)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor) -> None:
    page = visitor().post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD})
    cookie = page.headers['Set-Cookie']
    assert 'HttpOnly' in cookie
    assert 'SameSite=Lax' in cookie


def test_the_session_of_before_signing_in_is_not_kept(visitor) -> None:
    clerk = visitor()
    before = clerk.token()
    clerk.sign_in('chuangkou')
    assert clerk.post('/logout', {'csrf_token': before}, 400)


def test_every_post_needs_the_forgery_token(app, visitor) -> None:
    administrator = visitor('guanli')
    for rule in app.url_map.iter_rules():
        if 'POST' in (rule.methods or ()):
            path = re.sub(r'<case_no:[^>]+>', '990121202603020000018', rule.rule)
            path = re.sub(r'<int:[^>]+>', '1', path)
            path = re.sub(r'<[^>]+>', 'x', path)
            page = administrator.post(path, {'f.text': '写了很久的意见'}, 400, token=False)
            assert '页面已过期' in page.words
            assert '写了很久的意见' in page.words, 'what was typed is shown again'


@pytest.mark.parametrize('path', ['/login', '/items', '/desk', '/nowhere', '/static/yizhan.css'])
def test_every_answer_carries_the_security_headers(visitor, path: str) -> None:
    clerk = visitor('chuangkou') if path == '/desk' else visitor()
    headers = clerk.get(path, 404 if path == '/nowhere' else 200).headers
    policy = headers['Content-Security-Policy']
    for part in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "frame-ancestors 'none'"):
        assert part in policy
    assert headers['X-Content-Type-Options'] == 'nosniff'
    assert headers['X-Frame-Options'] == 'DENY'


def test_no_page_needs_inline_scripts_or_styles(visitor) -> None:
    clerk, case_no = visitor('chuangkou'), visitor('chuangkou').receive()
    paths = ['/login', '/items', '/items/food-business-licence', '/desk', '/receive', '/receive/food-business-licence']
    for path in (*paths, f'/cases/{case_no}', f'/cases/{case_no}/deadlines'):
        page = (visitor() if path == '/login' else clerk).get(path)
        assert not page.tree.xpath('//script[not(@src)] | //style | //*[@style] | //@*[starts-with(name(), "on")]'), path


def test_a_new_password_ends_all_other_sessions(visitor) -> None:
    here, there = visitor('chuangkou'), visitor('chuangkou')
    fields = {'old_password': demo.PASSWORD, 'new_password': 'a-better-one', 'repeat_password': 'a-better-one'}
    here.post('/profile', fields)
    here.get('/desk')
    there.get('/desk', 302)
    visitor().post('/login', {'username': 'chuangkou', 'password': demo.PASSWORD}, 401)
    visitor().post('/login', {'username': 'chuangkou', 'password': 'a-better-one'})


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'old_password': 'wrong'}, '原密码不正确'),
        ({'repeat_password': 'other'}, '两次输入的新密码不一致'),
        ({'new_password': 'short', 'repeat_password': 'short'}, '密码至少 10 位'),
    ],
)
def test_a_password_change_that_cannot_be_says_why(visitor, changes: dict[str, str], sentence: str) -> None:
    fields = {'old_password': demo.PASSWORD, 'new_password': 'a-better-one', 'repeat_password': 'a-better-one', **changes}
    page = visitor('chuangkou').post('/profile', fields, 422)
    assert sentence in page.words
    assert 'a-better-one' not in page.text


def test_switching_an_account_off_ends_its_session(visitor, office) -> None:
    clerk = visitor('chuangkou')
    with office.begin(SYSTEM) as tx:
        people.set_active(tx, 'chuangkou', False, '调离')
    clerk.get('/desk', 302)


def test_a_form_sent_after_the_session_ended_is_shown_again(visitor, office) -> None:
    clerk = visitor('chuangkou')
    token = clerk.token()
    with office.begin(SYSTEM) as tx:
        people.set_active(tx, 'chuangkou', False, '调离')
    page = clerk.post('/tasks/1', {'csrf_token': token, 'f.reasons': '经营场所面积不足'}, 401)
    assert '请重新登录' in page.words
    assert '经营场所面积不足' in page.words


def test_demo_accounts_are_shown_in_demo_mode_only(visitor, app) -> None:
    assert demo.PASSWORD in visitor().get('/login').words
    app.config['DEMO'] = False
    assert demo.PASSWORD not in visitor().get('/login').words


def test_the_language_can_be_switched(visitor) -> None:
    clerk = visitor('chuangkou')
    assert clerk.post('/language', {'language': 'en', 'next': '/desk'}).location == '/desk'
    page = clerk.get('/desk')
    assert page.tree.get('lang') == 'en'
    assert 'My desk' in page.words
    clerk.post('/language', {'language': 'zh_CN', 'next': '/desk'})
    assert '我的工作台' in clerk.get('/desk').words


def test_a_page_that_is_not_there_says_so_in_chinese(visitor) -> None:
    assert '找不到该页面' in visitor().get('/nowhere', 404).words
    assert '不支持的操作' in visitor('guanli').post('/desk', status=405).words
