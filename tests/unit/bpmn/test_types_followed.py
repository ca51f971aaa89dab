"""D-02: types of fields are followed; a fix writes the value as what the field holds. D-01, D-33: texts of other languages have fixes."""

from __future__ import annotations

import pytest
from unit.bpmn.building import check, diagram
from unit.bpmn.rule_cases import gateway, typed

from engine.bpmn import House, read_diagram
from engine.bpmn.fixing import apply


@pytest.mark.parametrize(
    ('condition', 'kind', 'code', 'meant'),
    [
        ('x = "true"', 'boolean', 'TYPE_MISMATCH', 'x = true'),
        ('x = "3"', 'long', 'TYPE_MISMATCH', 'x = 3'),
        ('x > 3', 'string', 'TYPE_MISMATCH', 'number(x) > 3'),
        ("x === 'a'", 'string', 'EXPRESSION_UNREADABLE', "x == 'a'"),
        ('${x === true}', 'boolean', 'EXPRESSION_UNREADABLE', '${x == true}'),
        ("$(x == 'a')", 'string', 'EXPRESSION_UNREADABLE', "${x == 'a'}"),
        ('x ＝ “a”', 'string', 'EXPRESSION_UNREADABLE', 'x = "a"'),
    ],
)
def test_one_click_writes_what_was_meant(condition: str, kind: str, code: str, meant: str) -> None:
    """D-01, D-02, D-33: the message shows the text to write, and the fix writes it."""
    source = typed(condition, kind)
    problem = next(each for each in check(source) if each.code == code)
    mended = apply(source, problem.fixes[0])
    assert read_diagram(mended).flows['g_a'].condition == meant
    assert code not in {each.code for each in check(mended)}


@pytest.mark.parametrize(
    ('condition', 'said'),
    [
        ('${rules.allows(execution)}', '没有可调用的对象 rules'),
        ("${x.equal('a')}", '最接近的是 equals'),
        ('${summ(x)}', '最接近的是 sum'),
        ('x.size() > 0', 'FEEL 没有方法'),
    ],
)
def test_a_call_nobody_knows_is_refused_with_the_nearest(condition: str, said: str) -> None:
    """D-01, D-34: also without a hall, for what the house offers is known."""
    found = check(diagram(gateway(), f'start>g>a?{condition}, g>b, a>end, b>end'), House(functions=frozenset({'first_contact'})))
    (problem,) = [each for each in found if each.code == 'FUNCTION_UNKNOWN']
    assert said in problem.message
