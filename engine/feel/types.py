"""``instance of``: does a value have a type (DMN 1.3, 10.3.2.9)?"""

from collections.abc import Callable
from typing import Any

from engine.feel.syntax import TypeRef
from engine.feel.values import Function, kind_of


def is_instance(value: Any, wanted: TypeRef, charge: Callable[[int], None]) -> bool | None:
    """Does `value` conform to `wanted`? Null is of type Null only; an unknown type gives null."""
    name = 'Any' if wanted.name == 'any' else wanted.name
    if value is None:
        return name == 'Null' if name in _KNOWN else None
    if name not in _KNOWN:
        return None
    if name == 'Any':
        return True
    if kind_of(value) != name:
        return False
    return _parts_conform(value, wanted, charge)


_KNOWN = frozenset(
    {
        'Any',
        'Null',
        'boolean',
        'number',
        'string',
        'list',
        'context',
        'date',
        'time',
        'date and time',
        'days and time duration',
        'years and months duration',
        'range',
        'function',
    }
)


def _parts_conform(value: Any, wanted: TypeRef, charge: Callable[[int], None]) -> bool:
    if not wanted.parts:
        return True
    if wanted.name == 'list':
        charge(len(value))
        return all(_conforms(item, wanted.parts[0], charge) for item in value)
    if wanted.name == 'context':
        return all(key in value and _conforms(value[key], part, charge) for key, part in zip(wanted.keys, wanted.parts, strict=True))
    if wanted.name == 'range':
        return all(_conforms(end, wanted.parts[0], charge) for end in (value.start, value.end))
    return isinstance(value, Function) and len(value.parameters) == len(wanted.parts) - 1


def _conforms(value: Any, wanted: TypeRef, charge: Callable[[int], None]) -> bool:
    return value is None or is_instance(value, wanted, charge) is True
