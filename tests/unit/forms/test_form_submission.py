"""What a submission comes to on the server: complaints in Chinese, cleaned data, and nothing a client could smuggle in."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms import Form, parse_form, validate

SAMPLES = Path(__file__).parent / 'samples'
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo('Asia/Shanghai'))
FOOD = parse_form((SAMPLES / 'food-business.form').read_bytes())
REVIEW = parse_form((SAMPLES / 'review.form').read_bytes())
GOOD: dict[str, Any] = {
    'applicant': {'kind': 'individual', 'name': '老王面馆', 'id_card': '11010519491231002x', 'phone': '138 0013 8000'},
    'business': ['hot'],
    'area': '120.5',
    'staff': [{'name': '王五', 'health_until': '2026-12-31'}],
    'promise': True,
}


def _form(*components: Any) -> Form:
    return parse_form(json.dumps({'type': 'default', 'components': list(components)}))


def _codes(form: Form, submitted: dict[str, Any], context: dict[str, Any] | None = None) -> dict[str, str]:
    return {error.key: error.code for error in validate(form, submitted, context or {}, NOW).errors}


def test_a_good_application_is_cleaned() -> None:
    result = validate(FOOD, {**GOOD, 'unknown': 1}, {}, NOW)
    assert result.ok
    assert result.data == {
        'applicant': {'kind': 'individual', 'name': '老王面馆', 'id_card': '11010519491231002X', 'phone': '13800138000'},
        'business': ['hot'],
        'area': 120.5,
        'staff': [{'name': '王五', 'health_until': '2026-12-31', 'number': ''}],
        'staff_count': 1,
        'scans': None,
        'promise': True,
    }


def test_an_empty_application_names_what_is_missing() -> None:
    result = validate(FOOD, {}, {}, NOW)
    assert {error.key for error in result.errors} == {
        'applicant.kind',
        'applicant.name',
        'applicant.phone',
        'business',
        'staff.0.name',
        'promise',
    }
    first = result.errors[0]
    assert (first.id, first.code, first.zh, first.en, first.label) == ('Kind', 'required', '此项为必填项', 'Field is required.', '主体类型')


def test_the_other_number_is_asked_of_an_enterprise() -> None:
    typed = {**GOOD, 'applicant': {**GOOD['applicant'], 'kind': 'enterprise', 'uscc': '12441500196720244A'}}
    assert _codes(FOOD, typed) == {'applicant.uscc': 'uscc'}
    assert 'id_card' not in validate(FOOD, typed, {}, NOW).data['applicant']


def test_limits_may_depend_on_other_answers() -> None:
    assert _codes(FOOD, {**GOOD, 'area': 6000}) == {'area': 'max'}
    assert _codes(FOOD, {**GOOD, 'area': 6000, 'business': ['bulk']}) == {}


def test_dates_that_have_passed() -> None:
    assert _codes(FOOD, {**GOOD, 'staff': [{'name': '王五', 'health_until': '2026-03-01'}]}) == {'staff.0.health_until': 'past_date'}
    assert _codes(FOOD, {**GOOD, 'staff': [{'name': '王五', 'health_until': '2026-03-02'}]}) == {}
    assert _codes(FOOD, {**GOOD, 'staff': [{'name': '王五', 'health_until': '2026-02-30'}]}) == {'staff.0.health_until': 'date'}


def test_computed_values_are_computed_here() -> None:
    assert validate(FOOD, {**GOOD, 'staff_count': 99}, {}, NOW).data['staff_count'] == 1


def test_readonly_and_disabled_values_cannot_be_smuggled_in() -> None:
    context = {'applicant': {'name': '老王面馆'}, 'office': '一号'}
    result = validate(REVIEW, {'applicant': {'name': '别人'}, 'office': '二号', 'outcome': 'pass'}, context, NOW)
    assert result.data == {'applicant': {'name': '老王面馆'}, 'outcome': 'pass'}


def test_a_field_that_is_readonly_by_expression() -> None:
    form = _form({'type': 'textfield', 'id': 'A', 'key': 'a', 'label': 'a', 'readonly': '=locked = true'})
    assert validate(form, {'a': 'new'}, {'a': 'old', 'locked': True}, NOW).data == {'a': 'old'}
    assert validate(form, {'a': 'new'}, {'a': 'old', 'locked': False}, NOW).data == {'a': 'new'}
    assert validate(form, {'a': 'new', 'locked': False}, {'a': 'old', 'locked': True}, NOW).data == {'a': 'old'}


def test_readonly_cells_follow_their_row() -> None:
    context = {'staff': [{'name': '甲', 'number': 'A1'}, {'name': '乙', 'number': 'A2'}]}
    rows = [{'_row': '1', 'name': '乙', 'number': 'forged'}, {'_row': '', 'name': '丙', 'number': 'forged'}]
    assert validate(FOOD, {**GOOD, 'staff': rows}, context, NOW).data['staff'] == [
        {'name': '乙', 'health_until': None, 'number': 'A2'},
        {'name': '丙', 'health_until': None, 'number': ''},
    ]


def test_options_computed_from_the_case() -> None:
    assert _codes(REVIEW, {'outcome': 'fail', 'reason': '材料不符合要求'}) == {}
    assert _codes(REVIEW, {'outcome': 'fail'}, {'urgent': True}) == {'outcome': 'required'}
    assert _codes(REVIEW, {'outcome': 'fail', 'reason': '不行'}) == {'reason': 'min_length'}


@pytest.mark.parametrize(
    ('typed', 'data', 'codes'),
    [
        ('１，２３４.5', 1234.5, {}),
        ('1,234', 1234, {}),
        ('1,23', None, {'n': 'number'}),
        ('-3', -3, {}),
        ('＋３', 3, {}),
        ('1e400', None, {'n': 'number'}),
        ('0x10', None, {'n': 'number'}),
        ('', None, {}),
        (None, None, {}),
        (True, None, {}),
        ([1], None, {}),
        ('9' * 100, None, {'n': 'number'}),
    ],
)
def test_numbers_as_people_type_them(typed: Any, data: Any, codes: dict[str, str]) -> None:
    form = _form({'type': 'number', 'id': 'N', 'key': 'n', 'label': 'n'})
    assert validate(form, {'n': typed}, {}, NOW).data == {'n': data}
    assert _codes(form, {'n': typed}) == codes


def test_money_keeps_its_digits_as_text() -> None:
    form = _form({'type': 'number', 'id': 'N', 'key': 'n', 'label': 'n', 'serializeToString': True, 'decimalDigits': 2})
    assert validate(form, {'n': '12345678901234567890.10'}, {}, NOW).data == {'n': '12345678901234567890.10'}
    assert validate(form, {'n': '１２.５'}, {}, NOW).data == {'n': '12.5'}


PDF = {'id': 'd1', 'name': '执照.PDF', 'size': 1024, 'type': 'application/pdf'}


@pytest.mark.parametrize(
    ('document', 'code'),
    [
        (PDF, None),
        ({**PDF, 'name': 'a.exe', 'type': 'application/x-msdownload'}, 'file_type'),
        ({**PDF, 'name': 'a.jpg', 'type': 'image/jpeg'}, None),
        ({**PDF, 'size': 11 * 1024 * 1024}, 'file_size'),
    ],
)
def test_documents(document: dict[str, Any], code: str | None) -> None:
    result = validate(FOOD, {**GOOD, 'scans': [document]}, {}, NOW)
    assert [error.code for error in result.errors] == ([code] if code else [])
    assert result.data['scans'] == [document]


def test_a_kept_document_is_named_by_its_id_and_a_foreign_id_is_dropped() -> None:
    result = validate(FOOD, {**GOOD, 'scans': ['d1', 'd2']}, {'scans': [PDF]}, NOW)
    assert result.data['scans'] == [PDF]
    assert validate(FOOD, {**GOOD, 'scans': None}, {'scans': [PDF]}, NOW).data['scans'] is None


def test_only_one_document_where_one_is_asked_for() -> None:
    form = _form({'type': 'filepicker', 'id': 'F', 'key': 'f', 'label': 'f', 'validate': {'required': True}})
    assert _codes(form, {'f': [PDF, {**PDF, 'id': 'd2'}]}) == {'f': 'too_many_files'}
    assert _codes(form, {'f': []}) == {'f': 'required'}


def test_too_many_rows() -> None:
    rows = [{'name': '甲'}] * 201
    result = validate(FOOD, {**GOOD, 'staff': rows}, {}, NOW)
    assert [error.code for error in result.errors] == ['too_many_rows']


def test_rows_that_may_not_be_changed() -> None:
    fixed = _form(
        {
            'type': 'dynamiclist',
            'id': 'L',
            'path': 'rows',
            'label': 'L',
            'allowAddRemove': False,
            'components': [{'type': 'textfield', 'id': 'A', 'key': 'a', 'label': 'a'}],
        }
    )
    result = validate(fixed, {'rows': [{'a': '1'}, {'a': '2'}, {'a': '3'}]}, {'rows': [{'a': 'x'}, {'a': 'y'}]}, NOW)
    assert result.data == {'rows': [{'a': '1'}, {'a': '2'}]}


def test_a_slow_pattern_is_fast() -> None:
    form = _form({'type': 'textfield', 'id': 'A', 'key': 'a', 'label': 'a', 'validate': {'pattern': '^(a+)+$'}})
    assert _codes(form, {'a': 'a' * 5000 + '!'}) == {'a': 'pattern'}


def test_today_is_the_date_of_the_hall() -> None:
    form = _form({'type': 'expression', 'id': 'E', 'key': 'e', 'expression': '=today()'})
    assert validate(form, {}, {}, NOW).data == {'e': '2026-03-02'}


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match='time zone'):
        validate(FOOD, {}, {}, datetime(2026, 3, 2))  # noqa: DTZ001


_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(['name', 'kind', 'id', '_row', 'x']), inner, max_size=3),
    max_leaves=8,
)
_TOP = st.dictionaries(
    st.sampled_from(['applicant', 'business', 'area', 'staff', 'scans', 'promise', 'outcome', 'reason']), _VALUE, max_size=8
)


@settings(max_examples=150, deadline=None)
@given(_TOP, _TOP)
def test_whatever_is_submitted_comes_to_a_result(submitted: dict[str, Any], context: dict[str, Any]) -> None:
    for form in (FOOD, REVIEW):
        result = validate(form, submitted, context, NOW)
        assert 'unknown' not in result.data


@settings(max_examples=50, deadline=None)
@given(_TOP)
def test_cleaned_data_stays_clean(submitted: dict[str, Any]) -> None:
    first = validate(REVIEW, submitted, {}, NOW)
    if first.ok:
        assert validate(REVIEW, first.data, {}, NOW) == first
