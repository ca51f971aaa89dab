"""A case that a message or signal calls up has what every case has: number, hall, people, materials, clocks, desk (D-12)."""

from __future__ import annotations

import pytest
from integration.office.conftest import COMPANY, ITEM, licence_bundle
from sqlalchemy import select

from engine import SYSTEM, Bundle, Rejection, read, verify_history
from engine.tables import process_instance
from engine.verbs import instances
from tasks import tables as t
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.catalogue import checking, items
from tasks.desk import worklist as desk_lists

EVENTS = {'message': '<bpmn:messageEventDefinition messageRef="called"/>', 'signal': '<bpmn:signalEventDefinition signalRef="called"/>'}
YEARLY = '<bpmn:timerEventDefinition><bpmn:timeCycle>0 0 9 1 1 ?</bpmn:timeCycle></bpmn:timerEventDefinition>'


def called_by(kind: str) -> Bundle:
    """The licence as shipped, which also begins with an event."""
    text = licence_bundle().files['process.bpmn'].decode()
    begins = (
        '<bpmn:startEvent id="called_up"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="milestone" value="received"/></camunda:properties></bpmn:extensionElements>'
        f'<bpmn:outgoing>flow_called</bpmn:outgoing>{EVENTS.get(kind, YEARLY)}</bpmn:startEvent>'
        '<bpmn:sequenceFlow id="flow_called" sourceRef="called_up" targetRef="intake"/>'
        '<bpmn:startEvent id="received"'
    )
    text = text.replace('<bpmn:startEvent id="received"', begins, 1)
    text = text.replace(
        '<bpmn:incoming>flow_received</bpmn:incoming>',
        '<bpmn:incoming>flow_received</bpmn:incoming><bpmn:incoming>flow_called</bpmn:incoming>',
        1,
    )
    if kind in EVENTS:
        text = text.replace('<bpmn:process ', f'<bpmn:{kind} id="called" name="复查"/><bpmn:process ', 1)
    return Bundle({**licence_bundle().files, 'process.bpmn': text.encode()}, licence_bundle().name)


def call(tx, kind: str, sender: str | None) -> None:
    if kind == 'message':
        instances.correlate(tx, '复查', payload={'area': 12, 'case_no': '伪造'}, sender=sender)
    else:
        instances.signal(tx, '复查', {'area': 12, 'case_no': '伪造'}, sender=sender)


@pytest.mark.parametrize('kind', EVENTS)
@pytest.mark.parametrize('by_case', [True, False])
def test_a_called_up_case_is_a_case_like_any_other(hall, kind: str, by_case: bool) -> None:
    """D-12: number, hall, people, clocks and desk; what the call brought cannot overwrite what the receipt writes."""
    with hall.engine.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, called_by(kind)), '可由消息启动')
    sender = hall.receive() if by_case else None
    hall.clock.move(minutes=1)
    with hall.engine.begin(SYSTEM) as tx:
        call(tx, kind, sender.case_no if sender else None)
    c = t.approval_case.c
    with hall.engine.reading() as connection:
        number = connection.execute(select(c.case_no).where(c.case_no != (sender.case_no if sender else ''))).scalar_one()
        case = cases.find_case(connection, number)
        materials = connection.execute(select(t.case_material.c.state).where(t.case_material.c.case_no == number)).scalars().all()
        view = case_page.case_view(connection, hall.actors['chuangkou'], number, now=hall.clock())
        desk = desk_lists.worklist(connection, hall.actors['chuangkou'], desk_lists.DeskFilter(), now=hall.clock())
        begun = read.events(connection, case.instance_id)[0]
        assert verify_history(connection, case.instance_id).intact
        variables = begun.data['variables']
    assert len(number) == 21
    assert (case.item, case.hall, case.channel, case.window, case.received_at) == (ITEM, 'qingjiang', 'other', None, hall.clock())
    assert case.applicant_name == (COMPANY.name if by_case else '清江县政务服务中心')
    assert case.applicant_kind == ('enterprise' if by_case else 'authority')
    assert set(materials) == {'missing'}
    assert [clock.name for clock in view.clocks][:1] == ['notify']
    assert number in [row.case_no for row in desk.rows]
    assert (variables['area'], variables['case_no']) == (12, number)
    assert begun.data['call'] == {'kind': kind, 'name': '复查', 'sender': sender.case_no if sender else None}
    if sender:
        with hall.engine.reading() as connection:
            assert cases.check_query_password(connection, number, sender.query_password)
            assert not cases.check_query_password(connection, number, '')


def test_a_case_that_the_calendar_calls_up_is_a_case_like_any_other(hall) -> None:
    """D-26: yearly renewal calls: of the hall itself, with a number and clocks, on the desk; nothing starts where it is not offered."""
    with hall.engine.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, called_by('timer')), '每年提醒')
    hall.clock.move_to(hall.clock().replace(year=hall.clock().year + 1, month=1, day=1, hour=2))
    assert hall.engine.tick().counted('start') == 1
    hall.engine.tick()
    with hall.engine.reading() as connection:
        number = connection.execute(select(t.approval_case.c.case_no)).scalar_one()
        case = cases.find_case(connection, number)
        view = case_page.case_view(connection, hall.actors['chuangkou'], number, now=hall.clock())
        begun = read.events(connection, case.instance_id)[0]
    assert (case.item, case.hall, case.channel, case.applicant_name) == (ITEM, 'qingjiang', 'other', '清江县政务服务中心')
    assert [clock.name for clock in view.clocks][:1] == ['notify']
    assert begun.data['call']['kind'] == 'timer'


def test_an_item_the_hall_does_not_offer_is_not_called_up(hall) -> None:
    """D-12: neither by a message; the operator hears why."""
    with hall.engine.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, called_by('message')), '可由消息启动')
        items.withdraw_from_public(tx, ITEM, '暂停', '江北县')
    with pytest.raises(Rejection, match='published'), hall.engine.begin(SYSTEM) as tx:
        call(tx, 'message', None)
    with hall.engine.reading() as connection:
        assert connection.execute(select(process_instance.c.id)).all() == []
