"""What an import did: one note a fact, in Chinese and English, at the element and line of the file that was brought."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.bpmn.xml import Node
from engine.words import Word

KINDS = ('read', 'mapped', 'dropped', 'decide')
"""Read as it is, written in the house's way, left out because it has no meaning here, and what a person must decide."""


MOST = 2_000
"""Notes of a file. A report beyond that is read by nobody."""


@dataclass(frozen=True)
class Note:
    """One fact. `code` is stable; `element` and `name` say where in the diagram; `line` counts in the file that was brought."""

    kind: str
    code: str
    message: Word
    element: str | None = None
    name: str = ''
    line: int | None = None
    file: str = ''


@dataclass
class Notes:
    """The notes of one file, in the order in which they were made; the same fact is told once."""

    file: str = ''
    found: dict[Note, None] = field(default_factory=dict)  # in order

    def read(self, code: str, message: Word, node: Node | None = None) -> None:
        """What was read as it is."""
        self._add('read', code, message, node)

    def mapped(self, code: str, message: Word, node: Node | None = None) -> None:
        """What is now written in the house's way."""
        self._add('mapped', code, message, node)

    def dropped(self, code: str, message: Word, node: Node | None = None) -> None:
        """What was left out."""
        self._add('dropped', code, message, node)

    def decide(self, code: str, message: Word, node: Node | None = None, *, at: tuple[str, str] | None = None) -> None:
        """What a person must decide or supply; `at` is the id and name of an element whose node is not at hand."""
        self._add('decide', code, message, node, at)

    def _add(self, kind: str, code: str, message: Word, node: Node | None, at: tuple[str, str] | None = None) -> None:
        owner = _owner(node)
        note = Note(kind, code, message, file=self.file)
        if at is not None:
            note = replace(note, element=at[0], name=at[1])
        if owner is not None:
            name = ' '.join((owner.get('name') or '').split())
            note = replace(note, element=owner.get('id'), name=name, line=node.sourceline if node is not None else None)
        if len(self.found) < MOST:
            self.found.setdefault(note)


def _owner(node: Node | None) -> Node | None:
    """The nearest element around a node that has an id: the one people see on the drawing."""
    while node is not None and not node.get('id'):
        node = node.getparent()
    return node
