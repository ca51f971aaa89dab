"""Forms generated in the diagram become forms like any other."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.forms import FormError, convert_form_data, fields, present, validate

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
        ({'type': 'string'}, 'form_data.id'),
        ({'id': 'a', 'type': 'string', 'validations': [{'name': 'validator', 'config': 'com.x.Y'}]}, 'form_data.validation'),
        ({'id': 'a', 'type': 'long', 'validations': [{'name': 'min', 'config': 'x'}]}, 'form_data.limit'),
        ({'id': 'a', 'type': 'string', 'defaultValue': '${x +}'}, 'form_data.default'),
        ({'id': 'a', 'type': 'string', 'defaultValue': '${lookup(x)}'}, 'form_data.default'),
        ({'id': 'a', 'type': 'enum'}, 'form_data.values'),
        ({'id': 'a', 'type': 'long', 'defaultValue': 'x'}, 'form_data.default'),
    ],
)
def test_what_cannot_be_converted(item: dict[str, Any], code: str) -> None:
    with pytest.raises(FormError) as caught:
        convert_form_data([item])
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(
    ('item', 'kind'),
    [
        ({'type': 'user'}, 'textfield'),
        ({'type': 'users'}, 'textfield'),
        ({'type': 'month'}, 'textfield'),
        ({'type': 'com.example.Money'}, 'textfield'),
        ({'type': 'radio', 'values': [{'id': 'a', 'name': '甲'}]}, 'select'),
    ],
)
def test_a_type_nobody_knows_is_text_or_a_choice_and_is_told(item: dict[str, Any], kind: str) -> None:
    """D-31: an unknown type opens a field that can be filled, with a warning that says what it is here."""
    form = convert_form_data([{'id': 'a', 'required': 'true'} | item])
    assert [(info.type, info.required) for info in fields(form)] == [(kind, True)]
    assert [(note.code, note.key) for note in form.warnings] == [('form_data.type', 'a')]
    assert item['type'] in form.warnings[0].zh


@pytest.mark.parametrize(
    ('written', 'kind'), [('String', 'textfield'), ('textarea', 'textarea'), ('number', 'number'), ('Date', 'datetime')]
)
def test_spellings_of_known_types(written: str, kind: str) -> None:
    """D-31: letters in capitals and the names other designers give are the same types."""
    form = convert_form_data([{'id': 'a', 'type': written}])
    assert ([info.type for info in fields(form)], form.warnings) == ([kind], ())


@pytest.mark.parametrize(
    ('item', 'data', 'value'),
    [
        ({'type': 'string', 'default': '${town}'}, {'town': '甲镇'}, '甲镇'),
        ({'type': 'string', 'default': 'No. ${n}'}, {'n': 3}, 'No. 3'),
        ({'type': 'string', 'defaultValue': '#{town}'}, {'town': '甲镇'}, '甲镇'),
        ({'type': 'string', 'expression': '${town}'}, {'town': '甲镇'}, '甲镇'),
        ({'type': 'string', 'default': '${town}', 'writable': 'false'}, {'town': '甲镇'}, '甲镇'),
        ({'type': 'long', 'default': '${n + 1}'}, {'n': 3}, 4),
        ({'type': 'long', 'default': '${n}'}, {'n': '12'}, 12),
        ({'type': 'boolean', 'default': '${n > 2}'}, {'n': 3}, True),
        ({'type': 'boolean', 'default': '${agreed}'}, {'agreed': 'true'}, True),
        ({'type': 'date', 'default': '${day}'}, {'day': '2026-03-05'}, '2026-03-05'),
        ({'type': 'date', 'default': '${day}', 'datePattern': 'dd.MM.yyyy'}, {'day': '05.03.2026'}, '2026-03-05'),
        ({'type': 'date', 'default': '${=today()}'}, {}, '2026-03-02'),
        ({'type': 'enum', 'default': '${kind}', 'values': [{'id': 'a', 'name': '甲'}]}, {'kind': 'a'}, 'a'),
        ({'type': 'string', 'default': '${town}'}, {'town': '甲镇', 'a': '乙镇'}, '乙镇'),
    ],
)
def test_a_default_with_an_expression_is_evaluated_when_the_task_opens(item: dict[str, Any], data: dict[str, Any], value: object) -> None:
    """D-31: of the case's data at that moment; a variable that is there already comes first."""
    form = convert_form_data([{'id': 'a'} | item])
    (node,) = present(form, data, NOW).nodes
    assert (node.value, node.description) == (value, '')
    assert validate(form, {}, data, NOW).data == {'a': value}


@pytest.mark.parametrize(
    ('item', 'data', 'value'),
    [
        ({'type': 'string', 'default': '${town}'}, {}, ''),
        ({'type': 'string', 'default': '${towns}'}, {'towns': ['甲', '乙']}, ''),
        ({'type': 'long', 'default': '${town}'}, {'town': '甲镇'}, None),
        ({'type': 'long', 'default': '${1 / n}'}, {'n': 0}, None),
        ({'type': 'boolean', 'default': '${town}'}, {'town': '甲镇'}, False),
        ({'type': 'date', 'default': '${town}'}, {'town': '甲镇'}, None),
        ({'type': 'date', 'default': '${town}'}, {'town': '2026-02-30'}, None),
        ({'type': 'enum', 'default': '${town}', 'values': [{'id': 'a', 'name': '甲'}]}, {'town': '甲镇'}, None),
    ],
)
def test_a_default_that_does_not_fit_leaves_the_field_empty_and_says_why(item: dict[str, Any], data: dict[str, Any], value: object) -> None:
    """D-31: never an error page, and never a value in silence."""
    (node,) = present(convert_form_data([{'id': 'a'} | item]), data, NOW).nodes
    assert node.value == value
    assert item['default'] in node.description


@pytest.mark.parametrize(
    ('pattern', 'text', 'value'),
    [
        ('', '31/12/2026', '2026-12-31'),
        ('', '2026-12-31', '2026-12-31'),
        ('yyyy-MM-dd', '2026-12-31', '2026-12-31'),
        ('MM-dd-yyyy', '12-31-2026', '2026-12-31'),
        ('yyyy年M月d日', '2026年2月1日', '2026-02-01'),
        ('yyyy-MM-dd HH:mm', '2026-12-31 09:30', '2026-12-31T09:30'),
        ("yyyy-MM-dd'T'hh:mm:ss", '2026-12-31T09:30:00', '2026-12-31T09:30'),
        ('HH:mm', '09:30', '09:30'),
    ],
)
def test_a_date_is_read_by_its_pattern(pattern: str, text: str, value: str) -> None:
    """D-31: `datePattern` says whether the field is a day, a time or both, and how its default is written."""
    form = convert_form_data([{'id': 'a', 'name': '日', 'type': 'date', 'datePattern': pattern, 'default': text}])
    assert form.warnings == ()
    assert [info.label for info in fields(form)] == ['日']
    assert validate(form, {}, {}, NOW).data == {'a': value}


@pytest.mark.parametrize(('pattern', 'text'), [('', '12/31/2026'), ('yyyy-MM-dd', '明天'), ('yyyy-MM', '2026-12'), ('dd dd', '01 01')])
def test_a_default_that_is_no_date_is_told(pattern: str, text: str) -> None:
    """D-31: the field opens empty, and the check says so."""
    form = convert_form_data([{'id': 'a', 'type': 'date', 'datePattern': pattern, 'default': text}])
    assert [note.code for note in form.warnings] == ['form_data.default']
    assert validate(form, {}, {}, NOW).data == {'a': None}


def test_a_field_of_flowable_is_its_variable() -> None:
    """D-31: `variable` names what is written and read; an id is only the name of the field."""
    form = convert_form_data([{'id': 'street', 'variable': 'address', 'type': 'string'}])
    assert validate(form, {'address': '甲路'}, {}, NOW).data == {'address': '甲路'}
