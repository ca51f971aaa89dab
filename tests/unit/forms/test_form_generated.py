"""Forms generated in the diagram become forms like any other."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.forms import FormError, convert_form_data, fields, validate

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo('Asia/Shanghai'))


def test_camunda_form_data() -> None:
    form = convert_form_data(
        [
            {
                'id': 'name',
                'label': '名称',
                'type': 'string',
                'defaultValue': '甲',
                'validations': [{'name': 'required', 'config': None}, {'name': 'maxlength', 'config': '3'}],
            },
            {'id': 'amount', 'label': '金额', 'type': 'long', 'validations': [{'name': 'min', 'config': '10'}]},
            {
                'id': 'agreed',
                'label': '同意',
                'type': 'boolean',
                'defaultValue': 'true',
                'validations': [{'name': 'required', 'config': 'true'}],
            },
            {'id': 'day', 'label': '日期', 'type': 'date', 'defaultValue': '31/12/2026'},
            {'id': 'kind', 'label': '种类', 'type': 'enum', 'values': [{'id': 'a', 'name': '甲类'}, {'id': 'b', 'name': '乙类'}]},
            {'id': 'fixed', 'label': '固定', 'type': 'string', 'validations': [{'name': 'readonly', 'config': None}]},
        ]
    )
    assert [(info.key, info.type, info.label, info.required) for info in fields(form)] == [
        ('name', 'textfield', '名称', True),
        ('amount', 'number', '金额', False),
        ('agreed', 'checkbox', '同意', False),
        ('day', 'datetime', '日期', False),
        ('kind', 'select', '种类', False),
        ('fixed', 'textfield', '固定', False),
    ]
    result = validate(form, {'amount': '9.5', 'agreed': False, 'kind': 'b', 'fixed': 'x', 'name': '甲乙丙丁'}, {'fixed': '原'}, NOW)
    assert result.data == {'name': '甲乙丙丁', 'amount': 9.5, 'agreed': False, 'day': '2026-12-31', 'kind': 'b', 'fixed': '原'}
    assert [(error.key, error.code) for error in result.errors] == [('name', 'max_length'), ('amount', 'integer'), ('amount', 'min')]


def test_flowable_form_properties() -> None:
    form = convert_form_data(
        [
            {'id': 'reason', 'name': '理由', 'type': 'string', 'required': 'true'},
            {'id': 'days', 'name': '天数', 'type': 'long', 'default': '3', 'writable': 'false'},
            {'id': 'secret', 'name': '密', 'type': 'string', 'readable': 'false'},
        ]
    )
    assert [info.key for info in fields(form)] == ['reason', 'days']
    result = validate(form, {'days': 99}, {}, NOW)
    assert result.data == {'reason': '', 'days': 3}
    assert [error.code for error in result.errors] == ['required']


@pytest.mark.parametrize(
    ('item', 'code'),
    [
        ({'id': 'a', 'type': 'user'}, 'form_data.type'),
        ({'type': 'string'}, 'form_data.id'),
        ({'id': 'a', 'type': 'string', 'validations': [{'name': 'validator', 'config': 'com.x.Y'}]}, 'form_data.validation'),
        ({'id': 'a', 'type': 'long', 'validations': [{'name': 'min', 'config': 'x'}]}, 'form_data.limit'),
        ({'id': 'a', 'type': 'string', 'defaultValue': '${x}'}, 'form_data.default'),
        ({'id': 'a', 'type': 'enum'}, 'form_data.values'),
        ({'id': 'a', 'type': 'long', 'defaultValue': 'x'}, 'form_data.default'),
    ],
)
def test_what_cannot_be_converted(item: dict[str, Any], code: str) -> None:
    with pytest.raises(FormError) as caught:
        convert_form_data([item])
    assert code in {problem.code for problem in caught.value.problems}
