"""Conditions of flows: does every value find a way, can two ways be taken, is one never taken? The prover is asked once per element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.check.domains import domains_at
from engine.bpmn.check.view import View, titled
from engine.bpmn.edits import Edit, Fix, SetAttribute, SetCondition
from engine.bpmn.model import Element, Flow
from engine.bpmn.problem import Problem
from engine.bpmn.proving import Outcomes, prove
from engine.bpmn.read_node import ACTIVITIES
from engine.bpmn.rulebook import structure as rules
from engine.core.effort import PROOF, Effort, TooMuchWork
from engine.feel import Expression, FeelError, compile_diagram_text
from engine.feel.syntax import Concatenation

CONDITIONAL = ACTIVITIES | {'exclusiveGateway', 'inclusiveGateway'}
"""What asks the conditions of its flows (BPMN 2.0.2 §8.3.13)."""


def ways(view: View, element: Element) -> Iterator[Problem]:
    """Problems of the conditions and the default of one element."""
    if element.kind == 'complexGateway':
        return  # conditions out of one are refused by name elsewhere
    out = view.diagram.out(element)
    if element.default and element.default not in element.outgoing:
        drop = Fix('去掉默认流标记', 'Take the default away', (SetAttribute(element.id, 'default', None),))
        yield view.say(rules.GATEWAY_DEFAULT_UNKNOWN, element, found=element.default, fixes=[drop])
    if element.kind not in CONDITIONAL:
        rule = rules.CONDITION_NEVER_ASKED if element.kind == 'parallelGateway' else rules.CONDITION_MISPLACED
        for flow in out:
            if flow.condition:
                yield view.say(rule, flow, source=titled(element), fixes=[unconditional(flow)])
        return
    if len(out) == 1:
        if out[0].condition:
            alone = rules.GATEWAY_DEFAULT_CONDITIONAL if element.default == out[0].id else rules.CONDITION_ALONE
            yield view.say(alone, out[0], source=titled(element), fixes=[unconditional(out[0])])
        return
    yield from _several(view, element, out)


def _several(view: View, element: Element, out: list[Flow]) -> Iterator[Problem]:
    bare = [flow for flow in out if not flow.condition and flow.id != element.default]
    for flow in out:
        if flow.id == element.default and flow.condition:
            yield view.say(rules.GATEWAY_DEFAULT_CONDITIONAL, flow, fixes=[unconditional(flow)])
    if element.kind not in ACTIVITIES:
        free = element.default not in element.outgoing
        for flow in bare:
            yield view.say(rules.CONDITION_MISSING, flow, source=titled(element), fixes=[made_default(view, element, flow)] if free else ())
    proof = proof_of(view, element)
    asked = _asked(element, out)
    if asked and not bare and element.default not in element.outgoing:
        yield from _without_default(view, element, asked, proof)
    if proof is not None:
        yield from _useless(view, element, asked, proof)


def _without_default(view: View, element: Element, asked: list[Flow], proof: Outcomes | None) -> Iterator[Problem]:
    fixes = [made_default(view, element, flow) for flow in reversed(asked)]
    if proof is None:
        facts = {'gap': '条件无法逐一推演', 'gap_en': 'the conditions cannot be gone through one by one'}
        yield view.say(rules.GATEWAY_PERHAPS_NO_WAY, element, fixes=fixes, **facts)
    elif proof.gap is not None and proof.gap.sure:
        yield view.say(rules.GATEWAY_WITHOUT_DEFAULT, element, gap=proof.gap.zh, gap_en=proof.gap.en, fixes=fixes)
    elif proof.gap is not None:
        facts = {'gap': f'例如 {proof.gap.zh}', 'gap_en': f'for example {proof.gap.en}'}
        yield view.say(rules.GATEWAY_PERHAPS_NO_WAY, element, fixes=fixes, **facts)


def _useless(view: View, element: Element, asked: list[Flow], proof: Outcomes) -> Iterator[Problem]:
    for place in sorted(proof.dead):
        yield view.say(rules.CONDITION_DEAD, asked[place], text=asked[place].condition or '')
    if element.kind != 'exclusiveGateway':
        return
    for place in sorted(proof.shadowed):
        yield view.say(rules.CONDITION_SHADOWED, asked[place], text=asked[place].condition or '')
    for (one, other), sample in sorted(proof.overlaps.items(), key=lambda each: each[0]):
        if other not in proof.shadowed:
            facts = {'first': titled(asked[one]), 'second': titled(asked[other])}
            yield view.say(rules.CONDITION_OVERLAP, element, sample=sample.zh, sample_en=sample.en, **facts)


def _asked(element: Element, out: list[Flow]) -> list[Flow]:
    return [flow for flow in out if flow.condition and flow.id != element.default]


def proof_of(view: View, element: Element) -> Outcomes | None:
    """What the prover says about the conditions out of an element, asked once; None where it cannot say anything."""
    known: dict[str, Outcomes | None] = view.memory.setdefault('proofs', {})
    if element.id not in known:
        effort = view.memory.setdefault('proof effort', Effort(PROOF))
        known[element.id] = _prove(view, element, effort)
    return known[element.id]


def _prove(view: View, element: Element, effort: Effort) -> Outcomes | None:
    asked = _asked(element, view.diagram.out(element))
    try:
        conditions = [_condition(flow) for flow in asked]
    except FeelError:  # reported by the rule for expressions
        return None
    if not asked or effort.left < 0 or any(isinstance(each.node, Concatenation) for each in conditions):
        return None
    paths = {path for condition in conditions for path in condition.paths}
    try:
        return prove(conditions, domains_at(view, element, paths, effort), effort)
    except TooMuchWork:
        return None


def _condition(flow: Flow) -> Expression:
    return compile_diagram_text(flow.condition or '')


def choices(view: View) -> Mapping[str, list[tuple[str, ...]]]:
    """For every element that asks conditions: the sets of conditional flows that can be taken together, where that is proved."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for element in view.elements:
        out = view.diagram.out(element)
        asked = _asked(element, out)
        if element.kind in CONDITIONAL and element.kind != 'exclusiveGateway' and len(asked) > 1:
            proof = proof_of(view, element)
            if proof is not None:
                found[element.id] = [tuple(asked[place].id for place in sorted(places)) for places in sorted(proof.together, key=sorted)]
    return found


def together(view: View, element: Element, one: Flow, other: Flow) -> bool:
    """Whether a token can leave an element by both flows at a time."""
    asked = _asked(element, view.diagram.out(element))
    if element.kind not in CONDITIONAL:
        return True
    if element.default in (one.id, other.id) and (one in asked or other in asked):
        return False
    proof = proof_of(view, element)
    if one not in asked or other not in asked or proof is None:
        return True
    return any({asked.index(one), asked.index(other)} <= places for places in proof.together)


def unconditional(flow: Flow) -> Fix:
    """The flow without its condition."""
    return Fix('去掉条件', 'Take the condition away', (SetCondition(flow.id, None),))


def made_default(view: View, element: Element, flow: Flow) -> Fix:
    """The flow as the default, which is taken when no condition holds."""
    target = view.diagram.elements.get(flow.target)
    called = flow.name or (titled(target) if target is not None else flow.id)
    edits: list[Edit] = [SetAttribute(element.id, 'default', flow.id)]
    if flow.condition:
        edits.append(SetCondition(flow.id, None))
    return Fix(f'把“{called}”设为默认流', f'Make "{called}" the default', tuple(edits))
