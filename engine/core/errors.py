"""The first of the three failures: a rejection. The others are a BPMN error (the diagram catches it) and an incident (an operator acts)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.words import Word


class Rejection(Exception):
    """The command cannot be done now. The message says «Expected …, but …»; `zh` says it to a clerk and knows the English.

    Nothing was changed.
    """

    status = 422

    def __init__(self, message: str, zh: str, **facts: Any) -> None:
        super().__init__(message)
        self.zh = Word(zh, message)
        self.facts = facts


class NotFound(Rejection):
    """No such thing, or none this actor may see."""

    status = 404


class Forbidden(Rejection):
    """The actor may not do this to this object."""

    status = 403


class Conflict(Rejection):
    """Somebody was first: names who and when."""

    status = 409

    def __init__(self, message: str, zh: str, *, who: str | None = None, when: datetime | None = None, **facts: Any) -> None:
        super().__init__(message, zh, who=who, when=when, **facts)
        self.who = who
        self.when = when


class Undeliverable(Rejection):
    """A message nobody waits for and nobody begins with. Trying again does not help: an operator must act at once."""


class Damaged(Rejection):
    """The stored state of an instance cannot be read. An operator must act; the history still tells what was done."""

    def __init__(self, instance_id: int, business_key: str, why: str) -> None:
        message = f'Expected a readable state of {business_key}, but {why}'
        super().__init__(message, f'办件 {business_key} 的流程数据无法读取，不能继续办理；已登记异常，请联系流程管理人员', why=why)
        self.instance_id, self.business_key, self.why = instance_id, business_key, why


class Undeployable(Rejection):
    """The bundle has problems; all of them are listed, nothing was deployed."""

    def __init__(self, problems: Sequence[Any]) -> None:
        errors = [p for p in problems if getattr(p, 'severity', 'error') == 'error']
        super().__init__(
            f'Expected a deployable bundle, but the check found {len(errors)} error(s)', f'部署未通过检查：{len(errors)} 处错误'
        )
        self.problems = tuple(problems)
