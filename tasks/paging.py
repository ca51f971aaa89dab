"""A page of rows: what every list of the office gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, func

PAGE_SIZE = 30
MAX_PAGE = 100_000
Row = TypeVar('Row')


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of page `page` (from 1) and how many there are in all."""

    rows: Sequence[Row]
    total: int
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def fetch(connection: Connection, statement: Select[Any], page: int, size: int = PAGE_SIZE) -> tuple[Sequence[Any], int, int]:
    """Rows of one page, the count of all, and the page (drawn into range at the low end)."""
    page = min(max(1, page), MAX_PAGE)
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = int(connection.execute(counted).scalar_one())
    rows = connection.execute(statement.limit(size).offset((page - 1) * size)).mappings().all()
    return rows, total, page
