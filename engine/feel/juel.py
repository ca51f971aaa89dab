"""What JUEL does otherwise than FEEL: EL 2.2 §1.8 coerces both sides of an operator; texts, lists and maps have the methods of Java.

All of it holds in `${…}` only. Null is what is known but empty: it counts as 0, as false, as the empty text, and nothing is less than it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.feel.operators import ARITHMETIC, Charge, NoResult, equals, order
from engine.feel.runtime import Runtime
from engine.feel.values import number_of, to_text

OBJECTS: Final = ('execution', 'task')
"""What Camunda and Flowable hand to an expression; here they give variables and nothing else."""
VARIABLE_METHODS: Final = {'getVariable': False, 'getVariableLocal': False, 'hasVariable': True, 'hasVariableLocal': True}
"""Methods of `OBJECTS`: do they ask whether there is such a variable?"""


def as_number(value: Any) -> Decimal:
    """EL 2.2 §1.18.3: null and the empty text are 0. Raises NoResult for what is no number."""
    if value is None or value == '':
        return Decimal(0)
    if isinstance(value, Decimal):
        return value
    number = number_of(value.strip()) if isinstance(value, str) else None
    if number is None:
        raise NoResult
    return number


def as_boolean(value: Any) -> bool:
    """EL 2.2 §1.18.5: null and the empty text are false, a text is true when it says so. Raises NoResult."""
    if isinstance(value, bool):
        return value
    if value is None or isinstance(value, str):
        return value is not None and value.lower() == 'true'
    raise NoResult


def as_text(value: Any) -> str:
    """EL 2.2 §1.18.2. Raises NoResult for lists and contexts, which nobody means to compare with a text."""
    if isinstance(value, list | dict):
        raise NoResult
    return '' if value is None else to_text(value)


def compare(operator: str, left: Any, right: Any, charge: Charge) -> bool:
    """``left operator right`` by EL 2.2 §1.8.1 and §1.8.2. Raises NoResult where JUEL raises an exception."""
    if operator in {'=', '!='}:
        return _same(left, right, charge) is (operator == '=')
    if left is None or right is None:
        return left is right and operator in {'<=', '>='}
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        left, right = as_number(left), as_number(right)
    elif isinstance(left, str) or isinstance(right, str):
        left, right = as_text(left), as_text(right)
    place = order(left, right, charge)
    if place is None:
        raise NoResult
    return place in {'<': (-1,), '<=': (-1, 0), '>': (1,), '>=': (0, 1)}[operator]


def _same(left: Any, right: Any, charge: Charge) -> bool:
    if left is None or right is None:
        return left is right
    for kind, coerced in ((Decimal, as_number), (bool, as_boolean), (str, as_text)):
        if isinstance(left, kind) or isinstance(right, kind):
            left, right = coerced(left), coerced(right)
            break
    same = equals(left, right, charge)
    if same is None:
        raise NoResult
    return same


def calculate(operator: str, left: Any, right: Any) -> Any:
    """``left operator right`` by EL 2.2 §1.7: texts of numbers are numbers, null is 0. What has no such meaning keeps that of FEEL."""
    try:
        numbers = as_number(left), as_number(right)
    except NoResult:
        return ARITHMETIC[operator](left, right)
    return ARITHMETIC[operator](*numbers)


@dataclass(frozen=True, slots=True)
class JavaMethod:
    """A method of Java's texts, lists, maps and numbers: how many arguments it takes, and what it gives. `run` raises NoResult."""

    least: int
    most: int
    run: Callable[..., Any]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ''
    raise NoResult


def _equals(runtime: Runtime, target: Any, other: Any) -> bool:
    if target is None or other is None:
        return target is other
    same = equals(target, other, runtime.charge)
    if same is None:
        raise NoResult
    return same


def _contains(runtime: Runtime, target: Any, wanted: Any) -> bool:
    if isinstance(target, list):
        runtime.items(len(target))
        return any(equals(item, wanted, runtime.charge) is True for item in target)
    return wanted is not None and _within(runtime, target, wanted, lambda text, part: part in text)


def _within(runtime: Runtime, target: Any, wanted: Any, holds: Callable[[str, str], Any]) -> Any:
    text, part = _text(target), _text(wanted)
    runtime.scan(text, part)
    return holds(text, part)


def _size(_: Runtime, target: Any) -> Decimal:
    if target is None or isinstance(target, str | list | dict):
        return Decimal(len(target or ''))
    raise NoResult


def _is_blank(_: Runtime, target: Any) -> bool:
    return not _text(target).strip()


def _whole(value: Any) -> int:
    number = as_number(value)
    if number != number.to_integral_value() or abs(number) > 1_000_000:
        raise NoResult
    return int(number)


def _get(_: Runtime, target: Any, key: Any, otherwise: Any = None) -> Any:
    if isinstance(target, list):
        place = _whole(key)
        if not 0 <= place < len(target):
            raise NoResult
        return target[place]
    if target is None or isinstance(target, dict):
        return (target or {}).get(as_text(key), otherwise)
    raise NoResult


def _contains_key(_: Runtime, target: Any, key: Any) -> bool:
    if target is None or isinstance(target, dict):
        return as_text(key) in (target or {})
    raise NoResult


def _contains_value(runtime: Runtime, target: Any, wanted: Any) -> bool:
    if target is None or isinstance(target, dict):
        return _contains(runtime, list((target or {}).values()), wanted)
    raise NoResult


def _index_of(runtime: Runtime, target: Any, wanted: Any) -> Decimal:
    if isinstance(target, list):
        runtime.items(len(target))
        return Decimal(next((place for place, item in enumerate(target) if equals(item, wanted, runtime.charge) is True), -1))
    return Decimal(_within(runtime, target, wanted, str.find))


def _substring(runtime: Runtime, target: Any, start: Any, end: Any = None) -> str:
    text = _text(target)
    first, last = _whole(start), len(text) if end is None else _whole(end)
    if not 0 <= first <= last <= len(text):
        raise NoResult
    return runtime.text(text[first:last])


def _replace(runtime: Runtime, target: Any, old: Any, new: Any) -> str:
    text, part, instead = _text(target), _text(old), _text(new)
    found = text.count(part) if part else len(text) + 1
    runtime.scan(text, part)
    runtime.text('x' * min(len(text) + found * max(len(instead) - len(part), 0), runtime.limits.characters + 1))
    return runtime.text(text.replace(part, instead))


def _concat(runtime: Runtime, target: Any, other: Any) -> str:
    return runtime.text(_text(target) + _text(other))


METHODS: Final[dict[str, JavaMethod]] = {
    'equals': JavaMethod(1, 1, _equals),
    'equalsIgnoreCase': JavaMethod(1, 1, lambda _, a, b: a is not None and b is not None and _text(a).casefold() == _text(b).casefold()),
    'contains': JavaMethod(1, 1, _contains),
    'startsWith': JavaMethod(1, 1, lambda runtime, a, b: b is not None and _within(runtime, a, b, str.startswith)),
    'endsWith': JavaMethod(1, 1, lambda runtime, a, b: b is not None and _within(runtime, a, b, str.endswith)),
    'isEmpty': JavaMethod(0, 0, lambda runtime, a: not _size(runtime, a)),
    'isBlank': JavaMethod(0, 0, _is_blank),
    'size': JavaMethod(0, 0, _size),
    'length': JavaMethod(0, 0, lambda runtime, a: Decimal(len(_text(a)))),
    'get': JavaMethod(1, 1, _get),
    'getOrDefault': JavaMethod(2, 2, _get),
    'containsKey': JavaMethod(1, 1, _contains_key),
    'containsValue': JavaMethod(1, 1, _contains_value),
    'indexOf': JavaMethod(1, 1, _index_of),
    'substring': JavaMethod(1, 2, _substring),
    'replace': JavaMethod(2, 2, _replace),
    'concat': JavaMethod(1, 1, _concat),
    'trim': JavaMethod(0, 0, lambda _, a: _text(a).strip()),
    'toLowerCase': JavaMethod(0, 0, lambda _, a: _text(a).lower()),
    'toUpperCase': JavaMethod(0, 0, lambda _, a: _text(a).upper()),
    'toString': JavaMethod(0, 0, lambda _, a: as_text(a)),
    'intValue': JavaMethod(0, 0, lambda _, a: Decimal(_whole(a))),
    'longValue': JavaMethod(0, 0, lambda _, a: Decimal(_whole(a))),
    'doubleValue': JavaMethod(0, 0, lambda _, a: as_number(a)),
    'booleanValue': JavaMethod(0, 0, lambda _, a: as_boolean(a)),
}
"""The methods that have a meaning here. Of null (known but empty) they say what they say of the empty text, list or map."""
