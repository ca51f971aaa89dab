"""What a password must be like (A-06): one policy, asked by page, command line and init."""

from __future__ import annotations

import dataclasses

import pytest

from engine import Forbidden, Rejection
from tasks.demo.hall import PASSWORD
from tasks.people import policy, signing_in
from tasks.people.passwords import PEOPLE, NewPassword
from tasks.people.policy import AccountPolicy, WeakPassword


def accept(hall, password: str, username: str = 'chuangkou', name: str = '周晓敏') -> NewPassword:
    with hall.engine.reading() as connection:
        return policy.accept(connection, password, policy.Person(username, name))


@pytest.mark.parametrize(
    ('password', 'sentence'),
    [
        ('password', '至少 10 位'),
        ('aaaaaaaaaa', '至少 2 种'),
        ('aaaaaaaa11', '不同的字符过少'),
        ('          ', '至少 2 种'),
        ('1234567890', '至少 2 种'),
        ('Password2026', '过于常见'),
        ('P@ssw0rd123', '过于常见'),
        ('Admin@123456', '过于常见'),
        ('woaini1314!', '过于常见'),
        ('qwertyuiop12', '过于常见'),
        ('1qaz2wsx3edc', '过于常见'),
        ('Yizhan-2026', '过于常见'),
        (PASSWORD, '过于常见'),
        ('chuangkou-7rz', '不得含有用户名或姓名'),
        ('我是周晓敏no1号啊', '不得含有用户名或姓名'),
    ],
)
def test_what_is_guessed_first_is_refused_with_a_sentence(hall, password: str, sentence: str) -> None:
    """A-06: `password`, `aaaaaaaa`, `12345678`, eight spaces and one that begins with the user's name were accepted."""
    with pytest.raises(WeakPassword, match='Expected another password') as refusal:
        accept(hall, password)
    assert sentence in refusal.value.zh


@pytest.mark.parametrize('password', ['a-better-one', '青山县2026年第七窗口', 'tulip7 on the desk', 'Xk93mmQpz2'])
def test_a_good_one_is_taken(hall, password: str) -> None:
    assert PEOPLE.fits(accept(hall, password).hash, password)


def change(hall, **wanted) -> None:
    hall.engine.run(
        hall.actors['renshi'], lambda tx: policy.change_policy(tx, dataclasses.replace(AccountPolicy(), **wanted), '等级保护要求')
    )


def test_the_policy_is_data(hall) -> None:
    """A-06: length and kinds are what the hall has set; who administers accounts sets them, within bounds, on the record."""
    change(hall, min_length=14, min_kinds=4)
    with pytest.raises(WeakPassword, match='fewer than 14'):
        accept(hall, 'Xk93mmQpz2-')
    with pytest.raises(WeakPassword, match='fewer than 4'):
        accept(hall, 'xk93mmqpz2-xk93')
    assert accept(hall, 'Xk93mmQpz2-xk93')
    with pytest.raises(Forbidden):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: policy.change_policy(tx, AccountPolicy(), '放宽'))


@pytest.mark.parametrize(
    ('name', 'value'), [('min_length', 4), ('min_kinds', 5), ('history', -1), ('max_sessions', 0), ('second_factor', 'x')]
)
def test_a_policy_out_of_bounds_is_refused(hall, name: str, value) -> None:
    with pytest.raises(Rejection):
        change(hall, **{name: value})


def own(hall, old: str, new: str) -> None:
    with hall.engine.reading() as connection:
        clerk = signing_in.roster.find_clerk(connection, 'chuangkou')
    signing_in.change_own_password(hall.engine, clerk, old, new, '10.0.0.1', demo=True)


def test_one_of_the_last_is_not_taken_again(hall) -> None:
    """A-06: the old password was accepted as the new one."""
    change(hall, history=3)
    had = ['a-better-one', 'tulip7 on the desk', 'Xk93mmQpz2', 'seven green bottles 7']
    before = PASSWORD
    for new in had:
        own(hall, before, new)
        before = new
        hall.clock.move(minutes=1)
    for again in had[1:]:
        with pytest.raises(WeakPassword, match='one of the last 3'):
            own(hall, before, again)
    own(hall, before, had[0])


def must(hall, username: str = 'chuangkou') -> bool:
    with hall.engine.reading() as connection:
        return policy.must_change(connection, username, hall.clock())


def test_a_password_ages(hall) -> None:
    change(hall, max_age_days=90)
    assert not must(hall)
    hall.clock.move(days=90)
    assert must(hall)
    own(hall, PASSWORD, 'a-better-one')
    assert not must(hall)
    change(hall, max_age_days=0)
    hall.clock.move(days=4000)
    assert not must(hall)


def test_one_that_somebody_else_has_seen_must_be_changed(hall) -> None:
    """A-06: a temporary password need not be changed."""
    text, drawn = policy.drawn()
    assert PEOPLE.fits(drawn.hash, text)
    hall.engine.run(hall.actors['renshi'], lambda tx: signing_in.roster.set_password(tx, 'chuangkou', drawn))
    assert must(hall)


def test_the_demo_password_is_refused_outside_a_demonstration(hall) -> None:
    """A-06: a demo database served without --demo kept the demo passwords without a word."""
    with pytest.raises(signing_in.LoginRefused) as refusal:
        signing_in.authenticate(hall.engine, 'guanli', PASSWORD, '10.0.0.1')
    assert '--demo' in refusal.value.zh
