"""Patterns mean what a browser means, cost linear time, and are refused by name when no engine can promise that."""

from __future__ import annotations

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.regex import PatternError, compile_regex, replace_all, split_all
from engine.forms import FormError, parse_form, validate

NOW = datetime(2027, 3, 1, 10, tzinfo=ZoneInfo('Asia/Shanghai'))


def _free(_: int) -> None:
    """Nothing is charged."""


@pytest.mark.parametrize(
    ('pattern', 'text', 'found'),
    [
        ('^[A-Z]{2}$', 'AB', True),
        ('^ab$', 'ab\n', False),
        ('.', '\n', False),
        ('.', '\r', False),
        ('.', '\u2028', False),
        (r'^\d+$', '１２', False),
        (r'^\w$', '张', False),
        (r'\s', '\u3000', True),
        (r'\s', '\ufeff', True),
        (r'^\S$', '\u3000', False),
        (r'^[\s]$', '\xa0', True),
        (r'^[\s\S]$', '\n', True),
        (r'^[\u4e00-\u9fa5]{2,4}$', '张三丰', True),
        (r'^\p{Script=Han}+$', '𠮷野', True),
        (r'^\x41\u{1F600}$', 'A😀', True),
        (r'^(?<y>\d{4})年$', '2027年', True),
        ('^[[a]$', '[', True),
        ('[[:alpha:]]', 'b]', False),
        (r'^[\w-.]+$', 'a-b.c', True),
        ('[]', 'a', False),
        ('^[^]$', '\n', True),
        ('a{,3}', 'aaa', False),
        ('^{$', '{', True),
        ('^}$', '}', True),
        (r'\bto\b', 'up to', True),
        ('.', '\ud800', True),
    ],
)
def test_patterns_are_read_as_browsers_read_them(pattern: str, text: str, found: bool) -> None:
    assert compile_regex(pattern).found_in(text) is found


@pytest.mark.parametrize(
    ('pattern', 'zh'),
    [
        ('(?=.)(a|a)*b', '不支持前后查看'),
        ('^(?!张)', '不支持前后查看'),
        ('(?<=a)b', '不支持前后查看'),
        ('(?<!a)b', '不支持前后查看'),
        (r'(a)\1', '不支持反向引用'),
        (r'(?<x>a)\k<x>', '不支持反向引用'),
        ('[a-z-[aeiou]]', '不支持字符类相减'),
        ('(?i)a', '分组写法有误'),
        ('(?P<n>a)', '分组写法有误'),
        (r'\A', '不认识'),
        ('[a', '未写完'),
        ('([', '未写完'),
        ('a**', '写法有误'),
        ('(a{1000}){1000}', '写法有误'),
        ('a' * 1001, '最多 1000 个字符'),
        ('(a)' * 51, '最多 50 个分组'),
    ],
)
def test_what_has_no_linear_time_is_refused_by_name(pattern: str, zh: str) -> None:
    """A-02: one regular expression must not freeze the hall; the check says which part of it cannot be."""
    with pytest.raises(PatternError) as refused:
        compile_regex(pattern)
    assert zh in refused.value.zh
    assert str(refused.value).startswith('Expected ')
    field = {'type': 'textfield', 'id': 'A', 'key': 'a', 'label': 'a', 'validate': {'pattern': pattern}}
    with pytest.raises(FormError) as form:
        parse_form(_json(field))
    assert {problem.code for problem in form.value.problems} == {'component.pattern'}


@pytest.mark.parametrize('pattern', ['(a|a)*b', '(a+)+b', '(.*)*b', '(a*)*(a*)*b', '(a|aa)+b', '([a-z]+)*[0-9]'])
def test_a_pattern_that_would_take_for_ever_is_answered(pattern: str) -> None:
    """A-02: 27 letters took 38 seconds; here are as many as a field may hold."""
    form = parse_form(_json({'type': 'textarea', 'id': 'A', 'key': 'a', 'label': 'a', 'validate': {'pattern': pattern}}))
    assert [error.code for error in validate(form, {'a': 'a' * 50_000}, {}, NOW).errors] == ['pattern']


@given(st.text('ab-\n张', max_size=12), st.sampled_from(['a', 'a+', 'a*', 'a|b', '(a)(b)?', '[^a]', 'b*?a', '张|', '^a', 'a$', r'\b', '']))
def test_replacing_and_splitting_agree_with_the_standard_library(text: str, pattern: str) -> None:
    ours, theirs = compile_regex(pattern), re.compile(pattern.replace('$', r'\Z'), re.ASCII)
    spans = [match.span() for match in theirs.finditer(text)]
    if all(start < stop for start, stop in spans):  # after a match of something, engines disagree about matching nothing at the same place
        assert [found[0] for found in ours.matches(text)] == spans
        assert replace_all(ours, text, '<$0>', _free) == theirs.sub(r'<\g<0>>', text)
        assert split_all(ours, text, _free) == re.split(f'(?:{theirs.pattern})', text, flags=re.ASCII) or ours.groups


def _json(field: dict[str, object]) -> str:
    return json.dumps({'type': 'default', 'id': 'Form', 'components': [field]})
