"""Who plays in a trial: people made up for each window, stand-ins for handlers and functions, and the case a window would have received."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine import FUNCTIONS as ENGINE_FUNCTIONS
from engine import Actor, BpmnError, FunctionCall, ServiceCall
from engine.rows import StoredTask
from tasks.cases.functions import FUNCTIONS
from tasks.catalogue.item import ItemSpec
from tasks.workshop.trial.scenario import Answer

CASE = '000000202601010000010'
"""The business key of every trial: a number no hall gives."""
APPLICANT = 'applicant'
RECEIVER = 'receiver'
DEFAULT_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    'issue_licence': {'licence_no': '试运行0001', 'valid_from': None, 'valid_until': None},
    'issue_document': {'document_no': '试运行〔0000〕1号'},
}
"""What the office's own handlers give back while nobody says otherwise."""


class HandlerFailed(Exception):
    """The analyst said that this handler fails: an operator would find an incident."""


class StandIns(Mapping[str, Callable[[ServiceCall], Mapping[str, Any]]]):
    """A handler for every name: it answers what the scenario says for the element, else for the handler, else the usual."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = {answer.name: answer for answer in answers}

    def __getitem__(self, name: str) -> Callable[[ServiceCall], Mapping[str, Any]]:
        return self._answer

    def get(self, name: str, default: Any = None) -> Any:
        """Always one: nothing a diagram calls is missing in a trial."""
        return self._answer

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __bool__(self) -> bool:
        """There is a stand-in for every name, also while the scenario says nothing."""
        return True

    def _answer(self, call: ServiceCall) -> Mapping[str, Any]:
        found = self._answers.get(call.element) or self._answers.get(call.handler)
        if found is None:
            return DEFAULT_ANSWERS.get(call.handler, {})
        if found.error:
            raise BpmnError(found.error)
        if found.fail:
            raise HandlerFailed(found.fail)
        return found.returns


def functions() -> dict[str, Callable[..., Any]]:
    """The engine's functions as they are; of the office's, `first_contact` names the made-up receiver and the others know nothing."""

    def unknown(_call: FunctionCall, *_arguments: Any, **_named: Any) -> None:
        return None

    def receiver(_call: FunctionCall) -> str:
        return RECEIVER

    ours: dict[str, Callable[..., Any]] = {name: unknown for name in FUNCTIONS if name not in ENGINE_FUNCTIONS}
    return ours | {'first_contact': receiver}


def person(task: StoredTask, by: str, barred: set[str]) -> Actor:
    """Whoever does a task: the named person, else its assignee, a candidate, or a made-up clerk of its window who is not barred from it."""
    groups = frozenset(task.candidate_groups)
    if task.group_key == APPLICANT:
        return Actor(by or APPLICANT, by or '申请人', groups=groups, kind='applicant', cases=frozenset({CASE}))
    name = by or task.assignee or next((one for one in task.candidate_users if one not in barred), '')
    if not name:
        name = next(f'{task.group_key or "clerk"}-{n}' for n in range(1, 99) if f'{task.group_key or "clerk"}-{n}' not in barred)
    return Actor(name, name, roles=frozenset({'clerk'}), groups=groups)


def received(spec: ItemSpec | None, start: datetime) -> dict[str, Any]:
    """The variables a window gives a new case, with a made-up applicant and every material handed in."""
    materials = spec.materials if spec else ()
    return {
        'case_no': CASE,
        'item_code': spec.code if spec else '',
        'agent': None,
        'channel': 'window',
        'received_at': start.isoformat(),
        'applicant': {'name': '试运行申请人', 'kind': 'enterprise', 'id_type': 'uscc', 'id_no': '', 'phone': '', 'address': ''},
        'materials': [{'code': each.code, 'name': each.name, 'received': True} for each in materials],
    }
