"""Where tokens go: sequence flows and gateways (BPMN 2.0.2 §13)."""

import pytest
from unit.bpmn_run.sketch import Case, program

from engine.bpmn.changes import Passed
from engine.core.effort import ACT


def test_a_user_task_opens_and_its_completion_ends_the_case() -> None:
    case = Case(program('start s\nuser a\nend e result=granted\ns -> a -> e'), {'name': '张三'})
    assert case.tasks == ['a']
    done = case.do('a', name='李四')
    assert [one.element for one in done.closed] == ['a']
    assert done.ended is not None
    assert (done.ended.how, done.ended.result, done.ended.element) == ('completed', 'granted', 'e')
    assert case.variables == {'name': '李四'}


def test_the_road_is_told_in_order_with_the_flows_taken() -> None:
    case = Case(program('start s\nnone n\nuser a\nend e\ns -> n -> a -> e'))
    assert case.last.passed == [Passed('s', 'startEvent', None), Passed('n', 'task', 's_n')]
    assert case.last.opened[0].flow == 'n_a'
    assert case.do('a').passed == [Passed('a', 'userTask', 'n_a'), Passed('e', 'endEvent', 'a_e')]


XOR = """
start s
xor g
user big
user small
user rest
end e
s -> g
g -> big ? amount > 100
g -> small ? amount < 10
g => rest
big -> e
small -> e
rest -> e
"""


@pytest.mark.parametrize(('amount', 'expected'), [(200, 'big'), (5, 'small'), (50, 'rest')])
def test_an_exclusive_gateway_takes_the_first_flow_that_holds_else_the_default(amount: int, expected: str) -> None:
    assert Case(program(XOR), {'amount': amount}).tasks == [expected]


def test_of_two_conditions_that_hold_the_first_drawn_wins() -> None:
    text = 'start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? x > 1\ng -> b ? x > 0\na -> e\nb -> e'
    assert Case(program(text), {'x': 5}).tasks == ['a']


def test_a_condition_on_a_known_field_that_is_empty_does_not_hold_and_the_default_is_taken() -> None:
    """D-01: null because the field is empty is no (DMN 1.3 §10.3.2.2, table 54)."""
    case = Case(program(XOR), {'amount': None})
    assert case.last.failed == []
    assert case.tasks == ['rest']


@pytest.mark.parametrize(('variables', 'said'), [({}, '变量“amount”不存在（amount —）'), ({'amount': '许多'}, "amount = '许多'")])
def test_a_condition_that_is_null_for_something_unknown_or_wrong_is_an_incident(variables: dict, said: str) -> None:
    """D-01: with the expression and what it saw, and never the default flow."""
    case = Case(program(XOR), variables)
    assert case.here == ['g']
    assert said in case.last.failed[0].message
    assert 'amount > 100' in case.last.failed[0].message


def test_a_gateway_where_every_condition_is_null_and_without_default_is_an_incident() -> None:
    text = 'start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? x > 1\ng -> b ? x > 2\na -> e\nb -> e'
    case = Case(program(text), {'x': None})
    failed = case.last.failed[0]
    assert failed.message == '“g”的流出条件都不成立，且没有默认流：x > 1、x > 2（x = null）'
    assert case.here == ['g']
    assert case.verb(lambda run: run.retry(failed.token)).failed[0].token == failed.token


def test_an_inclusive_gateway_leaves_out_the_flow_whose_condition_is_null() -> None:
    text = 'start s\nor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? x > 1\ng => b\na -> e\nb -> e'
    assert Case(program(text), {'x': None}).tasks == ['b']


@pytest.mark.parametrize(('condition', 'shown'), [('"yes"', "'yes'"), ('1', '1'), ('x', '[]')])
def test_a_condition_that_is_no_truth_value_at_all_is_an_incident(condition: str, shown: str) -> None:
    case = Case(program(XOR.replace('amount > 100', condition)), {'x': []})
    failed = case.last.failed[0]
    assert failed.element == 'g'
    assert shown in failed.message
    assert case.here == ['g']
    assert case.ended is None
    assert case.verb(lambda run: run.retry(failed.token)).failed[0].token == failed.token


def test_a_gateway_where_nothing_holds_and_without_default_is_an_incident() -> None:
    text = 'start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? x > 1\ng -> b ? x > 2\na -> e\nb -> e'
    case = Case(program(text), {'x': 0})
    assert case.last.failed[0].message == '“g”的流出条件都不成立，且没有默认流：x > 1、x > 2（x = 0）'
    assert case.tasks == []


def test_other_branches_go_on_when_one_fails() -> None:
    text = 'start s\nand f\nxor g\nuser a\nuser b\nend e\ns -> f -> g\nf -> b -> e\ng -> a ? x\ng -> e ? not(x)\na -> e'
    case = Case(program(text), {'x': 'yes'})
    assert [one.element for one in case.last.failed] == ['g']
    assert case.tasks == ['b']
    case.do('b')
    assert case.ended is None


FORK = 'start s\nand f\nuser a\nuser b\nand j\nuser c\nend e\ns -> f\nf -> a -> j\nf -> b -> j\nj -> c -> e'


def test_a_parallel_gateway_starts_all_branches_and_the_join_waits_for_all() -> None:
    case = Case(program(FORK))
    assert case.tasks == ['a', 'b']
    assert case.do('a').user_tasks == []
    assert 'j' in case.here
    assert [one.element for one in case.do('b').user_tasks] == ['c']
    case.do('c')
    assert case.ended == 'completed'


def test_branches_carry_their_own_variables_until_they_join_and_the_later_write_wins() -> None:
    case = Case(program(FORK), {'x': 0, 'y': 0})
    case.do('a', x=1, both='a')
    joined = case.do('b', y=2, both='b')
    assert joined.user_tasks[0].variables == {'x': 1, 'y': 2, 'both': 'b'}  # b never saw x = 1 and does not undo it


def test_a_join_takes_one_token_from_each_flow_and_keeps_the_rest_for_the_next_round() -> None:
    text = """
    start s
    and f
    and f2
    xor m
    user a
    user b
    and j
    user c
    end e
    s -> f
    f -> a -> m -> j
    f -> b -> m
    f -> f2 -> j
    j -> c -> e
    """
    case = Case(program(text))
    case.do('a')
    assert case.tasks == ['b', 'c']
    case.do('b')
    assert case.tasks == ['c']
    case.do('c')
    assert case.here == ['j']  # the second token of the first flow still waits for a partner


def test_a_join_inside_a_loop_joins_in_every_round() -> None:
    text = """
    start s
    xor m
    and f
    user a
    user b
    and j
    xor g
    end e
    s -> m -> f
    f -> a -> j
    f -> b -> j
    j -> g
    g -> m ? again
    g => e
    """
    case = Case(program(text), {'again': True})
    for turn in range(3):
        case.do('a')
        case.do('b', again=turn < 2)
    assert case.ended == 'completed'


def test_two_flows_between_the_same_gateways_are_two_tokens() -> None:
    case = Case(program('start s\nand f\nand j\nuser a\nend e\ns -> f -> j -> a -> e\nf -> j'))
    assert case.tasks == ['a']


OR = """
start s
or f
user a
user b
user c
or j
user d
end e
s -> f
f -> a ? x > 1
f -> b ? x > 2
f => c
a -> j
b -> j
c -> j
j -> d -> e
"""


@pytest.mark.parametrize(('x', 'expected'), [(5, ['a', 'b']), (2, ['a']), (0, ['c'])])
def test_an_inclusive_gateway_takes_every_flow_that_holds_and_joins_only_those(x: int, expected: list[str]) -> None:
    case = Case(program(OR), {'x': x})
    assert case.tasks == expected
    for index, element in enumerate(expected):
        opened = [one.element for one in case.do(element).user_tasks]
        assert opened == (['d'] if index == len(expected) - 1 else [])
    case.do('d')
    assert case.ended == 'completed'


def test_an_inclusive_join_waits_for_a_token_that_could_still_come_through_a_boundary_event() -> None:
    text = """
    start s
    and f
    user a
    user b
    user late
    or j
    user d
    end e
    s -> f
    f -> a -> j
    f -> b -> e
    on b timer t
    t -> late -> j
    j -> d -> e
    """
    case = Case(program(text))
    case.do('a')
    assert case.tasks == ['b']
    case.fire('t')
    assert case.tasks == ['late']
    case.do('late')
    assert case.tasks == ['d']


def test_an_inclusive_join_goes_on_when_the_other_token_took_another_road() -> None:
    text = """
    start s
    and f
    user a
    user b
    xor g
    or j
    user d
    end e
    end e2
    s -> f
    f -> a -> j
    f -> b -> g
    g -> j ? yes
    g => e2
    j -> d -> e
    """
    case = Case(program(text))
    case.do('a')
    assert case.tasks == ['b']
    case.do('b', yes=False)
    assert case.tasks == ['d']


RACE = """
start s
race r
catch t timer text=2个工作日
catch m message text=paper
catch g signal text=stop
receive q message=other
user a
end e
s -> r
r -> t -> a
r -> m -> a
r -> g -> a
r -> q -> a
a -> e
"""


@pytest.mark.parametrize('winner', ['t', 'm', 'g', 'q'])
def test_the_first_event_after_an_event_based_gateway_decides(winner: str) -> None:
    case = Case(program(RACE))
    assert [one.element for one in case.last.opened] == ['r']
    assert [one.element for one in case.last.armed] == ['t']
    assert {one.element: one.name for one in case.last.awaited} == {'m': 'paper', 'g': 'stop', 'q': 'other'}
    done = case.fire('t') if winner == 't' else case.deliver(winner, who='me')
    assert [one.element for one in done.passed] == ['r', winner]
    assert len(done.disarmed) == 1
    assert len(done.unawaited) == 3
    assert [(one.element, one.how) for one in done.closed] == [('r', 'completed')]
    assert case.tasks == ['a']


def test_several_flows_out_of_a_task_are_all_taken_and_conditional_ones_where_they_hold() -> None:
    text = 'start s\nuser a\nuser b\nuser c\nuser d\nend e\ns -> a\na -> b\na -> c ? x > 1\na -> d ? x > 5\nb -> e\nc -> e\nd -> e'
    case = Case(program(text))
    case.do('a', x=3)
    assert case.tasks == ['b', 'c']


def test_the_default_flow_of_a_task_is_taken_when_no_condition_holds() -> None:
    case = Case(program('start s\nuser a\nuser b\nuser c\nend e\ns -> a\na -> b ? x > 1\na => c\nb -> e\nc -> e'))
    case.do('a', x=0)
    assert case.tasks == ['c']


def test_a_condition_on_the_only_flow_is_not_ignored() -> None:
    case = Case(program('start s\nuser a\nuser b\nend e\ns -> a\na -> b ? ok\nb -> e'))
    failed = case.do('a', ok=False).failed[0]
    assert failed.element == 'a'
    assert [one.how for one in case.last.closed] == ['completed']  # the clerk's work is done; the case needs an operator
    assert case.tasks == []


def test_a_process_without_start_event_begins_where_nothing_leads_to() -> None:
    assert Case(program('user a\nuser b\nend e\na -> e\nb -> e')).tasks == ['a', 'b']


def test_a_process_without_end_event_ends_when_no_token_is_left() -> None:
    case = Case(program('start s\nuser a\ns -> a'))
    case.do('a')
    assert case.ended == 'completed'


def test_a_task_with_several_incoming_flows_runs_once_for_every_token() -> None:
    assert Case(program('start s\nand f\nuser a\nend e\ns -> f -> a -> e\nf -> a')).tasks == ['a', 'a']


def test_a_chosen_start_event() -> None:
    made = program('start s\nstart m message text=apply\nuser a\nuser b\nend e\ns -> a -> e\nm -> b -> e')
    assert Case(made).tasks == ['a']
    assert Case(made, start='m').tasks == ['b']


def test_a_link_goes_from_throw_to_catch() -> None:
    case = Case(program('start s\nthrow l link text=A\ncatch k link text=A\nuser a\nend e\ns -> l\nk -> a -> e'))
    assert case.tasks == ['a']


def test_an_endless_automatic_loop_is_stopped_as_an_incident() -> None:
    case = Case(program('start s\nxor m\nnone n\ns -> m -> n -> m'))
    assert f'{ACT} 步' in case.last.failed[0].message
    assert case.ended is None


def test_ids_that_collide_with_spiffworkflow_are_just_ids() -> None:
    case = Case(program('start Start\nuser End\nend P.EndJoin\nStart -> End -> P.EndJoin'))
    case.do('End')
    assert case.passed == ['Start', 'End', 'P.EndJoin']
    assert case.ended == 'completed'
