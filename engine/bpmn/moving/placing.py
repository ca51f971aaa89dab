"""Tokens of a case on other elements: of another version of its diagram, or on a chosen step. No SQL, and no handler is called.

A migration carries every token to the new program; a move takes tokens of a program away and puts one on an element of it. Both are
`Wanted`, and what stands in the way of either is told by the same rules. Nobody is given a way round what only clerks may do: no deciding
step and no milestone is passed over, none is reached by the act itself or again, and no case is left where it could never end.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.bpmn.model import Element
from engine.bpmn.moving.ahead import Past, automatic, milestones_ahead, passed_over, standstill
from engine.bpmn.moving.beginning import begin, leaving, movable, target_of
from engine.bpmn.moving.carrying import Carrying
from engine.bpmn.moving.findings import finding
from engine.bpmn.moving.wanted import CasePlace, Placed, Wanted
from engine.bpmn.program import Program
from engine.bpmn.run import Run
from engine.bpmn.spiff import codec
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.bpmn.spiff.host import Host
from engine.bpmn.spiff.report import beside, picture
from engine.bpmn.spiff.scope import Instance
from engine.bpmn.spiff.token import Token

NOTHING = Past()


def places(blob: bytes, program: Program, host: Host) -> list[CasePlace]:
    """The places of a case that can be left, oldest first. Raises codec.StateUnreadable."""
    return [_place(token) for token in movable(codec.restore(blob, program.specs, ScriptEngine(host)))]


def _place(token: Token) -> CasePlace:
    element = token.task_spec.element
    around = tuple(one.task_spec.element.name or one.task_spec.element.id for one in token.outward())[:0:-1]
    return CasePlace(token.id, element.id, element.name, element.kind, around, token.failed)


def raise_ids(blob: bytes, program: Program, used: bytes, used_program: Program, host: Host) -> bytes:
    """The state `blob` of `program`; its next token id is higher than any that the later state `used` has given out."""
    instance = codec.restore(blob, program.specs, ScriptEngine(host))
    instance.last_id = max(instance.last_id, codec.restore(used, used_program.specs, ScriptEngine(host)).last_id)
    return codec.dump(instance)


def place(blob: bytes, old: Program, new: Program, host: Host, wanted: Wanted, *, past: Past = NOTHING) -> Placed:
    """Put the state of `old` on `new` (the same program for a move) as `wanted`; it has not stepped yet. Raises codec.StateUnreadable."""
    instance = codec.restore(blob, old.specs, ScriptEngine(host))
    before, ahead, ends = picture(instance), milestones_ahead(old, instance), standstill(old, instance) is None
    made = Placed()
    if new is not old:
        instance = Carrying(old, new, instance, wanted, made).carry()
    left = leaving(instance, wanted.leave, made)
    target = target_of(new, wanted.begin, made) if wanted.begin is not None else None
    if not made.blocked:
        made.left = [token.task_spec.element for token in left]
        _judge(old, new, instance, target, past, made=made)
    if target is not None and not made.blocked:
        begin(instance, left, target, new, made)
    if not made.blocked:
        _look_ahead(new, instance, ahead, ends, past, made=made)
    if not made.blocked:
        made.run = Run(new, instance, before)
        made.changes = made.run.report() if new is not old else made.changes
    return made


def _judge(old: Program, new: Program, instance: Instance, target: Element | None, past: Past, *, made: Placed) -> None:
    """A token that comes to another element of one diagram is moved, whether somebody chose the element or a plan maps one to the other."""
    jumps: list[tuple[Program, Sequence[Element], Element, bool]] = []
    for carried in made.carried.values():
        both = next((one for one in (new, old) if one.has(carried.old.id) and one.has(carried.new.id)), None)
        if carried.old.id != carried.new.id and both is not None:
            token = instance.find(carried.token)
            goes_on = token is not None and token.failed is not None  # as soon as it is tried again
            jumps.append((both, [both.element(carried.old.id)], both.element(carried.new.id), goes_on))
    if target is not None:
        jumps.append((new, made.left, target, True))
    for program, left, to, goes_on in jumps:
        passed = passed_over(program, left, to, past)
        made.findings += [passed] if passed is not None else []
        if goes_on:
            _judge_automatic(program, instance, left, to, made=made)


def _judge_automatic(program: Program, instance: Instance, left: Sequence[Element], target: Element, *, made: Placed) -> None:
    """What only clerks may reach is not reached by the act itself: a milestone, or the end of the case."""
    passed = automatic(program, target)
    met = [one.said.milestone for one in passed if one.said.milestone]
    if met:
        made.say('would_reach', new=target, milestone=met[0])
    gone = {target.id, *(element.id for element in left)}
    others = [token for token in instance.live() if not beside(token) and token.id not in instance.subprocesses]
    alone = all(gone & {one.task_spec.element.id for one in token.outward()} for token in others)
    if alone and any(one.kind == 'endEvent' and one.scope == program.main.element for one in passed):
        made.say('would_end', new=target)


def _look_ahead(program: Program, instance: Instance, ahead: set[str], ends: bool, past: Past, *, made: Placed) -> None:
    """A milestone before the case must stay before it, one behind it must stay behind it, and a case that could end must still."""
    now = milestones_ahead(program, instance)
    for milestone in sorted(ahead - now - set(past.reached)):
        made.say('milestone_lost', milestone=milestone)
    for milestone in sorted((now & set(past.reached)) - ahead):
        made.say('milestone_again', milestone=milestone)
    stuck = standstill(program, instance) if ends else None
    if stuck is not None:
        made.findings.append(finding('never_ends', new=stuck))
