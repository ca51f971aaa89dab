"""A-09: while a transaction of the hall writes (on SQLite everybody else waits), nothing is parsed, checked, played or hashed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import engine.bpmn.read
import engine.core.bundle
from engine import Engine, read_path
from tasks.calendars import proposals
from tasks.catalogue import checking
from tasks.people import passwords
from tasks.workshop.trial import world
from tests.pages.conftest import BUNDLE
from tests.pages.test_releases_and_trials import DRAFTS, begin, copied, definition, rewrite

SLOW = {
    'check': (checking, 'check_bundle'),
    'scenarios': (checking, 'scenario_problems'),
    'a trial played': (world.World, '__init__'),
    'item.toml read': (tomllib, 'loads'),
    'a diagram read': (engine.bpmn.read, 'examine'),
    'a notice read': (proposals, 'parse_notice'),
    'a table read': (proposals, 'parse_calendar_table'),
    'a password hashed': (passwords.PasswordHasher, 'hash'),
    'a password verified': (passwords.PasswordHasher, 'verify'),
}


@pytest.fixture
def probe(office: Engine, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], set[str]]:
    """What slow work was done inside a transaction of the hall, and what was done at all."""
    inside: list[str] = []
    done: set[str] = set()
    writing: list[int] = []
    begin_it = Engine.begin

    @contextmanager
    def begin(self: Engine, by: Any) -> Iterator[Any]:
        with begin_it(self, by) as tx:
            if self is office:
                writing.append(1)
            try:
                yield tx
            finally:
                if self is office:
                    writing.pop()

    def watched(what: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            done.add(what)
            if writing:
                inside.append(what)
            return original(*arguments, **named)

        return run

    monkeypatch.setattr(Engine, 'begin', begin)
    for what, (home, name) in SLOW.items():
        monkeypatch.setattr(home, name, watched(what, getattr(home, name)))
    return inside, done


def test_a_draft_goes_its_way_to_release_and_back(probe, visitor) -> None:
    """A-09: saved, tried, kept as a scenario, recorded anew, submitted, released, rolled back."""
    inside, done = probe
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    first = definition(analyst)
    draft = copied(analyst, f'definition:{first}')
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    trial = begin(analyst, f'draft:{draft}')
    analyst.post(f'{trial}/advance', {'to': 'timer'})
    analyst.post(f'{trial}/keep', {'name': '沉默', 'file': 'silence', 'about': ''})
    analyst.post(f'/trials/rerecord/{draft}', {'path': 'scenarios/silence.toml'})
    assert 'silence' in analyst.get(f'{DRAFTS}/{draft}').words
    address = str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'}).location)
    administrator.post(f'{address}/release', {'reason': '同意', 'when': 'now'})
    administrator.post(f'/releases/definitions/{first}/rollback', {'reason': '电话有误'})
    assert inside == []
    assert {'check', 'scenarios', 'a trial played', 'item.toml read', 'a password verified'} <= done


def test_a_bundle_is_deployed_and_a_version_staged(probe, visitor, zipped) -> None:
    """A-09."""
    inside, done = probe
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    item = read_path(BUNDLE).files['item.toml'].replace(b'0000-12345001', b'0000-12345005')
    administrator.post('/definitions/deploy', {'bundle': zipped(**{'item.toml': item}), 'reason': '修订', 'action': 'deploy'})
    draft = copied(analyst, f'definition:{definition(analyst)}')
    rewrite(analyst, draft, 'item.toml', '0000-12345005', '0000-12345009')
    address = str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'}).location)
    administrator.post(f'{address}/release', {'reason': '同意', 'when': 'later', 'effective_at': '2030-01-02T08:00'})
    assert inside == []
    assert 'check' in done


def test_a_table_of_days_is_read_before_anything_is_written(probe, visitor) -> None:
    """A-09."""
    inside, done = probe
    administrator = visitor('guanli')
    fields = {'kind': 'import', 'form': 'csv', 'text': '日期,类型\n2027-01-01,休\n'}
    page = administrator.client.post('/calendar/preview', data={**fields, 'csrf_token': administrator.token()})
    assert page.status_code in (200, 422)
    assert 'a table read' in done
    assert inside == []
