"""D-28: what is completed is undone, the last first (BPMN 2.0.2 §10.7, §13.5.5); transactions that are cancelled."""

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.moving import Wanted, place
from engine.bpmn.run import BpmnError
from engine.core.errors import Undeployable

REFUND = """
start s
user pay
user stamp
user refund isForCompensation=true
user void isForCompensation=true
on pay compensate pc
on stamp compensate sc
pc ~ refund
sc ~ void
user u
throw t compensate {of}
user after
end e
s -> pay -> stamp -> u -> t -> after -> e
"""


def paid(of: str = '') -> Case:
    case = Case(program(REFUND.format(of=of)))
    case.do('pay', fee=80)
    case.do('stamp')
    return case


def test_everything_completed_is_undone_the_last_first_and_then_the_case_goes_on() -> None:
    case = paid()
    case.do('u')
    assert case.tasks == ['void']
    case.do('void')
    assert case.tasks == ['refund']
    assert case.run.variables_of(case.token('user_tasks', 'refund'))['fee'] == 80
    case.do('refund', refunded=True)
    assert case.tasks == ['after']
    assert case.do('after').ended is not None
    assert case.variables == {'fee': 80, 'refunded': True}


def test_one_activity_is_undone_where_the_event_names_it() -> None:
    case = paid('of=pay')
    case.do('u')
    assert case.tasks == ['refund']
    case.do('refund')
    assert case.tasks == ['after']


def test_what_is_not_completed_is_not_undone() -> None:
    text = REFUND.format(of='').replace('s -> pay -> stamp -> u', 'xor g\ns -> g\ng -> pay ? fee > 0\ng => u\npay -> stamp -> u')
    case = Case(program(text), {'fee': 0})
    case.do('u')
    assert case.tasks == ['after']


def test_what_was_done_twice_is_undone_twice_and_only_once_each() -> None:
    loop = 'xor m\nxor g\ns -> m -> pay -> g\ng -> m ? again = true\ng => stamp\nstamp -> u'
    second = 'throw t2 compensate\nu -> t2 -> t -> after -> e'
    text = REFUND.format(of='').replace('s -> pay -> stamp -> u -> t -> after -> e', f'{loop}\n{second}')
    case = Case(program(text))
    case.do('pay', again=True)
    case.do('pay', again=False)
    case.do('stamp')
    case.do('u')
    for step in ('void', 'refund', 'refund'):
        assert case.tasks == [step]
        case.do(step)
    assert case.tasks == ['after']  # nothing was left for the second event


def test_an_end_event_undoes_before_the_case_ends() -> None:
    case = Case(program(REFUND.format(of='').replace('throw t compensate', 'end t compensate result=void').replace(' -> after -> e', '')))
    for step in ('pay', 'stamp', 'u', 'void'):
        case.do(step)
    done = case.do('refund')
    assert done.ended is not None
    assert (done.ended.how, done.ended.result) == ('completed', 'void')


NESTED = """
start s
sub p {more} {{
start i
user pay
user stamp
user refund isForCompensation=true
user void isForCompensation=true
on pay compensate pc
on stamp compensate sc
pc ~ refund
sc ~ void
end j
i -> pay -> stamp -> j
}}
user u
throw t compensate of=p
user after
end e
s -> p -> u -> t -> after -> e
"""


def test_a_completed_subprocess_is_undone_inside_the_last_first() -> None:
    case = Case(program(NESTED.format(more='')))
    for step in ('pay', 'stamp', 'u', 'void', 'refund', 'after'):
        assert case.tasks == [step]
        case.do(step)
    assert case.ended == 'completed'
    assert case.passed.count('p') == 1  # it is not passed, nor a milestone of it reached, again


def test_a_subprocess_with_a_handler_of_its_own_is_undone_by_that() -> None:
    text = NESTED.format(more='') + 'user all isForCompensation=true\non p compensate bc\nbc ~ all'
    case = Case(program(text))
    for step in ('pay', 'stamp', 'u', 'all', 'after'):
        assert case.tasks == [step]
        case.do(step)


def test_handlers_may_be_automatic_subprocesses_and_may_fail() -> None:
    broken = FakeHost(handlers={'repay': lambda work: 1 / 0})
    text = REFUND.format(of='of=pay').replace('user refund', 'service refund topic=repay')
    case = Case(program(text), {}, broken)
    for step in ('pay', 'stamp'):
        case.do(step)
    (failed,) = case.do('u').failed
    assert (failed.element, case.tasks) == ('refund', [])
    broken.handlers = {'repay': lambda work: {'back': 1}}
    case.verb(lambda run: run.retry(failed.token))
    assert case.tasks == ['after']
    assert case.variables == {'back': 1}


def test_what_interrupts_the_scope_ends_the_undoing() -> None:
    text = f'start s0\nsub q {{{REFUND.format(of="")}}}\nuser late\nend e0\non q timer lt\ns0 -> q -> e0\nlt -> late -> e0'
    case = Case(program(text))
    for step in ('pay', 'stamp', 'u'):
        case.do(step)
    case.fire('lt')
    assert case.tasks == ['late']


def test_what_can_be_undone_is_carried_to_another_version_or_the_move_is_refused() -> None:
    old = program(REFUND.format(of=''))
    case = paid()
    placed = place(case.blob, old, program(REFUND.format(of='').replace('user u', 'user u name=x')), FakeHost(), Wanted())
    assert not placed.blocked
    without = REFUND.format(of='').replace('user refund isForCompensation=true\n', '').replace('on pay compensate pc\n', '')
    refused = place(case.blob, old, program(without.replace('pc ~ refund\n', '')), FakeHost(), Wanted())
    assert [one.code for one in refused.findings if one.blocking] == ['undo_missing']
    case.do('u')
    again = place(case.blob, old, old, FakeHost(), Wanted())
    case.blob = again.run.dump()
    case.do('void')
    assert case.tasks == ['refund']


TRANSACTION = """
start s
transaction x {
start i
user pay
user refund isForCompensation=true
on pay compensate pc
pc ~ refund
and f
user a
user b
xor g
end stop cancel
end j
i -> pay -> f
f -> a -> g
f -> b -> j
g -> stop ? stop = true
g => j
}
on x cancel xc
user u
user after
end e
s -> x -> after -> e
xc -> u -> e
"""


def test_a_cancelled_transaction_ends_what_runs_undoes_what_is_done_and_leaves_by_its_boundary() -> None:
    case = Case(program(TRANSACTION))
    case.do('pay', fee=1)
    assert case.tasks == ['a', 'b']
    done = case.do('a', stop=True)
    assert case.tasks == ['refund']
    assert [(one.element, one.how) for one in done.closed if one.element == 'b'] == [('b', 'cancelled')]
    case.do('refund', back=1)
    assert case.tasks == ['u']
    assert case.variables == {'fee': 1, 'stop': True, 'back': 1}
    assert case.do('u').ended is not None


def test_a_transaction_that_is_not_cancelled_goes_on_and_can_be_undone_later() -> None:
    text = TRANSACTION.replace('user after', 'throw t compensate of=x\nuser after').replace('x -> after', 'x -> t -> after')
    case = Case(program(text))
    for step in ('pay', 'a', 'b', 'refund', 'after'):
        case.do(step, stop=False)
    assert case.ended == 'completed'


def test_a_cancel_without_anything_to_undo_leaves_at_once() -> None:
    case = Case(program(TRANSACTION.replace('on pay compensate pc\npc ~ refund\n', '').replace('user refund isForCompensation=true\n', '')))
    case.do('pay')
    case.do('a', stop=True)
    assert case.tasks == ['u']


def test_an_error_leaves_a_transaction_without_undoing() -> None:
    """§13.5.5: a hazard. Nothing is undone, and the error boundary event goes on."""

    def wrong(work):
        raise BpmnError('E')

    text = TRANSACTION.replace('user a\n', 'service a topic=t\n') + 'on x error xe text=E\nuser hazard\nxe -> hazard -> e'
    case = Case(program(text), {}, FakeHost(handlers={'t': wrong}))
    case.do('pay')
    assert case.tasks == ['hazard']


@pytest.mark.parametrize(
    ('text', 'change'),
    [
        (REFUND, ('pc ~ refund\n', '')),
        (REFUND, ('void isForCompensation=true', 'void')),
        (REFUND, ('user pay', 'user pay times=2')),
        (REFUND, ('compensate {of}', 'compensate of=u')),
        (REFUND, ('s -> pay', 'refund -> stamp\ns -> pay')),
        (TRANSACTION, ('on x cancel xc', 'on x timer xc')),
        (TRANSACTION, ('transaction x', 'sub x')),
        (TRANSACTION, ('end e\n', 'end e\nend e2 cancel\nafter -> e2\n')),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, change: tuple[str, str]) -> None:
    with pytest.raises(Undeployable):
        program(text.replace(*change).replace('{of}', ''))
