"""Decision tables say what their hit policy promises (DMN 1.3 §8.2.11), and a business rule task in a case asks them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from engine.bpmn import Run, build_program
from engine.bpmn.dmn import DecisionError, coverage, decide, decisions_of, read_decisions
from engine.bpmn.spiff.decisions import shaped
from engine.core.bundle import Bundle

XMLNS = 'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'


def table(rows, *, policy='UNIQUE', aggregation='', inputs=('area',), outputs=('fee',), more='', identity='fee', name='', values=''):
    """A decision table as XML; a row is its tests followed by its results."""
    columns = ''.join(f'<input><inputExpression><text>{text}</text></inputExpression></input>' for text in inputs)
    allowed = f'<outputValues><text>{values}</text></outputValues>' if values else ''
    columns += ''.join(f'<output name="{output}">{allowed}</output>' for output in outputs)
    for number, row in enumerate(rows, 1):
        columns += f'<rule id="r{number}">'
        for index, cell in enumerate(row):
            kind = 'inputEntry' if index < len(inputs) else 'outputEntry'
            columns += f'<{kind}><text><![CDATA[{cell}]]></text></{kind}>'
        columns += '</rule>'
    extra = f' aggregation="{aggregation}"' if aggregation else ''
    return f'<decision id="{identity}" name="{name}">{more}<decisionTable hitPolicy="{policy}"{extra}>{columns}</decisionTable></decision>'


def read(*decisions: str):
    found, problems = read_decisions(f'<definitions {XMLNS}>{"".join(decisions)}</definitions>'.encode(), 'fees.dmn')
    assert problems == []
    return found


def answer(xml: str, **context):
    return decide(read(xml), 'fee', context)


STEPS = [('<= 100', '80'), ('(100..500]', '200'), ('> 500', '550')]


@pytest.mark.parametrize(('area', 'fee'), [(100, 80), (100.5, 200), (500, 200), (501, 550), (None, None)])
def test_unique_gives_the_one_rule_that_holds(area, fee) -> None:
    assert answer(table(STEPS), area=area) == fee


def test_unique_refuses_two_answers() -> None:
    with pytest.raises(DecisionError, match='2 rules hold') as refused:
        answer(table([('< 10', '1'), ('< 20', '2')]), area=5)
    assert '有 2 条规则同时成立' in refused.value.zh


@pytest.mark.parametrize(
    ('policy', 'aggregation', 'expected'),
    [
        ('FIRST', '', 1),
        ('COLLECT', '', [1, 3, 2]),
        ('RULE ORDER', '', [1, 3, 2]),
        ('COLLECT', 'SUM', 6),
        ('COLLECT', 'MIN', 1),
        ('COLLECT', 'MAX', 3),
        ('COLLECT', 'COUNT', 3),
    ],
)
def test_the_other_hit_policies(policy, aggregation, expected) -> None:
    assert answer(table([('< 30', '1'), ('< 20', '3'), ('< 10', '2')], policy=policy, aggregation=aggregation), area=5) == expected


def test_priority_follows_the_order_of_the_output_values() -> None:
    rows = [('> 0', '"low"'), ('> 10', '"high"')]
    assert answer(table(rows, policy='PRIORITY', values='"high","low"'), area=20) == 'high'
    assert answer(table(rows, policy='OUTPUT ORDER', values='"high","low"'), area=20) == ['high', 'low']


def test_any_needs_agreement() -> None:
    assert answer(table([('> 0', '1'), ('> 10', '1')], policy='ANY'), area=20) == 1
    with pytest.raises(DecisionError, match='different results'):
        answer(table([('> 0', '1'), ('> 10', '2')], policy='ANY'), area=20)


def test_nothing_that_holds_collects_to_nothing() -> None:
    assert answer(table([('> 9', '1')], policy='COLLECT'), area=1) == []
    assert answer(table([('> 9', '1')], policy='COLLECT', aggregation='COUNT'), area=1) == 0
    assert answer(table([('> 9', '1')], policy='COLLECT', aggregation='SUM'), area=1) is None


def test_several_outputs_make_a_context() -> None:
    assert answer(table([('-', '80', '"元/件"')], outputs=('amount', 'unit')), area=1) == {'amount': 80, 'unit': '元/件'}


def test_a_decision_reads_what_it_requires() -> None:
    needs = '<informationRequirement id="q"><requiredDecision href="#base"/></informationRequirement>'
    base = '<decision id="base" name="基数"><literalExpression><text>area * 2</text></literalExpression></decision>'
    assert decide(read(base, table([('>= 10', '1'), ('< 10', '0')], inputs=('基数',), more=needs)), 'fee', {'area': 5}) == 1


def test_gaps_and_overlaps_are_found_where_literals_decide() -> None:
    [gap] = coverage(read(table([('<= 100', '1'), ('> 200', '2')]))['fee'])
    assert (gap.kind, gap.sample) == ('gap', 'area = 150')
    [overlap] = coverage(read(table([('< 100', '1'), ('>= 50', '2')]))['fee'])
    assert (overlap.kind, overlap.rows) == ('overlap', ('r1', 'r2'))
    assert coverage(read(table(STEPS))['fee']) == []
    assert coverage(read(table([('< limit', '1')]))['fee']) is None
    two = [('"住宅"', '-', '80'), ('not("住宅")', 'true', '0'), ('not("住宅")', 'false', '550')]
    assert coverage(read(table(two, inputs=('kind', 'small')))['fee']) == []


def test_tables_too_large_to_look_through_are_left_undecided_at_once() -> None:
    alike = coverage(read(table([('-', '-', '1')] * 1000, inputs=('a', 'b')))['fee'])
    assert alike is not None
    assert {one.kind for one in alike} == {'overlap'}
    assert len(alike) == 50
    crossed = table([(f'> {n % 70}', f'> {n % 70}', '1') for n in range(300)], inputs=('a', 'b'))
    assert {one.kind for one in coverage(read(crossed)['fee']) or ()} == {'gap', 'overlap'}
    agreeing = table([(f'> {n % 70}', f'> {n % 70}', '1') for n in range(300)], inputs=('a', 'b'), policy='ANY')
    assert [one.kind for one in coverage(read(agreeing)['fee']) or ()] == ['gap']
    assert coverage(read(table([(str(n), '1') for n in range(3000)]))['fee']) is None


def test_a_chain_of_decisions_without_end_is_a_problem() -> None:
    needs = '<informationRequirement><requiredDecision href="#d{}"/></informationRequirement>'
    one = '<literalExpression><text>1</text></literalExpression>'
    chain = [f'<decision id="d{n}">{needs.format(n + 1)}{one}</decision>' for n in range(2999)]
    last = f'<decision id="d2999">{one}</decision>'
    file = f'<definitions {XMLNS}>{"".join(chain)}{last}</definitions>'.encode()
    _, _, problems = decisions_of(Bundle({'fees.dmn': file}))
    assert ['more than 200' in problem.message_en for problem in problems] == [True]
    few = f'<definitions {XMLNS}>{"".join(chain[-199:])}{last}</definitions>'.encode()
    found, _, problems = decisions_of(Bundle({'fees.dmn': few}))
    assert (problems, decide(found, 'd2800', {})) == ([], 1)


@pytest.mark.parametrize(
    ('xml', 'said'),
    [
        (table([('< ', '1')]), 'cannot be read'),
        (table([('-', '1', '2')]), 'needs 1 conditions'),
        (table([], policy='BEST'), 'unknown'),
        (table([], outputs=()), 'no output'),
        (table([('-', '1')], aggregation='SUM'), 'no aggregation'),
        ('<decision id="fee"/>', 'neither'),
        ('<decision/>', 'has no id'),
        ('<decision id="fee"><literalExpression expressionLanguage="javascript"><text>1</text></literalExpression></decision>', 'not FEEL'),
        (table([('-', '1')], policy='PRIORITY', values='for i in 1..1000000000 return i'), 'cannot be read'),
    ],
)
def test_what_is_wrong_is_said_with_its_line(xml: str, said: str) -> None:
    _, problems = read_decisions(f'<definitions {XMLNS}>\n{xml}</definitions>'.encode(), 'fees.dmn')
    assert any(said in problem.message_en for problem in problems)
    assert {(problem.file, problem.code) for problem in problems} == {('fees.dmn', 'DECISION_INVALID')}
    assert all(problem.line == 2 for problem in problems)


@pytest.mark.parametrize('source', [b'', b'<', b'<a/>', b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', b'\xff\xfe\x00'])
def test_no_file_makes_the_reader_stumble(source: bytes) -> None:
    found, problems = read_decisions(source, 'x.dmn')
    assert (found, bool(problems)) == ({}, True)


def test_the_shapes_of_camunda() -> None:
    one = read(table(STEPS))['fee']
    assert [shaped(one, 80, shape) for shape in ('', 'singleEntry', 'singleResult', 'collectEntries', 'resultList')] == [
        80,
        80,
        {'fee': 80},
        [80],
        [{'fee': 80}],
    ]
    many = read(table([('-', '1')], policy='COLLECT'))['fee']
    assert shaped(many, [1, 2], 'resultList') == [{'fee': 1}, {'fee': 2}]
    assert [shaped(one, None, shape) for shape in ('singleEntry', 'resultList')] == [None, []]


PROCESS = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="ask"/>
<bpmn:businessRuleTask id="ask" camunda:decisionRef="fee" camunda:mapDecisionResult="singleEntry" camunda:resultVariable="due"/>
<bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="pay"/><bpmn:userTask id="pay" camunda:candidateGroups="till"/>
<bpmn:sequenceFlow id="f3" sourceRef="pay" targetRef="e"/><bpmn:endEvent id="e"/></bpmn:process></bpmn:definitions>"""


class _Host:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    functions = MappingProxyType({})

    def call(self, work):
        raise AssertionError(f'no handler is asked, but {work.handler} was')


def _run(xml: str, **variables):
    program = build_program(Bundle({'process.bpmn': PROCESS, 'fees.dmn': f'<definitions {XMLNS}>{xml}</definitions>'.encode()}))
    run = Run.begin(program, _Host(), variables)
    return run, run.advance()


def test_a_case_asks_its_own_bundle() -> None:
    run, changes = _run(table(STEPS), area=300)
    assert [task.element for task in changes.user_tasks] == ['pay']
    assert run.variables['due'] == 200


def test_a_decision_without_an_answer_is_an_incident_not_a_guess() -> None:
    _, changes = _run(table([('< 10', '1'), ('< 20', '2')]), area=5)
    assert [failed.element for failed in changes.failed] == ['ask']
    assert '同时成立' in changes.failed[0].message
