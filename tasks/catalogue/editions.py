"""What a case's pinned bundle says: diagram, forms, names; and the case's present data. Read side; built once per bundle content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select

from engine import Bundle, NotFound, read_zip
from engine.bpmn import Program, Run, build_program
from engine.bpmn.changes import Work
from engine.bpmn.model import Diagram, Element
from engine.bpmn.run import Waits
from engine.forms import Form, convert_form_data, parse_form
from engine.tables import process_definition, process_instance

KEPT = 64
_EDITIONS: OrderedDict[str, Edition] = OrderedDict()
_LOCK = Lock()


@dataclass
class Edition:
    """One bundle, read-only; the same object for every definition with this content."""

    bundle: Bundle
    _forms: dict[str, Form | None] = field(default_factory=dict)

    @cached_property
    def program(self) -> Program:
        """The bundle made ready to run."""
        return build_program(self.bundle)

    @property
    def diagram(self) -> Diagram:
        """The main diagram."""
        return self.program.diagram

    def element(self, element_id: str) -> Element | None:
        """An element of any diagram of the bundle."""
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


def edition_of(connection: Connection, definition_id: int) -> Edition:
    """The bundle of a definition; raises NotFound."""
    definition = process_definition.c
    digest = connection.execute(select(definition.bundle_hash).where(definition.id == definition_id)).scalar_one_or_none()
    if digest is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    with _LOCK:
        found = _EDITIONS.get(digest)
        if found is not None:
            _EDITIONS.move_to_end(digest)
            return found
    content = connection.execute(select(definition.bundle).where(definition.id == definition_id)).scalar_one()
    with _LOCK:
        found = _EDITIONS.setdefault(digest, Edition(read_zip(content)))
        if len(_EDITIONS) > KEPT:
            _EDITIONS.popitem(last=False)
        return found


def variables_of(connection: Connection, instance_id: int, token: str | None = None) -> dict[str, Any]:
    """The present data of an instance, or what one token sees of it."""
    run = _look_at(connection, instance_id)
    if run is None:
        return {}
    return dict(run.variables if token is None else run.variables_of(token))


def waits_of(connection: Connection, instance_id: int) -> Waits:
    """What the stored state of an instance waits for, by token. Raises what restoring a damaged state raises."""
    run = _look_at(connection, instance_id)
    return run.waits if run is not None else Waits(frozenset(), frozenset(), frozenset())


def _look_at(connection: Connection, instance_id: int) -> Run | None:
    instance = process_instance.c
    row = connection.execute(select(instance.state, instance.definition_id).where(instance.id == instance_id)).one_or_none()
    if row is None or not row.state:
        return None
    return Run.restore(edition_of(connection, row.definition_id).program, row.state, _Onlooker())


class _Onlooker:
    """The host of a run that is only looked at: it never steps, so nothing here is ever asked."""

    @property
    def now(self) -> datetime:
        return datetime.min.replace(tzinfo=UTC)

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        return {}

    def call(self, work: Work) -> Mapping[str, Any]:
        raise RuntimeError(f'Expected only to be looked at, but {work.element} was called')
