"""A-10: headers of every answer, whose forwarding headers count, who may read the files, and the warning of an open address."""

from __future__ import annotations

import stat
from ipaddress import ip_network
from typing import Any

import pytest
from flask import request

from engine.core.database import connect
from web.app import create_app
from web.cli import serving
from web.security import HEADERS
from web.settings import Settings, SettingsError, from_environment, make_home

ERRORS = ('/nowhere', '/desk?x=%00', '/cases/%00', '/static/../../etc/passwd', '/login/x', '/tasks/99999999999999999999')


def paths(app: Any) -> list[str]:
    """An address of every route that takes GET, with a number no row has; and some that no route has."""
    rules = [rule for rule in app.url_map.iter_rules() if 'GET' in (rule.methods or ())]
    return sorted({rule.build(dict.fromkeys(rule.arguments, 7), append_unknown=False)[1] for rule in rules if _plain(rule)}) + list(ERRORS)


def _plain(rule: Any) -> bool:
    try:
        return rule.build(dict.fromkeys(rule.arguments, 7)) is not None
    except (ValueError, TypeError):
        return False


@pytest.mark.parametrize('who', [None, 'guanli'])
def test_every_answer_carries_the_headers(app, visitor, who: str | None) -> None:
    """A-10: also of pages nobody is signed in for, of methods that are none, and of addresses that are none."""
    client = visitor(who).client
    for path in paths(app):
        for method in ('get', 'post', 'delete'):
            answer = getattr(client, method)(path)
            answer.close()
            assert not {name for name in HEADERS if name not in answer.headers}, (method, path, answer.status_code)
            for cookie in answer.headers.getlist('Set-Cookie'):
                assert 'HttpOnly' in cookie or not cookie.startswith('yizhan='), (path, cookie)


def test_behind_tls_cookies_are_secure_and_browsers_stay_with_https(app, tmp_path) -> None:
    """A-10."""
    root = app.extensions['yizhan']
    client = create_app(Settings(home=tmp_path, secret_key='k' * 32, secure_cookies=True), root=root).test_client()
    for path in ('/login', '/nowhere', '/desk', '/static/yizhan.css'):
        answer = client.get(path, base_url='https://hall.example')
        answer.close()
        assert answer.headers['Strict-Transport-Security'] == 'max-age=31536000', path
        assert all('Secure' in cookie for cookie in answer.headers.getlist('Set-Cookie')), path


def seen(tmp_path, address: str, headers: dict[str, str]) -> tuple[str | None, str]:
    """Who and by which scheme a page believes to be asked."""
    named = (ip_network('10.0.0.5/32'), ip_network('192.168.7.0/24'))
    app = create_app(Settings(home=tmp_path, secret_key='k' * 32, trusted_proxies=1, proxies=named))
    found: list[tuple[str | None, str]] = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: (found.append((request.remote_addr, request.scheme)), 'seen')[1])
    app.test_client().get('/login', headers=headers, environ_base={'REMOTE_ADDR': address})
    return found[0]


FORWARDED = {'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example'}


@pytest.mark.parametrize('address', ['10.0.0.5', '192.168.7.30'])
def test_a_named_proxy_says_who_asks(tmp_path, address: str) -> None:
    """A-10."""
    assert seen(tmp_path, address, FORWARDED) == ('203.0.113.9', 'https')


@pytest.mark.parametrize('address', ['10.0.0.6', '192.168.8.30', '203.0.113.77', '::1', 'unix'])
def test_nobody_else_says_who_asks(tmp_path, address: str) -> None:
    """A-10: whoever reaches the port beside the proxy could take any address, and so escape the throttle of sign-in."""
    assert seen(tmp_path, address, FORWARDED) == (address, 'http')


def test_the_proxies_are_named_by_a_setting() -> None:
    found = from_environment({'YIZHAN_PROXY_ADDRESSES': '10.0.0.5, 10.1.0.0/16'})
    assert found.proxies == (ip_network('10.0.0.5/32'), ip_network('10.1.0.0/16'))
    assert ip_network('127.0.0.0/8') in from_environment({}).proxies
    with pytest.raises(SettingsError, match='YIZHAN_PROXY_ADDRESSES'):
        from_environment({'YIZHAN_PROXY_ADDRESSES': 'proxy.hall'})


def test_the_database_and_its_folder_are_for_their_owner(tmp_path) -> None:
    """A-10: also a database that was made for everybody to read before."""
    make_home(tmp_path / 'var')
    path = tmp_path / 'var' / 'yizhan.db'
    path.touch(mode=0o644)
    database = connect(f'sqlite:///{path}')
    with database.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE a (b)')
    database.dispose()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name


@pytest.mark.parametrize(
    ('host', 'behind', 'warns'),
    [('0.0.0.0', False, True), ('192.168.1.5', False, True), ('::', False, True), ('0.0.0.0', True, False), ('127.0.0.1', False, False)],
)
def test_an_open_address_without_tls_is_warned_of(host: str, behind: bool, warns: bool, capsys) -> None:
    """A-10: in plain words, with the page that says how to serve."""
    serving._warn(Settings(host=host, secure_cookies=behind, trusted_proxies=int(behind)))
    assert ('docs/how-to/serve-behind-a-proxy.md' in capsys.readouterr().err) is warns
