"""Comparing and calculating with FEEL values: DMN 1.3, tables 42 to 45 and 52 to 54. None is FEEL's null."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.feel.temporal import Months, add_duration
from engine.feel.values import DECIMAL, Function, Range, Test, kind_of

_ORDERED: Final = (Decimal, str, datetime, date, time, timedelta, Months)


Charge = Callable[[int], None]
"""Told how many items were looked at, so that comparing large structures is paid for."""


class NoResult(Exception):
    """The operator is not defined for these kinds of values; the caller makes it null and warns."""


def equals(left: Any, right: Any, charge: Charge) -> bool | None:
    """``left = right``: null for values of different kinds; a list of one equals its only element."""
    if left is None or right is None:
        return left is None and right is None
    kind = type(left)
    if kind is type(right) and kind in {str, bool, Decimal}:
        if kind is str and len(left) == len(right):
            charge(len(left) // 64)
        return bool(left == right)
    if isinstance(left, list) != isinstance(right, list):
        return _equals_single(left, right, charge)
    if isinstance(left, list):
        charge(1 + len(left))
        return len(left) == len(right) and all(equals(a, b, charge) is True for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        charge(1 + len(left))
        return left.keys() == right.keys() and all(equals(left[key], right[key], charge) is True for key in left)
    if kind_of(left) != kind_of(right) or isinstance(left, Function | Test):
        return None
    if isinstance(left, datetime | time) and (left.utcoffset() is None) != (right.utcoffset() is None):
        return None
    return bool(left == right)


def _equals_single(left: Any, right: Any, charge: Charge) -> bool | None:
    if isinstance(left, list):
        return equals(left[0], right, charge) if len(left) == 1 and not isinstance(left[0], list) else None
    return equals(left, right[0], charge) if len(right) == 1 and not isinstance(right[0], list) else None


def order(left: Any, right: Any, charge: Charge) -> int | None:
    """-1, 0 or 1 as `left` is less than, equal to or greater than `right`; None if they have no order."""
    if not isinstance(left, _ORDERED) or kind_of(left) != kind_of(right):
        return None
    if isinstance(left, datetime | time) and (left.utcoffset() is None) != (right.utcoffset() is None):
        return None
    if isinstance(left, str):
        charge(min(len(left), len(right)) // 64)
    return -1 if left < right else int(left != right)


def compare(operator: str, left: Any, right: Any, charge: Charge) -> bool | None:
    """``left operator right`` for ``= != < <= > >=``."""
    if operator in {'=', '!='}:
        same = equals(left, right, charge)
        return same if operator == '=' or same is None else not same
    result = order(left, right, charge)
    if result is None:
        return None
    if operator == '<':
        return result < 0
    if operator == '<=':
        return result <= 0
    return result > 0 if operator == '>' else result >= 0


def includes(container: Range, value: Any, charge: Charge) -> bool | None:
    """Is `value` within the range? Null for null, for other kinds and for a range without ends."""
    if value is None or (container.start is None and container.end is None):
        return None
    ends = ((container.start, container.start_included, 1), (container.end, container.end_included, -1))
    for bound, included, wrong in ends:
        if bound is None:
            continue
        place = order(bound, value, charge)
        if place is None:
            return None
        if place == wrong or (place == 0 and not included):
            return False
    return True


def matches(test: Any, value: Any, charge: Charge) -> bool | None:
    """Does `value` meet `test`: a range that includes it, a test that accepts it, a list with it, or the same value?"""
    if isinstance(test, Range) and not isinstance(value, Range):
        return includes(test, value, charge)
    if isinstance(test, Test):
        return test.accepts(value)
    if isinstance(test, list) and not isinstance(value, list):
        charge(1 + len(test))
        return any(matches(item, value, charge) is True for item in test)
    return equals(test, value, charge)


def add(left: Any, right: Any) -> Any:
    """``left + right``. Raises NoResult."""
    if type(left) is Decimal and type(right) is Decimal:
        return DECIMAL.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, timedelta | Months) and not isinstance(right, timedelta | Months):
        left, right = right, left
    if isinstance(left, date) and isinstance(right, Months):
        return add_duration(left, right)
    if isinstance(left, date | time) and isinstance(right, timedelta):
        return add_duration(left, right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.count + right.count)
    raise NoResult


def subtract(left: Any, right: Any) -> Any:
    """``left - right``. Raises NoResult."""
    if type(left) is Decimal and type(right) is Decimal:
        return DECIMAL.subtract(left, right)
    if isinstance(right, timedelta | Months):
        return add(left, negate(right)) if isinstance(left, date | time | timedelta | Months) else _no_result()
    if isinstance(left, date) and isinstance(right, date):
        return _between(_moment(left, right), _moment(right, left))
    if isinstance(left, time) and isinstance(right, time):
        day = date(2000, 1, 1)
        return _between(datetime.combine(day, left), datetime.combine(day, right))
    raise NoResult


def _moment(value: date, other: date) -> datetime:
    if isinstance(value, datetime):
        return value
    zone = other.tzinfo if isinstance(other, datetime) else None
    return datetime.combine(value, time(), zone)


def _between(left: datetime, right: datetime) -> timedelta:
    if (left.utcoffset() is None) != (right.utcoffset() is None):
        raise NoResult
    return left - right


def multiply(left: Any, right: Any) -> Any:
    """``left * right``. Raises NoResult."""
    if type(left) is Decimal and type(right) is Decimal:
        return DECIMAL.multiply(left, right)
    if isinstance(left, Decimal):
        left, right = right, left
    if isinstance(right, Decimal) and isinstance(left, timedelta):
        return _scaled(left, right)
    if isinstance(right, Decimal) and isinstance(left, Months):
        return Months(int(DECIMAL.multiply(Decimal(left.count), right)))
    raise NoResult


def divide(left: Any, right: Any) -> Any:
    """``left / right``. Raises NoResult, and ZeroDivisionError for numbers."""
    if type(left) is Decimal and type(right) is Decimal and not right:
        raise ZeroDivisionError
    if type(right) is Decimal and right:
        if type(left) is Decimal:
            return DECIMAL.divide(left, right)
        if isinstance(left, timedelta):
            return _scaled(left, DECIMAL.divide(Decimal(1), right))
        if isinstance(left, Months):
            return Months(int(DECIMAL.divide(Decimal(left.count), right)))
    if isinstance(left, timedelta) and isinstance(right, timedelta) and right:
        return DECIMAL.divide(_microseconds(left), _microseconds(right))
    if isinstance(left, Months) and isinstance(right, Months) and right.count:
        return DECIMAL.divide(Decimal(left.count), Decimal(right.count))
    raise NoResult


def _microseconds(value: timedelta) -> Decimal:
    return Decimal(value // timedelta(microseconds=1))


def _scaled(value: timedelta, factor: Decimal) -> timedelta:
    product = DECIMAL.multiply(_microseconds(value), factor)
    if product.adjusted() > 24:
        raise OverflowError('the duration is out of range')
    return timedelta(microseconds=int(product.to_integral_value()))


def power(left: Any, right: Any) -> Any:
    """``left ** right``. Raises NoResult."""
    if type(left) is Decimal and type(right) is Decimal:
        result = DECIMAL.power(left, right)
        return result if result.is_finite() else _no_result()
    raise NoResult


def remainder(left: Any, right: Any) -> Any:
    """``left % right`` of JUEL, with the sign of the left side. Raises NoResult."""
    if type(left) is Decimal and type(right) is Decimal and right:
        return DECIMAL.remainder(left, right)
    raise NoResult


def negate(value: Any) -> Any:
    """``-value``. Raises NoResult."""
    if isinstance(value, Decimal):
        return DECIMAL.minus(value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, Months):
        return Months(-value.count)
    raise NoResult


def _no_result() -> Any:
    raise NoResult


ARITHMETIC: Final = {'+': add, '-': subtract, '*': multiply, '/': divide, '**': power, '%': remainder}
