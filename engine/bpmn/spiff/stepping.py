"""Going on until everything waits: outermost scope first, every failure kept at its token, endless loops bounded."""

from __future__ import annotations

import heapq

from engine.bpmn.spiff.conditions import ask
from engine.bpmn.spiff.events import raise_error
from engine.bpmn.spiff.host import BpmnError, StepFailed
from engine.bpmn.spiff.scope import Instance, Scope, fail
from engine.bpmn.spiff.token import FUTURE, READY, Token
from engine.core.effort import TOKEN, TooMuchWork


def run_to_wait(instance: Instance) -> None:
    """Step until no token can go on by itself.

    An outer scope goes before an inner one, so that what an interrupting event ends stops at once.
    """
    while True:
        while instance.queue:
            token = heapq.heappop(instance.queue)[2]
            if token.alive and token.failed is None:
                step(instance, token)
            ask(instance)
        if not _wake(instance):
            return


def step(instance: Instance, token: Token) -> None:
    """Let one token enter and, if nothing keeps it, act and leave."""
    try:
        instance.script_engine.effort.spend(TOKEN)
    except TooMuchWork as error:
        fail(token, _endless(token, error.most))
        return
    try:
        if token.state == FUTURE:
            token.task_spec._update(token)
            ask(instance)
            if not token.alive:
                return
        if token.state == READY and (not token.task_spec.manual or 'produced' in token.internal_data):
            token.run()
    except StepFailed as error:
        fail(token, error)
    except BpmnError as error:
        if not raise_error(token, error):
            fail(token, uncaught(token, error))


def uncaught(token: Token, error: BpmnError) -> StepFailed:
    """Said when no boundary event catches an error."""
    element = token.task_spec.element
    return StepFailed(
        f'“{element.name or element.id}”抛出错误“{error.code}”（{error.message}），但没有边界事件捕获它',
        f'Expected a boundary event to catch error {error.code!r} of {element.id}, but there is none',
        error.message,
    )


def _endless(token: Token, most: int) -> StepFailed:
    element = token.task_spec.element
    return StepFailed(
        f'在“{element.name or element.id}”处自动执行超过 {most} 步，疑似死循环',
        f'Expected a wait state within at most {most} steps, but {element.id} was reached after more',
    )


def _wake(instance: Instance) -> bool:
    """When nothing moves: inclusive joins that nothing can reach any more, and conditions that hold without a write."""
    woken = ask(instance)
    scopes: list[Scope] = sorted((instance, *instance.subprocesses.values()), key=lambda scope: scope.level)
    for scope in scopes:
        for gateway in scope.spec.inclusive:
            woken = gateway.wake(scope) or woken
    return woken
