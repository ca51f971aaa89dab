"""D-28: gateways and activities that count tokens: n of m opinions (BPMN 2.0.2 §13.4.5), start and completion quantities (§13.3.2)."""

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.moving import Wanted, place

VOTE = """
start s
and f
user a
user b
user c
complex j opens='{condition}'
user u
end e
s -> f
f -> a -> j
f -> b -> j
f -> c -> j
j -> u -> e
"""


def vote(condition: str = 'activationCount >= 2') -> str:
    return VOTE.format(condition=condition.replace(' ', '_'))


@pytest.mark.parametrize('order', [('a', 'b', 'c'), ('b', 'c', 'a'), ('c', 'a', 'b')])
@pytest.mark.parametrize('late', [True, False])
def test_two_of_three_opinions_open_the_gateway_and_the_third_disturbs_nothing(order: tuple[str, ...], late: bool) -> None:
    """D-28, §13.4.5: the step behind is done once, whether the last opinion comes before or after it."""
    case = Case(program(vote()))
    case.do(order[0], one=1)
    assert sorted(case.tasks) == sorted(order[1:])
    case.do(order[1], two=2)
    assert sorted(case.tasks) == sorted([order[2], 'u'])
    for step in (order[2], 'u') if not late else ('u', order[2]):
        assert case.ended is None
        case.do(step)
    assert case.ended == 'completed'
    assert case.passed.count('u') == 1
    assert case.variables == {'one': 1, 'two': 2}


@pytest.mark.parametrize(('condition', 'needed'), [('activationCount >= 1', 1), ('activationCount = 3', 3), ('activationCount > 1', 2)])
def test_the_activation_condition_counts_the_branches_that_have_come(condition: str, needed: int) -> None:
    case = Case(program(vote(condition)))
    for number, step in enumerate('abc', start=1):
        case.do(step)
        assert ('u' in case.tasks) == (number >= needed)


def test_a_condition_sees_what_the_branches_have_written() -> None:
    case = Case(program(vote('activationCount >= 2 or urgent = true')))
    case.do('b', urgent=True)
    assert sorted(case.tasks) == ['a', 'c', 'u']


def test_a_gateway_that_can_never_open_any_more_is_an_incident_and_can_be_tried_again() -> None:
    """D-28: nothing waits unseen. The condition and how many have come are told."""
    case = Case(program(vote('activationCount >= 2 and agreed = true')), {'agreed': False})
    for step in 'abc':
        case.do(step)
    (failed,) = case.last.failed
    assert failed.element == 'j'
    assert '已到达 3 个' in failed.message
    assert case.verb(lambda run: run.retry(failed.token)).failed[0].element == 'j'


def test_the_gateway_counts_anew_in_the_next_round() -> None:
    text = vote().replace('s -> f', 's -> m -> f').replace('j -> u -> e', 'xor m\nxor g\nj -> u -> g\ng -> m ? again = true\ng => e')
    case = Case(program(text))
    case.do('a')
    case.do('b')
    case.do('u', again=True)
    assert sorted(case.tasks) == ['a', 'b', 'c', 'c']
    case.do('a')
    case.do('b')
    assert 'u' not in case.tasks  # the first round still waits for its third opinion
    case.do('c')
    assert sorted(case.tasks) == ['c', 'u']
    case.do('u', again=False)
    case.do('c')
    assert case.ended == 'completed'


def test_a_branch_that_is_not_taken_is_not_waited_for() -> None:
    text = vote().replace('and f', 'or f').replace('f -> c -> j', 'f -> c ? three = true\nc -> j')
    case = Case(program(text), {'three': False})
    case.do('a')
    case.do('b')
    case.do('u')
    assert case.ended == 'completed'


def test_an_open_gateway_is_carried_to_another_version() -> None:
    """D-28: what it has counted is not lost."""
    old, new = program(vote()), program(vote().replace('user u', 'user u name=decision'))
    case = Case(old)
    case.do('a')
    case.do('b')
    placed = place(case.blob, old, new, FakeHost(), Wanted())
    assert not placed.blocked
    case.program, case.blob = new, placed.run.dump()
    case.do('c')
    assert case.tasks == ['u']


def test_a_version_in_which_the_gateway_would_be_open_already_is_refused() -> None:
    old, new = program(vote('activationCount = 3')), program(vote())
    case = Case(old)
    case.do('a')
    case.do('b')
    assert {one.code for one in place(case.blob, old, new, FakeHost(), Wanted()).findings if one.blocking} == {'join_would_open'}


TWO = 'start s\nand f\nuser a\nuser b\nuser u startQuantity=2\nend e\ns -> f\nf -> a -> u\nf -> b -> u\nu -> e'


def test_a_task_that_needs_two_tokens_opens_once_when_both_have_come() -> None:
    """D-28, §10.3."""
    case = Case(program(TWO))
    case.do('a', x=1)
    assert case.tasks == ['b']
    case.do('b', y=2)
    assert case.tasks == ['u']
    assert case.do('u').ended is not None
    assert case.variables == {'x': 1, 'y': 2}


def test_a_gathered_token_whose_step_fails_needs_no_others_when_it_is_tried_again() -> None:
    case = Case(program(TWO.replace('startQuantity=2', 'startQuantity=2 each=people as=one')), {'people': 'nobody'})
    case.do('a')
    (failed,) = case.do('b').failed
    assert case.verb(lambda run: run.retry(failed.token)).failed[0].element == 'u'


def test_a_task_may_leave_several_tokens() -> None:
    case = Case(program('start s\nuser a completionQuantity=3\nuser b\nend e\ns -> a -> b -> e'))
    case.do('a')
    assert case.tasks == ['b', 'b', 'b']


def test_what_one_step_makes_another_gathers() -> None:
    case = Case(program('start s\nuser a completionQuantity=3\nuser b startQuantity=3\nend e\ns -> a -> b -> e'))
    case.do('a')
    assert case.tasks == ['b']
    assert case.do('b').ended is not None


def test_tokens_that_gather_are_carried_and_counted_in_another_version() -> None:
    old, new = program(TWO), program(TWO.replace('startQuantity=2', ''))
    case = Case(old)
    case.do('a')
    assert [one.code for one in place(case.blob, old, new, FakeHost(), Wanted()).findings if one.blocking] == []
    assert not place(case.blob, old, old, FakeHost(), Wanted()).blocked
