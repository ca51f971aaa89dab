"""A-04: what a digest covers is written down; a column more or less is no silent change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from engine.evidence import OWN, Kind
from tasks.evidence.kinds import KINDS, PERSONAL

PAGE = (Path(__file__).parents[3] / 'docs/reference/evidence.md').read_text('utf-8')
WHOSE = {'instance': 'case', 'case': 'case', 'actor': 'log', 'hall': 'hall'}
EVERY = (*OWN, *KINDS)


@pytest.mark.parametrize('kind', EVERY, ids=lambda kind: kind.name)
def test_the_reference_lists_what_is_sealed(kind: Kind) -> None:
    """A-04: after a release, a new column says in `younger` since which version it counts, else what was sealed before would not fit."""
    key, columns = ', '.join(kind.key) or '—', ', '.join(kind.columns)
    assert f'| `{kind.name}` | `{kind.table.name}` | {WHOSE[kind.scope]} | {key} | {columns} |' in PAGE


def test_names_are_given_once_and_no_secret_is_named() -> None:
    """A-04: a query password is under no chain; kinds with personal data are kinds."""
    assert len({kind.name for kind in EVERY}) == len(EVERY)
    assert {kind.name for kind in EVERY} >= PERSONAL
    assert all('query_password_hash' not in kind.columns for kind in EVERY)


def test_a_younger_column_leaves_older_digests_as_they_were() -> None:
    """A-04: what was sealed by an earlier version is checked by that version."""
    columns = (Column('id', Integer, primary_key=True), Column('a', String(10)), Column('b', String(10), server_default=''))
    table = Table('t', MetaData(), *columns)
    before = Kind('t', table, 'hall', key=('id',), without=frozenset({'b'}))
    after = Kind('t', table, 'hall', key=('id',), younger={'b': 2})
    row = {'id': 1, 'a': 'x', 'b': 'y'}
    assert after.digest([row], 1) == before.digest([row], 1)
    assert after.digest([row], 2) != before.digest([row], 2)
    assert after.digest([{'id': 1, 'a': 'x'}], 2) == after.digest([{'id': 1, 'a': 'x', 'b': ''}], 2)
    assert after.digest([], 2) is None
