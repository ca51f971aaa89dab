"""The names an expression sees: the context at the bottom, and above it what loops, functions and filters bring."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel.runtime import Runtime


class FeelScope:
    """One layer of names over its `parent`; the lowest layer has no parent and asks the runtime's context."""

    __slots__ = ('names', 'parent', 'runtime')

    def __init__(self, runtime: Runtime, names: Mapping[str, Any], parent: 'FeelScope | None') -> None:
        self.runtime = runtime
        self.names = names
        self.parent = parent


Compiled = Callable[[FeelScope], Any]
