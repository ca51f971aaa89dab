"""Values as JSON has them: what the command line and the pages for programs print."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.deadlines.explanation import Explanation


def plain(value: Any) -> Any:
    """What JSON has no type for: instants and dates in ISO 8601, dataclasses as objects, sets as sorted lists."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, 'keys'):
        return dict(value)
    return str(value)


def explanation_dict(told: Explanation) -> dict[str, Any]:
    """The explanation as plain values, each date of each limit included."""
    limits = [
        {**plain(limit), 'days': [line.as_dict() for line in limit.days], 'provisional': limit.name in told.provisional}
        for limit in told.limits
    ]
    return {**plain(told), 'limits': limits}
