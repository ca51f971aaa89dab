"""What `${…}` means: the methods and coercions of JUEL (EL 2.2 §1.8), as Camunda 7, Flowable and Activiti evaluate them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.feel import FeelSyntaxError, compile_diagram_text, compile_expression
from engine.feel.juel import METHODS

CONTEXT: dict[str, Any] = {
    'outcome': '同意',
    'other': 'Yes',
    'empty_text': '',
    'nothing': None,
    'days': '5',
    'amount': 7,
    'approved': True,
    'rejected': False,
    'said': 'true',
    'reviewers': ['li', 'wang'],
    'nobody': [],
    'person': {'name': '张三', 'age': 30},
    'date': 20,
    'sum': 3,
}


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ("outcome.equals('同意')", True),
        ("'同意'.equals(outcome)", True),
        ("nothing.equals('同意')", False),
        ('outcome.equals(nothing)', False),
        ("other.equalsIgnoreCase('YES')", True),
        ("outcome.contains('同')", True),
        ("reviewers.contains('li')", True),
        ("['a', 'b'].contains('b')", True),
        ("reviewers.contains('zhao')", False),
        ("nothing.contains('x')", False),
        ("outcome.startsWith('同') && outcome.endsWith('意')", True),
        ('outcome.isEmpty()', False),
        ('empty_text.isEmpty() and nothing.isEmpty() and nobody.isEmpty()', True),
        ('!outcome.isEmpty()', True),
        ('reviewers.size() > 0', True),
        ('nothing.size()', 0),
        ('outcome.length() eq 2', True),
        ('reviewers.get(0)', 'li'),
        ('reviewers[0]', 'li'),
        ('reviewers[1]', 'wang'),
        ('reviewers[2]', None),
        ("person.get('name').equals('张三')", True),
        ("person.containsKey('age') and !person.containsKey('x')", True),
        ("person.getOrDefault('x', 1)", 1),
        ("reviewers.indexOf('wang')", 1),
        ("outcome.indexOf('x')", -1),
        ("outcome.concat('了').substring(1)", '意了'),
        ("other.toLowerCase().replace('y', 'Y')", 'Yes'),
        ("execution.getVariable('outcome') == '同意'", True),
        ("execution.getVariable('outcome').equals('同意')", True),
        ("task.getVariable('amount') > 3", True),
        ("execution.hasVariable('nothing') and !execution.hasVariable('typo')", True),
        ("execution.getVariable('out' eq 'out' ? 'outcome' : 'x')", '同意'),
        ('empty nothing and empty nobody and not empty outcome', True),
        ("approved == 'true'", True),
        ("approved == 'True'", True),
        ("rejected == 'true'", False),
        ('said == true', True),
        ('outcome == true', False),
        ('days > 3', True),
        ("days == 5 and '5' eq days", True),
        ('days + 1', 6),
        ("amount == '7'", True),
        ("amount ge '7' and amount le 7", True),
        ('nothing > 3', False),
        ('nothing == null and nothing ne 3', True),
        ('nothing + 1', 1),
        ('!nothing', True),
        ('not nothing', True),
        ('not(nothing)', True),
        ('nothing and approved', False),
        ("nothing ? 'a' : 'b'", 'b'),
        ("approved ? 'a' : 'b'", 'a'),
        ("said ? 'a' : 'b'", 'a'),
        ("outcome eq '同意' or outcome eq '驳回'", True),
        ('date > 10 and sum lt 4', True),
        ('person[\'name\'] == "张三"', True),
        ('count(reviewers) = 2', True),
    ],
)
@pytest.mark.parametrize('mark', ['$', '#'])
def test_what_has_a_meaning_in_juel_has_it_here(text: str, expected: Any, mark: str) -> None:
    """D-01, D-02: methods of texts, lists and maps, `execution` and `task`, coercion; null is what is known but empty."""
    found = compile_diagram_text(f'{mark}{{{text}}}').run(CONTEXT)
    assert (found.value, found.warnings) == (expected, ())


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('ruleService.allows(execution)', 'ruleService.allows'),
        ("outcome.equal('x')", 'outcome.equal'),
        ('reviewers.stream()', 'reviewers.stream'),
        ("outcome.equals('a', 'b')", 'outcome.equals'),
        ("'a'.foo()", 'foo'),
        ('execution.getProcessInstanceId()', 'execution.getProcessInstanceId'),
        ('summ(reviewers)', 'summ'),
        ('len(reviewers)', 'len'),
    ],
)
def test_any_other_call_is_told_by_its_name(text: str, name: str) -> None:
    """D-01: a call nobody knows is no value, and the check hears its name (`Expression.functions`)."""
    compiled = compile_diagram_text(f'${{{text}}}')
    assert name in compiled.functions
    assert compiled.run(CONTEXT).warnings


@pytest.mark.parametrize('text', ["= outcome.equals('x')".replace("'", '"'), 'outcome.equals("x")', '= reviewers.size() > 0'])
def test_feel_has_no_methods(text: str) -> None:
    """D-01: the language of the text decides; `=` and bare texts are FEEL."""
    assert compile_diagram_text(text).functions


def test_a_context_may_hold_a_function_of_its_own() -> None:
    compiled = compile_expression('{double: function(x) x * 2, r: {f: double}.f(2)}.r')
    assert (compiled.functions, compiled.evaluate({})) == (frozenset(), 4)


@pytest.mark.parametrize(
    ('text', 'instead'), [("outcome === '同意'", '=='), ("${outcome === '同意'}", '=='), ('${a !== b}', '!='), ('= a === b', '=')]
)
def test_an_operator_of_another_language_is_refused_with_the_one_to_write(text: str, instead: str) -> None:
    """D-01: `===` is no operator of FEEL or JUEL."""
    with pytest.raises(FeelSyntaxError) as refused:
        compile_diagram_text(text)
    assert refused.value.expected == instead
    assert f'请写“{instead}”' in refused.value.zh


@pytest.mark.parametrize(
    'text', ['outcome > 3', "'x' + 1 > days - 'y'", 'reviewers == 3', 'person > 1', 'amount.contains(7)', 'reviewers.get(9)', 'typo']
)
def test_where_juel_raises_an_exception_there_is_no_value_and_a_reason(text: str) -> None:
    """D-01, D-02: never quietly false."""
    found = compile_diagram_text(f'${{{text}}}').run(CONTEXT)
    assert found.warnings
    assert found.value is not True


@pytest.mark.parametrize(
    'name', ['after', 'date', 'max', 'min', 'number', 'string', 'sum', 'time', 'date and time', 'string length', 'not', 'is']
)
@pytest.mark.parametrize('form', ['{} > 10', '= {} > 10', '${{{} > 10}}'])
def test_a_name_that_no_bracket_follows_is_a_variable(name: str, form: str) -> None:
    """D-21: also of several words; missing, it is missing and no function."""
    if (name == 'not' and '$' in form) or name == 'date and time':
        return  # `not > 10` is no expression of JUEL; `and` joins two names
    compiled = compile_diagram_text(form.format(name))
    assert compiled.names == {name}
    assert compiled.evaluate({name: 20}) is True
    assert [one.code for one in compiled.run({}).warnings][:1] == ['no_variable']


def test_every_method_takes_every_kind_of_value_and_gives_one_or_a_reason() -> None:
    """D-01: never an exception."""
    values: list[Any] = [None, True, 0, -3, 10**30, '', 'text', '5', [], [1, None], {}, {'a': 1}]
    for name, method in METHODS.items():
        for count in range(method.least, method.most + 1):
            text = f'${{x.{name}({", ".join(["y", "z"][:count])})}}'
            compiled = compile_diagram_text(text)
            for x in values:
                for y in values:
                    for z in values if count > 1 else [None]:
                        compiled.run({'x': x, 'y': y, 'z': z})


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('${=reviewers[1]}', 'li'),  # FEEL counts from 1
        ('${reviewers[1]}', 'wang'),  # JUEL from 0
        ('${= days > 3}', None),  # FEEL compares no text with a number
        ('${days > 3}', True),
        ('第 ${=reviewers[1]} 号', '第 li 号'),
        ('${="a" + "b"}', 'ab'),
    ],
)
def test_what_camunda_8_marks_as_feel_stays_feel_inside_braces(text: str, expected: Any) -> None:
    """D-35: a value of Camunda 8 that is read where plain text is possible keeps its language."""
    assert compile_diagram_text(text, literal=True).run(CONTEXT).value == expected
