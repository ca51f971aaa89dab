"""The variables a token carries.

Parallel branches each carry their own variables and meet again at the join, where the last writer of a variable wins. To know who was last,
every variable has the number of the write that made it. Nothing is ever changed in place, so branches share what they have in common, and
the state stores every distinct set once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class Data:
    """Variables and, for each, the number of its last write in this instance. Never changed in place."""

    __slots__ = ('stamps', 'values')

    def __init__(self, values: dict[str, Any], stamps: dict[str, int]) -> None:
        self.values = values
        self.stamps = stamps

    def written(self, values: Mapping[str, Any], stamp: int) -> Data:
        """The same with these variables written at `stamp`."""
        if not values:
            return self
        return Data({**self.values, **values}, {**self.stamps, **dict.fromkeys(values, stamp)})

    def merged(self, other: Data, without: Collection[str] = ()) -> Data:
        """Both together; of two writes of one variable the later one. Names in `without` are not taken over from `other`."""
        if other is self:
            return self
        mine = self.stamps
        newer = [name for name, stamp in other.stamps.items() if stamp > mine.get(name, -1) and name not in without]
        if not newer:
            return self
        values, stamps = dict(self.values), dict(mine)
        for name in newer:
            values[name] = other.values[name]
            stamps[name] = other.stamps[name]
        return Data(values, stamps)


EMPTY = Data({}, {})
