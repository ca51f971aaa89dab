"""The syntax tree into Python closures: compiled once, run often. Each closure takes the scope and gives a value."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from engine.feel import juel, structures
from engine.feel.errors import FeelSyntaxError
from engine.feel.operators import ARITHMETIC, NoResult, compare, equals, matches, negate, order
from engine.feel.runtime import Runtime
from engine.feel.scope import Compiled, FeelScope
from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    Comparison,
    Concatenation,
    Empty,
    If,
    In,
    InstanceOf,
    Interval,
    Junction,
    Literal,
    MethodCall,
    Name,
    Negation,
    Path,
    SyntaxNode,
    UnaryComparison,
    Variable,
)
from engine.feel.temporal import parse_at
from engine.feel.types import is_instance
from engine.feel.values import Range, Test, to_text

MAX_HEIGHT: Final = 120
POWER: Final = 50
"""Steps of raising a number to a power."""


class Compiler:
    """Turns nodes into closures. `cost` is what one run of everything compiled so far costs, in steps."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.cost = 0
        self.height = 0
        self.tallest = 0

    def compile(self, node: SyntaxNode) -> Compiled:
        """The closure for `node`. Raises FeelSyntaxError if the tree is too high."""
        self.cost += 1
        self.height += 1
        self.tallest = max(self.tallest, self.height)
        if self.height > MAX_HEIGHT:
            raise FeelSyntaxError(
                self.source,
                node.position,
                expected=f'at most {MAX_HEIGHT} levels',
                found='more levels',
                zh='嵌套过深',
                en=f'Expected at most {MAX_HEIGHT} levels of nesting',
            )
        compiled: Compiled
        if isinstance(node, Name) and self.height == 1:
            compiled = structures.function_or_variable(node)
        else:
            compiled = _COMPILERS[type(node)](self, node)
        self.height -= 1
        return compiled

    def measured(self, node: SyntaxNode) -> tuple[Compiled, int]:
        """The closure for a part that runs many times, and what one run of it costs in steps."""
        before = self.cost
        return self.compile(node), self.cost - before


def _literal(_: Compiler, node: Literal) -> Compiled:
    value = node.value
    return lambda scope: value


def _at_literal(_: Compiler, node: AtLiteral) -> Compiled:
    value, text, position = parse_at(node.text), node.text, node.position

    def at_literal(scope: FeelScope) -> Any:
        if value is None:
            scope.runtime.warn('invalid_value', position, text)
        return value

    return at_literal


def _path(compiler: Compiler, node: Path) -> Compiled:
    keys, root = [node.key], node.target
    while isinstance(root, Path):
        keys.insert(0, root.key)
        root = root.target
    if isinstance(root, Name):
        return _variable_path(root, keys, node.position)
    target, key, position = compiler.compile(node.target), node.key, node.position

    def path(scope: FeelScope) -> Any:
        return structures.property_of(scope.runtime, target(scope), key, position)

    return path


def _variable_path(root: Name, keys: list[str], position: int) -> Compiled:
    """A path from a variable: walks the host's data as it is and converts only what it arrives at."""
    name, start = root.name, root.position

    def variable_path(scope: FeelScope) -> Any:
        value: Any = None
        parent, runtime = scope.parent, scope.runtime
        while parent is not None:
            if name in scope.names:
                value = scope.names[name]
                break
            scope, parent = parent, parent.parent
        else:
            value = runtime.context.get(name)
            if value is None:
                value = runtime.variable(name, start)
        rest = iter(keys)
        for key in rest:
            if not isinstance(value, dict) or key not in value:
                value = structures.property_of(runtime, runtime.taken(value), key, position)
                break
            value = value[key]
        value = value if type(value) is str else runtime.taken(value)
        for key in rest:
            value = structures.property_of(runtime, value, key, position)
        return value

    return variable_path


def _negation(compiler: Compiler, node: Negation) -> Compiled:
    operand, position = compiler.compile(node.operand), node.position

    def negation(scope: FeelScope) -> Any:
        try:
            return negate(operand(scope))
        except NoResult:
            scope.runtime.warn('invalid_type', position, '-')
            return None

    return negation


def _arithmetic(compiler: Compiler, node: Arithmetic) -> Compiled:
    first, position = compiler.compile(node.first), node.position
    operations = [partial(juel.calculate, op) if node.juel else ARITHMETIC[op] for op in node.operators]
    operands = [compiler.compile(operand) for operand in node.operands]
    steps = list(zip(node.operators, operations, operands, strict=True))

    def arithmetic(scope: FeelScope) -> Any:
        value = first(scope)
        for symbol, operation, operand in steps:
            value = _apply(scope.runtime, (symbol, operation, position), value, operand(scope))
        return value

    return arithmetic


def _apply(runtime: Runtime, step: tuple[str, Callable[[Any, Any], Any], int], left: Any, right: Any) -> Any:
    symbol, operation, position = step
    if symbol == '**':
        runtime.charge(POWER)
    try:
        value = operation(left, right)
    except NoResult:
        runtime.warn('invalid_type', position, symbol)
        return None
    except (ArithmeticError, ValueError):
        runtime.warn('no_result', position, symbol)
        return None
    return runtime.text(value) if isinstance(value, str) else value


def _comparison(compiler: Compiler, node: Comparison) -> Compiled:
    operator, position = node.operator, node.position
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    if node.juel:
        return _coerced(position, operator, lambda scope: juel.compare(operator, left(scope), right(scope), scope.runtime.charge))
    if operator == '=' and isinstance(node.right, Literal) and isinstance(node.right.value, str):
        return _equals_text(left, node.right.value)

    def comparison(scope: FeelScope) -> bool | None:
        a, b = left(scope), right(scope)
        result = compare(operator, a, b, scope.runtime.charge)
        if result is None and a is not None and b is not None:
            scope.runtime.warn('invalid_type', position, operator)
        return result

    return comparison


def _coerced(position: int, subject: str, run: Compiled) -> Compiled:
    """What JUEL works out; where it would raise an exception the value is null, with a warning."""

    def coerced(scope: FeelScope) -> Any:
        try:
            return run(scope)
        except NoResult:
            scope.runtime.warn('invalid_type', position, subject)
            return None

    return coerced


def _boolean(position: int, subject: str, operand: Compiled) -> Compiled:
    """An operand of JUEL's ``and``, ``or``, ``not`` and ``? :``."""
    return _coerced(position, subject, lambda scope: juel.as_boolean(operand(scope)))


def _method(compiler: Compiler, node: MethodCall) -> Compiled:
    target, arguments = compiler.compile(node.target), [compiler.compile(argument) for argument in node.arguments]
    run = juel.METHODS[node.method].run

    def called(scope: FeelScope) -> Any:
        return run(scope.runtime, target(scope), *(argument(scope) for argument in arguments))

    return _coerced(node.position, node.method, called)


def _variable(compiler: Compiler, node: Variable) -> Compiled:
    operand, asked, position = compiler.compile(node.operand), node.asked, node.position

    def variable(scope: FeelScope) -> Any:
        key = operand(scope)
        if not isinstance(key, str):
            raise NoResult
        return key in scope.runtime.context if asked else scope.runtime.variable(key, position)

    return _coerced(position, 'getVariable', variable)


def _equals_text(left: Compiled, text: str) -> Compiled:
    def equals_text(scope: FeelScope) -> bool | None:
        value: Any = left(scope)
        return bool(value == text) if type(value) is str else equals(value, text, scope.runtime.charge)

    return equals_text


def _between(compiler: Compiler, node: Between) -> Compiled:
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))

    def between(scope: FeelScope) -> bool | None:
        candidate, charge = value(scope), scope.runtime.charge
        place_low, place_high = order(candidate, low(scope), charge), order(candidate, high(scope), charge)
        if place_low is None or place_high is None:
            return None
        return place_low >= 0 and place_high <= 0

    return between


def _in(compiler: Compiler, node: In) -> Compiled:
    value = compiler.compile(node.value)
    tests = [compiler.compile(test) for test in node.tests]

    def within(scope: FeelScope) -> bool | None:
        candidate = value(scope)
        results = [test(scope) for test in tests]
        if results == [None] and candidate is not None:
            return None
        return any(matches(result, candidate, scope.runtime.charge) is True for result in results)

    return within


def _junction(compiler: Compiler, node: Junction) -> Compiled:
    operands = [compiler.compile(operand) for operand in node.operands]
    if node.juel:
        operands = [_boolean(node.position, 'and' if node.conjunction else 'or', operand) for operand in operands]
    deciding, neutral = (False, True) if node.conjunction else (True, False)

    def junction(scope: FeelScope) -> bool | None:
        unknown = False
        for operand in operands:
            value = operand(scope)
            if value is deciding:
                return not neutral
            if value is not neutral:
                unknown = True
        return None if unknown else neutral

    return junction


def _if(compiler: Compiler, node: If) -> Compiled:
    condition, yes, no = (compiler.compile(part) for part in (node.condition, node.yes, node.no))
    if node.juel:
        condition = _boolean(node.position, '?', condition)
    return lambda scope: yes(scope) if condition(scope) is True else no(scope)


def _instance_of(compiler: Compiler, node: InstanceOf) -> Compiled:
    value, wanted = compiler.compile(node.value), node.type
    return lambda scope: is_instance(value(scope), wanted, scope.runtime.charge)


def _interval(compiler: Compiler, node: Interval) -> Compiled:
    low, high = compiler.compile(node.low), compiler.compile(node.high)
    low_included, high_included, position = node.low_included, node.high_included, node.position

    def interval(scope: FeelScope) -> Range | None:
        start, end = low(scope), high(scope)
        if order(start, end, scope.runtime.charge) is None:
            scope.runtime.warn('invalid_type', position, '..')
            return None
        return Range(start, end, low_included, high_included)

    return interval


def _unary_comparison(compiler: Compiler, node: UnaryComparison) -> Compiled:
    operator, operand = node.operator, compiler.compile(node.operand)

    def unary_comparison(scope: FeelScope) -> Any:
        bound, charge = operand(scope), scope.runtime.charge
        if operator in {'=', '!='}:
            return Test(lambda value: compare(operator, value, bound, charge))
        included = operator in {'<=', '>='}
        return Range(None, bound, False, included) if operator[0] == '<' else Range(bound, None, included, False)

    return unary_comparison


def _empty(compiler: Compiler, node: Empty) -> Compiled:
    operand = compiler.compile(node.operand)

    def empty(scope: FeelScope) -> bool:
        value = operand(scope)
        return value is None or (isinstance(value, str | list | dict) and not value)

    return empty


def _concatenation(compiler: Compiler, node: Concatenation) -> Compiled:
    parts = [compiler.compile(part) for part in node.parts]

    def concatenation(scope: FeelScope) -> str:
        text = ''
        for part in parts:
            value = part(scope)
            text += '' if value is None else to_text(scope.runtime.finish(value))
            scope.runtime.text(text)
        return text

    return concatenation


_COMPILERS: Final[dict[type[SyntaxNode], Any]] = {
    Literal: _literal,
    AtLiteral: _at_literal,
    Name: lambda _, node: structures.variable(node),
    Path: _path,
    Negation: _negation,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
    Between: _between,
    In: _in,
    Junction: _junction,
    If: _if,
    InstanceOf: _instance_of,
    Interval: _interval,
    UnaryComparison: _unary_comparison,
    Empty: _empty,
    MethodCall: _method,
    Variable: _variable,
    Concatenation: _concatenation,
    **structures.COMPILERS,
}
