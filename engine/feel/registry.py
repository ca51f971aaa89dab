"""The built-in functions by name, and how arguments find their parameters: DMN 1.3, 10.3.2.13 and 10.3.4."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol, TypeVar

from engine.feel.temporal import Months
from engine.feel.values import Function, Range

BUILTINS: Final[dict[str, Function]] = {}
"""Filled by the modules of `engine.feel.builtins` when they are imported."""

_TYPES: Final[dict[str, Any]] = {
    'number': Decimal,
    'string': str,
    'boolean': bool,
    'context': dict,
    'date': date,
    'time': time,
    'duration': timedelta | Months,
    'days': timedelta,
    'range': Range,
    'function': Function,
}
_MISMATCH: Final = object()
F = TypeVar('F', bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in function."""

    name: str
    type: str
    optional: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class FunctionSignature:
    """One way to call a built-in function."""

    parameters: tuple[Parameter, ...]
    run: 'Callable[..., Any]'

    def bind(self, arguments: list[Any], names: tuple[str, ...] | None) -> list[Any] | None:
        """The converted arguments in the parameters' order; None if they do not fit."""
        placed = self._positional(arguments) if names is None else self._named(arguments, names)
        if placed is None:
            return None
        bound = [_convert(parameter, value) for parameter, value in zip(self.parameters, placed, strict=True)]
        return None if any(value is _MISMATCH for value in bound) else bound

    def _positional(self, arguments: list[Any]) -> list[Any] | None:
        parameters = self.parameters
        if parameters and parameters[-1].variadic:
            fixed = len(parameters) - 1
            if len(arguments) < fixed:
                return None
            return [*arguments[:fixed], arguments[fixed:]]
        required = sum(not p.optional for p in parameters)
        if not required <= len(arguments) <= len(parameters):
            return None
        return [*arguments, *[None] * (len(parameters) - len(arguments))]

    def _named(self, arguments: list[Any], names: tuple[str, ...]) -> list[Any] | None:
        given = dict(zip(names, arguments, strict=True))
        known = {p.name for p in self.parameters}
        if not given.keys() <= known or len(given) != len(names):
            return None
        if any(p.name not in given for p in self.parameters if not p.optional):
            return None
        return [self._variadic(given.get(p.name)) if p.variadic else given.get(p.name) for p in self.parameters]

    @staticmethod
    def _variadic(value: Any) -> list[Any]:
        return [value]


def _convert(parameter: Parameter, value: Any) -> Any:
    """`value` as the parameter's type, by the implicit conversions of DMN 1.3, 10.3.2.9.4."""
    wanted = parameter.type
    if parameter.variadic or wanted == 'any':
        return value
    if value is None:
        return None if parameter.optional else _MISMATCH
    if wanted == 'list':
        return value if isinstance(value, list) else [value]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if wanted == 'date and time' and isinstance(value, date):
        return value if isinstance(value, datetime) else datetime.combine(value, time())
    fits = isinstance(value, _TYPES.get(wanted, ()))
    return value if fits else _MISMATCH


def builtin(name: str, parameters: str = '') -> Callable[[F], F]:
    """Register the decorated function as (one more signature of) the built-in `name`.

    `parameters` reads ``name: type, name: type?, ...name: any``; the function takes the runtime and the arguments.
    It may raise ArithmeticError or ValueError, and FEEL gets null.
    """
    signature_parameters = tuple(_parameter(text) for text in parameters.split(',') if text.strip())

    def register(run: F) -> F:
        _SIGNATURES.setdefault(name, []).append(FunctionSignature(signature_parameters, run))
        BUILTINS[name] = Function(name, _caller(name, _SIGNATURES[name]), tuple(p.name for p in signature_parameters))
        return run

    return register


_SIGNATURES: Final[dict[str, list[FunctionSignature]]] = {}


def _parameter(text: str) -> Parameter:
    name, _, kind = (part.strip() for part in text.partition(':'))
    return Parameter(name.removeprefix('...'), kind.removesuffix('?'), kind.endswith('?'), name.startswith('...'))


class Evaluating(Protocol):
    """What a call needs of the evaluation it is part of (`engine.feel.runtime`)."""

    def charge(self, steps: int) -> None: ...

    def text(self, value: str) -> str: ...

    def warn(self, code: str, position: int, subject: str) -> None: ...


def _caller(name: str, signatures: list[FunctionSignature]) -> Callable[..., Any]:
    def call(runtime: Evaluating, position: int, arguments: list[Any], names: tuple[str, ...] | None) -> Any:
        for signature in signatures:
            bound = signature.bind(arguments, names)
            if bound is None:
                continue
            try:
                runtime.charge(1 + sum(len(each) for each in bound if type(each) is str) // 64)
                result = signature.run(runtime, *bound)
            except (ArithmeticError, ValueError):
                break
            return runtime.text(result) if isinstance(result, str) else result
        runtime.warn('invalid_arguments', position, name)
        return None

    return call
