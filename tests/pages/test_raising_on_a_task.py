"""On the task page a clerk raises what the diagram catches on the step: a reason, a right, the history, both languages (D-13)."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Bundle, read, read_path, verify_history
from tasks.cases.receipt import find_case
from tasks.catalogue import checking, items
from tests.pages.conftest import BUNDLE

CAUGHT = (
    '<bpmn:boundaryEvent id="refund" name="收款失败" attachedToRef="intake"><bpmn:outgoing>flow_refund</bpmn:outgoing>'
    '<bpmn:errorEventDefinition errorRef="err_pay"/></bpmn:boundaryEvent>'
    '<bpmn:sequenceFlow id="flow_refund" sourceRef="refund" targetRef="refunding"/>'
    '<bpmn:boundaryEvent id="ask" name="请示" attachedToRef="intake" cancelActivity="false"><bpmn:outgoing>flow_ask</bpmn:outgoing>'
    '<bpmn:escalationEventDefinition escalationRef="esc_ask"/></bpmn:boundaryEvent>'
    '<bpmn:sequenceFlow id="flow_ask" sourceRef="ask" targetRef="asking"/>'
    '<bpmn:userTask id="asking" name="答复请示" camunda:candidateGroups="general"><bpmn:incoming>flow_ask</bpmn:incoming>'
    '<bpmn:outgoing>flow_asked</bpmn:outgoing></bpmn:userTask>'
    '<bpmn:sequenceFlow id="flow_asked" sourceRef="asking" targetRef="asked"/>'
    '<bpmn:endEvent id="asked"><bpmn:incoming>flow_asked</bpmn:incoming></bpmn:endEvent>'
    '<bpmn:userTask id="refunding" name="退款" camunda:candidateGroups="general"><bpmn:incoming>flow_refund</bpmn:incoming>'
    '<bpmn:outgoing>flow_refunded</bpmn:outgoing></bpmn:userTask>'
    '<bpmn:sequenceFlow id="flow_refunded" sourceRef="refunding" targetRef="refunded"/>'
    '<bpmn:endEvent id="refunded"><bpmn:incoming>flow_refunded</bpmn:incoming></bpmn:endEvent>'
)
TOP = '<bpmn:error id="err_pay" name="收款失败" errorCode="PAY"/><bpmn:escalation id="esc_ask" name="请示" escalationCode="ASK"/>'


@pytest.fixture
def task(office, visitor) -> str:
    """An intake task whose diagram catches an error and an escalation, claimed by the clerk who received the case."""
    shipped = read_path(BUNDLE)
    text = shipped.files['process.bpmn'].decode()
    text = text.replace('<bpmn:process ', TOP + '<bpmn:process ', 1).replace('</bpmn:userTask>', '</bpmn:userTask>' + CAUGHT, 1)
    with office.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, Bundle({**shipped.files, 'process.bpmn': text.encode()}, shipped.name)), '可提出')
    clerk = visitor('chuangkou')
    path = str(clerk.get(f'/receive/slips/{clerk.receive()}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{path}/claim')
    return path


def number(clerk, task: str) -> str:
    return str(clerk.get(task).tree.xpath('//a[@class="number"]')[0].text)


def sent(clerk, task: str, event: str, reason: str) -> dict[str, str]:
    return {**clerk.get(task).form('/raise'), 'event': event, 'reason': reason}


def confirmed(clerk, task: str, event: str, reason: str) -> None:
    """Raise it, and confirm where something that cannot be taken back is shown first."""
    page = clerk.client.post(f'{task}/raise', data={**sent(clerk, task, event, reason), 'csrf_token': clerk.token()})
    if page.status_code == 200:
        clerk.act(f'{task}/raise', sent(clerk, task, event, reason))
    else:
        assert page.status_code == 302


def test_a_clerk_raises_an_error_with_a_reason(office, visitor, task) -> None:
    """D-13: the step ends, the case goes where the diagram says, and the history says who raised what, and why."""
    clerk = visitor('chuangkou')
    case_no = number(clerk, task)
    assert '收款失败' in clerk.get(task).words
    confirmed(clerk, task, 'refund', '刷卡机故障')
    with office.reading() as connection:
        case = find_case(connection, case_no)
        assert [one.element for one in read.open_tasks(connection, case.instance_id)] == ['refunding']
        raised = next(one for one in read.events(connection, case.instance_id) if one.event == 'user_task.raised')
        assert verify_history(connection, case.instance_id).intact
    assert (raised.by, raised.element, raised.data['event'], raised.data['reason']) == ('chuangkou', 'intake', 'refund', '刷卡机故障')
    assert '刷卡机故障' in clerk.get(f'/cases/{case_no}').words


def test_an_escalation_leaves_the_step_open(office, visitor, task) -> None:
    """D-13: beside the step another one begins."""
    clerk = visitor('chuangkou')
    case_no = number(clerk, task)
    confirmed(clerk, task, 'ask', '材料有疑义')
    with office.reading() as connection:
        waiting = read.open_tasks(connection, find_case(connection, case_no).instance_id)
    assert sorted(one.element for one in waiting) == ['asking', 'intake']


def test_nothing_is_raised_without_a_reason_or_by_somebody_else(office, visitor, task) -> None:
    """D-13: the reason is typed again by nobody, and only who does the step raises."""
    clerk, other = visitor('chuangkou'), visitor('shencha')
    case_no = number(clerk, task)
    page = clerk.post(f'{task}/raise', sent(clerk, task, 'refund', '  '), 422)
    assert '请填写理由' in page.words
    clerk.post(f'{task}/raise', sent(clerk, task, 'intake_expired', '不是错误'), 422)
    assert other.post(f'{task}/raise', {'event': 'refund', 'reason': '别人的'}, 404).status == 404
    with office.reading() as connection:
        waiting = read.open_tasks(connection, find_case(connection, case_no).instance_id)
    assert [one.element for one in waiting] == ['intake']


def test_a_stale_page_raises_nothing(visitor, task) -> None:
    """D-13: as with completing, who was first is named."""
    clerk = visitor('chuangkou')
    old = {**sent(clerk, task, 'ask', '旧页面'), 'lock_version': '0'}
    assert clerk.post(f'{task}/raise', old, 409).status == 409


def test_what_is_raised_is_said_in_english_too(visitor, task) -> None:
    """D-13: the page and the timeline."""
    clerk = visitor('chuangkou')
    case_no = number(clerk, task)
    clerk.post('/language', {'language': 'en', 'next': '/items'})
    words = clerk.get(task).words
    assert 'Raise: 收款失败' in words
    assert 'This step ends here' in words
    assert 'This step goes on' in words
    confirmed(clerk, task, 'ask', 'unclear')
    assert 'raised at' in clerk.get(f'/cases/{case_no}').words
