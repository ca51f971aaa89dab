"""D-28: an ad-hoc subprocess is a pick list: a person says which step is next, until it is enough (BPMN 2.0.2 §10.3.5, §13.3.5)."""

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.changes import Changes
from engine.bpmn.moving import Wanted, place
from engine.core.errors import Rejection, Undeployable

LIST = """
start s
adhoc x enough=enough_=_true {more} {{
user a
user b
}}
user z
end e
s -> x -> z -> e
"""


def listed(more: str = '') -> Case:
    return Case(program(LIST.format(more=more)), {'enough': None})


def pick(case: Case, step: str) -> Changes:
    return case.do('x_pick', x_pick=step)


def test_steps_are_picked_side_by_side_until_it_is_enough() -> None:
    case = listed()
    assert case.tasks == ['x_pick']
    pick(case, 'a')
    pick(case, 'b')
    assert sorted(case.tasks) == ['a', 'b', 'x_pick']
    case.do('a', report='现场')
    assert sorted(case.tasks) == ['b', 'x_pick']
    done = case.do('b', enough=True)
    assert case.tasks == ['z']
    assert [(one.element, one.how) for one in done.closed if one.element == 'x_pick'] == [('x_pick', 'cancelled')]
    assert case.variables == {'report': '现场', 'enough': True}  # what was picked is no variable of the case
    assert case.do('z').ended is not None


def test_in_sequential_order_the_next_step_is_picked_when_one_is_done() -> None:
    case = listed('ordering=Sequential')
    for step in ('b', 'a', 'b'):
        pick(case, step)
        assert case.tasks == [step]
        case.do(step, seen=step)
        assert case.tasks == ['x_pick']
    pick(case, 'a')
    assert case.run.variables_of(case.token('user_tasks', 'a'))['seen'] == 'b'
    case.do('a', enough=True)
    assert case.tasks == ['z']


@pytest.mark.parametrize(('cancels', 'left'), [('true', ['z']), ('false', ['b'])])
def test_what_still_runs_is_cancelled_or_finished_first(cancels: str, left: list[str]) -> None:
    case = listed(f'cancelRemainingInstances={cancels}')
    pick(case, 'a')
    pick(case, 'b')
    case.do('a', enough=True)
    assert case.tasks == left
    if cancels == 'false':
        case.do('b', enough=False)  # it was enough: nothing more is picked
        assert case.tasks == ['z']


def test_a_later_step_sees_what_an_earlier_one_wrote() -> None:
    case = listed()
    pick(case, 'a')
    case.do('a', report=1)
    pick(case, 'b')
    assert case.run.variables_of(case.token('user_tasks', 'b'))['report'] == 1


@pytest.mark.parametrize('answer', [{}, {'x_pick': 'z'}, {'x_pick': None}, {'x_pick': 'x_pick'}, {'x_pick': ['a']}])
def test_what_is_not_on_the_list_is_not_picked(answer: dict) -> None:
    case = listed()
    with pytest.raises(Rejection):
        case.do('x_pick', **answer)
    assert case.tasks == ['x_pick']


def test_a_boundary_event_ends_the_whole_list() -> None:
    case = Case(program(LIST.format(more='') + 'on x timer t\nuser late\nt -> late -> e'))
    pick(case, 'a')
    case.fire('t')
    assert case.tasks == ['late']


def test_a_step_may_have_others_behind_it_and_be_a_subprocess() -> None:
    steps = 'sub b {\nstart i\nuser c\nend j\ni -> c -> j\n}\nuser d\na -> d\n'
    case = Case(program(LIST.format(more='ordering=Sequential').replace('user b\n', steps)), {'enough': None})
    pick(case, 'a')
    case.do('a')
    assert case.tasks == ['d']
    case.do('d')
    pick(case, 'b')
    case.do('c', enough=True)
    assert case.tasks == ['z']


def test_a_condition_that_has_no_truth_is_an_incident_of_the_step() -> None:
    case = Case(program(LIST.format(more='').replace('enough_=_true', '1')))
    pick(case, 'a')
    assert [one.element for one in case.do('a').failed] == ['a']


def test_a_pick_list_is_carried_to_another_version() -> None:
    old, new = program(LIST.format(more='')), program(LIST.format(more='').replace('user b', 'user b\nuser c'))
    case = Case(old)
    pick(case, 'a')
    placed = place(case.blob, old, new, FakeHost(), Wanted())
    assert not placed.blocked
    case.program, case.blob = new, placed.run.dump()
    pick(case, 'c')
    assert sorted(case.tasks) == ['a', 'c', 'x_pick']


@pytest.mark.parametrize(
    'change',
    [
        (' enough=enough_=_true', ''),
        ('user b', 'start i\nuser b\ni -> b'),
        ('user b', 'user b\nxor g\na -> g -> b'),
        ('user b', 'user b\nuser c\na -> b\na -> c'),
        (' {\n', ' ordering=Whenever {\n'),
    ],
)
def test_what_is_no_list_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(Undeployable):
        program(LIST.format(more='').replace(*change))
