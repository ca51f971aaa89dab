"""How often the case page asks the database: statements are counted, not time."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tests.pages.conftest import PERSON, accept

MOST, FIRST_LOOK = 20, 6
"""A person's first look of the day at a case leaves a line in the log, sealed: one small transaction after the page has read."""


@pytest.fixture
def sent(office):
    """What was sent to the database since, and how often a transaction began."""
    said, begun = list[str](), list[int]()

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        if not statement.startswith('BEGIN'):
            said.append(statement)

    def began(_connection) -> None:
        begun.append(1)

    event.listen(office.database, 'before_cursor_execute', note)
    event.listen(office.database, 'begin', began)
    yield said, begun
    event.remove(office.database, 'before_cursor_execute', note)
    event.remove(office.database, 'begin', began)


def test_the_case_page_asks_twenty_times_in_one_transaction(office, visitor, sent) -> None:
    """P-06: whoever looks, before acceptance and after; a first look writes its line and nothing else."""
    office.migrate()  # as it is served: with its evidence begun
    said, begun = sent
    clerk, costly = visitor('chuangkou'), dict[tuple[str, str], tuple[int, int, str]]()
    case_no = clerk.receive(**PERSON)
    for step in ('received', 'accepted'):
        if step == 'accepted':
            accept(clerk, case_no)
        for name in ('chuangkou', 'shencha', 'jueding', 'jiancha'):
            looker = visitor(name)
            looker.get('/items')
            for most, transactions in ((MOST + FIRST_LOOK, 2), (MOST, 1)):
                said.clear()
                begun.clear()
                assert looker.get(f'/cases/{case_no}').status == 200
                if len(said) > most or len(begun) > transactions:
                    costly[step, name] = len(said), len(begun), '\n'.join(said)
    assert costly == {}
