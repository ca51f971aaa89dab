"""Numeric functions: DMN 1.3, 10.3.4.5."""

from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

from engine.feel.registry import builtin
from engine.feel.runtime import Runtime
from engine.feel.temporal import Months
from engine.feel.values import DECIMAL

_SERIES = 50
"""Steps of a root, a logarithm or a power of e."""


def _scaled(number: Decimal, scale: Decimal | None, rounding: str) -> Decimal:
    """`number` rounded to `scale` decimals; a negative scale rounds to tens, hundreds …"""
    places = int(scale or 0)
    if not -6000 <= places <= 6000:
        raise ValueError('scale')
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return number
    if number.adjusted() + places >= DECIMAL.prec:
        return number
    return number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=DECIMAL)


@builtin('decimal', 'n: number, scale: number')
def decimal(_: Runtime, number: Decimal, scale: Decimal) -> Decimal:
    """Rounded to that many decimals, halves to the even neighbour."""
    return _scaled(number, scale, ROUND_HALF_EVEN)


@builtin('floor', 'n: number, scale: number?')
def floor(_: Runtime, number: Decimal, scale: Decimal | None) -> Decimal:
    """Rounded towards minus infinity."""
    return _scaled(number, scale, ROUND_FLOOR)


@builtin('ceiling', 'n: number, scale: number?')
def ceiling(_: Runtime, number: Decimal, scale: Decimal | None) -> Decimal:
    """Rounded towards infinity."""
    return _scaled(number, scale, ROUND_CEILING)


@builtin('round up', 'n: number, scale: number')
def round_up(_: Runtime, number: Decimal, scale: Decimal) -> Decimal:
    """Rounded away from zero."""
    return _scaled(number, scale, ROUND_UP)


@builtin('round down', 'n: number, scale: number')
def round_down(_: Runtime, number: Decimal, scale: Decimal) -> Decimal:
    """Rounded towards zero."""
    return _scaled(number, scale, ROUND_DOWN)


@builtin('round half up', 'n: number, scale: number')
def round_half_up(_: Runtime, number: Decimal, scale: Decimal) -> Decimal:
    """Rounded to the nearest, halves away from zero (四舍五入)."""
    return _scaled(number, scale, ROUND_HALF_UP)


@builtin('round half down', 'n: number, scale: number')
def round_half_down(_: Runtime, number: Decimal, scale: Decimal) -> Decimal:
    """Rounded to the nearest, halves towards zero."""
    return _scaled(number, scale, ROUND_HALF_DOWN)


@builtin('abs', 'n: number')
def absolute(_: Runtime, number: Decimal) -> Decimal:
    """Without its sign."""
    return DECIMAL.abs(number)


@builtin('abs', 'n: duration')
def absolute_duration(_: Runtime, value: timedelta | Months) -> timedelta | Months:
    """A duration without its sign."""
    return Months(abs(value.count)) if isinstance(value, Months) else abs(value)


@builtin('modulo', 'dividend: number, divisor: number')
def modulo(_: Runtime, dividend: Decimal, divisor: Decimal) -> Decimal:
    """The rest of a division, with the sign of the divisor."""
    rest = DECIMAL.remainder(dividend, divisor)
    return DECIMAL.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin('sqrt', 'number: number')
def sqrt(runtime: Runtime, number: Decimal) -> Decimal:
    """The square root; null of a negative number."""
    runtime.charge(_SERIES)
    return DECIMAL.sqrt(number)


@builtin('log', 'number: number')
def log(runtime: Runtime, number: Decimal) -> Decimal:
    """The natural logarithm; null of a number not above zero."""
    runtime.charge(_SERIES)
    if number <= 0:
        raise ValueError('log')
    return DECIMAL.ln(number)


@builtin('exp', 'number: number')
def exp(runtime: Runtime, number: Decimal) -> Decimal:
    """e to that power."""
    runtime.charge(_SERIES)
    return DECIMAL.exp(number)


@builtin('odd', 'number: number')
def odd(_: Runtime, number: Decimal) -> bool:
    """Is it an odd whole number?"""
    return abs(DECIMAL.remainder(number, Decimal(2))) == 1


@builtin('even', 'number: number')
def even(_: Runtime, number: Decimal) -> bool:
    """Is it an even whole number?"""
    return DECIMAL.remainder(number, Decimal(2)) == 0
