"""An analyst's `.form` file: opened, or refused with every problem named."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms import FormError, fields, parse_form, variables

SAMPLES = Path(__file__).parent / 'samples'


def _form(*components: Any) -> str:
    return json.dumps({'type': 'default', 'components': list(components)})


def _problems(*components: Any) -> dict[str, str | None]:
    with pytest.raises(FormError) as caught:
        parse_form(_form(*components))
    return {problem.code: problem.id for problem in caught.value.problems}


@pytest.mark.parametrize('name', ['food-business.form', 'review.form'])
def test_samples_open_without_a_warning(name: str) -> None:
    assert parse_form((SAMPLES / name).read_bytes()).warnings == ()


def test_fields_of_the_sample() -> None:
    form = parse_form((SAMPLES / 'food-business.form').read_bytes())
    found = {info.key: info for info in fields(form)}
    assert found['applicant.id_card'].personal == 'id_number'
    assert found['applicant.id_card'].variable == 'applicant'
    assert found['staff[].name'].required
    assert found['staff[].name'].variable == 'staff'
    assert found['staff[].number'].readonly
    assert found['staff[].health_until'].label == '健康证有效期至'
    assert variables(form).writes == {'applicant', 'business', 'area', 'staff', 'staff_count', 'scans', 'promise'}
    assert 'office' in variables(form).reads


def test_a_disabled_field_writes_nothing() -> None:
    form = parse_form((SAMPLES / 'review.form').read_bytes())
    assert 'office' not in variables(form).writes
    assert variables(form).reads >= {'urgent', 'staff', 'outcome'}


def test_all_problems_are_listed_at_once_with_their_place() -> None:
    with pytest.raises(FormError) as caught:
        parse_form(
            _form(
                {'type': 'iframe', 'id': 'A'},
                {'type': 'textfield', 'id': 'B', 'label': 'x'},
                {
                    'type': 'group',
                    'id': 'G',
                    'components': [{'type': 'number', 'id': 'C', 'key': 'c', 'label': 'x', 'validate': {'min': '=1 +'}}],
                },
            )
        )
    found = [(problem.code, problem.id, problem.where) for problem in caught.value.problems]
    assert found == [
        ('component.unsupported', 'A', 'components[0]'),
        ('component.key', 'B', 'components[1]'),
        ('component.expression', 'C', 'components[2].components[0]'),
    ]
    assert '不支持组件类型 iframe' in caught.value.problems[0].zh


TEXT = {'type': 'textfield', 'id': 'F', 'key': 'k', 'label': 'L'}


@pytest.mark.parametrize(
    ('component', 'code'),
    [
        ({'type': 'documentPreview', 'id': 'F'}, 'component.unsupported'),
        ({**TEXT, 'key': 'a..b'}, 'component.key'),
        ({**TEXT, 'key': 'a.0'}, 'component.key'),
        ({**TEXT, 'key': '__proto__.x'}, 'component.key'),
        ({**TEXT, 'conditional': {'hide': '=1 +'}}, 'component.expression'),
        ({**TEXT, 'disabled': '=true'}, 'component.disabled'),
        ({**TEXT, 'label': '{{name' + '}} {{#if x}}'}, 'component.template'),
        ({**TEXT, 'label': '{{1 +}}'}, 'component.template'),
        ({**TEXT, 'validate': {'pattern': '(['}}, 'component.pattern'),
        ({**TEXT, 'validate': {'pattern': r'^(?=(a+)+$)'}}, 'component.pattern'),
        ({**TEXT, 'validate': {'minLength': 'three'}}, 'component.limit'),
        ({**TEXT, 'validate': {'validationType': 'iban'}}, 'component.validation'),
        ({**TEXT, 'properties': {'format': 'iban'}}, 'component.property'),
        ({**TEXT, 'properties': {'personal': 'face'}}, 'component.property'),
        ({'type': 'number', 'id': 'F', 'key': 'k', 'label': 'L', 'increment': 0}, 'component.increment'),
        ({'type': 'datetime', 'id': 'F', 'key': 'k', 'label': 'L', 'subtype': 'week'}, 'component.subtype'),
        ({'type': 'select', 'id': 'F', 'key': 'k', 'label': 'L', 'values': [{'label': 'x'}]}, 'component.options'),
        ({'type': 'select', 'id': 'F', 'key': 'k', 'label': 'L', 'values': ['x', 'x']}, 'component.options'),
        ({'type': 'image', 'id': 'F', 'source': 'https://example.org/a.png'}, 'component.image'),
        ({'type': 'image', 'id': 'F', 'source': 'data:image/svg+xml;base64,AAAA'}, 'component.image'),
        ({'type': 'image', 'id': 'F', 'source': '//example.org/a.png'}, 'component.image'),
        ({'type': 'expression', 'id': 'F', 'key': 'k'}, 'component.expression'),
        ({'type': 'filepicker', 'id': 'F', 'key': 'k', 'label': 'L', 'properties': {'max_size': 'big'}}, 'component.property'),
        ({'type': 'dynamiclist', 'id': 'F', 'components': []}, 'component.path'),
        ({'type': 'table', 'id': 'F', 'dataSource': 'rows'}, 'component.expression'),
        ({'type': 'group', 'id': 'F', 'components': 'x'}, 'form.components'),
        ({'type': 7}, 'component.type'),
        ('text', 'component.type'),
    ],
)
def test_refused_components(component: Any, code: str) -> None:
    assert code in _problems(component)


@pytest.mark.parametrize(
    'source',
    ['', '[]', '{', 'null', '{"components": 1}', '{"components": [], "type": "x"}', '[' * 100_000, b'\xff\xfe', '{"components": [NaN]}'],
)
def test_what_is_no_form(source: str | bytes) -> None:
    with pytest.raises(FormError):
        parse_form(source)


def test_size_depth_and_number_are_bounded() -> None:
    deep: dict[str, Any] = {'type': 'group', 'id': 'G', 'components': []}
    for number in range(20):
        deep = {'type': 'group', 'id': f'G{number}', 'components': [deep]}
    assert 'form.depth' in _problems(deep)
    assert 'form.count' in _problems(*({'type': 'separator'} for _ in range(600)))
    with pytest.raises(FormError, match='bytes'):
        parse_form(' ' * 600_000)


def test_a_newer_editor_is_a_warning_only() -> None:
    form = parse_form(json.dumps({'type': 'default', 'schemaVersion': 99, 'components': []}))
    assert [warning.code for warning in form.warnings] == ['form.version']


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=6)
    | st.sampled_from(['=x', '{{x}}', 'group', 'select', 'dynamiclist', 'number', 'datetime', 'table']),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    'type',
                    'id',
                    'key',
                    'path',
                    'components',
                    'validate',
                    'values',
                    'label',
                    'min',
                    'pattern',
                    'hide',
                    'conditional',
                    'properties',
                    'format',
                    'text',
                    'source',
                    'columns',
                    'increment',
                    'appearance',
                    'defaultRepetitions',
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(_JSON)
def test_any_json_is_a_form_or_a_form_error(components: Any) -> None:
    with contextlib.suppress(FormError):
        parse_form(json.dumps({'components': components}))
