"""Embedded subprocesses and call activities."""

import pytest
from unit.bpmn_run.sketch import Case, program

from engine.core.errors import Undeployable

NESTED = """
start s
sub p {
start i
user a
sub q {
start k
user b
end l
k -> b -> l
}
end j
i -> a -> q -> j
}
user c
end e
on p timer t text=promise
s -> p -> c -> e
t -> e
"""


def test_a_subprocess_opens_when_entered_and_closes_when_all_inside_is_done() -> None:
    case = Case(program(NESTED))
    outer = case.token('opened', 'p')
    assert [(one.element, one.kind) for one in case.last.opened] == [('p', 'subProcess'), ('a', 'userTask')]
    case.do('a', x=1)
    inner = case.token('opened', 'q')
    assert case.last.user_tasks[0].scope == (outer, inner)
    assert case.here == ['p', 'q', 'b']
    done = case.do('b', y=2)
    assert sorted(one.element for one in done.closed) == ['b', 'p', 'q']
    assert [one.element for one in done.passed] == ['b', 'l', 'q', 'j', 'p']
    assert done.user_tasks[0].variables == {'x': 1, 'y': 2}
    assert done.user_tasks[0].scope == ()


def test_interrupting_a_subprocess_ends_everything_inside() -> None:
    case = Case(program(NESTED))
    case.do('a')
    done = case.fire('t')
    assert sorted((one.element, one.how) for one in done.closed) == [('b', 'cancelled'), ('p', 'cancelled'), ('q', 'cancelled')]
    assert case.ended == 'completed'


def test_an_empty_subprocess_is_passed() -> None:
    case = Case(program('start s\nsub p {\n}\nuser a\nend e\ns -> p -> a -> e'))
    assert case.tasks == ['a']


def test_a_subprocess_without_start_event_begins_where_nothing_leads_to() -> None:
    case = Case(program('start s\nsub p {\nuser a\nuser b\n}\nend e\ns -> p -> e'))
    assert case.tasks == ['a', 'b']
    case.do('a')
    case.do('b')
    assert case.ended == 'completed'


def test_an_incident_inside_keeps_the_subprocess_open() -> None:
    case = Case(program('start s\nsub p {\nstart i\nscript x script="y = f(1"\n}\nend e\ns -> p -> e'.replace('f(1', '1')), {})
    assert case.ended == 'completed'
    case = Case(program('start s\nsub p {\nstart i\nxor g\nuser a\ni -> g\ng -> a ? missing\n}\nend e\ns -> p -> e'))
    assert case.here == ['p', 'g']
    assert case.ended is None


CALLED = 'start i\nuser b\nend j\ni -> b -> j'


def test_a_call_without_mapping_shares_the_variables() -> None:
    case = Case(program('start s\ncall c called=Q\nuser a\nend e\ns -> c -> a -> e', CALLED), {'x': 1})
    assert case.last.user_tasks[0].variables == {'x': 1}
    assert [one.kind for one in case.last.opened] == ['callActivity', 'userTask']
    case.do('b', y=2)
    assert case.last.user_tasks[0].variables == {'x': 1, 'y': 2}


def test_a_mapped_call_sees_and_gives_back_only_what_is_mapped() -> None:
    text = 'start s\ncall c called=Q give.name=who give.twice=${n*2} take.answer=reply\nuser a\nend e\ns -> c -> a -> e'
    case = Case(program(text, CALLED), {'who': '张三', 'n': 2, 'secret': 1})
    assert case.last.user_tasks[0].variables == {'name': '张三', 'twice': 4}
    assert case.variables == {'who': '张三', 'n': 2, 'secret': 1}
    case.do('b', reply='yes', draft='no')
    assert case.last.user_tasks[0].variables == {'who': '张三', 'n': 2, 'secret': 1, 'answer': 'yes'}


def test_all_variables_can_be_mapped_in_one_direction() -> None:
    text = 'start s\ncall c called=Q give.all=1 take.answer=reply\nuser a\nend e\ns -> c -> a -> e'
    case = Case(program(text, CALLED), {'x': 1})
    assert case.last.user_tasks[0].variables == {'x': 1}
    case.do('b', reply=5, x=9)
    assert case.variables == {'x': 1, 'answer': 5}


def test_a_mapping_that_fails_is_an_incident_of_the_call() -> None:
    def broken() -> None:
        raise LookupError('nothing')

    text = 'start s\ncall c called=Q give.x=${f()}\nend e\ns -> c -> e'
    case = Case(program(text, CALLED), {})
    assert [one.element for one in case.last.failed] == ['c']  # a missing function is an exception in JUEL
    case = Case(program(text, CALLED), {}, type(case.host)(functions={'f': broken}))
    assert [one.element for one in case.last.failed] == ['c']


def test_an_error_of_a_called_process_is_caught_at_the_call() -> None:
    case = Case(
        program(
            """
    start s
    call c called=Q
    user a
    end e
    on c error x text=E
    s -> c -> e
    x -> a -> e
    """,
            'start i\nend j error text=E\ni -> j',
        )
    )
    assert case.tasks == ['a']


def test_a_called_process_that_is_not_in_the_bundle_is_refused() -> None:
    with pytest.raises(Undeployable):
        program('start s\ncall c called=Nowhere\nend e\ns -> c -> e')


def test_a_process_that_calls_itself_without_end_is_an_incident() -> None:
    case = Case(program('start s\ncall c called=P\nend e\ns -> c -> e'))
    assert '60' in case.last.failed[0].message
    assert case.ended is None


def withdrawal(event: str, interrupting: str = 'true') -> str:
    return f"""
    start s
    user a
    user b
    end e
    s -> a -> b -> e
    sub w triggeredByEvent=true {{
    start i {event} isInterrupting={interrupting}
    user c
    end j result=withdrawn
    i -> c -> j
    }}
    """


def test_an_event_subprocess_waits_as_long_as_its_scope_runs() -> None:
    case = Case(program(withdrawal('message text=withdraw')))
    assert [(one.element, one.name) for one in case.last.awaited] == [('i', 'withdraw')]
    assert case.here == ['a']
    case.do('a')
    done = case.do('b')
    assert done.ended is not None
    assert done.ended.how == 'completed'
    assert len(done.unawaited) == 1


def test_an_interrupting_event_subprocess_takes_the_place_of_everything_in_its_scope() -> None:
    case = Case(program(withdrawal('message text=withdraw')), {'x': 1})
    done = case.deliver('i', reason='改主意')
    assert [(one.element, one.how) for one in done.closed] == [('a', 'cancelled')]
    assert case.tasks == ['c']
    assert case.variables == {'x': 1, 'reason': '改主意'}
    assert len(done.unawaited) == 1
    done = case.do('c')
    assert done.ended is not None
    assert (done.ended.how, done.ended.result) == ('completed', 'withdrawn')


def test_an_event_subprocess_that_does_not_interrupt_runs_beside_and_keeps_the_scope_open() -> None:
    case = Case(program(withdrawal('timer text=P1D', 'false')))
    assert (case.last.armed[0].boundary, case.last.armed[0].interrupting) == (False, False)
    done = case.fire('i')
    assert done.closed == []
    assert len(done.disarmed) == 1
    assert case.tasks == ['a', 'c']
    case.do('a')
    case.do('b')
    assert case.ended is None
    case.do('c')
    assert case.ended == 'completed'


def test_a_message_starts_an_event_subprocess_that_does_not_interrupt_again_and_again() -> None:
    case = Case(program(withdrawal('message text=ask', 'false')))
    case.deliver('i')
    case.deliver('i')
    assert case.tasks == ['a', 'c', 'c']


def test_an_event_subprocess_catches_the_errors_of_its_scope_but_not_its_own() -> None:
    text = """
    start s
    sub p {{
    start k
    user a
    end x error text=E
    k -> a -> x
    sub w triggeredByEvent=true {{
    start i error text=E
    user c
    end j {ending}
    i -> c -> j
    }}
    }}
    user z
    user late
    end e
    on p error o text=E
    s -> p -> z -> e
    o -> late -> e
    """
    case = Case(program(text.format(ending='')))
    case.do('a')
    assert case.tasks == ['c']
    case.do('c')
    assert case.tasks == ['z']
    case = Case(program(text.format(ending='error text=E')))
    case.do('a')
    case.do('c')
    assert case.tasks == ['late']


def test_an_event_subprocess_belongs_to_its_own_scope_only() -> None:
    text = """
    start s
    sub p {
    start k
    user a
    end x
    k -> a -> x
    sub w triggeredByEvent=true {
    start i message text=m
    end j
    i -> j
    }
    }
    user z
    end e
    s -> p -> z -> e
    """
    case = Case(program(text))
    case.deliver('i')
    assert case.tasks == ['z']


def test_a_boundary_event_of_a_loop_catches_before_the_event_subprocess_around() -> None:
    text = """
    start s
    sub a times=2 {
    start k
    end x error text=E
    k -> x
    }
    user late
    end e
    on a error o text=E
    s -> a -> e
    o -> late -> e
    sub w triggeredByEvent=true {
    start i error text=E
    user c
    i -> c
    }
    """
    assert Case(program(text)).tasks == ['late']
