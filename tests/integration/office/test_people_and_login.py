"""Clerks, their duties, and logging in."""

from __future__ import annotations

import pytest

from engine import Forbidden, Rejection
from tasks.demo.hall import PASSWORD, password_of_all
from tasks.people import roster as people
from tasks.people import signing_in


def log_in(hall, username: str = 'chuangkou', password: str = PASSWORD, address: str = '10.0.0.1') -> people.Clerk:
    return signing_in.authenticate(hall.engine, username, password, address, demo=True)


def test_the_right_password_gives_the_clerk_with_his_windows(hall) -> None:
    clerk = log_in(hall)
    assert (clerk.name, clerk.windows, clerk.roles, clerk.hall) == ('周晓敏', {'general'}, {'clerk'}, 'qingjiang')
    assert people.actor_of(clerk).groups == {'general', 'applicant'}
    assert people.actor_of(log_in(hall, 'shencha')).groups == {'food_review'}


@pytest.mark.parametrize(('username', 'password'), [('chuangkou', 'wrong'), ('nobody', PASSWORD), ('', '')])
def test_unknown_name_and_wrong_password_look_alike(hall, username: str, password: str) -> None:
    with pytest.raises(signing_in.LoginRefused) as refusal:
        log_in(hall, username, password)
    assert refusal.value.zh == '用户名或密码不正确'
    assert refusal.value.status == 401


def test_five_failures_close_the_door_for_a_quarter_of_an_hour(hall) -> None:
    for _ in range(5):
        with pytest.raises(signing_in.LoginRefused):
            log_in(hall, password='wrong')
        hall.clock.move(minutes=1)
    with pytest.raises(signing_in.Throttled) as refusal:
        log_in(hall)
    assert refusal.value.status == 429
    assert log_in(hall, address='10.0.0.2').username == 'chuangkou'  # a colleague elsewhere is not locked out
    hall.clock.move_to(refusal.value.retry_at)
    assert log_in(hall).username == 'chuangkou'


def test_a_success_forgets_earlier_failures(hall) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(signing_in.LoginRefused):
                log_in(hall, password='wrong')
        hall.clock.move(seconds=1)
        log_in(hall)
        hall.clock.move(seconds=1)


def test_a_new_password_ends_all_sessions(hall) -> None:
    clerk = log_in(hall)
    with pytest.raises(Forbidden):
        signing_in.change_own_password(hall.engine, clerk, 'wrong', 'a-better-one', '10.0.0.1')
    signing_in.change_own_password(hall.engine, clerk, PASSWORD, 'a-better-one', '10.0.0.1', demo=True)
    assert log_in(hall, password='a-better-one').session_epoch == clerk.session_epoch + 1


def test_a_dismissed_clerk_cannot_log_in(hall) -> None:
    hall.engine.run(hall.actors['renshi'], lambda tx: people.set_active(tx, 'chuangkou', False, '调离'))
    with pytest.raises(signing_in.LoginRefused):
        log_in(hall)


@pytest.mark.parametrize('roles', [['clerk', 'process_administrator'], ['clerk', 'supervisor'], ['king'], []])
def test_duties_stay_apart(hall, roles: list[str]) -> None:
    with pytest.raises(Rejection):
        hall.engine.run(hall.actors['renshi'], lambda tx: people.create_clerk(tx, 'new', '新人', password_of_all(), roles))


def test_only_administrators_make_people(hall) -> None:
    for username in ('chuangkou', 'liucheng', 'jiancha', 'guanli', 'shenji'):
        with pytest.raises(Forbidden):
            hall.engine.run(hall.actors[username], lambda tx: people.create_clerk(tx, 'new', '新人', password_of_all(), ['clerk']))


def test_unknown_windows_are_refused(hall) -> None:
    with pytest.raises(Rejection, match='windows'):
        hall.engine.run(
            hall.actors['renshi'], lambda tx: people.create_clerk(tx, 'n', '新', password_of_all(), ['clerk'], windows=['nowhere'])
        )
