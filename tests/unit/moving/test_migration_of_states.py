"""The state of a running case on another diagram: every token finds its element, or a sentence says why it cannot."""

from __future__ import annotations

from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.moving import Placed, Wanted, place
from engine.bpmn.program import Program

LINE = """
start s
user a
user b
end e
s -> a -> b -> e
"""


def to(case: Case, new: Program, timers: dict[str, str] | None = None, **mapping: str) -> Placed:
    return place(case.blob, case.program, new, FakeHost(), Wanted(mapping=mapping, timers=timers or {}))


def codes(found: Placed) -> list[str]:
    return [one.code for one in found.findings]


def go_on(case: Case, found: Placed, new: Program) -> Case:
    assert found.run is not None, [one.zh for one in found.findings]
    case.program, case.blob = new, found.run.dump()
    case.history.append(found.changes)
    return case


def test_a_case_goes_on_in_the_new_version_from_the_step_it_is_on() -> None:
    case = Case(program(LINE))
    new = program(LINE.replace('user b', 'user b\nuser c').replace('a -> b', 'a -> c -> b'))
    found = to(case, new)
    assert (codes(found), found.changes.user_tasks, found.changes.closed) == ([], [], [])
    go_on(case, found, new)
    assert case.here == ['a']
    case.do('a')
    assert case.here == ['c']  # SpiffWorkflow, with a mask that resets nothing, skips it
    case.do('c')
    case.do('b')
    assert case.ended == 'completed'


def test_names_lanes_and_documentation_never_block() -> None:
    case = Case(program(LINE))
    assert codes(to(case, program(LINE.replace('user a', 'user a name=甲').replace('user b', 'user b name=乙')))) == []


def test_a_step_that_is_gone_blocks_until_it_is_mapped() -> None:
    case = Case(program(LINE))
    new = program('start s\nuser x\nuser b\nend e\ns -> x -> b -> e')
    found = to(case, new)
    assert codes(found) == ['element_missing']
    assert '停在“a”' in found.findings[0].zh
    assert found.run is None
    found = to(case, new, a='x')
    assert codes(found) == ['renamed']
    go_on(case, found, new)
    assert case.here == ['x']


def test_a_step_of_another_kind_blocks() -> None:
    case = Case(program(LINE))
    found = to(case, program(LINE.replace('user a', 'receive a message=m')))
    assert codes(found) == ['kind_differs']
    assert '用户任务' in found.findings[0].zh
    assert '接收任务' in found.findings[0].zh


def test_moving_into_or_out_of_a_subprocess_blocks() -> None:
    inside = 'start s\nsub p {\nstart s2\nuser a\nend e2\ns2 -> a -> e2\n}\nuser b\nend e\ns -> p -> b -> e'
    assert codes(to(Case(program(LINE)), program(inside))) == ['scope_differs']
    assert codes(to(Case(program(inside)), program(LINE))) == ['element_missing', 'scope_differs'][:1]


def test_a_case_inside_a_subprocess_stays_inside() -> None:
    inside = 'start s\nsub p {\nstart s2\nuser a\nend e2\ns2 -> a -> e2\n}\nuser b\nend e\ns -> p -> b -> e'
    case = Case(program(inside), {'n': 1})
    revised = inside.replace('user a', 'user a\nuser a2').replace('a -> e2', 'a -> a2 -> e2')
    new = program(revised.replace('sub p', 'sub q').replace('p ->', 'q ->').replace('-> p', '-> q'))
    go_on(case, to(case, new, p='q'), new)
    case.do('a', n=2)
    case.do('a2')
    assert (case.here, case.variables) == (['b'], {'n': 2})


LATE = LINE + 'on a timer late text=PT5H\nend z\nlate -> z\n'


def test_a_boundary_timer_carries_over_with_its_token_and_its_limit() -> None:
    case = Case(program(LATE))
    token = case.token('armed', 'late')
    new = program(LATE.replace('PT5H', 'PT9H'))
    found = to(case, new)
    assert codes(found) == ['limit_kept']
    assert (found.changes.armed, found.changes.disarmed) == ([], [])
    assert found.carried[token].limit is None
    go_on(case, found, new).fire('late')
    assert case.ended == 'completed'


def test_a_new_limit_or_a_restart_is_said() -> None:
    case = Case(program(LATE))
    new = program(LATE.replace('PT5H', 'PT9H'))
    token = case.token('armed', 'late')
    relimited, restarted = to(case, new, {'*': 'relimit'}), to(case, new, {'late': 'restart'})
    assert (codes(relimited), relimited.carried[token].limit) == (['limit_changed'], 'PT9H')
    assert (codes(restarted), restarted.carried[token].choice) == (['timer_restarted'], 'restart')


def test_a_boundary_timer_that_is_new_on_the_step_begins_to_wait() -> None:
    case = Case(program(LINE))
    new = program(LATE)
    found = to(case, new)
    assert codes(found) == ['boundary_added']
    assert [(one.element, one.limit, one.host) for one in found.changes.armed] == [('late', 'PT5H', case.token('user_tasks', 'a'))]
    go_on(case, found, new).fire('late')
    assert case.ended == 'completed'


def test_a_boundary_timer_that_has_fired_does_not_wait_again() -> None:
    loud = LATE.replace('on a', 'on! a')
    case = Case(program(loud))
    case.fire('late')
    found = to(case, program(loud))
    assert (codes(found), found.changes.armed) == ([], [])


def test_a_boundary_timer_that_is_gone_no_longer_waits() -> None:
    case = Case(program(LATE))
    token = case.token('armed', 'late')
    new = program(LINE)
    found = to(case, new)
    assert (codes(found), found.changes.disarmed) == (['boundary_removed'], [token])
    go_on(case, found, new).do('a')
    assert case.here == ['b']


def test_a_message_is_awaited_under_its_new_name() -> None:
    old = program('start s\nreceive r message=alt\nend e\ns -> r -> e')
    new = program('start s\nreceive r message=neu\nend e\ns -> r -> e')
    found = to(Case(old), new)
    assert codes(found) == ['name_changed']


EACH = 'start s\nuser m each=people as=who\nend e\ns -> m -> e'


def test_several_instances_carry_over_with_their_figures() -> None:
    case = Case(program(EACH), {'people': ['x', 'y', 'z']})
    case.do('m')
    new = program(EACH.replace('user m', 'user m name=会签'))
    go_on(case, to(case, new), new)
    case.do('m')
    assert case.ended is None
    case.do('m')
    assert case.ended == 'completed'


def test_other_settings_of_several_instances_block() -> None:
    case = Case(program(EACH), {'people': ['x', 'y']})
    assert codes(to(case, program(EACH + '\n'))) == []
    for other in (
        EACH.replace('each=people as=who', 'each=people as=who sequential=1'),
        EACH.replace('each=people as=who', ''),
        EACH.replace('each=people', 'each=others'),
    ):
        assert codes(to(case, program(other))) == ['loop_differs']


FORK = """
start s
and f
user a
user b
and j
user c
end e
s -> f -> a -> j
f -> b -> j -> c -> e
"""


def test_a_join_that_would_wait_for_ever_blocks() -> None:
    case = Case(program(FORK))
    more = FORK + 'user d\nf -> d -> j\n'
    found = to(case, program(more))
    assert codes(found) == ['never_ends']
    assert '“j”' in found.findings[0].zh


def test_a_join_with_nothing_left_to_wait_for_blocks() -> None:
    case = Case(program(FORK))
    case.do('a')
    less = 'start s\nuser b\nuser a\nand j\nuser c\nend e\ns -> b -> a -> j -> c -> e'
    assert 'join_would_open' in codes(to(case, program(less)))


def test_a_token_at_a_join_keeps_its_flow() -> None:
    case = Case(program(FORK))
    case.do('a')
    new = program(FORK.replace('user c', 'user c name=汇总'))
    go_on(case, to(case, new), new)
    case.do('b')
    assert case.here == ['c']


def test_an_event_based_gateway_waits_for_what_the_new_version_offers() -> None:
    race = 'start s\nrace g\ncatch m message text=m\ncatch t timer text=PT1H\nend e\nend f\ns -> g -> m -> e\ng -> t -> f'
    case = Case(program(race))
    new = program(race.replace('catch t timer text=PT1H', 'catch n message text=n').replace('t -> f', 'n -> f').replace('g -> t', 'g -> n'))
    found = to(case, new)
    assert sorted(codes(found)) == ['event_added', 'event_removed']
    go_on(case, found, new).deliver('n')
    assert case.ended == 'completed'


def test_event_subprocesses_of_the_new_version_stand_by() -> None:
    handled = LINE + 'sub h triggeredByEvent=true {\nstart hs message text=m\nuser hu\nend he\nhs -> hu -> he\n}\n'
    case = Case(program(LINE))
    new = program(handled)
    found = to(case, new)
    assert codes(found) == ['event_added']
    go_on(case, found, new).deliver('hs')
    assert case.here == ['h', 'hu']


def test_a_failed_step_is_tried_again_in_the_new_version() -> None:
    case = Case(program('start s\nxor g\nend e\nend f\ns -> g\ng -> e ? missing\ng -> f ? missing'))
    token = next(one.token for each in case.history for one in each.failed)
    new = program('start s\nxor g\nend e\nend f\ns -> g\ng -> e ? 1 = 1\ng => f')
    go_on(case, to(case, new), new)
    case.verb(lambda run: run.retry(token))
    assert case.ended == 'completed'
