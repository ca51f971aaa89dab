"""Unary tests: the cells of decision tables (DMN 1.3, 7.3.3 and 10.3.2.7): ``-``, ``< 5``, ``[1..3], "a"``, ``not(…)``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.core.effort import Effort
from engine.feel.errors import FeelBudgetError, FeelWarning
from engine.feel.expression import compile_node
from engine.feel.names import names_of
from engine.feel.operators import Charge, equals, matches
from engine.feel.parser import parse_unary_tests
from engine.feel.runtime import DEFAULT_LIMITS, Budget, HostFunctions, Runtime
from engine.feel.scope import FeelScope
from engine.feel.syntax import Literal, SyntaxNode


class UnaryTests:
    """Compiled unary tests of one cell. `names` are the variables they read, without ``?``."""

    __slots__ = ('_cost', '_tests', 'functions', 'juel', 'names', 'negated', 'nodes', 'source')

    def __init__(self, source: str, negated: bool, nodes: tuple[SyntaxNode, ...]) -> None:
        found = names_of(*nodes)
        self.source = source
        self.negated = negated
        self.nodes = nodes
        self.juel = False
        self.names = found.variables - {'?'}
        self.functions = found.functions
        compiled = [(compile_node(source, node), not isinstance(node, Literal)) for node in nodes]
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
        warnings: list[FeelWarning] | None = None,
    ) -> bool:
        """Does `value` (``?``) meet one of the tests, or none if they are negated? Reasons for nulls are added to `warnings`.

        A test that is true or false is the answer itself; any other value is compared with `value` (DMN 1.3 §7.3.3, §10.3.2.7).
        Raises FeelBudgetError.
        """
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
        if warnings is not None:
            warnings.extend(runtime.warnings)
        return met is not self.negated


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
