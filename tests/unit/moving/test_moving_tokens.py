"""Leaving a step and beginning another: the diagram goes on from there, and nothing is decided by it."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.moving import Past, Wanted, place, places

LINE = """
start s milestone=received
user check
user audit
user decide milestone=decided
user deliver milestone=delivered
end e
s -> check -> audit -> decide -> deliver -> e
"""


def go(
    case: Case, *leave: str, begin: str, reached: Collection[str] = (), visited: Collection[str] = (), deciding: Collection[str] = ()
) -> list[str]:
    """Move; the codes found. The case goes on when nothing blocks."""
    past = Past(reached, visited, lambda one: one.id in deciding)
    found = place(case.blob, case.program, case.program, FakeHost(), Wanted(leave=leave, begin=begin), past=past)
    if found.run is not None:
        case.run = found.run
        case._done()
    return [one.code for one in found.findings]


def test_back_to_an_earlier_step() -> None:
    case = Case(program(LINE), {'n': 1})
    case.do('check', n=2)
    assert go(case, 'audit', begin='check', reached={'received'}) == []
    assert (case.here, case.variables) == (['check'], {'n': 2})
    assert [(one.element, one.how) for one in case.last.closed] == [('audit', 'cancelled')]
    case.do('check')
    assert case.here == ['audit']


def test_forward_past_a_step_that_decides_nothing() -> None:
    case = Case(program(LINE))
    assert go(case, 'check', begin='decide', reached={'received'}) == []
    assert case.here == ['decide']


@pytest.mark.parametrize('here', ['check', 'audit', 'decide'])
def test_never_past_the_decision(here: str) -> None:
    case = Case(program(LINE))
    for step in ('check', 'audit'):
        if case.here != [here]:
            case.do(step)
    assert go(case, here, begin='deliver', reached={'received'}) == ['decides']
    assert case.here == [here]


def test_never_past_a_step_of_a_window_that_decides() -> None:
    case = Case(program(LINE))
    assert go(case, 'check', begin='decide', reached={'received'}, deciding={'audit'}) == ['decides']


def test_never_back_before_a_milestone_that_was_reached() -> None:
    case = Case(program(LINE))
    for step in ('check', 'audit', 'decide'):
        case.do(step)
    assert go(case, 'deliver', begin='audit', reached={'received', 'decided'}) == ['milestone_again']


def test_an_acceptance_is_not_made_by_a_move() -> None:
    case = Case(program('start s\nuser a\nthrow m milestone=accepted\nuser b\nend e\ns -> a -> m -> b -> e'))
    assert go(case, 'a', begin='m') == ['would_reach']
    assert go(case, 'a', begin='b') == ['skips_milestone']


@pytest.mark.parametrize('begin', ['e', 's', 'nowhere'])
def test_only_on_an_element_a_token_can_be_put_on(begin: str) -> None:
    case = Case(program(LINE))
    assert go(case, 'check', begin=begin) == ['no_such_target' if begin == 'nowhere' else 'not_enterable']


NESTED = """
start s
sub p {
start s2
user a
user b
end e2
s2 -> a -> b -> e2
}
on p timer late
user c
end e
end f
s -> p -> c -> e
late -> f
"""


def test_within_a_subprocess_its_timers_stay() -> None:
    case = Case(program(NESTED))
    case.do('a')
    assert go(case, 'b', begin='a') == []
    assert (case.last.armed, case.last.disarmed) == ([], [])
    case.do('a')
    case.do('b')
    assert case.here == ['c']


def test_out_of_a_subprocess_and_back_into_it() -> None:
    case = Case(program(NESTED), {'n': 1})
    case.do('a', n=2)
    assert go(case, 'b', begin='c') == ['subprocess_left']
    assert (case.here, case.variables) == (['c'], {'n': 2})
    assert len(case.last.disarmed) == 1
    assert go(case, 'c', begin='b') == ['subprocess_entered']
    assert case.here == ['p', 'b']
    assert [one.element for one in case.last.armed] == ['late']
    case.do('b')
    case.do('c')
    assert case.ended == 'completed'


FORK = 'start s\nand f\nuser a\nuser a2\nuser b\nand j\nuser c\nend e\ns -> f -> a -> a2 -> j\nf -> b -> j -> c -> e'


def test_one_branch_moves_and_the_other_stays() -> None:
    case = Case(program(FORK))
    case.do('a')
    assert go(case, 'a2', begin='a') == []
    assert sorted(case.here) == ['a', 'b']


def test_leaving_one_branch_for_good_would_leave_the_join_waiting() -> None:
    case = Case(program(FORK))
    assert go(case, 'a', begin='c') == ['never_ends']
    assert sorted(case.here) == ['a', 'b']
    assert go(case, 'a', 'b', begin='c') == []
    assert case.here == ['c']


def test_several_instances_are_left_together() -> None:
    case = Case(program('start s\nuser m each=people as=who\nuser n\nend e\ns -> m -> n -> e'), {'people': ['x', 'y']})
    (only,) = places(case.blob, case.program, FakeHost())
    assert (only.element, only.name) == ('m', '')
    assert go(case, 'm', begin='n') == []
    assert case.here == ['n']


def test_a_failed_step_can_be_left() -> None:
    case = Case(program('start s\nuser a\nxor g\nend e\nend f\ns -> a -> g\ng -> e ? missing\ng -> f ? missing'))
    case.do('a')
    assert [one.element for one in case.last.failed] == ['g']
    assert go(case, 'g', begin='a') == []
    assert case.here == ['a']


DECIDED_INSIDE = """
start s
sub p {
start s2
user a
user b milestone=decided
end e2
s2 -> a -> b -> e2
}
on p timer late
user c
user d
end e
end f
s -> p -> c -> d -> e
late -> d
d -> f
"""


def test_never_past_a_decision_inside_a_subprocess_not_even_by_what_silence_would_do() -> None:
    case = Case(program(DECIDED_INSIDE))
    assert go(case, 'a', begin='c') == ['decides']
    assert go(case, 'a', begin='d') == ['decides']
    assert go(case, 'a', begin='b') == []
    assert case.here == ['p', 'b']


def test_a_second_token_is_not_put_behind_the_decision_either() -> None:
    case = Case(program(LINE))
    assert go(case, begin='deliver', reached={'received'}) == ['decides']
    assert case.here == ['check']


ASIDE = """
start s milestone=received
user check
on! check timer late text=PT1H
user watch
end e2
late -> watch -> e2
user decide milestone=decided
user deliver
end e
s -> check -> decide -> deliver -> e
"""


def test_leaving_a_side_branch_opens_no_way_past_the_decision() -> None:
    case = Case(program(ASIDE))
    case.fire('late')
    assert go(case, 'watch', begin='deliver', reached={'received'}) == ['decides']
    assert go(case, 'watch', begin='check', reached={'received'}) == []


REFUSED = """
start s
user decide milestone=decided
xor x
user licence
user refusal
end e
end f
s -> decide -> x
x -> licence ? granted
licence -> e
x => refusal
refusal -> f
"""


def test_who_was_refused_is_not_put_on_the_way_of_the_granted() -> None:
    case = Case(program(REFUSED), {'granted': False})
    case.do('decide')
    assert case.here == ['refusal']
    assert go(case, 'refusal', begin='licence', reached={'decided'}) == ['decides']
    assert go(case, 'refusal', begin='licence', reached={'decided'}, visited={'licence'}) == []


BEFORE_AND_AFTER = """
start s
user first
sub p {
start s2
user a
user d milestone=decided
end e2
s2 -> a -> d -> e2
}
user last
end e
s -> first -> p -> last -> e
"""


@pytest.mark.parametrize('leave', [['first'], ['p'], ['a'], ['p', 'a']])
def test_a_subprocess_that_decides_is_not_passed_as_a_whole(leave: list[str]) -> None:
    case = Case(program(BEFORE_AND_AFTER))
    if 'first' not in leave:
        case.do('first')
    assert go(case, *leave, begin='last') == ['decides']
