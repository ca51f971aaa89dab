"""Which names an expression takes from outside: for the checks at deployment."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel.registry import BUILTINS
from engine.feel.syntax import Call, ContextLiteral, Filter, For, FunctionLiteral, Literal, Name, Path, Quantified, SyntaxNode, Variable


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression reads.

    `variables` must come from the context; `perhaps` are names inside filters, which may be properties of the list's
    items instead; `functions` are called but not built in (a method nobody knows by its dotted name); `paths` are the dotted
    paths that begin with a variable.
    """

    variables: frozenset[str]
    perhaps: frozenset[str]
    functions: frozenset[str]
    paths: frozenset[tuple[str, ...]]


def names_of(*nodes: SyntaxNode) -> Names:
    """The names the trees `nodes` take from outside."""
    found = list(_find([(node, frozenset[str](), False) for node in nodes]))
    variables = {path[0] for kind, path in found if kind == 'variable'}
    return Names(
        frozenset(variables),
        frozenset(path[0] for kind, path in found if kind == 'perhaps') - variables,
        frozenset(path[0] for kind, path in found if kind == 'function'),
        frozenset(path for kind, path in found if kind == 'variable'),
    )


def mentions(node: SyntaxNode, name: str) -> bool:
    """Does `name` stand anywhere within `node`?"""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Name) and current.name == name:
            return True
        pending.extend(current.children())
    return False


def _find(pending: list[tuple[SyntaxNode, frozenset[str], bool]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    while pending:
        node, bound, filtered = pending.pop()
        path = _path(node)
        if path:
            if path[0] not in bound:
                yield 'perhaps' if filtered else 'variable', path
            continue
        if isinstance(node, Variable) and isinstance(node.operand, Literal):
            yield 'variable', (str(node.operand.value),)
        elif isinstance(node, Call) and isinstance(node.target, Path) and not _bound_function(node.target, bound):
            yield 'function', ('.'.join(_path(node.target)) or node.target.key,)
            pending.extend((argument, bound, filtered) for argument in node.arguments)
        elif isinstance(node, Call) and isinstance(node.target, Name):
            name = node.target.name
            if name not in bound and name not in BUILTINS and name != 'is defined':
                yield 'function', (name,)
            pending.extend((argument, bound, filtered) for argument in node.arguments)
        else:
            pending.extend(_parts(node, bound, filtered))


def _bound_function(target: Path, bound: frozenset[str]) -> bool:
    """May ``a.b(…)`` call a function the expression has made itself? Variables never hold one."""
    root: SyntaxNode = target
    while isinstance(root, Path):
        root = root.target
    return root.name in bound if isinstance(root, Name) else not isinstance(root, Literal)


def _path(node: SyntaxNode) -> tuple[str, ...]:
    keys: list[str] = []
    while isinstance(node, Path):
        keys.insert(0, node.key)
        node = node.target
    return (node.name, *keys) if isinstance(node, Name) else ()


def _parts(node: SyntaxNode, bound: frozenset[str], filtered: bool) -> Iterator[tuple[SyntaxNode, frozenset[str], bool]]:
    if isinstance(node, Filter):
        yield node.target, bound, filtered
        yield node.predicate, bound | {'item'}, True
    elif isinstance(node, ContextLiteral):
        for index, value in enumerate(node.values):
            yield value, bound | set(node.keys[:index]), filtered
    elif isinstance(node, FunctionLiteral):
        yield node.body, bound | set(node.parameters), filtered
    elif isinstance(node, For | Quantified):
        for binding in node.iterators:
            yield from ((part, bound, filtered) for part in binding.children())
            bound = bound | {binding.name}
        yield (node.body, bound | {'partial'}, filtered) if isinstance(node, For) else (node.condition, bound, filtered)
    else:
        yield from ((part, bound, filtered) for part in node.children())
