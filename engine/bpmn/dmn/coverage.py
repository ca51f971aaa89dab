"""Gaps and overlaps of a table, where they are decidable: columns of numbers, dates, strings and booleans compared with literals.

Every column is cut at the literals its tests name; between two cuts nothing changes, so one sample of each piece stands for all of it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.bpmn.dmn.model import Decision, Input
from engine.bpmn.proving.pieces import OTHER, days, numbers
from engine.feel import to_text

MOST_COMBINATIONS = 20_000
MOST_TESTS = 100_000
"""Evaluations of a test on a sample: rows times the pieces of their columns."""
MOST_PAIRS = 100_000
MOST_OVERLAPS = 50
_NUMBER = r'-?\d+(?:\.\d+)?'
_NUMBERS = re.compile(_NUMBER)
_NUMERIC = re.compile(rf'(?:not\()?(?:(?:[<>]=?)?\s*{_NUMBER}|[\[\]()]\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*[\[\]()])\)?')
_DATE = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class CoverageFinding:
    """A combination of values that no rule (`rows` empty) or more than one rule covers."""

    kind: str  # 'gap' | 'overlap'
    sample: str
    rows: tuple[str, ...] = ()
    line: int = 1


def coverage(decision: Decision) -> list[CoverageFinding] | None:
    """At most one gap, one overlap a pair of rules and `MOST_OVERLAPS` of these; None where it cannot be decided, or not soon enough."""
    if decision.literal is not None or not decision.inputs:
        return []
    columns = []
    for index, column in enumerate(decision.inputs):
        pieces = _pieces(column, [row.texts[index] for row in decision.rows])
        if pieces is None:
            return None
        columns.append(pieces)
    tests = len(decision.rows) * sum(len(pieces) for pieces in columns)
    if math.prod(len(pieces) for pieces in columns) > MOST_COMBINATIONS or tests > MOST_TESTS:
        return None
    return _findings(decision, columns)


def _findings(decision: Decision, columns: Sequence[Sequence[Any]]) -> list[CoverageFinding] | None:
    holds = [_holding(decision, index, pieces) for index, pieces in enumerate(columns)]
    gap: CoverageFinding | None = None
    overlaps: dict[tuple[str, ...], CoverageFinding] = {}
    seen: set[int] = set()
    pairs = MOST_PAIRS
    for combination in itertools.product(*(range(len(pieces)) for pieces in columns)):
        hits = (1 << len(decision.rows)) - 1
        for rows, piece in zip(holds, combination, strict=True):
            hits &= rows[piece]
        if not hits and gap is None:
            gap = CoverageFinding('gap', _sample(decision, columns, combination), (), decision.line)
        if decision.hit_policy not in ('U', 'A') or hits in seen or pairs <= 0 or len(overlaps) >= MOST_OVERLAPS:
            continue
        seen.add(hits)
        together = [row for place, row in enumerate(decision.rows) if hits >> place & 1]
        for first, second in itertools.islice(itertools.combinations(together, 2), pairs):
            pairs -= 1
            if decision.hit_policy == 'U' or first.result_texts != second.result_texts:
                sample = _sample(decision, columns, combination)
                overlaps.setdefault((first.id, second.id), CoverageFinding('overlap', sample, (first.id, second.id), second.line))
            if len(overlaps) >= MOST_OVERLAPS:
                break
    found = [*([gap] if gap is not None else []), *overlaps.values()]
    return found if found or pairs > 0 else None


def _holding(decision: Decision, index: int, pieces: Sequence[Any]) -> list[int]:
    """For every piece of a column the rows whose test it passes, as bits."""
    tests = [row.tests[index] for row in decision.rows]
    return [sum(1 << place for place, test in enumerate(tests) if test is None or test.matches(piece)) for piece in pieces]


def _sample(decision: Decision, columns: Sequence[Sequence[Any]], combination: Sequence[int]) -> str:
    return '，'.join(
        f'{column.label or column.text} = {_shown(pieces[piece])}'
        for column, pieces, piece in zip(decision.inputs, columns, combination, strict=True)
    )


def _shown(value: Any) -> str:
    return '（其他）' if value == OTHER else to_text(value)


def _pieces(column: Input, texts: Sequence[str]) -> Sequence[Any] | None:
    """One sample of every piece of the column's values, or None when a test is none we can cut at."""
    cells = [text.strip() for text in texts if text.strip() not in ('', '-')]
    parts = [part.strip() for cell in cells for part in cell.split(',')]
    if not cells:
        return column.allowed or ('',)
    if all(part in ('true', 'false', 'not(true)', 'not(false)') for part in parts):
        return (True, False)
    if all(_STRING.fullmatch(part.removeprefix('not(').removesuffix(')')) for part in parts):
        named = dict.fromkeys(match for cell in cells for match in _STRING.findall(cell))
        return column.allowed or (*named, OTHER)
    if all(_NUMERIC.fullmatch(part) for part in parts):
        return numbers(Decimal(number) for cell in cells for number in _NUMBERS.findall(cell))
    if all(_DATE.search(part) and not re.search(r'[a-z]', _DATE.sub('', part)) for part in parts):
        return days(date.fromisoformat(day) for cell in cells for day in _DATE.findall(cell))
    return None
