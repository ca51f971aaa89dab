"""`yizhan bench pages`: the figures other programs read."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from engine import SYSTEM
from tasks import tables as t
from web.cli.benches import bench

PAGES = {'desk', 'list', 'search_number', 'search_name', 'search_nothing', 'case', 'board', 'progress'}


@pytest.fixture
def url(office, visitor) -> str:
    """A hall with one case that is looked into."""
    case_no = visitor('chuangkou').receive()
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(update(t.approval_case).where(t.approval_case.c.case_no == case_no).values(status='in_review'))
    return str(office.url)


def test_every_page_is_measured(url: str) -> None:
    """P-04 … P-08: statements and milliseconds of the pages people open most, and how large the hall is."""
    answer = CliRunner().invoke(bench, ['pages', '--database', url, '--json'])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told['cases'] == 1
    assert set(told['pages']) == PAGES
    assert all(set(one) == {'statements', 'ms'} and one['statements'] > 0 for one in told['pages'].values())


def test_an_empty_database_is_not_measured(sqlite_url: str) -> None:
    """Nothing is said about a hall without cases."""
    answer = CliRunner().invoke(bench, ['pages', '--database', sqlite_url, '--json'])
    assert answer.exit_code == 1
    assert 'yizhan demo' in answer.output
