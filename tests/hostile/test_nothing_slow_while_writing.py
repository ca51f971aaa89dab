"""A-09: while a transaction of the hall writes (on SQLite everybody else waits), nothing is parsed, checked, played or hashed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import engine.bpmn.read
import engine.core.bundle
from engine import Engine, FixedClock, read_path
from engine.core import definitions
from tasks.calendars import proposals
from tasks.catalogue import checking
from tasks.people import passwords
from tasks.workshop.trial import world
from tests.pages.conftest import BUNDLE
from tests.pages.test_releases_and_trials import DRAFTS, begin, copied, definition, rewrite
from web.cli import cli, staffing
from web.root import Root
from web.settings import Settings

SLOW = {
    'check': (checking, 'check_bundle'),
    'scenarios': (checking, 'scenario_problems'),
    'a trial played': (world.World, '__init__'),
    'item.toml read': (tomllib, 'loads'),
    'a diagram read': (engine.bpmn.read, 'examine'),
    'a program built': (definitions, 'build_program'),
    'a form read': (definitions, 'parse_form'),
    'a bundle unpacked': (definitions, 'read_zip'),
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
    administrator.post(f'/releases/definitions/{first}/rollback', {'reason': '电话有误', 'alone': '1'})
    assert inside == []
    assert {'check', 'scenarios', 'a trial played', 'item.toml read', 'a password verified'} <= done


def test_a_bundle_is_deployed_and_a_version_staged(probe, visitor, zipped) -> None:
    """A-09."""
    inside, done = probe
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    item = read_path(BUNDLE).files['item.toml'].replace(b'0000-12345001', b'0000-12345005')
    administrator.post('/definitions/deploy', {'bundle': zipped(**{'item.toml': item}), 'reason': '修订', 'action': 'deploy', 'alone': '1'})
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


@pytest.fixture
def forget(office: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the process one that has just begun: nothing of any bundle was read in it."""

    def begin_anew() -> None:
        definitions._EDITIONS.clear()
        monkeypatch.setattr(office, 'definitions', definitions.Definitions())

    return begin_anew


def test_the_query_password_of_a_new_case_is_hashed_before(probe, visitor) -> None:
    """A-09: argon2 ran where the case was written."""
    inside, done = probe
    visitor('chuangkou').receive()
    assert inside == []
    assert 'a password hashed' in done


def test_the_first_act_after_a_start_reads_the_bundle_before_it_writes(probe, visitor, forget) -> None:
    """A-09: the first click after a start, of the clerk or of the ticker, built the diagram while everybody else waited."""
    inside, done = probe
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    task = str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    for act in (
        lambda: clerk.post(f'{task}/claim'),
        lambda: clerk.act(task, {**clerk.get(task).form(task), 'action': 'complete', 'f.intake_outcome': 'accept'}),
        clerk.receive,
    ):
        done.clear()
        forget()
        act()
        assert inside == []
        assert {'a bundle unpacked', 'a program built', 'item.toml read', 'a form read'} <= done


def test_the_ticker_reads_what_it_puts_into_force_and_what_it_fires_before(probe, visitor, office, clock: FixedClock, forget) -> None:
    """A-09: the worker is a process of its own and has read nothing of what the pages deployed."""
    inside, done = probe
    visitor('chuangkou').receive()
    analyst, administrator = visitor('liucheng'), visitor('guanli')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    rewrite(analyst, draft, 'item.toml', 'phone = "0000-12345001"', 'phone = "0000-12345009"')
    address = str(analyst.post(f'/releases/submit/{draft}', {'reason': '更新电话'}).location)
    administrator.post(f'{address}/release', {'reason': '同意', 'when': 'later', 'effective_at': '2026-06-02T08:00'})
    clock.move(days=200)
    done.clear()
    forget()
    office.tick()
    assert inside == []
    assert {'a bundle unpacked', 'a program built', 'item.toml read'} <= done
    assert '0000-12345009' in visitor().get('/items/food-business-licence').words


def test_people_and_windows_are_made_without_hashing_or_reading_inside(probe, visitor, office, forget) -> None:
    """A-09: an account with its first password; the departments and windows that bundles name, from the command line."""
    inside, done = probe
    administrator = visitor('renshi')
    fields = administrator.get('/staff/new-clerk').form('/staff/new-clerk')
    done.clear()
    administrator.post('/staff/new-clerk', fields | {'name': '新来的', 'username': 'xin', 'windows': ['audit'], 'roles': ['clerk']}, 200)
    assert 'a password hashed' in done
    forget()
    items = [str(folder) for folder in sorted(BUNDLE.parent.iterdir()) if (folder / 'item.toml').is_file()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staffing, 'open_hall', lambda _database: Root(Settings(home=Path(), secret_key='x' * 32), office.clock, office))
        assert CliRunner().invoke(cli, ['hall', 'adopt', *items, '--database', str(office.url)]).exit_code == 0
    assert inside == []
    assert 'item.toml read' in done


def test_a_calendar_is_applied_without_reading_inside(probe, visitor, forget) -> None:
    """A-09: the notice is read before, and the open cases follow one by one."""
    inside, done = probe
    visitor('chuangkou').receive()
    administrator = visitor('guanli')
    fields = {'kind': 'import', 'form': 'csv', 'text': '日期,类型,名称,依据\n2026-03-10,休,调整,国办发明电〔2026〕1号\n'}
    page = administrator.post('/calendar/preview', fields, 200)
    done.clear()
    forget()
    administrator.post('/calendar/apply', page.form('/calendar/apply'))
    assert inside == []
    assert 'a table read' in done
