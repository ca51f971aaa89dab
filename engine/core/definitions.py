"""Bundles as they run: program, forms and what the office reads of one are built once per bundle hash and shared by all threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, select

from engine.bpmn.model import Diagram, Element
from engine.bpmn.problem import Problem
from engine.bpmn.program import Program, build_program
from engine.core.assignment import Assignment
from engine.core.bundle import Bundle, read_zip
from engine.core.database import once
from engine.core.errors import NotFound, Undeployable
from engine.forms import Form, convert_form_data, parse_form
from engine.tables import process_definition

KEPT_EDITIONS = 64
KEPT_DEFINITIONS = 256
Read = TypeVar('Read')


@dataclass(frozen=True)
class ClockRule:
    """One of the case's clocks: which milestone starts it, which one it must reach, and how long it may take."""

    name: str
    starts: str
    ends: str
    limit: str

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ClockRule:
        """From the stored JSON object; KeyError for a missing key."""
        return cls(str(stored['name']), str(stored['starts']), str(stored['ends']), str(stored['limit']))


PATIENT = 'yizhan_patient'
"""In the `info` of a connection that writes: whoever began its transaction makes an edition ready and begins anew (`NotReady`)."""


class NotReady(BaseException):
    """A transaction that writes needs an edition that was not read in this process yet. That takes long, and everybody else would wait.

    No `Exception`: what makes an incident of everything that goes wrong in a step must let it pass.
    """

    def __init__(self, definition_id: int) -> None:
        super().__init__(f'Expected definition {definition_id} to be read before, but it was not')
        self.definition_id = definition_id


class Edition:
    """One bundle by its content: the same object for every definition with this hash, in every engine of the process.

    Nothing of it changes. What a floor above reads from the bundle (the catalogue entry, the printed forms) is kept here too: `read`.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.hash = bundle.hash
        self._lock = RLock()
        self._read: dict[Callable[[Bundle], Any], Any] = {}
        self._forms: dict[str, Form | None] = {}
        self._assignments: dict[str, Assignment] = {}
        self.ready = False

    def make_ready(self, readers: Iterable[Callable[[Bundle], Any]] = ()) -> None:
        """Read now all that a transaction may need of it. What cannot be read is kept from nobody: whoever needs it gets the error."""
        for reader in (_built, *readers):
            with suppress(Exception):
                self.read(reader)
        with suppress(Exception):
            steps = [element for diagram in self.program.diagrams.values() for element in diagram.elements.values()]
            for element in steps:
                if element.kind == 'userTask':
                    self.form(element.id)
                    self.assignment(element.id)
        self.ready = True

    def read(self, reader: Callable[[Bundle], Read]) -> Read:
        """What a reader makes of the bundle, once. What the reader raises is raised, and nothing is kept."""
        if reader not in self._read:
            found = reader(self.bundle)  # outside the lock: two threads may both read, and one answer is kept
            with self._lock:
                self._read.setdefault(reader, found)
        return cast(Read, self._read[reader])

    @property
    def program(self) -> Program:
        """The bundle made ready to run. Raises Undeployable."""
        return self.read(_built)

    @property
    def diagram(self) -> Diagram:
        """The main diagram."""
        return self.program.diagram

    def element(self, element_id: str) -> Element | None:
        """An element of any diagram of the bundle, None when there is none."""
        try:
            return self.program.element(element_id)
        except KeyError:
            return None

    def name_of(self, element_id: str | None) -> str:
        """What the diagram calls an element: its name, else its id."""
        element = self.element(element_id) if element_id else None
        return (element.name if element else '') or element_id or ''

    def form(self, element_id: str) -> Form | None:
        """The form of a user task: its .form file, else its generated form data, else None."""
        if element_id not in self._forms:
            self._forms[element_id] = self._read_form(self.element(element_id))
        return self._forms[element_id]

    def _read_form(self, element: Element | None) -> Form | None:
        if element is None:
            return None
        source = self.bundle.form(element.form_ref) if element.form_ref else None
        if source is not None:
            return parse_form(source)
        return convert_form_data(element.form_fields) if element.form_fields else None

    def assignment(self, element_id: str) -> Assignment:
        """Who may work a user task, compiled once. Raises KeyError for an unknown element."""
        found = self._assignments.get(element_id)
        if found is None:
            found = self._assignments[element_id] = Assignment.of(self.program.element(element_id), self.program.diagram_of(element_id))
        return found


def _built(bundle: Bundle) -> Program:
    return build_program(bundle)


_EDITIONS: OrderedDict[str, Edition] = OrderedDict()
_LOCK = RLock()


def edition(bundle: Bundle) -> Edition:
    """The edition with this bundle's content."""
    return _known(bundle.hash) or _keep(Edition(bundle))


def edition_of(connection: Connection, definition_id: int) -> Edition:
    """The edition a definition runs. Raises NotFound."""
    return once(connection, ('edition', definition_id), lambda: _edition_of(connection, definition_id))


def _edition_of(connection: Connection, definition_id: int) -> Edition:
    definition = process_definition.c
    mine = definition.id == definition_id
    row = connection.execute(select(definition.bundle_hash, definition.key).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    known = _known(row.bundle_hash)
    if connection.info.get(PATIENT) and (known is None or not known.ready):
        raise NotReady(definition_id)
    if known is not None:
        return known
    return _keep(Edition(read_zip(connection.execute(select(definition.bundle).where(mine)).scalar_one(), row.key)))


def _known(digest: str) -> Edition | None:
    with _LOCK:
        found = _EDITIONS.get(digest)
        if found is not None:
            _EDITIONS.move_to_end(digest)
        return found


def _keep(new: Edition) -> Edition:
    with _LOCK:
        found = _EDITIONS.setdefault(new.hash, new)
        if len(_EDITIONS) > KEPT_EDITIONS:
            _EDITIONS.popitem(last=False)
        return found


@dataclass(frozen=True)
class Checked:
    """An edition with everything the check said of it. What is deployed is what was checked, by hash."""

    edition: Edition
    problems: tuple[Problem, ...]

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What does not keep it from being deployed."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    @property
    def deployable(self) -> bool:
        """Whether nothing of it is an error."""
        return not any(problem.is_error for problem in self.problems)

    def need_deployable(self) -> None:
        """Raises Undeployable with all problems when one of them is an error."""
        if not self.deployable:
            raise Undeployable(list(self.problems))


@dataclass
class Definition:
    """A deployed definition ready to run. Its files never change; whether it is in force is asked of the table."""

    id: int
    key: str
    version: int
    name: str
    edition: Edition
    clock_rules: Sequence[ClockRule]

    @property
    def bundle(self) -> Bundle:
        """Its files."""
        return self.edition.bundle

    @property
    def program(self) -> Program:
        """What runs."""
        return self.edition.program

    @property
    def hash(self) -> str:
        """The bundle's content hash."""
        return self.edition.hash

    def element(self, element_id: str) -> Element:
        """An element of any diagram of the bundle. Raises KeyError."""
        return self.program.element(element_id)

    def assignment(self, element_id: str) -> Assignment:
        """Who may work a user task."""
        return self.edition.assignment(element_id)


class Definitions:
    """The definitions of one engine's database by id; what they run is shared by content."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._definitions: dict[int, Definition] = {}

    def get(self, connection: Connection, definition_id: int) -> Definition:
        """A definition by id. Raises NotFound."""
        found = self._definitions.get(definition_id)
        if found is None:
            found = self._load(connection, definition_id)
            with self._lock:
                if len(self._definitions) >= KEPT_DEFINITIONS:
                    self._definitions.clear()
                self._definitions[definition_id] = found
        if connection.info.get(PATIENT) and not found.edition.ready:
            raise NotReady(definition_id)
        return found

    def forget(self, definition_id: int) -> None:
        """Drop one definition: its transaction was not committed, and its id may be given again."""
        with self._lock:
            self._definitions.pop(definition_id, None)

    def _load(self, connection: Connection, definition_id: int) -> Definition:
        d = process_definition.c
        row = connection.execute(select(d.id, d.key, d.version, d.name, d.clock_rules).where(d.id == definition_id)).one_or_none()
        if row is None:
            raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
        rules = tuple(ClockRule.of(rule) for rule in row.clock_rules)
        return Definition(row.id, row.key, row.version, row.name, edition_of(connection, definition_id), rules)
