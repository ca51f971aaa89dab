"""A migration and a move are one act: where two engines once answered differently, there is one answer (H-17, H-47)."""

from __future__ import annotations

import ast

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program
from unit.house.test_rules_of_the_code import modules

from engine.bpmn.moving import Past, Wanted, place
from engine.bpmn.program import Program


def codes(case: Case, wanted: Wanted, new: Program | None = None, past: Past | None = None) -> list[str]:
    found = place(case.blob, case.program, new or case.program, FakeHost(), wanted, past=past or Past())
    return [one.code for one in found.findings]


def test_tokens_are_placed_by_one_function_for_dry_run_and_carrying_out() -> None:
    """H-47: one placement, one assessment; `assess` and `carry_out` both ask it."""

    def callers(name: str) -> list[str]:
        return [
            f'{path} {function.name}'
            for path, _, tree in modules()
            if path.startswith('engine/')
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name
        ]

    assert callers('place') == ['engine/moving/assessing.py assessed']
    assert callers('assessed') == ['engine/moving/placing.py assess', 'engine/moving/placing.py carry_out']
    assert callers('Carrying') == ['engine/bpmn/moving/placing.py place']


TWO = 'start s\nuser a\nuser b\nuser d milestone=decided\nuser g\nend e\ns -> a -> b -> d -> g -> e'


@pytest.mark.parametrize(('there', 'expected'), [('b', []), ('d', []), ('g', ['decides'])])
def test_a_step_mapped_to_another_is_judged_as_one_that_is_left_for_it(there: str, expected: list[str]) -> None:
    """H-17: what a move may not pass over, no mapping passes over either."""
    case, same = Case(program(TWO)), program(TWO)
    assert codes(case, Wanted(leave=['a'], begin=there)) == expected
    mapped = codes(case, Wanted(mapping={'a': there}), same)
    assert [code for code in mapped if code != 'renamed'] == expected


AUTOMATIC = """
start s
user a
service broken topic=x
throw link1 link text=L
catch link2 link text=L
throw m milestone=accepted
user b
end e
s -> a -> broken -> link1
link2 -> m -> b -> e
"""


def test_a_link_holds_nobody_up() -> None:
    """H-17: behind a link event the case goes on by itself, so a milestone there would be reached by the move."""
    assert codes(Case(program(AUTOMATIC)), Wanted(leave=['a'], begin='link2')) == ['would_reach']


def test_what_an_error_leads_to_may_be_reached_by_the_act_itself() -> None:
    """H-17: a service that fails as it is drawn goes on by its boundary event, before anybody is asked."""
    text = 'start s\nuser a\nservice w topic=x\non w error oops text=E\nthrow m milestone=accepted\nuser b\nuser c\nend e\n'
    case = Case(program(text + 's -> a -> c -> w -> b -> e\noops -> m -> b'))
    assert codes(case, Wanted(leave=['a'], begin='w')) == ['would_reach']


FAILING = 'start s\nxor g\nthrow m milestone=accepted\nuser b\nend e\ns -> g\ng -> b ? missing\ng -> m ? missing\nm -> b -> e'


def test_a_failed_step_reaches_no_milestone_by_a_mapping() -> None:
    """H-17: it goes on as soon as it is tried again, wherever it was mapped to."""
    text = FAILING.replace('s -> g\n', 'xor h\ns -> h\nh -> g ? missing\nh => g\n')
    case = Case(program(text.replace('h => g', 'h -> b ? missing')))
    assert [one.element for one in case.last.failed] == ['h']
    assert 'would_reach' in codes(case, Wanted(mapping={'h': 'g'}), program(text))


@pytest.mark.parametrize(
    ('text', 'leave', 'begin', 'expected'),
    [
        ('start s\nuser a\nnone n\nend e\ns -> a -> n -> e', ['a'], 'n', ['would_end']),
        ('start s\nand f\nuser a\nuser b\nnone n\nend e\nend e2\ns -> f -> a -> n -> e\nf -> b -> e2', ['a'], 'n', []),
        ('start s\nand f\nuser a\nuser b\nnone n\nend e\nend e2\ns -> f -> a -> n -> e\nf -> b -> e2', ['a', 'b'], 'n', ['would_end']),
        ('start s\nsub p {\nstart s2\nuser a\nnone n\nend e2\ns2 -> a -> n -> e2\n}\nuser b\nend e\ns -> p -> b -> e', ['a'], 'n', []),
        ('start s\nsub p {\nstart s2\nuser a\nnone n\nend e2\ns2 -> a -> n -> e2\n}\nend e\ns -> p -> e', ['a'], 'n', ['would_end']),
    ],
    ids=['alone', 'beside another', 'the last two', 'goes on after the subprocess', 'ends with the subprocess'],
)
def test_the_dry_run_knows_that_a_move_would_end_the_case(text: str, leave: list[str], begin: str, expected: list[str]) -> None:
    """H-47: the carrying out refused what the dry run had allowed."""
    assert codes(Case(program(text)), Wanted(leave=leave, begin=begin)) == expected


def test_only_a_place_can_be_left() -> None:
    """H-17: what waits beside an activity and one instance of several are no places, by whatever name they are asked for."""
    case = Case(
        program('start s\nuser m each=people as=who\non m timer t\nuser n\nend e\ns -> m -> n -> e\nt -> e'), {'people': ['x', 'y']}
    )
    instance, timer = case.token('user_tasks', 'm'), case.token('armed', 't')
    for token in (instance, timer, 't', 'nothing'):
        assert codes(case, Wanted(leave=[token], begin='n')) == ['no_such_place']
    assert codes(case, Wanted(leave=['m'], begin='n')) == []
