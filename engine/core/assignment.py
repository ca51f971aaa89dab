"""Who may work a user task: what its diagram says (`engine.bpmn.people`), evaluated for one case, and settled with who is really there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.bpmn.model import Diagram, Element
from engine.bpmn.people import RECEIVED_BY, Part, People, Place, initiators, people_of, split
from engine.core.errors import Rejection
from engine.core.widths import GROUP, PERSON, fitting
from engine.feel import FeelError, to_plain
from engine.words import Word, joined, said

Functions = Mapping[str, Callable[..., Any]]
_PLACES: Mapping[Place, Word] = {
    'group': Word('候选组', 'candidate group'),
    'user': Word('候选人', 'candidate user'),
    'assignee': Word('办理人', 'assignee'),
}
_SHOWN = 80


@dataclass(frozen=True)
class Offer:
    """Whom a user task is offered to. `wrong` is what gave no name, in sentences for an incident; `notes` what was done instead.

    `asked`: whether the diagram named people; `unknown`: people it named whose expression had no value, as sentences.
    """

    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    assignee: str | None = None
    wrong: tuple[Word, ...] = ()
    unknown: tuple[Word, ...] = ()
    notes: tuple[Word, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """Of a row of `user_task`."""
        groups = list(self.groups)
        key = (groups[0] if groups else '')[:GROUP]
        return {'candidate_groups': groups, 'group_key': key, 'candidate_users': list(self.users), 'assignee': self.assignee}

    @property
    def told(self) -> dict[str, Any]:
        """For the history; `instead` are the notes in Chinese and English."""
        found: dict[str, Any] = {'groups': list(self.groups), 'assignee': self.assignee}
        found |= {'users': list(self.users)} if self.users else {}
        return found | ({'instead': [[str(note), note.en] for note in self.notes]} if self.notes else {})

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody named one by one."""
        return (*self.users, *(() if self.assignee is None else (self.assignee,)))


@dataclass(frozen=True)
class Staff:
    """What the office knows of the people of an offer: who is `gone`, and why; the item's rule for that; the windows that lead the item."""

    gone: Mapping[str, Word] = field(default_factory=dict)
    fallback: str = 'window'  # or head, or incident
    heads: tuple[str, ...] = ()


Staffing = Callable[[Any, int, Offer], Staff]
"""Asks the office: a transaction, the definition, and what it offers."""


def everybody_is_there(_tx: Any, _definition_id: int, _offer: Offer) -> Staff:
    """The answer of an engine that was told of no office."""
    return Staff()


@dataclass(frozen=True)
class Assignment:
    """The assignment part of one user task, its expressions compiled."""

    people: People
    starters: tuple[str, ...]  # variables that hold who received the case, as the start events name them
    signers: int
    not_by: tuple[str, ...]
    form_ref: str | None
    priority: int

    @classmethod
    def of(cls, element: Element, diagram: Diagram) -> Assignment:
        """Read an element's assignment. What cannot be read is in `people.wrong`; the check has refused it long before."""
        return cls(
            people=people_of(element, diagram),
            starters=initiators(diagram),
            signers=element.said.signers,
            not_by=element.said.not_by,
            form_ref=element.form_ref,
            priority=_number(element.attrs.get('priority'), 50),
        )

    @property
    def windows(self) -> tuple[str, ...]:
        """The candidate groups that no case chooses."""
        return tuple(part.text for part in self.people.groups if part.compiled is None)

    def offer(self, variables: Mapping[str, Any], functions: Functions, now: datetime) -> Offer:
        """Whom this instance of the task is offered to. Never raises: what has no value, or one that is no name, is in `wrong`.

        An assignee of several names are candidates, as are candidate users beside an assignee.
        """
        names = _Names(self.starters, variables, functions, now)
        groups = names.of(self.people.groups, 'group')
        users = names.of(self.people.users, 'user')
        holders = names.of(self.people.assignee, 'assignee')
        for one in self.people.wrong:
            what, why = _PLACES[one.place], one.why
            names.wrong.append(
                said('{what}“{text}”无法读取：{why}', '{what} "{text}" cannot be read: {why}', what=what, text=one.text, why=why)
            )
        holder = holders[0] if len(holders) == 1 else None
        candidates = users if holder is not None else tuple(dict.fromkeys((*users, *holders)))
        return Offer(groups, candidates, holder, tuple(names.wrong), tuple(names.unknown))


class _Names:
    """Evaluates the parts of one assignment for one case, and collects what gives no name."""

    def __init__(self, starters: Collection[str], variables: Mapping[str, Any], functions: Functions, now: datetime) -> None:
        self.starters, self.variables, self.functions, self.now = starters, variables, functions, now
        self.wrong: list[Word] = []
        self.unknown: list[Word] = []

    def of(self, parts: Iterable[Part], place: Place) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in parts:
            try:
                value = self._value(part, place)
                names = list(_names_in(value))
                if not names:
                    self._no_value(part, place)
                most, what = (GROUP, 'a candidate group') if place == 'group' else (PERSON, 'an account')
                found |= dict.fromkeys(fitting(name, most, what, _PLACES[place]) for name in names)
            except (FeelError, Rejection, ArithmeticError, ValueError, TypeError) as error:
                self.wrong.append(self._said(part, place, error))
        return tuple(found)

    def _value(self, part: Part, place: Place) -> Any:
        """A word is the case's variable or function of that name, where there is one, and else a name as it stands."""
        if part.compiled is not None:
            self._know_starters(part.compiled.names)
            return to_plain(part.compiled.evaluate(self.variables, functions=self.functions, now=self.now))
        self._know_starters({part.text})
        if place == 'assignee' and part.text in self.variables:
            return self.variables[part.text]
        return self.functions[part.text]() if place == 'assignee' and part.text in self.functions else part.text

    def _know_starters(self, read: Collection[str]) -> None:
        """A case that began before its start event's `initiator` was kept knows the person all the same."""
        missing = [name for name in self.starters if name in read and name not in self.variables]
        if missing:
            self.variables = {**self.variables, **dict.fromkeys(missing, self.functions[RECEIVED_BY]())}

    def _no_value(self, part: Part, place: Place) -> None:
        saw = self._saw(part)
        sentence = said('{what}“{text}”没有值{saw}', '{what} "{text}" has no value{saw}', what=_PLACES[place], text=part.text, saw=saw)
        (self.wrong if place == 'group' else self.unknown).append(sentence)

    def _said(self, part: Part, place: Place, error: Exception) -> Word:
        why = Word(getattr(error, 'zh', None) or str(error), str(error))
        return said(
            '{what}“{text}”：{why}{saw}', '{what} "{text}": {why}{saw}', what=_PLACES[place], text=part.text, why=why, saw=self._saw(part)
        )

    def _saw(self, part: Part) -> Word:
        """The values the expression read, shortened; of a name as it stands, nothing."""
        read = sorted(part.compiled.names) if part.compiled is not None else []
        if not read:
            return Word('', '')
        seen = '，'.join(f'{name} = {_shown(self.variables.get(name))}' for name in read)
        return Word(f'（{seen}）', f' ({seen})')


def _names_in(value: Any) -> Iterator[str]:
    """The names in a value: a text (commas part them), or a list of texts. Raises Rejection for anything else."""
    if value is None:
        return
    if isinstance(value, str):
        yield from split(value)
    elif isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        for one in value:
            yield from split(one)
    else:
        found = _shown(value)
        raise Rejection(f'Expected a name or a list of names, but got {found}', f'应为名称或名称列表，现为 {found}')


def _shown(value: Any) -> str:
    text = 'null' if value is None else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'


def settle(offer: Offer, staff: Staff) -> Offer:
    """What becomes of an offer whose people are not all there: the rest may take it, else the rule of the item says where it goes."""
    users = tuple(name for name in offer.users if name not in staff.gone)
    assignee = offer.assignee if offer.assignee not in staff.gone else None
    notes = (*offer.unknown, *(staff.gone[name] for name in dict.fromkeys(offer.people) if name in staff.gone))
    left = replace(offer, users=users, assignee=assignee, notes=notes)
    if not notes or left.people:
        return left
    if staff.fallback == 'head':
        left = replace(left, groups=staff.heads)
    if staff.fallback == 'incident' or not left.groups:
        return replace(left, wrong=(*offer.wrong, joined(notes, '；', '; ')))
    return left


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.strip().isdigit() else otherwise
