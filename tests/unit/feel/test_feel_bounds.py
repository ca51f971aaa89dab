"""No expression may hold up the office: length, depth, steps, results and regular expressions are bounded."""

from __future__ import annotations

from typing import Any

import pytest
from counting import calls
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    BUILTIN_NAMES,
    MAX_SOURCE,
    Budget,
    FeelBudgetError,
    FeelSyntaxError,
    compile_assignments,
    compile_diagram_text,
    compile_expression,
    compile_unary_tests,
    execute,
)


def value(text: str, context: dict[str, Any] | None = None, **options: Any) -> Any:
    return compile_expression(text).evaluate(context or {}, **options)


@pytest.mark.parametrize(
    'text',
    [
        '1+' * MAX_SOURCE + '1',
        '(' * 9000 + '1' + ')' * 9000,
        '[' * 9000 + ']' * 9000,
        '-' * 9000 + '1',
        'a' + '.b' * 9000,
        'a' + '[1]' * 5000,
        'f' + '()' * 5000,
        'not(' * 4000 + 'true' + ')' * 4000,
        'if a then ' * 1500 + '1' + ' else 2' * 900,
        'function() ' * 1500 + '1',
        'x instance of ' + 'list<' * 3000 + 'number' + '>' * 3000,
    ],
)
def test_what_is_too_long_or_too_deep_is_a_syntax_error(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


@pytest.mark.parametrize(
    'text',
    [
        '+'.join(['1'] * 5000),
        ' and '.join(['a'] * 3000),
        ' or '.join(['a = 1'] * 2000),
        '[' + ','.join(['1'] * 5000) + ']',
        '{' + ','.join(f'k{i}: {i}' for i in range(1000)) + '}',
    ],
)
def test_what_is_long_but_flat_is_fine(text: str) -> None:
    compile_expression(text).evaluate({'a': 1})


@pytest.mark.parametrize(
    'text',
    [
        'for i in 1..1000000000 return i',
        'for i in 1..1000000000, j in [] return i',
        'some i in 1..1000000000 satisfies i < 0',
        'every i in 1..100000, j in 1..100000 satisfies true',
        'for i in 1..1000 return for j in 1..1000 return i * j',
        'for i in 1..100000 return partial',
        '{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r',
        '{f: function(g, n) [g(g, n), g(g, n)], r: f(f, 1)}.r',
        '{a: "0123456789", b: a+a+a+a+a+a+a+a+a+a, c: b+b+b+b+b+b+b+b+b+b, d: c+c+c+c+c+c+c+c+c+c, '
        'e: d+d+d+d+d+d+d+d+d+d, f: e+e+e+e+e+e+e+e+e+e}',
        '{a: [1,1,1,1,1,1,1,1], b: [a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b], d: [c,c,c,c,c,c,c,c], e: [d,d,d,d,d,d,d,d], '
        'f: [e,e,e,e,e,e,e,e]}.f',
        'string({a: [1,1,1,1,1,1,1,1], b: [a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b], d: [c,c,c,c,c,c,c,c], '
        'e: [d,d,d,d,d,d,d,d], f: [e,e,e,e,e,e,e,e]})',
        'count([1])' + ' + count(flatten({a: [1,1,1,1,1,1,1,1], b: [a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b], '
        'd: [c,c,c,c,c,c,c,c], e: [d,d,d,d,d,d,d,d], f: [e,e,e,e,e,e,e,e]}.f))',
        '{x: function(l) [l,l,l,l,l,l,l,l], a: x(x(x(x(x(x(1)))))), b: x(x(x(x(x(x(1)))))), r: a = b}.r',
        'for i in 1..20000 return big + string(i)',
        'for i in 1..20000 return upper case(big)',
        'distinct values(for i in 1..20000 return i)',
        'replace(big, "x.*y|x", "")',  # every search reads to the end
        'sort(for i in 1..9000 return modulo(i * 7919, 9001), function(a, b) a < b)',
    ],
)
def test_what_costs_too_much_is_stopped_soon(text: str) -> None:
    expression = compile_expression(text)

    def stopped() -> FeelBudgetError:
        with pytest.raises(FeelBudgetError) as caught:
            expression.evaluate({'big': 'x' * 90_000})
        return caught.value

    _, error = calls(stopped, budget=5_000_000)
    assert error.zh
    assert str(error).startswith('Expected at most ')


def test_the_limits_can_be_set() -> None:
    assert value('count(for i in 1..100 return i)') == 100
    with pytest.raises(FeelBudgetError):
        value('count(for i in 1..100 return i)', limits=Budget(steps=50))
    with pytest.raises(FeelBudgetError):
        value('[1, 2, 3]', limits=Budget(elements=2))
    with pytest.raises(FeelBudgetError):
        value('"a" + "bc"', limits=Budget(characters=2))
    with pytest.raises(FeelBudgetError):
        value('{f: function(g, n) if n = 0 then 0 else g(g, n - 1), r: f(f, 20)}.r', limits=Budget(levels=30))


def test_a_function_may_call_itself_a_reasonable_number_of_times() -> None:
    assert value('{f: function(g, n) if n < 2 then 1 else n * g(g, n - 1), r: f(f, 10)}.r') == 3628800


@pytest.mark.parametrize('line', ['v{0} = for i in 1..9000 return i', 'v = count(for i in 1..9000 return i)'])
def test_a_script_has_one_budget_for_all_its_lines(line: str) -> None:
    script = compile_assignments('\n'.join(line.format(i) for i in range(12)))
    with pytest.raises(FeelBudgetError):
        execute(script, {})


@pytest.mark.parametrize('pattern', ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(.*)*b', '(a*)*(a*)*b', 'a{0,30}a{0,30}b'])
def test_patterns_that_would_take_python_for_ever_are_answered(pattern: str) -> None:
    _, answer = calls(lambda: value(f'matches("{"a" * 60}c", "{pattern}")'), budget=100_000)
    assert answer is False
    assert value('replace(big, "' + pattern + '", "")', {'big': 'a' * 20_000}) is not None


@pytest.mark.parametrize(
    'pattern', ['a(?=b)', '(?<!a)b', r'(a)\\1', '(a{1000}){1000}', '(' * 300, '[a', 'a**', '[b-a]', r'\\q', '(?P<n>a)', 'a{3,1}']
)
def test_a_pattern_that_is_not_read_gives_null(pattern: str) -> None:
    result = compile_expression(f'matches("ab", "{pattern}")').run({})
    assert result.value is None
    assert [w.code for w in result.warnings] == ['invalid_arguments']


WORDS = st.sampled_from(
    [
        *sorted(BUILTIN_NAMES),
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ',',
        '.',
        '..',
        '+',
        '-',
        '*',
        '/',
        '**',
        '=',
        '!=',
        '<',
        '>',
        '<=',
        '>=',
        'and',
        'or',
        'in',
        'between',
        'if',
        'then',
        'else',
        'for',
        'x',
        'return',
        'some',
        'every',
        'satisfies',
        'function(x)',
        'item',
        '0',
        '1',
        '-1',
        '1e6000',
        '1e-6000',
        '"a"',
        '""',
        'null',
        'true',
        '@"2026-01-01"',
        '@"P1D"',
        '@"P1Y"',
        '@"10:00:00Z"',
        '@"9999-12-31T23:00:00@Asia/Shanghai"',
        '[1..5]',
        '[1, 2]',
        '{a: 1}',
        '申请人',
        '?',
        ':',
        'instance of',
        'list<number>',
        'not',
        "'",
        '`q`',
        '//',
        '/*',
        '*/',
        '${',
        '}',
        '==',
        '&&',
        '！',
        '\n',
        ';',
        '1..3',
    ]
)


@settings(max_examples=400, deadline=None)
@given(text=st.lists(WORDS, max_size=12).map(' '.join) | st.text(max_size=30))
def test_no_text_at_all_breaks_the_language(text: str) -> None:
    small = Budget(steps=20_000)
    for run in (
        lambda: compile_expression(text).evaluate({'x': 5}, limits=small),
        lambda: compile_unary_tests(text).matches(5, {'x': 5}, limits=small),
        lambda: compile_diagram_text(text).evaluate({'x': 5}, limits=small),
        lambda: execute(compile_assignments(text), {'x': 5}, limits=small),
    ):
        said = ('表达式', 'value')
        try:
            run()
        except (FeelSyntaxError, FeelBudgetError) as error:
            said = (error.zh, error.en)
        assert all(said)


ARGUMENTS = st.sampled_from(
    [
        '1',
        '0',
        '-1',
        '2.5',
        '1e6000',
        '"a"',
        '""',
        'null',
        'true',
        '@"2026-01-01"',
        '@"0001-01-01"',
        '@"P1D"',
        '@"P1Y"',
        '@"10:00:00Z"',
        '@"10:00:00@Asia/Shanghai"',
        '@"9999-12-31T23:00:00@Asia/Shanghai"',
        '[1..5]',
        '[1, 2, 3]',
        '[]',
        '[null]',
        '{a: 1}',
        '{}',
        'function(x, y) x',
        'duration("P999999999D")',
        '[{key: "a", value: 1}]',
        '> 5',
        '!= 3',
    ]
)


@settings(max_examples=600, deadline=None)
@given(name=st.sampled_from(sorted(BUILTIN_NAMES)), arguments=st.lists(ARGUMENTS, max_size=4))
def test_no_function_breaks_on_any_arguments(name: str, arguments: list[str]) -> None:
    text = f'string({name}({", ".join(arguments)}))'
    assert isinstance(value(text), str | None)
