"""A page is one moment: everything it shows is read in one transaction, and what several of its parts need is asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

MOST = {'case': 24, 'desk': 10}
"""Statements of one visit; of the case page's four belong to the log of who saw personal data."""


@contextmanager
def asked(engine) -> Iterator[list[str]]:
    """The statements sent while this lasts, with the values they were sent with."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        seen.append(f'{statement} {parameters}')

    event.listen(engine.database, 'before_cursor_execute', note)
    yield seen
    event.remove(engine.database, 'before_cursor_execute', note)


@pytest.mark.parametrize('page', ['case', 'desk'])
def test_a_page_reads_in_one_transaction_and_asks_nothing_twice(office, visitor, cases, page: str) -> None:
    """H-14, P-06: the case page took 52 statements in ten transactions, the desk 20 in six."""
    clerk = visitor('chuangkou')
    path = f'/cases/{cases[0]}' if page == 'case' else '/desk'
    clerk.get(path)
    with asked(office) as seen:
        clerk.get(path)
    begun = sum(one.startswith('BEGIN') and 'IMMEDIATE' not in one for one in seen)
    assert begun <= 1
    assert [one for one, times in Counter(seen).items() if times > 1] == []
    assert len(seen) <= MOST[page]
