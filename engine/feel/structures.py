"""Lists, contexts, paths, filters, loops and functions: the parts of an expression that bring names or repeat."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from engine.feel.juel import as_boolean
from engine.feel.names import mentions
from engine.feel.operators import Charge, NoResult, add, includes, matches, negate, order
from engine.feel.registry import BUILTINS
from engine.feel.runtime import Runtime
from engine.feel.scope import Compiled, FeelScope
from engine.feel.syntax import (
    Between,
    Binding,
    Call,
    Comparison,
    ContextLiteral,
    Filter,
    For,
    FunctionLiteral,
    In,
    InstanceOf,
    Interval,
    Junction,
    ListLiteral,
    Name,
    Path,
    Quantified,
    SyntaxNode,
    UnaryComparison,
)
from engine.feel.temporal import temporal_property
from engine.feel.values import Function, Range, Test, from_plain


class Compiling(Protocol):
    """The compiler (`engine.feel.compiler`), as those see it who compile one kind of node for it."""

    cost: int
    height: int
    tallest: int

    def compile(self, node: SyntaxNode) -> Compiled: ...

    def measured(self, node: SyntaxNode) -> tuple[Compiled, int]: ...


_TAKE_FUNCTIONS: Final = frozenset({'sort', 'list replace'})
_TESTS: Final = (Between, Comparison, In, InstanceOf, Interval, Junction, Quantified, UnaryComparison)


def variable(node: Name) -> Compiled:
    """The nearest variable of this name, from the inside out."""
    key, position = node.name, node.position

    def name(scope: FeelScope) -> Any:
        parent = scope.parent
        while parent is not None:
            if key in scope.names:
                return scope.names[key]
            scope, parent = parent, parent.parent
        return scope.runtime.variable(key, position)

    return name


def function_or_variable(node: Name) -> Compiled:
    """Where a function may stand as a value (alone, or handed to another): the variable, and if there is none the function."""
    found, key = variable(node), node.name

    def name(scope: FeelScope) -> Any:
        runtime = scope.runtime
        noted = len(runtime.warnings)
        value = found(scope)
        if value is None and len(runtime.warnings) > noted and (function := runtime.function(key)) is not None:
            del runtime.warnings[noted:]
            return function
        return value

    return name


def property_of(runtime: Runtime, value: Any, key: str, position: int) -> Any:
    """``value.key``; of a list, the list of its items' properties."""
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list):
        runtime.items(len(value))
        return [property_of(runtime, item, key, position) for item in value]
    try:
        if isinstance(value, Range):
            return _range_property(value, key)
        return from_plain(temporal_property(value, key))
    except KeyError:
        if value is not None:
            runtime.warn('no_property', position, key)
        return None


def _range_property(value: Range, key: str) -> Any:
    return {'start': value.start, 'end': value.end, 'start included': value.start_included, 'end included': value.end_included}[key]


def _list(compiler: Compiling, node: ListLiteral) -> Compiled:
    items = [compiler.compile(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _context(compiler: Compiling, node: ContextLiteral) -> Compiled:
    entries = list(zip(node.keys, [compiler.compile(value) for value in node.values], strict=True))

    def context(scope: FeelScope) -> dict[str, Any]:
        made: dict[str, Any] = {}
        inner = FeelScope(scope.runtime, made, scope)
        for key, value in entries:
            made[key] = value(inner)
        return made

    return context


def _filter(compiler: Compiling, node: Filter) -> Compiled:
    target, (predicate, cost) = compiler.compile(node.target), compiler.measured(node.predicate)
    is_test, by_key, from_zero = isinstance(node.predicate, _TESTS), node.by_key, node.from_zero

    def filtered(scope: FeelScope) -> Any:
        value = target(scope)
        if value is None:
            return None
        runtime = scope.runtime
        if not is_test:
            noted = len(runtime.warnings)
            choice = predicate(scope)
            if by_key and isinstance(value, dict) and isinstance(choice, str):
                return value.get(choice)
            if isinstance(choice, Decimal):
                choice = choice + 1 if from_zero and choice >= 0 else choice
                return _item_at(value if isinstance(value, list) else [value], choice)
            del runtime.warnings[noted:]
        items = value if isinstance(value, list) else [value]
        runtime.items(len(items))
        runtime.charge(cost * len(items))
        return [item for item in items if _passes(scope, predicate, item)]

    return filtered


def _item_at(items: list[Any], index: Decimal) -> Any:
    if index != index.to_integral_value() or not 1 <= abs(index) <= len(items):
        return None
    return items[int(index) - 1 if index > 0 else int(index)]


def _passes(scope: FeelScope, predicate: Compiled, item: Any) -> bool:
    inner = FeelScope(scope.runtime, {'item': item}, scope)
    if isinstance(item, dict):
        inner = FeelScope(scope.runtime, item, inner)
    result = predicate(inner)
    if isinstance(result, Range | Test):
        result = matches(result, item, scope.runtime.charge)
    return result is True


Bound = tuple[str, Compiled, Compiled | None, int]
"""A name of a loop, what it goes through (from one value to another if there are two), and what one look at that costs in steps."""


def _iterations(scope: FeelScope, bindings: list[Bound], index: int) -> Iterator[FeelScope | None]:
    """A scope for every combination of the bindings from `index` on; None if one of them has nothing to go through."""
    if index == len(bindings):
        yield scope
        return
    name, source, end, cost = bindings[index]
    scope.runtime.charge(cost)
    values = _values(scope, source, end)
    if values is None:
        yield None
        return
    for value in values:
        scope.runtime.charge(1)
        yield from _iterations(FeelScope(scope.runtime, {name: value}, scope), bindings, index + 1)


def _values(scope: FeelScope, source: Compiled, end: Compiled | None) -> 'list[Any] | Iterator[Any] | None':
    value = source(scope)
    if end is not None:
        value = Range(value, end(scope))
    if isinstance(value, list):
        return value
    return _counted(value) if isinstance(value, Range) and _countable(value, scope.runtime.charge) else None


def _countable(value: Range, charge: Charge) -> bool:
    if order(value.start, value.end, charge) is None or isinstance(value.start, datetime):
        return False
    whole = all(isinstance(e, Decimal) and e == e.to_integral_value() for e in (value.start, value.end))
    return whole or isinstance(value.start, date)


def _counted(value: Range) -> Iterator[Any]:
    down = value.start > value.end
    step: Any = timedelta(days=1) if isinstance(value.start, date) else Decimal(1)
    current = value.start
    while (current >= value.end) if down else (current <= value.end):
        excluded = (current == value.start and not value.start_included) or (current == value.end and not value.end_included)
        if not excluded:
            yield current
        if current == value.end:
            return
        current = add(current, negate(step) if down else step)


def _bindings(compiler: Compiling, nodes: tuple[Binding, ...]) -> list[Bound]:
    bound: list[Bound] = []
    for node in nodes:
        before = compiler.cost
        source, end = compiler.compile(node.source), compiler.compile(node.end) if node.end else None
        bound.append((node.name, source, end, compiler.cost - before))
    return bound


def _for(compiler: Compiling, node: For) -> Compiled:
    bindings = _bindings(compiler, node.iterators)
    body, cost = compiler.measured(node.body)
    sees_partial = mentions(node.body, 'partial')

    def loop(scope: FeelScope) -> list[Any] | None:
        runtime = scope.runtime
        made: list[Any] = []
        for iteration in _iterations(scope, bindings, 0):
            if iteration is None:
                return None
            runtime.charge(cost)
            if sees_partial:
                runtime.items(len(made))
                iteration = FeelScope(runtime, {'partial': list(made)}, iteration)
            made.append(body(iteration))
            if len(made) > runtime.limits.elements:
                runtime.items(len(made))
        return made

    return loop


def _quantified(compiler: Compiling, node: Quantified) -> Compiled:
    bindings = _bindings(compiler, node.iterators)
    condition, cost = compiler.measured(node.condition)
    deciding = not node.every

    def quantified(scope: FeelScope) -> bool | None:
        unknown = False
        for iteration in _iterations(scope, bindings, 0):
            if iteration is None:
                return None
            scope.runtime.charge(cost)
            value = condition(iteration)
            if value is deciding:
                return not node.every
            unknown = unknown or not isinstance(value, bool)
        return None if unknown else not deciding

    return quantified


def _function(compiler: Compiling, node: FunctionLiteral) -> Compiled:
    outer, compiler.tallest = compiler.tallest, compiler.height
    body, cost = compiler.measured(node.body)
    parameters, levels = node.parameters, 2 + compiler.tallest - compiler.height
    compiler.tallest = max(outer, compiler.tallest)

    def make(scope: FeelScope) -> Function:
        def call(runtime: Runtime, position: int, arguments: list[Any], names: tuple[str, ...] | None) -> Any:
            given = dict(zip(names or parameters, arguments, strict=False))
            if len(arguments) > len(parameters) or not given.keys() <= set(parameters):
                runtime.warn('invalid_arguments', position, 'function')
                return None
            runtime.charge(cost)
            runtime.enter(levels)
            value = body(FeelScope(runtime, {name: given.get(name) for name in parameters}, scope))
            runtime.level -= levels
            return value

        return Function('function', call, parameters)

    return make


def _call(compiler: Compiling, node: Call) -> Compiled:
    if isinstance(node.target, Name) and node.target.name == 'is defined':
        return _is_defined(compiler, node)
    target = _callee(node.target) if isinstance(node.target, Name) else compiler.compile(node.target)
    takes_functions = not isinstance(node.target, Name) or node.target.name not in BUILTINS or node.target.name in _TAKE_FUNCTIONS
    names, position = node.names, node.position
    arguments = [
        function_or_variable(each) if takes_functions and isinstance(each, Name) else compiler.compile(each) for each in node.arguments
    ]
    called = node.target.name if isinstance(node.target, Name) else node.target.key if isinstance(node.target, Path) else 'function'
    if node.juel and called == 'not' and len(arguments) == 1:
        return _juel_not(arguments[0], position)

    def invocation(scope: FeelScope) -> Any:
        function = target(scope)
        if isinstance(function, Range):
            return includes(function, arguments[0](scope), scope.runtime.charge) if len(arguments) == 1 else None
        if not isinstance(function, Function):
            scope.runtime.warn('no_function', position, called)
            return None
        return function.call(scope.runtime, position, [argument(scope) for argument in arguments], names)

    return invocation


def _juel_not(operand: Compiled, position: int) -> Compiled:
    def negated(scope: FeelScope) -> bool | None:
        try:
            return not as_boolean(operand(scope))
        except NoResult:
            scope.runtime.warn('invalid_type', position, 'not')
            return None

    return negated


def _callee(node: Name) -> Compiled:
    """A function by name; a variable of that name that is no function does not hide it."""
    name = node.name
    known = BUILTINS.get(name)

    def callee(scope: FeelScope) -> Any:
        parent = scope.parent
        while parent is not None:
            found = scope.names.get(name)
            if isinstance(found, Function | Range):
                return found
            scope, parent = parent, parent.parent
        runtime = scope.runtime
        if name not in runtime.functions and known is not None:
            return known
        return runtime.function(name)

    return callee


def _is_defined(compiler: Compiling, node: Call) -> Compiled:
    if len(node.arguments) != 1:
        return lambda scope: None
    value = compiler.compile(node.arguments[0])

    def is_defined(scope: FeelScope) -> bool:
        noted = len(scope.runtime.warnings)
        result = value(scope) is not None
        del scope.runtime.warnings[noted:]
        return result

    return is_defined


COMPILERS: Final[dict[type[SyntaxNode], Any]] = {
    ListLiteral: _list,
    ContextLiteral: _context,
    Filter: _filter,
    For: _for,
    Quantified: _quantified,
    FunctionLiteral: _function,
    Call: _call,
}
