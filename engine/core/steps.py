"""What the verbs of one frame do with the steps of its instance: which they complete, open and try again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Completing:
    """How a user task is completed: by whom (`name`), with what data, who holds it from then on; who signed: {by, name, at, variables}."""

    name: str
    variables: Mapping[str, Any]
    assignee: str
    signatures: Sequence[Mapping[str, Any]]

    def told(self) -> dict[str, Any]:
        """For the history: without what each signer filled in, for the last one's data is the task's."""
        signed = [{'by': one['by'], 'name': one['name'], 'at': one['at']} for one in self.signatures]
        return {'name': self.name, 'variables': self.variables} | ({'signed': signed} if signed else {})


@dataclass(slots=True)
class Steps:
    """The steps the verbs of a frame have touched, by token. `open` are the user tasks open after the last step, None before any."""

    completing: dict[str, Completing] = field(default_factory=dict)
    retried: set[str] = field(default_factory=set)
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)  # name and window, in the order they were opened
    ids: list[int] = field(default_factory=list)  # of the opened, in the same order, once they were sent
    open: frozenset[str] | None = None

    def all_open(self) -> tuple[tuple[int, str, str], ...] | None:
        """Every open user task (id, name, window) when all of them were opened here and are sent; None when the database must be asked."""
        if self.open != self.opened.keys() or len(self.ids) != len(self.opened):
            return None
        return tuple((task_id, name, window) for task_id, (name, window) in zip(self.ids, self.opened.values(), strict=True))
