"""Compensation and transactions as drawn (BPMN 2.0.2 §10.7): what can be undone, by which handler, and what asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import ancestors
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES

Reason = tuple[str, str]


def is_event(element: Element, kind: str) -> bool:
    """Whether the element is an event of this kind and no other."""
    return element.event is not None and element.event.kind == kind


def handler_of(diagram: Diagram, activity: Element) -> Element | None:
    """The activity that undoes this one: its compensation boundary event is associated with it."""
    for boundary in diagram.boundary_events(activity.id):
        if is_event(boundary, 'compensate'):
            return next(iter(_handlers(diagram, boundary)), None)
    return None


def undoable(diagram: Diagram, element: Element) -> bool:
    """Whether something is to be undone once the element is completed: itself by a handler, or activities inside it."""
    if element.kind not in ACTIVITIES or element.for_compensation:
        return False
    inside = diagram.inside(element.id) if element.kind in SUBPROCESSES else ()
    return handler_of(diagram, element) is not None or any(undoable(diagram, each) for each in inside)


def undone_by(diagram: Diagram, throw: Element) -> list[Element]:
    """The activities a compensation or cancel event undoes where they are completed: the one it names, or all of its scope."""
    wanted = throw.event.ref if throw.event is not None and throw.event.kind == 'compensate' else None
    return [each for each in diagram.inside(throw.scope) if wanted in (None, each.id) and undoable(diagram, each)]


def handlers_of(diagram: Diagram, throw: Element) -> list[Element]:
    """Every handler a compensation or cancel event may call, also those inside completed subprocesses."""
    return [handler for each in undone_by(diagram, throw) for handler in _within(diagram, each)]


def _within(diagram: Diagram, activity: Element) -> Iterator[Element]:
    handler = handler_of(diagram, activity)
    if handler is not None:
        yield handler
        return
    for each in diagram.inside(activity.id):
        yield from _within(diagram, each) if undoable(diagram, each) else ()


def _handlers(diagram: Diagram, boundary: Element) -> list[Element]:
    ends = [end for kind, *both in diagram.links.values() if kind == 'association' and boundary.id in both for end in both]
    found = [diagram.elements[end] for end in dict.fromkeys(ends) if end in diagram.elements]
    return [each for each in found if each.for_compensation and each.scope == boundary.scope]


def undo_fault(diagram: Diagram, element: Element) -> Reason | None:
    """Why a part of compensation or of a transaction has no meaning as drawn, and what to draw instead; None when it has one."""
    if element.for_compensation:
        return _handler_fault(diagram, element)
    if is_event(element, 'compensate') and element.kind == 'boundaryEvent':
        return _boundary_fault(diagram, element)
    if is_event(element, 'compensate') and element.kind in {'intermediateThrowEvent', 'endEvent'}:
        return _throw_fault(diagram, element)
    if is_event(element, 'cancel'):
        return _cancel_fault(diagram, element)
    return None


def _handler_fault(diagram: Diagram, element: Element) -> Reason | None:
    linked = [each for each in diagram.inside(element.scope) if is_event(each, 'compensate') and element in _handlers(diagram, each)]
    if len(linked) != 1 or element.incoming or element.outgoing:
        return (
            '补偿活动不画顺序流，由一个补偿边界事件用关联线连到它',
            'a compensation activity has no sequence flows; an association from one compensation boundary event leads to it',
        )
    if diagram.boundary_events(element.id):
        return (
            '补偿活动上不画边界事件；请把补偿画成子流程，边界事件画在其中的环节上',
            'a compensation activity has no boundary events; make it a subprocess and draw them on the steps inside',
        )
    return None


def _boundary_fault(diagram: Diagram, element: Element) -> Reason | None:
    host = diagram.elements.get(element.attached_to or '')
    if element.outgoing or len(_handlers(diagram, element)) != 1:
        return (
            '补偿边界事件不画顺序流，用关联线连到同一流程内恰一个标为补偿（isForCompensation）的活动',
            'a compensation boundary event has no sequence flow; an association leads to one activity with isForCompensation beside it',
        )
    if host is not None and any(each.loop is not None for each in (host, *ancestors(diagram, host))):
        return (
            '循环（多实例）活动逐个补偿的次序没有定义；请把循环画进一个子流程，补偿整个子流程',
            'in what order instances of a loop are undone is not defined; draw the loop into a subprocess and undo that as a whole',
        )
    return None


def _throw_fault(diagram: Diagram, element: Element) -> Reason | None:
    if element.event is not None and not element.event.waits:
        return '须等补偿完成再继续；请去掉 waitForCompletion="false"', 'it waits until all is undone; take waitForCompletion="false" away'
    around = diagram.elements.get(element.scope)
    if around is not None and around.triggered_by_event:
        return (
            '事件子流程内抛出的补偿范围不明；请在子流程的边界事件之后抛出',
            'what an event subprocess undoes is not clear; throw it behind a boundary event of the subprocess',
        )
    if not undone_by(diagram, element):
        return (
            '没有可补偿的活动；activityRef 应指向同一流程内带补偿边界事件的活动，或含有这种活动的子流程',
            'there is nothing to undo; activityRef names an activity beside it that has a compensation boundary event, '
            'or a subprocess with such activities',
        )
    return None


def _cancel_fault(diagram: Diagram, element: Element) -> Reason | None:
    if element.kind == 'boundaryEvent':
        host = diagram.elements.get(element.attached_to or '')
        if host is None or host.kind != 'transaction' or not element.interrupting:
            return '取消边界事件只画在事务子流程上，且总是中断', 'a cancel boundary event is on a transaction, and always interrupts'
        if not any(is_event(each, 'cancel') for each in diagram.inside(host.id)):
            return '事务内没有取消结束事件，它永远不会发生', 'the transaction has no cancel end event inside, so it never happens'
        return None
    around = diagram.elements.get(element.scope)
    if element.kind != 'endEvent' or around is None or around.kind != 'transaction':
        return (
            '取消结束事件只画在事务子流程内；别处请用错误结束事件',
            'a cancel end event is inside a transaction; elsewhere draw an error end event',
        )
    if not any(is_event(each, 'cancel') for each in diagram.boundary_events(around.id)):
        return '事务取消后无处可去；请在事务边界画取消边界事件', 'a cancelled transaction leads nowhere; draw a cancel boundary event on it'
    return None
