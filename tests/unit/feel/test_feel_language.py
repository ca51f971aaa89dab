"""What an analyst may rely on beyond the corpus: money, dates, names, warnings, host functions, the clock."""

from __future__ import annotations

import json
import threading
import timeit
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import FeelFunctionError, Months, Range, compile_expression, from_plain, to_plain, to_text

SHANGHAI = ZoneInfo('Asia/Shanghai')


def value(text: str, context: dict[str, Any] | None = None, **options: Any) -> Any:
    return compile_expression(text).evaluate(context or {}, **options)


def test_money_is_calculated_in_decimals() -> None:
    assert value('0.1 + 0.2 = 0.3') is True
    assert value('price * 3', {'price': 0.1}) == Decimal('0.3')
    assert value('round half up(2.675, 2)') == Decimal('2.68')
    assert value('1 / 3') == Decimal('0.3333333333333333333333333333333333')


def test_numbers_come_out_without_trailing_zeros() -> None:
    assert str(value('1.50 * 2')) == '3'
    assert str(value('1.10 + 1.10')) == '2.2'
    assert str(value('100 * 10')) == '1000'
    assert value('string(1e3)') == '1000'
    assert value('string(0.000001)') == '0.000001'


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_of_money_survives_being_stored_as_json(amount: Decimal) -> None:
    stored = json.loads(json.dumps(to_plain(amount)))
    assert from_plain(stored) == amount


@given(st.integers(-(10**33), 10**33))
def test_a_whole_number_stays_a_whole_number(number: int) -> None:
    plain = to_plain(from_plain(number))
    assert type(plain) is int
    assert plain == number


def test_plain_data_goes_in_and_out() -> None:
    data = {'a': [1, 2.5, True, None, 'x'], 'b': {'c': []}}
    assert to_plain(from_plain(data)) == data
    assert from_plain(float('nan')) is None
    assert from_plain(float('inf')) is None
    assert from_plain(b'bytes') is None
    assert from_plain((1, 2)) == [Decimal(1), Decimal(2)]
    assert from_plain({1: 'a'}) == {'1': 'a'}
    assert to_plain(date(2026, 1, 5)) == '2026-01-05'
    assert to_plain(datetime(2026, 1, 5, 9, 30, tzinfo=SHANGHAI)) == '2026-01-05T09:30:00@Asia/Shanghai'
    assert to_plain(time(9, 30)) == '09:30:00'
    assert to_plain(timedelta(hours=36)) == 'P1DT12H'
    assert to_plain(Months(14)) == 'P1Y2M'
    assert to_plain(Range(Decimal(1), Decimal(5), True, False)) == '[1..5)'


@given(st.datetimes(timezones=st.sampled_from([UTC, SHANGHAI])) | st.dates() | st.timedeltas() | st.integers(-1000, 1000).map(Months))
def test_the_text_of_a_date_or_duration_reads_back(given_value: Any) -> None:
    again = value(f'@"{to_text(given_value)}"')
    if isinstance(given_value, datetime):
        assert again.utcoffset() == given_value.utcoffset() or to_text(given_value).endswith('@Asia/Shanghai')
        assert again.replace(tzinfo=None) == given_value.replace(tzinfo=None)
    else:
        assert again == given_value


def test_python_dates_can_be_in_the_context() -> None:
    context = {'d': date(2026, 1, 5), 'm': datetime(2026, 1, 5, 10, tzinfo=UTC), 'l': timedelta(days=2)}
    assert value('d + l', context) == date(2026, 1, 7)
    assert value('m + duration("PT1H") = date and time("2026-01-05T11:00:00Z")', context) is True
    assert value('d.weekday', context) == 1


def test_durations_are_normalised_and_can_be_scaled() -> None:
    assert value('duration("PT36H").days') == 1
    assert value('duration("PT36H").hours') == 12
    assert value('duration("P1D") * 3') == timedelta(days=3)
    assert value('3 * duration("P1Y")') == Months(36)
    assert value('duration("P1D") / 2') == timedelta(hours=12)
    assert value('duration("P1D") / duration("PT1H")') == 24
    assert value('-duration("P1D")') == timedelta(days=-1)
    assert value('sum([duration("P1D"), duration("PT12H")])') == timedelta(hours=36)
    assert value('abs(duration("-P1D"))') == timedelta(days=1)
    assert value('max(@"2026-01-05", @"2026-03-01")') == date(2026, 3, 1)


def test_days_can_be_counted_through() -> None:
    assert value('for d in @"2026-02-27"..@"2026-03-01" return d') == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert value('count(for d in @"2026-01-01"..@"2026-01-31" return d)') == 31
    assert value('(for d in @"2026-01-01"..@"2026-01-31" return day of week(d))[3]') == 'Saturday'


def test_time_offset_and_timezone() -> None:
    assert value('@"2026-01-05T10:00:00+08:00".time offset') == timedelta(hours=8)
    assert value('@"2026-01-05T10:00:00@Asia/Shanghai".timezone') == 'Asia/Shanghai'
    assert value('@"2026-01-05T10:00:00@Asia/Shanghai" = @"2026-01-05T02:00:00Z"') is True
    assert value('@"2026-01-05T10:00:00" < @"2026-01-05T10:00:00Z"') is None


def test_the_clock_is_the_one_handed_in() -> None:
    now = datetime(2026, 1, 5, 9, 30, tzinfo=SHANGHAI)
    assert value('now()', now=now) == now
    assert value('today()', now=now) == date(2026, 1, 5)
    assert value('today() + duration("P1D")', now=now) == date(2026, 1, 6)


def test_without_a_clock_now_is_null_and_says_so() -> None:
    result = compile_expression('now()').run({})
    assert result.value is None
    assert [w.code for w in result.warnings] == ['no_clock']


def test_null_comes_with_a_reason() -> None:
    result = compile_expression('缺少 + 1').run({})
    assert result.value is None
    assert [(w.code, w.position, w.subject) for w in result.warnings] == [('no_variable', 0, '缺少'), ('invalid_type', 3, '+')]
    assert result.warnings[0].zh == '变量“缺少”不存在'
    assert result.warnings[0].en == "Variable '缺少' does not exist"
    assert [w.code for w in compile_expression('a.b').run({'a': {}}).warnings] == ['no_property']
    assert [w.code for w in compile_expression('a.b').run({'a': {'b': None}}).warnings] == []
    assert [w.code for w in compile_expression('f(1)').run({}).warnings] == ['no_function']
    assert [w.code for w in compile_expression('1 / 0').run({}).warnings] == ['no_result']
    assert [w.code for w in compile_expression('@"x"').run({}).warnings] == ['invalid_value']
    assert [w.code for w in compile_expression('10 ** 9999').run({}).warnings] == ['no_result']


def test_is_defined_asks_without_a_warning() -> None:
    result = compile_expression('is defined(a.b) or is defined(c)').run({'a': {}})
    assert result.value is False
    assert result.warnings == ()
    assert value('is defined(a)', {'a': 0}) is True


def test_host_functions_are_called_by_position_and_by_name() -> None:
    calls: list[Any] = []

    def handled_by(step: str, *, only_open: bool = False) -> str:
        calls.append((step, only_open))
        return f'clerk of {step}'

    functions = {'handled_by': handled_by, '办理人': handled_by}
    assert value('handled_by("check")', functions=functions) == 'clerk of check'
    assert value('办理人("check") = "clerk of check"', functions=functions) is True
    assert value('handled_by(step: "check", only open: true)', functions=functions) == 'clerk of check'
    assert calls == [('check', False), ('check', False), ('check', True)]


def test_a_host_function_may_say_that_it_has_no_value() -> None:
    def handled_by(step: str) -> str:
        raise FeelFunctionError(f'nobody handled {step}')

    result = compile_expression('handled_by("x")').run({}, {'handled_by': handled_by})
    assert result.value is None
    assert result.warnings[0].en == 'The function gave no value: nobody handled x'


def test_a_broken_host_function_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        value('f()', functions={'f': lambda: 1 // 0})


def test_a_host_function_can_be_handed_to_a_builtin_and_wins_over_it() -> None:
    assert value('sort([1, 3, 2], later)', functions={'later': lambda a, b: a > b}) == [3, 2, 1]
    assert value('count([1])', functions={'count': lambda items: 99}) == 99


def test_a_variable_that_is_no_function_hides_none() -> None:
    assert value('count(list) + count', {'count': 5, 'list': [1, 2]}) == 7


def test_names_with_operators_are_declared_or_put_in_backticks() -> None:
    assert compile_expression('a-b + 1', ['a-b']).evaluate({'a-b': 2}) == 3
    assert compile_expression('`a-b` + 1').evaluate({'a-b': 2}) == 3
    assert compile_expression('if any + 1', ['if any']).evaluate({'if any': 2}) == 3
    assert compile_expression('申请人.`联系 电话(手机)`').evaluate({'申请人': {'联系 电话(手机)': '1'}}) == '1'


def test_the_names_an_expression_reads() -> None:
    expression = compile_expression(
        '申请人.姓名 = "a" and count(材料[份数 > 下限]) > 0 and handled_by(x) != null '
        'and (some m in 材料 satisfies m.ok) and {t: 1, u: t + v}.u > 0 and (function(p) p + q)(1) > 0'
    )
    assert expression.names == {'申请人', '材料', 'x', 'v', 'q'}
    assert expression.perhaps_names == {'份数', '下限'}
    assert expression.functions == {'handled_by'}
    assert ('申请人', '姓名') in expression.paths
    assert compile_expression('[1, 2][item > 1]').names == set()
    assert compile_expression('for x in 1..3 return partial').names == set()


def test_an_expression_may_be_evaluated_by_many_threads() -> None:
    expression = compile_expression('sum(for i in 1..n return i)')
    results: dict[int, Any] = {}

    def run(n: int) -> None:
        results[n] = expression.evaluate({'n': n})

    threads = [threading.Thread(target=run, args=(n,)) for n in range(1, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: n * (n + 1) // 2 for n in range(1, 20)}


def test_the_context_is_never_changed() -> None:
    context = {'a': {'b': [1, 2]}}
    value('context put(a, "c", 1)', context)
    value('append(a.b, 3)', context)
    assert context == {'a': {'b': [1, 2]}}


def test_a_result_is_a_copy() -> None:
    context = {'a': {'b': [1, 2]}}
    value('a', context)['b'].append(3)
    assert context == {'a': {'b': [1, 2]}}


def test_reversed_and_open_ranges() -> None:
    assert value('3 in [5..1]') is False
    assert value('3 between 5 and 1') is False
    assert value('5 in [missing..10]') is None
    assert value('string([1..5))') == '[1..5)'
    assert value('string(> 5)') == '> 5'
    assert value('string([@"2026-01-01"..@"2026-01-31"])') == '[@"2026-01-01"..@"2026-01-31"]'


def test_null_in_logic_stays_unknown() -> None:
    assert value('some x in [1, null] satisfies x > 5') is None
    assert value('some x in [9, null] satisfies x > 5') is True
    assert value('every x in [9, null] satisfies x > 5') is None
    assert value('every x in [1, null] satisfies x > 5') is False
    assert value('if 5 then 1 else 2') == 2


def test_functions_beyond_feelin() -> None:
    assert value('number("12.5")') == Decimal('12.5')
    assert value('trim("  a ")') == 'a'
    assert value('is blank(" ")') is True
    assert value('is empty([])') is True
    assert value('get or else(null, 5)') == 5
    assert value('partition([1, 2, 3], 2)') == [[1, 2], [3]]
    assert value('duplicate values([1, 2, 1, 1])') == [1]
    assert value('last day of month(@"2024-02-10")') == date(2024, 2, 29)
    assert value('sort([3, 1, 2])') == [1, 2, 3]
    assert value('min("b", "a")') == 'a'
    assert value('get value({a: {b: 2}}, ["a", "b"])') == 2
    assert value('matches("张三丰", "^\\p{IsHan}+$")') is True
    assert value('people[married].name', {'people': [{'name': 'A', 'married': True}, {'name': 'B', 'married': False}]}) == ['A']


def test_a_typical_condition_is_fast() -> None:
    expression = compile_expression('amount > 1000 and kind = "a"')
    context = {'amount': 1500, 'kind': 'a'}
    fastest = min(timeit.repeat(lambda: expression.evaluate(context), number=200, repeat=10)) / 200
    assert fastest < 30e-6
