"""Conditional events (BPMN 2.0.2 §10.5.5): asked when their scope begins and after each write, before anything else moves.

An event happens when its condition becomes true. One that goes on waiting happens again only after its condition was not true in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.scope import Instance, Scope, fail
from engine.bpmn.spiff.token import WAITING, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.events import EventNode

HELD = 'held'


def ask(instance: Instance) -> bool:
    """Ask all that wait, outermost scope first, if anything was written or began to wait since the last time; True when one happened."""
    happened = False
    while instance.asks and instance.asked != instance.last_stamp:
        instance.asked = instance.last_stamp
        scopes: list[Scope] = [scope for scope in (instance, *instance.subprocesses.values()) if scope.spec.conditional]
        for scope in sorted(scopes, key=lambda each: each.level):
            for token in list(scope.tasks.values()):
                if token.state == WAITING and token.task_spec.waits_for == 'conditional' and token.alive and token.failed is None:
                    happened = _ask(token) or happened
    return happened


def _ask(token: Token) -> bool:
    node, held = cast('EventNode', token.task_spec), HELD in token.internal_data
    try:
        holds = node.condition_holds(token)
    except StepFailed as error:
        fail(token, error)
        return False
    if holds and not held:
        token.internal_data[HELD] = True
        node.happens(token, {})
        return True
    if held and not holds:
        del token.internal_data[HELD]
    return False
