"""A-04: what a digest covers is written down; a column more or less is no silent change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from engine.evidence import OWN, Kind
from tasks.all_tables import metadata
from tasks.evidence.beyond import COLUMNS, TABLES
from tasks.evidence.kinds import KINDS, PERSONAL

DOCS = Path(__file__).parents[3] / 'docs'
PAGE = (DOCS / 'reference/evidence.md').read_text('utf-8')
SECURITY = (DOCS / 'explanation/security.md').read_text('utf-8')
WHOSE = {'instance': 'case', 'case': 'case', 'actor': 'log', 'hall': 'hall'}
EVERY = (*OWN, *KINDS)


@pytest.mark.parametrize('kind', EVERY, ids=lambda kind: kind.name)
def test_the_reference_lists_what_is_sealed(kind: Kind) -> None:
    """A-04: after a release, a new column says in `younger` since which version it counts, else what was sealed before would not fit."""
    key, columns = ', '.join(kind.key) or '—', ', '.join(kind.columns)
    assert f'| `{kind.name}` | `{kind.table.name}` | {WHOSE[kind.scope]} | {key} | {columns} |' in PAGE


def test_names_are_given_once_and_no_secret_is_named() -> None:
    """A-04: the facts of a case, which are exported, do not tell its query password; kinds with personal data are kinds."""
    assert len({kind.name for kind in EVERY}) == len(EVERY)
    assert {kind.name for kind in EVERY} >= PERSONAL
    case = next(kind for kind in EVERY if kind.name == 'case')
    row = dict.fromkeys(case.table.c.keys()) | {'query_password_hash': '$argon2id$'}
    assert case.facts(row)['query_password_hash'].startswith('sha256:')
    assert case.digest([row]) != case.digest([row | {'query_password_hash': '$argon2id$other'}])
    assert 'query_password_hash' not in case.facts(row, 1)


@pytest.mark.parametrize('name', sorted(metadata.tables))
def test_every_column_is_sealed_or_it_is_said_why_not(name: str) -> None:
    """S-50: what nobody has thought of is found here, not by a forger."""
    sealed = {column for kind in EVERY if kind.table.name == name for column in (*kind.columns, *kind.key, kind.of) if column}
    columns, without = set(metadata.tables[name].c.keys()), set(COLUMNS.get(name, {}))
    if name in TABLES:
        assert not sealed
        assert not without
    else:
        assert sealed | without == columns
        assert not sealed & without
    reasons = [(name, 'all', TABLES[name])] if name in TABLES else [(name, column, why) for column, why in COLUMNS.get(name, {}).items()]
    for table, column, why in reasons:
        assert why
        assert f'| `{table}` | {column} | {why} |' in SECURITY, table


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


def test_only_tables_that_are_there_have_a_reason() -> None:
    """S-50: the list does not outlive what it is about."""
    assert {*TABLES, *COLUMNS} <= set(metadata.tables)
