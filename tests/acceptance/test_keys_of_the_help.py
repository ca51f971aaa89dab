"""O-26: on every page, every key its help lists does something there, and no other key is listed."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.e2e


def _offered(page: Any) -> list[str]:
    """The keys the help of this page lists."""
    lines = page.eval_on_selector_all('#keys tr[data-keys]', 'all => all.filter(one => !one.hidden).map(one => one.dataset.keys)')
    return [key for line in lines for key in line.split()]


SEEN = """[location.href, document.querySelector('.is-here')?.rowIndex, document.activeElement.outerHTML.length,
           document.getElementById('keys').open]"""


def _works(clerk: Any, path: str, key: str) -> bool:
    """Whether pressing the key changes anything a person sees: the page, the row, the focus, the help."""
    page = clerk.page
    clerk.go(path)
    waiting = page.evaluate("[...document.querySelectorAll('[data-row]')].findIndex(row => row.querySelector('[data-key=claim]')) + 1")
    for _row in range({'Enter': 1, 'k': 2, 'c': waiting}.get(key, 0)):
        page.keyboard.press('j')
    before = page.evaluate(SEEN)
    page.keyboard.press(key)
    page.wait_for_timeout(800)
    page.wait_for_load_state()
    return bool(page.evaluate(SEEN) != before)


def test_every_key_of_the_help_works_on_every_page_it_is_shown_on(served, visit) -> None:
    """O-26: desk, lists, case, task (unclaimed), slip, done: what the help says there is true there."""
    clerk = visit(served, 'chuangkou')
    number, _password = clerk.receive('清江县好味餐饮有限公司')
    for _case in range(2):
        clerk.receive('清江县好味餐饮有限公司')
    slip = clerk.page.url.removeprefix(clerk.address)
    clerk.go(f'/cases/{number}')
    task = clerk.page.locator('td.actions a').first.get_attribute('href')
    expected = {
        task: {'c', '?'},
        '/desk': {'j', 'k', 'Enter', 'c', 'n', '/', '?'},
        '/cases': {'j', 'k', 'Enter', '/', '?'},
        f'/cases/{number}': {'j', 'k', 'Enter', '?'},
        '/receive': {'j', 'k', 'Enter', '?'},
        '/items': {'?'},
        slip: {'r', '?'},
    }
    for path, keys in expected.items():
        clerk.go(path)
        offered = _offered(clerk.page)
        assert keys <= set(offered), path
    for path in expected:
        clerk.go(path)
        for key in sorted(_offered(clerk.page), key=lambda one: (one in ('c', 'n'), one)):  # what changes the case comes last
            if key == 'k' and clerk.page.locator('[data-row]').count() < 2:
                continue  # there is nothing above the only row
            clerk.go(path)
            if key in _offered(clerk.page):
                assert _works(clerk, path, key), (path, key)
    clerk.leave()
