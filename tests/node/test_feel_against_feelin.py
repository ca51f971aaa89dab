"""Our FEEL against feelin, the implementation the modelers use: the same values, except where we say why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from node.feelin import DIFFERENCES, READY, Feelin
from unit.feel.corpus import CASES, ours, same

pytestmark = [pytest.mark.node, pytest.mark.skipif(not READY, reason='needs node and `npm ci` in tests/node')]


@pytest.fixture(scope='module')
def feelin() -> Iterator[Feelin]:
    with Feelin() as running:
        yield running


@pytest.mark.parametrize('case', [c for c in CASES if 'differs' not in c], ids=lambda case: f'{case["text"]} | {case.get("input", "")}')
def test_the_same_value(feelin: Feelin, case: dict[str, Any]) -> None:
    assert same(ours(case), feelin.value(case))


@pytest.mark.parametrize('case', [c for c in CASES if 'differs' in c], ids=lambda case: case['text'])
def test_a_difference_on_purpose_still_differs(feelin: Feelin, case: dict[str, Any]) -> None:
    assert case['differs'] in DIFFERENCES
    assert not same(ours(case), feelin.value(case)), 'feelin has changed: take the mark out of the corpus'


def test_every_named_difference_is_in_the_corpus() -> None:
    assert {c['differs'] for c in CASES if 'differs' in c} == DIFFERENCES.keys()


CONTEXT: dict[str, Any] = {
    'n': 7,
    'm': -2,
    'price': 12.5,
    'kind': 'a',
    '姓名': '张三',
    'yes': True,
    'no': False,
    'nothing': None,
    'list': [3, 1, 2],
    'people': [{'name': 'Ann', 'age': 17}, {'name': 'Bob', 'age': 40}],
    'case': {'days': 5},
}
LITERALS = {
    'number': st.integers(0, 20).map(str) | st.sampled_from(['n', 'm', 'price', 'case.days', '1.5', 'people[1].age']),
    'string': st.sampled_from(['"a"', '"b"', '"abc"', '""', '"食品"', 'kind', '姓名', 'people[2].name']),
    'boolean': st.sampled_from(['true', 'false', 'yes', 'no']),
    'list': st.sampled_from(['[1, 2, 3]', '[5]', '[]', 'list', 'people.age', '[3, 3, 1]']),
    'item': st.sampled_from(['n', '1', '2', '5']),
}


def _joined(*parts: Any) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(p) if isinstance(p, str) else p for p in parts)).map(''.join)


def _numbers(n: Any, s: Any, b: Any, ns: Any) -> st.SearchStrategy[str]:
    return (
        _joined('(', n, st.sampled_from([' + ', ' - ', ' * ']), n, ')')
        | _joined('(-', n, ')')
        | _joined('(if ', b, ' then ', n, ' else ', n, ')')
        | _joined('string length(', s, ')')
        | _joined(st.sampled_from(['count', 'sum', 'max', 'min', 'mean', 'product']), '(', ns, ')')
        | _joined(st.sampled_from(['floor', 'ceiling', 'abs']), '(', n, ')')
        | _joined('modulo(', n, ', ', st.integers(1, 9).map(str), ')')
        | _joined(ns, '[', st.sampled_from('123'), ']')
        | _joined('round half up(', n, ', ', st.sampled_from('01'), ')')
    )


def _strings(n: Any, s: Any, b: Any, ns: Any) -> st.SearchStrategy[str]:
    return (
        _joined('(', s, ' + ', s, ')')
        | _joined('upper case(', s, ')')
        | _joined('substring(', s, ', ', st.integers(1, 3).map(str), ')')
        | _joined('string(', b, ')')
        | _joined('(if ', b, ' then ', s, ' else ', s, ')')
        | _joined('substring before(', s, ', ', s, ')')
        | _joined('replace(', s, ', "[ab]", "x")')
    )


def _booleans(n: Any, s: Any, b: Any, ns: Any) -> st.SearchStrategy[str]:
    compare = st.sampled_from([' = ', ' != ', ' < ', ' <= ', ' > ', ' >= '])
    return (
        _joined('(', n, compare, n, ')')
        | _joined('(', s, compare, s, ')')
        | _joined('(', b, st.sampled_from([' and ', ' or ']), b, ')')
        | _joined('not(', b, ')')
        | _joined('(nothing and ', b, ')')
        | _joined('(', b, ' or null)')
        | _joined('(', n, ' = nothing)')
        | _joined('(', n, ' in [', st.integers(-3, 3).map(str), '..', st.integers(4, 9).map(str), '))')
        | _joined('(', n, ' in (', n, ', > ', n, '))')
        | _joined('(', s, ' in (', s, ', ', s, '))')
        | _joined('(', n, ' between 0 and ', st.integers(1, 9).map(str), ')')
        | _joined('(', st.sampled_from(['some', 'every']), ' x in ', ns, ' satisfies x > ', LITERALS['item'], ')')
        | _joined('list contains(', ns, ', ', n, ')')
        | _joined('contains(', s, ', ', s, ')')
        | _joined('starts with(', s, ', ', s, ')')
    )


def _lists(n: Any, s: Any, b: Any, ns: Any) -> st.SearchStrategy[str]:
    return (
        _joined('[', n, ', ', n, ']')
        | _joined('(for x in ', ns, ' return x * ', LITERALS['item'], ')')
        | _joined(ns, '[item > ', LITERALS['item'], ']')
        | _joined('reverse(', ns, ')')
        | _joined('(for i in 1..', st.integers(1, 4).map(str), ' return i + ', LITERALS['item'], ')')
        | _joined('append(', ns, ', ', n, ')')
        | _joined('concatenate(', ns, ', ', ns, ')')
        | _joined('distinct values(', ns, ')')
        | _joined('sort(', ns, ', function(x, y) x < y)')
    )


def _expressions() -> st.SearchStrategy[str]:
    n, s, b, ns = (LITERALS[kind] for kind in ('number', 'string', 'boolean', 'list'))
    for _ in range(3):
        n, s, b, ns = (n | _numbers(n, s, b, ns), s | _strings(n, s, b, ns), b | _booleans(n, s, b, ns), ns | _lists(n, s, b, ns))
    return n | s | b | ns


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=_expressions())
def test_the_same_value_for_expressions_nobody_thought_of(feelin: Feelin, text: str) -> None:
    case = {'kind': 'expressions', 'context': CONTEXT, 'text': text}
    assert same(ours(case), feelin.value(case))
