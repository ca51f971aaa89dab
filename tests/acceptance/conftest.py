"""A real `yizhan serve` on a fresh hall, and a headless Chromium to visit it with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, read_path
from tasks import demo_hall, items
from web.root import make_engine

ROOT = Path(__file__).parent.parent.parent
BUNDLE = ROOT / 'processes' / 'food-business-licence'
ARGUMENTS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync',
]  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A running installation: its address and database."""

    address: str
    url: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The demo hall without cases, served by a process of its own with the ticker inside."""
    url = f'sqlite:///{tmp_path / "hall.db"}'
    engine = make_engine(url)
    engine.migrate()
    with engine.begin(SYSTEM) as tx:
        demo_hall.set_up(tx)
        items.deploy(tx, read_path(BUNDLE), 'first')
    engine.close()
    environment = {**os.environ, 'YIZHAN_HOME': str(tmp_path), 'YIZHAN_DATABASE_URL': url, 'YIZHAN_TICK_SECONDS': '1'}
    command = [sys.executable, '-m', 'web', 'serve', '--demo', '--port', '0', '--json']
    with (tmp_path / 'serve.log').open('w', encoding='utf-8') as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, (tmp_path / 'serve.log').read_text('utf-8')
            yield Served(json.loads(line)['address'].rstrip('/'), url)
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0
            process.stdout.close()


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
