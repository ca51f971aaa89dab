"""Unary tests: the cells of decision tables (DMN 1.3, 7.3.3 and 10.3.2.7): ``-``, ``< 5``, ``[1..3], "a"``, ``not(…)``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from engine.core.effort import Effort
from engine.feel.errors import FeelBudgetError
from engine.feel.expression import compile_node
from engine.feel.names import mentions, names_of
from engine.feel.operators import Charge, equals, matches
from engine.feel.parser import parse_unary_tests
from engine.feel.runtime import DEFAULT_LIMITS, Budget, HostFunctions, Runtime
from engine.feel.scope import FeelScope
from engine.feel.syntax import Between, Comparison, In, InstanceOf, Interval, Junction, Literal, Quantified, SyntaxNode, UnaryComparison

_CONDITIONS: Final = (Between, Comparison, In, InstanceOf, Junction, Quantified)


class UnaryTests:
    """Compiled unary tests of one cell. `names` are the variables they read, without ``?``."""

    __slots__ = ('_cost', '_tests', 'functions', 'names', 'negated', 'source')

    def __init__(self, source: str, negated: bool, nodes: tuple[SyntaxNode, ...]) -> None:
        found = names_of(*nodes)
        self.source = source
        self.negated = negated
        self.names = found.variables - {'?'}
        self.functions = found.functions
        compiled = [(compile_node(source, node), _is_condition(node)) for node in nodes]
        self._tests = [(run, condition) for (run, _), condition in compiled]
        self._cost = 1 + sum(cost for (_, cost), _ in compiled)

    def __repr__(self) -> str:
        return f'UnaryTests({self.source!r})'

    def matches(
        self,
        value: Any,
        context: Mapping[str, Any] | None = None,
        functions: HostFunctions | None = None,
        *,
        now: datetime | None = None,
        limits: Budget = DEFAULT_LIMITS,
        effort: Effort | None = None,
    ) -> bool:
        """Does `value` (``?``) meet one of the tests, or none if they are negated? Raises FeelBudgetError."""
        if not self._tests:
            return True
        runtime = Runtime(context or {}, functions, now, limits, effort)
        try:
            runtime.charge(self._cost)
            given = runtime.taken(value)
            scope = FeelScope(runtime, {'?': given}, FeelScope(runtime, {}, None))
            met = any(_meets(run(scope), given, condition, runtime.charge) for run, condition in self._tests)
        except RecursionError as error:
            raise FeelBudgetError('levels', limits.levels) from error
        finally:
            runtime.settle()
        return met is not self.negated


def _is_condition(node: SyntaxNode) -> bool:
    """Does the test stand for itself, rather than being a value to compare with?"""
    return not isinstance(node, Literal | Interval | UnaryComparison) and (isinstance(node, _CONDITIONS) or mentions(node, '?'))


def _meets(result: Any, value: Any, condition: bool, charge: Charge) -> bool:
    if condition and isinstance(result, bool):
        return result
    if isinstance(result, bool):
        return equals(result, value, charge) is True
    return matches(result, value, charge) is True


def compile_unary_tests(source: str, names: Iterable[str] = ()) -> UnaryTests:
    """Compile the text of a decision table's input cell. Raises FeelSyntaxError."""
    return UnaryTests(source, *parse_unary_tests(source, names))


def evaluate_unary(
    test: UnaryTests,
    value: Any,
    context: Mapping[str, Any] | None = None,
    functions: HostFunctions | None = None,
    *,
    now: datetime | None = None,
    limits: Budget = DEFAULT_LIMITS,
) -> bool:
    """`UnaryTests.matches` as a function."""
    return test.matches(value, context, functions, now=now, limits=limits)
