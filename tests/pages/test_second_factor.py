"""A second factor on the pages and in the tables: enrolled, asked for, taken exactly once, reset by a second person (A-06)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyotp
import pytest

from engine import SYSTEM
from tasks.demo import building as demo
from tasks.people import policy, second_factor, signing_in
from web.app import create_app
from web.root import Root


def code_of(secret: str, clock) -> str:
    return pyotp.TOTP(secret).at(clock())


def enrol(person, clock) -> tuple[str, list[str]]:
    """Its secret and recovery codes."""
    page = person.post('/profile/second-factor', status=200)
    assert page.tree.xpath('//svg')
    secret = str(page.tree.xpath('string(//*[@id="secret"])'))
    done = person.post('/profile/second-factor/confirm', {'code': code_of(secret, clock)}, 200)
    clock.move(seconds=90)
    return secret, [one.replace('-', '') for one in done.tree.xpath('//ul[@class="recovery"]//code/text()')]


def half(visitor, username: str = 'renshi'):
    person = visitor()
    assert person.post('/login', {'username': username, 'password': demo.PASSWORD}).location.startswith('/login/code')
    person.get('/desk', 302)
    return person


def test_with_a_second_factor_the_password_alone_opens_nothing(visitor, clock) -> None:
    secret, _codes = enrol(visitor('renshi'), clock)
    person = half(visitor)
    person.post('/login/code', {'code': '000000'}, 401)
    person.post('/login/code', {'code': code_of(secret, clock)})
    person.get('/staff')


def test_a_code_lets_in_once(visitor, clock) -> None:
    secret, codes = enrol(visitor('renshi'), clock)
    for code in (code_of(secret, clock), codes[0]):
        half(visitor).post('/login/code', {'code': code})
        half(visitor).post('/login/code', {'code': code}, 401)


def test_codes_are_guessed_no_more_than_passwords(visitor, clock) -> None:
    secret, _codes = enrol(visitor('renshi'), clock)
    person = half(visitor)
    for _ in range(5):
        person.post('/login/code', {'code': 'x'}, 401)
    person.post('/login/code', {'code': code_of(secret, clock)}, 429)


def test_the_second_step_has_to_follow_the_first(visitor, clock) -> None:
    secret, _codes = enrol(visitor('renshi'), clock)
    assert visitor().post('/login/code', {'code': code_of(secret, clock)}).location == '/login'
    person = half(visitor)
    clock.move(minutes=6)
    assert person.post('/login/code', {'code': code_of(secret, clock)}).location == '/login'


def test_what_was_never_confirmed_is_not_asked_for(visitor) -> None:
    visitor('renshi').post('/profile/second-factor', status=200)
    visitor('renshi').get('/staff')


def test_a_factor_is_reset_by_somebody_else_only(visitor, clock, office) -> None:
    """A-06: who has lost the device is helped by a second person."""
    administrator = visitor('renshi')
    enrol(administrator, clock)
    administrator.post('/staff/clerks/renshi/second-factor', {'reason': '换手机'}, 403)
    clerk = visitor('chuangkou')
    enrol(clerk, clock)
    administrator.post('/staff/clerks/chuangkou/second-factor', {'reason': ''}, 422)
    administrator.post('/staff/clerks/chuangkou/second-factor', {'reason': '遗失手机'})
    visitor('chuangkou').get('/desk')


@pytest.mark.parametrize(
    'case', [('administrators', 'renshi', True), ('administrators', 'chuangkou', False), ('everybody', 'chuangkou', True)]
)
def test_who_must_have_one_enrols_before_anything_else(app, office, clock, visitor, case: tuple[str, str, bool]) -> None:
    """A-06: required for administrators by setting, optional for all."""
    wanted, username, asked = case
    settings = replace(app.extensions['yizhan'].settings, demo=False)
    real = create_app(settings, root=Root(settings, clock, office))
    hashed = policy.PEOPLE.hash('seven green bottles 7')
    with office.begin(SYSTEM) as tx:
        policy.change_policy(tx, policy.AccountPolicy(second_factor=wanted), '要求')
        signing_in.roster.set_password(tx, username, policy.NewPassword(hashed))
    person = visitor()
    person.client = real.test_client()
    person.sign_in(username, 'seven green bottles 7')
    if not asked:
        person.get('/desk')
        return
    assert person.get('/desk', 302).location == '/profile'
    assert '请先启用双因素登录' in person.get('/profile').words
    enrol(person, clock)
    person.get('/profile')


def test_parallel_uses_of_one_code_let_in_one(visitor, clock, office) -> None:
    """A-06: exactly once."""
    secret, _codes = enrol(visitor('renshi'), clock)
    code = code_of(secret, clock)

    def use(number: int) -> bool:
        try:
            second_factor.prove(office, 'renshi', code, f'10.0.1.{number}', clock)
        except second_factor.WrongCode:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 1
