"""D-28: the check knows gateways and activities that count tokens; what is refused says what to draw instead, in one problem."""

import pytest
from unit.bpmn.building import check, diagram, node, user

START = 'start>f>a>j>u>end, f>b>j, f>c>j'
FORK = node('parallelGateway', 'f') + user('a') + user('b') + user('c') + user('u')


def opens(condition: str, **attributes: str) -> str:
    inner = f'<bpmn:activationCondition>{condition}</bpmn:activationCondition>' if condition else ''
    return node('complexGateway', 'j', inner, **attributes)


def told(source: bytes) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.element) for problem in check(source)]


@pytest.mark.parametrize(
    'condition', ['activationCount &gt;= 2', '${activationCount &gt;= 2}', '=activationCount &gt; 1', 'activationCount = 3']
)
def test_two_of_three_is_accepted_without_a_word(condition: str) -> None:
    assert told(diagram(FORK + opens(condition), START)) == []


@pytest.mark.parametrize(
    ('inner', 'road', 'says'),
    [
        (opens(''), START, 'activationCondition'),
        (opens('activationCount &gt;= 2', default='j_u'), START, '排他网关'),
        (opens('activationCount &gt;= 2'), START.replace('j>u', 'j>u?x = 1'), '排他网关'),
    ],
)
def test_a_complex_gateway_without_one_meaning_is_refused_once_and_says_what_to_draw(inner: str, road: str, says: str) -> None:
    problems = [problem for problem in check(diagram(FORK + inner, road)) if problem.is_error]
    assert [(problem.code, problem.element) for problem in problems] == [('ELEMENT_UNSUPPORTED', 'j')]
    assert says in problems[0].message


def test_a_complex_gateway_with_one_way_in_is_refused() -> None:
    source = diagram(opens('activationCount &gt;= 1') + user('u'), 'start>j>u>end')
    assert told(source) == [('ELEMENT_UNSUPPORTED', 'j')]


@pytest.mark.parametrize('condition', ['activationCount &gt;= 4', 'activationCount &lt; 0'])
def test_a_gateway_that_opens_for_no_number_of_branches_is_an_error(condition: str) -> None:
    assert ('ACTIVATION_NEVER', 'j') in told(diagram(FORK + opens(condition), START))


def test_a_gateway_that_may_get_too_few_tokens_is_a_standstill() -> None:
    """Of three branches one is a choice: only two can come, and three are needed."""
    body = node('parallelGateway', 'f') + user('a') + node('exclusiveGateway', 'x', default='x_c') + user('b') + user('c') + user('u')
    road = 'start>f>a>j>u>end, f>x, x>b?n = 1, b>j, x>c>j'
    assert ('STUCK_FOR_EVER', 'j') in told(diagram(body + opens('activationCount &gt;= 3'), road))
    assert told(diagram(body + opens('activationCount &gt;= 2'), road)) == []


def test_in_a_circle_and_in_a_subprocess_it_is_sound() -> None:
    body = node('exclusiveGateway', 'm') + FORK + opens('activationCount &gt;= 2') + node('exclusiveGateway', 'g', default='g_end')
    road = 'start>m>f>a>j>u>g>end, f>b>j, f>c>j, g>m?again = true'
    assert [code for code, _ in told(diagram(body, road)) if code != 'NOT_DECIDED'] == []


TWO = node('parallelGateway', 'f') + user('a') + user('b')


def test_a_task_that_gathers_two_branches_is_no_meeting_without_a_join() -> None:
    assert told(diagram(TWO + user('u', startQuantity='2'), 'start>f>a>u>end, f>b>u')) == []


def test_a_task_that_waits_for_more_tokens_than_come_is_a_standstill() -> None:
    assert ('STUCK_FOR_EVER', 'u') in told(diagram(TWO + user('u', startQuantity='3'), 'start>f>a>u>end, f>b>u'))
    assert ('STUCK_FOR_EVER', 'u') in told(diagram(user('u', startQuantity='2'), 'start>u>end'))


def test_what_one_task_makes_another_may_gather() -> None:
    assert told(diagram(user('a', completionQuantity='2') + user('u', startQuantity='2'), 'start>a>u>end')) == []
    assert told(diagram(user('a', completionQuantity='2') + user('u'), 'start>a>u>end')) == []


@pytest.mark.parametrize('value', ['0', '-1', 'two', '1001', ''])
@pytest.mark.parametrize('which', ['startQuantity', 'completionQuantity'])
def test_a_number_of_tokens_that_is_none_is_refused(which: str, value: str) -> None:
    assert ('DETAIL_UNSUPPORTED', 'u') in told(diagram(user('u', **{which: value}), 'start>u>end'))
