"""What stands open in an instance, and the `Changes` between two such pictures."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.changes import ArmedTimer, Awaited, Changes, Closed, Ended, Opened, OpenedUserTask
from engine.bpmn.spiff.events import AllNode, BoundaryNode, RowTimer
from engine.bpmn.spiff.gateways import EventGatewayNode
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.nodes import UserNode
from engine.bpmn.spiff.scope import Instance
from engine.bpmn.spiff.token import CANCELLED, FUTURE, WAITING, Token


@dataclass(frozen=True)
class Snapshot:
    """The tokens that are open (activities, catching events) and those that wait for a timer, message, signal or condition."""

    opened: dict[str, Token]
    waiting: dict[str, Token]


def picture(instance: Instance) -> Snapshot:
    """Look at all living tokens, oldest first."""
    opened: dict[str, Token] = {}
    waiting: dict[str, Token] = {}
    for token in instance.live():
        if is_open(token):
            opened[token.id] = token
        if token.task_spec.waits_for is not None and token.state == WAITING:
            waiting[token.id] = token
    return Snapshot(opened, waiting)


def is_open(token: Token) -> bool:
    """Whether the token is reported as Opened: it has entered an activity or catching event and is not through with it."""
    node = token.task_spec
    if node.opens is None or token.state == FUTURE:
        return False
    if node.manual:
        return 'produced' not in token.internal_data
    return not beside(token)


def beside(token: Token) -> bool:
    """Whether the token only waits beside an activity, an event-based gateway or a whole scope, where the real tokens are."""
    node, parent = token.task_spec, token.parent
    if isinstance(node, BoundaryNode):
        return bool(token.state == WAITING)
    return bool(node.stands_by) or (parent is not None and isinstance(parent.task_spec, EventGatewayNode | AllNode))


def changes(instance: Instance, before: Snapshot, after: Snapshot, was_over: bool) -> Changes:
    """Everything between the two pictures, and the journal of what happened on the way."""
    log = instance.log
    found = Changes(passed=log.passed, thrown=log.thrown, failed=log.failed)
    for token in _new(before.opened, after.opened):
        found.opened.append(_opened(token))
        if isinstance(token.task_spec, UserNode):
            found.user_tasks.append(_user_task(token))
    found.closed = [
        Closed(token.id, token.task_spec.element.id, kind_of(token), 'cancelled' if token.state == CANCELLED else 'completed')
        for token in _new(after.opened, before.opened)
    ]
    for token in _new(before.waiting, after.waiting):
        if token.task_spec.waits_for == 'timer':
            found.armed.append(_armed(token))
        else:
            found.awaited.append(awaited(token))
    for token in _new(after.waiting, before.waiting):
        (found.disarmed if token.task_spec.waits_for == 'timer' else found.unawaited).append(token.id)
    if instance.how is not None and not was_over:
        found.ended = Ended(instance.how, None if instance.how == 'cancelled' else instance.result, instance.end)
    return found


def kind_of(token: Token) -> str:
    """The element's kind; 'multiInstance' or 'loop' for the token that holds the instances of one."""
    if isinstance(token.task_spec, LoopNode):
        return 'loop' if token.task_spec.looping.kind == 'standard' else 'multiInstance'
    return token.task_spec.element.kind


def _new(old: dict[str, Token], new: dict[str, Token]) -> list[Token]:
    return sorted((new[key] for key in new.keys() - old.keys()), key=lambda token: int(token.id))


def _scope(token: Token) -> tuple[str, ...]:
    return tuple(one.id for one in token.outward())[:0:-1]


def _opened(token: Token) -> Opened:
    return Opened(token.id, token.task_spec.element.id, kind_of(token), _scope(token), token.data, token.flow)


def _user_task(token: Token) -> OpenedUserTask:
    element, facts = token.task_spec.element, token.internal_data
    return OpenedUserTask(
        token=token.id,
        element=element.id,
        name=element.name,
        scope=_scope(token),
        instance=facts.get('index'),
        item=facts.get('item'),
        variables=token.data,
        flow=token.flow,
    )


def _armed(token: Token) -> ArmedTimer:
    node, host = token.task_spec, token.parent
    kind = node.event_definition.timer_type if isinstance(node.event_definition, RowTimer) else ''
    boundary = isinstance(node, BoundaryNode) and host is not None
    return ArmedTimer(
        token=token.id,
        element=node.element.id,
        limit=token.internal_data.get('name', ''),
        timer_type=kind,
        boundary=boundary,
        interrupting=(boundary or node.stands_by) and node.element.interrupting,
        attached_to=node.element.attached_to,
        host=host.id if boundary and host is not None else None,
        scope=_scope(host if boundary and host is not None else token),
    )


def awaited(token: Token) -> Awaited:
    """What a token waits for that is no timer."""
    node = token.task_spec
    around = token.parent if isinstance(node, BoundaryNode) and token.parent is not None else token
    return Awaited(token.id, node.element.id, node.waits_for or '', token.internal_data.get('name', ''), _scope(around))
