"""An expression: parsed once, evaluated as often as needed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.effort import Effort
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelBudgetError, FeelSyntaxError, FeelWarning
from engine.feel.names import names_of
from engine.feel.parser import parse_expression
from engine.feel.runtime import DEFAULT_LIMITS, Budget, HostFunctions, Runtime
from engine.feel.scope import FeelScope
from engine.feel.syntax import SyntaxNode


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A result and why parts of it became null."""

    value: Any
    warnings: tuple[FeelWarning, ...]


class Expression:
    """A compiled expression. Immutable; may be evaluated from several threads at once.

    `names` are the variables it reads, `perhaps_names` names inside filters that may be properties of the items,
    `functions` the functions it calls that are not built in, `paths` the dotted paths it reads, as tuples; `cost` is how many parts it
    has, in steps. `juel` says that it means what JUEL means (`engine.feel.juel`), where FEEL would say null.
    """

    __slots__ = ('_run', 'cost', 'functions', 'juel', 'names', 'node', 'paths', 'perhaps_names', 'source')

    def __init__(self, source: str, node: SyntaxNode, *, juel: bool = False) -> None:
        found = names_of(node)
        self.source = source
        self.node = node
        self.juel = juel
        self.names = found.variables
        self.perhaps_names = found.perhaps
        self.functions = found.functions
        self.paths = found.paths
        self._run, self.cost = compile_node(source, node)

    def __repr__(self) -> str:
        return f'Expression({self.source!r})'

    def evaluate(
        self,
        context: Mapping[str, Any],
        functions: HostFunctions | None = None,
        *,
        now: datetime | None = None,
        limits: Budget = DEFAULT_LIMITS,
        effort: Effort | None = None,
    ) -> Any:
        """The value in `context`; see `run`."""
        return self.value_in(Runtime(context, functions, now, limits, effort))

    def run(
        self,
        context: Mapping[str, Any],
        functions: HostFunctions | None = None,
        *,
        now: datetime | None = None,
        limits: Budget = DEFAULT_LIMITS,
        effort: Effort | None = None,
    ) -> Evaluation:
        """The value in `context`, with the warnings.

        `functions` are further functions by name, called with FEEL values. `now` is what ``now()`` and ``today()``
        give, with a zone; without it they give null. Whatever goes wrong inside gives null and a warning, except that
        FeelBudgetError is raised when `limits`, or what is left of `effort`, are exceeded, and exceptions of host functions come through.
        """
        runtime = Runtime(context, functions, now, limits, effort)
        value = self.value_in(runtime)
        return Evaluation(value, tuple(runtime.warnings))

    def value_in(self, runtime: Runtime) -> Any:
        """The value within a running evaluation, whose budget it shares."""
        try:
            runtime.charge(self.cost)
            return runtime.finish(self._run(FeelScope(runtime, runtime.context, None)))
        except RecursionError as error:
            raise FeelBudgetError('levels', runtime.limits.levels) from error
        finally:
            runtime.settle()


def compile_node(source: str, node: SyntaxNode) -> tuple[Callable[[FeelScope], Any], int]:
    """The closure of a whole tree and the steps of one run, loops and calls apart. Raises FeelSyntaxError if it is nested too deeply."""
    try:
        return Compiler(source).measured(node)
    except RecursionError as error:
        raise FeelSyntaxError(
            source, 0, expected='less nesting', found='deep nesting', zh='嵌套过深', en='Expected less nesting'
        ) from error


def compile_expression(source: str, names: Iterable[str] = ()) -> Expression:
    """Compile one FEEL expression.

    `names` are variables whose names contain keywords or operators (``a-b``, ``if any``); names of several words, and
    Chinese ones, need no mention, and any name may be written in backticks. Raises FeelSyntaxError.
    """
    return Expression(source, parse_expression(source, names))
