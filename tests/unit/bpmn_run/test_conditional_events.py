"""Conditional events as BPMN 2.0.2 §10.5.5 has them: they happen when their condition becomes true, whoever made it so (D-11)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.run import BpmnError
from engine.feel import FeelError

INSIDE = "start i; script one script='first = 1'; script two script='second = 1'; end j; i -> one -> two -> j"


def _case(text: str, variables: Mapping[str, Any] | None = None, host: FakeHost | None = None) -> Case:
    return Case(program(text.replace('; ', '\n')), variables, host)


def _bounded(inside: str, condition: str, *, on: str) -> str:
    return (
        f"start s; sub p {{; {inside}; }}; {on} p conditional k text={condition}; script h script='third = 1'; "
        f'end e; end x; s -> p -> e; k -> h -> x'
    )


def _handled(inside: str, condition: str, interrupting: bool) -> str:
    handler = (
        f'sub w triggeredByEvent=true {{; start c conditional text={condition} isInterrupting={str(interrupting).lower()}; '
        f"script h script='third = 1'; end g; c -> h -> g; }}"
    )
    return f'start s; sub p {{; {inside}; {handler}; }}; end e; s -> p -> e'


@pytest.mark.parametrize(
    ('text', 'made'),
    [
        (_bounded(INSIDE, 'ready', on='on!'), {'first', 'second', 'third'}),
        (_bounded(INSIDE, 'ready', on='on'), {'third'}),
        (_handled(INSIDE, 'ready', interrupting=False), {'first', 'second', 'third'}),
        (_handled(INSIDE, 'ready', interrupting=True), {'third'}),
    ],
)
def test_an_event_whose_condition_holds_from_the_start_happens_when_its_scope_begins(text: str, made: set[str]) -> None:
    """D-11: an interrupting one takes the place of the inside, another one runs beside it."""
    case = _case(text, {'ready': True})
    assert {name for name in ('first', 'second', 'third') if name in case.variables} == made
    assert case.ended == 'completed'


@pytest.mark.parametrize('kind', ['user a', "script a script='first = 1'", 'service a topic=work'])
def test_what_an_interrupting_event_bounds_does_not_begin_where_its_condition_holds(kind: str) -> None:
    """D-11: no handler is called and no clerk is asked for an activity whose place the event has taken."""
    host = FakeHost()
    case = _case(f'start s; {kind}; on a conditional k text=ready; user h; end e; s -> a -> e; k -> h -> e', {'ready': True}, host)
    assert (case.tasks, host.calls, 'first' in case.variables) == (['h'], [], False)


@pytest.mark.parametrize('how', ['on', 'on!'])
def test_a_condition_that_holds_only_in_between_is_met(how: str) -> None:
    """D-11: it is asked after each write, not only when nothing moves any more."""
    inside = "start i; script one script='flag = true'; script two script='flag = false'; user a; end j; i -> one -> two -> a -> j"
    case = _case(_bounded(inside, 'flag', on=how))
    assert case.variables['third'] == 1
    assert case.variables['flag'] is (how == 'on')
    assert case.tasks == ([] if how == 'on' else ['a'])


WRITERS = {
    'form': 'user w; user z; s -> f; w -> z -> e',
    'script': "user w; script q script='flag = true'; script r script='flag = false'; user z; w -> q -> r -> z -> e",
    'handler': 'user w; service q topic=yes; service r topic=no; user z; w -> q -> r -> z -> e',
    'message': 'catch w message text=M; user z; w -> z -> e',
    'mapping': "user w; none q out.flag=${true}; script r script='flag = false'; user z; w -> q -> r -> z -> e",
    'call': 'user w; call q called=Q take.flag=told; service r topic=no; user z; w -> q -> r -> z -> e',
}


@pytest.mark.parametrize('writer', WRITERS)
@pytest.mark.parametrize('waits', ['catch', 'boundary', 'handler'])
def test_whatever_writes_makes_a_condition_true(writer: str, waits: str) -> None:
    """D-11: form, script, handler, message, mapping and called process are all writers."""
    waiting = {
        'catch': 'catch k conditional text=flag; f -> k; k -> h',
        'boundary': 'user b; on b conditional k text=flag; f -> b -> e; k -> h',
        'handler': 'sub p {; start i; user b; end j; i -> b -> j; sub w0 triggeredByEvent=true {; '
        'start c conditional text=flag; none d; end g; c -> d -> g; }; }; f -> p; p -> h',
    }[waits]
    text = f'start s; and f; {WRITERS[writer].replace("s -> f; ", "")}; user h; end e; {waiting}; s -> f; f -> w; h -> e'
    host = FakeHost({'yes': lambda _: {'flag': True}, 'no': lambda _: {'flag': False}})
    called = "start s\nscript t script='told = true'\nend e\ns -> t -> e"
    case = Case(program(text.replace('; ', '\n'), called), {'flag': False}, host)
    assert 'h' not in case.tasks
    if writer == 'message':
        case.deliver('w', flag=True)
    else:
        case.do('w', **({'flag': True} if writer == 'form' else {}))
    assert sorted(case.tasks) == ['h', 'z']


def test_a_decision_makes_a_condition_true() -> None:
    """D-11: the outputs of a decision are written like anything else."""
    text = 'start s; sub p {; start i; rule d topic=d; user a; end j; i -> d -> a -> j; }; on p conditional k text=flag; user h; end e; '
    case = _case(text + 's -> p -> e; k -> h -> e', host=FakeHost({'d': lambda _: {'flag': True}}))
    assert case.tasks == ['h']


def test_an_event_that_does_not_interrupt_happens_each_time_its_condition_becomes_true() -> None:
    """D-11: it must become false before it can happen again (BPMN 2.0.2, Table 10.84)."""
    text = 'start s; and f; user a; user b; user c; user d; user b2; user h; end e; on! z conditional k text=x_>_5; user z; '
    case = _case(text + 's -> f; f -> z -> e; f -> a -> b -> b2 -> c -> d -> e; k -> h -> e', {'x': 0})
    seen = []
    for task, value in (('a', 6), ('b', 7), ('b2', 1), ('c', 9), ('d', 9)):
        case.do(task, x=value)
        seen.append(case.tasks.count('h'))
    assert seen == [1, 1, 1, 2, 2]


def test_an_event_subprocess_that_does_not_interrupt_stands_by_again() -> None:
    """D-11: §13.5.4, with the same rule of becoming true."""
    case = _case(
        'start s; user a; user b; user c; end e; s -> a -> b -> c -> e; '
        'sub w triggeredByEvent=true {; start i conditional text=x_>_5 isInterrupting=false; user h; end j; i -> h -> j; }',
        {'x': 0},
    )
    for task, value, count in (('a', 6, 1), ('b', 1, 1), ('c', 6, 2)):
        case.do(task, x=value)
        assert case.tasks.count('h') == count
    assert case.ended is None


def test_an_activity_is_bounded_until_it_is_over_also_while_it_writes() -> None:
    """D-11: what an activity writes itself is a write; an interrupting event takes its road instead of the activity's own."""
    text = 'start s; user a; user z; on a conditional k text=flag; user h; end e; s -> a -> z -> e; k -> h -> e'
    assert _done(text, flag=True).tasks == ['h']
    assert _done(text, flag=False).tasks == ['z']
    assert sorted(_done(text.replace('on a', 'on! a'), flag=True).tasks) == ['h', 'z']


def _done(text: str, **variables: Any) -> Case:
    case = _case(text)
    closed = case.do('a', **variables).closed
    assert [one.element for one in closed] == ['a']
    return case


def test_a_condition_inside_a_subprocess_sees_what_is_written_beside_it() -> None:
    """D-11: a subprocess has the variables of the process; what its own token makes local stays local."""
    inside = 'start i; catch k conditional text=flag; user h; end j; i -> k -> h -> j'
    case = _case(f'start s; and f; user a; sub p {{; {inside}; }}; end e; s -> f; f -> a -> e; f -> p -> e')
    case.do('a', flag=True)
    assert case.tasks == ['h']


def test_a_condition_of_the_clock_is_asked_at_every_verb() -> None:
    """D-11: a condition may hold without a write, e.g. by the date; it is met when anything happens in the case."""
    host = FakeHost()
    text = """start s; and f; catch k conditional text='today()_>_date("2026-03-03")'; user h; user a; user b; end e; """
    case = _case(text + 's -> f; f -> k -> h -> e; f -> a -> b -> e', host=host)
    host.now = host.now.replace(day=4)
    case.do('a')
    assert sorted(case.tasks) == ['b', 'h']


@pytest.mark.parametrize('boom', [FeelError('no'), ZeroDivisionError()])
def test_a_condition_that_cannot_be_evaluated_is_an_incident_and_can_be_tried_again(boom: Exception) -> None:
    """D-11: an unknown condition is neither true nor false."""

    def wrong() -> bool:
        raise boom

    functions: dict[str, Callable[..., Any]] = {'wrong': wrong}
    host = FakeHost(functions=functions)
    case = _case('start s; user a; on! a conditional k text=wrong(); user h; end e; s -> a -> e; k -> h -> e', host=host)
    assert [one.element for one in case.last.failed] == ['k']
    functions['wrong'] = lambda: True
    case.verb(lambda run: run.retry(case.token('awaited', 'k')))
    assert sorted(case.tasks) == ['a', 'h']


def test_an_error_of_a_handler_is_no_write() -> None:
    """D-11: a handler that breaks off has written nothing, so nothing becomes true by it."""

    def breaks(_: Any) -> Mapping[str, Any]:
        raise BpmnError('E', 'broken')

    text = 'start s; service a topic=t; on a conditional k text=flag; on a error x text=E; user h; user g; end e; '
    case = _case(text + 's -> a -> e; k -> h -> e; x -> g -> e', host=FakeHost({'t': breaks}))
    assert case.tasks == ['g']
