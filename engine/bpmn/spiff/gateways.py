"""Gateways (BPMN 2.0.2 §13.4): exclusive, parallel, inclusive and event-based.

A join counts tokens per incoming flow and takes exactly one from each; more tokens on one flow wait for the next round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.changes import Passed
from engine.bpmn.spiff.nodes import Node, Way, no_way
from engine.bpmn.spiff.token import COMPLETED, READY, STARTED, WAITING, Token

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
            raise no_way(self.element)
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

    def _may_bring(self, token: Token, missing: frozenset[str], arrived: Mapping[str | None, Token]) -> bool:
        if token.task_spec is self:
            return False
        reach = self.reach.get(token.task_spec.element.id, frozenset())
        return bool(reach & missing) and not any(flow in reach for flow in arrived)


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
        scope = token.workflow
        token._children.remove(winner.id)
        winner._parent = token._parent
        scope.tasks[token._parent or '']._children.append(winner.id)
        scope.journal.passed.append(Passed(self.element.id, self.element.kind, token.flow))
        for child in token.children:
            child.cancel()
        token._set_state(COMPLETED)
        scope.remove(token)
