"""A business rule task that asks a decision of its own bundle. What the decision says depends on nothing but the token's variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.dmn import Decision, DecisionError, decide
from engine.bpmn.model import Element
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.nodes import Node

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import ProcessSpec
    from engine.bpmn.spiff.token import Token


class DecisionNode(Node):
    """Evaluates the decision when the token comes; the result goes to the result variable.

    Without `mapDecisionResult` the result is what DMN says: one value, a context when there are several outputs, a list when the table
    collects. The four words of Camunda 7 give the shapes they give there.
    """

    opens = 'activity'

    def __init__(
        self, process: ProcessSpec, element: Element, name: str | None = None, *, decisions: Mapping[str, Decision], wanted: str
    ) -> None:
        super().__init__(process, element, name)
        self.decisions = decisions
        self.wanted = wanted
        self.shape = element.attrs.get('mapDecisionResult', '')

    def act(self, token: Token) -> Mapping[str, Any] | None:
        """Raises StepFailed when the hit policy allows no answer."""
        engine = token.workflow.script_engine
        try:
            result = decide(self.decisions, self.wanted, token.data, engine.host.functions, now=engine.host.now, effort=engine.effort)
        except DecisionError as error:
            raise StepFailed(error.zh, str(error)) from error
        return {self.element.result_variable or self.wanted: shaped(self.decisions[self.wanted], result, self.shape)}


def shaped(decision: Decision, result: Any, shape: str) -> Any:
    """The result in one of Camunda's shapes: singleEntry, singleResult, collectEntries, resultList."""
    if not shape or decision.literal is not None or decision.aggregation:
        return result
    hits = result if isinstance(result, list) and decision.hit_policy in 'CRO' else [] if result is None else [result]
    if shape in ('singleEntry', 'collectEntries'):
        entries = [next(iter(hit.values())) if isinstance(hit, dict) and len(decision.outputs) > 1 else hit for hit in hits]
        return entries if shape == 'collectEntries' else next(iter(entries), None)
    rows = [hit if len(decision.outputs) > 1 else {decision.outputs[0].name: hit} for hit in hits]
    return rows if shape == 'resultList' else next(iter(rows), None)
