"""FEEL's values as Python values, and the way between them and plain JSON-like data.

| FEEL | here |
|---|---|
| number | `Decimal`, 34 significant digits |
| string, boolean, null | `str`, `bool`, `None` |
| list, context | `list`, `dict` with string keys |
| date, time, date and time | `datetime.date`, `time`, `datetime` |
| durations | `datetime.timedelta`, `Months` |
| range, function, unary test | `Range`, `Function`, `Test` |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final

from engine.feel.temporal import Months, format_temporal

DECIMAL: Final = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow])
"""IEEE 754 decimal128, as DMN 1.3 asks for (10.3.2.3.1)."""

_SCALARS: Final = frozenset({str, bool, type(None), date, datetime, time, timedelta, Months})


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; None as an end means that it has none there."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A unary test that is no range (``!= 5``): `accepts` says true, false or null of a value."""

    accepts: Callable[[Any], bool | None]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something callable: built in, handed in by the host, or written as ``function(a) …``.

    `call` takes the runtime, the position of the call, the arguments, and their names if they were named.
    """

    name: str
    call: Callable[[Any, int, list[Any], tuple[str, ...] | None], Any]
    parameters: tuple[str, ...] = ()


def kind_of(value: Any) -> str:
    """FEEL's name for the type of `value`."""
    for kind, types in _KINDS:
        if isinstance(value, types):
            return kind
    return 'unknown'


_KINDS: Final[tuple[tuple[str, Any], ...]] = (
    ('null', type(None)),
    ('boolean', bool),
    ('number', Decimal),
    ('string', str),
    ('list', list),
    ('context', dict),
    ('date and time', datetime),
    ('date', date),
    ('time', time),
    ('days and time duration', timedelta),
    ('years and months duration', Months),
    ('range', Range),
    ('function', Function),
    ('test', Test),
)


def from_plain(value: Any, charge: Callable[[int], None] = lambda _: None) -> Any:
    """The FEEL value for a Python value, copied deeply. Numbers become Decimal by their shortest decimal text.

    What FEEL has no value for (NaN, infinities, bytes, other objects) becomes null; keys become strings.
    `charge` is told how many entries are copied.
    """
    if type(value) in _SCALARS:
        return value
    if isinstance(value, bool | str | date | time | timedelta | Range | Function | Test):
        return value
    if isinstance(value, int | Decimal):
        return number_of(value)
    if isinstance(value, float):
        return number_of(repr(value))
    if isinstance(value, Mapping):
        charge(1 + len(value))
        return {str(key): from_plain(entry, charge) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        charge(1 + len(value))
        return [from_plain(item, charge) for item in value]
    return None


def number_of(value: int | str | Decimal) -> Decimal | None:
    """The number with 34 digits that is nearest; None for NaN, infinities and what is too large."""
    try:
        number = DECIMAL.create_decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def to_plain(value: Any) -> Any:
    """The JSON-friendly form of a FEEL value, copied deeply.

    A whole number becomes `int`. Any other number becomes `float`, whose JSON text is the shortest that reads back:
    up to 15 significant digits come back from `from_plain` as exactly the same Decimal, so amounts of money are safe
    as long as nobody calculates with the floats. Dates, times and durations become ISO 8601 text; ranges FEEL text;
    functions null.
    """
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > 300:
            return int(value) if value.adjusted() > 0 and value.adjusted() < 4000 else None
        whole = value.to_integral_value()
        return int(whole) if whole == value else float(value)
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(entry) for key, entry in value.items()}
    if isinstance(value, Function | Test):
        return None
    return to_text(value)


def normalise(number: Decimal) -> Decimal:
    """The same number without trailing zeros after the point and without an exponent where it is whole."""
    if number == number.to_integral_value():
        return number.quantize(Decimal(1), context=DECIMAL) if number.adjusted() < 34 and number else (number if number else Decimal(0))
    return number.normalize(DECIMAL)


def number_text(number: Decimal) -> str:
    """Plain decimal digits, never an exponent."""
    text = format(number, 'f')
    if '.' in text:
        text = text.rstrip('0').rstrip('.')
    return '0' if text in {'-0', ''} else text


def to_text(value: Any, *, quote: bool = False) -> str:
    """What ``string(value)`` gives; `quote` writes strings as literals, as inside lists and contexts."""
    if isinstance(value, str):
        return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"' if quote else value
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return '[' + ', '.join(to_text(item, quote=True) for item in value) + ']'
    if isinstance(value, dict):
        return '{' + ', '.join(f'{_key_text(k)}: {to_text(v, quote=True)}' for k, v in value.items()) + '}'
    if isinstance(value, Range):
        return _range_text(value)
    if isinstance(value, Function | Test):
        return '<function>'
    return format_temporal(value)


def _key_text(key: str) -> str:
    return key if key.isidentifier() else to_text(key, quote=True)


def _range_text(value: Range) -> str:
    start, end = (_endpoint_text(e) for e in (value.start, value.end))
    if value.start is None:
        return f'{"<=" if value.end_included else "<"} {end}'
    if value.end is None:
        return f'{">=" if value.start_included else ">"} {start}'
    return f'{"[" if value.start_included else "("}{start}..{end}{"]" if value.end_included else ")"}'


def _endpoint_text(value: Any) -> str:
    if isinstance(value, date | time | timedelta | Months):
        return f'@"{format_temporal(value)}"'
    return to_text(value, quote=True)
