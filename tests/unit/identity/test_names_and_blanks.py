"""Names and texts people type: which of them can be seen, how names are stored and compared, how they are masked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.identity import half_width, hidden, is_blank, mask, mask_id_no, mask_name, mask_person, mask_phone, name_key, normalise_name

FILLERS = (
    ' \t\n\r\u000b\u000c\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b\u180e\u2000\u2007\u200b\u200c\u200d\u200e\u2028'
    '\u2029\u202a\u202e\u202f\u205f\u2060\u2064\u2065\u2066\u206f\u2800\u3000\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0'
    '\U0001d159\U000e0001\U000e0020\U000e0100'
)


@pytest.mark.parametrize('sign', FILLERS, ids=lambda sign: f'U+{ord(sign):04X}')
def test_every_filler_is_blank(sign: str) -> None:
    """O-13: spaces, newlines, full-width, zero-width and filler characters say nothing."""
    assert is_blank(sign)
    assert is_blank(sign * 3 + ' ')
    assert not is_blank(sign + '同意')


@given(st.text(FILLERS, max_size=20))
def test_no_mixture_of_fillers_can_be_seen(text: str) -> None:
    """O-13"""
    assert is_blank(text)


@pytest.mark.parametrize('text', ['同', '𠮷', '\ue000', '0', '.', '👍', 'e\u0301', '。', '€'])
def test_what_can_be_seen_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_hidden_characters_are_named() -> None:
    assert hidden('张\u202e三') == 'U+202E'
    assert hidden('张\n三') == 'U+000A'
    assert hidden('张\n三', allowed='\n') is None


@pytest.mark.parametrize(
    ('typed', 'stored'),
    [
        ('阿不都•买买提', '阿不都·买买提'),
        ('阿不都．买买提', '阿不都·买买提'),
        ('阿不都 ・ 买买提', '阿不都·买买提'),
        ('阿不都‧买买提', '阿不都·买买提'),
        ('张　三', '张三'),
        ('张 三', '张三'),
        ('Ａｎｎａ　 Lee', 'Anna Lee'),
        ('J. Smith', 'J. Smith'),
        ('㐂 𠮷', '㐂𠮷'),
        ('塚\ufa10', '塚\ufa10'),  # a compatibility ideograph stays as it is on the document
        ('清江县味美餐饮（集团）有限公司', '清江县味美餐饮（集团）有限公司'),
    ],
)
def test_names_are_stored_one_way(typed: str, stored: str) -> None:
    """O-14: interpuncts and spaces."""
    assert normalise_name(typed) == stored
    assert normalise_name(stored) == stored
    assert name_key(typed) == name_key(stored)


def test_a_name_is_found_without_its_interpunct_and_spaces() -> None:
    """O-14"""
    assert name_key('阿不都买买提') == name_key('阿不都·买买提')
    assert name_key('味美(集团)') == name_key('味美（集团）')
    assert name_key('anna lee') == name_key('Anna  Lee')
    assert name_key('张三') != name_key('张三丰')


def test_half_width() -> None:
    assert half_width('２０２７／１／１　Ａ') == '2027/1/1 A'


@pytest.mark.parametrize(
    ('name', 'kind', 'shown'),
    [
        ('张三', 'person', '张*'),
        ('欧阳修远', 'person', '欧***'),
        ('张', 'person', '张*'),
        ('', 'person', ''),
        ('清江县味美餐饮有限公司', 'enterprise', '清江县味美餐饮有限公司'),
    ],
)
def test_masked_names(name: str, kind: str, shown: str) -> None:
    assert mask_name(name, kind) == shown


def test_masked_numbers_keep_their_ends() -> None:
    """S-35, H-04: pages and forms mask alike."""
    assert mask_id_no('440301199001011234') == mask('id_number', '440301199001011234') == '4403**********1234'
    assert mask_id_no('91440300MA5EXAMPLE', 'enterprise') == '91440300MA5EXAMPLE'
    assert mask_id_no('1234') == '****'
    assert mask_phone('13812345678') == mask('phone', '13812345678') == '138****5678'
    assert mask_phone('110') == '***'
    assert mask('name', '张三丰') == '张**'


def test_a_person_record_is_masked_field_by_field() -> None:
    person = {'name': '李雷', 'kind': 'person', 'id_no': '440301199001011234', 'phone': '13812345678', 'address': '清江县城关镇人民路8号'}
    masked = mask_person(person)
    assert masked == {'name': '李*', 'kind': 'person', 'id_no': '4403**********1234', 'phone': '138****5678', 'address': '清江县***'}
    assert mask_person(None) is None


def test_nowhere_else_is_decided_what_is_blank() -> None:
    """O-13: a reason of U+3164 is none, whoever asks for it: no `not reason.strip()`, which takes fillers for words."""
    root = Path(__file__).parents[3]
    homes = [path for floor in ('engine', 'tasks', 'web') for path in (root / floor).rglob('*.py') if 'feel' not in path.parts]
    used = re.compile(r'not \(?\w+\.strip\(\)')
    assert [path for path in homes if used.search(path.read_text())] == []
