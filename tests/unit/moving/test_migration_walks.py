"""Random walks over random diagrams: a case that goes to another version again and again does what one does that stays."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, FakeHost, program
from unit.bpmn_run.test_run_walks import Drawing, act, check_bookkeeping

from engine.bpmn.moving import Wanted, place
from engine.bpmn.program import Program

_ID = re.compile(r'\b([a-z]+\d+)\b')


def migrate(case: Case, new: Program, mapping: dict[str, str]) -> None:
    found = place(case.blob, case.program, new, FakeHost(), Wanted(mapping=mapping))
    assert found.run is not None, [one.en for one in found.findings]
    assert (found.changes.armed, found.changes.awaited, found.changes.disarmed, found.changes.unawaited) == ([], [], [], [])
    assert (found.changes.opened, found.changes.closed) == ([], [])
    case.program, case.blob = new, found.run.dump()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_a_case_that_migrates_behaves_like_one_that_stays(data: st.DataObject) -> None:
    drawing = Drawing(data)
    start = drawing.new('start')
    drawing.flow(drawing.blocks(start, 0), drawing.new('end'))
    text = '\n'.join(drawing.lines)
    names = set(_ID.findall(text))
    there = {name: f'{name}v' for name in names}
    old, same, renamed = program(text), program(text), program(_ID.sub(r'\1v', text))
    variables = {'x': data.draw(st.integers(0, 3)), 'n': 0, 'people': ['甲', '乙'][: data.draw(st.integers(0, 2))]}
    stays, moves = Case(old, variables), Case(old, variables)
    for turn in range(40):
        where = data.draw(st.sampled_from(['stay', 'same', 'other', 'other']))
        if where == 'same' and moves.program is not renamed and not stays.ended:
            migrate(moves, same if moves.program is old else old, {})
        elif where == 'other' and not stays.ended:
            back = moves.program is renamed
            migrate(moves, old if back else renamed, {new: was for was, new in there.items()} if back else there)
        open_, waiting = check_bookkeeping(stays.history)
        assert moves.ended == stays.ended
        if stays.ended:
            break
        choices = [(task.token, 'complete') for each in stays.history for task in each.user_tasks if task.token in open_]
        choices += [(one.token, 'fire') for each in stays.history for one in each.armed if one.token in waiting]
        choices += [(one.token, 'deliver') for each in stays.history for one in each.awaited if one.token in waiting]
        token, verb = data.draw(st.sampled_from(choices))
        written = {'x': data.draw(st.integers(0, 3)), f'v{turn % 5}': turn}
        for case in (stays, moves):
            act(case, verb, token, written)
        mapped = there if moves.program is renamed else {}
        assert moves.here == [mapped.get(element, element) for element in stays.here]
        assert {one.token for one in moves.last.armed} == {one.token for one in stays.last.armed}
    assert moves.variables == stays.variables


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from('abcdefgh'), min_size=1, max_size=6, unique=True), st.permutations('abcdefgh'), st.integers(0, 5))
def test_any_mapping_of_steps_puts_the_case_where_it_says(steps: list[str], names: list[str], done: int) -> None:
    mapping = dict(zip('abcdefgh', names, strict=True))

    def line(ids: list[str]) -> str:
        return 'start s\n' + ''.join(f'user {one}\n' for one in ids) + 'end z\n' + ' -> '.join(['s', *ids, 'z'])

    case = Case(program(line(steps)))
    for step in steps[: min(done, len(steps) - 1)]:
        case.do(step)
    (here,) = case.here
    migrate(case, program(line([mapping[one] for one in steps])), {one: mapping[one] for one in steps})
    assert case.here == [mapping[here]]
