"""Names, addresses and reasons as people type them: what hides or does not fit is refused with a sentence, nothing is cut."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Rejection
from tasks.words import texts


@pytest.mark.parametrize(
    'name',
    [
        '张三',
        '买买提·吐尔逊',
        '阿卜杜拉•艾力',
        '清江县味美餐饮有限公司（普通合伙）',
        'Anna-Marie O’Neil',
        '\U00020bb7野家',
        '\U0002ebf0',
        '\ue000',
        '㑇\U000e0100',
        'José',
        'e\u0301va',
        '1 号店',
        '!',
    ],
)
def test_names_as_they_are_are_taken(name: str) -> None:
    assert texts.checked(f' {name} ', 'a name', '姓名', most=200) == name


@pytest.mark.parametrize(
    'name',
    [
        '\u200b',
        '\u200b\u200c\u2060',
        '张\u200b三',
        '\u202e三张',
        '张三\u202c',
        '\u2066张\u2069',
        '张\x00三',
        '张\n三',
        '张\x7f',
        '\xad',
        '\ufeff张',
        '\ud800',
        '张\u2028三',
        '\u3164',
        '\u2800',
        '\u115f',
        '\u0301',
        '名' * 201,
    ],
)
def test_names_that_hide_something_or_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(Rejection, match='Expected a name of') as refusal:
        texts.checked(name, 'a name', '姓名', most=200)
    assert refusal.value.zh.startswith('姓名')


@given(st.text(max_size=50))
def test_whatever_is_taken_can_be_seen(text: str) -> None:
    try:
        taken = texts.checked(text, 'a name', '姓名', most=200)
    except Rejection:
        return
    assert not any(unicodedata.category(sign) in ('Cc', 'Cf', 'Cs') for sign in taken)


def test_reasons_have_lines_but_an_end() -> None:
    assert texts.checked_reason(' 面积不足\n\t另见附件 ') == '面积不足\n\t另见附件'
    assert len(texts.checked_reason('因' * 2000)) == 2000
    with pytest.raises(Rejection) as refusal:
        texts.checked_reason('因' * 2001, '撤回理由')
    assert refusal.value.zh == '撤回理由不能超过 2000 字，现有 2001 字'
    with pytest.raises(Rejection):
        texts.checked_reason('好\u202e坏')
