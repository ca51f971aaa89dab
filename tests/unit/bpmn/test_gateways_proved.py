"""D-18, D-20: what the conditions of a gateway leave over is proved from the fields, decisions and scripts before it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.bpmn.building import boundary, check, codes, condition, diagram, fields, node, timer, user

from engine.bpmn.proving import Domain, prove
from engine.core.effort import Effort
from engine.feel import compile_diagram_text

FORM = ('days:long', 'amount:double', 'approved:boolean', 'outcome:enum:agree|reject|back', 'note:string', 'extra?:long')


def split(*conditions: str, kind: str = 'exclusiveGateway', before: str = '', road: str = 'start>u>g') -> bytes:
    """A form, then a gateway with a task a condition; names of fields as in FORM."""
    steps = [f't{number}' for number in range(len(conditions))]
    ways = ', '.join(f'g>{step}?{condition(text)}, {step}>end' for step, text in zip(steps, conditions, strict=True))
    body = user('u', fields(*FORM)) + before + node(kind, 'g') + ''.join(user(step) for step in steps)
    return diagram(body, f'{road}, {ways}')


SILENT = {
    'a box': ('${approved}', '${!approved}'),
    'a box compared': ('approved = true', 'approved = false'),
    'a box, not equal': ('${approved == true}', '${approved != true}'),
    'all options': ("${outcome == 'agree'}", "${outcome == 'reject'}", "${outcome == 'back'}"),
    'an option or another': ("${outcome == 'agree' || outcome == 'back'}", "${outcome eq 'reject'}"),
    'an option or not': ('outcome = "agree"', 'outcome != "agree"'),
    'in a list': ('outcome in ("agree", "back")', 'outcome = "reject"'),
    'ranges': ('${days <= 3}', '${days > 3 && days < 10}', '${days >= 10}'),
    'ranges of whole numbers': ('days <= 3', 'days >= 4'),
    'ranges turned round': ('3 >= days', '3 < days'),
    'between': ('days between 1 and 5', 'days < 1 or days > 5'),
    'in an interval': ('amount in [0..100)', 'amount < 0', 'amount >= 100'),
    'two fields': ('approved and days > 3', 'not(approved and days > 3)'),
    'two fields, four ways': ('${approved && days > 3}', '${approved && days <= 3}', '${!approved}'),
    'if': ('if approved then days > 3 else true', 'approved and days <= 3'),
    'a text and all others': ('note = "urgent"', 'note != "urgent"'),
    'a field that may be blank': ('extra > 3', 'extra <= 3 or extra = null'),
    'a field nobody writes, a number by its use': ('${size > 2}', '${size <= 2}'),
    'something calculated': ('days * 2 > 10', 'days * 2 <= 10'),
    'something calculated from many': ('count(list) > 2', 'count(list) <= 2'),
}
REFUSED = {
    'a gap of one number': (('${days < 3}', '${days > 3}'), 'days = 3'),
    'a gap above': (('days < 3', 'days in [3..7]'), 'days = 8'),
    'a gap of fractions': (('amount <= 3', 'amount >= 4'), 'amount = 3.5'),
    'an option forgotten': (("${outcome == 'agree'}", "${outcome == 'reject'}"), 'outcome = back'),
    'any other text': (('note = "a"', 'note = "b"'), 'note = (other)'),
    'a blank field': (('extra > 3', 'extra <= 3'), 'extra = (nothing)'),
    'two fields': (('approved and days > 3', 'not(approved) and days > 3'), 'approved = true'),
    'only yes': (('approved and days > 3', 'approved and days <= 3'), 'approved = false'),
}
UNDECIDED = {
    'a text nobody limits': ("${result == 'agree'}", "${result == 'reject'}"),
    'two variables': ('days > other', 'days < other'),
    'a function of the house': ('known("x")', 'known("y")'),
    'the clock': ('today() > due', 'today() < due'),
    'texts in order': ('note < "m"', 'note > "m"'),
}


def judged(*conditions: str, **more: str) -> list:
    return [problem for problem in check(split(*conditions, **more)) if problem.code.startswith(('GATEWAY', 'CONDITION'))]


@pytest.mark.parametrize('kind', ['exclusiveGateway', 'inclusiveGateway'])
@pytest.mark.parametrize('conditions', SILENT.values(), ids=list(SILENT))
def test_conditions_that_cover_every_value_need_no_default(conditions, kind):
    """D-18: BPMN §13.4.2: the default is optional."""
    assert judged(*conditions, kind=kind) == []


@pytest.mark.parametrize('kind', ['exclusiveGateway', 'inclusiveGateway'])
@pytest.mark.parametrize(('conditions', 'sample'), REFUSED.values(), ids=list(REFUSED))
def test_values_that_find_no_way_are_named(conditions, sample, kind):
    """D-18: proved not is an error, which names the values and offers each flow as the default."""
    (problem,) = judged(*conditions, kind=kind)
    assert problem.code == 'GATEWAY_WITHOUT_DEFAULT'
    assert sample in problem.message_en
    assert len(problem.fixes) == 2


@pytest.mark.parametrize('conditions', UNDECIDED.values(), ids=list(UNDECIDED))
def test_what_is_not_decided_is_a_warning(conditions):
    """D-18: undecided is no error: at run time an incident names the condition and the values."""
    assert codes(judged(*conditions)) == ['GATEWAY_PERHAPS_NO_WAY']


def test_the_steps_that_wrote_last_decide():
    """D-18: a script after the form leaves one value; what a later step writes says nothing here."""
    script = node('scriptTask', 's', '<bpmn:script>outcome = "agree"</bpmn:script>', scriptFormat='feel')
    assert codes(judged('outcome = "agree"', 'outcome = "x"', before=script, road='start>u>s>g')) == ['CONDITION_DEAD']
    assert judged('outcome = "agree"', 'outcome = "reject"', 'outcome = "back"', before=script, road='start>s>u>g') == []


def test_two_roads_bring_the_values_of_both():
    script = node('scriptTask', 's', '<bpmn:script>outcome = "late"</bpmn:script>', scriptFormat='feel')
    late = boundary('late', 'u', timer('P1D'))
    (problem,) = judged('outcome = "agree"', 'outcome in ("reject", "back")', before=late + script, road='start>u>g, late>s>g')
    assert 'outcome = late' in problem.message_en


def test_answers_of_a_decision_table_are_known():
    """D-18: DMN outputs: the results of the rules, and nothing where no rule may hold."""
    rule = '<rule id="r{0}"><inputEntry><text>{1}</text></inputEntry><outputEntry><text>"{2}"</text></outputEntry></rule>'
    rules = rule.format(1, '&lt; 3', 'short') + rule.format(2, '>= 3', 'long')
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="term" name="term"><decisionTable>'
        '<input><inputExpression><text>days</text></inputExpression></input><output name="term"/>'
        + rules
        + '</decisionTable></decision></definitions>'
    )
    decide = node('businessRuleTask', 'd', camunda_decisionRef='term', camunda_resultVariable='term')
    for conditions, expected in (
        (('term = "short"', 'term = "long"'), ['GATEWAY_PERHAPS_NO_WAY']),
        (('term = "short"', 'term = "long" or term = null'), []),
        (('term = "short"', 'term != "short"', 'term = "medium"'), ['CONDITION_DEAD']),
    ):
        source = split(*conditions, before=decide, road='start>u>d>g')
        found = check(source, terms_dmn=table)
        assert [each.code for each in found if each.code.startswith(('GATEWAY', 'CONDITION'))] == expected


TEXT = st.sampled_from(
    ['x < {}', 'x <= {}', 'x > {}', 'x >= {}', 'x = {}', 'x != {}', 'x in [{}..{}]', 'x between {} and {}', 'not(x < {})']
)
NUMBERS = st.integers(-4, 4)


@st.composite
def conditions(draw: st.DrawFn) -> list[str]:
    def atom() -> str:
        return draw(TEXT).format(draw(NUMBERS), draw(NUMBERS))

    return [
        f' {draw(st.sampled_from(["and", "or"]))} '.join(atom() for _ in range(draw(st.integers(1, 2))))
        for _ in range(draw(st.integers(1, 3)))
    ]


@settings(max_examples=150, deadline=None)
@given(conditions(), st.booleans())
def test_the_prover_says_what_trying_every_number_says(texts, whole):
    """D-18, D-20: a gap is named exactly where some number finds no way; what can hold together is what some number meets."""
    compiled = [compile_diagram_text(text) for text in texts]
    found = prove(compiled, {('x',): Domain('number', whole=whole)}, Effort(100_000))
    assert found is not None
    tried = [Decimal(number) / (1 if whole else 4) for number in range(-40, 41)]
    held = {frozenset(place for place, one in enumerate(compiled) if one.evaluate({'x': number}, {}) is True) for number in tried}
    assert found.together == held
    assert (found.gap is not None) == (frozenset() in held)
    assert found.dead == frozenset(range(len(texts))) - frozenset().union(*held)


def test_the_work_is_counted():
    """Issue point 10: a gateway of many variables is undecided, not slow."""
    texts = [f'a{number} = {number} and b{number} > 3 and c{number}' for number in range(8)]
    assert prove([compile_diagram_text(text) for text in texts], {}, Effort(100_000)) is None
    assert prove([compile_diagram_text('x > 1'), compile_diagram_text('x > 2')], {}, Effort(2)) is None


BACK = 'start>apply>review, review>second?{}, review>apply?{}, second>end'


@pytest.mark.parametrize(
    ('agree', 'reject', 'grows'),
    [
        ('days > 2', 'days <= 2', False),
        ("${outcome=='agree'}", "${outcome=='reject'}", False),
        ('approved', 'not(approved)', False),
        ('days > 2', 'days > 1', True),
        ('days > 2', 'other', True),
    ],
)
def test_flows_out_of_a_task_that_exclude_each_other_are_one_way(agree, reject, grows):
    """D-20: only what can hold together is played together."""
    form = user('apply') + user('review', fields('days:long', 'approved:boolean', 'outcome:enum:agree|reject')) + user('second')
    found = codes(check(diagram(form, BACK.format(condition(agree), condition(reject)))))
    assert ('TOKENS_GROW' in found) is grows


@pytest.mark.parametrize('kind', ['inclusiveGateway', 'task'])
@pytest.mark.parametrize(('one', 'other', 'both'), [('days > 2', 'days <= 2', False), ('days > 2', 'days > 3', True)])
def test_branches_that_exclude_each_other_meet_nothing_and_write_nothing_twice(kind, one, other, both):
    """D-20: RUNS_TWICE and PARALLEL_WRITES ask the prover, too."""
    body = user('u', fields('days:long')) + node(kind, 'g') + user('a', fields('fee:long')) + user('b', fields('fee:long')) + user('c')
    found = codes(check(diagram(body, f'start>u>g, g>a?{condition(one)}, g>b?{condition(other)}, a>c, b>c>end')))
    assert ('RUNS_TWICE' in found) is both
    assert ('PARALLEL_WRITES' in found) is both
