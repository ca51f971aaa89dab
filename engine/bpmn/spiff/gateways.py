"""Gateways (BPMN 2.0.2 §13.4): exclusive, parallel, inclusive, complex and event-based.

A join counts tokens per incoming flow and takes exactly one from each; more tokens on one flow wait for the next round.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from engine.bpmn.changes import Passed
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.nodes import Node, Way, no_way
from engine.bpmn.spiff.token import COMPLETED, FUTURE, READY, STARTED, WAITING, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import Scope


class ExclusiveNode(Node):
    """Exactly one flow: the first, in document order, whose condition holds; else the default; else the one without a condition."""

    def choose(self, token: Token) -> tuple[Way, ...]:
        holds = token.workflow.script_engine.holds
        for way in self.ways:
            if way.condition is not None and way is not self.default and holds(token, way.condition, way.flow):
                return (way,)
        fallback = self.default or next((way for way in self.ways if way.condition is None), None)
        if fallback is not None:
            return (fallback,)
        if self.ways:
            raise no_way(token, self.ways)
        return ()


class JoinNode(Node):
    """What parallel and inclusive joins share."""

    def waiting(self, scope: Scope) -> dict[str | None, Token]:
        """The first token that waits here for each incoming flow."""
        first: dict[str | None, Token] = {}
        for token in scope.task_tree.children:
            if token.task_spec is self and token.state == WAITING:
                first.setdefault(token.flow, token)
        return first

    def unite(self, token: Token, arrived: Mapping[str | None, Token]) -> None:
        """All of `arrived` become one: `token` goes on with everything they carry."""
        for other in arrived.values():
            if other is not token:
                token.view = token.view.merged(other.view)
                token.workflow.journal.passed.append(Passed(self.element.id, self.element.kind, other.flow))
                other._set_state(COMPLETED)
                token.workflow.remove(other)


class ParallelNode(JoinNode):
    """Waits for one token on every incoming flow and leaves by every outgoing one (§13.4.1)."""

    def enter(self, token: Token) -> int:
        incoming = self.element.incoming
        if len(incoming) < 2:
            return READY
        arrived = self.waiting(token.workflow)
        arrived.setdefault(token.flow, token)
        if len(arrived) < len(incoming) or arrived[token.flow] is not token:
            return WAITING
        self.unite(token, arrived)
        return READY

    def choose(self, token: Token) -> tuple[Way, ...]:
        return self.ways


class InclusiveNode(JoinNode):
    """Waits until no other token can still bring one to an incoming flow that has none (§13.4.3); leaves by every flow that holds."""

    reach: Mapping[str, frozenset[str]] = {}  # element id -> incoming flows reachable from it without visiting this gateway

    def enter(self, token: Token) -> int:
        return READY if len(self.element.incoming) < 2 else WAITING

    def wake(self, scope: Scope) -> bool:
        """Let the join go on if nothing can come any more. Asked when nothing else in the instance can move."""
        arrived = self.waiting(scope)
        if not arrived:
            return False
        missing = frozenset(self.element.incoming).difference(flow for flow in arrived if flow)
        if missing and any(self._may_bring(token, missing, arrived) for token in scope.task_tree.children):
            return False
        token = max(arrived.values(), key=lambda one: int(one.id))
        self.unite(token, arrived)
        token._set_state(READY)
        scope.top_workflow.enqueue(token)
        return True

    def _may_bring(self, token: Token, missing: frozenset[str], arrived: Collection[str | None]) -> bool:
        if token.task_spec is self:
            return False
        reach = self.reach.get(token.task_spec.element.id, frozenset())
        return bool(reach & missing) and not any(flow in reach for flow in arrived)


class ResetNode(Node):
    """Stands by while a complex gateway that has opened waits for its other flows: its token remembers the flows that `came`."""

    stands_by = True


class ComplexNode(InclusiveNode):
    """Opens once its activation condition holds, for example after two of three opinions (§13.4.5).

    What comes by the other flows afterwards ends here. When every flow has brought a token, or no other can come, the gateway begins anew.
    """

    activation: CompiledExpression
    reset: ResetNode

    def enter(self, token: Token) -> int:
        scope = token.workflow
        opened = self._opened(scope)
        if opened is not None:
            return self._late(token, opened)
        arrived = self.waiting(scope)
        arrived.setdefault(token.flow, token)
        if arrived[token.flow] is not token:
            return WAITING
        if not self.activates(token, arrived):
            if 'last' in token.internal_data:
                raise self._closed(len(arrived))
            return WAITING
        self.unite(token, arrived)
        if len(arrived) < len(self.element.incoming):
            beside = Token(scope, self.reset, scope.task_tree, WAITING)
            beside.internal_data['came'] = sorted(flow for flow in arrived if flow)
        return READY

    def activates(self, token: Token, arrived: Mapping[str | None, Token]) -> bool:
        """Whether the gateway opens with these tokens: `activationCount` is how many flows have brought one. Raises StepFailed."""
        view = token.view
        for other in arrived.values():
            view = view.merged(other.view)
        seen = {**view.values, 'activationCount': len(arrived)}
        return token.workflow.script_engine.holds(token, self.activation, self.element.id, seen)

    def choose(self, token: Token) -> tuple[Way, ...]:
        return () if 'late' in token.internal_data else self.ways

    def waiting(self, scope: Scope) -> dict[str | None, Token]:
        last = [token for token in scope.task_tree.children if token.task_spec is self and 'last' in token.internal_data]
        return {**super().waiting(scope), **{token.flow: token for token in last}}

    def wake(self, scope: Scope) -> bool:
        """Begin anew when no other flow can bring a token; one that can never open fails, for nobody would see it wait."""
        opened, arrived = self._opened(scope), self.waiting(scope)
        came = dict.fromkeys((*(opened.internal_data['came'] if opened else ()), *arrived))
        if any('last' in token.internal_data for token in arrived.values()) or not came:
            return False
        missing = frozenset(self.element.incoming).difference(flow for flow in came if flow)
        if missing and any(self._may_bring(token, missing, came) for token in scope.task_tree.children):
            return False
        if opened is not None:
            self._begin_anew(opened)
        else:
            token = max(arrived.values(), key=lambda one: int(one.id))
            token.internal_data['last'] = True
            _again(token)
        return True

    def _opened(self, scope: Scope) -> Token | None:
        return next((token for token in scope.task_tree.children if token.task_spec is self.reset), None)

    def _late(self, token: Token, opened: Token) -> int:
        came = opened.internal_data['came']
        if token.flow is None or token.flow in came:
            return WAITING
        token.internal_data['late'] = True
        opened.internal_data['came'] = sorted([*came, token.flow])
        if len(came) + 1 == len(self.element.incoming):
            self._begin_anew(opened)
        return READY

    def _begin_anew(self, opened: Token) -> None:
        """What has waited for the next round arrives."""
        scope = opened.workflow
        scope.remove(opened)
        for token in self.waiting(scope).values():
            _again(token)

    def _closed(self, count: int) -> StepFailed:
        called, text = self.element.name or self.element.id, self.activation.text
        return StepFailed(
            f'“{called}”的激活条件“{text}”不成立，且不会再有分支到达（已到达 {count} 个）',
            f'Expected the activation condition {text!r} of {self.element.id} to hold, but no token can come beside the {count} here',
        )


def _again(token: Token) -> None:
    token._set_state(FUTURE)
    token.workflow.top_workflow.enqueue(token)


class EventGatewayNode(Node):
    """The first of the following events decides (§13.4.4); the others are no longer waited for."""

    opens = 'event'

    def enter(self, token: Token) -> int:
        prepared = [(way, way.target.prepare(token)) for way in self.ways]
        for way, facts in prepared:
            child = Token(token.workflow, way.target, token, WAITING)
            child.view = token.view
            child.flow = way.flow
            child.internal_data.update(facts)
        return STARTED

    def won(self, token: Token, winner: Token) -> None:
        """`winner` takes the gateway's place."""
        token.workflow.journal.passed.append(Passed(self.element.id, self.element.kind, token.flow))
        self.replaced(token, winner)

    def replaced(self, token: Token, winner: Token) -> None:
        """`winner` hangs where `token` hung; nobody else is waited for."""
        scope = token.workflow
        token._children.remove(winner.id)
        winner._parent = token._parent
        scope.tasks[token._parent or '']._children.append(winner.id)
        for child in token.children:
            child.cancel()
        token._set_state(COMPLETED)
        scope.remove(token)
