"""One evaluation: what it may see, what it may cost, and what it had to warn about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from engine.core.effort import EXPRESSION, Effort
from engine.feel.errors import FeelBudgetError, FeelFunctionError, FeelWarning
from engine.feel.registry import BUILTINS
from engine.feel.values import Function, from_plain, normalise, number_of

MAX_WARNINGS: Final = 100
LONG: Final = 64
"""A text of more characters, a number of more digits, is paid for by its length."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one evaluation may cost. Going over raises FeelBudgetError.

    `steps` counts the parts evaluated, the items and texts that are read or made (texts by 64 characters) and the states of
    regular expressions (about 0.1 µs to 1 µs each); `levels` counts calls within calls; `characters` is the longest
    text and `elements` the largest list or context with all that is inside it.
    """

    steps: int = EXPRESSION
    levels: int = 250
    characters: int = 100_000
    elements: int = 50_000


DEFAULT_LIMITS: Final = Budget()
HostFunctions = Mapping[str, Callable[..., Any]]


class Runtime:
    """Passed to every part of an expression while it is evaluated."""

    __slots__ = ('_seen', 'context', 'effort', 'functions', 'left', 'level', 'limits', 'most', 'now', 'paid', 'steps', 'warnings')

    def __init__(
        self,
        context: Mapping[str, Any],
        functions: HostFunctions | None,
        now: datetime | None,
        limits: Budget,
        effort: Effort | None = None,
    ) -> None:
        """`effort` is what is left for this evaluation and others together; `settle` takes from it what this one cost."""
        self.context = context
        self.functions = functions or {}
        self.now = now
        self.limits = limits
        self.effort = effort
        alone = effort is None or effort.left >= limits.steps
        self.most = limits.steps if effort is None or alone else effort.most
        self.steps = self.paid = limits.steps if effort is None or alone else effort.left
        self.level = 0
        self.left = limits.elements
        self.warnings: list[FeelWarning] = []
        self._seen: dict[str, Any] = {}

    def charge(self, steps: int) -> None:
        """Pay for `steps`. Raises FeelBudgetError when the budget is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError('steps', self.most)

    def settle(self) -> None:
        """Take what this evaluation cost from the effort it shares with others."""
        if self.effort is not None:
            self.effort.left -= self.paid - self.steps
            self.paid = self.steps

    def scan(self, text: str, wanted: str) -> None:
        """Pay for looking for `wanted` all through `text`, at the worst of the way Python looks."""
        self.charge(1 + len(text) * min(1 + len(wanted), 100) // 256)

    def taken(self, value: Any) -> Any:
        """A value of the host as a FEEL value, copied and paid for."""
        return from_plain(value, self.charge)

    def enter(self, levels: int) -> None:
        """Go that many levels deeper; the caller lowers `level` again."""
        self.level += levels
        if self.level > self.limits.levels:
            raise FeelBudgetError('levels', self.limits.levels)

    def text(self, value: str) -> str:
        """`value`, if it is not too long; long texts are paid for. Raises FeelBudgetError."""
        if len(value) > self.limits.characters:
            raise FeelBudgetError('characters', self.limits.characters)
        self.charge(len(value) // LONG)
        return value

    def items(self, count: int) -> None:
        """Pay for reading or making `count` items. Raises FeelBudgetError."""
        if count > self.limits.elements:
            raise FeelBudgetError('elements', self.limits.elements)
        self.charge(count)

    def warn(self, code: str, position: int, subject: str) -> None:
        """Note why something becomes null; only the first hundred notes are kept."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(FeelWarning(code, position, subject))

    def variable(self, name: str, position: int) -> Any:
        """The value of a variable of the context, else null with a warning; a function of that name is no variable (D-21)."""
        try:
            value = self.context[name]
        except KeyError:
            self.warn('no_variable', position, name)
            return None
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return number_of(value)
        if name not in self._seen:
            self._seen[name] = self.taken(value)
        return self._seen[name]

    def forget(self, name: str) -> None:
        """The variable has changed in the context: pay for a look at it anew."""
        self.charge(1)
        self._seen.pop(name, None)

    def function(self, name: str) -> Function | None:
        """The host's function of that name, else the built-in one, else None."""
        host = self.functions.get(name)
        return BUILTINS.get(name) if host is None else host_function(name, host)

    def finish(self, value: Any) -> Any:
        """The result as it is handed out: numbers without trailing zeros. Raises FeelBudgetError if it is too large."""
        self.left = self.limits.elements
        return self._finish(value)

    def _finish(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            if value.adjusted() > LONG:
                self.charge(value.adjusted() // 8)  # it becomes that many digits
            return normalise(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | dict):
            self.charge(1 + len(value))
            self.left -= 1 + len(value)
            if self.left < 0:
                raise FeelBudgetError('elements', self.limits.elements)
            if isinstance(value, list):
                return [self._finish(item) for item in value]
            return {key: self._finish(entry) for key, entry in value.items()}
        return value


def host_function(name: str, function: Callable[..., Any]) -> Function:
    """A Python function as a FEEL function; named arguments arrive by keyword, spaces as underscores."""

    def call(runtime: Runtime, position: int, arguments: list[Any], names: tuple[str, ...] | None) -> Any:
        try:
            if names is None:
                return runtime.taken(function(*arguments))
            keywords = {n.replace(' ', '_'): a for n, a in zip(names, arguments, strict=True)}
            return runtime.taken(function(**keywords))
        except FeelFunctionError as error:
            runtime.warn('host_function', position, str(error))
            return None

    return Function(name, call)
