"""Identity numbers (GB 11643) and social credit codes (GB 32100) are checked before they are taken in."""

import pytest

from tasks.people.identity import id_check_digit, uscc_check_letter, valid_id_no, valid_uscc


@pytest.mark.parametrize('code', ['12441500196720244T', '11330800MB0R57773W'])
def test_social_credit_codes_of_two_real_agencies(code: str) -> None:
    assert valid_uscc(code)
    assert uscc_check_letter(code[:17]) == code[17]


@pytest.mark.parametrize('code', ['12441500196720245T', '11330800MB0R57773X', '1244150019672024', 'IOSVZ0000000000000', ''])
def test_one_changed_letter_fails(code: str) -> None:
    assert not valid_uscc(code)


def test_the_standards_example_of_an_identity_number() -> None:
    assert id_check_digit('11010519491231002') == 'X'
    assert valid_id_no('11010519491231002X')
    assert valid_id_no('11010519491231002x')


@pytest.mark.parametrize('text', ['110105194912310021', '11010519491331002X', '1101051949123100', 'A1010519491231002X'])
def test_wrong_identity_numbers(text: str) -> None:
    assert not valid_id_no(text)
