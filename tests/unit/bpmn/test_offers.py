"""D-24: what another product does and this house does in another way is offered as a one-click change."""

import pytest
from unit.bpmn.building import check, diagram, node, user
from unit.bpmn_run.sketch import Case

from engine.bpmn import apply, build_program
from engine.bpmn.read import read_diagram
from engine.core.bundle import lone


def extended(inner: str) -> str:
    return f'<bpmn:extensionElements>{inner}</bpmn:extensionElements>'


def heard(event: str, code: str, *, kind: str = 'taskListener', vendor: str = 'flowable', by: str = 'expression') -> str:
    return f'<{vendor}:{kind} event="{event}" {by}="{code}"/>'


def one(step: str, road: str = 'start>u>end') -> bytes:
    return diagram(step, road)


SET = "${execution.setVariable('x', 5)}"
OFFERED = {
    'decoration on a task': one(user('u', extended(heard('create', 'a.B', by='class')))),
    'two of a kind': one(user('u', extended(heard('create', 'a.B', by='class') + heard('complete', 'a.C', by='delegateExpression')))),
    'activiti': one(user('u', extended(heard('start', 'a.B', kind='executionListener', vendor='activiti', by='class')))),
    'a script in a listener': one(
        user('u', extended('<camunda:taskListener event="create"><camunda:script>1</camunda:script></camunda:taskListener>'))
    ),
    'on the start': one(user('u'), 'start>u>end').replace(
        b'<bpmn:startEvent id="start">', f'<bpmn:startEvent id="start">{extended(heard("end", SET, kind="executionListener"))}'.encode()
    ),
    'sets a variable before': one(user('u', extended(heard('start', SET, kind='executionListener')))),
    'sets a variable on create': one(user('u', extended(heard('create', "${task.setVariable('x', days * 2)}")))),
    'sets a variable after': one(user('u', extended(heard('complete', SET)))),
    'sets the assignee': one(user('u', extended(heard('create', '${task.setAssignee(who)}')))),
    'adds a group': one(node('userTask', 'u', extended(heard('create', "${task.addCandidateGroup('w2')}")))),
    'zeebe': one(user('u', extended('<zeebe:taskListeners><zeebe:taskListener eventType="assigning" type="x"/></zeebe:taskListeners>'))),
    'zeebe execution': one(
        user('u', extended('<zeebe:executionListeners><zeebe:executionListener eventType="start" type="x"/></zeebe:executionListeners>'))
    ),
    'skip': one(user('u', flowable_skipExpression='${small}')),
    'skip into a join': diagram(
        node('parallelGateway', 'f') + user('u', flowable_skipExpression='${small}') + user('v') + node('parallelGateway', 'j'),
        'start>f>u>j>end, f>v>j',
    ),
    'mail': one(node('serviceTask', 'u', extended('<flowable:field name="to" stringValue="a"/>'), flowable_type='mail', name='通知已受理')),
    'a script of one expression': one(
        node('scriptTask', 'u', '<bpmn:script>days * 2</bpmn:script>', scriptFormat='groovy', camunda_resultVariable='x')
    ),
    'a script that sets a variable': one(
        node('scriptTask', 'u', "<bpmn:script>execution.setVariable('x', days * 2);</bpmn:script>", scriptFormat='javascript')
    ),
    'a script that assigns': one(node('scriptTask', 'u', '<bpmn:script>x = days * 2</bpmn:script>', scriptFormat='groovy')),
}


def wrong(source: bytes) -> list:
    return [problem for problem in check(source) if problem.is_error]


@pytest.mark.parametrize('source', OFFERED.values(), ids=list(OFFERED))
def test_each_offer_takes_the_error_away_and_makes_no_other(source):
    """D-24: decoration, variables, people, skipped steps, mail, scripts: one click each."""
    (problem,) = wrong(source)
    assert problem.fixes
    for fix in problem.fixes:
        done = apply(source, fix)
        assert wrong(done) == []
        assert read_diagram(done)


def run(source: bytes, **data: object) -> Case:
    return Case(build_program(lone(source)), data)


def repaired(name: str, place: int = 0) -> bytes:
    (problem,) = wrong(OFFERED[name])
    return apply(OFFERED[name], problem.fixes[place])


@pytest.mark.parametrize(
    ('name', 'x'),
    [
        ('on the start', 5),
        ('sets a variable before', 5),
        ('sets a variable on create', 6),
        ('a script that assigns', 6),
        ('a script of one expression', 6),
    ],
)
def test_a_variable_is_set_as_it_was(name, x):
    """D-24: a listener that sets a variable is a script task that does."""
    case = run(repaired(name), days=3)
    assert case.variables['x'] == x


def test_a_variable_set_on_completing_is_set_after_it():
    case = run(repaired('sets a variable after'))
    assert 'x' not in case.variables
    case.do('u')
    assert case.variables['x'] == 5
    assert case.ended == 'completed'


@pytest.mark.parametrize('name', ['skip', 'skip into a join'])
@pytest.mark.parametrize('small', [True, False])
def test_a_step_is_skipped_where_its_expression_says_so(name, small):
    """D-24: skipExpression is a gateway before the step; the join after it waits for as many as before."""
    case = run(repaired(name), small=small)
    assert ('u' in case.tasks) is not small
    for task in list(case.tasks):
        case.do(task)
    assert case.ended == 'completed'


def test_people_are_named_by_attributes():
    """D-24: a listener that sets people on create."""
    assert read_diagram(repaired('sets the assignee')).elements['u'].attrs['assignee'] == '${who}'
    assert read_diagram(repaired('adds a group')).elements['u'].attrs['candidateGroups'] == 'w2'


def test_the_title_says_what_is_lost():
    """D-24: a note that is true."""
    (problem,) = wrong(OFFERED['decoration on a task'])
    assert problem.fixes[-1].title == '去掉监听器（create 时运行 a.B；本系统不会运行）'


def test_a_mail_is_a_document_named_after_the_step():
    element = read_diagram(repaired('mail')).elements['u']
    assert (element.handler, element.properties['document']) == ('issue_document', 'acceptance')


def test_what_cannot_be_kept_is_not_offered_as_the_same():
    """D-24: in a multi-instance task a listener sets its variable each time; only taking it away is offered."""
    loop = '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'
    (problem,) = wrong(one(user('u', extended(heard('start', SET, kind='executionListener')) + loop)))
    assert len(problem.fixes) == 1
