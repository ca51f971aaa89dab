"""What is wanted of the tokens of a case, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.bpmn.changes import Changes
from engine.bpmn.model import Element
from engine.bpmn.moving.findings import Finding, finding
from engine.bpmn.run import Run

KEEP, RELIMIT, RESTART = 'keep', 'relimit', 'restart'
CHOICES = (KEEP, RELIMIT, RESTART)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Where the tokens of a case are to be.

    `mapping`: element id of the old program → of the new one; what is not named keeps its id. `timers`: new id of a timer event (or `*`)
    → keep | relimit | restart, where its limit text differs. `leave`: tokens, or elements with every token on them, to take away.
    `begin`: the element to put a token on.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    timers: Mapping[str, str] = field(default_factory=dict)
    leave: Collection[str] = ()
    begin: str | None = None


@dataclass(frozen=True)
class CasePlace:
    """A place of a case that can be left: `within` are the names of the subprocesses around it, outermost first."""

    token: str
    element: str
    name: str
    kind: str
    within: tuple[str, ...]
    failed: str | None


@dataclass(frozen=True)
class Carried:
    """Where a token stood and where it stands now. `limit` is a timer's new limit text, None when it keeps its own."""

    token: str
    old: Element
    new: Element
    limit: str | None = None
    choice: str = KEEP


@dataclass(frozen=True)
class Added:
    """An event that waits from now on because the new program has it: `host` is the token it waits beside, None for a whole scope."""

    token: str
    element: Element
    host: str | None
    timer: bool


@dataclass
class Placed:
    """What became of the tokens. `run` is there only when nothing blocks; `changes` tells what is different before it steps."""

    findings: list[Finding] = field(default_factory=list)
    carried: dict[str, Carried] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # token of an awaited message or signal → its name now
    left: list[Element] = field(default_factory=list)
    run: Run | None = None
    changes: Changes = field(default_factory=Changes)

    @property
    def blocked(self) -> bool:
        """Whether it cannot be done."""
        return any(one.blocking for one in self.findings)

    def say(self, code: str, old: Element | None = None, new: Element | None = None, **facts: object) -> None:
        """Add a finding."""
        self.findings.append(finding(code, old=old, new=new, **facts))
