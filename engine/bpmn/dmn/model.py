"""A decision as data. Specs are read only after reading and shared by all instances and threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import Expression, UnaryTests

HIT_POLICIES: Mapping[str, str] = {
    'UNIQUE': 'U',
    'FIRST': 'F',
    'ANY': 'A',
    'COLLECT': 'C',
    'RULE ORDER': 'R',
    'PRIORITY': 'P',
    'OUTPUT ORDER': 'O',
}
"""DMN's names of the hit policies and their letters (DMN 1.3 §8.2.11)."""

AGGREGATIONS = ('SUM', 'MIN', 'MAX', 'COUNT')
"""What a table that collects may do with its hits."""


@dataclass(frozen=True)
class Input:
    """A column of conditions. `allowed` are the values its inputValues list, when they are plain strings."""

    label: str
    text: str
    expression: Expression
    type: str = ''
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Output:
    """A column of results. `allowed` in the order of preference, which the priority policy needs."""

    name: str
    label: str
    type: str = ''
    allowed: tuple[Any, ...] = ()
    default: Expression | None = None


@dataclass(frozen=True)
class Row:
    """A rule: one test a column of conditions (None holds always), one expression a column of results."""

    id: str
    line: int
    tests: tuple[UnaryTests | None, ...]
    texts: tuple[str, ...]
    results: tuple[Expression | None, ...]
    result_texts: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A decision table, or a literal expression when `literal` is given. `requires` are the ids of decisions it reads."""

    id: str
    name: str
    line: int
    variable: str  # under which other decisions read its result
    requires: tuple[str, ...] = ()
    literal: Expression | None = None
    type: str = ''  # of a literal expression
    hit_policy: str = 'U'
    aggregation: str | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rows: tuple[Row, ...] = field(default_factory=tuple)
