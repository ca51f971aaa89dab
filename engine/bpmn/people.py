"""Who works a user task, as a diagram says it: windows, people named one by one, and whoever gets it at once.

One function reads these texts for the check and for the run: what the check accepts, the run can compile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.bpmn.model import Diagram, Element
from engine.feel import FeelSyntaxError, compile_diagram_text
from engine.feel.expression import Expression
from engine.words import Word

Place = Literal['group', 'user', 'assignee']
INITIATOR = frozenset({'$INITIATOR', '${INITIATOR}', '${$INITIATOR}'})
"""How Flowable and Activiti write whoever started the process."""
RECEIVED_BY = 'received_by'
"""The function that knows who received the case."""
ACCOUNT = re.compile(r'\w[\w.@-]*')
"""What an account can be called (`tasks.people.fields.username`)."""
_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|.', re.DOTALL)
_OWNER = re.compile(r'(user|group)\(\s*([^()]*|.*\{.*\}[^()]*)\s*\)', re.DOTALL)
_NO_ACCOUNT = Word(
    '账号只能用字母、数字、_ - . @，不含空格，几个账号之间用逗号分隔；表达式写在 ${…} 里',
    'an account has letters, digits, _ - . and @ and no space, several are separated by commas; an expression stands in ${…}',
)


@dataclass(frozen=True)
class Part:
    """One name, or one expression that gives names (`compiled`)."""

    text: str
    compiled: Expression | None = None


@dataclass(frozen=True)
class Misread:
    """A text that is neither a name nor an expression, and why. `syntax` is the error of an expression in ${…}."""

    place: Place
    text: str
    why: Word
    syntax: FeelSyntaxError | None = None


@dataclass(frozen=True)
class People:
    """Who works a user task. An `assignee` of several names are candidates; `wrong` is what could not be read."""

    groups: tuple[Part, ...] = ()
    users: tuple[Part, ...] = ()
    assignee: tuple[Part, ...] = ()
    wrong: tuple[Misread, ...] = ()

    @property
    def nobody(self) -> bool:
        """Whether the diagram says nothing at all."""
        return not (self.groups or self.users or self.assignee or self.wrong)

    @property
    def names_people(self) -> bool:
        """Whether it names people, and not only windows."""
        return bool(self.users or self.assignee)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts named as they stand; a word that is a variable or function of the case is known only when it runs."""
        return tuple(part.text for part in (*self.users, *self.assignee) if part.compiled is None)


def people_of(element: Element, diagram: Diagram) -> People:
    """Read who works a user task: its candidate groups and users, and its assignee. Where it names nobody its lane is the window."""
    wrong: list[Misread] = []
    users = _read(element.attrs.get('candidateUsers', ''), 'user', wrong)
    assignee = _read(element.attrs.get('assignee', ''), 'assignee', wrong)
    groups = _read(element.attrs.get('candidateGroups', ''), 'group', wrong)
    if not groups and not users and not assignee:
        groups = _read(diagram.lane_name(element) or '', 'group', wrong)
    return People(groups, users, assignee, tuple(wrong))


def initiators(diagram: Diagram) -> tuple[str, ...]:
    """The variables in which the start events of a diagram keep who received the case."""
    return tuple(name for one in diagram.elements.values() if one.kind == 'startEvent' and (name := one.attrs.get('initiator', '').strip()))


def _read(text: str, place: Place, wrong: list[Misread]) -> tuple[Part, ...]:
    found: list[Part] = []
    for piece in split(text):
        try:
            found.append(_part(piece, place))
        except FeelSyntaxError as error:
            wrong.append(Misread(place, piece, Word(error.zh, error.en), error if _marked(piece) else None))
        except ValueError:
            wrong.append(Misread(place, piece, _NO_ACCOUNT))
    return tuple(found)


def _part(text: str, place: Place) -> Part:
    """Raises FeelSyntaxError for an expression that cannot be read, ValueError for what can be no account."""
    if text in INITIATOR:
        return Part(text, compile_diagram_text(f'{RECEIVED_BY}()'))
    if _marked(text):
        return Part(text, compile_diagram_text(text, literal=True))
    if place == 'group':
        if '{' in text or '}' in text:
            raise ValueError(text)
        return Part(text)
    if ACCOUNT.fullmatch(text):
        return Part(text)
    if '(' in text:
        return Part(text, compile_diagram_text(text))
    raise ValueError(text)


def _marked(text: str) -> bool:
    return '${' in text or '#{' in text


def split(text: str) -> Iterator[str]:
    """The pieces between commas, of a text whose brackets and quotes may hold commas of their own."""
    depth, piece = 0, ''
    for found in _PIECES.finditer(text):
        sign = found.group()
        depth += (sign in '([{') - (sign in ')]}') if len(sign) == 1 else 0
        if sign in {',', '，'} and depth <= 0:
            if piece.strip():
                yield piece.strip()
            piece = ''
        else:
            piece += sign
    if piece.strip():
        yield piece.strip()


def owners(text: str) -> tuple[list[str], list[str]]:
    """Groups and users of a potential owner: `user(li), group(review)`; a bare name is a group, as Flowable reads it.

    Raises ValueError for anything else.
    """
    groups: list[str] = []
    users: list[str] = []
    for piece in split(text):
        found = _OWNER.fullmatch(piece)
        if found is not None and found.group(2).strip():
            (users if found.group(1) == 'user' else groups).append(found.group(2).strip())
        elif found is None and (_marked(piece) or not set(piece) & set('(){}')):
            groups.append(piece)
        else:
            raise ValueError(piece)
    return groups, users
