"""The syntax tree: what an expression says, before it is turned into something that runs."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class SyntaxNode:
    """Something with a place in the source (`position`, 0-based offset)."""

    position: int

    def children(self) -> 'Iterator[SyntaxNode]':
        """The parts of this node, in source order."""
        for field in fields(self):
            yield from _nodes(getattr(self, field.name))


def _nodes(value: Any) -> Iterator[SyntaxNode]:
    if isinstance(value, SyntaxNode):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


@dataclass(frozen=True, slots=True)
class Literal(SyntaxNode):
    """A number, string, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class AtLiteral(SyntaxNode):
    """``@"2026-01-01"``: a date, time, date and time or duration by its own form."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(SyntaxNode):
    """A variable, or the input of a unary test (``?``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(SyntaxNode):
    """``target.key``."""

    target: SyntaxNode
    key: str


@dataclass(frozen=True, slots=True)
class Filter(SyntaxNode):
    """``target[predicate]``; `by_key` lets a string pick a context entry, as JUEL's ``a['b']`` does.

    With `from_zero` a number counts from 0, as JUEL does; FEEL counts from 1.
    """

    target: SyntaxNode
    predicate: SyntaxNode
    by_key: bool = False
    from_zero: bool = False


@dataclass(frozen=True, slots=True)
class Call(SyntaxNode):
    """``target(arguments)``; `names` is set when the arguments are named. With `juel` the function ``not`` coerces as JUEL does."""

    target: SyntaxNode
    arguments: tuple[SyntaxNode, ...]
    names: tuple[str, ...] | None = None
    juel: bool = False


@dataclass(frozen=True, slots=True)
class MethodCall(SyntaxNode):
    """``target.method(arguments)`` of JUEL: one of `engine.feel.juel.METHODS`."""

    target: SyntaxNode
    method: str
    arguments: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Variable(SyntaxNode):
    """``execution.getVariable(name)`` of JUEL; with `asked` it is ``execution.hasVariable(name)``."""

    operand: SyntaxNode
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Negation(SyntaxNode):
    """``-operand``."""

    operand: SyntaxNode


@dataclass(frozen=True, slots=True)
class Arithmetic(SyntaxNode):
    """``first op operand op operand …`` of one precedence level, from left to right."""

    first: SyntaxNode
    operators: tuple[str, ...]
    operands: tuple[SyntaxNode, ...]
    juel: bool = False


@dataclass(frozen=True, slots=True)
class Comparison(SyntaxNode):
    """``left op right`` with one of ``= != < <= > >=``; with `juel` both sides are coerced as EL 2.2 §1.8 says."""

    operator: str
    left: SyntaxNode
    right: SyntaxNode
    juel: bool = False


@dataclass(frozen=True, slots=True)
class Between(SyntaxNode):
    """``value between low and high``, both ends included."""

    value: SyntaxNode
    low: SyntaxNode
    high: SyntaxNode


@dataclass(frozen=True, slots=True)
class In(SyntaxNode):
    """``value in test`` or ``value in (test, test)``."""

    value: SyntaxNode
    tests: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Junction(SyntaxNode):
    """``a and b and c`` (`conjunction`) or ``a or b or c``."""

    conjunction: bool
    operands: tuple[SyntaxNode, ...]
    juel: bool = False


@dataclass(frozen=True, slots=True)
class If(SyntaxNode):
    """``if condition then yes else no``."""

    condition: SyntaxNode
    yes: SyntaxNode
    no: SyntaxNode
    juel: bool = False


@dataclass(frozen=True, slots=True)
class Binding(SyntaxNode):
    """``name in source`` or ``name in source..end``."""

    name: str
    source: SyntaxNode
    end: SyntaxNode | None = None


@dataclass(frozen=True, slots=True)
class For(SyntaxNode):
    """``for iterators return body``."""

    iterators: tuple[Binding, ...]
    body: SyntaxNode


@dataclass(frozen=True, slots=True)
class Quantified(SyntaxNode):
    """``some|every iterators satisfies condition``."""

    every: bool
    iterators: tuple[Binding, ...]
    condition: SyntaxNode


@dataclass(frozen=True, slots=True)
class InstanceOf(SyntaxNode):
    """``value instance of type``."""

    value: SyntaxNode
    type: 'TypeRef'


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type by name; `parts` are the types inside ``<…>``, `keys` their names for a context."""

    name: str
    parts: 'tuple[TypeRef, ...]' = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListLiteral(SyntaxNode):
    """``[a, b]``."""

    items: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(SyntaxNode):
    """``{key: value}``; each entry sees the ones before it."""

    keys: tuple[str, ...]
    values: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class FunctionLiteral(SyntaxNode):
    """``function(a, b) body``."""

    parameters: tuple[str, ...]
    body: SyntaxNode


@dataclass(frozen=True, slots=True)
class Interval(SyntaxNode):
    """``[low..high]`` and its open forms."""

    low: SyntaxNode
    high: SyntaxNode
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(SyntaxNode):
    """``< 5``, ``= "a"``: a test waiting for its left side."""

    operator: str
    operand: SyntaxNode


@dataclass(frozen=True, slots=True)
class Empty(SyntaxNode):
    """JUEL's ``empty x``: null, an empty text, an empty list or an empty context."""

    operand: SyntaxNode


@dataclass(frozen=True, slots=True)
class Concatenation(SyntaxNode):
    """A template's literal texts and values, written one after the other."""

    parts: tuple[SyntaxNode, ...]
