"""The applicant's view: the right number and password, no more than he may know, why the date is what it is, what he must do."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.cases import receipt as cases
from tasks.deadlines import progress
from tasks.people import throttle


def test_applicant_sees_when_it_is_due_and_why(hall) -> None:
    received = hall.receive()
    hall.walk(received.case_no, 'intake')
    seen = progress.look_up(hall.engine, f' {received.case_no} ', received.query_password.lower(), '10.0.0.1')
    assert (seen.status, seen.steps) == ('in_review', [('资料审查', '食品经营资料审查岗')])
    promise = next(one for one in seen.limits if one.title == '承诺期限')
    assert promise.last_day == date(2026, 3, 11)
    assert promise.sentences == (
        '承诺期限为7个工作日，从2026年3月2日（周一）的次日开始计算。周末不计。所以最后一日是2026年3月11日（周三），到当天24:00为止。'
    )
    assert [one.title for one in seen.documents] == ['申请材料接收凭证', '受理通知书']


def test_number_and_password_are_read_as_they_are_meant(hall) -> None:
    """O-14: full-width, with spaces and dashes, in small letters, with characters nobody sees."""
    received = hall.receive()
    wide = str.maketrans('0123456789', '０１２３４５６７８９')
    number, password = received.case_no, received.query_password
    for typed in (number.translate(wide), f'{number[:6]} {number[6:14]}-{number[14:]}', f'\u200b{number}\u3000'):
        seen = progress.look_up(hall.engine, typed, f' {password[:4].lower()} {password[4:].translate(wide)}', '10.0.0.1')
        assert seen.case_no == number


def test_applicant_is_told_what_to_supplement_and_until_when(hall) -> None:
    received = hall.receive()
    hall.walk(received.case_no, 'intake', fate='supplement')
    seen = progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.1')
    (asked,) = seen.asked
    assert asked.last_day == date(2026, 3, 23)
    assert '一次性补正告知书' in asked.notice
    assert seen.paused
    notify = seen.limits[0]
    assert notify.last_day is None
    assert '暂停计算' in notify.sentences


def test_names_of_people_are_masked_and_officers_not_named(hall) -> None:
    from_person = hall.receive(a_person())
    hall.walk(from_person.case_no, 'intake')
    seen = progress.look_up(hall.engine, from_person.case_no, from_person.query_password, '10.0.0.1')
    assert seen.applicant_name == '张**'
    for officer in ('周晓敏', '林志远', 'chuangkou', 'shencha'):
        assert officer not in repr(seen)


def test_the_notice_on_the_progress_page_names_nobody(hall) -> None:
    """A-10: the page is open on a screen in the hall; the document itself, opened on purpose, is whole."""
    received = hall.receive(a_person())
    hall.walk(received.case_no, 'intake', fate='supplement')
    seen = progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.1')
    assert '一次性补正告知书' in seen.asked[0].notice
    for name in ('张三丰', '周晓敏'):
        assert name not in repr(seen)


def a_person():
    return cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')


def test_wrong_number_and_wrong_password_look_alike(hall) -> None:
    received = hall.receive()
    said = set()
    for number, password in ((received.case_no, 'AAAAAAAA'), ('330824202603020099990', received.query_password), ('x', 'y'), ('', '')):
        with pytest.raises(progress.QueryRefused) as refusal:
            progress.look_up(hall.engine, number, password, '10.0.0.1')
        said.add(refusal.value.zh)
    assert len(said) == 1


def wrong(hall, number: str, times: int, address: str = '10.0.0.1') -> None:
    for _ in range(times):
        with pytest.raises(progress.QueryRefused):
            progress.look_up(hall.engine, number, 'AAAAAAAA', address)


def test_guessing_is_throttled_for_a_while(hall) -> None:
    received = hall.receive()
    wrong(hall, received.case_no, throttle.OF_PAIR)
    with pytest.raises(progress.QueryThrottled) as refusal:
        progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.1')
    assert refusal.value.retry_at == hall.clock() + throttle.WINDOW
    hall.clock.move(minutes=16)
    assert progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.1').case_no == received.case_no


def test_who_guesses_at_a_number_does_not_stop_its_applicant(hall) -> None:
    """A-07: numbers can be guessed; five wrong passwords once stopped the applicant himself, wherever he was."""
    received = hall.receive()
    for n in range(30):
        wrong(hall, received.case_no, 2, f'203.0.113.{n}')
    assert progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.9').case_no == received.case_no


def test_who_guesses_from_an_address_does_not_stop_the_citizens_there(hall) -> None:
    """A-07: twenty wrong passwords from one address (a hall's kiosk, a provider) once stopped everybody there."""
    received = hall.receive()
    for n in range(40):
        wrong(hall, str(n), 1)
    wrong(hall, received.case_no, 1)  # a slip of the pen
    assert progress.look_up(hall.engine, received.case_no, received.query_password, '10.0.0.1').case_no == received.case_no
