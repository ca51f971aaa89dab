"""D-28: the check of compensation and transactions: accepted without a word, or refused in one problem that says what to draw instead."""

import pytest
from unit.bpmn.building import boundary, check, diagram, flows, node, user

from engine.bpmn import read_diagram
from engine.bpmn.compare import compare_diagrams

UNDO = '<bpmn:compensateEventDefinition/>'
CANCEL = '<bpmn:cancelEventDefinition/>'


def link(source: str, target: str) -> str:
    return f'<bpmn:association id="{source}_{target}_l" sourceRef="{source}" targetRef="{target}"/>\n'


PAY = user('pay', name='收费') + boundary('pc', 'pay', UNDO)
REFUND = user('refund', name='退费', isForCompensation='true') + link('pc', 'refund')


def throws(**attributes: str) -> str:
    given = ''.join(f' {key}="{value}"' for key, value in attributes.items())
    return node('intermediateThrowEvent', 't', f'<bpmn:compensateEventDefinition{given}/>')


def told(source: bytes) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.element) for problem in check(source)]


ROAD = 'start>pay>u>t>end'


@pytest.mark.parametrize('attributes', [{}, {'activityRef': 'pay'}, {'waitForCompletion': 'true'}])
def test_a_refund_is_accepted(attributes: dict[str, str]) -> None:
    assert told(diagram(PAY + REFUND + user('u') + throws(**attributes), ROAD)) == []


def test_the_association_may_be_drawn_from_either_end() -> None:
    refund = user('refund', isForCompensation='true') + link('refund', 'pc')
    assert told(diagram(PAY + refund + user('u') + throws(), ROAD)) == []


def test_an_end_event_and_a_subprocess_with_handlers_inside_are_accepted() -> None:
    inside = node('startEvent', 'i') + PAY + REFUND + node('endEvent', 'j') + flows('i>pay>j')
    body = node('subProcess', 'sub', inside) + user('u') + node('endEvent', 'over', UNDO)
    assert told(diagram(body + node('exclusiveGateway', 'g', default='g_end'), 'start>sub>u>g>end, g>over?n = 1')) == []


@pytest.mark.parametrize(
    ('body', 'where', 'says'),
    [
        (PAY + user('refund', isForCompensation='true') + throws(), {'pc', 'refund', 't'}, '关联'),
        (PAY + user('refund') + link('pc', 'refund') + throws(), {'pc', 't', 'refund'}, 'isForCompensation'),
        (PAY + REFUND + throws(activityRef='u'), {'t'}, 'activityRef'),
        (PAY + REFUND + throws(waitForCompletion='false'), {'t'}, 'waitForCompletion'),
        (PAY + REFUND + boundary('rt', 'refund', '<bpmn:signalEventDefinition signalRef="sig"/>') + throws(), {'refund', 'rt'}, '子流程'),
    ],
)
def test_what_has_no_meaning_is_refused_and_says_what_to_draw(body: str, where: set[str], says: str) -> None:
    problems = [problem for problem in check(diagram(body + user('u'), ROAD)) if problem.is_error]
    assert problems
    assert {problem.element for problem in problems} <= where
    assert any(says in problem.message for problem in problems)


def test_loops_are_undone_as_a_whole_only() -> None:
    several = (
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'
    )
    body = user('pay', several) + boundary('pc', 'pay', UNDO) + REFUND + user('u') + throws()
    assert told(diagram(body, ROAD)) == [('ELEMENT_UNSUPPORTED', 'pc')]


def transaction(stop: str = CANCEL, kind: str = 'transaction') -> str:
    inside = node('startEvent', 'i') + user('a') + node('exclusiveGateway', 'g', default='g_j') + node('endEvent', 'stop', stop)
    return node(kind, 'x', inside + node('endEvent', 'j') + flows('i>a>g>j, g>stop?stop = true'))


LEFT = boundary('xc', 'x', CANCEL) + user('u') + node('endEvent', 'e2')


def test_a_transaction_is_accepted() -> None:
    assert told(diagram(transaction() + LEFT, 'start>x>end, xc>u>e2')) == []


def test_cancel_events_belong_to_transactions() -> None:
    assert ('ELEMENT_UNSUPPORTED', 'xc') in told(diagram(transaction(kind='subProcess') + LEFT, 'start>x>end, xc>u>e2'))
    assert told(diagram(transaction(), 'start>x>end')) == [('ELEMENT_UNSUPPORTED', 'stop')]
    assert told(diagram(user('u') + node('endEvent', 'e2', CANCEL), 'start>u>e2, u>end')) == [('ELEMENT_UNSUPPORTED', 'e2')]


def test_a_cancel_that_never_happens_is_refused_once() -> None:
    assert told(diagram(transaction(stop='') + LEFT, 'start>x>end, xc>u>e2')) == [('ELEMENT_UNSUPPORTED', 'xc')]


def test_another_handler_is_a_difference_of_the_activity() -> None:
    body = PAY + REFUND + user('other', name='冲正', isForCompensation='true') + user('u') + throws()
    old = read_diagram(diagram(body, ROAD))
    new = read_diagram(diagram(body.replace(link('pc', 'refund'), link('pc', 'other')), ROAD))
    assert [(one.subject, one.before, one.after) for one in compare_diagrams(old, new) if one.aspect == 'undo'] == [('pay', '退费', '冲正')]
