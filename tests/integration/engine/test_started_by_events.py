"""Messages and signals that start cases, and messages that nobody takes (BPMN 2.0.2 §10.5.2, §10.5.5)."""

from __future__ import annotations

import pytest
from fakes import ADMINISTRATOR, applicant, bundle, chain, clerk, end, flow, start, user_task
from sqlalchemy import select, update

from engine import SYSTEM, Engine, Rejection, read, verify_history
from engine.tables import history, outbox, process_instance
from engine.verbs import definitions, instances, operations, user_tasks

DECLARED = '<message id="m" name="复查"/><signal id="s" name="已变更"/>'
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="m"/>', '<signalEventDefinition signalRef="s"/>'
LI = clerk('li', 'desk')


def _input(**values: str) -> str:
    inner = ''.join(f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in values.items())
    return f'<extensionElements><camunda:inputOutput>{inner}</camunda:inputOutput></extensionElements>' if values else ''


THROWERS = {
    'throw': lambda inputs, event: f'<intermediateThrowEvent id="t">{inputs}{event}</intermediateThrowEvent>' + end() + chain('t', 'end'),
    'end': lambda inputs, event: f'<endEvent id="t">{inputs}{event}</endEvent>',
    'send': lambda inputs, _: f'<sendTask id="t" messageRef="m">{inputs}</sendTask>' + end() + chain('t', 'end'),
}


def thrower(kind: str, event: str = MESSAGE, **inputs: str):
    body = start() + user_task('work') + THROWERS[kind](_input(**inputs), event) + chain('start', 'work', 't')
    return bundle(body, declarations=DECLARED)


def starter(event: str = MESSAGE):
    body = f'<startEvent id="start">{event}</startEvent>' + user_task('check') + end() + chain('start', 'check', 'end')
    return bundle(body, declarations=DECLARED)


def deploy(engine: Engine, **bundles) -> None:
    with engine.begin(SYSTEM) as tx:
        for key, of in bundles.items():
            definitions.deploy(tx, tx.engine.check(of), key=key, name=key)


def throw(engine: Engine, key: str = 'sender') -> int:
    """Start a case of it and do its task: what it throws is under way then."""
    with engine.begin(SYSTEM) as tx:
        sender = instances.start(tx, key, business_key=f'{key}-1', hall='east')
    with engine.reading() as connection:
        task = read.open_tasks(connection, sender)[0]
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id, {})
    return sender


def started(engine: Engine) -> list:
    """The instances besides the sender, oldest first."""
    with engine.reading() as connection:
        p = process_instance.c
        return list(connection.execute(select(p.id, p.business_key, p.hall).where(p.business_key.not_like('sender-%')).order_by(p.id)))


@pytest.mark.parametrize('kind', THROWERS)
@pytest.mark.parametrize('wanted', [None, 'wanted-1'])
def test_a_message_starts_the_process_that_begins_with_it(engine: Engine, kind: str, wanted: str | None) -> None:
    """D-12: with or without a business key; the new case has the sender's hall and says who called it."""
    inputs = {'area': '${12}'} | ({'business_key': wanted} if wanted else {})
    deploy(engine, sender=thrower(kind, **inputs), other=starter(SIGNAL), taker=starter())
    throw(engine)
    assert engine.sweep('outbox').done == 1
    (one,) = started(engine)
    assert one.hall == 'east'
    assert one.business_key == wanted or (wanted is None and one.business_key.startswith('taker-'))
    with engine.reading() as connection:
        assert [task.element for task in read.open_tasks(connection, one.id)] == ['check']
        begun = read.events(connection, one.id)[0]
        assert begun.event == 'process_instance.started'
        assert begun.data['call'] == {'kind': 'message', 'name': '复查', 'sender': 'sender-1'}
        assert begun.data['variables']['area'] == 12
        assert verify_history(connection, one.id).intact
        assert read.incidents(connection) == []


def test_a_signal_starts_every_process_in_force_that_begins_with_it(engine: Engine) -> None:
    """D-12: one case each; a version that is no longer in force is not started, nor is a process that begins otherwise."""
    deploy(engine, sender=thrower('throw', SIGNAL), first=starter(SIGNAL), second=starter(SIGNAL), third=starter(MESSAGE))
    deploy(engine, first=starter(SIGNAL), old=starter(SIGNAL))
    deploy(engine, old=starter(MESSAGE))
    throw(engine)
    assert engine.sweep('outbox').done == 1
    assert sorted(one.business_key.rpartition('-')[0] for one in started(engine)) == ['first', 'second']


def test_a_signal_from_outside_starts_and_a_message_from_outside_too(engine: Engine) -> None:
    """D-12: whoever calls from outside needs no business key."""
    deploy(engine, by_signal=starter(SIGNAL), by_message=starter())
    with engine.begin(SYSTEM) as tx:
        assert instances.signal(tx, '已变更', {'who': '张三'}) == 1
        assert instances.correlate(tx, '复查', payload={'who': '李四'}) == 1
    assert len(started(engine)) == 2
    with pytest.raises(Rejection), engine.begin(applicant('x')) as tx:
        instances.correlate(tx, '复查', business_key='x')
    assert len(started(engine)) == 2


@pytest.mark.parametrize('kind', THROWERS)
def test_a_message_nobody_takes_is_an_incident_at_once(engine: Engine, kind: str) -> None:
    """D-12: it names the message, the sender and whom he wanted, and can be tried again when somebody is there."""
    deploy(engine, sender=thrower(kind, business_key='case-9'))
    sender = throw(engine)
    engine.sweep('outbox')
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
        assert connection.execute(select(outbox.c.state)).scalar() == 'dead'
    assert (incident.kind, incident.instance_id) == ('outbox', sender)
    for said in (incident.message, incident.message_en):
        assert all(word in said for word in ('复查', 'sender-1', 'case-9'))
    assert incident.message_en.startswith('Expected')
    deploy(engine, taker=starter())
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    assert engine.sweep('outbox').done == 1
    assert [one.business_key for one in started(engine)] == ['case-9']


def test_a_case_that_does_not_wait_for_a_message_is_not_started_a_second_time(engine: Engine) -> None:
    """D-12: a message at a certain case goes to no other."""
    deploy(engine, sender=thrower('throw', business_key='there'), taker=starter())
    with engine.begin(SYSTEM) as tx:
        instances.start(tx, 'taker', business_key='there')
    throw(engine)
    engine.sweep('outbox')
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
    assert 'there' in incident.message
    assert len(started(engine)) == 1


def test_a_message_that_several_processes_begin_with_starts_none(engine: Engine) -> None:
    """D-12: a message has one receiver; which one cannot be guessed."""
    deploy(engine, sender=thrower('throw'), one=starter(), two=starter())
    throw(engine)
    engine.sweep('outbox')
    assert started(engine) == []
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
    assert 'one' in incident.message
    assert 'two' in incident.message


def test_who_waits_for_a_message_comes_before_who_begins_with_it(engine: Engine) -> None:
    """D-12: nothing is started for a message that a running case takes."""
    waits = bundle(
        start()
        + user_task('review')
        + end()
        + f'<boundaryEvent id="b" attachedToRef="review">{MESSAGE}</boundaryEvent>'
        + end('gone')
        + chain('start', 'review', 'end')
        + flow('b', 'gone'),
        declarations=DECLARED,
    )
    deploy(engine, sender=thrower('throw'), waits=waits, taker=starter())
    with engine.begin(SYSTEM) as tx:
        instances.start(tx, 'waits', business_key='waiting')
    throw(engine)
    assert engine.sweep('outbox').done == 1
    assert [one.business_key for one in started(engine)] == ['waiting']


def test_nothing_is_started_that_no_case_has_thrown(engine: Engine) -> None:
    """A-04, D-12: a row somebody wrote into the outbox starts no case."""
    deploy(engine, sender=thrower('throw', SIGNAL), taker=starter(SIGNAL))
    throw(engine)
    with engine.begin(SYSTEM) as tx:
        tx.connection.execute(update(outbox).values(payload={'name': '已变更', 'payload': {'forged': True}, 'from': 'x'}))
    engine.sweep('outbox')
    assert started(engine) == []


def test_a_signal_nobody_hears_is_no_incident(engine: Engine) -> None:
    """D-12: a signal is for everybody who hears it; nobody is no error."""
    deploy(engine, sender=thrower('throw', SIGNAL))
    sender = throw(engine)
    assert engine.sweep('outbox').done == 1
    with engine.reading() as connection:
        assert read.incidents(connection) == []
        thrown = select(history.c.event).where(history.c.instance_id == sender, history.c.event == 'signal.thrown')
        assert connection.execute(thrown).scalar() == 'signal.thrown'
