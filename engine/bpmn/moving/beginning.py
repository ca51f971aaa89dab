"""Taking tokens of a case away and putting one on an element: subprocesses around it are left or entered with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.bpmn.model import Element
from engine.bpmn.moving.findings import called
from engine.bpmn.moving.wanted import Placed
from engine.bpmn.program import Program
from engine.bpmn.spiff.data import Data
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.nesting import CallNode, SubprocessNode
from engine.bpmn.spiff.report import beside
from engine.bpmn.spiff.scope import Inner, Instance, Scope
from engine.bpmn.spiff.token import FUTURE, STARTED, Token
from engine.bpmn.spiff.undoing import CompensateNode


def movable(instance: Instance) -> list[Token]:
    """The tokens that can be left, oldest first: what only waits beside an activity cannot, nor one instance of several."""
    found = [token for token in instance.live() if not beside(token) and token.task_spec.loop is None and not _undoes(token)]
    return sorted(found, key=lambda token: int(token.id))


def _undoes(token: Token) -> bool:
    """Whether something waits until the token has undone an activity: it is finished, never left."""
    return token.parent is not None and isinstance(token.parent.task_spec, CompensateNode)


def leaving(instance: Instance, leave: Collection[str], made: Placed) -> list[Token]:
    """The tokens to take away, each with everything inside it."""
    chosen: dict[str, Token] = {}
    for one in leave:
        found = {token.id: token for token in movable(instance) if one in (token.id, token.task_spec.element.id)}
        if not found:
            made.say('no_such_place')
        chosen |= found
    return [token for token in chosen.values() if not any(one.id in chosen for one in list(token.outward())[1:])]


def target_of(program: Program, identity: str, made: Placed) -> Element | None:
    """The element to begin, None when there is none or no token can be put on it."""
    if not program.has(identity):
        made.say('no_such_target', new=Element(identity, '', 0))
        return None
    target = program.element(identity)
    why = ''
    if target.kind == 'endEvent':
        why = '结束事件只能由流程到达 (an end is only reached by the diagram)'
    elif target.kind in ('boundaryEvent', 'startEvent') or target.triggered_by_event:
        why = '该事件只能由流程触发 (it only happens by itself)'
    elif target.kind in ('parallelGateway', 'inclusiveGateway', 'complexGateway') and len(target.incoming) > 1:
        why = '汇聚网关不能直接进入 (a join waits for its flows)'
    elif target.for_compensation:
        why = '补偿活动只能由补偿触发 (it is only reached by compensation)'
    elif target.start_quantity > 1:
        why = '该环节要等多个令牌到齐才开始 (it waits for several tokens)'
    if why:
        made.say('not_enterable', new=target, why=why)
    return None if why else target


def begin(instance: Instance, left: Sequence[Token], target: Element, program: Program, made: Placed) -> None:
    """Find where the target runs, take the tokens away, put the new one there; or say that there is no such place, or several."""
    scope, missing = _scope_for(instance, left, target, program)
    if scope is None:
        made.say('not_enterable', new=target, why='所在子流程没有在运行，或同时有多个在运行 (its scope is not running, or several are)')
        return
    view = left[0].seen() if left else scope.seen()
    for token in left[1:]:
        view = view.merged(token.seen())
    for token in left:
        _take_away(token, scope, made)
    for around in missing:
        node = scope.spec.task_specs.get(around.id)
        if not isinstance(node, SubprocessNode) or isinstance(node, CallNode):
            made.say('not_enterable', new=target, why=f'“{called(around)}”不能从中间进入 (it cannot be entered in the middle)')
            return
        made.say('subprocess_entered', new=around)
        try:
            scope = _enter(scope, node, view)
        except StepFailed as error:
            made.say('expression_fails', new=around, why=error.zh)
            return
    scope.arrive(scope.spec.task_specs[target.id], view)


def _scope_for(instance: Instance, left: Sequence[Token], target: Element, program: Program) -> tuple[Scope | None, list[Element]]:
    """The running scope the target is in, or the next one around it with the subprocesses to enter, outermost first."""
    missing: list[Element] = []
    around = {id(scope) for token in left for scope in _outward(token.workflow)}
    at = target
    while True:
        scopes = [one for one in (instance, *instance.subprocesses.values()) if one.spec.element == at.scope]
        near = [scope for scope in scopes if id(scope) in around] or scopes
        if near or not program.has(at.scope):
            return (near[0] if len(near) == 1 else None), missing[::-1]
        at = program.element(at.scope)
        missing.append(at)


def _outward(scope: Scope) -> list[Scope]:
    found = [scope]
    while (host := found[-1].host) is not None:
        found.append(host.workflow)
    return found


def _take_away(token: Token, target: Scope, made: Placed) -> None:
    """Cancel a token, and every scope that is empty without it unless the new token comes into it."""
    scope = token.workflow
    token.cancel()
    while scope.host is not None and all(one.task_spec.stands_by for one in scope.task_tree.children):
        if any(scope is one for one in _outward(target)):
            return
        host = scope.host
        scope = host.workflow
        made.say('subprocess_left', old=host.task_spec.element)
        loop = host.parent
        if host.task_spec.loop is not None and loop is not None and isinstance(loop.task_spec, LoopNode):
            host = loop
        host.cancel()


def _enter(scope: Scope, node: SubprocessNode, view: Data) -> Scope:
    """Begin a subprocess without its start: its boundary events and event subprocesses wait, the token comes afterwards."""
    host = Token(scope, node, scope.task_tree, FUTURE)
    host.view = view
    facts = [(boundary, boundary.prepare(host)) for boundary in node.arming]
    inner = Inner(node.inside, host, view)
    scope.top_workflow.subprocesses[host.id] = inner
    inner.start((), view)
    host._set_state(STARTED)
    for boundary, remembered in facts:
        boundary.arm(host, remembered)
    return inner
