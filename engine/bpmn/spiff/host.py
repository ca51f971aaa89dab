"""What a run needs from outside, and the three ways a step can go wrong inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.bpmn.changes import Work


class Host(Protocol):
    """The world of one verb: its single clock reading, FEEL functions of this instance, and the handlers of service tasks."""

    @property
    def now(self) -> datetime:
        """The verb's one clock reading, timezone-aware."""

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Functions that expressions may call besides FEEL's own, e.g. first_contact."""

    def call(self, work: Work) -> Mapping[str, Any]:
        """Run a handler now and give the variables it makes. Raises BpmnError for a modelled error; any other exception is an incident."""


class BpmnError(Exception):
    """A modelled error: the diagram catches it by its code (BPMN 2.0.2 §10.5.6). Uncaught it becomes an incident."""

    def __init__(self, code: str, message: str = '') -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class StepFailed(Exception):
    """A step that cannot be taken now; the token stays and can be tried again. `zh` is for the operator, the text and `detail` say why."""

    def __init__(self, zh: str, en: str, detail: str = '') -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.detail = detail
