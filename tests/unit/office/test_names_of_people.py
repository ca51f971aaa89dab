"""Who is a second person, by the names people act under and those the owner of the machine says are his."""

from __future__ import annotations

import pytest

from tasks.people.names import is_one_of, owner_id


@pytest.mark.parametrize(
    ('who', 'others', 'one'),
    [
        ('guanli', ('guanli', 'liucheng'), True),
        ('guanli', ('liucheng',), False),
        (owner_id('root', 'liucheng'), ('liucheng',), True),
        ('liucheng', (owner_id('root', 'liucheng'),), True),
        (owner_id('root', 'liucheng'), (owner_id('other', 'liucheng'),), True),
        (owner_id('root'), (owner_id('other'), 'liucheng', ''), False),
    ],
)
def test_who_says_he_is_somebody_is_no_second_person_to_him(who: str, others: tuple[str, ...], one: bool) -> None:
    """A-05, S-37: of releases, countersignatures and proposals alike."""
    assert is_one_of(who, others) is one
