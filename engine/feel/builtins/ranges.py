"""Range functions: DMN 1.3, table 78. Each takes points and ranges; null where ends are missing or not comparable."""

from collections.abc import Callable
from typing import Any

from engine.feel.operators import Charge, order
from engine.feel.registry import builtin
from engine.feel.runtime import Runtime
from engine.feel.values import Range

Relation = Callable[[Range, Range, Charge], bool]


def _register(name: str, relation: Relation, *, points: str) -> None:
    """Register `relation` for the combinations of points (p) and ranges (r) in `points`, such as ``pp pr rp rr``."""

    def run(runtime: Runtime, left: Any, right: Any) -> bool | None:
        shape = ('r' if isinstance(left, Range) else 'p') + ('r' if isinstance(right, Range) else 'p')
        if shape not in points.split() or left is None or right is None:
            raise ValueError(shape)
        return relation(_as_range(left), _as_range(right), runtime.charge)

    for names in (
        'range1: any, range2: any',
        'point1: any, point2: any',
        'point: any, range: any',
        'range: any, point: any',
        'range: any, value: any',
        'a: any, b: any',
        'value1: any, value2: any',
    ):
        builtin(name, names)(run)


def _as_range(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _order(left: Any, right: Any, charge: Charge) -> int:
    found = order(left, right, charge)
    if found is None:
        raise ValueError('not comparable')
    return found


def _before(a: Range, b: Range, charge: Charge) -> bool:
    place = _order(a.end, b.start, charge)
    return place < 0 or (place == 0 and not (a.end_included and b.start_included))


def _meets(a: Range, b: Range, charge: Charge) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start, charge) == 0


def _starts_earlier(a: Range, b: Range, charge: Charge) -> int:
    """-1 if `a` begins before `b`, 0 if both begin together, 1 if later; an included start is earlier."""
    place = _order(a.start, b.start, charge)
    return place or (b.start_included > a.start_included) - (b.start_included < a.start_included) or 0


def _ends_later(a: Range, b: Range, charge: Charge) -> int:
    """1 if `a` ends after `b`, 0 if both end together, -1 if earlier; an included end is later."""
    place = _order(a.end, b.end, charge)
    return place or (a.end_included > b.end_included) - (a.end_included < b.end_included)


def _overlaps(a: Range, b: Range, charge: Charge) -> bool:
    return not _before(a, b, charge) and not _before(b, a, charge)


def _overlaps_before(a: Range, b: Range, charge: Charge) -> bool:
    return _starts_earlier(a, b, charge) < 0 and not _before(a, b, charge) and _ends_later(a, b, charge) <= 0


def _finishes(a: Range, b: Range, charge: Charge) -> bool:
    return _ends_later(a, b, charge) == 0 and _starts_earlier(a, b, charge) >= 0


def _includes(a: Range, b: Range, charge: Charge) -> bool:
    return _starts_earlier(a, b, charge) <= 0 and _ends_later(a, b, charge) >= 0


def _starts(a: Range, b: Range, charge: Charge) -> bool:
    return _starts_earlier(a, b, charge) == 0 and _ends_later(a, b, charge) <= 0


def _coincides(a: Range, b: Range, charge: Charge) -> bool:
    return _starts_earlier(a, b, charge) == 0 and _ends_later(a, b, charge) == 0


def _reversed(relation: Relation) -> Relation:
    return lambda a, b, charge: relation(b, a, charge)


_register('before', _before, points='pp pr rp rr')
_register('after', _reversed(_before), points='pp pr rp rr')
_register('meets', _meets, points='rr')
_register('met by', _reversed(_meets), points='rr')
_register('overlaps', _overlaps, points='rr')
_register('overlaps before', _overlaps_before, points='rr')
_register('overlaps after', _reversed(_overlaps_before), points='rr')
_register('finishes', _finishes, points='pr rr')
_register('finished by', _reversed(_finishes), points='rp rr')
_register('includes', _includes, points='rp rr')
_register('during', _reversed(_includes), points='pr rr')
_register('starts', _starts, points='pr rr')
_register('started by', _reversed(_starts), points='rp rr')
_register('coincides', _coincides, points='pp rr')
