"""An administrator's hand on the tokens of one case: leave a step here, begin one there. The diagram does the rest as always.

Nobody is given a way round what only clerks may do: no milestone is skipped, reached by the move itself or reached again, no deciding
step is passed over, and nothing is put on an end event. Boundary events of a step that begins anew wait anew; the case's clocks are not
touched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from engine.bpmn.model import Element
from engine.bpmn.moving.ahead import Past, automatic, milestones_ahead, passed_over, standstill
from engine.bpmn.moving.findings import Finding, called, finding
from engine.bpmn.program import Program
from engine.bpmn.run import Run
from engine.bpmn.spiff import codec
from engine.bpmn.spiff.data import Data
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.bpmn.spiff.gateways import EventGatewayNode
from engine.bpmn.spiff.host import Host, StepFailed
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.nesting import CallNode, SubprocessNode
from engine.bpmn.spiff.report import beside, picture
from engine.bpmn.spiff.scope import Inner, Instance, Scope
from engine.bpmn.spiff.token import FUTURE, STARTED, Token


@dataclass(frozen=True)
class Standing:
    """A place of a case that can be left: `within` are the names of the subprocesses around it, outermost first."""

    token: str
    element: str
    name: str
    kind: str
    within: tuple[str, ...]
    failed: str | None


@dataclass
class MoveResult:
    """What a move comes to. `run` is there only when nothing blocks; it has not stepped yet."""

    findings: list[Finding] = field(default_factory=list)
    left: list[Element] = field(default_factory=list)
    run: Run | None = None

    @property
    def blocked(self) -> bool:
        """Whether it cannot be done."""
        return any(one.blocking for one in self.findings)


def standing(blob: bytes, program: Program, host: Host) -> list[Standing]:
    """The places of a case, oldest first; what only waits beside an activity is not one, nor is one instance of several."""
    instance = codec.restore(blob, program.specs, ScriptEngine(host))
    found = []
    for token in sorted(instance.live(), key=lambda one: int(one.id)):
        element = token.task_spec.element
        if not beside(token) and token.task_spec.loop is None:
            around = tuple(one.task_spec.element.name or one.task_spec.element.id for one in token.outward())[:0:-1]
            found.append(Standing(token.id, element.id, element.name, element.kind, around, token.failed))
    return found


def raise_ids(blob: bytes, program: Program, used: bytes, used_program: Program, host: Host) -> bytes:
    """The state `blob` of `program`; its next token id is higher than any that the later state `used` has given out."""
    instance = codec.restore(blob, program.specs, ScriptEngine(host))
    instance.last_id = max(instance.last_id, codec.restore(used, used_program.specs, ScriptEngine(host)).last_id)
    return codec.dump(instance)


def move(
    blob: bytes,
    program: Program,
    host: Host,
    *,
    leave: Sequence[str],
    begin: str,
    reached: Collection[str] = (),
    visited: Collection[str] = (),
    deciding: Callable[[Element], bool] = lambda _element: False,
) -> MoveResult:
    """Leave the places `leave` (tokens) and put a token on the element `begin`. `reached`: milestones the case has behind it.

    `visited` are elements the case has been on, `deciding` tells those where a decision is made. Gives what blocks, or a run that is
    ready to advance.
    """
    instance = codec.restore(blob, program.specs, ScriptEngine(host))
    found = MoveResult()
    before = picture(instance)
    left = _leaving(instance, leave, found)
    target = _target(program, begin, found)
    if target is None or found.blocked:
        return found
    found.left = [token.task_spec.element for token in left]
    passed = passed_over(program, found.left, target, Past(reached, visited, deciding))
    if not _allowed(program, found, target, passed):
        return found
    was = milestones_ahead(program, instance)
    fine = standstill(program, instance) is None
    if not _carry_out(instance, left, target, program, found):
        return found
    _ahead(found, was, milestones_ahead(program, instance), reached)
    stuck = standstill(program, instance) if fine else None
    if stuck is not None:
        found.findings.append(finding('never_ends', new=stuck))
    if not found.blocked:
        found.run = Run(program, instance, before)
    return found


def _ahead(found: MoveResult, was: Collection[str], now: Collection[str], reached: Collection[str]) -> None:
    """A milestone before the case must stay before it, and one behind it must stay behind it."""
    for milestone in sorted(set(was) - set(now) - set(reached)):
        found.findings.append(finding('milestone_lost', milestone=milestone))
    for milestone in sorted((set(now) & set(reached)) - set(was)):
        found.findings.append(finding('milestone_again', milestone=milestone))


def _leaving(instance: Instance, tokens: Sequence[str], found: MoveResult) -> list[Token]:
    """The tokens to leave: for one instance of several the whole of them, for one of several awaited events their gateway."""
    chosen: dict[str, Token] = {}
    for identity in tokens:
        token = instance.find(identity)
        if token is None:
            found.findings.append(finding('no_such_place'))
            continue
        parent = token.parent
        if token.task_spec.loop is not None and parent is not None:
            found.findings.append(finding('whole_loop', old=token.task_spec.element))
            token = parent
        elif parent is not None and isinstance(parent.task_spec, EventGatewayNode):
            token = parent
        if beside(token):
            found.findings.append(finding('not_movable', old=token.task_spec.element))
            continue
        chosen[token.id] = token
    inside = {token.id for token in chosen.values() if any(one.id in chosen for one in list(token.outward())[1:])}
    return [token for token in chosen.values() if token.id not in inside]


def _target(program: Program, begin: str, found: MoveResult) -> Element | None:
    try:
        target = program.element(begin)
    except KeyError:
        found.findings.append(finding('no_such_target', new=Element(begin, '', 0)))
        return None
    why = _unenterable(target)
    if why:
        found.findings.append(finding('not_enterable', new=target, why=why))
    return target


def _unenterable(target: Element) -> str:
    """Why no token can be put on an element, empty when one can."""
    if target.kind == 'endEvent':
        return '结束事件只能由流程到达 (an end is only reached by the diagram)'
    if target.kind in ('boundaryEvent', 'startEvent') or target.triggered_by_event:
        return '该事件只能由流程触发 (it only happens by itself)'
    if target.kind in ('parallelGateway', 'inclusiveGateway') and len(target.incoming) > 1:
        return '汇聚网关不能直接进入 (a join waits for its flows)'
    return ''


def _allowed(program: Program, found: MoveResult, target: Element, passed: Finding | None) -> bool:
    """Refuse to skip a deciding step or a milestone (`passed`), and to reach a milestone by the move itself."""
    if passed is not None:
        found.findings.append(passed)
    met = [one.said.milestone for one in automatic(program, target) if one.said.milestone]
    if met:
        found.findings.append(finding('would_reach', new=target, milestone=met[0]))
    return not found.blocked


def _carry_out(instance: Instance, left: Sequence[Token], target: Element, program: Program, found: MoveResult) -> bool:
    """Find where the target runs, take the tokens away, put the new one there. False when there is no such place, or several."""
    place, missing = _place(instance, left, target, program)
    if place is None:
        why = '所在子流程没有在运行，或同时有多个在运行 (its scope is not running, or several are)'
        found.findings.append(finding('not_enterable', new=target, why=why))
        return False
    view = _view(place, left)
    for token in left:
        _take_away(token, place, found)
    for around in missing:
        node = place.spec.task_specs.get(around.id)
        if not isinstance(node, SubprocessNode) or isinstance(node, CallNode):
            why = f'“{called(around)}”不能从中间进入 (it cannot be entered in the middle)'
            found.findings.append(finding('not_enterable', new=target, why=why))
            return False
        found.findings.append(finding('subprocess_entered', new=around))
        try:
            place = _enter(place, node, view)
        except StepFailed as error:
            found.findings.append(finding('expression_fails', new=around, why=error.zh))
            return False
    node = place.spec.task_specs[target.id]
    place.arrive(node, view)
    return True


def _place(instance: Instance, left: Sequence[Token], target: Element, program: Program) -> tuple[Scope | None, list[Element]]:
    """The running scope the target is in, or the next one around it with the subprocesses to enter, outermost first."""
    missing: list[Element] = []
    at = target
    while True:
        scopes = [one for one in (instance, *instance.subprocesses.values()) if one.spec.element == at.scope]
        around = {id(scope) for token in left for scope in _around(token.workflow)}
        near = [scope for scope in scopes if id(scope) in around] or scopes
        if len(near) == 1:
            return near[0], missing[::-1]
        if near:
            return None, []
        try:
            at = program.element(at.scope)
        except KeyError:
            return None, []
        missing.append(at)


def _around(scope: Scope) -> list[Scope]:
    found = [scope]
    while (host := found[-1].host) is not None:
        found.append(host.workflow)
    return found


def _view(place: Scope, left: Sequence[Token]) -> Data:
    """What the new token sees: the variables of what was left, or of the whole scope when nothing was."""
    if not left:
        return place.seen()
    view = left[0].seen()
    for token in left[1:]:
        view = view.merged(token.seen())
    return view


def _take_away(token: Token, place: Scope, found: MoveResult) -> None:
    """Cancel a token, and every scope that is empty without it unless the new token comes into it."""
    scope = token.workflow
    token.cancel()
    while scope is not place and scope.host is not None and all(one.task_spec.stands_by for one in scope.task_tree.children):
        if any(scope is one for one in _around(place)):
            return
        host = scope.host
        scope = host.workflow
        found.findings.append(finding('subprocess_left', old=host.task_spec.element))
        parent = host.parent
        if host.task_spec.loop is not None and parent is not None and isinstance(parent.task_spec, LoopNode):
            host = parent
        host.cancel()


def _enter(place: Scope, node: SubprocessNode, view: Data) -> Scope:
    """Begin a subprocess without its start: its boundary events and event subprocesses wait, the token comes afterwards."""
    host = Token(place, node, place.task_tree, FUTURE)
    host.view = view
    facts = [(boundary, boundary.prepare(host)) for boundary in node.arming]
    inner = Inner(node.inside, host, view)
    place.top_workflow.subprocesses[host.id] = inner
    inner.start((), view)
    host._set_state(STARTED)
    for boundary, remembered in facts:
        boundary.arm(host, remembered)
    return inner
