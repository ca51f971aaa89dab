"""Numbers with a check digit: what a citizen may type and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import codes


@pytest.mark.parametrize('code', ['12441500196720244T', '11330800MB0R57773W'])
def test_real_social_credit_codes(code: str) -> None:
    assert codes.is_uscc(code)


@given(
    st.sampled_from(['12441500196720244T', '11330800MB0R57773W']), st.integers(0, 17), st.sampled_from('0123456789ABCDEFGHJKLMNPQRTUWXY')
)
def test_one_wrong_character_is_noticed(code: str, place: int, char: str) -> None:
    changed = code[:place] + char + code[place + 1 :]
    assert codes.is_uscc(changed) == (changed == code)


@pytest.mark.parametrize('code', ['', '12441500196720244', '12441500196720244I', '12441500196720244t', '１２441500196720244T'])
def test_odd_social_credit_codes(code: str) -> None:
    assert not codes.is_uscc(code)


def test_identity_number_of_the_standard() -> None:
    assert codes.is_id_card('11010519491231002X')
    assert codes.is_id_card(codes.normalise(' 110105 19491231 002ｘ'))


@pytest.mark.parametrize(
    'number',
    ['110105194912310021', '11010519491331002X', '11010519490229002X', '00010519491231002X', '110105491231002', '99010519491231002X'],
)
def test_wrong_identity_numbers(number: str) -> None:
    assert not codes.is_id_card(number)


def test_nobody_is_born_tomorrow() -> None:
    assert not codes.is_id_card('11010519491231002X', today=date(1949, 12, 30))
    assert codes.is_id_card('11010519491231002X', today=date(1949, 12, 31))


@given(st.integers(0, 16), st.integers(0, 9))
def test_one_wrong_digit_of_an_identity_number_is_noticed(place: int, digit: int) -> None:
    number = '11010519491231002X'
    changed = number[:place] + str(digit) + number[place + 1 :]
    assert changed == number or not codes.is_id_card(changed)


@pytest.mark.parametrize(
    ('number', 'good'),
    [('13800138000', True), ('+8613800138000', True), ('12800138000', False), ('1380013800', False), ('０13800138000', False)],
)
def test_mobile_numbers(number: str, good: bool) -> None:
    assert codes.is_mobile(number) is good


@pytest.mark.parametrize(
    ('kind', 'text', 'shown'),
    [
        ('id_number', '11010519491231002X', '1101**********002X'),
        ('phone', '13800138000', '138****8000'),
        ('name', '张三丰', '张**'),
        ('name', '张', '张*'),
        ('id_number', '1234', '****'),
        ('name', '', ''),
    ],
)
def test_masks(kind: str, text: str, shown: str) -> None:
    assert codes.mask(kind, text) == shown
