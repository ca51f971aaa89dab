"""One-click changes as data: what a fix of a problem changes in a file. `engine.bpmn.fixing` makes the changes.

Names of attributes and children are qualified as lxml writes them: `{namespace}name`, or a plain name.
A child without a namespace is one of BPMN.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetAttribute:
    """Give an element (or its first such child, at any depth) an attribute; None takes it away."""

    element: str
    name: str
    value: str | None
    child: str = ''


@dataclass(frozen=True)
class RemoveChild:
    """Take the children of this name away, at any depth, whose attributes say `having`; empty extension elements go too."""

    element: str
    child: str
    having: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SetText:
    """Give an element's child this text; a child that is not there is made."""

    element: str
    child: str
    text: str


@dataclass(frozen=True)
class SetCondition:
    """Give a sequence flow this condition; None takes it away."""

    flow: str
    text: str | None


@dataclass(frozen=True)
class SetKind:
    """Turn an element into one of another kind, e.g. a task into a script task."""

    element: str
    kind: str


@dataclass(frozen=True)
class AddExtension:
    """Add a child to an element's extension elements; `xml` uses the prefixes bpmn, camunda, flowable and zeebe."""

    element: str
    xml: str


@dataclass(frozen=True)
class AddNode:
    """Add a flow node to a process or subprocess, drawn near another element of it: `side` is 'before', 'after' or 'below'."""

    scope: str
    id: str
    kind: str
    name: str = ''
    near: str = ''
    side: str = 'after'


@dataclass(frozen=True)
class AddFlow:
    """Add a sequence flow between two nodes of one scope."""

    id: str
    source: str
    target: str
    condition: str | None = None
    name: str = ''


@dataclass(frozen=True)
class MoveFlow:
    """Give a sequence flow another source or target."""

    flow: str
    source: str = ''
    target: str = ''


@dataclass(frozen=True)
class Remove:
    """Take an element with its drawing away; with a node go its flows and boundary events."""

    element: str


@dataclass(frozen=True)
class AddDefinition:
    """Declare a message, signal, error or escalation at the top of the file."""

    kind: str
    id: str
    name: str
    code: str = ''


@dataclass(frozen=True)
class ReplaceText:
    """Replace a text by another, where it stands first from a line on (0: in the file). For decisions, forms and item.toml too.

    A text between `>` and `<` is the whole text of an XML element, however the file writes it.
    """

    old: str
    new: str
    line: int = 0


Edit = (
    SetAttribute
    | RemoveChild
    | SetText
    | SetCondition
    | SetKind
    | AddExtension
    | AddNode
    | AddFlow
    | MoveFlow
    | Remove
    | AddDefinition
    | ReplaceText
)


@dataclass(frozen=True)
class Fix:
    """A change that takes a problem away. `code`, `element` and `file` are those of the problem unless given."""

    title: str
    title_en: str
    edits: tuple[Edit, ...]
    code: str = ''
    element: str | None = None
    file: str = ''
