"""Messages find the case that waits for them, signals everybody, handlers run inside the verb, what fails becomes an incident."""

from __future__ import annotations

import pytest
from fakes import ADMINISTRATOR, Mailbox, applicant, bundle, chain, clerk, end, flow, start, user_task
from sqlalchemy import select

from engine import SYSTEM, BpmnError, Conflict, Engine, NotFound, Rejection, read, verify_history
from engine.tables import outbox
from engine.timing.outbox import outbox_queue
from engine.verbs import definitions, events, instances, operations, user_tasks

DECLARED = '<message id="m" name="withdraw"/><signal id="s" name="holiday"/><error id="e" name="closed" errorCode="CLOSED"/>'
LI = clerk('li', 'desk')
WITHDRAWABLE = bundle(
    start()
    + user_task('review')
    + end()
    + '<boundaryEvent id="withdrawn" attachedToRef="review"><messageEventDefinition messageRef="m"/></boundaryEvent>'
    + end('gone', result='withdrawn')
    + chain('start', 'review', 'end')
    + flow('withdrawn', 'gone'),
    declarations=DECLARED,
)
SERVICE = bundle(
    start() + user_task('review') + '<serviceTask id="issue" name="制证" camunda:delegateExpression="${issue_licence}">'
    '<extensionElements><camunda:properties><camunda:property name="document" value="licence"/></camunda:properties></extensionElements>'
    '</serviceTask><boundaryEvent id="closed" attachedToRef="issue"><errorEventDefinition errorRef="e"/></boundaryEvent>'
    + end()
    + end('shut', result='refused')
    + chain('start', 'review', 'issue', 'end')
    + flow('closed', 'shut'),
    declarations=DECLARED,
)


def begin_case(engine: Engine, of, key: str = 'case-1', **variables: object) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(of), key='item', name='事项')
        return instances.start(tx, 'item', business_key=key, variables=variables)


def waiting_topics(connection) -> list[str]:
    return list(connection.execute(select(outbox.c.topic).where(outbox.c.state == 'waiting').order_by(outbox.c.id)).scalars())


def status(engine: Engine, instance_id: int) -> tuple[str, str | None]:
    with engine.reading() as connection:
        row = read.instance(connection, instance_id)
    return row.status, row.result


def complete(engine: Engine, instance_id: int, **data: object) -> None:
    with engine.reading() as connection:
        task = read.open_tasks(connection, instance_id)[0]
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id, data)


def test_message_finds_its_case(engine: Engine) -> None:
    mine, other = begin_case(engine, WITHDRAWABLE, 'mine'), begin_case(engine, WITHDRAWABLE, 'other')
    with pytest.raises(NotFound), engine.begin(applicant('mine')) as tx:
        instances.correlate(tx, 'withdraw', business_key='other')
    with engine.begin(applicant('mine')) as tx:
        assert instances.correlate(tx, 'withdraw', business_key='mine', payload={'reason': '不办了'}) == 1
    assert status(engine, mine) == ('completed', 'withdrawn')
    assert status(engine, other) == ('active', None)
    with pytest.raises(Rejection, match='none does'), engine.begin(applicant('mine')) as tx:
        instances.correlate(tx, 'withdraw', business_key='mine')


def test_signal_reaches_everybody(engine: Engine) -> None:
    waits = bundle(
        start()
        + '<intermediateCatchEvent id="w"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>'
        + end()
        + chain('start', 'w', 'end'),
        declarations=DECLARED,
    )
    cases = [begin_case(engine, waits, f'case-{number}') for number in range(3)]
    with engine.begin(SYSTEM) as tx:
        assert instances.signal(tx, 'holiday') == 3
        assert instances.signal(tx, 'holiday') == 0
    assert {status(engine, case)[0] for case in cases} == {'completed'}


def test_message_thrown_by_one_case_reaches_another_after_the_commit(engine: Engine) -> None:
    throws = bundle(
        start()
        + '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
        + end()
        + chain('start', 't', 'end'),
        declarations=DECLARED,
    )
    waiting = begin_case(engine, WITHDRAWABLE, 'waiting')
    begin_case(engine, throws, 'thrower')
    assert status(engine, waiting)[0] == 'active'
    assert engine.sweep('outbox').done == 1
    assert status(engine, waiting) == ('completed', 'withdrawn')


def test_handler_runs_inside_the_verb(make_engine) -> None:
    calls = []

    def issue(call) -> dict:
        calls.append((call.name, call.element, call.business_key, call.said.document, call.variables['decision']))
        events.record(call.tx, call.instance_id, 'document.issued', {'number': 1}, element=call.element)
        events.publish(call.tx, 'sms', f'licence:{call.instance_id}', {'to': '138'}, call.instance_id)
        return {'licence_no': 'JY-1'}

    engine = make_engine(handlers={'issue_licence': issue})
    instance_id = begin_case(engine, SERVICE)
    complete(engine, instance_id, decision='granted')
    assert calls == [('制证', 'issue', 'case-1', 'licence', 'granted')]
    box = Mailbox()
    assert engine.sweep(outbox_queue({'sms': box})).done == 1
    assert [(one.key, one.payload) for one in box.parcels] == [(f'licence:{instance_id}', {'to': '138'})]
    with engine.reading() as connection:
        assert 'document.issued' in [one.event for one in read.events(connection, instance_id)]
        assert verify_history(connection, instance_id).intact


def test_modelled_error_is_the_diagrams_affair(make_engine) -> None:
    def issue(call) -> dict:
        events.record(call.tx, call.instance_id, 'document.issued', {})
        raise BpmnError('CLOSED', '停业')

    engine = make_engine(handlers={'issue_licence': issue})
    instance_id = begin_case(engine, SERVICE)
    complete(engine, instance_id)
    assert status(engine, instance_id) == ('completed', 'refused')
    with engine.reading() as connection:
        assert 'document.issued' not in [one.event for one in read.events(connection, instance_id)]


def test_failed_handler_is_an_incident_and_can_be_retried(make_engine) -> None:
    line = {'dead': True}

    def issue(call) -> dict:
        events.publish(call.tx, 'sms', 'once', {})
        if line['dead']:
            call.tx.connection.exec_driver_sql('SELECT nothing FROM nowhere')
        return {}

    engine = make_engine(handlers={'issue_licence': issue})
    instance_id = begin_case(engine, SERVICE)
    complete(engine, instance_id)
    assert status(engine, instance_id)[0] == 'active'
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
        assert waiting_topics(connection) == []
    assert (incident.kind, incident.element, incident.instance_id) == ('step', 'issue', instance_id)
    with pytest.raises(Rejection), engine.begin(LI) as tx:
        operations.retry(tx, incident.id)
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    with engine.reading() as connection:
        (again,) = read.incidents(connection)
    assert again.id != incident.id
    line['dead'] = False
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, again.id)
    assert status(engine, instance_id)[0] == 'completed'
    with pytest.raises(Conflict, match='guanli'), engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, again.id)


def test_missing_handler_is_an_incident_that_can_be_resolved(engine: Engine) -> None:
    instance_id = begin_case(engine, SERVICE)
    complete(engine, instance_id)
    with engine.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=instance_id)
    assert 'issue_licence' in incident.message
    assert incident.message_en.startswith('Expected'), 'O-41: for the operator who reads English'
    with engine.begin(ADMINISTRATOR) as tx:
        operations.resolve(tx, incident.id, '改为手工制证')
    with engine.reading() as connection:
        assert read.incidents(connection) == []


def test_dead_line_is_tried_again_then_told_to_somebody(engine: Engine, clock) -> None:
    box = Mailbox(broken=True)
    with engine.begin(SYSTEM) as tx:
        events.publish(tx, 'sms', 'a', {'to': '1'})
        events.publish(tx, 'paper', 'b', {'to': '2'})
    with pytest.raises(Conflict), engine.begin(SYSTEM) as tx:
        events.publish(tx, 'sms', 'a', {'to': '1'})
    for _ in range(8):
        assert engine.sweep(outbox_queue({'sms': box})).done == 0
        assert engine.sweep(outbox_queue({'sms': box})).done == 0
        clock.move(hours=2)
    with engine.reading() as connection:
        (incident,) = read.incidents(connection)
        assert waiting_topics(connection) == ['paper']
    assert incident.kind == 'outbox'
    box.broken = False
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    assert engine.sweep(outbox_queue({'sms': box})).done == 1
    assert [one.key for one in box.parcels] == ['a']


def test_message_may_begin_a_case(engine: Engine) -> None:
    begins = bundle(
        '<startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>'
        + user_task('review')
        + end()
        + chain('start', 'review', 'end'),
        declarations=DECLARED,
    )
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(begins), key='item', name='事项')
        assert instances.correlate(tx, 'withdraw', business_key='new', payload={'who': '张三'}) == 1
    with engine.reading() as connection:
        row = read.instance_by_key(connection, 'new')
        assert [task.element for task in read.open_tasks(connection, row.id)] == ['review']
