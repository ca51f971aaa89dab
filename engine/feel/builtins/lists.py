"""List functions: DMN 1.3, 10.3.4.4 and 10.3.4.9. Positions count from 1; a negative one counts from the end.

Functions over numbers take one list or the items themselves.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel import operators
from engine.feel.operators import equals, order
from engine.feel.registry import builtin
from engine.feel.runtime import Runtime
from engine.feel.temporal import Months
from engine.feel.values import DECIMAL, Function

_TWO = Decimal(2)


def _over_items(name: str) -> Callable[[Callable[[Runtime, list[Any]], Any]], Callable[[Runtime, list[Any]], Any]]:
    """Register a function of a list, or of any number of items."""

    def register(run: Callable[[Runtime, list[Any]], Any]) -> Callable[[Runtime, list[Any]], Any]:
        def unwrapped(runtime: Runtime, given: list[Any]) -> Any:
            if not given:
                raise ValueError('an argument is missing')
            items = given[0] if len(given) == 1 and isinstance(given[0], list) else given
            runtime.items(len(items))
            return run(runtime, items)

        builtin(name, '...list: any')(unwrapped)
        return run

    return register


def _numbers(items: list[Any]) -> list[Decimal]:
    if not all(type(item) is Decimal for item in items):
        raise ValueError('a list of numbers')
    return items


def _position(items: list[Any], position: Decimal) -> int:
    """The index of a position in `items`. Raises ValueError if there is none."""
    index = int(position) - 1 if position > 0 else len(items) + int(position)
    if not position or position != int(position) or not 0 <= index < len(items):
        raise ValueError('position')
    return index


@builtin('list contains', 'list: list, element: any?')
def list_contains(runtime: Runtime, items: list[Any], element: Any) -> bool:
    """Is there an item equal to `element`?"""
    runtime.items(len(items))
    return any(equals(item, element, runtime.charge) is True for item in items)


@builtin('count', 'list: list')
def count(_: Runtime, items: list[Any]) -> Decimal:
    """How many items there are."""
    return Decimal(len(items))


def _extreme(runtime: Runtime, items: list[Any], wanted: int) -> Any:
    if not items:
        return None
    best = items[0]
    for item in items:
        place = order(item, best, runtime.charge)
        if place is None:
            raise ValueError('comparable items')
        best = item if place == wanted else best
    return best


@_over_items('min')
def minimum(runtime: Runtime, items: list[Any]) -> Any:
    """The least item; null of an empty list."""
    return _extreme(runtime, items, -1)


@_over_items('max')
def maximum(runtime: Runtime, items: list[Any]) -> Any:
    """The greatest item; null of an empty list."""
    return _extreme(runtime, items, 1)


def _sorted(runtime: Runtime, items: list[Any]) -> list[Any]:
    """In ascending order; each item is compared about as often as their number has binary digits."""
    texts = sum(len(item) for item in items if isinstance(item, str)) // 64
    runtime.charge((len(items) + texts) * len(items).bit_length() // 4)
    return sorted(items)


def _total(items: list[Any]) -> Any:
    if not all(isinstance(item, Decimal | timedelta | Months) for item in items):
        raise ValueError('a list of numbers or durations')
    total = items[0]
    for item in items[1:]:
        try:
            total = operators.add(total, item)
        except operators.NoResult as error:
            raise ValueError('a list of numbers or durations') from error
    return total


@_over_items('sum')
def total_of(_: Runtime, items: list[Any]) -> Any:
    """The sum of numbers or durations; null of an empty list."""
    return _total(items) if items else None


@_over_items('mean')
def mean(_: Runtime, items: list[Any]) -> Any:
    """The arithmetic mean of numbers or durations; null of an empty list."""
    return operators.divide(_total(items), Decimal(len(items))) if items else None


@_over_items('product')
def product(_: Runtime, items: list[Any]) -> Any:
    """All numbers multiplied; null of an empty list."""
    result = Decimal(1)
    for number in _numbers(items):
        result = DECIMAL.multiply(result, number)
    return result if items else None


@_over_items('median')
def median(runtime: Runtime, items: list[Any]) -> Any:
    """The number in the middle, or the mean of the two there; null of an empty list."""
    ordered = _sorted(runtime, _numbers(items))
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL.divide(DECIMAL.add(ordered[middle - 1], ordered[middle]), _TWO)


@_over_items('stddev')
def stddev(_: Runtime, items: list[Any]) -> Any:
    """The standard deviation of a sample; null of fewer than two numbers."""
    if len(_numbers(items)) < 2:
        return None
    average = DECIMAL.divide(_total(items), Decimal(len(items)))
    squares = [DECIMAL.power(DECIMAL.subtract(number, average), _TWO) for number in items]
    return DECIMAL.sqrt(DECIMAL.divide(_total(squares), Decimal(len(items) - 1)))


@_over_items('mode')
def mode(runtime: Runtime, items: list[Any]) -> list[Decimal]:
    """The numbers that occur most often, in ascending order."""
    occurrences: dict[Decimal, int] = {}
    for number in _numbers(items):
        occurrences[number] = occurrences.get(number, 0) + 1
    most = max(occurrences.values(), default=0)
    return _sorted(runtime, [number for number, times in occurrences.items() if times == most])


def _junction(items: list[Any], deciding: bool) -> bool | None:
    if any(item is deciding for item in items):
        return deciding
    return None if any(not isinstance(item, bool) for item in items) else not deciding


@_over_items('all')
def every(_: Runtime, items: list[Any]) -> bool | None:
    """Are all items true? False as soon as one is false, else null if one is no boolean."""
    return _junction(items, False)


@_over_items('any')
def some(_: Runtime, items: list[Any]) -> bool | None:
    """Is an item true? Else null if one is no boolean."""
    return _junction(items, True)


@builtin('sublist', 'list: list, start position: number, length: number?')
@builtin('sublist', 'list: list, start: number, length: number?')
def sublist(runtime: Runtime, items: list[Any], position: Decimal, length: Decimal | None) -> list[Any]:
    """The items from a position on, at most `length` of them."""
    runtime.items(len(items))
    start = _position(items, position)
    return items[start:] if length is None else items[start : start + max(int(length), 0)]


@builtin('append', 'list: list, ...item: any')
def append(runtime: Runtime, items: Any, more: list[Any]) -> list[Any]:
    """The list with further items at its end."""
    runtime.items(len(items) + len(more))
    return [*items, *more]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@builtin('concatenate', '...list: any')
def concatenate(runtime: Runtime, lists: list[Any]) -> list[Any]:
    """One list after the other."""
    runtime.items(sum(len(_as_list(part)) for part in lists))
    return [item for part in lists for item in _as_list(part)]


@builtin('insert before', 'list: list, position: number, newItem: any?')
def insert_before(runtime: Runtime, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """The list with one more item at that position."""
    runtime.items(len(items) + 1)
    index = len(items) if position == len(items) + 1 else _position(items, position)
    return [*items[:index], item, *items[index:]]


@builtin('remove', 'list: list, position: number')
def remove(runtime: Runtime, items: list[Any], position: Decimal) -> list[Any]:
    """The list without the item at that position."""
    runtime.items(len(items))
    index = _position(items, position)
    return [*items[:index], *items[index + 1 :]]


@builtin('list replace', 'list: list, position: number, newItem: any?')
def list_replace_at(runtime: Runtime, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """The list with another item at that position."""
    runtime.items(len(items))
    index = _position(items, position)
    return [*items[:index], item, *items[index + 1 :]]


@builtin('list replace', 'list: list, match: function, newItem: any?')
def list_replace_where(runtime: Runtime, items: list[Any], match: Function, new: Any) -> list[Any]:
    """The list with another item wherever ``match(item, newItem)`` is true."""
    runtime.items(len(items))
    return [new if match.call(runtime, 0, [item, new], None) is True else item for item in items]


@builtin('reverse', 'list: list')
def reverse(runtime: Runtime, items: list[Any]) -> list[Any]:
    """The list from its end to its beginning."""
    runtime.items(len(items))
    return items[::-1]


@builtin('index of', 'list: list, match: any?')
def index_of(runtime: Runtime, items: list[Any], match: Any) -> list[Decimal]:
    """The positions of all items equal to `match`."""
    runtime.items(len(items))
    return [Decimal(index) for index, item in enumerate(items, 1) if equals(item, match, runtime.charge) is True]


def _distinct(runtime: Runtime, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        runtime.charge(1 + len(kept) // 8)
        if not any(equals(other, item, runtime.charge) is True for other in kept):
            kept.append(item)
    return kept


@builtin('union', '...list: any')
def union(runtime: Runtime, lists: list[Any]) -> list[Any]:
    """One list after the other, without repeated items."""
    parts = lists[0] if len(lists) == 1 and isinstance(lists[0], list) else lists
    return _distinct(runtime, concatenate(runtime, parts))


@builtin('distinct values', 'list: list')
def distinct_values(runtime: Runtime, items: list[Any]) -> list[Any]:
    """The list without repeated items."""
    return _distinct(runtime, items)


@builtin('duplicate values', 'list: list')
def duplicate_values(runtime: Runtime, items: list[Any]) -> list[Any]:
    """Every item that occurs more than once, once (as Camunda 8 has it)."""
    runtime.items(len(items))
    repeated = [item for index, item in enumerate(items) if _occurs_before(runtime, items, index)]
    return _distinct(runtime, repeated)


def _occurs_before(runtime: Runtime, items: list[Any], index: int) -> bool:
    runtime.charge(1 + index // 8)
    return any(equals(other, items[index], runtime.charge) is True for other in items[:index])


@builtin('flatten', 'list: list')
def flatten(runtime: Runtime, items: list[Any]) -> list[Any]:
    """All items of the lists within the list, in order."""
    made: list[Any] = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            runtime.charge(1)
            if isinstance(item, list):
                pending.append(iter(item))
                break
            made.append(item)
        else:
            pending.pop()
    return made


@builtin('sort', 'list: list, precedes: function')
def sort_by(runtime: Runtime, items: list[Any], precedes: Function) -> list[Any]:
    """The list in the order in which ``precedes(a, b)`` is true of neighbours."""
    runtime.items(len(items))

    def place(left: Any, right: Any) -> int:
        if precedes.call(runtime, 0, [left, right], None) is True:
            return -1
        return int(precedes.call(runtime, 0, [right, left], None) is True)

    return sorted(items, key=cmp_to_key(place))


@builtin('sort', 'list: list')
def sort(runtime: Runtime, items: list[Any]) -> list[Any]:
    """The list in ascending order; null if its items cannot be compared."""
    runtime.items(len(items))
    _extreme(runtime, items, 1)
    return _sorted(runtime, items)


@builtin('partition', 'list: list, size: number')
def partition(runtime: Runtime, items: list[Any], size: Decimal) -> list[list[Any]]:
    """The list cut into lists of that size (as Camunda 8 has it)."""
    runtime.items(len(items))
    if int(size) < 1:
        raise ValueError('size')
    return [items[start : start + int(size)] for start in range(0, len(items), int(size))]


@builtin('is empty', 'list: list')
def is_empty(_: Runtime, items: list[Any]) -> bool:
    """Is there no item (as Camunda 8 has it)?"""
    return not items
