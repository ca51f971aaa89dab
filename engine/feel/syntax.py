"""The syntax tree: what an expression says, before it is turned into something that runs."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """Something with a place in the source (`position`, 0-based offset)."""

    position: int

    def children(self) -> 'Iterator[Node]':
        """The parts of this node, in source order."""
        for field in fields(self):
            yield from _nodes(getattr(self, field.name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """``@"2026-01-01"``: a date, time, date and time or duration by its own form."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or the input of a unary test (``?``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``target.key``."""

    target: Node
    key: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``target[predicate]``; `by_key` lets a string pick a context entry, as JUEL's ``a['b']`` does."""

    target: Node
    predicate: Node
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``target(arguments)``; `names` is set when the arguments are named."""

    target: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``first op operand op operand …`` of one precedence level, from left to right."""

    first: Node
    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left op right`` with one of ``= != < <= > >=``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in test`` or ``value in (test, test)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """``a and b and c`` (`conjunction`) or ``a or b or c``."""

    conjunction: bool
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """``name in source`` or ``name in source..end``."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for iterators return body``."""

    iterators: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some|every iterators satisfies condition``."""

    every: bool
    iterators: tuple[Binding, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``."""

    value: Node
    type: 'TypeRef'


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type by name; `parts` are the types inside ``<…>``, `keys` their names for a context."""

    name: str
    parts: 'tuple[TypeRef, ...]' = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{key: value}``; each entry sees the ones before it."""

    keys: tuple[str, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(a, b) body``."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """``[low..high]`` and its open forms."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """``< 5``, ``= "a"``: a test waiting for its left side."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """JUEL's ``empty x``: null, an empty text, an empty list or an empty context."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Concatenation(Node):
    """A template's literal texts and values, written one after the other."""

    parts: tuple[Node, ...]
