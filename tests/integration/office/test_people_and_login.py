"""Clerks, their duties, and logging in."""

from __future__ import annotations

import pytest

from engine import Forbidden, Rejection
from tasks.demo.hall import PASSWORD
from tasks.people import roster as people


def log_in(hall, username: str = 'chuangkou', password: str = PASSWORD, address: str = '10.0.0.1') -> people.Clerk:
    return people.authenticate(hall.engine, username, password, address)


def test_the_right_password_gives_the_clerk_with_his_windows(hall) -> None:
    clerk = log_in(hall)
    assert (clerk.name, clerk.windows, clerk.roles, clerk.hall) == ('周晓敏', {'general'}, {'clerk'}, 'qingjiang')
    assert people.actor_of(clerk).groups == {'general', 'applicant'}
    assert people.actor_of(log_in(hall, 'shencha')).groups == {'food_review'}


@pytest.mark.parametrize(('username', 'password'), [('chuangkou', 'wrong'), ('nobody', PASSWORD), ('', '')])
def test_unknown_name_and_wrong_password_look_alike(hall, username: str, password: str) -> None:
    with pytest.raises(people.LoginRefused) as refusal:
        log_in(hall, username, password)
    assert refusal.value.zh == '用户名或密码不正确'
    assert refusal.value.status == 401


def test_five_failures_close_the_door_for_a_quarter_of_an_hour(hall) -> None:
    for _ in range(5):
        with pytest.raises(people.LoginRefused):
            log_in(hall, password='wrong')
        hall.clock.move(minutes=1)
    with pytest.raises(people.Throttled) as refusal:
        log_in(hall)
    assert refusal.value.status == 429
    assert log_in(hall, address='10.0.0.2').username == 'chuangkou'  # a colleague elsewhere is not locked out
    hall.clock.move_to(refusal.value.retry_at)
    assert log_in(hall).username == 'chuangkou'


def test_a_success_forgets_earlier_failures(hall) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(people.LoginRefused):
                log_in(hall, password='wrong')
        hall.clock.move(seconds=1)
        log_in(hall)
        hall.clock.move(seconds=1)


def test_many_names_from_one_address_are_throttled(hall) -> None:
    for number in range(20):
        with pytest.raises(people.LoginRefused):
            log_in(hall, f'guess{number}', 'wrong')
    with pytest.raises(people.Throttled):
        log_in(hall)


def fail(hall, username: str, times: int, address: str = '10.0.0.1') -> None:
    for _ in range(times):
        with pytest.raises(people.LoginRefused):
            log_in(hall, username, 'wrong', address)


def test_a_hall_behind_one_address_cannot_be_locked_out_by_guessing_names(hall) -> None:
    """All windows of a hall share one address (NAT): who guesses there shuts himself out, not the clerks who work there."""
    log_in(hall)
    hall.clock.move(days=3)
    fail(hall, 'nobody', 5)
    for number in range(40):
        fail(hall, f'guess{number}', 1)
    with pytest.raises(people.Throttled):
        log_in(hall, 'shencha')  # never worked here: indistinguishable from a guess
    assert log_in(hall).username == 'chuangkou'
    assert log_in(hall, 'shencha', address='10.0.0.2').username == 'shencha'


def test_guesses_from_everywhere_do_not_lock_a_clerk_out_of_where_he_works(hall) -> None:
    log_in(hall)
    for number in range(5):
        fail(hall, 'chuangkou', 4, f'203.0.113.{number}')
    with pytest.raises(people.Throttled):
        log_in(hall, address='203.0.113.99')
    assert log_in(hall).username == 'chuangkou'


def test_a_name_known_at_an_address_is_guessed_there_no_more_than_any_other(hall) -> None:
    log_in(hall)
    fail(hall, 'chuangkou', 5)
    with pytest.raises(people.Throttled):
        log_in(hall)


def test_a_name_is_no_longer_known_at_an_address_after_a_week(hall) -> None:
    log_in(hall)
    hall.clock.move(days=8)
    for number in range(20):
        fail(hall, f'guess{number}', 1)
    with pytest.raises(people.Throttled):
        log_in(hall)


def test_a_new_password_ends_all_sessions(hall) -> None:
    before = log_in(hall).session_epoch
    with pytest.raises(Forbidden):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: people.set_password(tx, 'chuangkou', 'new-password', old='wrong'))
    hall.engine.run(hall.actors['chuangkou'], lambda tx: people.set_password(tx, 'chuangkou', 'new-password', old=PASSWORD))
    assert log_in(hall, password='new-password').session_epoch == before + 1


def test_a_dismissed_clerk_cannot_log_in(hall) -> None:
    hall.engine.run(hall.actors['guanli'], lambda tx: people.set_active(tx, 'chuangkou', False, '调离'))
    with pytest.raises(people.LoginRefused):
        log_in(hall)


@pytest.mark.parametrize('roles', [['clerk', 'administrator'], ['clerk', 'supervisor'], ['king'], []])
def test_duties_stay_apart(hall, roles: list[str]) -> None:
    with pytest.raises(Rejection):
        hall.engine.run(hall.actors['guanli'], lambda tx: people.create_clerk(tx, 'new', '新人', 'long-enough', roles))


def test_only_administrators_make_people(hall) -> None:
    for username in ('chuangkou', 'liucheng', 'jiancha'):
        with pytest.raises(Forbidden):
            hall.engine.run(hall.actors[username], lambda tx: people.create_clerk(tx, 'new', '新人', 'long-enough', ['clerk']))


def test_unknown_windows_and_short_passwords_are_refused(hall) -> None:
    with pytest.raises(Rejection, match='windows'):
        hall.engine.run(hall.actors['guanli'], lambda tx: people.create_clerk(tx, 'n', '新', 'long-enough', ['clerk'], windows=['nowhere']))
    with pytest.raises(Rejection, match='8'):
        hall.engine.run(hall.actors['guanli'], lambda tx: people.create_clerk(tx, 'n', '新', 'short', ['clerk']))
