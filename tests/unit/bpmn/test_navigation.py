"""One module knows where a token can go; what it says covers what runs do."""

from __future__ import annotations

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, program, sketch
from unit.bpmn_run.test_run_walks import Drawing, act, check_bookkeeping
from unit.house.test_rules_of_the_code import modules

from engine.bpmn.model import Diagram
from engine.bpmn.navigation import Navigation, begins, entries, joins_by, reached
from engine.bpmn.read import read_diagram

HOME = 'engine/bpmn/navigation.py'
ROOMS = ('engine/bpmn', 'engine/moving', 'engine/core', 'tasks', 'web')
DRAWN = ('engine/bpmn/draw', 'engine/bpmn/read', 'engine/bpmn/compare')
FLOWS = {'outgoing', 'incoming', 'target', 'source', 'attached_to', 'boundary_events', 'inside', 'out', 'into'}


def drawn(text: str) -> Diagram:
    return read_diagram(sketch(text), 'process.bpmn')


def grows(function: ast.AST) -> bool:
    """Whether a function goes through a list that grows on the way."""
    for loop in [node for node in ast.walk(function) if isinstance(node, ast.While | ast.For)]:
        over = ast.unparse(loop.test if isinstance(loop, ast.While) else loop.iter)
        calls = [node.func for part in loop.body for node in ast.walk(part) if isinstance(node, ast.Call)]
        if any(isinstance(call, ast.Attribute) and call.attr in ('append', 'extend') and ast.unparse(call.value) == over for call in calls):
            return True
    return False


def test_only_one_module_goes_along_flows() -> None:
    """H-22: the check, the builder and the mover ask; a drawing is laid out, not gone through."""
    found = [
        f'{path}:{node.lineno} {node.name}'
        for path, _, tree in modules()
        if path != HOME and path.startswith(ROOMS) and not path.startswith(DRAWN)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and grows(node)
        and FLOWS & {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    ]
    assert found == []


def test_the_questions_of_navigation_have_one_home() -> None:
    """H-22: a name like these defined elsewhere is a second home."""
    (home,) = [tree for path, _, tree in modules() if path == HOME]
    names = {node.name for node in ast.walk(home) if isinstance(node, ast.FunctionDef) and not node.name.startswith('_')}
    assert {'entries', 'begins', 'is_link', 'link_partners', 'ancestors', 'successors', 'followers', 'reached', 'joins_by'} <= names
    others = [
        f'{path} {node.name}'
        for path, _, tree in modules()
        if path.startswith(('engine/bpmn/', 'engine/moving/')) and path != HOME
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in names - {'inside', 'trigger', 'waits'}
    ]
    assert others == []


NESTED = """
start s
sub p {
start s2
user a
end e2
s2 -> a -> e2
}
on p message early text=m
on! p timer late
user c
end e
s -> p -> c -> e
early -> c
"""
HANDLED = """
start s
sub p {
start s2
user a
end e2
s2 -> a -> e2
sub h triggeredByEvent=true {
start hs message text=m
user hu
end he
hs -> hu -> he
}
}
user c
end e
s -> p -> c -> e
"""
DEEP = 'start s\nsub p {\nstart s2\nsub q {\nstart s3\nuser a\nend e3\ns3 -> a -> e3\n}\ns2 -> q\n}\nuser c\nend e\ns -> p -> c -> e'
LINKED = 'start s\nthrow t link text=L\ncatch l link text=L\ncatch other link text=M\nuser a\nend e\ns -> t\nl -> a -> e\nother -> a'


@pytest.mark.parametrize(
    ('text', 'at', 'following'),
    [
        (NESTED, 's', {'p'}),
        (NESTED, 'p', {'s2', 'early', 'late'}),
        (NESTED, 'a', {'e2', 'early', 'late'}),  # at any moment the subprocess is interrupted
        (NESTED, 'e2', {'c', 'early', 'late'}),
        (NESTED, 'late', set()),  # a reminder ends nothing
        (HANDLED, 'a', {'e2', 'h'}),
        (HANDLED, 'h', {'hs'}),
        (HANDLED, 'he', {'c'}),  # the scope around may be over with it
        (HANDLED, 'c', {'e'}),
        (DEEP, 'e3', {'c'}),
        (LINKED, 't', {'l'}),
        (LINKED.replace('link text=L', 'link text='), 't', set()),  # without a name it is paired with nothing
    ],
)
def test_where_a_token_can_be_next(text: str, at: str, following: set[str]) -> None:
    """H-22: one answer for the check, the builder and the mover."""
    diagram = drawn(text)
    assert {one.id for one in Navigation([diagram]).followers(diagram.elements[at])} == following


def test_a_scope_begins_at_its_plain_start_and_may_begin_at_every_start() -> None:
    """H-22: of several starts the builder took the plain one, the token game the first."""
    diagram = drawn('start m message text=m\nstart s\nuser a\nend e\nm -> a\ns -> a -> e')
    assert [one.id for one in entries(diagram, 'P')] == ['m', 's']
    assert [one.id for one in begins(diagram, 'P')] == ['s']


def test_a_called_process_is_gone_through_and_left() -> None:
    """H-22: the mover goes through called processes, the check judges each by itself."""
    made = program('start s\ncall c called=Q\nuser a\nend e\ns -> c -> a -> e', 'start qs\nuser q\nend qe\nqs -> q -> qe')
    whole, alone = made.navigation, Navigation(made.diagrams.values())
    assert set(reached([made.element('q')], whole.followers)) == {'q', 'qe', 'a', 'e'}
    assert set(reached([made.element('s')], whole.followers)) == {'s', 'c', 'qs', 'q', 'qe', 'a', 'e'}
    assert set(reached([made.element('s')], alone.followers)) == {'s', 'c', 'a', 'e'}


def test_an_inclusive_join_is_reached_by_flows_links_and_boundary_events_not_through_itself() -> None:
    diagram = drawn('start s\nor f\nuser a\non a timer t\nuser b\nor j\nend e\ns -> f\nf -> a ? x\nf => b\na -> j\nt -> b -> j\nj -> f')
    assert joins_by(diagram, diagram.elements['j']) == {
        'a': {'a_j', 'b_j'},
        't': {'b_j'},
        'b': {'b_j'},
        'f': {'a_j', 'b_j'},
        's': {'a_j', 'b_j'},
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_whatever_a_run_comes_to_lay_ahead_of_it(data: st.DataObject) -> None:
    """H-22: the reach that check and mover go by covers everything the program does."""
    drawing = Drawing(data)
    start = drawing.new('start')
    drawing.flow(drawing.blocks(start, 0), drawing.new('end'))
    made = program('\n'.join(drawing.lines))
    case = Case(made, {'x': data.draw(st.integers(0, 3)), 'n': 0, 'people': ['甲', '乙'][: data.draw(st.integers(0, 2))]})
    for _ in range(30):
        open_, waiting = check_bookkeeping(case.history)
        if case.ended:
            break
        choices = [(task.token, 'complete') for each in case.history for task in each.user_tasks if task.token in open_]
        choices += [(one.token, 'fire') for each in case.history for one in each.armed if one.token in waiting]
        choices += [(one.token, 'deliver') for each in case.history for one in each.awaited if one.token in waiting]
        here = [made.element(element) for element in case.here]
        token, verb = data.draw(st.sampled_from(choices))
        act(case, verb, token, {'x': data.draw(st.integers(0, 3))})
        came_to = {one.element for one in (*case.last.passed, *case.last.opened, *case.last.armed)}
        assert came_to <= set(reached(here, made.navigation.followers))
