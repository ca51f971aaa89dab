"""One verb on one process instance: restore or begin, act, advance to the next wait state, report, dump.

A Run is made for one verb by one thread and then thrown away. Verbs only say what has happened; `advance` does the stepping and tells
everything that changed since `begin` or `restore`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.changes import Awaited, Changes
from engine.bpmn.model import EventDefinition
from engine.bpmn.program import Program
from engine.bpmn.spiff import codec
from engine.bpmn.spiff.data import EMPTY
from engine.bpmn.spiff.events import EventNode, receive, thrown_code, waiting_for
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.bpmn.spiff.host import BpmnError, Host
from engine.bpmn.spiff.nodes import UserNode
from engine.bpmn.spiff.report import Snapshot, awaited, beside, changes, picture
from engine.bpmn.spiff.scope import Instance, Journal
from engine.bpmn.spiff.stepping import run_to_wait
from engine.bpmn.spiff.token import READY, WAITING, Token
from engine.core.effort import ACT, Effort
from engine.core.errors import Rejection

__all__ = ['BpmnError', 'Host', 'Run', 'Waits']


@dataclass(frozen=True)
class Waits:
    """What an instance waits for, as tokens: every one of them has a row, and no other row is open."""

    user_tasks: frozenset[str]
    timers: frozenset[str]
    subscriptions: frozenset[str]


class Run:
    """A process instance in memory for the length of one verb."""

    def __init__(self, program: Program, instance: Instance, before: Snapshot) -> None:
        self.program = program
        self._instance = instance
        self._before = before
        self._was_over = instance.how is not None

    @classmethod
    def begin(cls, program: Program, host: Host, variables: Mapping[str, Any], start_event: str | None = None) -> Run:
        """A new instance, at the given start event or where the process begins. Raises Rejection if there is no such start event."""
        spec = program.main
        begins = spec.begins
        if start_event is not None:
            node = spec.task_specs.get(start_event)
            if node is None or getattr(getattr(node, 'element', None), 'kind', '') != 'startEvent':
                raise Rejection(f'Expected a start event, but {start_event!r} is none', f'没有开始事件 {start_event}')
            begins = (node,)
        instance = Instance(spec, program.specs, ScriptEngine(host))
        instance.task_tree.view = instance.kept = EMPTY.written(variables, instance.next_stamp())
        instance.start(begins, instance.kept)
        return cls(program, instance, Snapshot({}, {}))

    @classmethod
    def restore(cls, program: Program, blob: bytes, host: Host) -> Run:
        """An instance from its state. Raises codec.StateUnreadable if the bytes are not a state of this program."""
        instance = codec.restore(blob, program.specs, ScriptEngine(host))
        return cls(program, instance, picture(instance))

    def complete(self, token: str, variables: Mapping[str, Any]) -> None:
        """A person has done a user task. Raises Rejection if the token is not an open user task."""
        found = self._instance.find(token)
        if found is None or not isinstance(found.task_spec, UserNode) or found.state != READY or 'produced' in found.internal_data:
            raise Rejection(f'Expected an open user task, but token {token} is {_named(found)}', '该任务已不在办理中', token=token)
        refused = found.task_spec.refuses(variables)
        if refused is not None:
            raise Rejection(f'Expected {refused}', '请从列出的步骤中选择下一步', token=token)
        found.internal_data.pop('failed', None)
        self._instance.ready(found, variables)

    def fire(self, token: str, last: bool = True) -> None:
        """A timer's row says: now. With last=False a non-interrupting one goes on waiting. Raises Rejection if it does not wait."""
        self._happens(token, ('timer',), {}, last)

    def deliver(self, token: str, payload: Mapping[str, Any] | None = None) -> None:
        """A message, signal or condition a subscription row waits for is there. Raises Rejection if the token does not wait for one."""
        self._happens(token, ('message', 'signal', 'conditional'), payload or {}, last=False)

    def raise_at(self, token: str, event: str, reason: str) -> EventDefinition:
        """Whoever does a user task raises an error or escalation that a boundary event of it catches; which one it is.

        Raises Rejection if the token is no open user task, or if nothing on it catches such a thing under this id.
        """
        host = self._instance.find(token)
        if host is None or not isinstance(host.task_spec, UserNode) or host.state != READY or 'produced' in host.internal_data:
            raise Rejection(f'Expected an open user task, but token {token} is {_named(host)}', '该任务已不在办理中', token=token)
        if host.task_spec.loop is not None and host.parent is not None:
            host = host.parent  # boundary events are on the loop, not on one of its instances
        node = next((each for each in host.task_spec.boundaries if each.element.id == event and each.waits_for is None), None)
        caught = node.element.event if node is not None else None
        if node is None or caught is None:
            raise Rejection(
                f'Expected an error or escalation that {_named(host)} catches, but {event!r} is none', '本环节没有可提出的这类情形'
            )
        told = {f'{caught.kind}CodeVariable': thrown_code(caught), 'errorMessageVariable': reason}
        node.spring(host, {name: value for key, text in told.items() for name, value in node.told(key, text).items()})
        return caught

    def _happens(self, token: str, kinds: tuple[str, ...], payload: Mapping[str, Any], last: bool) -> None:
        found = self._instance.find(token)
        node = found.task_spec if found is not None else None
        if found is None or not isinstance(node, EventNode) or node.waits_for not in kinds or found.state != WAITING:
            raise Rejection(f'Expected a waiting {kinds[0]}, but token {token} is {_named(found)}', '该事件已不在等待', token=token)
        found.internal_data.pop('failed', None)
        node.happens(found, payload, last)

    def deliver_signal(self, name: str, payload: Mapping[str, Any] | None = None) -> int:
        """Give a signal to everything here that waits for it; how many there were."""
        count = 0
        for token in waiting_for(self._instance, 'signal', name):
            if token.alive:
                receive(token, payload or {})
                count += 1
        return count

    def retry(self, token: str) -> None:
        """Try a failed step again. Raises Rejection if the token has not failed."""
        found = self._instance.find(token)
        if found is None or found.failed is None:
            raise Rejection(f'Expected a failed step, but token {token} is {_named(found)}', '该步骤没有失败，无需重试', token=token)
        del found.internal_data['failed']
        self._instance.enqueue(found)

    def cancel(self) -> None:
        """End the instance and everything in it. Raises Rejection if it is over already."""
        if self._instance.how is not None:
            raise Rejection(f'Expected a running instance, but it is {self._instance.how}', '该流程已经结束')
        self._instance.cancel_all()
        self._instance.completed = True
        self._instance.how = 'cancelled'

    def advance(self, whole: Effort | None = None) -> Changes:
        """Step until everything waits; what has changed since begin, restore or the last advance. `whole` pays for more acts than this."""
        with (whole or Effort(ACT)).share(ACT) as effort:
            self._instance.script_engine.effort = effort
            run_to_wait(self._instance)
        return self.report()

    def report(self) -> Changes:
        """What has changed since begin, restore or the last report. Nothing is stepped."""
        instance = self._instance
        after = picture(instance)
        found = changes(instance, self._before, after, self._was_over)
        self._before, self._was_over = after, instance.how is not None
        instance.log = Journal()
        return found

    def dump(self) -> bytes:
        """The state to keep: no specs, nothing of what is finished."""
        return codec.dump(self._instance)

    @property
    def variables(self) -> dict[str, Any]:
        """All data of the instance together, of two writes the later."""
        return dict(self._instance.seen().values)

    def variables_of(self, token: str) -> dict[str, Any]:
        """What a token sees, its local variables included. Raises Rejection if there is no such token."""
        found = self._instance.find(token)
        if found is None:
            raise Rejection(f'Expected a token, but {token} is not there', '该环节已不存在', token=token)
        return dict(found.data)

    @property
    def failed(self) -> dict[str, str]:
        """The tokens whose step failed and still stands, with the reason: every other incident of this instance is over."""
        return {token.id: token.failed for token in self._instance.live() if token.failed is not None}

    @property
    def waits(self) -> Waits:
        """The tokens that wait for a person, a timer's row or a message, as the state has them."""
        waiting = self._before.waiting.values()
        return Waits(
            user_tasks=self.open_user_tasks,
            timers=frozenset(token.id for token in waiting if token.task_spec.waits_for == 'timer'),
            subscriptions=frozenset(token.id for token in waiting if token.task_spec.waits_for != 'timer'),
        )

    @property
    def awaited(self) -> list[Awaited]:
        """The messages and signals the state waits for, as their rows say them."""
        return [awaited(token) for token in self._before.waiting.values() if token.task_spec.waits_for != 'timer']

    @property
    def open_user_tasks(self) -> frozenset[str]:
        """The tokens of the user tasks that are open."""
        return frozenset(token.id for token in self._before.opened.values() if isinstance(token.task_spec, UserNode))

    @property
    def open_elements(self) -> list[str]:
        """The elements where tokens are, each once, oldest first; events that wait beside an activity or gateway are not among them."""
        here = [token for token in self._instance.live() if not beside(token)]
        return list(dict.fromkeys(token.task_spec.element.id for token in sorted(here, key=lambda token: int(token.id))))


def _named(token: Token | None) -> str:
    return 'not there' if token is None else f'on {token.task_spec.element.id}'
