"""Texts as they stand in diagrams: templates of several modelers, scripts, decision table cells, and their mistakes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import (
    FeelSyntaxError,
    FeelWarning,
    compile_assignments,
    compile_diagram_text,
    compile_expression,
    compile_unary_tests,
    evaluate_unary,
    execute,
)

CONTEXT: dict[str, Any] = {
    'amount': 1500,
    'kind': 'a',
    'approved': True,
    'rejected': False,
    'note': None,
    '申请人': {'姓名': '张三'},
    'empty_list': [],
    'codes': ['x', 'y'],
    'text': '',
}


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('${amount > 1000}', True),
        ('#{amount > 1000}', True),
        ('= amount > 1000', True),
        ('=amount > 1000', True),
        ('amount > 1000', True),
        ('  ${amount > 1000}\n', True),
        ('${amount == 1500}', True),
        ('${amount != 1500}', False),
        ('${approved && !rejected}', True),
        ('${!approved || rejected}', False),
        ('${not approved}', False),
        ('${not(approved)}', False),
        ('${not (approved and rejected)}', True),
        ('${amount gt 1000 and amount le 2000}', True),
        ('${amount lt 1000 or kind eq "a"}', True),
        ("${kind == 'a'}", True),
        ("${kind ne 'a'}", False),
        ('${empty note}', True),
        ('${not empty kind}', True),
        ('${empty text && empty empty_list}', True),
        ("${approved ? 'yes' : 'no'}", 'yes'),
        ("${rejected ? 'a' : approved ? 'b' : 'c'}", 'b'),
        ('${amount % 400}', 300),
        ('${amount mod 400}', 300),
        ('${amount div 3}', 500),
        ("${申请人['姓名']}", '张三'),
        ('${申请人.姓名 == "张三"}', True),
        ('${approved == true}', True),
        ('${note == null}', True),
        ('approved == true && amount >= 1000', True),
        ('${if amount > 1000 then "大额" else "小额"}', '大额'),
        ('${ {a: 1, b: "}"}.b }', '}'),
        ('编号 ${amount} 号', '编号 1500 号'),
        ('${kind}-${amount}', 'a-1500'),
        ('${kind}${note}!', 'a!'),
        ('#{approved}/#{codes}', 'true/["x", "y"]'),
    ],
)
def test_conditions_of_other_modelers_open_as_they_are(text: str, expected: Any) -> None:
    assert compile_diagram_text(text).evaluate(CONTEXT) == expected


def test_a_text_without_marks_stands_for_itself_where_the_caller_says_so() -> None:
    assert compile_diagram_text('5个工作日', literal=True).evaluate({}) == '5个工作日'
    assert compile_diagram_text('amount > 1', literal=True).names == set()
    assert compile_diagram_text('${n}个工作日', literal=True).evaluate({'n': 5}) == '5个工作日'
    assert compile_diagram_text('  ${n} ', literal=True).evaluate({'n': 5}) == '  5 '
    assert compile_diagram_text('= n', literal=True).evaluate({'n': 5}) == 5
    assert compile_diagram_text('', literal=True).evaluate({}) == ''


def test_names_of_a_template() -> None:
    assert compile_diagram_text('${a} and ${b.c}').names == {'a', 'b'}


@pytest.mark.parametrize(
    ('text', 'position', 'line', 'column', 'zh'),
    [
        ('amount >', 8, 1, 9, '第 1 行第 9 列：此处应为表达式，但表达式已结束'),
        ('(amount', 7, 1, 8, '第 1 行第 8 列：此处应为“)”，但表达式已结束'),
        ('a\n  + )', 6, 2, 5, '第 2 行第 5 列：此处应为表达式，但看到“)”'),
        ('amount ＞ 5', 7, 1, 8, '第 1 行第 8 列：应使用半角符号“>”，而不是全角符号“＞”'),
        ('max（1，2）', 3, 1, 4, '第 1 行第 4 列：应使用半角符号“(”，而不是全角符号“（”'),
        ('kind = “a”', 7, 1, 8, '第 1 行第 8 列：应使用半角符号“"”，而不是全角符号““”'),
        ('kind = "a', 7, 1, 8, '第 1 行第 8 列：文本缺少结束的引号'),
        ("kind = 'a'", 7, 1, 8, ''),
        ('if a then b', 11, 1, 12, '第 1 行第 12 列：此处应为“else”，但表达式已结束'),
        ('a b = = 3 x', 10, 1, 11, ''),
        ('', 0, 1, 1, '第 1 行第 1 列：此处应为表达式，但表达式已结束'),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, position: int, line: int, column: int, zh: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    error = caught.value
    assert (error.position, error.line, error.column) == (position, line, column)
    assert error.en.startswith(f'Line {line}, column {column}: Expected ')
    assert not zh or error.zh == zh
    assert error.expected


@pytest.mark.parametrize(
    ('text', 'position'), [('${amount >}', 10), ('x ${a} ${b +} y', 12), ('${amount', 0), ('= 1 +', 5), ('${}', 2), ('codes[0]', 6)]
)
def test_a_mistake_in_a_template_is_placed_in_the_whole_text(text: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_diagram_text(text)
    assert caught.value.position == position


NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)


def run(script: str, context: dict[str, Any] | None = None) -> dict[str, Any]:
    return execute(compile_assignments(script), context or {}, now=NOW)


def test_a_script_sets_variables_line_by_line() -> None:
    assert run('a = 1\nb = a + 1; c := b * 1.5') == {'a': 1, 'b': 2, 'c': 3}
    assert run('总额 = 单价 * 数量', {'单价': 12.5, '数量': 3}) == {'总额': 37.5}
    assert run('') == {}
    assert run('// nothing\n/* here */;;\n') == {}


def test_a_script_sees_the_context_and_leaves_it_alone() -> None:
    context = {'case': {'x': 1, 'deep': {'y': 2}}}
    assert run('case.deep.z = case.x + 1\nn = case.deep.z', context) == {'case': {'x': 1, 'deep': {'y': 2, 'z': 2}}, 'n': 2}
    assert context == {'case': {'x': 1, 'deep': {'y': 2}}}
    assert run('a.b.c = 1') == {'a': {'b': {'c': 1}}}
    assert run('a.b = 1', {'a': 5}) == {'a': {'b': 1}}


def test_a_statement_may_run_over_several_lines() -> None:
    assert run('ok = a = 1\n  and\n  b = 2\nlist = [\n 1,\n 2\n]\ntext = if ok\n then "y"\n else "n"', {'a': 1, 'b': 2}) == {
        'ok': True,
        'list': [1, 2],
        'text': 'y',
    }
    assert run('x = 1\n + 2') == {'x': 3}
    assert run('x = {a: 1,\n b: 2}.b // comment\ny = x /* more\n */ + 1') == {'x': 2, 'y': 3}


def test_dates_stay_dates_within_a_script_and_are_text_afterwards() -> None:
    assert run('d = today()\nfollowing = d + duration("P1D")') == {'d': '2026-01-05', 'following': '2026-01-06'}


def test_a_script_can_say_why_something_is_null() -> None:
    warnings: list[FeelWarning] = []
    assert execute(compile_assignments('a = 缺少\nb = 1 / 0'), {}, warnings=warnings) == {'a': None, 'b': None}
    assert [w.code for w in warnings] == ['no_variable', 'no_result']


def test_a_changed_variable_is_read_anew() -> None:
    assert run('n = count(x)\nx = append(x, 3)\nm = count(x)', {'x': [1, 2]}) == {'n': 2, 'x': [1, 2, 3], 'm': 3}


def test_what_a_script_assigns() -> None:
    path, expression = (compile_assignments('申请人.年龄 = x + 1')[0].path, compile_assignments('申请人.年龄 = x + 1')[0].expression)
    assert path == ('申请人', '年龄')
    assert expression.names == {'x'}


@pytest.mark.parametrize(
    ('script', 'line'),
    [
        ('a = 1\nb = ', 2),
        ('a = 1\nfoo(2)', 2),
        ('import os', 1),
        ('a == 1', 1),
        ('a = 1 b = 2', 1),
        ('1 = 2', 1),
        ('a = 1\nb.c. = 2', 2),
        ('print("x")', 1),
        ('x = __import__("os")\ny = (', 2),
    ],
)
def test_nothing_but_assignments_is_a_script(script: str, line: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_assignments(script)
    assert caught.value.line == line


def test_python_means_nothing_to_feel() -> None:
    result = compile_expression('__import__("os").system("true")').run({})
    assert result.value is None
    assert compile_expression('a.__class__').evaluate({'a': 'x'}) is None
    assert compile_expression('a.__class__').evaluate({'a': object()}) is None
    assert compile_expression('f.call').evaluate({}, {'f': len}) is None


def test_decision_table_cells() -> None:
    assert evaluate_unary(compile_unary_tests('> limit'), 5, {'limit': 3}) is True
    assert evaluate_unary(compile_unary_tests('"a", "b"'), 'b') is True
    assert evaluate_unary(compile_unary_tests('-'), None) is True
    assert evaluate_unary(compile_unary_tests('not("a", "b")'), 'c') is True
    assert evaluate_unary(compile_unary_tests('[date("2026-01-01")..date("2026-12-31")]'), date(2026, 5, 1)) is True
    assert evaluate_unary(compile_unary_tests('in_window(?)'), 5, {}, {'in_window': lambda n: n == 5}) is True
    assert evaluate_unary(compile_unary_tests('< today()'), date(2025, 1, 1), now=NOW) is True
    assert evaluate_unary(compile_unary_tests('> 0.1'), Decimal('0.2')) is True
    assert compile_unary_tests('> limit, ? = other').names == {'limit', 'other'}


@pytest.mark.parametrize('text', ['', ',', '> ', '1,', 'not(', 'not()', '[1..', '1 2', '- 5 -'])
def test_a_cell_that_is_no_test(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)
