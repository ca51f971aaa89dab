"""What cannot be seen is nothing, and lengths are counted as people count them: texts, numbers, dates, rows of lists."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import Form, parse_form, present, validate

NOW = datetime(2027, 3, 1, 10, tzinfo=ZoneInfo('Asia/Shanghai'))
FILLERS = ' \t\n\r\u00a0\u00ad\u034f\u115f\u1160\u17b4\u180e\u2000\u200b\u200d\u2028\u202e\u2060\u2800\u3000\u3164\ufeff\uffa0\U000e0020'
KINDS = [{'type': 'textfield'}, {'type': 'textarea'}, {'type': 'number'}, {'type': 'datetime', 'subtype': 'date'}]


def _form(*components: dict[str, Any]) -> Form:
    return parse_form(json.dumps({'type': 'default', 'id': 'Form', 'components': components}))


def _field(kind: dict[str, Any], **rules: Any) -> dict[str, Any]:
    return {'id': 'A', 'key': 'a', 'label': '意见', **kind, 'validate': rules}


@pytest.mark.parametrize('kind', KINDS, ids=lambda kind: kind['type'])
@given(text=st.text(FILLERS, min_size=1, max_size=8))
def test_blank_is_nothing(kind: dict[str, Any], text: str) -> None:
    """O-13: an opinion nobody can read is none; the complaint names the field. An optional field stays empty."""
    errors = validate(_form(_field(kind, required=True)), {'a': text}, {}, NOW).errors
    assert [(error.code, error.key, error.label) for error in errors] == [('required', 'a', '意见')]
    optional = validate(_form(_field(kind)), {'a': text}, {}, NOW)
    assert optional.ok
    assert optional.data['a'] in ('', None)


@given(text=st.text(FILLERS, min_size=1, max_size=8))
def test_blank_is_nothing_in_the_rows_of_a_list(text: str) -> None:
    """O-13"""
    form = _form({'type': 'dynamiclist', 'id': 'L', 'path': 'rows', 'components': [_field({'type': 'textfield'}, required=True)]})
    errors = validate(form, {'rows': [{'a': '同意'}, {'a': text}]}, {}, NOW).errors
    assert [(error.code, error.key) for error in errors] == [('required', 'rows.1.a')]


@given(text=st.text('𠮷𡌴𫰠𱖎张😀', max_size=8))
def test_lengths_count_characters(text: str) -> None:
    """O-17: 𠮷𡌴𫰠𱖎 has four characters."""
    errors = validate(_form(_field({'type': 'textfield'}, minLength=2, maxLength=4)), {'a': f' {text} '}, {}, NOW).errors
    wanted = ['min_length'] if 0 < len(text) < 2 else ['max_length'] if len(text) > 4 else []
    assert [error.code for error in errors] == wanted


def test_the_browser_never_refuses_what_the_server_takes() -> None:
    """O-17: maxlength counts UTF-16 units."""
    node = present(_form(_field({'type': 'textfield'}, maxLength=4)), {}, now=NOW).nodes[0]
    assert dict(node.attributes)['maxlength'] == '8'
