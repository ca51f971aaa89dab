"""Who owns which binding path: two fields never write one place, and a list's rows belong to its own fields (form-js PathRegistry)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class _Node:
    owner: str
    closed: bool = False
    repeater: str | None = None
    children: dict[str, _Node] = field(default_factory=dict)


class Claims:
    """The tree of claimed paths of one form."""

    def __init__(self) -> None:
        self._root = _Node('form')

    def claim(self, path: tuple[str, ...], kind: str, claimer: str, repeaters: tuple[str, ...]) -> str | None:
        """Claim a path for a component inside the dynamic lists `repeaters`; the owner's id when it cannot be claimed.

        A field closes its path, a dynamic list keeps strangers out, a group may share its path with other groups.
        """
        repeats, closes = kind == 'dynamiclist', kind not in ('group', 'dynamiclist')
        node: _Node | None = self._root
        for segment in path:
            node = node.children.get(segment) if node else None
            if node is None:
                break
            if node.closed or (node.repeater is not None and node.repeater not in repeaters):
                return node.owner
        if node is not None and (repeats or closes):
            return node.owner
        self._write(path, claimer, closes, repeats)
        return None

    def _write(self, path: tuple[str, ...], claimer: str, closes: bool, repeats: bool) -> None:
        node = self._root
        for segment in path:
            node = node.children.setdefault(segment, _Node(claimer))
        node.closed = closes
        if repeats:
            node.repeater = claimer
