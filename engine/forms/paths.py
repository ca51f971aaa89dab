"""Reading and writing JSON-like data at binding paths, the way form-js's own `get` and `set` do."""

from __future__ import annotations

from typing import Any, Final

from engine.forms.model import Path


class _Missing:
    """The difference between `null` and not being there at all."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return 'MISSING'

    def __copy__(self) -> _Missing:
        return self

    def __deepcopy__(self, memo: object) -> _Missing:
        return self


MISSING: Final = _Missing()


def get_at(data: Any, path: Path) -> Any:
    """The value at `path`, or MISSING."""
    for part in path:
        if isinstance(part, int):
            if not isinstance(data, list) or not 0 <= part < len(data):
                return MISSING
            data = data[part]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return MISSING
    return data


def set_at(data: dict[str, Any], path: Path, value: Any) -> None:
    """Write `value`, making what is missing on the way; a scalar in the way is replaced."""
    target: Any = data
    for part, following in zip(path, (*path[1:], None), strict=True):
        if isinstance(part, int):
            target.extend({} for _ in range(part + 1 - len(target)))
        if following is None:
            target[part] = value
            return
        kind = list if isinstance(following, int) else dict
        there = target[part] if isinstance(part, int) else target.get(part)
        if not isinstance(there, kind):
            there = target[part] = kind()
        target = there


def clear_at(data: dict[str, Any], path: Path) -> None:
    """Remove the value and every container that is empty because of it; rows keep their places."""
    while path:
        parent = get_at(data, path[:-1])
        if isinstance(parent, dict):
            parent.pop(str(path[-1]), None)
            empty = not parent
        elif isinstance(parent, list) and isinstance(path[-1], int) and path[-1] < len(parent):
            parent[path[-1]] = None
            empty = all(item is None for item in parent)
        else:
            return
        if not empty:
            return
        path = path[:-1]


def same(left: Any, right: Any) -> bool:
    """Deep equality as JSON knows it: 1 is 1.0 but never true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return bool(left == right)
