"""Types of fields, scripts and decision results followed into what reads them: a comparison that cannot be true is told (D-02, D-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.check.domains import Path as VariablePath
from engine.bpmn.check.domains import domains_at
from engine.bpmn.check.texts import PLACES, every_text
from engine.bpmn.check.view import View
from engine.bpmn.dmn.model import Input
from engine.bpmn.dmn.types import kind_of_type
from engine.bpmn.edits import Fix, SetCondition
from engine.bpmn.model import Element, Flow
from engine.bpmn.problem import Problem
from engine.bpmn.proving import Domain
from engine.bpmn.proving.pieces import kind_of
from engine.bpmn.rulebook import decisions as decision_rules
from engine.bpmn.rulebook import steps as rules
from engine.core.effort import PROOF, Effort, TooMuchWork
from engine.feel import Expression, FeelError, compile_diagram_text
from engine.feel.syntax import (
    Between,
    Call,
    Comparison,
    Concatenation,
    Empty,
    In,
    InstanceOf,
    Junction,
    ListLiteral,
    Literal,
    MethodCall,
    Name,
    Path,
    Quantified,
    SyntaxNode,
)
from engine.feel.values import number_of, to_text
from engine.words import Word

KINDS: Mapping[str, Word] = {
    'boolean': Word('真假值', 'a truth value'),
    'number': Word('数', 'a number'),
    'string': Word('文本', 'a text'),
    'date': Word('日期', 'a date'),
    'list': Word('列表', 'a list'),
}
WANTED: Mapping[str, tuple[Word, frozenset[str]]] = {
    'condition': (Word('真假条件', 'a condition'), frozenset({'boolean'})),
    'completion': (Word('真假条件', 'a condition'), frozenset({'boolean'})),
    'loop': (Word('真假条件', 'a condition'), frozenset({'boolean'})),
    'collection': (Word('列表', 'a list'), frozenset({'list'})),
    'cardinality': (Word('整数', 'a whole number'), frozenset({'number', 'string'})),
}
"""What each place needs; a text may be a whole number."""
_TRUTH = (Between, Comparison, Empty, In, InstanceOf, Junction, Quantified)
_GIVES: Mapping[str, str] = {
    **dict.fromkeys(
        ('not', 'contains', 'starts with', 'ends with', 'matches', 'list contains', 'is defined', 'is empty', 'is blank'), 'boolean'
    ),
    **dict.fromkeys(('count', 'sum', 'number', 'string length', 'floor', 'ceiling', 'abs', 'modulo'), 'number'),
    **dict.fromkeys(('string', 'upper case', 'lower case', 'substring', 'trim', 'replace', 'string join'), 'string'),
    **dict.fromkeys(
        ('equals', 'equalsIgnoreCase', 'startsWith', 'endsWith', 'isEmpty', 'isBlank', 'containsKey', 'containsValue'), 'boolean'
    ),
    **dict.fromkeys(('size', 'length', 'indexOf', 'intValue', 'longValue', 'doubleValue'), 'number'),
    **dict.fromkeys(('toString', 'toLowerCase', 'toUpperCase', 'concat'), 'string'),
    'booleanValue': 'boolean',
}


@dataclass(frozen=True)
class TypedText:
    """One expression where it stands, and what its variables can hold there."""

    at: Element | Flow
    place: str
    compiled: Expression
    domains: Mapping[VariablePath, Domain]

    def kind(self, node: SyntaxNode) -> str:
        """The kind of a part's value; '' where that is unknown."""
        path = _path(node)
        if path:
            return self.domains.get(path, Domain()).kind
        if isinstance(node, Literal):
            return kind_of(node.value)
        if isinstance(node, _TRUTH):
            return 'boolean'
        if isinstance(node, ListLiteral):
            return 'list'
        if isinstance(node, MethodCall):
            return _GIVES.get(node.method, '')
        return _GIVES.get(node.target.name, '') if isinstance(node, Call) and isinstance(node.target, Name) else ''

    def called(self, node: SyntaxNode) -> str:
        """A part in a sentence: the label of its field, else the text it is."""
        path = _path(node)
        label = self.domains.get(path, Domain()).label if path else ''
        return label or '.'.join(path) or (to_text(node.value, quote=True) if isinstance(node, Literal) else self.compiled.source)

    def facts(self) -> dict[str, Any]:
        zh, en = PLACES[self.place]
        return {'place': zh, 'place_en': en, 'text': self.compiled.source}


def types(view: View) -> Iterator[Problem]:
    """Conditions that are none, and comparisons of what can never be equal."""
    for text in every_text(view):
        if text.place not in WANTED:
            continue
        try:
            compiled = compile_diagram_text(text.source)
        except FeelError:  # reported by the rule for expressions
            continue
        asked = view.diagram.elements.get(text.at.source) if isinstance(text.at, Flow) else text.at
        if asked is None or isinstance(compiled.node, Concatenation) or not compiled.names:
            continue
        yield from _judged(view, TypedText(text.at, text.place, compiled, _domains(view, asked, set(compiled.paths))))
    for element in view.elements:
        decision = view.decisions.get(element.handler.removeprefix('decision:')) if element.kind == 'businessRuleTask' else None
        for column in decision.inputs if decision is not None else ():
            yield from _column(view, element, column)


def _domains(view: View, element: Element, paths: set[VariablePath]) -> Mapping[VariablePath, Domain]:
    """What the variables can hold at an element; nothing is known where looking for it takes too much."""
    try:
        return domains_at(view, element, paths, view.memory.setdefault('types effort', Effort(PROOF)))
    except TooMuchWork:
        return {}


def _judged(view: View, reading: TypedText) -> Iterator[Problem]:
    node = reading.compiled.node
    wanted, fitting = WANTED[reading.place]
    found = reading.kind(node)
    if found and found not in fitting:
        facts = {'wanted': wanted, 'wanted_en': wanted.en, 'field': reading.called(node), 'kind': KINDS[found], 'kind_en': KINDS[found].en}
        yield view.say(rules.EXPRESSION_TYPE, reading.at, **reading.facts(), **facts)
    for part in _parts(node):
        if isinstance(part, Comparison):
            yield from _compared(view, reading, part.left, part.right, juel=part.juel)
        elif isinstance(part, MethodCall) and part.method == 'equals':
            yield from _compared(view, reading, part.target, part.arguments[0], juel=False)


def _parts(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """An expression and everything in it."""
    pending = [node]
    while pending:
        part = pending.pop()
        pending.extend(part.children())
        yield part


def _compared(view: View, reading: TypedText, left: SyntaxNode, right: SyntaxNode, *, juel: bool) -> Iterator[Problem]:
    one, other = reading.kind(left), reading.kind(right)
    if not one or not other or one == other or 'date' in (one, other):
        return
    if isinstance(left, Literal):
        left, right, one, other = right, left, other, one
    if juel and _coerced(right, one, other):
        return
    facts = {
        'field': reading.called(left),
        'kind': KINDS[one],
        'kind_en': KINDS[one].en,
        'other': reading.called(right),
        'other_kind': KINDS[other],
        'other_kind_en': KINDS[other].en,
    }
    if juel and one == 'string' and other in ('number', 'boolean'):
        yield view.say(rules.TYPE_COERCED, reading.at, **reading.facts(), **facts)
    else:
        yield view.say(rules.TYPE_MISMATCH, reading.at, fixes=_fixes(reading, left, right, one, other), **reading.facts(), **facts)


def _coerced(right: SyntaxNode, one: str, other: str) -> bool:
    """Whether JUEL makes of a written text what it is compared with: `approved == 'true'`, `days == '5'`."""
    if not isinstance(right, Literal) or other != 'string':
        return one == 'number' and other == 'string'
    text = right.value.strip()
    return (one == 'number' and number_of(text) is not None) or (one == 'boolean' and text.lower() in ('true', 'false'))


def _fixes(reading: TypedText, left: SyntaxNode, right: SyntaxNode, one: str, other: str) -> list[Fix]:
    source, place = reading.compiled.source, right.position
    if not isinstance(reading.at, Flow) or not isinstance(right, Literal):
        return []
    meant = ''
    if other == 'string' and (right.value in ('true', 'false') if one == 'boolean' else number_of(right.value) is not None):
        quoted = source[place : place + len(right.value) + 2]
        meant = source[:place] + right.value + source[place + len(quoted) :] if quoted[1:-1] == right.value else ''
    elif one == 'string' and other == 'number' and isinstance(left, Name):
        end = left.position + len(left.name)
        meant = f'{source[: left.position]}number({left.name}){source[end:]}' if source[left.position : end] == left.name else ''
    return [Fix(f'改为 {meant}', f'Write {meant}', (SetCondition(reading.at.id, meant),))] if meant else []


def _column(view: View, element: Element, column: Input) -> Iterator[Problem]:
    """A field of another kind than its column, which is converted where that can be."""
    wanted, path = kind_of_type(column.type), _path(column.expression.node)
    found = _domains(view, element, {path}).get(path, Domain()) if path else Domain()
    if found.kind and wanted in ('number', 'boolean') and found.kind != wanted:
        facts = {'column': column.label or column.text, 'type': column.type, 'field': found.label or '.'.join(path)}
        yield view.say(decision_rules.DECISION_TYPE, element, kind=KINDS[found.kind], kind_en=KINDS[found.kind].en, **facts)


def _path(node: SyntaxNode) -> VariablePath:
    keys: list[str] = []
    while isinstance(node, Path):
        keys.insert(0, node.key)
        node = node.target
    return (node.name, *keys) if isinstance(node, Name) else ()
