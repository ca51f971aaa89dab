"""How often the desk asks the database: statements are counted, not time."""

from __future__ import annotations

import pytest
from sqlalchemy import event, update

from engine import SYSTEM
from engine.tables import user_task

MOST = 8


@pytest.fixture
def statements(office):
    """What was sent to the database since."""
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        if not statement.startswith('BEGIN'):
            sent.append(statement)

    event.listen(office.database, 'before_cursor_execute', note)
    yield sent
    event.remove(office.database, 'before_cursor_execute', note)


@pytest.mark.parametrize('address', ['/desk', '/desk?mine=1', '/desk?only=late', '/desk?window=general'])
def test_the_desk_asks_eight_times_at_most(visitor, statements, address: str) -> None:
    """P-02, P-06: however many cases lie on it, and on the first of several pages too; nothing is counted in Python."""
    clerk = visitor('chuangkou')
    for _ in range(31):
        clerk.receive()
    clerk.get('/desk')
    statements.clear()
    assert clerk.get(address).status == 200
    assert len(statements) <= MOST, '\n\n'.join(statements)


def test_a_reviewers_desk_with_steps_he_is_barred_from_asks_no_more(visitor, office, statements) -> None:
    """P-02: four eyes are looked up for the whole page at once."""
    for _ in range(3):
        visitor('chuangkou').receive()
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(update(user_task).values(not_by=['application'], group_key='food_review', candidate_groups=['food_review']))
    for name in ('shencha', 'jiancha'):
        looker = visitor(name)
        looker.get('/desk')
        statements.clear()
        assert looker.get('/desk').status == 200
        assert len(statements) <= MOST, '\n\n'.join(statements)
