"""Deployed definitions as they run: the program is built once per bundle hash and shared by all threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any

from sqlalchemy import Connection, select

from engine.bpmn.model import Element
from engine.bpmn.program import Program, build_program
from engine.core.assignment import Assignment
from engine.core.bundle import Bundle, read_zip
from engine.core.errors import NotFound
from engine.tables import process_definition

KEPT_PROGRAMS = 64


@dataclass(frozen=True)
class ClockRule:
    """One of the case's clocks: which milestone starts it, which one it must reach, and how long it may take."""

    name: str
    starts: str
    ends: str
    limit: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ClockRule:
        """From the stored JSON object; KeyError for a missing key."""
        return cls(str(row['name']), str(row['starts']), str(row['ends']), str(row['limit']))


@dataclass
class Definition:
    """A deployed definition ready to run. Its files never change; whether it is in force is asked of the table."""

    id: int
    key: str
    version: int
    name: str
    bundle: Bundle
    program: Program
    clock_rules: Sequence[ClockRule]
    _assignments: dict[str, Assignment] = field(default_factory=dict)

    def element(self, element_id: str) -> Element:
        """An element of any diagram of the bundle."""
        return self.program.element(element_id)

    def assignment(self, element_id: str) -> Assignment:
        """Who may work a user task, compiled once."""
        found = self._assignments.get(element_id)
        if found is None:
            found = self._assignments[element_id] = Assignment.of(self.element(element_id))
        return found

    @cached_property
    def hash(self) -> str:
        """The bundle's content hash."""
        return self.bundle.hash


_ROW = select(process_definition)


class Definitions:
    """The cache of one engine: definitions by id, programs by bundle hash (the least used are forgotten)."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._definitions: dict[int, Definition] = {}
        self._programs: OrderedDict[str, Program] = OrderedDict()

    def program(self, bundle: Bundle) -> Program:
        """The runnable program of a bundle. Raises Undeployable."""
        key = bundle.hash
        with self._lock:
            found = self._programs.get(key)
            if found is None:
                found = self._programs[key] = build_program(bundle)
                if len(self._programs) > KEPT_PROGRAMS:
                    self._programs.popitem(last=False)
            self._programs.move_to_end(key)
            return found

    def get(self, connection: Connection, definition_id: int) -> Definition:
        """A definition by id. Raises NotFound."""
        found = self._definitions.get(definition_id)
        if found is None:
            found = self._load(connection, definition_id)
            with self._lock:
                if len(self._definitions) >= 4 * KEPT_PROGRAMS:
                    self._definitions.clear()
                self._definitions[definition_id] = found
        return found

    def forget(self, definition_id: int) -> None:
        """Drop one definition: its transaction was not committed, and its id may be given again."""
        with self._lock:
            self._definitions.pop(definition_id, None)

    def _load(self, connection: Connection, definition_id: int) -> Definition:
        row = connection.execute(_ROW.where(process_definition.c.id == definition_id)).mappings().first()
        if row is None:
            raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
        bundle = read_zip(row['bundle'], row['key'])
        rules = tuple(ClockRule.of(rule) for rule in row['clock_rules'])
        return Definition(row['id'], row['key'], row['version'], row['name'], bundle, self.program(bundle), rules)
