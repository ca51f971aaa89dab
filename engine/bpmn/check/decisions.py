"""Decision tables of a bundle: can they be read, do they answer every case once, and is every word in them known?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.bpmn.check.texts import near_function, unknown_functions
from engine.bpmn.check.view import House
from engine.bpmn.dmn import Decision, coverage
from engine.bpmn.dmn.model import Row
from engine.bpmn.dmn.types import kind_of_type
from engine.bpmn.edits import Fix, ReplaceText
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import decisions as rules
from engine.bpmn.rulebook import steps
from engine.feel import Expression, UnaryTests
from engine.feel.syntax import Call, ListLiteral, Name, SyntaxNode

SINGLE = ('U', 'F', 'A', 'P')
"""Hit policies whose empty answer is a null that somebody must expect."""


def covered(every: Mapping[str, Decision], files: Mapping[str, str]) -> Iterator[Problem]:
    """Gaps and overlaps of the tables, where they are decidable. `files` says where a decision is written."""
    for decision in every.values():
        if decision.literal is None and not decision.rows:
            yield rules.DECISION_EMPTY.at(decision.id, decision.line, decision.name, file=files[decision.id])
            continue
        for found in coverage(decision) or ():
            place, file = (decision.id, found.line, decision.name), files[decision.id]
            if found.kind == 'overlap':
                first, second = found.rows
                yield rules.DECISION_OVERLAP.at(*place, file=file, sample=found.sample, first=first, second=second)
            elif decision.hit_policy in SINGLE and all(output.default is None for output in decision.outputs):
                yield rules.DECISION_GAP.at(*place, file=file, sample=found.sample)


def worded(every: Mapping[str, Decision], files: Mapping[str, str], known: Collection[str], house: House) -> Iterator[Problem]:
    """Words of cells that nobody writes (D-09), functions nobody has, and cells over truth values that say two things (D-08).

    `known` are the variables of the bundle. Only a cell that is nothing but words is judged by them: those are texts without quotation
    marks. What a longer expression reads may come from a handler or a message.
    """
    known = {*known, *(name for decision in every.values() for name in (decision.id, decision.variable))}
    for decision in every.values():
        for line, cell in _cells(decision):
            place = decision.id, line, decision.name
            for name in sorted(unknown_functions(cell, house.functions)):
                facts = near_function(name, cell.juel, house.functions)
                yield steps.FUNCTION_UNKNOWN.at(*place, file=files[decision.id], place='单元格', place_en='cell', found=name, **facts)
            unknown = [node for node in _words(cell) if node.name not in known]
            for word in dict.fromkeys(node.name for node in unknown):
                fixes = (_quoted(cell.source, unknown, line),)
                yield rules.DECISION_WORD.at(*place, file=files[decision.id], fixes=fixes, cell=cell.source, found=word)
        yield from _ambiguous(decision, files[decision.id])


def _cells(decision: Decision) -> Iterator[tuple[int, UnaryTests | Expression]]:
    for row in decision.rows:
        yield from ((row.line, cell) for cell in (*row.tests, *row.results) if cell is not None)
    yield from ((decision.line, output.default) for output in decision.outputs if output.default is not None)


def _words(cell: UnaryTests | Expression) -> list[Name]:
    """The words of a cell that is nothing but words and lists of them."""
    nodes: Sequence[SyntaxNode] = cell.nodes if isinstance(cell, UnaryTests) else (cell.node,)
    parts = [part for node in nodes for part in (node.items if isinstance(node, ListLiteral) else (node,))]
    return [part for part in parts if isinstance(part, Name) and part.name != '?']


def _quoted(text: str, words: Sequence[Name], line: int) -> Fix:
    meant = text
    for word in sorted(words, key=lambda each: -each.position):
        end = word.position + len(word.name)
        if meant[word.position : end] == word.name:
            meant = f'{meant[: word.position]}"{word.name}"{meant[end:]}'
    return Fix(f'改为 {meant}', f'Write {meant}', (ReplaceText(f'>{text}<', f'>{meant}<', line),))


def _ambiguous(decision: Decision, file: str) -> Iterator[Problem]:
    for index, column in enumerate(decision.inputs):
        if kind_of_type(column.type) != 'boolean':
            continue
        for row in decision.rows:
            cell = _by_itself(row, index)
            if cell:
                facts: dict[str, Any] = {'cell': cell, 'column': column.label or column.text}
                yield rules.DECISION_AMBIGUOUS.at(decision.id, row.line, decision.name, file=file, **facts)


def _by_itself(row: Row, index: int) -> str:
    test = row.tests[index]
    alone = test is not None and len(test.nodes) == 1 and isinstance(test.nodes[0], Name | Call) and '?' not in test.source
    return test.source if test is not None and alone else ''
