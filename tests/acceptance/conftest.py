"""A real `yizhan serve` on a fresh hall, and a headless Chromium to visit it with."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, FixedClock, read_path
from engine.core.clock import system_clock
from engine.identity import uscc_check_letter
from tasks.catalogue import checking, items
from tasks.demo import hall as demo_hall
from tasks.demo.building import PASSWORD
from tasks.demo.moved_clock import move
from web.root import make_engine

ROOT = Path(__file__).parent.parent.parent
BUNDLE = ROOT / 'processes' / 'food-business-licence'
ARGUMENTS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
]


CODE = '91330100MA27X1234'


@dataclass(frozen=True)
class Served:
    """A running installation: its address, database and folder."""

    address: str
    url: str
    home: Path


class Clerk:
    """A person at a browser of his own; complains about anything the browser's console complains about."""

    def __init__(self, browser: Any, address: str, username: str, pictures: Path, **options: Any) -> None:
        self.page = browser.new_context(viewport={'width': 1280, 'height': 900}, locale='zh-CN', **options).new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on('console', self._console)
        self.page.on('response', self._response)
        self.page.on('pageerror', lambda error: self.complaints.append(str(error)))
        self.address, self.pictures = address, pictures
        if not username:
            return
        self.go('/login')
        self.page.fill('[name=username]', username)
        self.page.fill('[name=password]', PASSWORD)
        self.page.click('.login__form button[type=submit]')
        self.page.wait_for_url(
            re.compile(r'/(desk|operation|operation/countersign|operation/log|staff|cases|supervision|definitions|workshop/?)$')
        )

    def _console(self, message: Any) -> None:
        if message.type in ('error', 'warning') and 'Failed to load resource' not in message.text:  # answers are looked at themselves
            self.complaints.append(message.text)

    def _response(self, answer: Any) -> None:
        if answer.status >= 400 and answer.status not in (409, 422):
            self.complaints.append(f'{answer.status} {answer.request.method} {answer.url}')

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f'{name}.png', full_page=True)

    def words(self) -> str:
        """What the page says, menus aside."""
        return str(self.page.inner_text('main'))

    def choose(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def press(self, button: str) -> None:
        """Press a button of the page that sends a form, and wait for the next page."""
        with self.page.expect_navigation():
            self.page.locator('main').get_by_role('button', name=button, exact=True).click()

    def receive(self, name: str) -> tuple[str, str]:
        """A complete application for the food business licence, taken in at the window. Case number and query password."""
        self.go('/receive')
        self.page.click('text=食品经营许可（新办）')
        self.page.click('button:has-text("全部已收")')
        self.choose('企业法人')
        for field, value in (('name', name), ('id_no', CODE + uscc_check_letter(CODE)), ('phone', '13800000000')):
            self.page.fill(f'[name={field}]', value)
        self.press('确认收件')
        self.page.wait_for_selector('section.receipt')
        number, password = (each.inner_text().strip() for each in self.page.locator('.receipt__code').all())
        return number, password

    def open_next(self) -> None:
        """By the keyboard, as clerks do: n for the next case."""
        self.go('/desk')
        self.page.keyboard.press('n')
        self.page.wait_for_url(re.compile(r'/tasks/\d+$'))

    def complete(self) -> None:
        self.page.click('button[value=complete]')
        self.page.wait_for_selector('form.confirm, .flash.is-good')
        if self.page.locator('form.confirm').count():  # it issues a document or ends the case
            self.press('确认办理')
        self.page.wait_for_url(re.compile(r'/(desk|tasks/\d+/done)$'))
        assert self.page.locator('.flash.is-good').count() == 1

    def leave(self) -> None:
        assert not self.complaints, self.complaints
        self.page.context.close()


def _set_up(url: str, since: datetime | None) -> None:
    clock = FixedClock(since - timedelta(hours=1)) if since else system_clock
    engine = make_engine(url, clock)
    engine.migrate()
    with engine.begin(SYSTEM) as tx:
        demo_hall.set_up(tx)
        items.deploy(tx, checking.judge(tx.connection, read_path(BUNDLE)), 'first')
        if since:
            move(tx, since, system_clock())
    engine.close()


@contextmanager
def serving(folder: Path, since: datetime | None = None, *, empty: bool = True) -> Iterator[Served]:
    """The demo hall without cases, served by a process of its own with the ticker inside; its clock says `since`, or the present.

    With `empty` False what lies in the folder is served.
    """
    url = f'sqlite:///{folder / "hall.db"}'
    if empty:
        _set_up(url, since)
    environment = {**os.environ, 'YIZHAN_HOME': str(folder), 'YIZHAN_DATABASE_URL': url, 'YIZHAN_TICK_SECONDS': '1'}
    command = [sys.executable, '-m', 'web', 'serve', '--demo', '--port', '0', '--json']
    with (folder / 'serve.log').open('w', encoding='utf-8') as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, (folder / 'serve.log').read_text('utf-8')
            yield Served(json.loads(line)['address'].rstrip('/'), url, folder)
        finally:
            process.terminate()
            assert process.wait(timeout=120) == 0
            process.stdout.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The demo hall in the present."""
    with serving(tmp_path) as found:
        yield found


@pytest.fixture
def served_in_march(tmp_path: Path) -> Iterator[Served]:
    """The demo hall on Monday 23 March 2026, nine o'clock, two weeks before a holiday."""
    with serving(tmp_path, datetime.fromisoformat('2026-03-23T09:00:00+08:00')) as found:
        yield found


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: YIZHAN_SCREENSHOTS, else the test's own folder."""
    folder = Path(os.environ.get('YIZHAN_SCREENSHOTS') or tmp_path / 'screenshots')
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(browser: Any, pictures: Path) -> Callable[..., Clerk]:
    """Somebody with a browser: `visit(served, 'chuangkou')`; without a name nobody signs in."""
    return lambda served, username='', **options: Clerk(browser, served.address, username, pictures, **options)


@pytest.fixture
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless; the test is skipped where there is none."""
    path = os.environ.get('YIZHAN_CHROMIUM') or shutil.which('chromium') or shutil.which('google-chrome')
    if path is None:
        pytest.skip('needs chromium')
    sync_api = pytest.importorskip('playwright.sync_api')
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
