"""An analyst at a browser, with a draft of the shipped item open."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, Bundle, read_zip
from tasks.demo.building import PASSWORD
from tasks.demo.hall import password_of_all
from tasks.people import roster as people
from web.root import make_engine

ROOT = Path(__file__).resolve().parents[3]
VISIBLE = """() => {
  const found = [];
  const shown = (element) => element && element.getClientRects().length && getComputedStyle(element).visibility !== 'hidden';
  const walk = document.createTreeWalker(document.querySelector('.workbench'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const home = node.parentElement;
    const typed = home && home.closest('.djs-element, option, textarea, [contenteditable], code, #file-menu');
    if (shown(home) && !typed) found.push(node.textContent.trim());
  }
  const hints = ['title', 'placeholder', 'aria-label'].map((name) => `.workbench [${name}]`).join();
  for (const element of document.querySelectorAll(hints))
    if (shown(element)) found.push(element.title || element.placeholder || element.ariaLabel);
  return found.filter(Boolean);
}"""


@dataclass
class Analyst:
    """A person drawing; complains about anything the browser's console complains about."""

    page: Any
    address: str
    pictures: Path
    draft: str = ''
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, username: str) -> Analyst:
        self.page.on('console', lambda message: self._hear(message.type, message.text))
        self.page.on('pageerror', lambda error: self.complaints.append(str(error)))
        self.go('/login')
        self.page.fill('[name=username]', username)
        self.page.fill('[name=password]', PASSWORD)
        self.page.click('.login__form button[type=submit]')
        self.page.wait_for_url(re.compile(r'/(?!login)'))
        return self

    def _hear(self, kind: str, words: str) -> None:
        if kind in ('error', 'warning') and 'Failed to load resource' not in words and 'ContextPad#getPad' not in words:
            self.complaints.append(words)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def copy(self, source: str = 'shipped:food-business-licence') -> None:
        """A new draft, as one is made on the page."""
        self.go('/workshop/')
        self.page.select_option('#f-source', source)
        self.page.get_by_role('button', name='新建', exact=True).click()
        self.page.wait_for_url(re.compile(r'/workshop/drafts/\d+$'))
        self.draft = self.page.url.removeprefix(self.address)

    def open(self, path: str) -> None:
        """The editor of a file, drawn and checked."""
        self.go(f'{self.draft}/edit/{path}')
        self.reads('#state', '版|只读')
        self.checked()

    def checked(self) -> str:
        """What the check says, once it has answered."""
        return self.reads('#check-state', '错误|部署')

    def reads(self, selector: str, pattern: str) -> str:
        """Wait until a line reads like this; what it reads."""
        line = self.page.locator(selector, has_text=re.compile(pattern))
        line.wait_for()
        return str(line.inner_text())

    def draw(self, action: Callable[[], None]) -> str:
        """Do something to the drawing and wait until the check has looked at it."""
        with self.page.expect_response(lambda answer: answer.url.endswith('/check')):
            action()
        self.page.wait_for_timeout(200)
        return self.checked()

    def element(self, element_id: str) -> Any:
        return self.page.locator(f'.djs-shape[data-element-id="{element_id}"], .djs-connection[data-element-id="{element_id}"]')

    def select(self, element_id: str) -> None:
        """Select an element, wherever on the drawing it is."""
        self.element(element_id).locator('.djs-hit').first.dispatch_event('click')
        self.page.wait_for_timeout(150)

    def rename(self, name: str) -> None:
        """Give the selected element another name in the properties panel."""
        group = self.page.locator('[data-group-id="group-general"] .bio-properties-panel-group-header')
        if 'open' not in (group.get_attribute('class') or '').split():
            group.click()
        self.page.fill('#bio-properties-panel-name', name)

    def save(self) -> str:
        self.page.click('#save')
        return self.reads('#state', '已保存|冲突|没有')

    def stored(self) -> Bundle:
        """The bundle as the server has it."""
        return read_zip(self.page.request.get(f'{self.address}{self.draft}/zip').body())

    def unfold(self) -> None:
        """Open every group of the properties panel."""
        for _ in range(12):
            folded = self.page.locator('.bio-properties-panel-group-header:not(.open):not(.empty)')
            if not folded.count():
                return
            folded.first.click()

    def english(self) -> set[str]:
        """Strings in sight with an English word and no Chinese in them."""
        return {text for text in self.page.evaluate(VISIBLE) if re.search('[A-Za-z]{3}', text) and not re.search('[一-鿿]', text)}

    def chinese(self) -> set[str]:
        """Strings in sight with a Chinese word in them."""
        return {text for text in self.page.evaluate(VISIBLE) if re.search('[一-鿿]', text)}

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f'{name}.png')


@pytest.fixture
def drawing(served: Any, browser: Any, tmp_path: Path) -> Callable[..., Analyst]:
    """Make analysts; the test is skipped while the browser libraries are not built."""
    if not (ROOT / 'web' / 'static' / 'build' / 'bpmn.js').is_file():
        pytest.skip('needs `make assets`')
    pictures = Path(os.environ.get('YIZHAN_PICTURES') or tmp_path)

    def make(username: str = 'liucheng') -> Analyst:
        page = browser.new_context(viewport={'width': 1440, 'height': 900}, locale='zh-CN').new_page()
        page.set_default_timeout(15_000)
        return Analyst(page, served.address, pictures).sign_in(username)

    return make


@pytest.fixture
def second_analyst(served: Any) -> str:
    """The user name of another analyst."""
    engine = make_engine(served.url)
    with engine.begin(SYSTEM) as tx:
        people.create_clerk(tx, 'sheji', '陈设计', password_of_all(), ['analyst'])
    engine.close()
    return 'sheji'
