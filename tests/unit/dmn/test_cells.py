"""Cells and columns of decision tables: what is a test by itself, what is converted, what is an incident (DMN 1.3 §7.3.3, §10.3.2.7)."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.bpmn.building import check, diagram, user
from unit.bpmn.rule_cases import SHOP, asks, fee_table

from engine.bpmn.check import check_bundle
from engine.bpmn.dmn import DecisionError, decide, decisions_of
from engine.bpmn.fixing import apply
from engine.core.bundle import Bundle
from engine.core.effort import TooMuchWork

OPEN, CLOSE = '<bpmn:extensionElements><camunda:formData>', '</camunda:formData></bpmn:extensionElements>'


def table(cell: str, result: str = '1', *, kind: str = '', gives: str = '') -> Bundle:
    typed, given_ = (f' typeRef="{each}"' if each else '' for each in (kind, gives))
    xml = fee_table((cell, result), ('-', '0'), policy='FIRST').replace(' typeRef="number"', given_).replace(' typeRef="string"', typed)
    return Bundle(files={'process.bpmn': asks('fee'), 't.dmn': xml.encode()})


def answer(cell: str, context: dict[str, Any], **more: str) -> Any:
    decisions, _, problems = decisions_of(table(cell, **more))
    assert problems == []
    return decide(decisions, 'fee', context)


@pytest.mark.parametrize(
    ('cell', 'context', 'expected'),
    [
        ('list contains(materials, "身份证")', {'materials': ['身份证'], 'kind': 'x'}, 1),
        ('list contains(materials, "身份证")', {'materials': [], 'kind': 'x'}, 0),
        ('not(list contains(materials, "身份证"))', {'materials': ['身份证'], 'kind': 'x'}, 0),
        ('not(list contains(materials, "身份证"))', {'materials': [], 'kind': 'x'}, 1),
        ('urgent', {'urgent': True, 'kind': 'x'}, 1),
        ('urgent', {'urgent': False, 'kind': 'x'}, 0),
        ('starts with(name, "张")', {'name': '张某', 'kind': 'x'}, 1),
        ('starts with(?, "张")', {'kind': '张某'}, 1),
        ('limit', {'kind': 'x', 'limit': 'x'}, 1),
        ('choices', {'kind': 'x', 'choices': ['x', 'y']}, 1),
        ('true', {'kind': True}, 1),
        ('true', {'kind': False}, 0),
        ('false', {'kind': False}, 1),
    ],
)
def test_a_cell_that_is_true_or_false_is_the_test_itself(cell: str, context: dict[str, Any], expected: int) -> None:
    """D-08: functions, variables and comparisons alike; only other values, and a written true or false, are compared with the input."""
    assert answer(cell, context) == expected


@pytest.mark.parametrize(
    ('kind', 'cell', 'value', 'expected'),
    [
        ('number', '> 1000', '1500', 1),
        ('integer', '> 1000', ' 900 ', 0),
        ('double', '> 1000', 1500, 1),
        ('date', '>= date("2026-01-01")', '2026-06-01', 1),
        ('date', '>= date("2026-01-01")', '2025-06-01T08:00:00', 0),
        ('dateTime', '>= date and time("2026-01-01T00:00:00")', '2026-06-01', 1),
        ('time', '> time("09:00:00")', '10:00:00', 1),
        ('duration', '> duration("P1D")', 'P2D', 1),
        ('boolean', 'true', 'true', 1),
        ('boolean', 'true', False, 0),
        ('string', '"5"', 5, 1),
        ('string', '"true"', True, 1),
        ('Any', '"a"', 'a', 1),
        ('', '"a"', 'a', 1),
        ('number', '> 1000', None, 0),
    ],
)
def test_a_value_is_converted_to_the_type_of_its_column(kind: str, cell: str, value: Any, expected: int) -> None:
    """D-10: as in Camunda 7 and 8."""
    assert answer(cell, {'kind': value}, kind=kind) == expected


@pytest.mark.parametrize(('kind', 'value'), [('number', '许多'), ('date', '昨天'), ('boolean', '是'), ('time', 5), ('number', True)])
def test_a_value_of_another_type_is_an_incident_that_names_it(kind: str, value: Any) -> None:
    """D-10: never quietly the wrong rule."""
    with pytest.raises(DecisionError) as refused:
        answer('-', {'kind': value}, kind=kind)
    assert kind in refused.value.zh
    assert '类型' in refused.value.zh


def test_a_result_is_of_the_type_of_its_column() -> None:
    """D-10: outputs as well."""
    assert answer('-', {'kind': 'x'}, result='"12"', gives='number') == 12
    with pytest.raises(DecisionError):
        answer('-', {'kind': 'x'}, result='"many"', gives='number')


@pytest.mark.parametrize(('cell', 'meant'), [('个人', '"个人"'), ('"甲", 企业', '"甲", "企业"'), ('not(甲, 乙)', 'not("甲", "乙")')])
def test_a_word_without_quotation_marks_is_refused_and_one_click_quotes_it(cell: str, meant: str) -> None:
    """D-09: also in a lone diagram, for a cell that is nothing but a word nobody writes is always wrong."""
    xml = fee_table(('CELL', '80'), SHOP).replace('<![CDATA[CELL]]>', cell)
    bundle = Bundle(files={'process.bpmn': asks('fee'), 't.dmn': xml.encode()})
    told = [problem for problem in check_bundle(bundle) if problem.code == 'DECISION_WORD']
    assert told
    assert told[0].is_error
    mended = apply(bundle.files['t.dmn'], told[0].fixes[0])
    assert f'>{meant}<' in mended.decode()
    after = check_bundle(Bundle(files={**bundle.files, 't.dmn': mended}))
    assert 'DECISION_WORD' not in {problem.code for problem in after}


def test_a_field_in_a_cell_is_no_word() -> None:
    """D-09: what a form of the bundle writes may stand in a cell."""
    form = f'{OPEN}<camunda:formField id="limit" type="string"/>{CLOSE}'
    found = check(diagram(user('w', form), 'start>w>end'), **{'fee_dmn': fee_table(('limit', '80'), SHOP)})
    assert 'DECISION_WORD' not in {problem.code for problem in found}


def test_a_table_without_rules_says_so() -> None:
    """D-33: not that no rule covers nothing."""
    codes = {problem.code for problem in check(asks('fee'), **{'fee_dmn': fee_table()})}
    assert 'DECISION_EMPTY' in codes
    assert 'DECISION_GAP' not in codes


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)
CELLS = [
    '-',
    '> 3',
    '"a", "b"',
    '[1..5]',
    'not("a")',
    '? = other',
    'other',
    'list contains(other, ?)',
    'starts with(other, "a")',
    'other > 3',
    'true',
]


@given(
    value=PLAIN,
    other=PLAIN,
    cell=st.sampled_from(CELLS),
    kind=st.sampled_from(['', 'number', 'date', 'boolean', 'string', 'time', 'duration']),
)
@settings(max_examples=150, deadline=None)
def test_any_value_gives_an_answer_or_an_incident(value: Any, other: Any, cell: str, kind: str) -> None:
    """D-07, D-10: number, truth value, list, context, null, text in every column."""
    with contextlib.suppress(DecisionError, TooMuchWork):
        assert answer(cell, {'kind': value, 'other': other}, kind=kind) in (0, 1)
