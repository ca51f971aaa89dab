"""Conditions in terms: every variable, and whatever is compared with constants, becomes a name of its own that can be given samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.proving.pieces import Domain, Piece, constant_kinds, kind_of, pieces
from engine.feel import BUILTIN_NAMES, FeelError
from engine.feel.expression import Expression
from engine.feel.syntax import (
    Between,
    Call,
    Comparison,
    ContextLiteral,
    Empty,
    Filter,
    For,
    FunctionLiteral,
    If,
    In,
    Interval,
    Junction,
    Literal,
    MethodCall,
    Name,
    Path,
    Quantified,
    SyntaxNode,
    UnaryComparison,
    Variable,
)

_BINDING = For | Quantified | Filter | FunctionLiteral | ContextLiteral
_CLOCK = frozenset({'now', 'today', 'random number'})
_SAME = frozenset({'=', '!='})


@dataclass
class Term:
    """A variable, by its path, or a part of a condition that stands for itself (`path` is empty)."""

    name: str
    shown: str
    path: tuple[str, ...] = ()
    reads: frozenset[tuple[str, ...]] = frozenset()
    cuts: list[Any] = field(default_factory=list)
    opaque: bool = False  # true or false, nobody knows when
    domain: Domain = field(default_factory=Domain)
    known: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Samples of all it can hold."""
        return pieces(self.domain, self.cuts, known=self.known)


class Terms:
    """The terms of some conditions that are asked together."""

    def __init__(self, conditions: Sequence[Expression], domains: Mapping[tuple[str, ...], Domain]) -> None:
        self.domains = domains
        self.terms: dict[str, Term] = {}
        for condition in conditions:
            for node in _atoms(condition.node):
                self._note(node, condition.source)
        self._settle()
        self.conditions = [Expression(condition.source, self._rewritten(condition.node, condition.source)) for condition in conditions]

    def _note(self, node: SyntaxNode, source: str) -> None:
        """First look: which values each term is compared with."""
        asked = _subject(node)
        if asked is not None and _plain(asked[0]):
            term = self._term(asked[0], source)
            term.cuts += asked[1]

    def _settle(self) -> None:
        """What each term can hold: as written, else of the one kind it is compared with."""
        for term in self.terms.values():
            kinds = constant_kinds(term.cuts)
            domain = self.domains.get(term.path) if term.path else None
            if domain is not None and domain.kind:
                term.domain, term.known = domain, True
                term.opaque = not (domain.closed or domain.kind == 'boolean') and not kinds <= {domain.kind}
            else:
                term.domain = Domain(next(iter(kinds), 'string'), label=domain.label if domain else '')
                term.opaque = len(kinds) > 1 or '?' in kinds

    def _rewritten(self, node: SyntaxNode, source: str) -> SyntaxNode:
        if isinstance(node, Junction):
            return dataclasses.replace(node, operands=tuple(self._rewritten(each, source) for each in node.operands))
        if _is_not(node):
            return dataclasses.replace(node, arguments=(self._rewritten(node.arguments[0], source),))  # type: ignore[attr-defined, call-arg]
        if isinstance(node, If):
            condition, yes, no = (self._rewritten(each, source) for each in (node.condition, node.yes, node.no))
            return dataclasses.replace(node, condition=condition, yes=yes, no=no)
        if isinstance(node, Literal):
            return node
        asked = _subject(node)
        if asked is not None and _plain(asked[0]):
            term = self._term(asked[0], source)
            if not term.opaque:
                return _put(node, asked[0], Name(node.position, term.name))
        if _plain(node) and all(self._closed(path) for path in paths(node)):
            return self._each_variable(node, source)
        return Name(node.position, self._opaque(node, source).name)

    def _closed(self, path: tuple[str, ...]) -> bool:
        domain = self.domains.get(path)
        return domain is not None and (domain.closed or domain.kind == 'boolean')

    def _each_variable(self, node: SyntaxNode, source: str) -> SyntaxNode:
        path = _path(node)
        if path:
            term = self._term(node, source)
            term.domain, term.known = self.domains[path], True
            return Name(node.position, term.name)
        kept = ('target',) if isinstance(node, Call) else ()  # the name of a function is no variable
        parts = {one.name: getattr(node, one.name) for one in dataclasses.fields(node) if one.name not in kept}
        return dataclasses.replace(
            node, **{name: _mapped(part, lambda one: self._each_variable(one, source)) for name, part in parts.items()}
        )

    def _term(self, node: SyntaxNode, source: str) -> Term:
        key = repr(_placeless(node))
        if key not in self.terms:
            path = _path(node)
            shown = '.'.join(path) if path else source
            self.terms[key] = Term(f'term{len(self.terms)}', shown, path, frozenset(paths(node)))
        return self.terms[key]

    def _opaque(self, node: SyntaxNode, source: str) -> Term:
        key = f'whole {_placeless(node)!r}'
        if key not in self.terms:
            domain = Domain('boolean')
            self.terms[key] = Term(f'term{len(self.terms)}', source, (), frozenset(paths(node)), opaque=True, domain=domain)
        return self.terms[key]


def _atoms(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """The parts of a condition that are true or false by themselves."""
    if isinstance(node, Junction):
        for each in node.operands:
            yield from _atoms(each)
    elif _is_not(node):
        yield from _atoms(node.arguments[0])  # type: ignore[attr-defined]
    elif isinstance(node, If):
        for each in (node.condition, node.yes, node.no):
            yield from _atoms(each)
    else:
        yield node


def _is_not(node: SyntaxNode) -> bool:
    return isinstance(node, Call) and isinstance(node.target, Name) and node.target.name == 'not' and len(node.arguments) == 1


def _subject(node: SyntaxNode) -> tuple[SyntaxNode, list[Any]] | None:
    """What a test is about and the constants it names; None when it is no comparison with constants."""
    if _path(node):
        return node, [True, False]
    if isinstance(node, Comparison):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if paths(one) and is_constant(other):
                return _comparable(one, [constant(other)], same=node.operator in _SAME)
    if isinstance(node, MethodCall) and node.method == 'equals':
        for one, other in ((node.target, node.arguments[0]), (node.arguments[0], node.target)):
            if paths(one) and is_constant(other):
                return _comparable(one, [constant(other)], same=True)
    if isinstance(node, Between) and is_constant(node.low) and is_constant(node.high):
        return _comparable(node.value, [constant(node.low), constant(node.high)], same=False)
    if isinstance(node, In):
        named = [_tested(test) for test in node.tests]
        if all(each is not None for each in named):
            return _comparable(
                node.value, [value for each in named for value in (each or [])], same=all(is_constant(t) for t in node.tests)
            )
    if isinstance(node, Empty) and paths(node.operand):
        return node.operand, [None, '']
    return None


def _comparable(subject: SyntaxNode, named: list[Any], *, same: bool) -> tuple[SyntaxNode, list[Any]] | None:
    """Texts in alphabetical order cannot be cut into pieces."""
    ordered_texts = not same and any(isinstance(value, str) for value in named)
    return None if ordered_texts or not paths(subject) or any(isinstance(value, list | dict) for value in named) else (subject, named)


def _tested(test: SyntaxNode) -> list[Any] | None:
    if isinstance(test, Interval) and is_constant(test.low) and is_constant(test.high):
        return [constant(test.low), constant(test.high)]
    if isinstance(test, UnaryComparison) and is_constant(test.operand):
        return [constant(test.operand)]
    return [constant(test)] if is_constant(test) and (constant(test) is None or kind_of(constant(test))) else None


def is_constant(node: SyntaxNode) -> bool:
    """Whether it has the same value for every case."""
    return not paths(node) and _plain(node)


def constant(node: SyntaxNode) -> Any:
    """The value of a part that reads no variable; null for one that has none."""
    try:
        return Expression('', node).evaluate({}, {})
    except FeelError:
        return None


def paths(node: SyntaxNode) -> set[tuple[str, ...]]:
    """The variables a part reads, as paths."""
    path = _path(node)
    if path:
        return {path}
    parts = node.arguments if isinstance(node, Call) and isinstance(node.target, Name) else tuple(node.children())
    return {path for part in parts for path in paths(part)}


def _path(node: SyntaxNode) -> tuple[str, ...]:
    keys: list[str] = []
    while isinstance(node, Path):
        keys.insert(0, node.key)
        node = node.target
    return (node.name, *keys) if isinstance(node, Name) else ()


def _plain(node: SyntaxNode) -> bool:
    """Whether its value hangs on variables alone: no clock, no function of the house, no names of its own."""
    if isinstance(node, _BINDING | Variable):
        return False
    if isinstance(node, Call):
        if not isinstance(node.target, Name) or node.target.name not in BUILTIN_NAMES or node.target.name in _CLOCK:
            return False
        return all(_plain(each) for each in node.arguments)
    return all(_plain(each) for each in node.children())


def _put(node: SyntaxNode, subject: SyntaxNode, name: Name) -> SyntaxNode:
    """The test with its subject replaced."""
    if node is subject:
        return name
    parts = {one.name: getattr(node, one.name) for one in dataclasses.fields(node)}
    changed = {key: _mapped(part, lambda one: name if one is subject else one) for key, part in parts.items()}
    return dataclasses.replace(node, **changed)


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, SyntaxNode):
        return change(value)
    return tuple(_mapped(part, change) for part in value) if isinstance(value, tuple) else value


def _placeless(node: SyntaxNode) -> SyntaxNode:
    """The same node wherever it stands."""
    changed = {one.name: _mapped(getattr(node, one.name), _placeless) for one in dataclasses.fields(node)}
    return dataclasses.replace(node, **{**changed, 'position': 0})
