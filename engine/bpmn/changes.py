"""What one verb did to a process instance. Every row the engine writes about a run comes from here, so that state, user tasks, timers and
history cannot disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Variables = Mapping[str, Any]


@dataclass(frozen=True)
class OpenedUserTask:
    """A user task (or manual task) a person must now do. `token` is unique in the instance and stays the same until it closes."""

    token: str
    element: str
    name: str
    scope: tuple[str, ...]  # tokens of the enclosing subprocess / call activity activities, outermost first
    instance: int | None = None  # index in a multi-instance
    item: Any = None
    variables: Variables = field(default_factory=dict)  # data visible to this token, for assignee and candidate expressions
    flow: str | None = None  # the sequence flow it arrived by


@dataclass(frozen=True)
class Opened:
    """Any activity or catching event that waits or runs over more than one verb (subprocess, call activity, receive task, user task)."""

    token: str
    element: str
    kind: str
    scope: tuple[str, ...]
    variables: Variables = field(default_factory=dict)
    flow: str | None = None  # the sequence flow it arrived by; Passed tells it again once the token has gone through


@dataclass(frozen=True)
class Closed:
    """An `Opened` that is over."""

    token: str
    element: str
    kind: str
    how: str  # 'completed' | 'cancelled'


@dataclass(frozen=True)
class Passed:
    """An element the token went through in this verb, in order; the drawing's road and the milestones come from it."""

    element: str
    kind: str
    flow: str | None = None  # the sequence flow it arrived by, where that is known


@dataclass(frozen=True)
class ArmedTimer:
    """A timer event that waits. The engine makes the row; SpiffWorkflow never decides when it fires."""

    token: str
    element: str
    limit: str  # text with ${…} already evaluated
    timer_type: str  # timeDate | timeDuration | timeCycle
    boundary: bool
    interrupting: bool
    attached_to: str | None  # element id of the activity it bounds
    host: str | None  # token of the activity it bounds (as in Opened.token), None for intermediate events
    scope: tuple[str, ...] = ()


@dataclass(frozen=True)
class Awaited:
    """A message, signal or condition the instance waits for."""

    token: str
    element: str
    kind: str  # 'message' | 'signal' | 'conditional'
    name: str
    scope: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """A service, send or business rule task whose handler must run; the engine calls it inside the same verb or as an external task."""

    token: str
    element: str
    handler: str
    inputs: Variables
    variables: Variables


@dataclass(frozen=True)
class Thrown:
    """A message, signal, error or escalation leaving the instance uncaught inside it."""

    kind: str
    name: str
    element: str
    code: str | None = None
    payload: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """A step that could not be taken: becomes an incident; the token stays where it was."""

    token: str
    element: str
    message: str
    detail: str = ''


@dataclass(frozen=True)
class Ended:
    """The instance is over."""

    how: str  # 'completed' | 'terminated' | 'cancelled'
    result: str | None  # property result of the end event reached last
    element: str | None = None


@dataclass
class Changes:
    """What changed between two wait states, in order."""

    user_tasks: list[OpenedUserTask] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)  # also user tasks
    passed: list[Passed] = field(default_factory=list)
    armed: list[ArmedTimer] = field(default_factory=list)
    disarmed: list[str] = field(default_factory=list)  # timer tokens no longer waiting (fired ones included)
    awaited: list[Awaited] = field(default_factory=list)
    unawaited: list[str] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    ended: Ended | None = None
