"""O-40: axe-core finds nothing on any page of any role, at a desk and on a phone."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest

from engine.core.clock import system_clock
from tests.acceptance.conftest import Served, serving
from web.demonstration import fill
from web.root import build_root
from web.settings import Settings

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parents[1] / 'node' / 'node_modules' / 'axe-core' / 'axe.min.js'
ROLES = ('', 'chuangkou', 'shencha', 'jueding', 'liucheng', 'guanli', 'renshi', 'shenji', 'jiancha')
ALIKE = 2
"""Pages of one address, numbers and names aside, that a role opens."""
FOUND = """async () => (await axe.run({resultTypes: ['violations']})).violations
    .map(each => each.impact + ' ' + each.id + ': ' + each.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', '))"""
LINKS = "() => [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map(link => link.getAttribute('href'))"
WIDTHS = {'desk': {'width': 1280, 'height': 900}, 'phone': {'width': 390, 'height': 844}}


@pytest.fixture(scope='module')
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo hall with cases in every state, served."""
    if not AXE.exists():
        pytest.skip('needs axe-core: npm ci in tests/node')
    folder = tmp_path_factory.mktemp('accessible')
    key = os.environ['YIZHAN_EVIDENCE_KEY']  # the one the served process is given
    root = build_root(
        Settings(home=folder, database_url=f'sqlite:///{folder / "hall.db"}', demo=True, evidence_key=key), clock=system_clock
    )
    root.engine.migrate()
    fill(root, 60, lambda _done, _of: None)
    root.engine.close()
    with serving(folder, empty=False) as found:
        yield found


@pytest.mark.parametrize('width', WIDTHS)
@pytest.mark.parametrize('username', ROLES)
def test_axe_finds_nothing(full: Served, visit: Callable[..., Any], username: str, width: str) -> None:
    """O-40: no finding on any kind of page the role is led to."""
    person = visit(full, username)
    person.page.set_viewport_size(WIDTHS[width])
    found: dict[str, list[str]] = {}
    for path in _pages(person):
        person.page.evaluate(AXE.read_text('utf-8'))  # the console is not bound by the policy of the page
        if said := person.page.evaluate(FOUND):
            found[path] = said
    assert found == {}


def _pages(person: Any) -> Iterator[str]:
    """Open what is linked, from the first page on."""
    waiting, known, seen = ['/'], {'/'}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        answer = person.page.goto(person.address + path)
        if answer is None or 'text/html' not in (answer.headers.get('content-type') or ''):
            continue
        yield path
        for link in (urldefrag(each)[0] for each in person.page.evaluate(LINKS)):
            kind = re.sub(r'(/(clerks|windows|departments|items|receive))/[^/?]+|\d+|[?].*', r'\1', link)
            if link not in known and seen[kind] < ALIKE and '.json' not in link and '/zip' not in link and '/raw/' not in link:
                seen[kind] += 1
                known.add(link)
                waiting.append(link)
