"""What BPMN or a vendor has and this house has not: refused by name, or named as without effect."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.references import CATCHING, of_event
from engine.bpmn.check.view import View
from engine.bpmn.compensation import undo_fault
from engine.bpmn.model import Element, EventDefinition
from engine.bpmn.navigation import is_link, trigger
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps
from engine.bpmn.rulebook import structure as rules
from engine.bpmn.spiff.unbuildable import ad_hoc_fault, complex_fault, multiple_fault, quantity_fault
from engine.bpmn.vendors import NOT_KNOWN, Both

KINDS: dict[str, Both] = {'implicitThrowEvent': ('隐式抛出事件', 'implicit throw events are not run')}
STARTS = frozenset({'timer', 'message', 'signal', 'conditional', 'error', 'escalation'})
EVENT_SUBPROCESS: Both = (
    '事件子流程须恰有一个带定时、消息、信号、条件、错误或升级事件的开始事件',
    'an event subprocess needs exactly one start event, with a timer, message, signal, condition, error or escalation',
)
EVENT_SUBPROCESS_BOUND: Both = (
    '事件子流程不能有顺序流、边界事件或循环',
    'an event subprocess may have no sequence flows, no boundary events and no loop',
)

ALLOWED = {
    'startEvent': {'timer', 'message', 'signal'},
    'intermediateCatchEvent': {'timer', 'message', 'signal', 'conditional', 'link'},
    'intermediateThrowEvent': {'message', 'signal', 'escalation', 'link', 'compensate'},
    'endEvent': {'message', 'signal', 'error', 'escalation', 'terminate', 'compensate', 'cancel'},
    'boundaryEvent': {'timer', 'message', 'signal', 'error', 'escalation', 'conditional', 'compensate', 'cancel'},
}
WHY: dict[str, Both] = {'conditional': ('条件开始事件从未被检查', 'a conditional start is never evaluated')}
ELSEWHERE: Both = ('BPMN 不允许此类事件出现在这里', 'BPMN does not allow this event type here')

_PERFORMER: Both = ('请只写一个账号，或用 assignee', 'write one account, or use assignee')
_COPY: Both = (
    '两端名称不同，本应复制变量；请改用输入输出映射（inputOutput），或让两端同名',
    'its ends have different names, so it would copy a variable; use an input or output mapping, or give both ends one name',
)
ERRORS: dict[str, Both] = {
    'dataInputAssociation/copy': _COPY,
    'dataOutputAssociation/copy': _COPY,
    'eventDefinitionRef': ('它没有指向文件顶层的事件定义', 'it does not name an event definition at the top of the file'),
    'potentialOwner': (
        '请写作 user(账号)、group(窗口)，或用 candidateUsers、candidateGroups',
        'write user(account), group(window), or use candidateUsers and candidateGroups',
    ),
    'performer': _PERFORMER,
    'humanPerformer': _PERFORMER,
}
_DRAWN: Both = ('数据关联只作图示，变量直接按名称读写', 'data associations are only drawn; variables are used by name')
IGNORED: dict[str, Both] = {
    'correlationSubscription': ('消息按办件关联', 'messages are correlated with the case'),
    'ioSpecification': _DRAWN,
    'dataInputAssociation': _DRAWN,
    'dataOutputAssociation': _DRAWN,
    'dataInput': _DRAWN,
    'dataOutput': _DRAWN,
    'inputSet': _DRAWN,
    'outputSet': _DRAWN,
    'property': _DRAWN,
}


def support(view: View) -> Iterator[Problem]:
    """Every construct of the process that is not run as BPMN or its vendor says."""
    for name in view.process.unsupported:
        yield from _detail(view, view.process, name)
    for element in view.elements:
        yield from _kind(view, element)
        yield from _events(view, element)
        for name in element.unsupported:
            yield from _detail(view, element, name)


def _detail(view: View, at: object, name: str) -> Iterator[Problem]:
    if name in IGNORED:
        zh, en = IGNORED[name]
        yield view.say(rules.DETAIL_IGNORED, at, detail=name, why=zh, why_en=en)  # type: ignore[arg-type]
    else:
        zh, en = ERRORS.get(name, NOT_KNOWN)
        yield view.say(rules.DETAIL_UNSUPPORTED, at, detail=name, why=zh, why_en=en)  # type: ignore[arg-type]


_JUDGES = {'complexGateway': complex_fault, 'adHocSubProcess': ad_hoc_fault}


def _kind(view: View, element: Element) -> Iterator[Problem]:
    reasons: list[Both] = []
    if element.kind in KINDS:
        reasons.append(KINDS[element.kind])
    judge = _JUDGES.get(element.kind)
    fault = judge(view.diagram, element) if judge is not None else None
    reasons += [fault] if fault is not None else []
    if element.triggered_by_event:
        start = trigger(view.diagram, element)
        if start is None or not start.events or any(event.kind not in STARTS for event in start.events):
            reasons.append(EVENT_SUBPROCESS)
        if element.incoming or element.outgoing or element.loop is not None or view.diagram.boundary_events(element.id):
            reasons.append(EVENT_SUBPROCESS_BOUND)
    undo = undo_fault(view.diagram, element)
    reasons += [undo] if undo is not None else []
    for reason in reasons:
        yield view.say(rules.ELEMENT_UNSUPPORTED, element, why=reason[0], why_en=reason[1])
    fault = quantity_fault(view.diagram, element)
    if fault is not None:
        yield view.say(rules.DETAIL_UNSUPPORTED, element, detail='startQuantity / completionQuantity', why=fault[0], why_en=fault[1])
    if element.attrs.get('instantiate') in {'true', '1'}:
        zh, en = '请改用开始事件或网关', 'use a start event or a gateway'
        yield view.say(rules.DETAIL_UNSUPPORTED, element, detail='instantiate=true', why=zh, why_en=en)
    if element.attrs.get('eventGatewayType', 'Exclusive') != 'Exclusive':
        zh, en = '只支持 Exclusive', 'only Exclusive is supported'
        yield view.say(rules.DETAIL_UNSUPPORTED, element, detail='eventGatewayType', why=zh, why_en=en)


def _events(view: View, element: Element) -> Iterator[Problem]:
    if element.kind not in ALLOWED:
        return
    why = multiple_fault(view.diagram, element)
    if why is not None:
        yield view.say(steps.EVENT_MULTIPLE, element, why=why[0], why_en=why[1])
    catches = element.kind in {'intermediateCatchEvent', 'boundaryEvent'}
    if catches and not element.events and 'eventDefinitionRef' not in element.unsupported:
        yield view.say(steps.EVENT_EMPTY, element)
    host = view.diagram.elements.get(element.scope)
    for event in element.events:
        if host is not None and host.triggered_by_event and element.kind == 'startEvent':
            continue  # judged with the event subprocess
        if event.kind not in ALLOWED[element.kind]:
            zh, en = ELSEWHERE if _impossible(element, event) else WHY.get(event.kind, ELSEWHERE)
            yield view.say(steps.EVENT_UNSUPPORTED, element, kind=event.kind, why=zh, why_en=en)
    if element.kind == 'startEvent' and element.events and host is not None and not host.triggered_by_event:
        yield view.say(steps.EVENT_UNSUPPORTED, element, kind=element.events[0].kind, why=ELSEWHERE[0], why_en=ELSEWHERE[1])
    if any(event.kind == 'error' for event in element.events) and element.kind in CATCHING and not element.interrupting:
        yield view.say(steps.ERROR_NOT_INTERRUPTING, element)
    for event in element.events if not is_link(element, element.kind) else ():
        yield from of_event(view, element, event)


def _impossible(element: Element, event: EventDefinition) -> bool:
    return event.kind in {'timer', 'conditional'} and element.kind != 'startEvent'
