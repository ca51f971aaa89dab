"""A-08: work that a bundle or a visitor can make long is counted; beyond a bound it ends with a sentence. Steps are counted, no time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from counting import calls
from fakes import bundle, end, start
from unit.bpmn_run.sketch import Case, program, sketch
from unit.dmn.test_decisions import XMLNS, read, table

from engine import Bundle
from engine.bpmn.check.game import Game
from engine.bpmn.check.soundness import play
from engine.bpmn.dmn import DecisionError, decide, decisions_of, read_decisions
from engine.bpmn.read import examine
from engine.core.effort import ACT, CELLS, COMPARED, LIVE_TOKENS, Effort, TooMuchWork
from engine.feel import Budget, FeelBudgetError, compile_assignments, compile_expression, compile_unary_tests, execute
from engine.feel.registry import _SIGNATURES, BUILTINS, FunctionSignature
from engine.feel.runtime import Runtime
from engine.feel.values import Function, Range
from engine.forms import Form, parse_form
from engine.forms.filling import Filling
from engine.forms.markdown import to_html
from engine.forms.templating import TemplateValueError, render, render_strictly
from tasks.catalogue.comparison.versions import compare
from web.drafting import difference

PLENTY = 10**9
MANY = 10_000
AT_ONCE = {'count', 'is empty', 'get or else', 'is', 'string', 'context put', 'context merge', 'context', 'get value', 'any', 'all'}
"""Built-in functions that read only the first item of our list, or none."""


def steps(name: str, signature: FunctionSignature, size: int, *, of: str) -> int:
    """The steps one call takes, texts (or lists) being `size` long."""
    runtime = Runtime({}, None, None, Budget(steps=PLENTY, elements=PLENTY, characters=PLENTY))
    numbers = [Decimal(each) for each in range(size if of == 'list' else 1)]
    given: dict[str, Any] = {
        'number': Decimal(1),
        'string': 'a' * (size if of == 'string' else 1),
        'list': numbers,
        'any': numbers,
        'function': Function('f', lambda *_: False),
        'context': {'a': Decimal(1)},
        'range': Range(Decimal(1), Decimal(2)),
    }
    arguments = [given.get(each.type) for each in signature.parameters]
    if signature.bind(arguments, None) is None:
        return -1
    BUILTINS[name].call(runtime, 0, arguments, None)
    return PLENTY - runtime.steps


def signatures(kind: str) -> list[Any]:
    found = [(name, each) for name, every in _SIGNATURES.items() for each in every if any(p.type == kind for p in each.parameters)]
    return [pytest.param(name, each, id=f'{name}-{number}') for number, (name, each) in enumerate(found) if name not in AT_ONCE]


@pytest.mark.parametrize(('name', 'signature'), signatures('string'))
def test_every_built_in_function_pays_for_its_texts_by_length(name: str, signature: FunctionSignature) -> None:
    """A-08: nested `contains` over 100 000 characters held a case locked for 22 s."""
    long = steps(name, signature, 64 * MANY, of='string')
    assert long == -1 or long - steps(name, signature, 1, of='string') >= MANY - 100


@pytest.mark.parametrize(('name', 'signature'), signatures('list'))
def test_every_built_in_function_pays_for_the_items_it_reads(name: str, signature: FunctionSignature) -> None:
    """A-08."""
    long = steps(name, signature, MANY // 20, of='list')
    assert long == -1 or long - steps(name, signature, 1, of='list') >= MANY // 40


@pytest.mark.parametrize(
    'text',
    [
        'mode(for i in 1..40000 return i)',
        'for i in 1..20000 return contains(big, "xxxxxxxxxxxxxxxy")',
        'every i in 1..20000 satisfies big = (big + "")',
        'for i in 1..20000 return big < (big + "")',
        'for i in 1..20000 return data.list',
        'for i in 1..190000, j in (if ' + '+'.join(['1'] * 2000) + ' = 0 then [] else []) return 1',
        'for i in 1..20000 return i ** 1.00001',
        'sort(for i in 1..20000 return string(modulo(i * 7919, 20011)))',
        'for i in 1..5000 return string(1e6000)',
        'for i in 1..40000 return number(big)',
        'for i in 1..20000 return get value({}, data.list)',
    ],
)
def test_an_expression_that_costs_too_much_ends_at_once(text: str) -> None:
    """A-08: with a sentence in both languages, after as many steps as are allowed and not one evaluation more."""
    context = {'big': 'x' * 90_000, 'data': {'list': list(range(10_000))}}

    def stopped() -> FeelBudgetError:
        with pytest.raises(FeelBudgetError) as caught:
            compile_expression(text).evaluate(context)
        return caught.value

    _, error = calls(stopped, budget=1_500_000)
    assert str(error).startswith('Expected at most ')
    assert '最多' in error.zh


def test_expressions_of_one_request_share_what_is_left() -> None:
    """A-08: a thousand cheap expressions are no cheaper than one dear one."""
    effort = Effort(5_000)
    cheap = compile_expression('count(for i in 1..100 return i)')
    with pytest.raises(TooMuchWork, match='Expected at most 5000 steps, but'):
        for _ in range(1_000):
            cheap.evaluate({}, effort=effort)
    for again in (
        lambda: cheap.evaluate({}, effort=effort),
        lambda: compile_unary_tests('> 5').matches(5, {}, effort=effort),
        lambda: execute(compile_assignments('a = 1'), {}, effort=effort),
    ):
        with pytest.raises(TooMuchWork):
            again()


def test_a_decision_pays_for_its_rows_times_its_columns() -> None:
    """A-08: each cell was given a budget of its own."""
    found = read(table([('count(for i in 1..10000 return i) = ?', '1')] * 300, policy='FIRST', inputs=('n',)))
    with pytest.raises(DecisionError, match='Expected at most 1000000 steps') as caught:
        decide(found, 'fee', {'n': 1})
    assert '最多' in caught.value.zh
    effort = Effort(PLENTY)
    decide(read(table([('< 0', '1')] * 300, policy='FIRST', inputs=('n',))), 'fee', {'n': list(range(1000))}, effort=effort)
    assert PLENTY - effort.left > 300 * 1000  # the value is copied for every row, and paid for


def test_a_loop_inside_a_loop_does_not_exhaust_memory() -> None:
    """A-08: a multi-instance of 1 000 inside a multi-instance of 1 000 is a million tokens: loops that find no room are incidents."""
    case = Case(program('start s\nsub p times=1000 {\nstart s2\nuser a times=1000\nend e2\ns2 -> a -> e2\n}\nend e\ns -> p -> e'))
    assert {each.element for each in case.last.failed} <= {'a', 'p'}
    assert f'Expected at most {LIVE_TOKENS} tokens' in case.last.failed[0].detail
    assert '同时进行的分支' in case.last.failed[0].message
    assert len(list(case.run._instance.live())) <= LIVE_TOKENS


def test_branches_that_multiply_find_an_end() -> None:
    """A-08: a split whose branches come back to it."""
    ways = '\n'.join(f'f -> x\nf -> b{n} -> x' for n in range(40))
    bodies = '\n'.join(f'none b{n}' for n in range(40))
    case = Case(program(f'start s\nxor x\nand f\nend e\n{bodies}\ns -> x -> f\n{ways}'))
    assert case.last.failed
    assert len(list(case.run._instance.live())) <= LIVE_TOKENS + 1


def test_one_act_has_one_budget_for_all_its_steps() -> None:
    """A-08: fifty scripts each within bounds held the case for as long as fifty of them take."""
    script = "script='n = count(for i in 1..40000 return i)'"
    lines = '\n'.join(f'script t{n} {script}' for n in range(50))
    case = Case(program(f'start s\n{lines}\nend e\ns -> ' + ' -> '.join(f't{n}' for n in range(50)) + ' -> e'))
    (failed,) = case.last.failed
    assert f'Expected at most {ACT} steps' in failed.detail
    assert '最多' in failed.message


def form(components: list[dict[str, Any]]) -> Form:
    return parse_form(json.dumps({'type': 'default', 'components': components}).encode())


DEAR = 'count(for i in 1..30000 return i)'
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_form_pays_for_all_its_expressions_together() -> None:
    """A-08: thirty conditions each within bounds, in every row and every round."""
    fields = [{'type': 'textfield', 'key': f'f{n}', 'conditional': {'hide': f'={DEAR} = {n}'}} for n in range(30)]
    with pytest.raises(TooMuchWork, match='Expected at most') as caught:
        Filling(form(fields), {}, None, NOW)
    assert '最多' in caught.value.zh


def test_a_text_pays_for_all_its_insertions_together() -> None:
    """A-08: a label, a printed notice."""
    text = '{{' + DEAR + '}}'
    with pytest.raises(TooMuchWork, match='Expected at most'):
        render(text * 30, {})
    with pytest.raises(TemplateValueError, match='Expected at most'):
        render_strictly(text * 30, {}, str, yes='', no='', now=NOW)
    assert render(text, {}) == '30000'


@pytest.mark.parametrize(
    'text', ['>' * 50_000, '[' * 50_000, '*a_ ' * 12_000, '`' * 49_000 + 'a', '- ' * 25_000, '![' * 25_000, '|' * 50_000, '1. ' * 16_000]
)
def test_markdown_of_any_kind_is_read_soon(text: str) -> None:
    """A-08: nested, unclosed and repeated marks."""
    calls(lambda: to_html(text), budget=3_000_000)


def test_a_game_of_very_many_moves_is_given_up() -> None:
    """A-08: an inclusive gateway with 600 conditions has hundreds of thousands of places to look at in one move."""
    ways = range(600)
    lines = '\n'.join(f'none n{n}\nor1 -> n{n} ? a = {n}\nn{n} -> or2' for n in ways)
    source = sketch(f'start s\nor or1\nor or2\nend e\n{lines}\ns -> or1\nor2 -> e')
    diagram = examine(source, 'p.bpmn').diagram
    assert diagram is not None
    _, played = calls(lambda: play(Game(diagram, 'P')), budget=8_000_000)
    assert played.gave_up in {'steps', 'states'}


def dmn(*decisions: str) -> bytes:
    return f'<definitions {XMLNS}>{"".join(decisions)}</definitions>'.encode()


def test_huge_decision_tables_are_refused_before_their_cells_are_compiled() -> None:
    """A-08, A-09: a table of 10 000 rows was compiled for 30 to 63 s; several smaller ones are no cheaper."""
    rows = [('> 1', '1')] * (CELLS // 2 + 1)
    found, problems = read_decisions(dmn(table(rows, policy='FIRST', inputs=('n',))), 'fee.dmn')
    assert found == {}
    assert [f'more than {CELLS} cells' in problem.message_en and '单元格超过' in problem.message for problem in problems] == [True]
    half = rows[: CELLS // 4 + 1]
    files = {f'{name}.dmn': dmn(table(half, policy='FIRST', inputs=('n',), identity=name)) for name in 'ab'}
    _every, _files, wrong = decisions_of(Bundle(files, 'x'))
    assert {problem.file for problem in wrong} == {'b.dmn'}


def test_two_versions_that_differ_everywhere_are_compared_soon() -> None:
    """A-08: flows with new ids were looked for among all that are gone; a comparison listed whatever there was."""
    most = 3_000
    flows = ''.join(f'<sequenceFlow id="{{0}}{n}" sourceRef="a{n}" targetRef="a{n + 1}"/>' for n in range(most))
    body = start('a0') + ''.join(f'<task id="a{n}" name="{{0}}"/>' for n in range(1, most)) + end(f'a{most}') + flows
    old, new = (bundle(body.replace('{0}', name)) for name in ('x', 'y'))
    _, found = calls(lambda: compare(old, new), budget=6_000_000)
    assert (len(found.changes), found.more) == (COMPARED, True)
    assert {change.aspect for change in found.changes} == {'name'}, 'flows are known by where they lead'
    entry = ''.join(f'[[conditions]]\ntext = "c{n}"\n' for n in range(most)).encode()
    found = compare(old, Bundle({**new.files, 'item.toml': entry}, 'y'))
    assert [change.semantic for change in found.changes] == [True] * COMPARED, 'what changes the handling comes first'


def test_two_long_texts_are_compared_soon() -> None:
    """A-08: matching lines takes as long as both texts multiplied."""
    old, new = ('\n'.join(f'{n % 50}{name}' for n in range(20_000)).encode() for name in 'xy')
    _, lines = calls(lambda: difference(old, new), budget=3_000_000)
    assert [mark for mark, _line in lines] == ['-'] * COMPARED + ['+'] * COMPARED
    text = [f'line {n}' for n in range(20_000)]
    changed = [*text[:15_000], 'other', *text[15_001:]]
    assert [pair for pair in difference('\n'.join(text).encode(), '\n'.join(changed).encode()) if pair[0] in '+-'] == [
        ('-', 'line 15000'),
        ('+', 'other'),
    ]
