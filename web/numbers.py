"""Numbers in addresses and forms: what no row can have is no number, so no database is ever asked for it."""

from __future__ import annotations

from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError
from werkzeug.routing.map import Map

from tasks.cases import numbers as case_numbers

HIGHEST = 2**31 - 1
"""The highest number an integer column holds on both databases."""


class RowNumber(IntegerConverter):
    """`<int:…>` in a route: a number a row can have; an address with another one is not found."""

    def __init__(self, map: Map, *args: object, **kwargs: object) -> None:
        super().__init__(map, *args, **{'max': HIGHEST, **kwargs})  # type: ignore[arg-type]


class CaseNumber(BaseConverter):
    """`<case_no:…>` in a route: a well-formed case number; an address with anything else is not found."""

    part_isolating = True

    def to_python(self, value: str) -> str:
        if not case_numbers.verify(value):
            raise ValidationError
        return value


def row_number(text: str) -> int:
    """A number somebody sent, as `type=` of a form or query field. ValueError when no row can have it."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(HIGHEST)) or int(text) > HIGHEST:
        raise ValueError(f'Expected a number up to {HIGHEST}, but got {text[:40]!r}')
    return int(text)
