"""Who may work a user task: candidate groups, assignee, number of signers, and who is barred, as the diagram says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.bpmn.model import Element
from engine.core.errors import Rejection
from engine.core.widths import GROUP, PERSON, fitting
from engine.feel import FeelError, compile_diagram_text, compile_expression

_NAME = re.compile(r'[^\W\d][\w.\-@]*')
Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Assignment:
    """The assignment part of one user task, its expressions compiled.

    `groups` is a comma list or a template giving one; without it the lane's name is the group. `assignee` is an expression
    (`handled_by("check")`), a template (`${starter}`) or, when nothing of that name exists, a user's name as it stands.
    """

    groups: tuple[Any, ...]  # text, or a compiled template
    assignee: Any
    assignee_text: str
    signers: int
    not_by: tuple[str, ...]
    form_ref: str | None
    priority: int

    @classmethod
    def of(cls, element: Element) -> Assignment:
        """Compile an element's assignment. Raises FeelSyntaxError, which the check has reported long before."""
        text = element.attrs.get('candidateGroups', '').strip() or (element.lane or '')
        assignee = element.attrs.get('assignee', '').strip()
        compiled = None
        if assignee:
            compiled = compile_diagram_text(assignee) if '${' in assignee or '#{' in assignee else _expression(assignee)
        return cls(
            groups=tuple(_group(part) for part in _split(text)),
            assignee=compiled,
            assignee_text=assignee,
            signers=element.said.signers,
            not_by=element.said.not_by,
            form_ref=element.form_ref,
            priority=_number(element.attrs.get('priority'), 50),
        )

    def groups_for(self, variables: Mapping[str, Any], functions: Functions, now: datetime) -> list[str]:
        """The candidate groups for this instance, in the diagram's order. Raises Rejection when an expression has no value."""
        found: list[str] = []
        for group in self.groups:
            value = group if isinstance(group, str) else _value(group, variables, functions, now)
            for one in value if isinstance(value, list | tuple) else str(value or '').split(','):
                name = fitting(str(one).strip(), GROUP, 'a candidate group', '候选组')
                if name and name not in found:
                    found.append(name)
        return found

    def assignee_for(self, variables: Mapping[str, Any], functions: Functions, now: datetime) -> str | None:
        """The assignee for this instance, None when anybody of the groups may claim it. Raises Rejection when there is no such value."""
        if not self.assignee_text:
            return None
        if self.assignee is None or (
            _NAME.fullmatch(self.assignee_text) and self.assignee_text not in variables and self.assignee_text not in functions
        ):
            return self.assignee_text
        if self.assignee_text in functions:
            value = _value(compile_expression(f'{self.assignee_text}()'), variables, functions, now)
        else:
            value = _value(self.assignee, variables, functions, now)
        return None if value in (None, '') else fitting(str(value), PERSON, 'an account', '办理人')


def _split(text: str) -> list[str]:
    """Split at commas outside ${…}."""
    return [part.strip() for part in re.split(r'[,，](?![^{]*\})', text) if part.strip()]


def _group(text: str) -> Any:
    return compile_diagram_text(text) if '${' in text or '#{' in text else text


def _expression(text: str) -> Any:
    try:
        return compile_expression(text)
    except FeelError:
        if _NAME.fullmatch(text):
            return None
        raise


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.strip().isdigit() else otherwise


def _value(compiled: Any, variables: Mapping[str, Any], functions: Functions, now: datetime) -> Any:
    try:
        return compiled.evaluate(variables, functions=functions, now=now)
    except FeelError as error:
        raise Rejection(f'Expected the assignment to have a value, but {error}', f'任务分派表达式无法求值：{error}') from error
