"""Wrong passwords slow down whoever guesses, and nobody else (A-07), exactly, also when they come at once (A-10)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import SYSTEM
from tasks.demo.hall import PASSWORD
from tasks.people import passwords, signing_in, throttle
from tasks.tables import login_attempt

HALL = '10.0.0.1'


def log_in(hall, username: str = 'chuangkou', password: str = PASSWORD, address: str = HALL, device: str = ''):
    return signing_in.authenticate(hall.engine, username, password, address, device=device, demo=True)


def fail(hall, username: str, times: int, address: str = HALL, device: str = '') -> None:
    for _ in range(times):
        with pytest.raises(signing_in.LoginRefused) as refusal:
            log_in(hall, username, 'wrong', address, device)
        assert refusal.value.status == 401


def browser(hall, username: str = 'chuangkou') -> str:
    """The device cookie of a browser in which somebody has signed in."""
    return hall.engine.run(SYSTEM, lambda tx: signing_in.know_device(tx, username, ''))


@pytest.mark.parametrize('days', [1, 8, 40, 400])
def test_a_clerk_comes_in_after_any_holiday_whatever_strangers_do(hall, days: int) -> None:
    """A-07: 国庆 and 春节 are longer than a week; then 20 wrong passwords from the hall's address once stopped everybody."""
    log_in(hall)
    hall.clock.move(days=days)
    for number in range(40):
        fail(hall, f'guess{number}', 1)
    assert log_in(hall).username == 'chuangkou'


def test_a_known_browser_comes_in_at_once_whatever_strangers_do(hall) -> None:
    """A-07: guesses at the name, from the same address and from everywhere, are not counted against the browser he works in."""
    here = browser(hall)
    fail(hall, 'chuangkou', 5)
    for number in range(30):
        fail(hall, 'chuangkou', 2, f'203.0.113.{number}')
    with pytest.raises(signing_in.Throttled):
        log_in(hall)
    assert log_in(hall, device=here).username == 'chuangkou'


def test_a_known_browser_waits_a_minute_at_most(hall) -> None:
    """A-07: it is slowed down, never stopped; also not by a copy of its cookie."""
    here = browser(hall)
    for _ in range(15):
        with pytest.raises(signing_in.LoginRefused) as refusal:
            log_in(hall, password='wrong', device=here)
        if isinstance(refusal.value, signing_in.Throttled):
            assert refusal.value.retry_at - hall.clock() <= timedelta(seconds=throttle.LONGEST_WAIT)
            hall.clock.move_to(refusal.value.retry_at)
    hall.clock.move(seconds=throttle.LONGEST_WAIT)
    assert log_in(hall, device=here).username == 'chuangkou'


def test_a_browser_is_known_for_the_names_that_signed_in_there_only(hall) -> None:
    here = browser(hall)
    fail(hall, 'guanli', 5, device=here)
    with pytest.raises(signing_in.Throttled):
        log_in(hall, 'guanli', device=here)


def test_a_copy_of_a_device_cookie_is_worth_nothing_after_the_next_sign_in(hall) -> None:
    before = browser(hall)
    now = hall.engine.run(SYSTEM, lambda tx: signing_in.know_device(tx, 'shencha', before))
    fail(hall, 'chuangkou', 5)
    with pytest.raises(signing_in.Throttled):
        log_in(hall, device=before)
    assert log_in(hall, device=now).username == 'chuangkou', 'a colleague at the same machine takes nobody off it'


def test_a_person_who_is_new_here_is_not_locked_out_of_a_building_where_somebody_guesses(hall) -> None:
    """A-07: in a crowd each name keeps tries of its own."""
    for number in range(40):
        fail(hall, f'guess{number}', 1)
    fail(hall, 'shencha', 1)
    assert log_in(hall, 'shencha').username == 'shencha'


def test_in_a_crowd_a_pair_may_fail_twice_only(hall) -> None:
    for number in range(40):
        fail(hall, f'guess{number}', 1)
    fail(hall, 'shencha', throttle.IN_CROWD)
    with pytest.raises(signing_in.Throttled) as refusal:
        log_in(hall, 'shencha')
    hall.clock.move_to(refusal.value.retry_at)
    assert log_in(hall, 'shencha').username == 'shencha'


def test_parallel_tries_are_no_more_tries(hall) -> None:
    """A-10: on PostgreSQL 17 of 60 parallel wrong passwords were tried where 5 may be."""

    def once(_number: int) -> int:
        try:
            log_in(hall, password='wrong')
        except signing_in.LoginRefused as refusal:
            return refusal.status
        return 200

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(once, range(60)))
    assert (answers.count(401), answers.count(429)) == (5, 55)
    with hall.engine.reading() as connection:
        assert connection.execute(select(func.count()).select_from(login_attempt)).scalar_one() == 5


def test_passwords_are_hashed_outside_transactions(hall, monkeypatch) -> None:
    """A-09: a clerk's click once waited 17 s for seven strangers who signed in, for argon2 ran where SQLite is locked."""
    began, inside = hall.engine.begin, []
    open_now: list[int] = []

    def begin(*given):
        context = began(*given)
        entered, left = context.__enter__, context.__exit__

        class Watched:
            def __enter__(self):
                open_now.append(1)
                return entered()

            def __exit__(self, *how):
                open_now.pop()
                return left(*how)

        return Watched()

    class Watching:
        def verify(self, *_given):
            inside.append(bool(open_now))
            return True

    monkeypatch.setattr(hall.engine, 'begin', begin)
    monkeypatch.setattr(passwords.PEOPLE, '_hasher', Watching())
    log_in(hall)
    assert inside == [False]


def test_so_many_passwords_are_hashed_at_once(monkeypatch) -> None:
    """A-09: whoever would wait too long is told to come again; nobody holds all the threads of the server."""
    monkeypatch.setattr(passwords, 'PATIENCE', 0.01)
    few = passwords.Passwords(passwords.PEOPLE._hasher, at_once=1)
    with few._turn(), pytest.raises(passwords.TooManyAtOnce) as refusal:
        few.hash('one more')
    assert refusal.value.status == 503
    assert few.fits(few.hash('now there is room'), 'now there is room')


def test_an_account_is_unlocked_by_whoever_administers_accounts(hall) -> None:
    """A-06."""
    fail(hall, 'shencha', 5)
    forgiven = hall.engine.run(hall.actors['renshi'], lambda tx: signing_in.unlock(tx, 'shencha', '本人到场说明'))
    assert forgiven == 5
    assert log_in(hall, 'shencha').username == 'shencha'


def test_tries_are_not_kept_for_ever(hall) -> None:
    """A-10: `login_attempt` was never pruned."""
    fail(hall, 'shencha', 3)
    hall.clock.move(days=2)
    log_in(hall)
    with hall.engine.reading() as connection:
        assert connection.execute(select(func.count()).select_from(login_attempt)).scalar_one() == 1
