"""Numbers with a check digit and other documents: what a citizen may type, what is refused, and that the reason is said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.identity import (
    FORMATS,
    complaint_about,
    fragments,
    id_check_digit,
    id_type_of,
    matches,
    normalise,
    normalise_as,
    uscc_check_letter,
)

TODAY = date(2027, 3, 1)
CITIZEN = '11010519491231002X'  # the example of GB 11643-1999
AGENCY = '12441500196720244T'


@pytest.mark.parametrize('code', [AGENCY, '11330800MB0R57773W', 'N2410105MA0000000' + uscc_check_letter('N2410105MA0000000')])
def test_real_social_credit_codes(code: str) -> None:
    """H-19: GB 32100-2015 gives registrars letters too (N: agriculture), which python-stdnum refuses: our vectors decide."""
    assert complaint_about('uscc', code) is None
    assert uscc_check_letter(code[:17]) == code[17]


@given(st.sampled_from([AGENCY, '11330800MB0R57773W']), st.integers(0, 17), st.sampled_from('0123456789ABCDEFGHJKLMNPQRTUWXY'))
def test_one_wrong_character_of_a_credit_code_is_noticed(code: str, place: int, char: str) -> None:
    changed = code[:place] + char + code[place + 1 :]
    assert (complaint_about('uscc', changed) is None) == (changed == code)


@given(st.integers(0, 16), st.integers(0, 9))
def test_one_wrong_digit_of_an_identity_number_is_noticed(place: int, digit: int) -> None:
    changed = CITIZEN[:place] + str(digit) + CITIZEN[place + 1 :]
    assert changed == CITIZEN or complaint_about('id_card', changed)


def _with_check(first17: str) -> str:
    return first17 + id_check_digit(first17)


RIGHT = [
    ('id_card', CITIZEN),
    ('id_card', ' 110105 19491231 002ｘ'),
    ('id_card', '１１０１０５１９４９１２３１００２Ｘ'),
    ('id_card', '\u202d110105\u200b19491231-002x\u202c'),
    ('id_card', _with_check('71000019900101001')),
    ('id_card', _with_check('11010520270301001')),  # born today
    ('passport', 'e12345678'),
    ('passport', 'EA 1234567'),
    ('hk_macao_permit', 'h12345678'),
    ('hk_macao_permit', 'M1234567890'),
    ('taiwan_permit', '01234567'),
    ('taiwan_permit', '0012345678（B）'),
    ('residence_permit', '810000199408230021'),
    ('residence_permit', '830000199201300022'),
    ('permanent_residence', '911124198108030024'),
    ('permanent_residence', 'CAN110181040400'),
    ('officer_card', '军字第1234567号'),
    ('officer_card', '军字 1234567'),
    ('soldier_card', '士字第20270001号'),
    ('other_document', '出生证 Q330000123'),
    ('uscc', '12441500 19672024 4t'),
    ('mobile', '138-0013-8000'),
    ('mobile', '＋86 13800138000'),
    ('mobile', '008613800138000'),
    ('phone', '13800138000'),
    ('phone', '0755-88888888'),
    ('phone', '（010）6655 4433 转 801'),
    ('phone', '88888888'),
    ('phone', '400-810-1234'),
    ('phone', '12345'),
    ('phone', '+852 2345 6789'),
]

WRONG = [
    ('id_card', '', '应为 18 位'),
    ('id_card', 'abc', '现有 3 位'),
    ('id_card', '11010519491231002', '现有 17 位，请核对是否漏填'),
    ('id_card', '110105194912310021X', '现有 19 位，请核对是否多填'),
    ('id_card', '110105491231002', '15 位的旧身份证号码已停用'),
    ('id_card', '110105194912310021', '校验码不符'),
    ('id_card', '11010519491331002X', '出生日期不存在'),
    ('id_card', _with_check('11010517001231002'), '出生日期过早'),
    ('id_card', _with_check('11010520300101001'), '出生日期晚于今天'),
    ('id_card', _with_check('00010519491231002'), '地区代码不存在'),
    ('id_card', '990121199001010014', '地区代码不存在'),
    ('id_card', 'A1010519491231002X', '应为数字'),
    ('id_card', '830000199201300022', '港澳台居民居住证号码'),
    ('id_card', '911124198108030024', '外国人永久居留身份证号码'),
    ('residence_permit', CITIZEN, '应以 810000'),
    ('residence_permit', '830000203001010011', '晚于今天'),
    ('permanent_residence', '990121199001010014', '应以 9 和受理地区代码开头'),
    ('permanent_residence', '911124198108030025', '校验码不符'),
    ('permanent_residence', 'CAN11018104040', '3 位字母加 12 位数字'),
    ('passport', 'abc', '护照号码不正确'),
    ('passport', 'PASSPORT', '护照号码不正确'),
    ('hk_macao_permit', 'K12345678', '港澳居民来往内地通行证号码不正确'),
    ('hk_macao_permit', 'H1234567', '港澳居民来往内地通行证号码不正确'),
    ('taiwan_permit', '1234567', '台湾居民来往大陆通行证号码不正确'),
    ('officer_card', '军字第12号', '证件号码不正确'),
    ('other_document', '无', '证件号码不正确'),
    ('uscc', '', '应为 18 位'),
    ('uscc', '1244150019672024', '现有 16 位'),
    ('uscc', '12441500196720245T', '校验码不符'),
    ('uscc', '12441500196720244I', '不用 I、O'),
    ('mobile', '1380013800', '现有 10 位'),
    ('mobile', '12800138000', '13 至 19'),
    ('phone', '1380013800', '手机号码应为 11 位，现有 10 位'),
    ('phone', '138001380001', '手机号码应为 11 位，现有 12 位'),
    ('phone', '没有', '联系电话不正确'),
    ('phone', '00', '联系电话不正确'),
]


@pytest.mark.parametrize(('kind', 'typed'), RIGHT)
def test_numbers_that_are_right_and_stored_one_way(kind: str, typed: str) -> None:
    """O-12: one validator and one normaliser for each document; what is stored is right too and stays as it is."""
    assert complaint_about(kind, typed, TODAY) is None
    stored = normalise_as(kind, typed)
    assert complaint_about(kind, stored, TODAY) is None
    assert normalise_as(kind, stored) == stored
    assert matches(stored, typed)


@pytest.mark.parametrize(('kind', 'typed', 'zh'), WRONG)
def test_numbers_that_are_wrong_and_why(kind: str, typed: str, zh: str) -> None:
    """O-12: a dropped digit, a birth in the future, a number of another document are told as such."""
    complaint = complaint_about(kind, typed, TODAY)
    assert complaint is not None
    assert zh in complaint.zh
    assert complaint.en.startswith('Expected ')


@given(st.sampled_from(sorted(FORMATS)), st.text(max_size=40))
def test_no_text_is_repeated_in_a_complaint_and_none_breaks_a_validator(kind: str, typed: str) -> None:
    """S-35: refusals are logged and shown; a number of a person does not stand in them."""
    complaint = complaint_about(kind, typed, TODAY)
    assert complaint is None or len(normalise(typed)) < 6 or normalise(typed) not in complaint.zh + complaint.en


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(typed: str) -> None:
    """O-14: the same normalisation when storing and when asking."""
    assert normalise(normalise(typed)) == normalise(typed)


def test_one_field_may_take_several_documents() -> None:
    assert complaint_about('id_card residence_permit', '830000199201300022', TODAY) is None
    assert complaint_about('id_card hk_macao_permit', 'h12345678', TODAY) is None
    assert normalise_as('id_card taiwan_permit', '0012345678(b)') == '0012345678B'
    assert '居民身份证号码应为 18 位' in str(complaint_about('id_card residence_permit', '1', TODAY))


@pytest.mark.parametrize(
    ('stored', 'typed', 'found'),
    [
        (CITIZEN, '11010519491231002x', True),
        (CITIZEN, '００２ｘ', True),
        (CITIZEN, '1949 1231', True),
        (CITIZEN, '02X', False),
        (CITIZEN, 'XXXX', False),
        (CITIZEN, '', False),
        ('990121202703010000017', '00017', True),
        ('清政服〔2026〕第000123号', '第000123', True),
        ('13800138000', '+86 138-0013', True),
    ],
)
def test_numbers_are_found_by_tail_and_fragment(stored: str, typed: str, found: bool) -> None:
    """O-14: a tail or another part of at least four characters finds a number, however it was typed."""
    assert matches(stored, typed) is found
    assert not found or any(way in normalise(stored) for way in fragments(typed))


@pytest.mark.parametrize(
    ('number', 'kind'), [(CITIZEN, 'id_card'), ('E12345678', 'other_document'), ('990121199001010014', 'other_document')]
)
def test_the_document_of_a_number_stored_without_one(number: str, kind: str) -> None:
    """O-12: 居民身份证 where the number is a valid one, else 其他."""
    assert id_type_of(number) == kind
