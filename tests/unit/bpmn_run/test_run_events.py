"""Timers, messages, signals, errors, escalations, conditions and terminate (BPMN 2.0.2 §10.5)."""

import pytest
from unit.bpmn_run.sketch import Case, program

from engine.core.errors import Rejection

REVIEW = """
start s
user review
user late
user issue
end e
on review timer t text=5个工作日
s -> review -> issue -> e
t -> late -> e
"""


def test_a_boundary_timer_is_armed_with_its_limit_as_written() -> None:
    case = Case(program(REVIEW))
    armed = case.last.armed[0]
    assert (armed.limit, armed.timer_type, armed.boundary, armed.interrupting, armed.attached_to) == (
        '5个工作日',
        'timeDuration',
        True,
        True,
        'review',
    )
    assert armed.host == case.token('user_tasks', 'review')


def test_an_interrupting_timer_ends_the_task_and_takes_its_own_road() -> None:
    case = Case(program(REVIEW))
    done = case.fire('t')
    assert [(one.element, one.how) for one in done.closed] == [('review', 'cancelled')]
    assert case.tasks == ['late']
    assert [one.element for one in done.passed] == ['t']
    assert len(done.disarmed) == 1


def test_completing_the_task_disarms_its_timer() -> None:
    case = Case(program(REVIEW))
    token = case.last.armed[0].token
    assert case.do('review').disarmed == [token]
    with pytest.raises(Rejection, match='Expected a waiting timer'):
        case.verb(lambda run: run.fire(token))


def test_a_timer_that_does_not_interrupt_fires_beside_the_task() -> None:
    case = Case(program(REVIEW.replace('on review', 'on! review')))
    done = case.fire('t')
    assert done.closed == []
    assert case.tasks == ['review', 'late']
    case.do('review')
    case.do('late')
    assert case.ended is None
    case.do('issue')
    assert case.ended == 'completed'


def test_a_cycle_goes_on_waiting_until_its_last_time() -> None:
    case = Case(program(REVIEW.replace('on review timer t', 'on! review timer t type=timeCycle')))
    assert case.last.armed[0].timer_type == 'timeCycle'
    assert case.fire('t', last=False).disarmed == []
    assert case.fire('t', last=False).disarmed == []
    assert len(case.fire('t').disarmed) == 1
    assert case.tasks == ['review', 'late', 'late', 'late']


def test_a_limit_may_be_computed() -> None:
    case = Case(program('start s\ncatch t timer text=${days}个工作日\nend e\ns -> t -> e'), {'days': 3})
    armed = case.last.armed[0]
    assert (armed.limit, armed.boundary, armed.host) == ('3个工作日', False, None)
    assert [one.element for one in case.last.opened] == ['t']
    case.fire('t')
    assert case.ended == 'completed'


COMPUTED = [('${duration("P3D")}', 'P3D'), ('${date("2026-05-01")}', '2026-05-01'), ('promise', 'promise')]


@pytest.mark.parametrize(('text', 'limit'), COMPUTED)
def test_a_computed_limit_may_be_a_duration_or_a_date(text: str, limit: str) -> None:
    quoted = text.replace('"', '\\"')
    case = Case(program(f'start s\ncatch t timer "text={quoted}"\nend e\ns -> t -> e'))
    assert case.last.armed[0].limit == limit


def test_timers_of_a_subprocess_know_where_they_are() -> None:
    case = Case(
        program("""
    start s
    sub p {
    start i
    user a
    end j
    on a timer u
    i -> a -> j
    u -> j
    }
    end e
    on p timer t
    s -> p -> e
    t -> e
    """)
    )
    host = case.token('opened', 'p')
    armed = {one.element: one for one in case.last.armed}
    assert (armed['t'].host, armed['t'].scope) == (host, ())
    assert (armed['u'].host, armed['u'].scope) == (case.token('user_tasks', 'a'), (host,))
    assert case.last.user_tasks[0].scope == (host,)


def test_a_message_from_outside_wakes_the_catch_event_with_its_payload() -> None:
    case = Case(program('start s\ncatch m message text=paper\nuser a\nend e\ns -> m -> a -> e'))
    case.deliver('m', pages=3)
    assert case.variables == {'pages': 3}
    assert case.tasks == ['a']


def test_a_thrown_message_is_caught_by_one_receiver_in_the_same_case() -> None:
    text = """
    start s
    and f
    catch m message text=go
    catch n message text=go
    user a
    throw t message text=go
    end e
    s -> f
    f -> m -> e
    f -> n -> e
    f -> a -> t -> e
    """
    case = Case(program(text))
    done = case.do('a', x=1)
    assert done.thrown == []
    assert len(done.unawaited) == 1
    assert case.here == ['n']


def test_a_message_nobody_waits_for_leaves_the_case() -> None:
    case = Case(program('start s\nthrow t message text=go in.no=${number}\nend e message text=bye\ns -> t -> e'), {'number': 7})
    assert [(one.kind, one.name, one.payload, one.element) for one in case.last.thrown] == [
        ('message', 'go', {'no': 7}, 't'),
        ('message', 'bye', {}, 'e'),
    ]
    assert case.ended == 'completed'


def test_a_signal_reaches_everyone_here_and_also_leaves() -> None:
    text = """
    start s
    and f
    catch m signal text=stop
    user a
    user b
    user c
    throw t signal text=stop
    end e
    on! b signal x text=stop
    s -> f
    f -> m -> e
    f -> b -> e
    f -> a -> t -> e
    x -> c -> e
    """
    case = Case(program(text))
    done = case.do('a')
    assert [(one.kind, one.name) for one in done.thrown] == [('signal', 'stop')]
    assert case.tasks == ['b', 'c']
    assert case.verb(lambda run: run.deliver_signal('stop')).user_tasks[0].element == 'c'  # a non-interrupting one hears it again
    assert case.verb(lambda run: run.deliver_signal('other')).user_tasks == []


def test_a_signal_end_event_throws_its_signal() -> None:
    case = Case(program('start s\nend e signal text=done\ns -> e'))
    assert [(one.kind, one.name) for one in case.last.thrown] == [('signal', 'done')]
    assert case.ended == 'completed'


def test_an_interrupting_message_takes_what_was_written_inside_the_subprocess_along() -> None:
    text = """
    start s
    sub p {
    start i
    user a
    user b
    end j
    i -> a -> b -> j
    }
    user c
    end e
    on p message m text=withdraw
    s -> p -> e
    m -> c -> e
    """
    case = Case(program(text))
    case.do('a', seen='inside')
    done = case.deliver('m', reason='换地址')
    assert sorted((one.element, one.how) for one in done.closed) == [('b', 'cancelled'), ('p', 'cancelled')]
    assert done.user_tasks[0].variables == {'seen': 'inside', 'reason': '换地址'}


ERROR = """
start s
sub p {
start i
user a
end x error text=E1
i -> a -> x
}
user specific
user every
user normal
end e
on p error c text=E1
on p error d
s -> p -> normal -> e
c -> specific -> e
d -> every -> e
"""


def test_an_error_end_event_is_caught_by_its_code_before_the_catch_all() -> None:
    case = Case(program(ERROR))
    done = case.do('a')
    assert case.tasks == ['specific']
    assert 'x' in [one.element for one in done.passed]
    assert [one.how for one in done.closed if one.element == 'p'] == ['cancelled']


def test_an_error_with_another_code_goes_to_the_catch_all() -> None:
    case = Case(program(ERROR.replace('end x error text=E1', 'end x error text=E2')))
    case.do('a')
    assert case.tasks == ['every']


def test_an_uncaught_error_stops_that_token_and_nothing_goes_on() -> None:
    uncaught = ERROR
    for line in ('on p error c text=E1\n', 'on p error d\n', 'c -> specific -> e\n', 'd -> every -> e\n'):
        uncaught = uncaught.replace(line, '')
    case = Case(program(uncaught))
    done = case.do('a')
    assert [one.element for one in done.failed] == ['x']
    assert case.tasks == []
    assert case.ended is None


def test_an_error_climbs_until_somebody_catches_it() -> None:
    text = """
    start s
    sub p {
    start i
    sub q {
    start k
    end x error text=E
    k -> x
    }
    end j
    i -> q -> j
    }
    user a
    end e
    on p error c text=E
    s -> p -> e
    c -> a -> e
    """
    assert Case(program(text)).tasks == ['a']


def escalation(interrupting: bool) -> str:
    return f"""
    start s
    sub p {{
    start i
    throw x escalation text=LATE
    user a
    end j
    i -> x -> a -> j
    }}
    user boss
    end e
    on{'' if interrupting else '!'} p escalation c text=LATE
    s -> p -> e
    c -> boss -> e
    """


def test_an_escalation_that_does_not_interrupt_starts_its_road_beside() -> None:
    case = Case(program(escalation(False)))
    assert sorted(case.tasks) == ['a', 'boss']


def test_an_interrupting_escalation_ends_the_subprocess_before_it_goes_on() -> None:
    case = Case(program(escalation(True)))
    assert case.tasks == ['boss']
    assert case.passed == ['s', 'i', 'x', 'c']


def test_an_uncaught_escalation_leaves_the_case_which_goes_on() -> None:
    case = Case(program('start s\nthrow x escalation text=LATE\nend e escalation text=OVER\ns -> x -> e'))
    assert [(one.kind, one.code) for one in case.last.thrown] == [('escalation', 'LATE'), ('escalation', 'OVER')]
    assert case.ended == 'completed'


def test_terminate_ends_the_whole_case() -> None:
    case = Case(program('start s\nand f\nuser a\nuser b\nend e terminate result=withdrawn\nend e2\ns -> f\nf -> a -> e\nf -> b -> e2'))
    done = case.do('a', x=1)
    assert done.ended is not None
    assert (done.ended.how, done.ended.result) == ('terminated', 'withdrawn')
    assert sorted((one.element, one.how) for one in done.closed) == [('a', 'completed'), ('b', 'cancelled')]
    assert case.variables == {'x': 1}


def test_terminate_inside_a_subprocess_ends_only_the_subprocess() -> None:
    text = """
    start s
    sub p {
    start i
    and f
    user a
    user b
    end x terminate
    i -> f
    f -> a -> x
    f -> b -> x
    }
    user c
    end e
    s -> p -> c -> e
    """
    case = Case(program(text))
    case.do('a')
    assert case.tasks == ['c']
    case.do('c')
    assert case.ended == 'completed'


def test_a_conditional_event_happens_as_soon_as_its_condition_is_true() -> None:
    text = 'start s\nand f\ncatch k conditional text=ready\nuser a\nuser b\nend e\ns -> f\nf -> k -> b -> e\nf -> a -> e'
    case = Case(program(text))
    assert [(one.element, one.kind) for one in case.last.awaited] == [('k', 'conditional')]
    case.do('a', ready=True)
    assert case.tasks == ['b']


def test_a_conditional_boundary_event_interrupts() -> None:
    text = 'start s\nand f\nuser a\nuser b\nuser c\nend e\non b conditional k text=stop\ns -> f\nf -> a -> e\nf -> b -> e\nk -> c -> e'
    case = Case(program(text))
    case.do('a', stop=True)
    assert case.tasks == ['c']


def test_the_result_is_that_of_the_end_event_reached_last() -> None:
    text = 'start s\nand f\nuser a\nuser b\nend e result=granted\nend n result=refused\ns -> f\nf -> a -> e\nf -> b -> n'
    case = Case(program(text))
    case.do('b')
    done = case.do('a')
    assert done.ended is not None
    assert (done.ended.result, done.ended.element) == ('granted', 'e')
