"""Personal data is masked the way Chinese halls print it."""

import pytest

from tasks.rights import privacy


@pytest.mark.parametrize(
    ('name', 'kind', 'shown'),
    [
        ('张三', 'person', '张*'),
        ('欧阳修远', 'person', '欧***'),
        ('', 'person', ''),
        ('清江县味美餐饮有限公司', 'enterprise', '清江县味美餐饮有限公司'),
    ],
)
def test_names(name: str, kind: str, shown: str) -> None:
    assert privacy.mask_name(name, kind) == shown


def test_identity_numbers_keep_four_digits_at_either_end() -> None:
    assert privacy.mask_id_no('440301199001011234') == '4403**********1234'
    assert privacy.mask_id_no('91440300MA5EXAMPLE', 'enterprise') == '91440300MA5EXAMPLE'
    assert privacy.mask_id_no('1234') == '****'


def test_phones() -> None:
    assert privacy.mask_phone('13812345678') == '138****5678'
    assert privacy.mask_phone('110') == '***'


def test_a_person_record_is_masked_field_by_field() -> None:
    person = {'name': '李雷', 'kind': 'person', 'id_no': '440301199001011234', 'phone': '13812345678', 'address': '清江县城关镇人民路8号'}
    masked = privacy.mask_person(person)
    assert masked == {'name': '李*', 'kind': 'person', 'id_no': '4403**********1234', 'phone': '138****5678', 'address': '清江县***'}
    assert privacy.mask_person(None) is None
